import {
  loopSteps,
  stepStatuses,
  type Checkpoint,
  type LoopState,
  type LoopStep,
  type StepStatus,
} from '../model/loopState';
import type { TextProblem } from '../model/problem';
import { evaluationFieldsOf } from './evaluationFields';
import {
  booleanField,
  countField,
  field,
  recordOf,
  textField,
  textsOf,
  timeField,
  type Loose,
} from './looseValues';

/**
 * `loop_state` of metadata.json, whatever its version and spelling, in one form (spec 003, "Metadata v3 State
 * Machine"; FORMATS §4.3). Checkpoints of `loop_state` win over those at the root. What means nothing to the machine
 * is kept as written, with `understood` false and the nearest step as a guess.
 */
export function loopStateOf(metadata: Loose, problems: TextProblem[]): LoopState | undefined {
  const loop = recordOf(field(metadata, 'loop_state'));
  if (!loop) return undefined;
  const writtenStep = textField(loop, 'current_step', 'currentStep') ?? '';
  const writtenStepStatus = textField(loop, 'step_status', 'stepStatus') ?? '';
  const step = stepOf(writtenStep);
  const status = statusOf(writtenStepStatus);
  if (!step.understood) {
    problems.push(unknownWord('step-unknown', 'loop_state.current_step', writtenStep, loopSteps));
  }
  if (!status.understood) {
    problems.push(
      unknownWord('step-status-unknown', 'loop_state.step_status', writtenStepStatus, stepStatuses),
    );
  }
  const mode = textField(loop, 'execution_mode')?.toUpperCase();
  return {
    step: step.step,
    stepStatus: status.status,
    writtenStep,
    writtenStepStatus,
    understood: step.understood && status.understood,
    stepStartedAt: timeField(loop, 'step_started_at'),
    fixCycleCount: countField(loop, 'fix_cycle_count') ?? 0,
    maxFixCycles: countField(loop, 'max_fix_cycles') ?? countField(metadata, 'max_fix_cycles') ?? 3,
    planRevisionCount: countField(loop, 'plan_revision_count') ?? 0,
    maxPlanRevisions: countField(loop, 'max_plan_revisions'),
    executionMode: mode === 'PARALLEL' || mode === 'SEQUENTIAL' ? mode : step.mode,
    checkpoints: {
      ...checkpointsOf(recordOf(field(metadata, 'checkpoints')), problems),
      ...checkpointsOf(recordOf(field(loop, 'checkpoints')), problems),
    },
    source: 'metadata',
  };
}

function unknownWord(code: string, where: string, word: string, known: readonly string[]): TextProblem {
  return {
    severity: 'warning',
    code,
    message:
      (word ? `${where} is “${word}”, which the evaluate-loop does not know` : `${where} is missing`) +
      `: nothing is dispatched from here. Set it to one of ${known.join(', ')}.`,
  };
}

// --- steps and statuses ---

interface ReadStep {
  readonly step: LoopStep;
  readonly understood: boolean;
  readonly mode?: 'PARALLEL';
}

const stepAliases: Readonly<Record<string, LoopStep>> = {
  PLANNING: 'PLAN',
  PLAN_EVALUATION: 'EVALUATE_PLAN',
  CTO_REVIEW: 'EVALUATE_PLAN',
  EXECUTION: 'EXECUTE',
  EXECUTING: 'EXECUTE',
  PARALLEL_EXECUTE: 'EXECUTE',
  EXECUTION_EVALUATION: 'EVALUATE_EXECUTION',
  FIXING: 'FIX',
  BUSINESS_DOC_SYNC: 'BUSINESS_SYNC',
  COMPLETED: 'COMPLETE',
  DONE: 'COMPLETE',
};

/** Guesses for steps that the machine does not know, for display only. */
const stepGuesses: readonly [RegExp, LoopStep][] = [
  [/BRAINSTORM|ENRICH|DESIGN|SPEC|RESEARCH/, 'PLAN'],
  [/EVALUAT|VERIF|REVIEW|TEST|QA/, 'EVALUATE_EXECUTION'],
  [/EXEC|IMPLEMENT|BUILD/, 'EXECUTE'],
  [/FIX|DEBUG/, 'FIX'],
  [/SYNC/, 'BUSINESS_SYNC'],
];

function stepOf(written: string): ReadStep {
  const word = normalWord(written);
  const known = loopSteps.find((step) => step === word) ?? own(stepAliases, word);
  if (known) {
    return { step: known, understood: true, mode: word === 'PARALLEL_EXECUTE' ? 'PARALLEL' : undefined };
  }
  const guess = stepGuesses.find(([pattern]) => pattern.test(word));
  return { step: guess?.[1] ?? 'NOT_STARTED', understood: false };
}

const statusAliases: Readonly<Record<string, StepStatus>> = {
  PENDING: 'NOT_STARTED',
  NEW: 'NOT_STARTED',
  TODO: 'NOT_STARTED',
  RUNNING: 'IN_PROGRESS',
  STARTED: 'IN_PROGRESS',
  EXECUTING: 'IN_PROGRESS',
  ACTIVE: 'IN_PROGRESS',
  COMPLETE: 'PASSED',
  COMPLETED: 'PASSED',
  DONE: 'PASSED',
  PASS: 'PASSED',
  PASSED_AFTER_REVISION: 'PASSED',
  FAIL: 'FAILED',
  ERROR: 'FAILED',
  SKIP: 'SKIPPED',
  PARTIAL_FAILURE: 'PARTIAL_FAIL',
  ESCALATED: 'ESCALATE',
};

function statusOf(written: string): { status: StepStatus; understood: boolean } {
  const word = normalWord(written);
  const known = stepStatuses.find((status) => status === word) ?? own(statusAliases, word);
  return { status: known ?? 'NOT_STARTED', understood: known !== undefined };
}

function normalWord(written: string): string {
  return written
    .trim()
    .toUpperCase()
    .replace(/[\s-]+/g, '_');
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

// --- checkpoints ---

function checkpointsOf(
  record: Loose | undefined,
  problems: TextProblem[],
): Partial<Record<LoopStep, Checkpoint>> {
  const result: Partial<Record<LoopStep, Checkpoint>> = {};
  const exact = new Set<LoopStep>();
  for (const [key, value] of Object.entries(record ?? {})) {
    const read = stepOf(key);
    // ENRICH, BRAINSTORM and other steps of their own are left to the raw object.
    if (!read.understood) continue;
    // A key spelled as the spec spells it wins over `EXECUTION` and the like.
    if (exact.has(read.step)) continue;
    const checkpoint = checkpointOf(value, key, problems);
    if (!checkpoint) continue;
    result[read.step] = checkpoint;
    if (key === read.step) exact.add(read.step);
  }
  return result;
}

function checkpointOf(value: unknown, key: string, problems: TextProblem[]): Checkpoint | undefined {
  const record = recordOf(value) ?? (typeof value === 'string' ? { status: value } : undefined);
  if (!record) return undefined;
  const written = textField(record, 'status');
  const status = statusOf(written ?? 'NOT_STARTED');
  if (!status.understood) {
    problems.push({
      severity: 'info',
      code: 'checkpoint-status-unknown',
      message: `The checkpoint ${key} has the status “${written}”, which the evaluate-loop does not know; it counts as NOT_STARTED.`,
    });
  }
  const progress = recordOf(field(record, 'progress'));
  const notes = field(record, 'notes');
  return {
    status: status.status,
    startedAt: timeField(record, 'started_at'),
    completedAt: timeField(record, 'completed_at'),
    lastUpdated: timeField(record, 'last_updated'),
    agent: textField(record, 'agent'),
    verdict: textField(record, 'verdict'),
    notes: Array.isArray(notes) ? textsOf(notes).join('\n') || undefined : textField(record, 'notes'),
    tasksCompleted: countField(record, 'tasks_completed') ?? countField(progress, 'tasks_completed'),
    tasksTotal: countField(record, 'tasks_total') ?? countField(progress, 'tasks_total'),
    lastTask: textField(record, 'last_task') ?? textField(progress, 'current_task'),
    lastCommit: textField(record, 'last_commit', 'commit_sha'),
    planVersion: countField(record, 'plan_version'),
    cycle: countField(record, 'cycle'),
    failureReasons: textsOf(
      field(record, 'failure_reasons') ?? field(record, 'failure_items'),
      'reason',
      'issue',
      'description',
      'message',
    ),
    fixesRemaining: textsOf(field(record, 'fixes_remaining'), 'issue', 'fix', 'description'),
    businessSyncRequired: booleanField(record, 'business_sync_required'),
    required: booleanField(record, 'required'),
    outputFiles: textsOf(field(record, 'output_files'), 'path', 'file'),
    ...evaluationFieldsOf(record),
    raw: record,
  };
}
