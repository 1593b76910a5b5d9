import type { Deadlock } from '../deadlock';

export type WaitsFor =
  'running' | 'dependency' | 'group' | 'workers' | 'files' | 'otherWorker' | 'paused' | 'person';

/** One thing to do now, or why nothing is done about a task. Every open task gets exactly one with its id. */
export type ParallelDecision =
  | {
      readonly kind: 'start' | 'retry';
      readonly taskId: string;
      readonly group?: string;
      /** 1-based; a retry has 2 or more. */
      readonly attempt: number;
      /** Paths that must be locked before the worker starts; none when its group is free of conflicts. */
      readonly locks: readonly string[];
      readonly because: string;
    }
  | { readonly kind: 'wait'; readonly taskId: string; readonly for: WaitsFor; readonly because: string }
  | { readonly kind: 'recordDone'; readonly taskId: string; readonly because: string }
  | {
      readonly kind: 'escalate';
      /** The same until it is answered. */
      readonly id: string;
      readonly trigger: 'task-failed' | 'contradiction' | 'blocked' | 'group-timeout' | 'deadlock' | 'stuck';
      readonly taskId?: string;
      readonly group?: string;
      readonly because: string;
    }
  | {
      readonly kind: 'abort';
      readonly workerId: string;
      readonly taskIdOfWorker: string;
      readonly cause: 'deadlock' | 'workerTimeout' | 'groupTimeout' | 'notNeeded';
      readonly because: string;
      readonly message?: Deadlock['message'];
    }
  | {
      readonly kind: 'finishGroup';
      readonly group: string;
      readonly outcome: 'complete' | 'partial';
      readonly because: string;
    }
  | { readonly kind: 'finish'; readonly outcome: 'passed' | 'failed'; readonly because: string };
