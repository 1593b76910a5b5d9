import { loopSteps, type Blocker, type LoopState } from '../model/loopState';
import type { Progress } from '../model/plan';
import { taskIdOf } from './agentInvocation';

/** Safety limit of loop iterations in one run (spec 003, "Escalation Triggers" 5). */
export const maxIterations = 50;

/** What the machine must know about a track besides its loop state. */
export interface LoopFacts {
  readonly trackId: string;
  readonly superpowers: boolean;
  readonly activeBlockers: readonly Blocker[];
  /** Used when the EVALUATE_EXECUTION checkpoint itself does not say. */
  readonly businessSyncRequired: boolean;
  /** Conditions of the board that the evaluation found unmet. */
  readonly unmetBoardConditions: readonly string[];
  readonly progress: Progress;
  /** Tasks of plan.md by id and number that are ticked or skipped, wherever that number stands. */
  readonly finishedTasks?: ReadonlySet<string>;
  /** Number, else id, of the next open task of plan.md. */
  readonly nextTask?: string;
  /** Iterations of the present run; absent when a person steps. */
  readonly iterations?: number;
  /** Questions that a lead handed to the user and nobody has answered. */
  readonly leadEscalations?: readonly OpenQuestion[];
  /** False when the loop has ended but the track's own status does not say so yet. Absent: not known. */
  readonly markedComplete?: boolean;
}

export interface OpenQuestion {
  /** Becomes the id of the blocker that asks it, so that it is asked once. */
  readonly id: string;
  readonly description: string;
}

/** Why the loop stops and asks (spec 003, "Escalation Triggers"; the successor's plan-revision limit). */
export type EscalationTrigger =
  | 'fix-cycle-limit'
  | 'plan-revision-limit'
  | 'user-only-decision'
  | 'lead-escalated'
  | 'blocker'
  | 'max-iterations'
  | 'agent-escalated'
  // What a run of the loop meets (FORMATS §4.9, §4.10, §4.18; DESIGN §7).
  | 'agent-unclear'
  | 'agent-failed'
  | 'agent-not-started'
  | 'board-tie'
  | 'evaluators-disagree'
  | 'task-failed'
  | 'task-contradiction'
  | 'task-blocked'
  | 'group-timeout'
  | 'deadlock'
  | 'stuck'
  | 'run-broken';

/**
 * Blockers that stop the present step: active ones that name it, or name none, and every escalation, since nothing
 * goes on before a person has answered it.
 */
export function blockersOfStep(loop: LoopState, facts: LoopFacts): readonly Blocker[] {
  return facts.activeBlockers.filter(
    (blocker) =>
      isEscalation(blocker) ||
      blocker.blockedStep === loop.step ||
      !loopSteps.some((step) => step === blocker.blockedStep),
  );
}

/** Whether a person was asked something, which is more than that something stands in the way. */
export function isEscalation(blocker: Blocker): boolean {
  return blocker.trigger !== undefined && blocker.trigger !== 'blocker';
}

/**
 * The task that EXECUTE goes on from (spec 003, "Resumption Protocol"): `last_task` of its checkpoint, unless plan.md has
 * it ticked, since the ticks are newer and true; then the next open one. Undefined: the executor looks for itself.
 */
export function resumeTask(loop: LoopState, facts: LoopFacts): string | undefined {
  const last = taskIdOf(loop.checkpoints.EXECUTE?.lastTask);
  return last !== undefined && facts.finishedTasks?.has(last) ? facts.nextTask : last;
}

/** The evaluation's checkpoint decides; facts only when it does not say. */
export function syncRequired(loop: LoopState, facts: LoopFacts): boolean {
  return loop.checkpoints.EVALUATE_EXECUTION?.businessSyncRequired ?? facts.businessSyncRequired;
}

/**
 * Which fix cycle would start now in FIX: the counted one, or the next when the counted one has already ended.
 * Being in FIX means at least the first, whoever forgot to count it.
 */
export function fixCycleToStart(loop: LoopState): number {
  const last = loop.checkpoints.FIX;
  const spent =
    last?.completedAt !== undefined && last.cycle !== undefined && last.cycle >= loop.fixCycleCount;
  return spent ? loop.fixCycleCount + 1 : Math.max(1, loop.fixCycleCount);
}
