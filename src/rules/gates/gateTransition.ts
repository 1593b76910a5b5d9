import type { EditRefusal } from '../../model/edit';
import type { Gate } from '../../model/gate';
import type { LoopState, LoopStep } from '../../model/loopState';
import { applyEvent, nextAction, type LoopEvent, type LoopFacts, type LoopTransition } from '../evaluateLoop';
import { failedCriteria } from './decide';

/** The gates that are steps of the loop. */
export type LoopGate = 'EVALUATE_PLAN' | 'EVALUATE_EXECUTION';

/** Where a loop stands as seen from one of its gates. */
export type GateStanding =
  | 'here' // the gate waits for its outcome
  | 'passed' // the loop has passed it, and what follows has not begun
  | 'sentBack' // it failed, and what follows has not begun
  | 'blocked' // the loop waits for a person at the gate
  | 'elsewhere';

const open = new Set(['NOT_STARTED', 'IN_PROGRESS', 'BOARD_REVIEW', 'PARTIAL_FAIL']);

export function gateStanding(loop: LoopState, gate: LoopGate): GateStanding {
  if (!loop.understood) return 'elsewhere';
  if (loop.step === gate) {
    if (open.has(loop.stepStatus)) return 'here';
    if (loop.stepStatus === 'PASSED' || loop.stepStatus === 'SKIPPED') return 'passed';
    if (loop.stepStatus === 'FAILED') return 'sentBack';
    return 'blocked';
  }
  const left = loop.checkpoints[gate]?.status;
  if (loop.stepStatus !== 'NOT_STARTED') return 'elsewhere';
  const [onward, back]: readonly LoopStep[] =
    gate === 'EVALUATE_PLAN' ? ['EXECUTE', 'PLAN'] : ['BUSINESS_SYNC', 'FIX'];
  if (loop.step === onward && left === 'PASSED') return 'passed';
  if (loop.step === back && left === 'FAILED') return 'sentBack';
  return 'elsewhere';
}

export interface GateVerdict {
  readonly decision: 'APPROVE' | 'REQUEST_CHANGES' | 'REJECT';
  /** What is to be fixed: becomes failure_reasons. */
  readonly reasons: readonly string[];
  readonly note?: string;
  /** EVALUATE_EXECUTION, APPROVE: whether business documents must be synced. */
  readonly businessSync?: boolean;
  /** ISO time */
  readonly at: string;
}

/**
 * What a person's verdict makes of the loop, through its own transitions: the outcome of the step, then on to the next
 * step (spec 003, "Checkpoint Update Protocol"). A gate that the loop has just left is opened again first. Reject is
 * Request changes with a stop: the step that follows is blocked until a person lets it go on.
 */
export function gateTransition(
  loop: LoopState,
  facts: LoopFacts,
  gate: LoopGate,
  verdict: GateVerdict,
): LoopTransition {
  const standing = gateStanding(loop, gate);
  const { at } = verdict;
  // Conditions are criteria of the gate: whoever gets here has met or waived them.
  const known = { ...facts, unmetBoardConditions: [] };
  const steps: LoopTransition[] = [];
  const apply = (event: LoopEvent): LoopTransition => {
    const result = applyEvent(loopOf(steps.at(-1)) ?? loop, known, event);
    steps.push(result);
    return result;
  };
  if (standing !== 'here') {
    const reopened = apply({ kind: 'set', step: gate, status: 'NOT_STARTED', at });
    if ('refused' in reopened) return reopened;
  }
  const outcome = apply(
    verdict.decision === 'APPROVE'
      ? {
          kind: 'passed',
          at,
          ...(verdict.businessSync === undefined ? {} : { businessSync: verdict.businessSync }),
        }
      : { kind: 'failed', reasons: verdict.reasons, at },
  );
  if ('refused' in outcome) return outcome;
  const then = nextAction(outcome.loop, known);
  const limit =
    then.escalation?.trigger === 'fix-cycle-limit' || then.escalation?.trigger === 'plan-revision-limit';
  if (then.kind === 'advance' || limit) {
    const moved = apply({ kind: 'advance', at });
    // The outcome holds even where a person has to say what comes next.
    if ('refused' in moved) steps.pop();
  }
  const stopped = loopOf(steps.at(-1));
  if (verdict.decision === 'REJECT' && stopped && stopped.stepStatus !== 'BLOCKED') {
    const rejected = apply({
      kind: 'blocked',
      trigger: 'user-only-decision',
      description: `Rejected at ${gate}${verdict.note === undefined ? '' : `: ${verdict.note}`}`,
      at,
    });
    if ('refused' in rejected) return rejected;
  }
  return joined(steps);
}

/** What failed, as failure_reasons have it ("Tests Pass: 2 of 14 failed"), then what else the evaluator gave as reasons. */
export function reasonsOf(gate: Gate): string[] {
  const failed = failedCriteria(gate).filter(({ id }) => id !== 'verdict');
  const reasons = failed.map(({ name, note }) => (note === undefined ? name : `${name}: ${note}`));
  const told = gate.failureReasons.filter(
    (reason) => !failed.some(({ name }) => reason === name || reason.startsWith(`${name}:`)),
  );
  return [...new Set([...reasons, ...told])];
}

function loopOf(transition: LoopTransition | undefined): LoopState | undefined {
  return transition && 'loop' in transition ? transition.loop : undefined;
}

function joined(steps: readonly LoopTransition[]): LoopTransition {
  const made = steps.filter(
    (step): step is Exclude<LoopTransition, { readonly refused: EditRefusal }> => 'loop' in step,
  );
  const last = made.at(-1)!;
  const escalation = made.findLast((step) => step.escalation)?.escalation;
  return {
    loop: last.loop,
    row: made.map(({ row }) => row).join(', '),
    why: made.map(({ why }) => why).join(' '),
    completed: false,
    ...(escalation ? { escalation } : {}),
  };
}
