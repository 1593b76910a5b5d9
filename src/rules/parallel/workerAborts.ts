import type { MessageBus } from '../../model/messageBus';
import { deadlocks } from '../deadlock';
import type { TaskNode } from '../taskGraph';
import type { ParallelDecision } from './parallelDecision';
import type { OurWorker, ParallelSettings } from './parallelRun';
import { workedMs } from './workTime';

type Abort = Extract<ParallelDecision, { readonly kind: 'abort' }>;

export interface WorkersNow {
  /** Ours. */
  readonly running: readonly OurWorker[];
  readonly bus: MessageBus | undefined;
  readonly nodes: ReadonlyMap<string, TaskNode>;
  /** Groups over their time limit → why. */
  readonly overdue: ReadonlyMap<string, string>;
}

/** Workers of ours that must be stopped, each once, for the first reason that holds. */
export function workerAborts(now: WorkersNow, settings: ParallelSettings, at: Date): Abort[] {
  const aborts = new Map<string, Abort>();
  const abort = (
    worker: OurWorker,
    cause: Abort['cause'],
    because: string,
    message?: Abort['message'],
  ): void => {
    if (aborts.has(worker.workerId)) return;
    aborts.set(worker.workerId, {
      kind: 'abort',
      workerId: worker.workerId,
      taskIdOfWorker: worker.taskId,
      cause,
      because,
      ...(message ? { message } : {}),
    });
  };
  for (const { victim, why, message } of now.bus ? deadlocks(now.bus, at) : []) {
    const worker = now.running.find(({ workerId }) => workerId === victim);
    if (worker) abort(worker, 'deadlock', why, message);
  }
  for (const worker of now.running) {
    const group = now.nodes.get(worker.taskId)?.group;
    const ran = workedMs(Date.parse(worker.startedAt), worker.waits ?? [], at.getTime());
    if (group !== undefined && now.overdue.has(group)) abort(worker, 'groupTimeout', now.overdue.get(group)!);
    else if (ran > settings.workerTimeoutMs) {
      abort(
        worker,
        'workerTimeout',
        `${worker.workerId} has run for ${Math.floor(ran / 60_000)} min; its limit is ${Math.floor(settings.workerTimeoutMs / 60_000)}.`,
      );
    } else if (!now.nodes.has(worker.taskId))
      abort(worker, 'notNeeded', `plan.md has no task ${worker.taskId} any more.`);
  }
  return [...aborts.values()];
}

/** Deadlocks whose victim is not ours to stop: a person hears of them. */
export function foreignDeadlocks({ running, bus }: WorkersNow, at: Date): ParallelDecision[] {
  if (!bus) return [];
  return deadlocks(bus, at)
    .filter(({ victim }) => !running.some(({ workerId }) => workerId === victim))
    .map(({ victim, why }) => ({
      kind: 'escalate',
      id: `deadlock:${victim}`,
      trigger: 'deadlock',
      because: `${why} It was not started by this run, so it is not stopped by it.`,
    }));
}
