import type { LoopState, LoopStep } from '../model/loopState';
import { answerOptions, optionsFor } from './escalationOptions';
import { blockersOfStep, type EscalationTrigger, type LoopFacts } from './loopFacts';

/** The loop stops and asks a person (spec 003, "Escalation Triggers"; FORMATS §4.18). */
export interface Escalation {
  readonly trigger: EscalationTrigger;
  readonly step: LoopStep;
  /** What is asked, in a sentence. */
  readonly description: string;
  /** What a person needs to know to decide, a line each. */
  readonly context: readonly string[];
  /** What a person can answer, best first. */
  readonly options: readonly string[];
  /** Ids of blockers that say so already: no new one is written. */
  readonly existing: readonly string[];
  /** Id for the new blocker, when it answers something that has an identity. */
  readonly blockerId?: string;
}

/** The escalation that a trigger makes at a state, with what the state knows as context. */
export function escalationOf(
  trigger: EscalationTrigger,
  description: string,
  loop: LoopState,
  facts: LoopFacts,
): Escalation {
  const question = trigger === 'lead-escalated' ? facts.leadEscalations?.[0] : undefined;
  const existing = trigger === 'blocker' || trigger === 'agent-escalated' ? blockersOfStep(loop, facts) : [];
  // What is asked already takes the answers that it takes itself.
  const options = existing.length > 0 ? existing.flatMap(answerOptions) : optionsFor(trigger);
  return {
    trigger,
    step: loop.step,
    description: question?.description ?? description,
    context: contextOf(loop, facts),
    options: [...new Set(options.map(({ label }) => label))],
    existing: existing.map((blocker) => blocker.id),
    ...(question ? { blockerId: question.id } : {}),
  };
}

function contextOf(loop: LoopState, facts: LoopFacts): string[] {
  const evaluation = loop.checkpoints[loop.step === 'EVALUATE_PLAN' ? 'EVALUATE_PLAN' : 'EVALUATE_EXECUTION'];
  return [
    `Step ${loop.step}, ${loop.stepStatus}; fix cycle ${loop.fixCycleCount} of ${loop.maxFixCycles}; ${facts.progress.done} of ${facts.progress.total} tasks done.`,
    ...(evaluation?.failureReasons ?? []).map((reason) => `Failed: ${reason}`),
    ...(loop.checkpoints.FIX?.fixesRemaining ?? []).map((fix) => `Left to fix: ${fix}`),
    ...facts.unmetBoardConditions.map((condition) => `Board condition not met: ${condition}`),
  ];
}
