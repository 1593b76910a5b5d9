import type { LoopState } from '../model/loopState';
import type { LoopEvent, LoopTransition } from './loopEvents';
import type { LoopFacts } from './loopFacts';
import { at, refuse, transition, withCheckpoint } from './loopTransition';

export type EvaluatingStep = 'EVALUATE_PLAN' | 'EVALUATE_EXECUTION';

/**
 * The evaluation whose passing still stands, or that waits for the board, and that nothing has been built upon yet: the
 * step is there, or its agent has moved on to the step after it, which has not begun. Only then the board is asked about
 * it, and only then the board may overrule it.
 */
export function standingEvaluation(
  loop: LoopState,
  facts: Pick<LoopFacts, 'markedComplete'>,
): { readonly step: EvaluatingStep; readonly waitsForBoard: boolean } | undefined {
  const { step, stepStatus } = loop;
  if (!loop.understood) return undefined;
  if (step === 'EVALUATE_PLAN' || step === 'EVALUATE_EXECUTION') {
    if (stepStatus === 'PASSED') return { step, waitsForBoard: false };
    return stepStatus === 'BOARD_REVIEW' ? { step, waitsForBoard: true } : undefined;
  }
  const passed = (evaluation: EvaluatingStep) => loop.checkpoints[evaluation]?.status === 'PASSED';
  if (step === 'EXECUTE' && stepStatus === 'NOT_STARTED' && passed('EVALUATE_PLAN')) {
    return { step: 'EVALUATE_PLAN', waitsForBoard: false };
  }
  const ahead =
    (step === 'BUSINESS_SYNC' && stepStatus === 'NOT_STARTED') ||
    (step === 'COMPLETE' && facts.markedComplete === false);
  return ahead && passed('EVALUATE_EXECUTION')
    ? { step: 'EVALUATE_EXECUTION', waitsForBoard: false }
    : undefined;
}

/** The board rejects what the evaluators passed: the evaluation has failed, for the board's reasons. */
export function overruled(
  loop: LoopState,
  facts: LoopFacts,
  event: Extract<LoopEvent, { kind: 'overruled' }>,
): LoopTransition {
  const standing = standingEvaluation(loop, facts);
  if (standing?.step !== event.step) {
    return refuse(
      'not-overrulable',
      `${event.step} cannot be overruled: the loop is at ${loop.step} / ${loop.stepStatus}, and the board overrules only an evaluation that has just passed.`,
    );
  }
  const failed = withCheckpoint(loop, event.step, {
    status: 'FAILED',
    verdict: 'FAIL',
    completedAt: loop.checkpoints[event.step]?.completedAt ?? event.at,
    lastUpdated: event.at,
    failureReasons: event.reasons,
  });
  return transition(
    { ...at(failed, event.step, 'FAILED'), stepStartedAt: undefined },
    `${loop.step}/${loop.stepStatus} + overruled → ${event.step}/FAILED`,
    standing.waitsForBoard
      ? `${event.step} waited for the board, which rejected it: it has failed.`
      : `${event.step} had passed, but the board rejected it: it counts as failed.`,
  );
}
