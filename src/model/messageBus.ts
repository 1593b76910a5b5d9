import type { BoardSession } from './board';
import type { Problem } from './problem';

/** `<track>/.message-bus/` (spec 003, "Message Bus"; FORMATS §4.9). */
export interface MessageBus {
  readonly folder: string;
  /** Newest last; only the tail is kept in memory. */
  readonly messages: readonly BusMessage[];
  /** All whole lines in queue.jsonl, kept in memory or not. */
  readonly messageCount: number;
  readonly locks: readonly FileLock[];
  readonly workers: readonly WorkerStatus[];
  readonly events: readonly string[];
  /** The session that is running on the bus now, or the last one it held. */
  readonly board?: BoardSession;
  /** Latest BLOCKED of each source that no later message of the same source follows. */
  readonly waiting: readonly Waiting[];
  readonly problems: readonly Problem[];
}

export interface BusMessage {
  readonly id?: string;
  /** PROGRESS, TASK_COMPLETE, …; open set. */
  readonly type: string;
  readonly source?: string;
  readonly timestamp?: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** 1-based line in queue.jsonl. */
  readonly line: number;
}

export interface FileLock {
  readonly path: string;
  readonly workerId: string;
  readonly acquiredAt?: string;
  readonly expiresAt?: string;
}

export interface WorkerStatus {
  readonly workerId: string;
  readonly taskId?: string;
  /** RUNNING, COMPLETE, FAILED, BLOCKED; `COMPLETED` is read as COMPLETE. */
  readonly status: string;
  /** 0–100 */
  readonly progress?: number;
  readonly lastHeartbeat?: string;
  readonly startedAt?: string;
}

export interface Waiting {
  readonly source: string;
  readonly taskId?: string;
  readonly waitingFor: string;
  readonly resource?: string;
  readonly since?: string;
  readonly line: number;
}
