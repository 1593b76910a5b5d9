import type { EscalationRequest } from '../../model/escalationRequest';
import type { Question } from '../../model/question';
import type { Classification } from '../../rules/authority';
import type { EscalationTrigger } from '../../rules/loopFacts';
import { identityOf } from './questionIdentity';
import type { AnsweredQuestion } from './recordAnswer';

/** What became of a question in this run. */
export type Fate =
  | { readonly at: 'lead' }
  | { readonly at: 'user'; readonly request: EscalationRequest<EscalationTrigger> }
  /** Decided, but not yet written: the file could not be changed. */
  | { readonly at: 'delivery'; readonly decided: Decided }
  | { readonly at: 'recorded' };

export interface Decided extends AnsweredQuestion {
  readonly classification: Classification;
  settle?(): Promise<void>;
}

/** Of all questions that this run has seen. */
export class QuestionFates {
  private readonly fates = new Map<string, Fate>();

  of(question: Question): Fate | undefined {
    return this.fates.get(identityOf(question));
  }

  set(question: Question, fate: Fate): void {
    this.fates.set(identityOf(question), fate);
  }

  /** It is looked at as if it were new. */
  forget(question: Question): void {
    this.fates.delete(identityOf(question));
  }

  /** Decided, but not yet written. */
  undelivered(): readonly Decided[] {
    return [...this.fates.values()].flatMap((fate) => (fate.at === 'delivery' ? [fate.decided] : []));
  }
}
