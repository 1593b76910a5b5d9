import type { MessageBus, WorkerStatus } from '../../model/messageBus';
import { holdersOf } from '../busRules';
import { readTime } from '../timeline/readTime';
import { plainTaskId } from './graphTask';

/** What the message bus says about one task now (spec 003, "Message Bus"). */
export interface BusTask {
  /** The worker at it, RUNNING or BLOCKED. */
  readonly worker?: WorkerStatus;
  /** 0–100 */
  readonly progressPct?: number;
  /** It failed, and nobody has tried again since. */
  readonly failed?: Said;
  /** A worker posted TASK_COMPLETE. */
  readonly complete?: Said;
  /** Its worker waits. */
  readonly waits?: Said & {
    /** The task of the worker that has what it waits for. */
    readonly holder?: string;
  };
}

export interface Said {
  readonly text: string;
  readonly file: string;
  readonly line?: number;
}

/** By plain task id. */
export function busTasks(bus: MessageBus | undefined): ReadonlyMap<string, BusTask> {
  const tasks = new Map<string, BusTask>();
  if (!bus) return tasks;
  const queue = `${bus.folder}/queue.jsonl`;
  const update = (id: string, change: Partial<BusTask>): void => {
    tasks.set(plainTaskId(id), { ...tasks.get(plainTaskId(id)), ...change });
  };

  for (const { type, payload, line } of bus.messages) {
    const id = textIn(payload, 'task_id');
    if (id === undefined) continue;
    if (type === 'TASK_FAILED') {
      const error = textIn(payload, 'error');
      update(id, {
        failed: { text: error ?? 'its worker posted TASK_FAILED without saying why', file: queue, line },
        complete: undefined,
      });
    } else if (type === 'TASK_COMPLETE') {
      update(id, { complete: { text: 'TASK_COMPLETE', file: queue, line }, failed: undefined });
    } else if (type === 'WORKER_DISPATCHED') {
      update(id, { failed: undefined, complete: undefined, progressPct: undefined });
    } else if (type === 'PROGRESS') {
      const percent = payload['progress_pct'];
      if (typeof percent === 'number') update(id, { progressPct: within100(percent) });
    }
  }

  const order = ['FAILED', 'BLOCKED', 'RUNNING'];
  const workers = bus.workers
    .filter((worker) => worker.taskId !== undefined && order.includes(worker.status.toUpperCase()))
    // The one that is at it now last, so that it is what stays.
    .sort((a, b) => order.indexOf(a.status.toUpperCase()) - order.indexOf(b.status.toUpperCase()));
  for (const worker of workers) {
    const id = worker.taskId!;
    const known = tasks.get(plainTaskId(id));
    if (worker.status.toUpperCase() === 'FAILED') {
      const text = `${worker.workerId} says FAILED`;
      if (!known?.complete && !known?.failed)
        update(id, { failed: { text, file: `${bus.folder}/worker-status.json` } });
      continue;
    }
    update(id, { worker, progressPct: within100(worker.progress) ?? known?.progressPct, failed: undefined });
  }

  for (const waiting of bus.waiting) {
    const at = bus.workers.find(({ workerId }) => workerId === waiting.source);
    const id = waiting.taskId ?? at?.taskId;
    if (id === undefined) continue;
    // Its worker is gone and another one is at the task: that wait holds nobody up any more.
    if (!at && tasks.get(plainTaskId(id))?.worker?.status.toUpperCase() === 'RUNNING') continue;
    // It says in worker-status.json that it runs again, and said so later than that it waits.
    if (at?.status.toUpperCase() === 'RUNNING' && isLater(at.lastHeartbeat, waiting.since)) continue;
    const holder = holdersOf(bus, waiting.waitingFor, waiting.resource)[0];
    const wanted =
      waiting.resource === undefined || waiting.resource === waiting.waitingFor
        ? waiting.waitingFor
        : `${waiting.waitingFor} (${waiting.resource})`;
    update(id, {
      waits: {
        text: `${waiting.source} waits for ${wanted}`,
        file: queue,
        line: waiting.line,
        holder: bus.workers.find(({ workerId }) => workerId === holder)?.taskId,
      },
    });
  }
  return tasks;
}

function textIn(payload: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = payload[key];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function within100(percent: number | undefined): number | undefined {
  return percent === undefined || Number.isNaN(percent) ? undefined : Math.max(0, Math.min(100, percent));
}

function isLater(a: string | undefined, b: string | undefined): boolean {
  const [first, second] = [readTime(a, 0).at, readTime(b, 0).at];
  return first !== undefined && second !== undefined && first > second;
}
