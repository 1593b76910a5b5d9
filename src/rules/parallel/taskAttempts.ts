import type { BusMessage, MessageBus } from '../../model/messageBus';
import { staleWorkers } from '../busRules';
import { plainTaskId } from '../taskGraph/graphTask';
import type { OurWorker, ParallelRun } from './parallelRun';

/** What is known about the attempts at one task: from the journal of our run and from the bus. */
export interface TaskAttempts {
  /** Somebody recorded its completion: "TASK_COMPLETE, queue.jsonl:14". */
  readonly complete?: string;
  /** A worker that says both complete and failed, or of which nobody can say how it ended; not yet forgiven. */
  readonly contradiction?: string;
  /** A worker said that it cannot be done as things are; not yet forgiven. */
  readonly blocked?: string;
  /** Workers that failed at it, each once, the oldest first; those that a person forgave, too. */
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
  const tasks = new Map<string, Collected>();
  const at = (id: string): Collected => {
    const key = plainTaskId(id);
    const known = tasks.get(key);
    if (known) return known;
    const fresh = new Collected();
    tasks.set(key, fresh);
    return fresh;
  };

  for (const id of run.completed) at(id).completed(undefined, 'recorded by this run');
  // The bus tells of earlier runs, too, so its failures are older than those that only our journal has.
  for (const message of bus?.messages ?? []) {
    const id = taskOf(message);
    if (id !== undefined) takeMessage(at(id), message);
  }
  for (const worker of run.workers) takeOurs(at(worker.taskId), worker);
  if (bus) takeOtherWorkers(at, bus, run, now, lostAfterMs);
  const forgiven = new Map(Object.entries(run.forgiven ?? {}).map(([id, n]) => [plainTaskId(id), n]));
  const found = new Map([...tasks].map(([key, task]) => [key, task.attempts(forgiven.get(key) ?? 0)]));
  return (id) => found.get(plainTaskId(id)) ?? none;
}

class Collected {
  readonly failures = new Map<string, string>();
  begun = false;
  ours: OurWorker | undefined;
  other: TaskAttempts['other'];
  private readonly completions: { readonly by: string | undefined; readonly where: string }[] = [];
  private readonly contradictions: { readonly by: string; readonly why: string }[] = [];
  private readonly obstacles: { readonly by: string; readonly why: string }[] = [];

  /** @param by `undefined`: beyond all doubt */
  completed(by: string | undefined, where: string): void {
    this.completions.push({ by, where });
  }

  failed(by: string, error: string): void {
    if (!this.failures.has(by)) this.failures.set(by, error);
  }

  unclear(by: string, why: string): void {
    this.contradictions.push({ by, why });
  }

  blocked(by: string, why: string): void {
    this.obstacles.push({ by, why });
  }

  isCompletedBy(source: string): boolean {
    return this.completions.some(({ by }) => by === source);
  }

  /** What a worker said whose failure a person forgave ("try again") counts no more, its completion neither. */
  attempts(forgiven: number): TaskAttempts {
    const failures = [...this.failures].map(([worker, error]) => ({ worker, error }));
    const past = new Set(failures.slice(0, forgiven).map(({ worker }) => worker));
    const complete = this.completions.find(({ by }) => by === undefined || !past.has(by))?.where;
    const contradiction = this.contradictions.find(({ by }) => !past.has(by))?.why;
    const blocked = this.obstacles.find(({ by }) => !past.has(by))?.why;
    return {
      failures,
      begun: this.begun,
      ...(complete === undefined ? {} : { complete }),
      ...(contradiction === undefined ? {} : { contradiction }),
      ...(blocked === undefined ? {} : { blocked }),
      ...(this.ours ? { ours: this.ours } : {}),
      ...(this.other ? { other: this.other } : {}),
    };
  }
}

function takeOurs(task: Collected, worker: OurWorker): void {
  const { workerId, error = 'it gave no reason' } = worker;
  task.begun = true;
  if (worker.state === 'running') task.ours = worker;
  if (worker.state === 'complete') task.completed(workerId, `${workerId} completed it`);
  if (['failed', 'blocked', 'unclear'].includes(worker.state)) task.failed(workerId, error);
  if (worker.state === 'blocked') task.blocked(workerId, `${workerId} is blocked: ${error}`);
  if (worker.state === 'unclear') task.unclear(workerId, `${workerId}: ${error.replace(/[.:]$/, '')}`);
}

function takeMessage(task: Collected, { type, source: written, payload, line }: BusMessage): void {
  const source = written ?? `queue.jsonl:${line}`;
  if (type === 'TASK_COMPLETE') task.completed(source, `TASK_COMPLETE of ${source}, queue.jsonl:${line}`);
  if (type !== 'TASK_FAILED') return;
  const { error } = payload;
  task.failed(source, typeof error === 'string' && error.trim() !== '' ? error : 'it gave no reason');
  if (task.isCompletedBy(source))
    task.unclear(source, `${source} posted TASK_COMPLETE and later TASK_FAILED (queue.jsonl:${line})`);
}

function takeOtherWorkers(
  at: (id: string) => Collected,
  bus: MessageBus,
  run: ParallelRun,
  now: Date,
  lostAfterMs: number,
): void {
  const ourIds = new Set(run.workers.map(({ workerId }) => workerId));
  const gone = new Set(run.earlier?.map(({ workerId }) => workerId));
  const stale = new Map(staleWorkers(bus, now).map(({ worker, silentMs }) => [worker.workerId, silentMs]));
  for (const { workerId, taskId, status } of bus.workers) {
    if (taskId === undefined || ourIds.has(workerId)) continue;
    const task = at(taskId);
    const state = status.toUpperCase();
    if (state === 'FAILED') task.failed(workerId, 'worker-status.json says FAILED');
    if (state === 'COMPLETE')
      task.completed(workerId, `worker-status.json says that ${workerId} completed it`);
    if ((state !== 'RUNNING' && state !== 'BLOCKED') || gone.has(workerId)) continue;
    const silentMs = stale.get(workerId);
    // Nobody can ask it; after the worker timeout its task is free again.
    if (silentMs !== undefined && silentMs > lostAfterMs)
      task.failed(workerId, 'it has not been heard of any more');
    else task.other = { workerId, ...(silentMs === undefined ? {} : { silentMs }) };
  }
}

function taskOf({ payload }: BusMessage): string | undefined {
  const id = payload['task_id'];
  return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined;
}
