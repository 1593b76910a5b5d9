import type { Criterion, Gate, GateDecision, GateOutcome, GateReview } from '../../model/gate';
import type { RuleLine } from '../../model/ruleLine';

/** One line of a rule: fires when it has a reason to. */
interface Row {
  readonly text: string;
  readonly outcome: GateOutcome;
  /** Why it fires; undefined: it does not. */
  readonly fires: () => string | undefined;
  readonly otherwise: string;
}

/** What the rule says about a gate, explained by its lines. Pure. */
export function decide(gate: Gate): GateDecision {
  return gate.kind === 'METRICS' ? decideMetrics(gate) : decideChecks(gate);
}

/** Criteria that hold a gate up: they count here, are not as they should be, and nobody waived them. */
export function holdsUp(criterion: Criterion): boolean {
  return criterion.required && criterion.state !== 'notApplicable' && criterion.waived === undefined;
}

export function failedCriteria(gate: Gate): Criterion[] {
  return gate.criteria.filter((criterion) => holdsUp(criterion) && criterion.state === 'failed');
}

export function openCriteria(gate: Gate): Criterion[] {
  return gate.criteria.filter((criterion) => holdsUp(criterion) && criterion.state === 'open');
}

// --- spec 003: any check that fails, fails the gate ---

function decideChecks(gate: Gate): GateDecision {
  const failedIn = (...groups: readonly Criterion['group'][]) =>
    failedCriteria(gate).filter(({ group }) => groups.includes(group));
  const because = (criteria: readonly Criterion[]) => (criteria.length > 0 ? names(criteria) : undefined);
  const has = (...groups: readonly Criterion['group'][]) =>
    gate.criteria.some(({ group }) => groups.includes(group));
  const rows: Row[] = [];
  const row = (text: string, outcome: GateOutcome, fires: Row['fires'], otherwise: string) =>
    rows.push({ text, outcome, fires, otherwise });
  const { decided } = gate;
  const sentBack = decided && decided.decision !== 'APPROVE' ? decided : undefined;
  if (sentBack) {
    const deed = sentBack.decision === 'REJECT' ? 'rejected' : 'requested changes';
    row(`A person ${deed} → FAIL`, 'FAIL', () => saidBy(sentBack), '');
  }
  if (has('checks', 'protocol')) {
    row('A check failed → FAIL', 'FAIL', () => because(failedIn('checks', 'protocol')), 'None did.');
  }
  if (has('dag')) {
    row('The dag is not valid → FAIL', 'FAIL', () => because(failedIn('dag')), 'Nothing is wrong with it.');
  }
  if (has('evaluators')) {
    row(
      'A specialised evaluator failed → FAIL: all must pass',
      'FAIL',
      () => because(failedIn('evaluators')),
      'None did.',
    );
  }
  if (has('board')) {
    row('The board rejected → FAIL', 'FAIL', () => because(failedIn('board')), 'It did not.');
  }
  if (has('conditions')) {
    row(
      'A condition of the board is unmet → FAIL, even when all evaluators pass',
      'FAIL',
      () => because(failedIn('conditions')),
      'None is known to be.',
    );
  }
  if (decided && !sentBack) {
    // Nothing has failed: who approves vouches for what has no answer.
    row('A person approved → PASS', 'PASS', () => saidBy(decided), '');
  }
  row(
    'Something that is required has no answer → OPEN',
    'OPEN',
    () => because(openCriteria(gate)),
    'Everything is answered.',
  );
  const waived = gate.criteria.filter((criterion) => criterion.waived !== undefined);
  row(
    'Otherwise → PASS',
    'PASS',
    () => (waived.length > 0 ? `Waived: ${names(waived)}` : 'Every required criterion passes.'),
    '',
  );
  return explained(rows);
}

// --- spec 000, "Gate Decision Logic" ---

/**
 * A required metric below its minimum, or missing → REJECT; else score = passed ÷ total × 100, 80 or more APPROVE, else
 * REVIEW. A waived metric is left out of the count.
 */
function decideMetrics(gate: Gate): GateDecision {
  const counted = gate.criteria.filter((criterion) => criterion.waived === undefined);
  const waived = gate.criteria.length - counted.length;
  const missed = counted.find((criterion) => criterion.required && criterion.state !== 'passed');
  const passed = counted.filter((criterion) => criterion.state === 'passed').length;
  const total = counted.length;
  const score = missed || total === 0 ? undefined : (passed / total) * 100;
  const leftOut = waived > 0 ? ` ${waived} waived ${waived === 1 ? 'one is' : 'are'} left out.` : '';
  const reject: RuleLine = {
    text: 'A required metric missing or below its minimum → REJECT',
    because: missed
      ? `${missed.name} ${missed.value === undefined ? 'has no value' : `is ${numberWord(missed.value)}, below ${missed.minimum}`}.`
      : 'None is.',
    state: missed ? 'fired' : 'passedOver',
  };
  const scored = score !== undefined && score >= 80;
  const lines: RuleLine[] = [
    reject,
    {
      text: 'Score = passed ÷ total × 100',
      because: missed
        ? ''
        : total === 0
          ? `There is nothing to count.${leftOut}`
          : `${passed} ÷ ${total} × 100 = ${numberWord(score ?? 0)}.${leftOut}`,
      state: missed ? 'notReached' : 'used',
    },
    {
      text: '80 or more → APPROVE',
      because: missed
        ? ''
        : score === undefined
          ? 'There is no score.'
          : `${numberWord(score)} is ${scored ? 'enough' : 'less'}.`,
      state: missed ? 'notReached' : scored ? 'fired' : 'passedOver',
    },
    {
      text: 'Otherwise → REVIEW',
      because: missed || scored ? '' : 'A person decides.',
      state: missed || scored ? 'notReached' : 'fired',
    },
  ];
  if (missed) return { outcome: 'REJECT', lines, reason: `${missed.name} failed` };
  return {
    outcome: scored ? 'APPROVE' : 'REVIEW',
    lines,
    ...(score === undefined ? {} : { score }),
  };
}

function saidBy({ by, at, note }: GateReview): string {
  return `${by}${at === undefined ? '' : `, ${at.slice(0, 10)}`}${note === undefined ? '.' : `: ${note}`}`;
}

function explained(rows: readonly Row[]): GateDecision {
  const reasons = rows.map((row) => row.fires());
  const fired = reasons.findIndex((reason) => reason !== undefined);
  return {
    outcome: rows[fired]?.outcome ?? 'OPEN',
    lines: rows.map((row, i) => ({
      text: row.text,
      because: i < fired ? row.otherwise : i === fired ? (reasons[i] ?? '') : '',
      state: i < fired ? 'passedOver' : i === fired ? 'fired' : 'notReached',
    })),
  };
}

/** A few names, then how many more. */
function names(criteria: readonly Criterion[]): string {
  const shown = criteria.slice(0, 4).map(({ name }) => name);
  const more = criteria.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
}

/** 75, 66.7 */
function numberWord(value: number): string {
  return String(Math.round(value * 10) / 10);
}
