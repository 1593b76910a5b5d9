import type { LoopState, StepStatus } from '../../model/loopState';
import type { Metadata } from '../../model/metadata';
import { applyEvent, type LoopFacts } from '../../rules/evaluateLoop';
import type { LoopTransition } from '../../rules/loopEvents';
import { at as stepAt, transition, withCheckpoint } from '../../rules/loopTransition';

/**
 * A step that nothing stops any more: it has the status again that it had before it was stopped, else it goes back to
 * NOT_STARTED and is dispatched again (spec 003). Refuses `blockers-active`, `not-blocked` and `fix-cycle-limit`.
 */
export function releaseStep(
  loop: LoopState,
  facts: LoopFacts,
  metadata: Metadata,
  time: string,
): LoopTransition {
  const released = applyEvent(loop, facts, { kind: 'unblocked', at: time });
  const status = outcomeKept(metadata, loop);
  if ('refused' in released || status === undefined) return released;
  return transition(
    stepAt(withCheckpoint(loop, loop.step, { status, lastUpdated: time }), loop.step, status),
    `${loop.step}/${loop.stepStatus} + unblocked → ${status}`,
    `No blocker is left: ${loop.step} is ${status} again, as it was when it was stopped.`,
  );
}

/** Statuses that are not lost when something stops the step: its outcome, or that it waits for the board. */
export function isKept(status: StepStatus): boolean {
  return status === 'PASSED' || status === 'FAILED' || status === 'SKIPPED' || status === 'BOARD_REVIEW';
}

/** What the blocker that stopped the step last remembers; those that are resolved since long are of an earlier stop. */
function outcomeKept(metadata: Metadata, loop: LoopState): StepStatus | undefined {
  const active = metadata.blockers.filter(
    (blocker) => blocker.active && (blocker.blockedStep === undefined || blocker.blockedStep === loop.step),
  );
  const kept = active.find(({ blockedStatus }) => blockedStatus !== undefined)?.blockedStatus;
  return kept !== undefined && isKept(kept) ? kept : undefined;
}
