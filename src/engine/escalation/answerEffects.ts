import type { EditRefusal } from '../../model/edit';
import type { Blocker } from '../../model/loopState';
import type { Track } from '../../model/track';
import { tasksOf } from '../../rules/progress';
import { taskGraphOf } from '../../rules/taskGraph';
import { plainTaskId } from '../../rules/taskGraph/graphTask';
import { resolveTie } from '../boardActions';
import { answerQuestion } from '../leads/answerQuestion';
import { wordsAsked } from '../leads/questionBlockers';
import { markTask } from '../markTask';
import type { Ports } from '../ports';
import type { AnswerRequest } from './answerEscalation';

export type Effect =
  | { readonly files: readonly string[]; readonly warnings: readonly string[] }
  | { readonly refused: EditRefusal };

const nothing: Effect = { files: [], warnings: [] };

/** What an answer writes outside the blocker. Each part can be written again: what is there already changes nothing. */
export async function doFirst(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  blocker: Blocker,
  o: AnswerRequest,
): Promise<Effect> {
  const { subject } = blocker;
  switch (o.answer) {
    case 'task-done':
    case 'skip-task':
    case 'task-open':
      return subject === undefined ? nothing : mark(ports, track, subject, o);
    case 'resolve-vote':
      return subject === undefined ? nothing : vote(ports, track, subject, o);
    case 'answer':
      return subject === undefined || !asksQuestion(blocker)
        ? nothing
        : question(ports, track, blocker, subject, o);
    default:
      return nothing;
  }
}

function asksQuestion({ trigger }: Blocker): boolean {
  return trigger === 'user-only-decision' || trigger === 'lead-escalated';
}

async function question(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  blocker: Blocker,
  questionId: string,
  o: AnswerRequest,
): Promise<Effect> {
  const result = await answerQuestion(ports, track, {
    questionId,
    question: wordsAsked(blocker),
    answer: o.note ?? '',
    by: o.by,
    ...(o.reason === undefined ? {} : { reasoning: o.reason }),
  });
  if (!('refused' in result)) return result;
  // Nobody waits for it any more; the answer is kept with the blocker.
  return result.refused.code === 'question-not-found'
    ? { files: [], warnings: [result.refused.message] }
    : result;
}

const markerOf = { 'task-done': 'done', 'skip-task': 'skipped', 'task-open': 'todo' } as const;

async function mark(
  ports: Pick<Ports, 'editor'>,
  track: Track,
  subject: string,
  o: AnswerRequest,
): Promise<Effect> {
  const taskId = planTaskOf(track, subject);
  const marker = markerOf[o.answer as keyof typeof markerOf];
  const note = marker === 'skipped' ? o.note?.trim() : undefined;
  const outcome = await markTask(ports, track, { taskId, marker, ...(note ? { note } : {}) }, o.signal);
  if (!('refused' in outcome)) return { files: outcome.changed ? [track.documents.plan!] : [], warnings: [] };
  // A task that only the dag or another task's dependency names may start as soon as the plan is corrected.
  return marker === 'todo' && outcome.refused.code === 'task-not-found'
    ? { files: [], warnings: [outcome.refused.message] }
    : outcome;
}

/** The id in plan.md of a task that a run knows by its id in the dag, or by its number. */
function planTaskOf(track: Track, subject: string): string {
  const tasks = tasksOf(track.plan);
  const known =
    tasks.find(({ id }) => id === subject)?.id ??
    taskGraphOf(track).nodes.find(({ id }) => id === subject)?.taskId ??
    tasks.find(({ number }) => number === plainTaskId(subject))?.id;
  return known ?? subject;
}

async function vote(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  sessionId: string,
  o: AnswerRequest,
): Promise<Effect> {
  if (!o.verdict) return nothing;
  const result = await resolveTie(ports, track, {
    sessionId,
    verdict: o.verdict,
    note: o.note ?? '',
    by: o.by,
    ...(o.signal ? { signal: o.signal } : {}),
  });
  if (!('refused' in result)) return result;
  // Somebody resolved it in the board panel, or this answer was interrupted after the vote: the session's verdict holds.
  const decided = result.refused.code === 'resolved-already' || result.refused.code === 'not-escalated';
  return decided ? { files: [], warnings: [result.refused.message] } : result;
}
