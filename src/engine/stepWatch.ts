import type { LoopState, LoopStep } from '../model/loopState';
import { sameState } from './loopEdit';
import { outcomeAfterAgent } from './recordOutcome';

/**
 * Tells from the files alone when a step that nobody can watch (a chat has no process) has an outcome. It is given the
 * loop each time that it was read; it never guesses which outcome it is.
 */
export class StepWatch {
  /** The loop as it was when the step was seen in progress. */
  #running: LoopState | undefined;

  constructor(
    /** The step that was asked for. */
    private readonly step: LoopStep,
    /** The loop before the start. */
    private readonly before: LoopState,
  ) {
    if (this.isRunning(before)) this.#running = before;
  }

  /** True: the step has an outcome, or the loop has gone elsewhere. A track that is gone has nothing to wait for. */
  isOver(now: LoopState | undefined): boolean {
    if (!now) return true;
    // Its start and its outcome may be read at once: what stood in the checkpoint before the start is compared.
    if (this.isRunning(now)) this.#running ??= { ...now, checkpoints: this.before.checkpoints };
    if (this.#running) return outcomeAfterAgent(this.#running, now) !== undefined;
    if (sameState(now, this.before)) return false;
    // The loop goes to a step before somebody starts it.
    return now.step !== this.step || now.stepStatus !== 'NOT_STARTED';
  }

  private isRunning(loop: LoopState): boolean {
    return loop.step === this.step && loop.stepStatus === 'IN_PROGRESS';
  }
}
