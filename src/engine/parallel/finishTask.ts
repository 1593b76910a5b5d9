import { eventFileName } from '../../files/busWriting';
import type { EditRefusal } from '../../model/edit';
import { unblockedBy } from '../../rules/parallel';
import { plainTaskId } from '../../rules/taskGraph/graphTask';
import { postEvent, postMessage } from './bus';
import type { Execution } from './execution';
import { unlockFiles } from './fileLocks';
import { removeWorkerFile } from './workerFile';
import { setWorkerStatus } from './workerStatus';

/** Every write of these may be made again: broken off and repeated, it comes to the same. */

export interface EndedWorker {
  readonly workerId: string;
  readonly taskId: string;
}

/** What could not be written, and is tried again later. */
export type Unwritten = EditRefusal | undefined;

/**
 * Records that a task is complete (spec 003, "Worker Protocol"): in the journal, and from there on it is final; then
 * TASK_COMPLETE for those that wait on the bus, unless its worker posted it; then `[x]` in plan.md and the rest.
 * @param worker absent: somebody else's worker completed it
 */
export async function completeTask(
  execution: Execution,
  task: { readonly taskId: string; readonly commit?: string; readonly worker?: string },
): Promise<Unwritten> {
  const { context, messages, graph } = execution;
  const { taskId, commit, worker } = task;
  const { run } = context.log.state();
  if (!run.completed.includes(taskId)) {
    await context.log.append({
      kind: 'completed',
      task: taskId,
      ...(commit === undefined ? {} : { commit }),
    });
  }
  const done = new Set(
    graph.nodes.filter(({ state }) => state === 'done' || state === 'skipped').map(({ id }) => id),
  );
  for (const id of context.log.state().run.completed) done.add(id);
  const unblocks = unblockedBy(graph, done, taskId);
  const posted = messages.about(taskId).some(({ type }) => type === 'TASK_COMPLETE');
  if (!posted) {
    const refused = await postMessage(
      context,
      'TASK_COMPLETE',
      { task_id: taskId, commit_sha: commit ?? null, files_modified: [], unblocks: fitting(unblocks) },
      worker,
    );
    if (refused) return refused;
  }
  const [marked, ...refusals] = await Promise.all([
    markComplete(execution, taskId, commit),
    postEvent(context, eventFileName('TASK_COMPLETE', taskId), commit),
    ...unblocks.map((id) => postReady(execution, id)),
    worker === undefined
      ? undefined
      : setWorkerStatus(context, worker, { taskId, status: 'COMPLETE', progressPct: 100 }),
    worker === undefined ? undefined : release(execution, { workerId: worker, taskId }),
  ]);
  for (const refused of refusals) warn(execution, refused);
  return marked;
}

/** DEP_READY for a task that waits for nothing any more, once. */
export async function postReady({ context, readied }: Execution, taskId: string): Promise<Unwritten> {
  if (readied.has(taskId)) return undefined;
  readied.add(taskId);
  const refused = await postEvent(context, eventFileName('DEP_READY', taskId));
  if (refused) readied.delete(taskId);
  return refused;
}

/** In bytes: what leaves room for the rest of the line. */
const mostListed = 2_500;

/** As many as one line of the queue has room for; each of them has an event of its own as well. */
function fitting(ids: readonly string[]): readonly string[] {
  let size = 0;
  const first = ids.findIndex((id) => (size += Buffer.byteLength(JSON.stringify(id)) + 1) > mostListed);
  return first < 0 ? ids : ids.slice(0, first);
}

async function markComplete(
  execution: Execution,
  taskId: string,
  commit: string | undefined,
): Promise<Unwritten> {
  const { context, graph } = execution;
  const node = graph.nodes.find(({ id }) => plainTaskId(id) === plainTaskId(taskId));
  if (node?.taskId !== undefined) {
    const outcome = await execution.plan.done(execution.track, node.taskId, commit);
    if ('refused' in outcome) return outcome.refused;
    if (outcome.warning !== undefined) {
      context.emit({ event: 'warning', message: outcome.warning });
      await context.log.append({ kind: 'plan-marked', task: taskId, boxless: true });
      return undefined;
    }
  }
  if (!isMarked(context, taskId)) await context.log.append({ kind: 'plan-marked', task: taskId });
  return undefined;
}

/** Whether its completion was shown in plan.md once, by this run. */
export function isMarked({ log }: Execution['context'], taskId: string): boolean {
  const { run, unmarked } = log.state();
  return run.completed.includes(taskId) && !unmarked.some(({ task }) => task === taskId);
}

/**
 * Records that a worker failed: TASK_FAILED, unless it posted that itself, which pauses its dependents; its status; its
 * locks; and plan.md says `[ ]` again. No `[!]`: a failed task is tried again, and what needs a person after the last try
 * stands in the blockers, where it is answered; a marker would have to be taken away by hand as well.
 */
export async function failTask(execution: Execution, worker: EndedWorker, error: string): Promise<Unwritten> {
  const { context, messages } = execution;
  const { workerId, taskId } = worker;
  const posted = messages
    .about(taskId)
    .some(({ type, source }) => type === 'TASK_FAILED' && source === workerId);
  if (!posted) {
    const refused = await postMessage(
      context,
      'TASK_FAILED',
      { task_id: taskId, error, stack_trace: '' },
      workerId,
    );
    if (refused) return refused;
  }
  const refusals = await Promise.all([
    postEvent(context, eventFileName('TASK_FAILED', taskId), error),
    setWorkerStatus(context, workerId, {
      taskId,
      status: 'FAILED',
      progressPct: progressOf(execution, workerId),
    }),
    release(execution, worker),
    reopen(execution, taskId),
  ]);
  for (const refused of refusals) warn(execution, refused);
  return undefined;
}

/** A worker that was stopped through no fault of its own leaves nothing behind: its task is as open as before. */
export async function withdrawTask(execution: Execution, worker: EndedWorker): Promise<void> {
  const refusals = await Promise.all([
    setWorkerStatus(execution.context, worker.workerId, 'gone'),
    release(execution, worker),
    reopen(execution, worker.taskId),
  ]);
  for (const refused of refusals) warn(execution, refused);
}

/** A worker whose end only a person can judge: its process is gone; plan.md stays as it is until it is judged. */
export async function setAside(execution: Execution, worker: EndedWorker): Promise<void> {
  const { taskId, workerId } = worker;
  const progressPct = progressOf(execution, workerId);
  const refusals = await Promise.all([
    setWorkerStatus(execution.context, workerId, { taskId, status: 'FAILED', progressPct }),
    release(execution, worker),
  ]);
  for (const refused of refusals) warn(execution, refused);
}

/** `[~]` of a task that nobody is at any more is taken back. */
export async function reopen(execution: Execution, taskId: string): Promise<Unwritten> {
  const node = execution.graph.nodes.find(({ id }) => id === taskId);
  if (node?.taskId === undefined) return undefined;
  const outcome = await execution.plan.open(execution.track, node.taskId);
  return 'refused' in outcome ? outcome.refused : undefined;
}

async function release({ context, track }: Execution, worker: EndedWorker): Promise<Unwritten> {
  const { workerId } = worker;
  // It may have locked more than we did for it.
  const holds =
    context.log.state().run.workers.some((known) => known.workerId === workerId && known.locks.length > 0) ||
    (track.bus?.locks ?? []).some((lock) => lock.workerId === workerId);
  const [unlocked, removed] = await Promise.all([
    holds ? unlockFiles(context, worker) : undefined,
    removeWorkerFile(context, worker.workerId),
  ]);
  return unlocked ?? removed;
}

function progressOf({ track }: Execution, workerId: string): number {
  return track.bus?.workers.find((worker) => worker.workerId === workerId)?.progress ?? 0;
}

/** What cleanUpWorkers makes good later. */
function warn({ context }: Execution, refused: Unwritten): void {
  if (refused) context.emit({ event: 'warning', message: refused.message });
}
