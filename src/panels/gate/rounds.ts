import type { FixedItem, Gate, GateDecision, GateReview } from '../../model/gate';
import type { ShownFix, ShownReview, ShownRound } from '../../shared/gateModel';
import { shownEvidences } from './evidence';
import { outcomeLook, verdictLook } from './looks';
import { numberText, short } from './texts';

/** More rounds, reasons or decisions than this are not shown; the file has them. */
const most = 50;

/** The rounds of a gate, newest first, each with what was fixed since the one before. */
export function roundsOf(gate: Gate, decision: GateDecision, base: string): ShownRound[] {
  const earlier = gate.earlier.slice(0, most);
  const fixes = (i: number): ShownFix[] =>
    (earlier[i]?.fixed ?? []).slice(0, most).map((item) => fixOf(item));
  return [
    {
      round: gate.round,
      look: gate.evaluated ? outcomeLook(decision.outcome) : 'open',
      word: gate.evaluated ? decision.outcome : 'not evaluated yet',
      ...(gate.evaluatedAt === undefined ? {} : { at: gate.evaluatedAt }),
      fixed: fixes(0),
      reasons: besideCriteria(gate)
        .slice(0, most)
        .map((reason) => short(reason, 600)),
      evidence: [],
    },
    ...earlier.map((round, i): ShownRound => ({
      round: round.round,
      look: verdictLook(round.verdict),
      word: round.verdict === undefined ? 'no verdict known' : short(round.verdict.replaceAll('_', ' '), 60),
      ...(round.at === undefined ? {} : { at: round.at }),
      fixed: fixes(i + 1),
      reasons: round.failureReasons.slice(0, most).map((reason) => short(reason, 600)),
      evidence: shownEvidences(round.evidence, base),
    })),
  ];
}

/** A reason that only repeats a criterion ("Deliverables: no page yet") is told by the criterion's own row. */
function besideCriteria({ failureReasons, criteria }: Gate): string[] {
  return failureReasons.filter(
    (reason) => !criteria.some(({ name }) => reason === name || reason.startsWith(`${name}:`)),
  );
}

function fixOf({ text, commit, evidence }: FixedItem): ShownFix {
  const at = evidence.find(({ file }) => file !== undefined);
  return {
    text: short(text, 600),
    ...(commit === undefined || !/^[0-9a-f]{4,64}$/i.test(commit) ? {} : { commit }),
    ...(at?.file === undefined
      ? {}
      : { place: { file: at.file, ...(at.line === undefined ? {} : { line: at.line }) } }),
  };
}

/** What people did at the gate, newest first. */
export function reviewsOf(gate: Gate): ShownReview[] {
  const names = new Map(gate.criteria.map(({ id, name }) => [id, name]));
  return gate.reviews
    .slice(-most)
    .reverse()
    .map((review): ShownReview => {
      const criterion =
        review.criterion === undefined ? '' : (names.get(review.criterion) ?? review.criterion);
      return {
        look: lookOfReview(review),
        text: short(deedOf(review, criterion), 400),
        by: short(review.by, 120),
        ...(review.at === undefined ? {} : { at: review.at }),
        ...(review.note === undefined ? {} : { note: short(review.note) }),
        about: [
          `round ${String(review.round)}`,
          review.outcome === undefined ? undefined : `the rule said ${short(review.outcome, 40)}`,
        ]
          .filter((part) => part !== undefined)
          .join(', '),
      };
    });
}

function lookOfReview({ decision, passed }: GateReview): ShownReview['look'] {
  switch (decision) {
    case 'APPROVE':
      return 'passed';
    case 'REQUEST_CHANGES':
    case 'REJECT':
      return 'failed';
    case 'WAIVE':
      return 'waived';
    case 'ENTER':
      return passed === undefined ? 'review' : passed ? 'passed' : 'failed';
    default:
      return 'unnamed';
  }
}

/** "approved", "waived e2eTests", "entered 8.2 for vision" */
function deedOf({ decision, value, passed }: GateReview, criterion: string): string {
  switch (decision) {
    case 'APPROVE':
      return 'approved';
    case 'REQUEST_CHANGES':
      return 'requested changes';
    case 'REJECT':
      return 'rejected';
    case 'WAIVE':
      return `waived ${criterion}`;
    case 'UNWAIVE':
      return `withdrew the waiver of ${criterion}`;
    case 'ENTER':
      return value === undefined
        ? `entered that ${criterion} ${passed ? 'passes' : 'fails'}`
        : `entered ${numberText(value)} for ${criterion}`;
    default:
      return `wrote “${decision}”${criterion === '' ? '' : ` about ${criterion}`}, which is no known decision`;
  }
}
