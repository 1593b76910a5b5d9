import type { EditRefusal } from '../model/edit';
import type { Checkpoint, LoopState, LoopStep, StepStatus } from '../model/loopState';
import type { LoopTransition } from './loopEvents';

/*
 * How a loop state is changed: the building blocks of every transition. None of them changes what it is given.
 */

/** The loop at a step in a status; what the file had written for them is replaced. */
export function at(loop: LoopState, step: LoopStep, stepStatus: StepStatus): LoopState {
  return { ...loop, step, stepStatus, writtenStep: step, writtenStepStatus: stepStatus, understood: true };
}

const noCheckpoint: Checkpoint = {
  status: 'NOT_STARTED',
  failureReasons: [],
  fixesRemaining: [],
  outputFiles: [],
  raw: {},
};

/** The loop with a step's checkpoint changed, or begun. */
export function withCheckpoint(loop: LoopState, step: LoopStep, change: Partial<Checkpoint>): LoopState {
  // NOT_STARTED and COMPLETE are places, not work: they leave no checkpoint.
  if (step === 'NOT_STARTED' || step === 'COMPLETE') return loop;
  return {
    ...loop,
    checkpoints: { ...loop.checkpoints, [step]: { ...(loop.checkpoints[step] ?? noCheckpoint), ...change } },
  };
}

/** Writes the outcome of a step that is left into its checkpoint, when only step_status had it. */
export function settle(loop: LoopState, time: string): LoopState {
  const { step, stepStatus } = loop;
  if (stepStatus === 'NOT_STARTED' || loop.checkpoints[step]?.status === stepStatus) return loop;
  return withCheckpoint(loop, step, { status: stepStatus, lastUpdated: time });
}

/** A step that nothing holds any more: NOT_STARTED, to be dispatched again. */
export function released(loop: LoopState, row: string, why: string, time: string): LoopTransition {
  const freed = withCheckpoint(loop, loop.step, { status: 'NOT_STARTED', lastUpdated: time });
  return transition({ ...at(freed, loop.step, 'NOT_STARTED'), stepStartedAt: undefined }, row, why);
}

/** A transition that does not complete the track. */
export function transition(
  loop: LoopState,
  row: string,
  why: string,
): { readonly loop: LoopState; readonly row: string; readonly why: string; readonly completed: boolean } {
  return { loop, row, why, completed: false };
}

/** Why an event cannot happen now. */
export function refuse(code: string, message: string): { readonly refused: EditRefusal } {
  return { refused: { code, message } };
}
