import type { Criterion, Gate, GateDecision, GateOutcome } from '../../model/gate';
import { isLoopGate } from '../../rules/gates/gateActions';
import type { Look } from '../../shared/gateModel';

/** How a criterion is to be looked at: a waiver is shown before what it waives, a miss that is allowed as such. */
export function lookOf(criterion: Criterion): Look {
  if (criterion.waived) return 'waived';
  if (criterion.state === 'failed' && !criterion.required) return 'optionalMiss';
  return criterion.state;
}

export function wordOf(criterion: Criterion): string {
  const look = lookOf(criterion);
  const ofCondition = criterion.group === 'conditions';
  switch (look) {
    case 'passed':
      return ofCondition ? 'Met' : 'Pass';
    case 'failed':
      if (criterion.minimum !== undefined && criterion.value === undefined) return 'Missing';
      return ofCondition ? 'Unmet' : 'Fail';
    case 'optionalMiss':
      return 'Optional miss';
    case 'waived':
      return 'Waived';
    case 'notApplicable':
      return 'Not applicable';
    case 'open':
    case 'review':
    case 'unnamed':
      return 'Open';
  }
}

const outcomes: Readonly<Record<GateOutcome, { readonly look: Look; readonly word: string }>> = {
  PASS: { look: 'passed', word: 'Pass' },
  FAIL: { look: 'failed', word: 'Fail' },
  OPEN: { look: 'open', word: 'Open' },
  APPROVE: { look: 'passed', word: 'Approve' },
  REVIEW: { look: 'review', word: 'Review' },
  REJECT: { look: 'failed', word: 'Reject' },
};

export function outcomeLook(outcome: GateOutcome): Look {
  return outcomes[outcome].look;
}

export function outcomeWord(outcome: GateOutcome): string {
  return outcomes[outcome].word;
}

/** Beside the title: what the rule says, and whether somebody has decided. */
export function tagOf(gate: Gate, { outcome }: GateDecision): string {
  const said = personsVerdict(gate);
  if (said) return `${outcomeWord(outcome)}: ${decisionWord(said.decision).toLowerCase()}`;
  switch (outcome) {
    case 'REVIEW':
      return 'Review: needs a person';
    case 'OPEN':
      return gate.evaluated ? 'Open: answers are missing' : 'Open: not evaluated yet';
    default:
      return outcomeWord(outcome);
  }
}

/** The verdict that a person gave in the present round, while it stands. */
export function personsVerdict(gate: Gate): Gate['reviews'][number] | undefined {
  // A loop that was set back to the evaluation waits for another one.
  if (isLoopGate(gate.kind)) return gate.decided;
  return gate.reviews.findLast(
    ({ round, decision }) =>
      round === gate.round && ['APPROVE', 'REQUEST_CHANGES', 'REJECT'].includes(decision),
  );
}

/** "Changes requested" */
export function decisionWord(decision: string): string {
  switch (decision) {
    case 'APPROVE':
      return 'Approved';
    case 'REQUEST_CHANGES':
      return 'Changes requested';
    case 'REJECT':
      return 'Rejected';
    default:
      return decision;
  }
}

/** The look of a verdict in somebody's own words: "PASS WITH CONDITIONS", "FAIL", "REQUEST_CHANGES". */
export function verdictLook(verdict: string | undefined): Look {
  const word = (verdict ?? '').trim().toUpperCase();
  if (/^(?:PASS|APPROVE)/.test(word)) return 'passed';
  if (/^(?:FAIL|REJECT|REQUEST_CHANGES)/.test(word)) return 'failed';
  return word === '' ? 'open' : 'review';
}
