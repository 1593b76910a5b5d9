import type { BusMessage, MessageBus } from '../../model/messageBus';
import { staleWorkers } from '../busRules';
import { plainTaskId } from '../taskGraph/graphTask';
import type { OurWorker, ParallelRun } from './parallelRun';

/** What is known about the attempts at one task: from the journal of our run and from the bus. */
export interface TaskAttempts {
  /** Somebody recorded its completion: "TASK_COMPLETE, queue.jsonl:14". */
  readonly complete?: string;
  /** A worker that says both complete and failed. */
  readonly contradiction?: string;
  /** Workers that failed at it, each once. */
  readonly failures: readonly { readonly worker: string; readonly error: string }[];
  readonly ours?: OurWorker;
  /** A worker of somebody else that is at it, and its last sign of life when that is long ago. */
  readonly other?: { readonly workerId: string; readonly silentMs?: number };
  /** We have begun it in this run. */
  readonly begun: boolean;
}

const none: TaskAttempts = { failures: [], begun: false };

/** By plain task id. Linear in the messages that are kept. */
export function attemptsOf(
  bus: MessageBus | undefined,
  run: ParallelRun,
  now: Date,
  lostAfterMs: number,
): (id: string) => TaskAttempts {
  const byTask = new Map<string, TaskAttempts>();
  const get = (id: string): TaskAttempts => byTask.get(plainTaskId(id)) ?? none;
  const set = (id: string, change: Partial<TaskAttempts>): void => {
    byTask.set(plainTaskId(id), { ...get(id), ...change });
  };
  const fail = (id: string, worker: string, error: string): void => {
    const { failures } = get(id);
    if (!failures.some((known) => known.worker === worker))
      set(id, { failures: [...failures, { worker, error }] });
  };

  for (const id of run.completed) set(id, { complete: 'recorded by this run' });
  for (const worker of run.workers) {
    set(worker.taskId, { begun: true });
    if (worker.state === 'running') set(worker.taskId, { ours: worker });
    else if (worker.state === 'failed')
      fail(worker.taskId, worker.workerId, worker.error ?? 'it gave no reason');
    else set(worker.taskId, { complete: `${worker.workerId} completed it` });
  }
  if (!bus) return get;

  const completers = new Map<string, Set<string>>();
  for (const message of bus.messages) {
    const id = taskOf(message);
    if (id === undefined) continue;
    const source = message.source ?? `queue.jsonl:${message.line}`;
    const key = plainTaskId(id);
    if (message.type === 'TASK_COMPLETE') {
      completers.set(key, (completers.get(key) ?? new Set()).add(source));
      set(id, { complete: get(id).complete ?? `TASK_COMPLETE of ${source}, queue.jsonl:${message.line}` });
    } else if (message.type === 'TASK_FAILED') {
      const { error } = message.payload;
      fail(id, source, typeof error === 'string' && error.trim() !== '' ? error : 'it gave no reason');
      if (completers.get(key)?.has(source)) {
        set(id, {
          contradiction: `${source} posted TASK_COMPLETE and later TASK_FAILED (queue.jsonl:${message.line})`,
        });
      }
    }
  }
  const ourIds = new Set(run.workers.map(({ workerId }) => workerId));
  const stale = new Map(staleWorkers(bus, now).map(({ worker, silentMs }) => [worker.workerId, silentMs]));
  for (const { workerId, taskId, status } of bus.workers) {
    if (taskId === undefined || ourIds.has(workerId)) continue;
    const state = status.toUpperCase();
    if (state === 'FAILED') fail(taskId, workerId, 'worker-status.json says FAILED');
    if (state === 'COMPLETE') {
      set(taskId, {
        complete: get(taskId).complete ?? `worker-status.json says that ${workerId} completed it`,
      });
    }
    if (state !== 'RUNNING' && state !== 'BLOCKED') continue;
    const silentMs = stale.get(workerId);
    // Nobody can ask it; after the worker timeout its task is free again.
    if (silentMs !== undefined && silentMs > lostAfterMs)
      fail(taskId, workerId, 'it has not been heard of any more');
    else set(taskId, { other: { workerId, ...(silentMs === undefined ? {} : { silentMs }) } });
  }
  return get;
}

function taskOf({ payload }: BusMessage): string | undefined {
  const id = payload['task_id'];
  return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined;
}
