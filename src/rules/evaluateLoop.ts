import type { LoopState, LoopStep, StepStatus } from '../model/loopState';
import { agentFor } from './agentInvocation';
import { escalationOf, type Escalation } from './escalation';
import type { At, LoopEvent, LoopTransition } from './loopEvents';
import { fixCycleToStart, resumeTask, type LoopFacts } from './loopFacts';
import { loopRows, type LoopAction, type LoopRow } from './loopRows';
import { at, refuse, released, settle, transition, withCheckpoint } from './loopTransition';
import { overruled } from './overruled';
import { blocked, fixCycleAllowed, setByHand, unblocked } from './personEvents';

export type { Escalation } from './escalation';
export type { LoopEvent, LoopTransition } from './loopEvents';
export type { EscalationTrigger, LoopFacts } from './loopFacts';

/** What happens next to a track, and the rule that says so. */
export interface NextAction {
  readonly kind:
    | 'dispatch' // start the step's agent
    | 'resume' // start it again where it stopped
    | 'advance' // write the next step
    | 'complete' // mark the track complete
    | 'escalate' // a person decides
    | 'unblock' // no blocker is left: the step may start again
    | 'implement' // tracks without a loop: work on the next open task
    | 'plan' // tracks without a loop: there are no tasks yet
    | 'done'
    | 'none';
  /** One sentence that names the rule. */
  readonly why: string;
  /** Name of the row of the transition table that decided. */
  readonly row?: string;
  /** The step whose agent is started, or that the action is about. */
  readonly step?: LoopStep;
  /** `advance`: the next step. */
  readonly to?: LoopStep;
  readonly agent?: string;
  /** EXECUTE: id of the task to resume from. */
  readonly resumeFrom?: string;
  /** FIX: which fix cycle this is, 1-based. */
  readonly fixCycle?: number;
  readonly escalation?: Escalation;
  /** `escalate`: the file says so already and waits for a person. */
  readonly recorded?: boolean;
  /** `implement`: the task. */
  readonly task?: { readonly id: string; readonly text: string; readonly line: number };
}

/** The row of the transition table that fits a state (spec 003, "State Machine Transitions"; FORMATS §4.4). */
export function rowFor(loop: LoopState, facts: LoopFacts): LoopRow {
  let stop: LoopRow | undefined;
  for (const row of loopRows) {
    if (row.step !== 'any' && row.step !== loop.step) continue;
    if (row.status !== 'any' && row.status !== loop.stepStatus) continue;
    if (row.when && !row.when(loop, facts)) continue;
    if (row.stopsWork) {
      stop ??= row;
      continue;
    }
    const startsWork = row.action.kind === 'dispatch' || row.action.kind === 'resume';
    return stop && startsWork ? stop : row;
  }
  // The table is total; a test walks through every step and status.
  throw new Error(`No row for ${loop.step}/${loop.stepStatus}.`);
}

/** What the machine does next with a loop, and why. Pure; asks nothing of the clock or the disk. */
export function nextAction(loop: LoopState, facts: LoopFacts): NextAction {
  const row = rowFor(loop, facts);
  const why = whyOf(row, loop, facts);
  const { action } = row;
  const base = { kind: action.kind, why, row: row.row };
  switch (action.kind) {
    case 'dispatch':
    case 'resume': {
      const resumeFrom = action.step === 'EXECUTE' ? resumePoint(loop, facts, action) : undefined;
      return {
        ...base,
        step: action.step,
        agent: agentFor(action.step, facts.superpowers),
        ...(resumeFrom === undefined ? {} : { resumeFrom }),
        ...(action.step === 'FIX' ? { fixCycle: startingCycle(loop) } : {}),
      };
    }
    case 'advance':
      return { ...base, step: loop.step, to: action.to };
    case 'escalate':
      return {
        ...base,
        step: action.to ?? loop.step,
        escalation: escalationOf(action.trigger, why, loop, facts),
        recorded: action.recorded ?? false,
      };
    default:
      return { ...base, step: loop.step };
  }
}

/**
 * The state after an event, or why the event cannot happen now. Refusal codes: `not-understood`, `needs-agent`,
 * `waits-for-person`, `nothing-to-do`, `not-startable`, `outcome-recorded`, `step-blocked`, `complete`,
 * `not-blocked`, `blockers-active`, `fix-cycle-limit`, `evaluation-required`, `by-agent-only`, `not-overrulable`.
 */
export function applyEvent(loop: LoopState, facts: LoopFacts, event: LoopEvent): LoopTransition {
  if (!loop.understood && event.kind !== 'set') return refuse('not-understood', nextAction(loop, facts).why);
  switch (event.kind) {
    case 'started':
      return started(loop, facts, event);
    case 'passed':
    case 'failed':
    case 'skipped':
      return outcome(loop, facts, event);
    case 'advance':
      return advanced(loop, facts, event.at);
    case 'blocked':
      return blocked(loop, facts, event);
    case 'unblocked':
      return unblocked(loop, facts, event.at);
    case 'allowFixCycle':
      return fixCycleAllowed(loop, event.at);
    case 'overruled':
      return overruled(loop, facts, event);
    case 'set':
      return setByHand(loop, event);
  }
}

// --- events ---

function started(loop: LoopState, facts: LoopFacts, event: At & { readonly agent?: string }): LoopTransition {
  const row = rowFor(loop, facts);
  const { action } = row;
  if (action.kind !== 'dispatch' && action.kind !== 'resume') {
    return refuse('not-startable', `No agent can be started now: ${whyOf(row, loop, facts)}`);
  }
  const { step } = action;
  const cycle = step === 'FIX' ? startingCycle(loop) : undefined;
  const agent = event.agent ?? agentFor(step, facts.superpowers);
  const resumed = action.kind === 'resume';
  const next = withCheckpoint(loop, step, {
    status: 'IN_PROGRESS',
    startedAt: (resumed ? loop.checkpoints[step]?.startedAt : undefined) ?? event.at,
    completedAt: undefined,
    lastUpdated: event.at,
    ...(agent === undefined ? {} : { agent }),
    ...(cycle === undefined ? {} : { cycle }),
  });
  return transition(
    {
      ...at(next, step, 'IN_PROGRESS'),
      stepStartedAt: (resumed ? loop.stepStartedAt : undefined) ?? event.at,
      ...(cycle === undefined ? {} : { fixCycleCount: cycle }),
    },
    row.row,
    whyOf(row, loop, facts),
  );
}

/** Statuses in which a step may still get its outcome. */
const open: ReadonlySet<StepStatus> = new Set(['NOT_STARTED', 'IN_PROGRESS', 'BOARD_REVIEW', 'PARTIAL_FAIL']);

function outcome(
  loop: LoopState,
  facts: LoopFacts,
  event: Extract<LoopEvent, { kind: 'passed' | 'failed' | 'skipped' }>,
): LoopTransition {
  if (loop.step === 'COMPLETE') return refuse('complete', 'The loop is at COMPLETE, which has no outcome.');
  if (loop.stepStatus === 'BLOCKED' || loop.stepStatus === 'ESCALATE') {
    return refuse('step-blocked', `${loop.step} waits for a person: resolve what blocks it first.`);
  }
  if (!open.has(loop.stepStatus)) {
    return refuse(
      'outcome-recorded',
      `${loop.step} is ${loop.stepStatus} already: step the loop, or set the step by hand.`,
    );
  }
  if (loop.step === 'FIX' && rowFor(loop, facts).action.kind === 'escalate') {
    return refuse('fix-cycle-limit', whyOf(rowFor(loop, facts), loop, facts));
  }
  // A track that has not begun has only one step to report on.
  const step = loop.step === 'NOT_STARTED' ? 'PLAN' : loop.step;
  const evaluates = step === 'EVALUATE_PLAN' || step === 'EVALUATE_EXECUTION';
  const cycle = step === 'FIX' ? (passedCycle(loop) ?? startingCycle(loop)) : undefined;
  const began = loop.stepStatus === 'NOT_STARTED' ? event.began : undefined;
  const common = {
    ...(began ? { startedAt: began.at, agent: began.agent } : {}),
    completedAt: event.at,
    lastUpdated: event.at,
    ...(cycle === undefined ? {} : { cycle }),
  };
  const counted = {
    ...loop,
    ...(cycle === undefined ? {} : { fixCycleCount: cycle }),
    ...(began ? { stepStartedAt: began.at } : {}),
  };
  const name = (end: string) => `${loop.step}/${loop.stepStatus} + ${event.kind} → ${end}`;

  if (event.kind === 'skipped') {
    if (step === 'EVALUATE_EXECUTION') {
      return refuse(
        'evaluation-required',
        'EVALUATE_EXECUTION cannot be skipped: a track is never completed without it (mandatory rule 3).',
      );
    }
    const next = withCheckpoint(counted, step, {
      ...common,
      status: 'SKIPPED',
      ...(event.reason === undefined ? {} : { notes: event.reason }),
    });
    return transition(at(next, step, 'SKIPPED'), name('SKIPPED'), `${step} was reported as not applicable.`);
  }

  const unmet = step === 'EVALUATE_EXECUTION' && event.kind === 'passed' ? facts.unmetBoardConditions : [];
  if (event.kind === 'failed' || unmet.length > 0) {
    const reasons =
      event.kind === 'failed'
        ? event.reasons
        : unmet.map((condition) => `Board condition not met: ${condition}`);
    const next = withCheckpoint(counted, step, {
      ...common,
      status: 'FAILED',
      failureReasons: reasons,
      ...(evaluates ? { verdict: 'FAIL' } : {}),
    });
    return transition(
      at(next, step, 'FAILED'),
      event.kind === 'failed'
        ? name('FAILED')
        : 'EVALUATE_EXECUTION + passed with unmet board conditions → FAILED',
      event.kind === 'failed'
        ? `${step} was reported as failed${inShort(reasons)}.`
        : `The evaluators passed it, but a board condition is unmet (${unmet.join('; ')}), so EVALUATE_EXECUTION fails.`,
    );
  }
  const next = withCheckpoint(counted, step, {
    ...common,
    status: 'PASSED',
    failureReasons: [],
    ...(evaluates ? { verdict: 'PASS' } : {}),
    ...(event.notes === undefined ? {} : { notes: event.notes }),
    ...(step === 'EVALUATE_EXECUTION' && event.businessSync !== undefined
      ? { businessSyncRequired: event.businessSync }
      : {}),
  });
  return transition(at(next, step, 'PASSED'), name('PASSED'), `${step} was reported as passed.`);
}

function advanced(loop: LoopState, facts: LoopFacts, time: string): LoopTransition {
  const row = rowFor(loop, facts);
  const why = whyOf(row, loop, facts);
  const { action } = row;
  switch (action.kind) {
    case 'dispatch':
    case 'resume':
      return refuse('needs-agent', `${action.step} needs its agent, which has not been started. ${why}`);
    case 'done':
      return refuse('nothing-to-do', why);
    case 'none':
      return refuse('not-understood', why);
    case 'unblock':
      return released(loop, row.row, why, time);
    case 'complete': {
      const settled =
        loop.step === 'BUSINESS_SYNC' && loop.stepStatus === 'NOT_STARTED'
          ? withCheckpoint(loop, 'BUSINESS_SYNC', { status: 'SKIPPED', required: false, lastUpdated: time })
          : settle(loop, time);
      return { ...transition(at(settled, 'COMPLETE', 'PASSED'), row.row, why), completed: true };
    }
    case 'advance': {
      const left = settle(failEvaluation(loop, facts, action, time), time);
      return transition(
        {
          ...at(left, action.to, 'NOT_STARTED'),
          stepStartedAt: undefined,
          fixCycleCount: loop.fixCycleCount + (action.counts === 'fixCycle' ? 1 : 0),
          planRevisionCount: loop.planRevisionCount + (countsRevision(loop, action) ? 1 : 0),
        },
        row.row,
        why,
      );
    }
    case 'escalate': {
      if (action.recorded) return refuse('waits-for-person', why);
      const to = action.to ?? loop.step;
      const left = settle(failEvaluation(loop, facts, action, time), time);
      const stopped = withCheckpoint(left, to, {
        status: 'BLOCKED',
        lastUpdated: time,
        // The last allowed cycle is over: so that resolving the blocker alone does not start a fourth.
        ...(action.trigger === 'fix-cycle-limit' && loop.fixCycleCount > 0
          ? { cycle: loop.fixCycleCount, completedAt: loop.checkpoints.FIX?.completedAt ?? time }
          : {}),
      });
      return {
        ...transition(at(stopped, to, 'BLOCKED'), row.row, why),
        escalation: escalationOf(action.trigger, why, loop, facts),
      };
    }
  }
}

/** A limit is kept only where the file has one, but a count that the file keeps goes on. */
function countsRevision(loop: LoopState, action: Extract<LoopAction, { kind: 'advance' }>): boolean {
  return (
    action.counts === 'planRevision' && (loop.maxPlanRevisions !== undefined || loop.planRevisionCount > 0)
  );
}

// --- states ---

function failEvaluation(
  loop: LoopState,
  facts: LoopFacts,
  action: { readonly failsEvaluation?: boolean },
  time: string,
): LoopState {
  if (!action.failsEvaluation) return loop;
  const failed = withCheckpoint(loop, 'EVALUATE_EXECUTION', {
    status: 'FAILED',
    verdict: 'FAIL',
    lastUpdated: time,
    failureReasons: facts.unmetBoardConditions.map((condition) => `Board condition not met: ${condition}`),
  });
  return { ...failed, stepStatus: 'FAILED' };
}

/**
 * The counted fix cycle, when the fixer has written that it passed and nobody has recorded it: a cycle that was recorded
 * as passed leads out of FIX, and the next one is counted on the way back.
 */
function passedCycle({ checkpoints: { FIX: fix }, fixCycleCount }: LoopState): number | undefined {
  return fix?.status === 'PASSED' && fix.cycle === fixCycleCount ? fixCycleCount : undefined;
}

/** The fix cycle that is running, or would start now. */
function startingCycle(loop: LoopState): number {
  return loop.stepStatus === 'NOT_STARTED' ? fixCycleToStart(loop) : Math.max(1, loop.fixCycleCount);
}

/** No re-work of completed items: from last_task, also when EXECUTE starts again after it was blocked. */
function resumePoint(loop: LoopState, facts: LoopFacts, action: LoopAction): string | undefined {
  const left = loop.checkpoints.EXECUTE;
  if (action.kind === 'dispatch' && (left?.status === 'PASSED' || left?.status === 'SKIPPED'))
    return undefined;
  return resumeTask(loop, facts);
}

function whyOf(row: LoopRow, loop: LoopState, facts: LoopFacts): string {
  return typeof row.why === 'string' ? row.why : row.why(loop, facts);
}

/** ": the first reason, and 4 more reasons": the rest is read where the reasons are kept. */
function inShort(reasons: readonly string[]): string {
  const [first = '', ...more] = reasons
    .map((reason) => reason.trim().replace(/[.;,\s]+$/, ''))
    .filter((r) => r !== '');
  if (first === '') return '';
  const line = (first.split(/[\r\n]/, 1)[0] ?? '').trimEnd();
  const cut =
    line.length > 160
      ? `${line
          .slice(0, 159)
          .replace(/[\uD800-\uDBFF]$/, '')
          .trimEnd()}…`
      : line;
  const count =
    more.length === 0 ? '' : `, and ${more.length} more ${more.length === 1 ? 'reason' : 'reasons'}`;
  return `: ${cut}${count}`;
}
