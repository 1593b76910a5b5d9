import { escalationOf } from './escalation';
import type { LoopState } from '../model/loopState';
import type { LoopEvent, LoopTransition } from './loopEvents';
import { fixCycleToStart, type LoopFacts } from './loopFacts';
import { at, refuse, released, settle, transition, withCheckpoint } from './loopTransition';

/** A step that something outside stops. */
export function blocked(
  loop: LoopState,
  facts: LoopFacts,
  event: Extract<LoopEvent, { kind: 'blocked' }>,
): LoopTransition {
  if (loop.step === 'COMPLETE')
    return refuse('complete', 'The loop is at COMPLETE: nothing is left to block.');
  const trigger = event.trigger ?? 'blocker';
  const stopped = withCheckpoint(loop, loop.step, { status: 'BLOCKED', lastUpdated: event.at });
  return {
    ...transition(
      at(stopped, loop.step, 'BLOCKED'),
      `${loop.step}/${loop.stepStatus} + blocked → BLOCKED`,
      `${loop.step} is blocked: ${event.description}`,
    ),
    escalation: { ...escalationOf(trigger, event.description, loop, facts), existing: [] },
  };
}

/** The blockers of a step are resolved (spec 003: back to NOT_STARTED, dispatched again). */
export function unblocked(loop: LoopState, facts: LoopFacts, time: string): LoopTransition {
  if (loop.stepStatus !== 'BLOCKED' && loop.stepStatus !== 'ESCALATE') {
    return refuse('not-blocked', `${loop.step} is ${loop.stepStatus}, not blocked.`);
  }
  if (facts.activeBlockers.length > 0) {
    return refuse(
      'blockers-active',
      `${loop.step} stays blocked: ${facts.activeBlockers.map((b) => b.description).join('; ')}. Resolve that first.`,
    );
  }
  if (loop.step === 'FIX' && fixCycleToStart(loop) > loop.maxFixCycles) {
    return refuse(
      'fix-cycle-limit',
      `All ${loop.maxFixCycles} fix cycles are used: allow one more, or set the step by hand.`,
    );
  }
  return released(
    loop,
    `${loop.step}/${loop.stepStatus} + unblocked → NOT_STARTED`,
    `No blocker is left: ${loop.step} goes back to NOT_STARTED and its agent can be dispatched again.`,
    time,
  );
}

/** A person allows one fix cycle more than the limit. */
export function fixCycleAllowed(loop: LoopState, time: string): LoopTransition {
  const atLimit =
    loop.fixCycleCount >= loop.maxFixCycles &&
    (loop.step === 'FIX'
      ? loop.stepStatus !== 'IN_PROGRESS' && loop.stepStatus !== 'PASSED' && loop.stepStatus !== 'SKIPPED'
      : loop.step === 'EVALUATE_EXECUTION' &&
        (loop.stepStatus === 'FAILED' || loop.stepStatus === 'PARTIAL_FAIL'));
  if (!atLimit) {
    return refuse(
      'fix-limit-not-reached',
      `The fix limit does not hold the loop: ${loop.step}/${loop.stepStatus} with ${loop.fixCycleCount} of ${loop.maxFixCycles} cycles used.`,
    );
  }
  const cycle = loop.fixCycleCount + 1;
  const freed = withCheckpoint(settle(loop, time), 'FIX', {
    status: 'NOT_STARTED',
    completedAt: undefined,
    lastUpdated: time,
  });
  return transition(
    {
      ...at(freed, 'FIX', 'NOT_STARTED'),
      stepStartedAt: undefined,
      fixCycleCount: cycle,
      maxFixCycles: cycle,
    },
    `${loop.step}/${loop.stepStatus} + allowFixCycle → FIX`,
    `A person allowed fix cycle ${cycle}.`,
  );
}

/** A person sets the step. Never IN_PROGRESS, BLOCKED or COMPLETE: those need an agent, a reason, an evaluation. */
export function setByHand(loop: LoopState, event: Extract<LoopEvent, { kind: 'set' }>): LoopTransition {
  const { step, status } = event;
  if (status === 'IN_PROGRESS' || status === 'BOARD_REVIEW' || status === 'PARTIAL_FAIL') {
    return refuse(
      'by-agent-only',
      `${status} says that an agent is at work, so it is not set by hand: set NOT_STARTED and start the agent.`,
    );
  }
  if (status === 'BLOCKED' || status === 'ESCALATE') {
    return refuse(
      'by-agent-only',
      `${status} needs a reason that others can resolve: block the track instead.`,
    );
  }
  if (step === 'COMPLETE') {
    return refuse(
      'evaluation-required',
      'COMPLETE is reached only through a passed evaluation (mandatory rule 3): set EVALUATE_EXECUTION to PASSED, then step the loop.',
    );
  }
  if (step === 'EVALUATE_EXECUTION' && status === 'SKIPPED') {
    return refuse(
      'evaluation-required',
      'EVALUATE_EXECUTION cannot be skipped: a track is never completed without it (mandatory rule 3).',
    );
  }
  if (step === 'NOT_STARTED' && status !== 'NOT_STARTED') {
    return refuse(
      'by-agent-only',
      'A track that has not begun has no outcome: set it to NOT_STARTED, or name a step.',
    );
  }
  // What a person says about a step is its history from now on; a step to be done again keeps what it left behind.
  const moved =
    status === 'NOT_STARTED'
      ? loop
      : withCheckpoint(loop, step, { status, completedAt: event.at, lastUpdated: event.at });
  return transition(
    { ...at(moved, step, status), stepStartedAt: undefined },
    `${loop.writtenStep}/${loop.writtenStepStatus} + set → ${step}/${status}`,
    `A person set the step to ${step} / ${status}.`,
  );
}
