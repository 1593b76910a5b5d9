import type { LoopState, LoopStep } from '../model/loopState';
import { blockersOfStep, type EscalationTrigger, type LoopFacts } from './loopFacts';

/** The loop stops and asks a person (spec 003, "Escalation Triggers"; FORMATS §4.18). */
export interface Escalation {
  readonly trigger: EscalationTrigger;
  readonly step: LoopStep;
  /** What is asked, in a sentence. */
  readonly description: string;
  /** What a person needs to know to decide, a line each. */
  readonly context: readonly string[];
  /** What a person can do, a line each. */
  readonly options: readonly string[];
  /** Ids of blockers that say so already: no new one is written. */
  readonly existing: readonly string[];
  /** Id for the new blocker, when it answers something that has an identity. */
  readonly blockerId?: string;
}

const optionsOf: Readonly<Record<EscalationTrigger, readonly string[]>> = {
  'fix-cycle-limit': [
    'Allow one more fix cycle',
    'Fix it yourself, then set the step to EVALUATE_EXECUTION',
    'Set the step to PLAN and revise the plan',
  ],
  'plan-revision-limit': [
    'Correct the plan yourself, then unblock the track',
    'Set the step to EXECUTE and go on with this plan',
  ],
  'user-only-decision': ['Decide, write the decision down, then unblock the track'],
  'lead-escalated': ['Decide, write the decision down, then unblock the track'],
  blocker: ['Resolve the blocker, then unblock the track', 'Set another step by hand'],
  'max-iterations': ['Look at what repeats, then unblock the track to go on', 'Set another step by hand'],
  'agent-escalated': ['Answer what the agent asked, then unblock the track', 'Set another step by hand'],
  'agent-unclear': ['Say what became of the step', 'Start the agent again'],
  'agent-not-started': ['Install the agent or name another one, then try again'],
  'board-tie': ['Resolve the vote yourself'],
  'evaluators-disagree': ['Say which evaluator is right', 'Convene the board'],
  'task-failed': ['Try the task again', 'Do it yourself and tick it in plan.md', 'Skip the task'],
  'task-contradiction': ['Say whether the task is done'],
  'task-blocked': ['Resolve what blocks the task, then try again', 'Skip the task'],
  'group-timeout': ['Give the group more time', 'Set another step by hand'],
  deadlock: ['Stop the worker that holds the circle together, then try again'],
  stuck: ['Look at what waits, then try again'],
  'run-broken': ['Mend what is named, then try again'],
};

/** The escalation that a trigger makes at a state, with what the state knows as context. */
export function escalationOf(
  trigger: EscalationTrigger,
  description: string,
  loop: LoopState,
  facts: LoopFacts,
): Escalation {
  const question = trigger === 'lead-escalated' ? facts.leadEscalations?.[0] : undefined;
  const existing = trigger === 'blocker' || trigger === 'agent-escalated' ? blockersOfStep(loop, facts) : [];
  return {
    trigger,
    step: loop.step,
    description: question?.description ?? description,
    context: contextOf(loop, facts),
    options: optionsOf[trigger],
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
