import type { AgentOutput } from '../../model/agentOutput';
import type { LoopStep } from '../../model/loopState';
import type { EditRefusal } from '../../model/edit';
import type { AgentStartError } from '../ports';
import type { RunEntryOf } from './runEntry';
import type { OpenAgent } from './runState';

export const agentRoles = [
  'planner',
  'plan-evaluator',
  'executor',
  'execution-evaluator',
  'fixer',
  'business-doc-sync',
  'worker',
  'director',
  'lead',
  'knowledge-manager',
  'retrospective',
] as const;
export type AgentRole = (typeof agentRoles)[number];

/** One run of one agent. */
export interface AgentJob {
  /** Unique in the track: names the output file and the entries of the journal. `worker-…` for workers. */
  readonly id: string;
  readonly role: AgentRole;
  /** Name of the agent as checkpoints and people know it: "loop-planner", "CSO". */
  readonly agent: string;
  readonly prompt: string;
  readonly step: LoopStep;
  /** Workers: id of their task. */
  readonly task?: string;
  /** 1-based */
  readonly attempt: number;
  /** Paths that it locks. */
  readonly locks: readonly string[];
  /** Absolute path of the file that it writes its answer to. */
  readonly answerFile?: string;
  /** Default: the time limit of the run's settings. */
  readonly timeLimitMs?: number;
  /** Further variables for its environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** How a run of an agent ended, before anybody judged it. */
export interface AgentEnd {
  readonly how: RunEntryOf<'ended'>['how'];
  /** Absent: stopped, killed, or nobody could tell (adopted processes). */
  readonly exitCode?: number;
  readonly output: AgentOutput;
  readonly outputFile: string;
  readonly startedAt: string;
  /** Sentence: why it was stopped or is lost. */
  readonly why?: string;
}

export interface RunningAgent {
  readonly job: Pick<AgentJob, 'id' | 'role' | 'agent' | 'step' | 'task' | 'attempt' | 'locks'>;
  readonly pid: number;
  /** ISO; shifted when the computer slept. */
  readonly startedAt: string;
  /** An earlier run started it. */
  readonly adopted: boolean;
  readonly outputFile: string;
  /** Its process has ended, or is given up. */
  readonly isOver: boolean;
  /** Never rejects. */
  readonly finished: Promise<AgentEnd>;
  /** Ends it and all that it started; resolves when it has ended. */
  stop(how: 'stopped' | 'timeLimit' | 'outputLimit', why: string): Promise<AgentEnd>;
  /** Writes to the journal what became of it. Each agent is settled once; a second time is ignored. */
  settle(outcome: RunEntryOf<'ended'>['outcome'], why?: string): Promise<void>;
}

export type StartResult =
  | { readonly running: RunningAgent }
  /** `prepare` refused; it counts as no attempt. */
  | { readonly cancelled: EditRefusal }
  /** No process was started; settled as `failed`. */
  | { readonly notStarted: AgentStartError };

/** All agents of one run. */
export interface AgentDesk {
  readonly running: readonly RunningAgent[];
  /**
   * Journal `intent`, then `prepare` (locks, files), then the process, then journal `spawned`. When the journal cannot
   * be written after the start, the agent is stopped and RunJournalError thrown.
   */
  start(job: AgentJob, prepare?: () => Promise<EditRefusal | undefined>): Promise<StartResult>;
  /**
   * Takes over an agent whose end is not in the journal. It lives: it is followed from here on. It is gone: `finished`
   * is settled already, with `how: 'lost'` and what its output file holds. Undefined: it was never started (journal
   * `cancelled` is written).
   */
  adopt(open: OpenAgent): Promise<RunningAgent | undefined>;
  /**
   * These wait for the answer of a person, all others do not (any more): while an agent waits its time does not count.
   * Throws RunJournalError.
   */
  letWait(ids: ReadonlySet<string>): Promise<void>;
  /** Stops all, and resolves when nothing runs any more. */
  stopAll(why: string): Promise<void>;
}
