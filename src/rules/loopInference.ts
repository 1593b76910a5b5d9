import type { EvaluationReport, ReportKind } from '../model/evaluationReport';
import type { Checkpoint, LoopState, LoopStep, StepStatus } from '../model/loopState';
import type { Plan } from '../model/plan';
import { openTasks, progressOf, tasksOf } from './progress';

/**
 * The loop state of a track whose metadata.json keeps none, from plan.md and its reports (FORMATS §4.4, step
 * detection): no tasks → PLAN; no plan report → EVALUATE_PLAN; plan report FAIL → PLAN; open tasks → EXECUTE; no
 * execution report → EVALUATE_EXECUTION; FAIL → FIX; PASS → EVALUATE_EXECUTION / PASSED, from where the machine goes
 * on to the business sync and COMPLETE. Of several reports of a kind the last one counts.
 *
 * @param reports newest last, those inside plan.md included
 */
export function inferLoopState(plan: Plan | undefined, reports: readonly EvaluationReport[]): LoopState {
  const progress = progressOf(plan);
  const planReport = lastOf(reports.length > 0 ? reports : (plan?.reports ?? []), 'plan');
  const executionReport = lastOf(reports.length > 0 ? reports : (plan?.reports ?? []), 'execution');
  const tasks = tasksOf(plan);
  const lastTouched =
    tasks.findLast((task) => task.marker === 'doing') ?? tasks.findLast((task) => task.marker === 'done');

  const state = (step: LoopStep, stepStatus: StepStatus, passed: readonly LoopStep[]): LoopState => {
    const checkpoints: Partial<Record<LoopStep, Checkpoint>> = {};
    for (const done of passed) checkpoints[done] = checkpoint('PASSED');
    if (stepStatus !== 'NOT_STARTED' && !passed.includes(step)) checkpoints[step] = checkpoint(stepStatus);
    if (step === 'EXECUTE' && stepStatus === 'IN_PROGRESS') {
      checkpoints.EXECUTE = {
        ...checkpoint('IN_PROGRESS'),
        tasksCompleted: progress.done,
        tasksTotal: progress.total,
        ...(lastTouched ? { lastTask: `Task ${lastTouched.number ?? lastTouched.id}` } : {}),
      };
    }
    if (step === 'PLAN' && planReport) {
      checkpoints.EVALUATE_PLAN = {
        ...checkpoint('FAILED'),
        verdict: 'FAIL',
        failureReasons: planReport.failureReasons,
      };
    }
    if (step === 'FIX' && executionReport) {
      checkpoints.EVALUATE_EXECUTION = {
        ...checkpoint('FAILED'),
        verdict: 'FAIL',
        failureReasons: executionReport.failureReasons,
      };
    }
    return {
      step,
      stepStatus,
      writtenStep: step,
      writtenStepStatus: stepStatus,
      understood: true,
      fixCycleCount: fixPhases(plan),
      maxFixCycles: 3,
      planRevisionCount: 0,
      checkpoints,
      source: 'inferred',
    };
  };

  if (progress.total === 0) return state('PLAN', 'NOT_STARTED', []);
  if (!verdictOf(planReport)) return state('EVALUATE_PLAN', 'NOT_STARTED', ['PLAN']);
  if (verdictOf(planReport) === 'FAIL') return state('PLAN', 'NOT_STARTED', []);
  if (openTasks(progress) > 0) {
    const begun = progress.done + progress.doing > 0;
    return state('EXECUTE', begun ? 'IN_PROGRESS' : 'NOT_STARTED', ['PLAN', 'EVALUATE_PLAN']);
  }
  const executed: LoopStep[] = ['PLAN', 'EVALUATE_PLAN', 'EXECUTE'];
  switch (verdictOf(executionReport)) {
    case undefined:
      return state('EVALUATE_EXECUTION', 'NOT_STARTED', executed);
    case 'FAIL':
      return state('FIX', 'NOT_STARTED', executed);
    default:
      return state('EVALUATE_EXECUTION', 'PASSED', [...executed, 'EVALUATE_EXECUTION']);
  }
}

function checkpoint(status: StepStatus): Checkpoint {
  return { status, failureReasons: [], fixesRemaining: [], outputFiles: [], raw: {} };
}

function lastOf(reports: readonly EvaluationReport[], kind: ReportKind): EvaluationReport | undefined {
  return reports.findLast((report) => report.kind === kind);
}

/** A report that contradicts itself has no verdict. */
function verdictOf(report: EvaluationReport | undefined): 'PASS' | 'FAIL' | undefined {
  if (!report?.verdict || report.contradictory) return undefined;
  return report.verdict === 'FAIL' ? 'FAIL' : 'PASS';
}

/** The fixer heads each cycle "Fix Phase (Cycle n)" (FORMATS §10.3). */
function fixPhases(plan: Plan | undefined): number {
  return plan?.phases.filter((phase) => /^(?:\W*)fix phase\b/i.test(phase.heading)).length ?? 0;
}
