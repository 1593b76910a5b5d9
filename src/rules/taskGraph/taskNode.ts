import type { Marker } from '../../model/marker';

/**
 * - done, skipped: plan.md says so.
 * - failed: the message bus says so, and nobody has tried again.
 * - blocked: marked `[!]`, or its worker waits, or it can never start as things are (circle, unknown dependency).
 * - running: marked `[~]`, or a worker is at it.
 * - waiting: something that it depends on is not finished.
 * - ready: it can start now.
 */
export type TaskState = 'done' | 'running' | 'ready' | 'blocked' | 'waiting' | 'failed' | 'skipped';

/** The state as a person reads it. */
export const taskStateWord: Readonly<Record<TaskState, string>> = {
  done: 'Done',
  running: 'Running',
  ready: 'Ready',
  blocked: 'Blocked',
  waiting: 'Waiting',
  failed: 'Failed',
  skipped: 'Skipped',
};

/** Why a task does not go on. */
export interface Reason {
  /** The task that holds it up; the task itself when the reason is its own. */
  readonly id: string;
  /** A sentence part for a person, with file and line: "2.1 is running at 62 %, marker [~] in plan.md:47". */
  readonly because: string;
  /** The place to open: absolute path and 1-based line. */
  readonly file?: string;
  readonly line?: number;
}

export interface TaskNode {
  /** Unique in the graph: the id in the dag block, else `Task.id`. */
  readonly id: string;
  /** `Task.id` in plan.md, which commands take; absent when plan.md has no such task. */
  readonly taskId?: string;
  readonly name: string;
  readonly state: TaskState;
  /** As plan.md has it; absent when it has no such task. */
  readonly marker?: Marker;
  /** Key and name of its phase. */
  readonly phase?: string;
  readonly phaseName?: string;
  /** Id of its parallel group. */
  readonly group?: string;
  /** Position in `TaskGraph.lanes`. */
  readonly lane: number;
  /** `code`, `ui`, … */
  readonly type?: string;
  readonly files: readonly string[];
  readonly acceptance?: string;
  /** Each id once; all of them are nodes of the graph. */
  readonly dependsOn: readonly string[];
  /** Worker that is at it now. */
  readonly worker?: string;
  /** 0–100, as its worker last said. */
  readonly progressPct?: number;
  readonly commit?: string;
  /** As written, and in minutes when it can be understood. */
  readonly estimate?: string;
  readonly estimateMinutes?: number;
  /** Where it stands: the task in plan.md, else its node in the dag block. '' when the track has no plan.md. */
  readonly file: string;
  readonly line: number;
  /** Line of its node in the dag block. */
  readonly dagLine?: number;
  /** For tasks that are waiting, blocked or failed. At most 50; `moreReasons` counts the rest. */
  readonly blockedBy: readonly Reason[];
  readonly moreReasons: number;
  readonly canStart: boolean;
  /** Only a person may tick it. */
  readonly needsPerson: boolean;
  /**
   * `missing`: others depend on it, and neither the dag nor plan.md has it. `outside`: plan.md has it, the dag does not.
   */
  readonly ghost?: 'missing' | 'outside';
  /** What else is odd about it: the bus disagrees with plan.md, it runs though it should wait, … */
  readonly remarks: readonly string[];
}

export interface TaskEdge {
  /** The task that comes first. */
  readonly from: string;
  /** The task that waits for it. */
  readonly to: string;
  /** `written` in a dag block or at the task; else it follows from the `order` of tasks or of `phase`s. */
  readonly kind: 'written' | 'order' | 'phase';
  /** It leads back to a task that leads to it (a task's edge to itself, too). */
  readonly closesCycle: boolean;
}
