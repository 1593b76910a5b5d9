import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Criterion, Gate, GateReview, MetricGateSettings } from '../../../../src/model/gate';
import { decide } from '../../../../src/rules/gates/decide';
import { defaultMetricGates, type ResultFile } from '../../../../src/rules/gates/gateEvidence';
import { metricGate } from '../../../../src/rules/gates/metricGate';

const testing = defaultMetricGates[0]!;
const deployment = defaultMetricGates[1]!;

/** A file that gives each criterion its value. */
function filesFor(values: Readonly<Record<string, number | undefined>>): ResultFile[] {
  return Object.entries(values).flatMap(([criterion, value]) =>
    value === undefined
      ? []
      : [
          {
            file: `/w/${criterion}.json`,
            results: {
              format: 'coverage-summary' as const,
              metrics: [{ name: 'lines', value, unit: 'percent' as const, detail: `${value} %`, line: 3 }],
              problems: [],
            },
            feeds: [{ criterion }],
          },
        ],
  );
}
function gateWith(
  settings: MetricGateSettings,
  values: Readonly<Record<string, number | undefined>>,
  reviews: readonly GateReview[] = [],
): Gate {
  return metricGate(settings, { results: filesFor(values) }, reviews);
}
function fired(gate: Gate): string | undefined {
  const lines = decide(gate).lines.filter((line) => line.state === 'fired');
  assert.equal(lines.length, 1);
  return lines[0]?.text;
}

/** The function of spec 000, "Gate Decision Logic", as the spec has it. */
function checkGate(
  gate: MetricGateSettings,
  results: Readonly<Record<string, number | undefined>>,
): { decision: string; reason?: string; score?: number } {
  let passed = 0;
  let total = 0;
  for (const [metric, requirement] of Object.entries(gate.criteria)) {
    total++;
    if ((results[metric] ?? Number.NaN) >= requirement.min) {
      passed++;
    } else if (requirement.required) {
      return { decision: 'REJECT', reason: `${metric} failed` };
    }
  }
  const score = (passed / total) * 100;
  return score >= 80 ? { decision: 'APPROVE' } : { decision: 'REVIEW', score };
}

describe('metric gates (spec 000)', () => {
  it('decides exactly as the function of the spec does (property)', () => {
    const settings = fc
      .dictionary(
        fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
        fc.record({ min: fc.integer({ min: 0, max: 100 }), required: fc.boolean() }),
        { maxKeys: 6 },
      )
      .map((criteria): MetricGateSettings => ({ name: 'any', criteria }));
    const values = fc.dictionary(
      fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      fc.oneof(fc.integer({ min: 0, max: 100 }), fc.constant(undefined)),
    );
    fc.assert(
      fc.property(settings, values, (gate, results) => {
        const ours = decide(gateWith(gate, results));
        const spec = checkGate(gate, results);
        assert.equal(ours.outcome, spec.decision);
        assert.equal(ours.reason, spec.reason);
        if (spec.score !== undefined && !Number.isNaN(spec.score)) assert.equal(ours.score, spec.score);
      }),
      { numRuns: 1000 },
    );
  });

  it('testing: an optional miss gives 75, REVIEW, and each line says what it met', () => {
    const gate = gateWith(testing, { unitTests: 86, integrationTests: 72, e2eTests: 55, security: 93 });
    const decision = decide(gate);
    assert.equal(decision.outcome, 'REVIEW');
    assert.equal(decision.score, 75);
    assert.deepEqual(
      decision.lines.map(({ state, because }) => [state, because]),
      [
        ['passedOver', 'None is.'],
        ['used', '3 ÷ 4 × 100 = 75.'],
        ['passedOver', '75 is less.'],
        ['fired', 'A person decides.'],
      ],
    );
  });
  it('rejects a required metric that is missing, and says which', () => {
    const decision = decide(gateWith(deployment, { coverage: 90, performance: 9 }));
    assert.equal(decision.outcome, 'REJECT');
    assert.equal(decision.reason, 'vision failed');
    assert.equal(decision.lines[0]?.because, 'vision has no value.');
    assert.deepEqual(
      decision.lines.slice(1).map(({ state }) => state),
      ['notReached', 'notReached', 'notReached'],
    );
  });
  it('a value at its minimum passes', () => {
    assert.equal(
      decide(gateWith(deployment, { coverage: 80, performance: 8.5, vision: 8 })).outcome,
      'APPROVE',
    );
  });
  it('an entered value counts where no file gives one, and is marked; a file is never overruled', () => {
    const entered = (criterion: string, value: number): GateReview => ({
      gate: 'metrics:deployment',
      round: 1,
      decision: 'ENTER',
      criterion,
      value,
      by: 'person',
      at: '2026-02-01T12:00:00Z',
    });
    const gate = gateWith(deployment, { coverage: 50, performance: 9 }, [
      entered('vision', 7),
      entered('vision', 8.2),
      entered('coverage', 99),
    ]);
    const vision = gate.criteria.find(({ id }) => id === 'vision');
    assert.equal(vision?.value, 8.2);
    assert.equal(vision?.evidence[0]?.how, 'byHand');
    assert.equal(gate.criteria.find(({ id }) => id === 'coverage')?.value, 50);
    assert.equal(decide(gate).reason, 'coverage failed');
  });
  it('a waived metric is left out of the count and stays visible', () => {
    const waive: GateReview = {
      gate: 'metrics:testing',
      round: 1,
      decision: 'WAIVE',
      criterion: 'e2eTests',
      by: 'person',
      note: 'flaky lab',
    };
    const values = { unitTests: 86, integrationTests: 72, e2eTests: 55, security: 93 };
    const gate = gateWith(testing, values, [waive]);
    assert.deepEqual(gate.criteria.find(({ id }) => id === 'e2eTests')?.waived, {
      by: 'person',
      note: 'flaky lab',
    });
    assert.equal(gate.criteria.find(({ id }) => id === 'e2eTests')?.state, 'failed');
    const decision = decide(gate);
    assert.equal(decision.outcome, 'APPROVE');
    assert.match(decision.lines[1]!.because, /3 ÷ 3 × 100 = 100\. 1 waived one is left out\./);
    const taken = gateWith(testing, values, [waive, { ...waive, decision: 'UNWAIVE' }]);
    assert.equal(decide(taken).outcome, 'REVIEW');
  });
  it('nothing to count is nothing to approve', () => {
    const decision = decide(gateWith({ name: 'empty', criteria: {} }, {}));
    assert.equal(decision.outcome, 'REVIEW');
    assert.equal(decision.score, undefined);
  });
  it('shows why a file gives no value, with its place, and then takes one by hand', () => {
    const results = [
      {
        file: '/w/junit.xml',
        results: {
          metrics: [],
          problems: [
            { severity: 'warning' as const, code: 'xml-truncated', message: 'It is cut off.', line: 2 },
          ],
        },
        feeds: [{ criterion: 'unitTests' }],
      },
    ];
    const gate = metricGate(testing, { results }, []);
    const criterion = gate.criteria[0]!;
    assert.equal(criterion.state, 'failed');
    assert.equal(criterion.note, 'It is cut off.');
    assert.deepEqual([criterion.evidence[0]?.file, criterion.evidence[0]?.line], ['/w/junit.xml', 2]);
    const entered = metricGate(testing, { results }, [
      {
        gate: 'metrics:testing',
        round: 1,
        decision: 'ENTER',
        criterion: 'unitTests',
        value: 90,
        by: 'person',
      },
    ]);
    assert.equal(entered.criteria[0]?.state, 'passed');
    assert.deepEqual(
      entered.criteria[0]?.evidence.map(({ how }) => how),
      ['read', 'byHand'],
    );
  });
});

describe('gates of checks (spec 003)', () => {
  const criterion = (o: Partial<Criterion>): Criterion => ({
    id: 'c',
    name: 'Scope',
    group: 'checks',
    state: 'passed',
    required: true,
    evidence: [],
    ...o,
  });
  const gate = (...criteria: readonly Criterion[]): Gate => ({
    id: 'EVALUATE_EXECUTION',
    kind: 'EVALUATE_EXECUTION',
    title: 'Evaluate execution',
    round: 1,
    evaluated: true,
    criteria,
    failureReasons: [],
    earlier: [],
    reviews: [],
    contradictions: [],
  });

  it('any required failure fails the gate, and the line of its kind fires', () => {
    const cases: readonly [Criterion['group'], RegExp][] = [
      ['checks', /^A check failed/],
      ['dag', /^The dag is not valid/],
      ['evaluators', /^A specialised evaluator failed/],
      ['board', /^The board rejected/],
      ['conditions', /^A condition of the board is unmet/],
      ['protocol', /^A check failed/],
    ];
    for (const [group, line] of cases) {
      const failed = gate(criterion({}), criterion({ id: 'x', name: 'The bad one', group, state: 'failed' }));
      assert.equal(decide(failed).outcome, 'FAIL', group);
      assert.match(fired(failed)!, line);
      assert.equal(decide(failed).lines.find((l) => l.state === 'fired')?.because, 'The bad one.');
    }
  });
  it('what has no answer is OPEN; failed is worse', () => {
    assert.equal(decide(gate(criterion({ state: 'open' }))).outcome, 'OPEN');
    assert.equal(decide(gate(criterion({ state: 'open' }), criterion({ state: 'failed' }))).outcome, 'FAIL');
  });
  it('waived, optional and not applicable hold nothing up', () => {
    const passed = gate(
      criterion({ state: 'failed', name: 'Waived one', waived: { by: 'person' } }),
      criterion({ state: 'failed', required: false }),
      criterion({ state: 'notApplicable' }),
    );
    assert.equal(decide(passed).outcome, 'PASS');
    assert.equal(decide(passed).lines.at(-1)?.because, 'Waived: Waived one.');
  });
  it('always gives lines of which exactly one fired, before it passed over, after it not reached (property)', () => {
    const any = fc.record({
      id: fc.string({ maxLength: 3 }),
      name: fc.string({ maxLength: 500 }),
      group: fc.constantFrom<Criterion['group']>(
        'checks',
        'dag',
        'evaluators',
        'board',
        'conditions',
        'protocol',
      ),
      state: fc.constantFrom<Criterion['state']>('passed', 'failed', 'open', 'notApplicable'),
      required: fc.boolean(),
      evidence: fc.constant([]),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 12 }), (criteria) => {
        const { lines, outcome } = decide(gate(...criteria));
        const at = lines.findIndex(({ state }) => state === 'fired');
        assert.ok(at >= 0);
        assert.ok(lines.slice(0, at).every(({ state }) => state === 'passedOver'));
        assert.ok(lines.slice(at + 1).every(({ state }) => state === 'notReached'));
        const failed = criteria.some((c) => c.required && c.state === 'failed');
        assert.equal(outcome === 'FAIL', failed);
      }),
    );
  });
});
