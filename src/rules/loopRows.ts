import type { LoopState, LoopStep, StepStatus } from '../model/loopState';
import {
  resumeTask,
  blockersOfStep,
  fixCycleToStart,
  maxIterations,
  syncRequired,
  type EscalationTrigger,
  type LoopFacts,
} from './loopFacts';
import { taskIdOf } from './agentInvocation';
import { runnableTasks } from './progress';

export type LoopAction =
  /** Start the agent of `step`. */
  | { readonly kind: 'dispatch' | 'resume'; readonly step: LoopStep }
  /** Write the next step, NOT_STARTED. `counts` is the only place where fix cycles and plan revisions are counted. */
  | {
      readonly kind: 'advance';
      readonly to: LoopStep;
      readonly counts?: 'fixCycle' | 'planRevision';
      /** The evaluation said PASSED but counts as failed. */
      readonly failsEvaluation?: boolean;
    }
  | { readonly kind: 'complete' }
  /** `recorded`: the file says so already and waits for a person. `to`: the step that becomes BLOCKED. */
  | {
      readonly kind: 'escalate';
      readonly trigger: EscalationTrigger;
      readonly to?: LoopStep;
      readonly recorded?: boolean;
      readonly failsEvaluation?: boolean;
    }
  | { readonly kind: 'unblock' | 'done' | 'none' };

type Told = (loop: LoopState, facts: LoopFacts) => string;

/** One row of the transition table. Rows are tried in order; the first that fits decides. */
export interface LoopRow {
  /** Stable name, shown to people and named by the tests. */
  readonly row: string;
  readonly step: LoopStep | 'any';
  readonly status: StepStatus | 'any';
  readonly when?: (loop: LoopState, facts: LoopFacts) => boolean;
  readonly action: LoopAction;
  readonly why: string | Told;
  /** The row holds only where an agent would be started: what a step has already achieved is never taken back. */
  readonly stopsWork?: boolean;
}

const fixLimitReached = (loop: LoopState) => loop.fixCycleCount >= loop.maxFixCycles;
const fixCannotStart = (loop: LoopState) => fixCycleToStart(loop) > loop.maxFixCycles;
const planLimitReached = (loop: LoopState) =>
  loop.maxPlanRevisions !== undefined && loop.planRevisionCount >= loop.maxPlanRevisions;
const evaluationPassed = (loop: LoopState) => loop.checkpoints.EVALUATE_EXECUTION?.status === 'PASSED';
const evaluationContradicts = (loop: LoopState) =>
  loop.checkpoints.EVALUATE_EXECUTION !== undefined && !evaluationPassed(loop);
const hasBlocker = (loop: LoopState, facts: LoopFacts) => blockersOfStep(loop, facts).length > 0;
const unmetConditions = (_: LoopState, facts: LoopFacts) => facts.unmetBoardConditions.length > 0;

// ---- sentences --------------------------------------------------------------------------------------------------

const fixLimitWhy: Told = (loop) =>
  `${loop.fixCycleCount} of ${loop.maxFixCycles} fix cycles are used: after the last allowed fix a failed evaluation goes to a person (escalation trigger 1, fix cycle limit).`;
const countWhy =
  (what: string): Told =>
  (loop) =>
    `${what}: fix cycle ${loop.fixCycleCount + 1} of ${loop.maxFixCycles} begins (transition table; cycles are counted here and nowhere else).`;
const conditionsWhy: Told = (_, facts) =>
  `A board condition is unmet (${facts.unmetBoardConditions.join('; ')}): then EVALUATE_EXECUTION fails even when all evaluators pass.`;
const boardWhy = (step: string) =>
  `${step} waits for the board: its agent convenes the board and records the verdict, so it is resumed.`;
const stoppedBy: Told = (loop, facts) =>
  blockersOfStep(loop, facts)
    .map((blocker) => blocker.description)
    .join('; ');
const blockedAtEndWhy: Told = (loop, facts) =>
  `The track could be completed, but a blocker is still active (${stoppedBy(loop, facts)}): resolve it first (escalation trigger 4).`;
const skippedWhy = (step: string, to: string) =>
  `${step} was skipped, and a skipped step advances like a passed one: ${to} is next.`;
const againWhy = (step: string) =>
  `${step} failed and the transition table has no other way out of it: its agent is dispatched again.`;
const syncNeedsEvaluation =
  'No passed evaluation is recorded, and a track is never completed without one (mandatory rule 3): EVALUATE_EXECUTION comes first.';

const row = (
  name: string,
  step: LoopRow['step'],
  status: LoopRow['status'],
  action: LoopAction,
  why: LoopRow['why'],
  when?: LoopRow['when'],
): LoopRow => ({ row: name, step, status, action, why, ...(when ? { when } : {}) });
const stop = (
  name: string,
  trigger: EscalationTrigger,
  why: Told,
  when: (loop: LoopState, facts: LoopFacts) => boolean,
): LoopRow => ({ ...row(name, 'any', 'any', { kind: 'escalate', trigger }, why, when), stopsWork: true });

const dispatch = (step: LoopStep): LoopAction => ({ kind: 'dispatch', step });
function resumeWords(loop: LoopState, facts: LoopFacts): string {
  const last = loop.checkpoints.EXECUTE?.lastTask;
  if (last === undefined) return 'with the next open task (no last_task is recorded)';
  if (taskIdOf(last) === undefined) return `with the next open task (last_task, ${last}, is no id of a task)`;
  const from = resumeTask(loop, facts);
  if (from !== undefined && from === taskIdOf(last)) return `from last_task, ${last}`;
  const next = from === undefined ? '' : `from ${from}, the next open task, `;
  return `${next}after last_task, ${last}, which is ticked in plan.md`;
}

const resume = (step: LoopStep): LoopAction => ({ kind: 'resume', step });
const advance = (to: LoopStep): LoopAction => ({ kind: 'advance', to });
const complete: LoopAction = { kind: 'complete' };
const toFix: LoopAction = { kind: 'advance', to: 'FIX', counts: 'fixCycle' };
const blockedAtEnd: LoopAction = { kind: 'escalate', trigger: 'blocker', recorded: true };
const fixLimit: LoopAction = { kind: 'escalate', trigger: 'fix-cycle-limit', to: 'FIX' };

/**
 * The whole table: spec 003 "State Machine Transitions" with the gaps that FORMATS §4.4 names filled. First what
 * stops any step, then step by step. One row a line.
 */
// prettier-ignore
export const loopRows: readonly LoopRow[] = [
  row('any/not understood → set by hand', 'any', 'any', { kind: 'none' }, (loop) => `metadata.json says ${loop.writtenStep} / ${loop.writtenStepStatus}, which the evaluate-loop does not know: nothing is dispatched until a person sets the step.`, (loop) => !loop.understood),
  row('COMPLETE/PASSED not marked → COMPLETE', 'COMPLETE', 'PASSED', complete, 'The loop has ended but the track is not marked complete yet: status, tracks.md and index.md follow.', (_, facts) => facts.markedComplete === false),
  row('COMPLETE/PASSED → done', 'COMPLETE', 'PASSED', { kind: 'done' }, 'The loop has ended and the track is complete.'),
  row('any/BLOCKED with active blocker → escalate', 'any', 'BLOCKED', { kind: 'escalate', trigger: 'blocker', recorded: true }, (loop, facts) => `${loop.step} is blocked (${facts.activeBlockers.map((b) => b.description).join('; ')}): any BLOCKED step goes to a person while a blocker is active.`, (_, facts) => facts.activeBlockers.length > 0),
  row('FIX/BLOCKED at the limit → escalate', 'FIX', 'BLOCKED', fixLimit, fixLimitWhy, fixCannotStart),
  row('any/BLOCKED without active blocker → unblock', 'any', 'BLOCKED', { kind: 'unblock' }, (loop) => `${loop.step} is BLOCKED but no blocker is active any more: it goes back to NOT_STARTED and is dispatched again.`),
  row('any/ESCALATE with active blocker → escalate', 'any', 'ESCALATE', { kind: 'escalate', trigger: 'agent-escalated', recorded: true }, (loop, facts) => `${loop.step} was escalated to you: ${facts.activeBlockers.map((b) => b.description).join('; ')}.`, (_, facts) => facts.activeBlockers.length > 0),
  row('any/ESCALATE → escalate', 'any', 'ESCALATE', { kind: 'escalate', trigger: 'agent-escalated' }, (loop) => `The agent of ${loop.step} handed it to the user (ESCALATE in any step waits for a person).`),
  stop('any with active blocker → escalate', 'blocker', (loop, facts) => `A blocker is active (${stoppedBy(loop, facts)}): the loop stops for a person (escalation trigger 4).`, hasBlocker),
  stop('any with lead escalation → escalate', 'lead-escalated', (_, facts) => `A lead handed a decision to you: ${facts.leadEscalations?.[0]?.description ?? ''} (escalation trigger 3).`, (_, facts) => (facts.leadEscalations?.length ?? 0) > 0),
  stop('any after 50 iterations → escalate', 'max-iterations', (_, facts) => `${facts.iterations} iterations in this run: the safety limit is ${maxIterations} (escalation trigger 5).`, (_, facts) => (facts.iterations ?? 0) >= maxIterations),

  row('NOT_STARTED/NOT_STARTED → dispatch planner', 'NOT_STARTED', 'NOT_STARTED', dispatch('PLAN'), 'The track is new: the loop begins with PLAN.'),
  row('NOT_STARTED/IN_PROGRESS → resume planner', 'NOT_STARTED', 'IN_PROGRESS', resume('PLAN'), 'The track has begun without naming a step: the loop begins with PLAN, which is resumed.'),
  row('NOT_STARTED/BOARD_REVIEW → resume planner', 'NOT_STARTED', 'BOARD_REVIEW', resume('PLAN'), boardWhy('The track')),
  row('NOT_STARTED/PASSED → PLAN', 'NOT_STARTED', 'PASSED', advance('PLAN'), 'Nothing but the beginning has passed: PLAN is next.'),
  row('NOT_STARTED/SKIPPED → PLAN', 'NOT_STARTED', 'SKIPPED', advance('PLAN'), 'Nothing but the beginning was skipped: PLAN is next.'),
  row('NOT_STARTED/FAILED → dispatch planner', 'NOT_STARTED', 'FAILED', dispatch('PLAN'), 'Starting failed: the loop begins again with PLAN.'),
  row('NOT_STARTED/PARTIAL_FAIL → dispatch planner', 'NOT_STARTED', 'PARTIAL_FAIL', dispatch('PLAN'), 'Starting failed: the loop begins again with PLAN.'),

  row('PLAN/NOT_STARTED → dispatch planner', 'PLAN', 'NOT_STARTED', dispatch('PLAN'), 'PLAN has not begun: the transition table dispatches the planner.'),
  row('PLAN/IN_PROGRESS → resume planner', 'PLAN', 'IN_PROGRESS', resume('PLAN'), 'PLAN is in progress: the transition table resumes the planner.'),
  row('PLAN/BOARD_REVIEW → resume planner', 'PLAN', 'BOARD_REVIEW', resume('PLAN'), boardWhy('PLAN')),
  row('PLAN/PASSED → EVALUATE_PLAN', 'PLAN', 'PASSED', advance('EVALUATE_PLAN'), 'PLAN passed: a plan is evaluated before any code is written.'),
  row('PLAN/SKIPPED → EVALUATE_PLAN', 'PLAN', 'SKIPPED', advance('EVALUATE_PLAN'), skippedWhy('PLAN', 'EVALUATE_PLAN')),
  row('PLAN/FAILED → dispatch planner', 'PLAN', 'FAILED', dispatch('PLAN'), againWhy('PLAN')),
  row('PLAN/PARTIAL_FAIL → dispatch planner', 'PLAN', 'PARTIAL_FAIL', dispatch('PLAN'), againWhy('PLAN')),

  row('EVALUATE_PLAN/NOT_STARTED → dispatch plan evaluator', 'EVALUATE_PLAN', 'NOT_STARTED', dispatch('EVALUATE_PLAN'), 'EVALUATE_PLAN has not begun: the transition table dispatches the plan evaluator.'),
  row('EVALUATE_PLAN/IN_PROGRESS → resume plan evaluator', 'EVALUATE_PLAN', 'IN_PROGRESS', resume('EVALUATE_PLAN'), 'EVALUATE_PLAN is in progress: an interrupted step is resumed.'),
  row('EVALUATE_PLAN/BOARD_REVIEW → resume plan evaluator', 'EVALUATE_PLAN', 'BOARD_REVIEW', resume('EVALUATE_PLAN'), boardWhy('EVALUATE_PLAN')),
  row('EVALUATE_PLAN/PASSED → EXECUTE', 'EVALUATE_PLAN', 'PASSED', advance('EXECUTE'), 'The plan passed its evaluation: EXECUTE is next.'),
  row('EVALUATE_PLAN/SKIPPED → EXECUTE', 'EVALUATE_PLAN', 'SKIPPED', advance('EXECUTE'), skippedWhy('EVALUATE_PLAN', 'EXECUTE')),
  ...(['FAILED', 'PARTIAL_FAIL'] as const).flatMap((status) => [
    row(`EVALUATE_PLAN/${status} at the revision limit → escalate`, 'EVALUATE_PLAN', status, { kind: 'escalate', trigger: 'plan-revision-limit', to: 'PLAN' }, (loop) => `The plan was revised ${loop.planRevisionCount} of ${loop.maxPlanRevisions} times and failed again: a person decides.`, planLimitReached),
    row(`EVALUATE_PLAN/${status} → PLAN`, 'EVALUATE_PLAN', status, { kind: 'advance', to: 'PLAN', counts: 'planRevision' }, (loop) => `The plan failed its evaluation: the transition table sends it back to PLAN${loop.maxPlanRevisions === undefined ? '' : ` (revision ${loop.planRevisionCount + 1} of ${loop.maxPlanRevisions})`}.`),
  ]),

  row('EXECUTE/NOT_STARTED → dispatch executor', 'EXECUTE', 'NOT_STARTED', dispatch('EXECUTE'), 'EXECUTE has not begun: the transition table dispatches the executor.'),
  row('EXECUTE/IN_PROGRESS → resume executor', 'EXECUTE', 'IN_PROGRESS', resume('EXECUTE'), (loop, facts) => `EXECUTE is in progress: the executor is resumed ${resumeWords(loop, facts)}.`),
  row('EXECUTE/BOARD_REVIEW → resume executor', 'EXECUTE', 'BOARD_REVIEW', resume('EXECUTE'), boardWhy('EXECUTE')),
  row('EXECUTE/PASSED → EVALUATE_EXECUTION', 'EXECUTE', 'PASSED', advance('EVALUATE_EXECUTION'), 'EXECUTE passed: its result is evaluated.'),
  row('EXECUTE/SKIPPED → EVALUATE_EXECUTION', 'EXECUTE', 'SKIPPED', advance('EVALUATE_EXECUTION'), skippedWhy('EXECUTE', 'EVALUATE_EXECUTION')),
  row('EXECUTE/FAILED → EVALUATE_EXECUTION', 'EXECUTE', 'FAILED', advance('EVALUATE_EXECUTION'), 'EXECUTE failed: it is evaluated all the same, so that the evaluator marks what is left for FIX.'),
  row('EXECUTE/PARTIAL_FAIL with runnable tasks → resume executor', 'EXECUTE', 'PARTIAL_FAIL', resume('EXECUTE'), (_, facts) => `A task failed but ${runnableTasks(facts.progress)} can still run: one failure does not stop independent tasks (failure isolation).`, (_, facts) => runnableTasks(facts.progress) > 0),
  row('EXECUTE/PARTIAL_FAIL → EVALUATE_EXECUTION', 'EXECUTE', 'PARTIAL_FAIL', advance('EVALUATE_EXECUTION'), 'Some tasks failed and nothing else can run: the result is evaluated, failed tasks go to FIX.'),

  row('EVALUATE_EXECUTION/NOT_STARTED → dispatch execution evaluator', 'EVALUATE_EXECUTION', 'NOT_STARTED', dispatch('EVALUATE_EXECUTION'), 'EVALUATE_EXECUTION has not begun: the transition table dispatches the execution evaluator.'),
  row('EVALUATE_EXECUTION/IN_PROGRESS → resume execution evaluator', 'EVALUATE_EXECUTION', 'IN_PROGRESS', resume('EVALUATE_EXECUTION'), 'EVALUATE_EXECUTION is in progress: an interrupted step is resumed.'),
  row('EVALUATE_EXECUTION/BOARD_REVIEW → resume execution evaluator', 'EVALUATE_EXECUTION', 'BOARD_REVIEW', resume('EVALUATE_EXECUTION'), boardWhy('EVALUATE_EXECUTION')),
  row('EVALUATE_EXECUTION/PASSED with unmet board conditions at the limit → escalate', 'EVALUATE_EXECUTION', 'PASSED', { ...fixLimit, failsEvaluation: true }, (loop, facts) => `${conditionsWhy(loop, facts)} ${fixLimitWhy(loop, facts)}`, (loop, facts) => unmetConditions(loop, facts) && fixLimitReached(loop)),
  row('EVALUATE_EXECUTION/PASSED with unmet board conditions → FIX', 'EVALUATE_EXECUTION', 'PASSED', { ...toFix, failsEvaluation: true }, conditionsWhy, unmetConditions),
  row('EVALUATE_EXECUTION/PASSED with sync required → BUSINESS_SYNC', 'EVALUATE_EXECUTION', 'PASSED', advance('BUSINESS_SYNC'), 'The evaluation passed and business_sync_required is set: business documents are synced before the track is complete.', syncRequired),
  row('EVALUATE_EXECUTION/PASSED with active blocker → escalate', 'EVALUATE_EXECUTION', 'PASSED', blockedAtEnd, blockedAtEndWhy, hasBlocker),
  row('EVALUATE_EXECUTION/PASSED → COMPLETE', 'EVALUATE_EXECUTION', 'PASSED', complete, 'The evaluation passed and no business sync is required: the track is complete.'),
  ...(['FAILED', 'PARTIAL_FAIL'] as const).flatMap((status) => [
    row(`EVALUATE_EXECUTION/${status} at the limit → escalate`, 'EVALUATE_EXECUTION', status, fixLimit, fixLimitWhy, fixLimitReached),
    row(`EVALUATE_EXECUTION/${status} → FIX`, 'EVALUATE_EXECUTION', status, toFix, countWhy('The evaluation failed')),
  ]),
  row('EVALUATE_EXECUTION/SKIPPED → dispatch execution evaluator', 'EVALUATE_EXECUTION', 'SKIPPED', dispatch('EVALUATE_EXECUTION'), 'A track is never completed without running the evaluation (mandatory rule 3): EVALUATE_EXECUTION cannot be skipped.'),

  row('FIX/NOT_STARTED over the limit → escalate', 'FIX', 'NOT_STARTED', fixLimit, fixLimitWhy, fixCannotStart),
  row('FIX/NOT_STARTED → dispatch fixer', 'FIX', 'NOT_STARTED', dispatch('FIX'), (loop) => `Fix cycle ${fixCycleToStart(loop)} of ${loop.maxFixCycles} is within the limit: the transition table dispatches the fixer.`),
  row('FIX/IN_PROGRESS → resume fixer', 'FIX', 'IN_PROGRESS', resume('FIX'), (loop) => {
    const left = loop.checkpoints.FIX?.fixesRemaining ?? [];
    return `FIX is in progress: the fixer is resumed${left.length > 0 ? ` with what remains (${left.join('; ')})` : ''}.`;
  }),
  row('FIX/BOARD_REVIEW → resume fixer', 'FIX', 'BOARD_REVIEW', resume('FIX'), boardWhy('FIX')),
  row('FIX/PASSED → EVALUATE_EXECUTION', 'FIX', 'PASSED', advance('EVALUATE_EXECUTION'), 'The fixes are done: the transition table hands back to the execution evaluator.'),
  row('FIX/SKIPPED → EVALUATE_EXECUTION', 'FIX', 'SKIPPED', advance('EVALUATE_EXECUTION'), skippedWhy('FIX', 'EVALUATE_EXECUTION')),
  ...(['FAILED', 'PARTIAL_FAIL'] as const).flatMap((status) => [
    row(`FIX/${status} at the limit → escalate`, 'FIX', status, fixLimit, fixLimitWhy, fixLimitReached),
    row(`FIX/${status} → FIX`, 'FIX', status, toFix, countWhy('The fix itself failed and is tried again')),
  ]),

  row('BUSINESS_SYNC/PASSED without evaluation → EVALUATE_EXECUTION', 'BUSINESS_SYNC', 'PASSED', advance('EVALUATE_EXECUTION'), syncNeedsEvaluation, (loop) => !evaluationPassed(loop)),
  row('BUSINESS_SYNC/SKIPPED without evaluation → EVALUATE_EXECUTION', 'BUSINESS_SYNC', 'SKIPPED', advance('EVALUATE_EXECUTION'), syncNeedsEvaluation, (loop) => !evaluationPassed(loop)),
  row('BUSINESS_SYNC/NOT_STARTED without evaluation → EVALUATE_EXECUTION', 'BUSINESS_SYNC', 'NOT_STARTED', advance('EVALUATE_EXECUTION'), syncNeedsEvaluation, (loop) => !evaluationPassed(loop)),
  row('BUSINESS_SYNC/NOT_STARTED → dispatch business doc sync', 'BUSINESS_SYNC', 'NOT_STARTED', dispatch('BUSINESS_SYNC'), 'Business documents must be synced: the sync agent is dispatched.', syncRequired),
  ...(['NOT_STARTED', 'PASSED', 'SKIPPED'] as const).map((status) =>
    row(`BUSINESS_SYNC/${status} with active blocker → escalate`, 'BUSINESS_SYNC', status, blockedAtEnd, blockedAtEndWhy, hasBlocker),
  ),
  row('BUSINESS_SYNC/NOT_STARTED not required → COMPLETE', 'BUSINESS_SYNC', 'NOT_STARTED', complete, 'business_sync_required is false, so the sync is skipped and the track is complete.'),
  row('BUSINESS_SYNC/IN_PROGRESS → resume business doc sync', 'BUSINESS_SYNC', 'IN_PROGRESS', resume('BUSINESS_SYNC'), 'BUSINESS_SYNC is in progress: an interrupted step is resumed.'),
  row('BUSINESS_SYNC/BOARD_REVIEW → resume business doc sync', 'BUSINESS_SYNC', 'BOARD_REVIEW', resume('BUSINESS_SYNC'), boardWhy('BUSINESS_SYNC')),
  row('BUSINESS_SYNC/PASSED → COMPLETE', 'BUSINESS_SYNC', 'PASSED', complete, 'Business documents are synced: the track is complete.'),
  row('BUSINESS_SYNC/SKIPPED → COMPLETE', 'BUSINESS_SYNC', 'SKIPPED', complete, 'The business sync was skipped: the track is complete.'),
  row('BUSINESS_SYNC/FAILED → dispatch business doc sync', 'BUSINESS_SYNC', 'FAILED', dispatch('BUSINESS_SYNC'), againWhy('BUSINESS_SYNC')),
  row('BUSINESS_SYNC/PARTIAL_FAIL → dispatch business doc sync', 'BUSINESS_SYNC', 'PARTIAL_FAIL', dispatch('BUSINESS_SYNC'), againWhy('BUSINESS_SYNC')),

  row('COMPLETE against its evaluation → EVALUATE_EXECUTION', 'COMPLETE', 'any', advance('EVALUATE_EXECUTION'), 'current_step is COMPLETE but the recorded evaluation did not pass, and a track is never completed without one (mandatory rule 3).', evaluationContradicts),
  row('COMPLETE → COMPLETE', 'COMPLETE', 'any', complete, 'current_step is COMPLETE: the transition table marks the track complete.'),
];
