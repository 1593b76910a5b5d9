import type { EscalationRequest } from '../../model/escalationRequest';
import type { Blocker } from '../../model/loopState';
import type { Question } from '../../model/question';
import type { EscalationTrigger } from '../../rules/loopFacts';
import { questionBlockerId } from '../../rules/nextAction';

/** Blockers that ask a person this question, oldest first; asked again after it was resolved they have a counter. */
export function blockersOfQuestion(blockers: readonly Blocker[], key: string): readonly Blocker[] {
  const id = questionBlockerId(key);
  return blockers.filter((blocker) => blocker.id === id || blocker.id.startsWith(`${id}#`));
}

/** The escalation that asks a person. `why`: lines that say why nobody else decides. */
export function questionRequest(
  question: Question,
  trigger: Extract<EscalationTrigger, 'user-only-decision' | 'lead-escalated'>,
  why: readonly string[],
): EscalationRequest<EscalationTrigger> {
  return {
    id: questionBlockerId(question.key),
    trigger,
    description: question.question,
    subject: question.key,
    context: [
      ...why,
      ...(question.askedBy === undefined ? [] : [`Asked by ${question.askedBy}.`]),
      ...(question.context === undefined ? [] : [question.context]),
      ...question.options.map((option) => `Option: ${option}`),
      ...(question.recommendation === undefined ? [] : [`The agent would take: ${question.recommendation}`]),
    ],
  };
}
