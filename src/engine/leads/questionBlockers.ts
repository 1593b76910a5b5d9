import { sameWords } from '../../files/questionsFile';
import type { EscalationRequest } from '../../model/escalationRequest';
import type { Blocker } from '../../model/loopState';
import type { Question } from '../../model/question';
import type { Track } from '../../model/track';
import type { EscalationTrigger } from '../../rules/loopFacts';
import { isAnswerId, isWordless } from '../../rules/escalationOptions';
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
 * The words with which a person resolved the blocker of a question; undefined when they say nothing that the agent could
 * go by: only that it is resolved, or what becomes of the step.
 */
export function wordsGiven(
  { answer, resolution }: Pick<Blocker, 'answer' | 'resolution'>,
  { options }: Pick<Question, 'options'>,
): string | undefined {
  const text = (resolution ?? '').trim();
  if (answer === undefined || answer === 'answer' || !isAnswerId(answer)) {
    const chosen = options.some((option) => sameWords(option, text));
    return text === '' || (isWordless(text) && !chosen) ? undefined : text;
  }
  // “It Is Resolved. Take the cheap one”
  const added = answer === 'resolved' ? /^It Is Resolved\.\s+(\S[^]*)$/.exec(text)?.[1] : undefined;
  return added;
}

/** Who asked, in a sentence: the agent, and the task that it works on, where it or the bus tells it. */
export function askedByLine(
  { askedBy, task: said }: Pick<Question, 'askedBy' | 'task'>,
  { bus }: Pick<Track, 'bus'>,
): string | undefined {
  const task = said ?? bus?.workers.find(({ workerId }) => workerId === askedBy)?.taskId;
  if (askedBy === undefined) return task === undefined ? undefined : `Asked for task ${task}.`;
  return `Asked by ${askedBy}${task === undefined ? '' : `, task ${task}`}.`;
}

/**
 * The escalation that asks a person, with an id that no other question has. `why`: lines that say why nobody else
 * decides.
 */
export function questionRequest(
  question: Question,
  trigger: Extract<EscalationTrigger, 'user-only-decision' | 'lead-escalated'>,
  why: readonly string[],
  track: Pick<Track, 'metadata' | 'bus'>,
): EscalationRequest<EscalationTrigger> {
  const asker = askedByLine(question, track);
  return {
    id: idFor(question, track.metadata?.blockers ?? []),
    trigger,
    description: question.question,
    subject: question.key,
    context: [
      ...why,
      ...(asker === undefined ? [] : [asker]),
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
