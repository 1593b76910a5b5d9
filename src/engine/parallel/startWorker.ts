import type { EditRefusal } from '../../model/edit';
import type { ParallelDecision } from '../../rules/parallel';
import type { TaskNode } from '../../rules/taskGraph';
import type { RunningAgent } from '../run/agentJob';
import { postMessage } from './bus';
import type { Execution } from './execution';
import { lockFiles, unlockFiles } from './fileLocks';
import { postReady } from './finishTask';
import { makeWorker, removeWorkerFile, writeWorkerFile } from './workerFile';
import { setWorkerStatus } from './workerStatus';

export type StartDecision = Extract<ParallelDecision, { readonly kind: 'start' | 'retry' }>;

export type WorkerStart =
  | { readonly running: RunningAgent }
  /** Somebody else holds a file that it needs, or the run is being stopped: it is decided anew. */
  | { readonly waits: string }
  /** The bus could not be written. */
  | { readonly refused: EditRefusal }
  /** The agent's program could not be started; for every other task it would be the same. */
  | { readonly notStarted: string };

/**
 * Starts the worker of a task: locks, its file and WORKER_DISPATCHED, then the process; when that runs, its status and
 * `[~]` in plan.md. Broken off anywhere, the journal knows what was begun, and nothing of it need be undone by hand.
 */
export async function startWorker(
  execution: Execution,
  decision: StartDecision,
  node: TaskNode,
  workerId: string,
  overrides: Readonly<Record<string, string>>,
  isHeld: () => boolean,
): Promise<WorkerStart> {
  const { context } = execution;
  const worker = makeWorker(execution, node, workerId, overrides);
  const holder = { workerId, taskId: node.id };
  const held = (): EditRefusal | undefined =>
    isHeld()
      ? { code: 'run-stopping', message: `${workerId} was not started: nothing is started any more.` }
      : undefined;
  const started = await context.desk.start(
    {
      id: workerId,
      role: 'worker',
      agent: `${worker.template}-worker`,
      prompt: worker.prompt,
      step: 'EXECUTE',
      task: node.id,
      attempt: decision.attempt,
      locks: decision.locks,
      timeLimitMs: context.settings.parallel.workerTimeoutMs,
    },
    async () =>
      held() ??
      (await lockFiles(context, holder, decision.locks)) ??
      (await writeWorkerFile(context, worker)) ??
      held() ??
      // What it waited for may have been completed by somebody else, or before this loop began.
      (node.dependsOn.length > 0 ? await postReady(execution, node.id) : undefined) ??
      (await postMessage(context, 'WORKER_DISPATCHED', {
        worker_id: workerId,
        task_id: node.id,
        parallel_group: decision.group ?? null,
      })),
  );
  if (!('running' in started)) {
    await Promise.all([
      decision.locks.length > 0 ? unlockFiles(context, holder) : undefined,
      removeWorkerFile(context, workerId),
    ]);
    if ('notStarted' in started) return { notStarted: started.notStarted.message };
    const { cancelled } = started;
    return cancelled.code === 'locked' || cancelled.code === 'run-stopping'
      ? { waits: cancelled.message }
      : { refused: cancelled };
  }
  const { running } = started;
  const [status, marked] = await Promise.all([
    setWorkerStatus(context, workerId, {
      taskId: node.id,
      status: 'RUNNING',
      progressPct: 0,
      startedAt: running.startedAt,
    }),
    node.taskId === undefined ? undefined : execution.plan.doing(execution.track, node.taskId),
  ]);
  // It runs, and that is what counts; who looks on hears why it is not seen.
  if (status) context.emit({ event: 'warning', message: status.message });
  if (marked && 'refused' in marked) context.emit({ event: 'warning', message: marked.refused.message });
  return { running };
}
