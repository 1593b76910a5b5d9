/** Steps of the evaluate-loop (spec 003, "Metadata v3 State Machine"). NOT_STARTED is the step of a new v3 track. */
export const loopSteps = [
  'NOT_STARTED',
  'PLAN',
  'EVALUATE_PLAN',
  'EXECUTE',
  'EVALUATE_EXECUTION',
  'FIX',
  'BUSINESS_SYNC',
  'COMPLETE',
] as const;
export type LoopStep = (typeof loopSteps)[number];

/** Step status values of spec 003, and the three that its origin adds (FORMATS §4.3). */
export const stepStatuses = [
  'NOT_STARTED',
  'IN_PROGRESS',
  'PASSED',
  'FAILED',
  'BLOCKED',
  'SKIPPED',
  'BOARD_REVIEW',
  'PARTIAL_FAIL',
  'ESCALATE',
] as const;
export type StepStatus = (typeof stepStatuses)[number];

/** The loop state in one normal form, whatever version of metadata.json it was read from. */
export interface LoopState {
  readonly step: LoopStep;
  readonly stepStatus: StepStatus;
  /** As the file has them, when they are not in the enums (`GAME_VERIFICATION`, `in_progress`, …). */
  readonly writtenStep: string;
  readonly writtenStepStatus: string;
  /** False when the written step or status means nothing to the machine; `step` is then the nearest guess and nothing may be dispatched. */
  readonly understood: boolean;
  readonly stepStartedAt?: string;
  readonly fixCycleCount: number;
  /** From data; 3 when the file does not say. */
  readonly maxFixCycles: number;
  readonly planRevisionCount: number;
  /** Absent: no limit is kept. */
  readonly maxPlanRevisions?: number;
  readonly executionMode?: 'PARALLEL' | 'SEQUENTIAL';
  readonly checkpoints: Readonly<Partial<Record<LoopStep, Checkpoint>>>;
  /** `loop_state` of metadata.json, or inferred from plan.md because metadata has none (FORMATS §4.4, step detection). */
  readonly source: 'metadata' | 'inferred';
}

/** What one step left behind (spec 003, "Checkpoint Update Protocol"). Only `status` can be relied on. */
export interface Checkpoint {
  readonly status: StepStatus;
  readonly startedAt?: string;
  readonly completedAt?: string;
  readonly lastUpdated?: string;
  readonly agent?: string;
  readonly verdict?: string;
  readonly notes?: string;
  readonly tasksCompleted?: number;
  readonly tasksTotal?: number;
  /** "Task 2.3" */
  readonly lastTask?: string;
  readonly lastCommit?: string;
  readonly planVersion?: number;
  readonly cycle?: number;
  readonly failureReasons: readonly string[];
  readonly fixesRemaining: readonly string[];
  readonly businessSyncRequired?: boolean;
  /** BUSINESS_SYNC.required */
  readonly required?: boolean;
  readonly outputFiles: readonly string[];
  /** EVALUATE_PLAN, EVALUATE_EXECUTION: checks by the key that the file has for them. */
  readonly checks?: Readonly<Record<string, boolean>>;
  /** EVALUATE_EXECUTION: the specialised evaluators that ran. */
  readonly evaluatorsRun?: readonly EvaluatorRun[];
  /** FIX */
  readonly fixesApplied?: readonly AppliedFix[];
  /** The checkpoint as parsed, for fields that have no place above. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** Entry of `evaluators_run` (FORMATS §4.3). */
export interface EvaluatorRun {
  readonly evaluator: string;
  readonly verdict?: string;
  readonly issues: readonly string[];
}

/** Entry of `fixes_applied` (FORMATS §4.3). */
export interface AppliedFix {
  readonly issue?: string;
  readonly fix?: string;
  readonly commit?: string;
}

export interface Blocker {
  readonly id: string;
  readonly description: string;
  readonly blockedAt?: string;
  readonly blockedStep?: string;
  readonly active: boolean;
  /** Options a person was offered when the loop escalated. */
  readonly options: readonly string[];
  /** Which escalation trigger of spec 003 made it, if any. */
  readonly trigger?: string;
  /** What it is about: id of a task, group, session or question. */
  readonly subject?: string;
  /** What a person needs to know to decide, a line each. Absent: the file says nothing. */
  readonly context?: readonly string[];
  /** The options as answers that can be given by their id. Absent: written by another tool, or before there were ids. */
  readonly answers?: readonly { readonly id: string; readonly label: string }[];
  /** Id of the answer that a person gave. */
  readonly answer?: string;
  readonly answeredBy?: string;
  readonly resolvedAt?: string;
  /** How it was resolved, in words. */
  readonly resolution?: string;
  /** The outcome that the step had when it was stopped: it has it again when nothing stops it any more. */
  readonly blockedStatus?: StepStatus;
  /** Failures of the task that were known when a person said "try again". */
  readonly forgivenFailures?: number;
}
