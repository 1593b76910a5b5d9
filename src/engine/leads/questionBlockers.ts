import { sameWords } from '../../files/questionsFile';
import type { EscalationRequest } from '../../model/escalationRequest';
import type { Blocker } from '../../model/loopState';
import type { Question } from '../../model/question';
import type { EscalationTrigger } from '../../rules/loopFacts';
import { questionBlockerId } from '../../rules/nextAction';

type Asked = Pick<Question, 'key' | 'question'>;

/**
 * Blockers that ask a person this question, oldest first: with its key (and a counter, when another question had the key
 * before it, or it was asked again) and in its words.
 */
export function blockersOfQuestion(blockers: readonly Blocker[], question: Asked): readonly Blocker[] {
  const id = questionBlockerId(question.key);
  return blockers.filter(
    (blocker) =>
      (blocker.id === id || blocker.id.startsWith(`${id}#`)) &&
      sameWords(wordsAsked(blocker), question.question),
  );
}

/** The question that a blocker asks. */
export function wordsAsked({ description }: Pick<Blocker, 'description'>): string {
  // So a question is worded that a lead passed on and only the audit trail tells of (rules/nextAction.ts).
  return description.replace(/^\S+ lead asks: /, '');
}

/**
 * The escalation that asks a person, with an id that no other question has. `why`: lines that say why nobody else
 * decides.
 */
export function questionRequest(
  question: Question,
  trigger: Extract<EscalationTrigger, 'user-only-decision' | 'lead-escalated'>,
  why: readonly string[],
  blockers: readonly Blocker[],
): EscalationRequest<EscalationTrigger> {
  return {
    id: idFor(question, blockers),
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

function idFor(question: Asked, blockers: readonly Blocker[]): string {
  const asked = blockersOfQuestion(blockers, question).find(({ active }) => active);
  if (asked) return asked.id;
  const taken = new Set(blockers.map(({ id }) => id));
  const id = questionBlockerId(question.key);
  if (!taken.has(id)) return id;
  let count = 2;
  while (taken.has(`${id}#${count}`)) count += 1;
  return `${id}#${count}`;
}
