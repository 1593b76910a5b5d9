import type { Blocker } from '../model/loopState';
import type { EscalationTrigger } from './loopFacts';

/** What a person can answer to an escalation. The ids stand in metadata.json (`answers[].id`, `answer`) and never change their meaning. */
export const answerIds = [
  'try-again',
  'skip-task',
  'task-done',
  'task-open',
  'more-time',
  'allow-fix-cycle',
  'set-step',
  'passed',
  'failed',
  'resolve-vote',
  'convene-board',
  'go-on',
  'answer',
  'resolved',
] as const;
export type AnswerId = (typeof answerIds)[number];

export interface AnswerOption {
  readonly id: AnswerId;
  /** Short enough for a button. */
  readonly label: string;
  /** What the person must say besides: a text, a step of the loop, or the verdict of a board. */
  readonly needs?: 'text' | 'step' | 'verdict';
}

const tryAgain: AnswerOption = { id: 'try-again', label: 'Try Again' };
const taskDone: AnswerOption = { id: 'task-done', label: 'Task Is Done' };
const skipTask: AnswerOption = { id: 'skip-task', label: 'Skip the Task' };
const setStep: AnswerOption = { id: 'set-step', label: 'Set Step…', needs: 'step' };
const answer: AnswerOption = { id: 'answer', label: 'Answer…', needs: 'text' };
const conveneBoard: AnswerOption = { id: 'convene-board', label: 'Convene the Board Again' };

const optionsOf: Readonly<Record<EscalationTrigger, readonly AnswerOption[]>> = {
  'fix-cycle-limit': [{ id: 'allow-fix-cycle', label: 'Allow One More Fix Cycle' }, setStep],
  'plan-revision-limit': [{ id: 'try-again', label: 'Revise the Plan Again' }, setStep],
  'user-only-decision': [answer],
  'lead-escalated': [answer],
  blocker: [{ id: 'resolved', label: 'It Is Resolved' }, setStep],
  'max-iterations': [{ id: 'go-on', label: 'Go On' }, setStep],
  'agent-escalated': [answer, setStep],
  'agent-unclear': [
    { id: 'passed', label: 'It Passed' },
    { id: 'failed', label: 'It Failed…', needs: 'text' },
    tryAgain,
    setStep,
  ],
  'agent-failed': [tryAgain, setStep],
  'agent-not-started': [tryAgain, setStep],
  'board-tie': [{ id: 'resolve-vote', label: 'Resolve the Vote…', needs: 'verdict' }, conveneBoard],
  'evaluators-disagree': [
    { id: 'passed', label: 'It Passed' },
    { id: 'failed', label: 'It Failed…', needs: 'text' },
    conveneBoard,
  ],
  'task-failed': [tryAgain, taskDone, skipTask],
  'task-contradiction': [taskDone, { id: 'task-open', label: 'Task Is Not Done' }],
  'task-blocked': [{ id: 'task-open', label: 'It Can Start' }, taskDone, skipTask],
  'group-timeout': [{ id: 'more-time', label: 'Give More Time' }, setStep],
  deadlock: [tryAgain, setStep],
  stuck: [tryAgain, setStep],
  'run-broken': [tryAgain, setStep],
};

/**
 * What a person can answer, best first (spec 003, "Escalation Triggers"; FORMATS §4.18). A trigger that nobody knows,
 * another tool's, can only be resolved. An escalation without a subject offers nothing that needs one.
 */
export function optionsFor(trigger: string | undefined, subject?: string): readonly AnswerOption[] {
  const known = isTrigger(trigger) ? optionsOf[trigger] : optionsOf.blocker;
  const fitting = subject === undefined ? known.filter(({ id }) => !ofSubject.has(id)) : known;
  return fitting.length > 0 ? fitting : optionsOf.blocker;
}

/**
 * What a person can answer to a blocker: what it names itself, as far as it is known, else what its trigger offers. The
 * question of an agent is never just resolved: the agent needs words to go by.
 */
export function answerOptions(
  blocker: Pick<Blocker, 'id' | 'answers' | 'trigger' | 'subject'>,
): readonly AnswerOption[] {
  const named = (blocker.answers ?? []).flatMap(({ id, label }): AnswerOption[] => {
    if (!isAnswerId(id) || (id === 'resolved' && waitsForWords(blocker))) return [];
    const needs = needsOf.get(id);
    return [{ id, label, ...(needs === undefined ? {} : { needs }) }];
  });
  const byId = new Map(named.map((option) => [option.id, option]));
  return byId.size > 0 ? [...byId.values()] : optionsFor(blocker.trigger, blocker.subject);
}

/** Whether it asks a person a question of an agent, which waits for the answer in words. */
export function waitsForWords({ id, trigger }: Pick<Blocker, 'id' | 'trigger'>): boolean {
  return (trigger === 'user-only-decision' || trigger === 'lead-escalated') && id.startsWith('question:');
}

/** Whether a text says no more than that something is resolved, which answers no question. */
export function isWordless(text: string): boolean {
  return /^(it is |it’s |it's )?resolved[.!]?$/i.test(text.trim().replace(/\s+/g, ' '));
}

/** Answers that do something to what the escalation is about. */
const ofSubject: ReadonlySet<AnswerId> = new Set([
  'skip-task',
  'task-done',
  'task-open',
  'more-time',
  'resolve-vote',
]);

/** What each answer needs besides, whoever wrote the blocker. */
const needsOf: ReadonlyMap<AnswerId, AnswerOption['needs']> = new Map(
  Object.values(optionsOf).flatMap((options) => options.map(({ id, needs }) => [id, needs] as const)),
);

export function isAnswerId(value: string): value is AnswerId {
  return answerIds.some((id) => id === value);
}

function isTrigger(value: string | undefined): value is EscalationTrigger {
  return value !== undefined && Object.hasOwn(optionsOf, value);
}
