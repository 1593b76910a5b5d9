import type { FileLock, MessageBus, WorkerStatus } from '../model/messageBus';
import { circlesOf } from './graph';

/** A running worker is stale after 10 minutes without heartbeat (FORMATS §4.9, timings). */
export const staleWorkerMs = 10 * 60_000;
/** A lock without expires_at expires 30 minutes after it was taken (spec 003, "Deadlock Detection"). */
export const lockTimeoutMs = 30 * 60_000;

export interface StaleWorker {
  readonly worker: WorkerStatus;
  /** Milliseconds since its last sign of life. */
  readonly silentMs: number;
  readonly why: string;
}

export interface ExpiredLock {
  readonly lock: FileLock;
  /** Milliseconds since it expired. */
  readonly overdueMs: number;
  readonly why: string;
}

export interface WaitCycle {
  /** Each waits for the next, the last for the first. */
  readonly workers: readonly string[];
  /** Who gives way: the oldest worker (spec 003, "Deadlock Detection"). */
  readonly victim: string;
  readonly why: string;
}

/** Workers that say RUNNING but have been silent for more than 10 minutes. One without any time is not judged. */
export function staleWorkers(bus: MessageBus, now: Date): StaleWorker[] {
  return bus.workers.flatMap((worker) => {
    if (worker.status.toUpperCase() !== 'RUNNING') return [];
    const alive = latest(timeOf(worker.lastHeartbeat), timeOf(worker.startedAt), lastMessageOf(bus, worker));
    if (alive === undefined) return [];
    const silentMs = now.getTime() - alive;
    if (silentMs <= staleWorkerMs) return [];
    return [
      {
        worker,
        silentMs,
        why: `${worker.workerId} says RUNNING, but its last sign of life was ${minutes(silentMs)} ago; after 10 minutes a worker counts as stale.`,
      },
    ];
  });
}

/** Locks whose time is over. One without any time is not judged. */
export function expiredLocks(bus: MessageBus, now: Date): ExpiredLock[] {
  return bus.locks.flatMap((lock) => {
    const acquired = timeOf(lock.acquiredAt);
    const expires = timeOf(lock.expiresAt) ?? (acquired === undefined ? undefined : acquired + lockTimeoutMs);
    if (expires === undefined) return [];
    const overdueMs = now.getTime() - expires;
    if (overdueMs <= 0) return [];
    return [
      {
        lock,
        overdueMs,
        why: `${lock.workerId} holds ${lock.path} ${minutes(overdueMs)} longer than the lock is good for; an expired lock may be taken over.`,
      },
    ];
  });
}

/**
 * Circles in the wait-for graph of the workers that are waiting now. What somebody waits for can be a worker, a task
 * (→ the workers at it), a file or `FILE_UNLOCK_<file>` (→ who holds its lock), or `file_lock` with the file as
 * resource. Waiting for something that nobody has is no circle.
 */
export function waitCycles(bus: MessageBus): WaitCycle[] {
  const edges = new Map<string, string[]>();
  for (const waiting of bus.waiting) {
    const holders = holdersOf(bus, waiting.waitingFor, waiting.resource);
    if (holders.length === 0) continue;
    edges.set(waiting.source, [...(edges.get(waiting.source) ?? []), ...holders]);
  }
  const nodes = [...new Set([...edges.keys(), ...[...edges.values()].flat()])];
  return circlesOf(nodes, (worker) => edges.get(worker) ?? []).map((workers) => {
    const victim = oldestOf(bus, workers);
    return {
      workers,
      victim,
      why: `${[...workers, workers[0]!].join(' → ')}: each waits for the next, so none goes on. The oldest worker, ${victim}, gives way.`,
    };
  });
}

/** The workers that hold up somebody who waits for a worker, a task, a file or a lock; none if nobody has it. */
export function holdersOf(bus: MessageBus, waitingFor: string, resource: string | undefined): string[] {
  if (bus.workers.some((worker) => worker.workerId === waitingFor)) return [waitingFor];
  const wanted = waitingFor.startsWith('FILE_UNLOCK_')
    ? [waitingFor.slice('FILE_UNLOCK_'.length), resource]
    : waitingFor.toLowerCase() === 'file_lock'
      ? [resource]
      : [waitingFor, resource];
  const paths = wanted.filter((path) => path !== undefined).map(plainPath);
  const holders = bus.locks
    .filter((lock) => paths.includes(plainPath(lock.path)))
    .map((lock) => lock.workerId);
  if (holders.length > 0) return [...new Set(holders)];
  const atTask = bus.workers
    .filter((worker) => worker.taskId === waitingFor && /^(RUNNING|BLOCKED)$/i.test(worker.status))
    .map((worker) => worker.workerId);
  if (atTask.length > 0) return atTask;
  // A worker that has not reported a status yet is still somebody who waits.
  return bus.waiting.some((other) => other.source === waitingFor) ? [waitingFor] : [];
}

function plainPath(path: string): string {
  return path.replaceAll('\\', '/').replace(/^\.\//, '');
}

/** By started_at, else by the time in the id (`worker-<task>-<YYYYMMDDHHMMSS>` or epoch ms), else by name. */
function oldestOf(bus: MessageBus, workers: readonly string[]): string {
  const born = (id: string) =>
    timeOf(bus.workers.find((worker) => worker.workerId === id)?.startedAt) ?? timeInId(id) ?? Infinity;
  return [...workers].sort((a, b) => born(a) - born(b) || (a < b ? -1 : 1))[0]!;
}

function timeInId(id: string): number | undefined {
  const digits = /-(\d{13,14})$/.exec(id)?.[1];
  if (digits === undefined) return undefined;
  if (digits.length === 13) return Number(digits);
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(digits)!;
  return timeOf(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
}

function lastMessageOf(bus: MessageBus, worker: WorkerStatus): number | undefined {
  return timeOf(bus.messages.findLast((message) => message.source === worker.workerId)?.timestamp);
}

/** Epoch ms. A time without zone is UTC, as every writer of the bus means it. */
function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/i.test(text) || !/T/.test(text) ? text : `${text}Z`;
  const time = Date.parse(zoned);
  return Number.isNaN(time) ? undefined : time;
}

function latest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** "12 min", "3 h", "2 d" */
function minutes(ms: number): string {
  const min = Math.floor(ms / 60_000);
  if (min < 120) return `${Math.max(1, min)} min`;
  return min < 48 * 60 ? `${Math.floor(min / 60)} h` : `${Math.floor(min / 1440)} d`;
}
