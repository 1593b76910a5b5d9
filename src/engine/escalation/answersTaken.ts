import type { Blocker } from '../../model/loopState';
import type { Track } from '../../model/track';
import { defaultParallelSettings, emptyRun, type ParallelRun } from '../../rules/parallel';
import { attemptsOf } from '../../rules/parallel/taskAttempts';
import { plainTaskId } from '../../rules/taskGraph/graphTask';
import type { RunNote } from '../run/runLog';
import type { RunState } from '../run/runState';

/**
 * What a run must note of the answers that a person gave (spec 003, "Escalation Triggers"), oldest first: each answer
 * that its journal does not have, and what follows from it for its own counts. A new run takes the answers of earlier
 * ones again, since the failures that they forgave still stand on the message bus. Depends on its arguments only.
 */
export function answersTaken(track: Track, state: RunState): readonly RunNote[] {
  const given = (track.metadata?.blockers ?? []).filter(
    (blocker) => !blocker.active && blocker.answer !== undefined && !state.answers.has(blocker.id),
  );
  return given
    .map((blocker, place) => ({ blocker, place }))
    .sort((a, b) => timeOf(a.blocker) - timeOf(b.blocker) || a.place - b.place)
    .flatMap(({ blocker }) => notesOf(track, state, blocker));
}

/** How many workers failed at a task, as the message bus tells. */
export function failuresOnBus(track: Track, task: string, now?: Date): number {
  return failuresOf(track, emptyRun, task, now);
}

function notesOf(track: Track, state: RunState, blocker: Blocker): RunNote[] {
  const { id, answer, subject } = blocker;
  if (answer === undefined) return [];
  const answered: RunNote = { kind: 'answered', question: id, answer };
  if (subject === undefined) return [answered];
  if (forgives(blocker)) {
    const failures = forgiven(track, state.run, blocker, subject);
    // The count goes first: an answer that is noted is not looked at again.
    return failures > 0 ? [{ kind: 'forgiven', task: subject, failures }, answered] : [answered];
  }
  // A run that has not begun with the group counts its time from its own start anyway.
  if (answer === 'more-time' && hasBegun(track, state.run, subject)) {
    return [{ kind: 'more-time', group: subject }, answered];
  }
  return [answered];
}

/** Whether the answer means that a task is tried again, whatever was said of its earlier attempts. */
export function forgives({ answer, trigger }: Pick<Blocker, 'answer' | 'trigger'>): boolean {
  const again = answer === 'try-again' || answer === 'task-open';
  return (
    again && (trigger === 'task-failed' || trigger === 'task-contradiction' || trigger === 'task-blocked')
  );
}

/** Failures after the answer are not forgiven: a later run knows them from the bus, too. */
function forgiven(track: Track, run: ParallelRun, blocker: Blocker, task: string): number {
  const now = blocker.resolvedAt === undefined ? undefined : new Date(blocker.resolvedAt);
  const known = failuresOf(track, run, task, now);
  const sameRun = run.workers.some(({ taskId }) => plainTaskId(taskId) === plainTaskId(task));
  return sameRun ? known : Math.min(known, blocker.forgivenFailures ?? known);
}

function failuresOf(track: Track, run: ParallelRun, task: string, now: Date | undefined): number {
  const at = now === undefined || Number.isNaN(now.getTime()) ? new Date() : now;
  return attemptsOf(track.bus, run, at, defaultParallelSettings.workerTimeoutMs)(task).failures.length;
}

function hasBegun(track: Track, run: ParallelRun, group: string): boolean {
  const members = track.plan?.dag?.parallelGroups.find(({ id }) => id === group)?.tasks.map(plainTaskId);
  return run.workers.some(({ taskId }) => members === undefined || members.includes(plainTaskId(taskId)));
}

function timeOf(blocker: Blocker): number {
  const time = Date.parse(blocker.resolvedAt ?? '');
  return Number.isNaN(time) ? 0 : time;
}
