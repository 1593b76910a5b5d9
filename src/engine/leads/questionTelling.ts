import type { EscalationRequest } from '../../model/escalationRequest';
import type { LoopStep } from '../../model/loopState';
import type { Question } from '../../model/question';
import type { Classification } from '../../rules/authority';
import { optionsFor } from '../../rules/escalationOptions';
import type { EscalationTrigger } from '../../rules/loopFacts';
import type { RunContext } from '../run/runContext';
import { identityOf } from './questionIdentity';

/** What a run says about questions: everything once. */
export class QuestionTelling {
  private readonly told = new Set<string>();

  constructor(private readonly context: Pick<RunContext, 'emit'>) {}

  question(question: Question, authority: Classification['authority'], why: string, answer?: string): void {
    if (!this.isNew(['question', identityOf(question), answer])) return;
    this.context.emit({
      event: 'question',
      id: question.key,
      question: question.question,
      authority,
      ...(answer === undefined ? {} : { answer }),
      why,
    });
  }

  escalated(request: EscalationRequest<EscalationTrigger>, step: LoopStep): void {
    this.context.emit({
      event: 'escalated',
      trigger: request.trigger,
      step,
      description: request.description,
      options: optionsFor(request.trigger, request.subject).map(({ label }) => label),
    });
  }

  warning(message: string): void {
    if (this.isNew(['warning', message])) this.context.emit({ event: 'warning', message });
  }

  private isNew(telling: readonly unknown[]): boolean {
    const key = JSON.stringify(telling);
    if (this.told.has(key)) return false;
    this.told.add(key);
    return true;
  }
}
