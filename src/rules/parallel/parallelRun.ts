import type { Wait } from './workTime';

/** What our own loop knows about its workers: the journal of the run, which outlives a crash. */
export interface ParallelRun {
  /** Every attempt of this run, oldest first. */
  readonly workers: readonly OurWorker[];
  /** Ids of tasks whose completion was recorded, by whomever: none of them is ever started again. */
  readonly completed: readonly string[];
  /** Ids of completed tasks that have no box in plan.md to show it: it is not tried again. */
  readonly boxless?: readonly string[];
  /** Workers of earlier runs that have ended: what they left on the bus is ours, and nobody is at it. */
  readonly earlier?: readonly OurWorker[];
  /** Ids of groups (or of tasks without a group) that were finished and cleaned up. */
  readonly finishedGroups: readonly string[];
  /** Failures that a person forgave, by task: "try again" after an escalation. */
  readonly forgiven?: Readonly<Record<string, number>>;
  /** When a person gave a group more time: its limit is counted from there. ISO. */
  readonly groupTimeFrom?: Readonly<Record<string, string>>;
}

export interface OurWorker {
  readonly workerId: string;
  readonly taskId: string;
  /** ISO */
  readonly startedAt: string;
  /**
   * `blocked`: it said that it cannot do the task as things are; trying again would not help, a person must.
   * `unclear`: nobody can say how it ended, or two sources say opposite things; a person does. `stopped`: it was ended
   * through no fault of its own (also when all went down with it), or never started, and counts as no attempt.
   */
  readonly state: 'running' | 'complete' | 'failed' | 'blocked' | 'unclear' | 'stopped';
  /** Why it failed, what blocks it, or what is unclear. */
  readonly error?: string;
  /** When it waited for the answer of a person: that time counts neither against it nor against its group. */
  readonly waits?: readonly Wait[];
  /** Paths that it locked. */
  readonly locks: readonly string[];
}

export interface ParallelSettings {
  /** `conductor.workers.max`: our workers at once. */
  readonly maxWorkers: number;
  /** Tries after the first (spec 003, "Failure Isolation": max 2). */
  readonly retries: number;
  readonly groupTimeoutMs: number;
  readonly workerTimeoutMs: number;
}

/** FORMATS §4.9, timings. */
export const defaultParallelSettings: ParallelSettings = {
  maxWorkers: 5,
  retries: 2,
  groupTimeoutMs: 60 * 60_000,
  workerTimeoutMs: 30 * 60_000,
};

export const emptyRun: ParallelRun = { workers: [], completed: [], finishedGroups: [] };
