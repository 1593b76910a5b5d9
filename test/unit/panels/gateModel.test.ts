import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Criterion, Gate, GateReview } from '../../../src/model/gate';
import type { Track } from '../../../src/model/track';
import { chooseGate } from '../../../src/panels/gate/choose';
import { shownEvidence } from '../../../src/panels/gate/evidence';
import { gateModelOf, stampOf } from '../../../src/panels/gateModel';
import type { GateEvidence } from '../../../src/rules/gates/gateEvidence';
import type { GateModel } from '../../../src/shared/gateModel';
import { loopOf, phaseOf, planOf, taskOf, trackOf } from '../rules/builders';
import { evaluatedProject, results } from '../../face/pages/gateFixtures';
import { id } from '../engine/project';

function model(track: Track, item?: string, evidence: GateEvidence = {}): GateModel {
  const chosen = chooseGate(track, evidence, item);
  assert.ok(chosen);
  return gateModelOf(track, chosen, { readAt: 0, base: '/w' });
}
/** The model of one gate that no track gives. */
function modelOfGate(gate: Gate, track = trackOf()): GateModel {
  return gateModelOf(
    track,
    { gates: [gate], gate, inUse: new Set(), evidence: {} },
    { readAt: 0, base: '/w' },
  );
}
function criterion(o: Partial<Criterion> = {}): Criterion {
  return { id: 'a', name: 'A', group: 'checks', state: 'passed', required: true, evidence: [], ...o };
}
function gateOf(o: Partial<Gate> = {}): Gate {
  return {
    id: 'metrics:any',
    kind: 'METRICS',
    title: 'Metric gate: any',
    round: 1,
    evaluated: true,
    failureReasons: [],
    criteria: [],
    earlier: [],
    reviews: [],
    contradictions: [],
    ...o,
  };
}

describe('the gate that is looked at', () => {
  const plain = trackOf({ plan: planOf(phaseOf('1', [taskOf('1.1', 'todo')])) });

  it('is none in a track without loop and phases', () => {
    assert.equal(chooseGate(trackOf(), {}, undefined), undefined);
  });
  it('is the one that the track stands at when nobody names one, or names one that is not there', () => {
    const track = trackOf({ loop: loopOf({ step: 'EVALUATE_EXECUTION' }) });
    assert.equal(model(track).gate.id, 'EVALUATE_EXECUTION');
    const shown = model(track, 'phase:nine');
    assert.equal(shown.gate.id, 'EVALUATE_EXECUTION');
    assert.match(shown.notices[0] ?? '', /no gate “phase:nine”/);
  });
  it('can be a metric gate that nobody uses, which is never shown unasked', () => {
    assert.equal(model(plain).gate.id, 'phase:1');
    assert.deepEqual(
      model(plain)
        .choices.filter(({ word }) => word === 'Not in use')
        .map(({ id: gateId }) => gateId),
      ['metrics:testing', 'metrics:deployment'],
    );
    assert.equal(model(plain, 'metrics:testing').gate.outcome, 'REJECT');
    assert.equal(model(trackOf(), 'metrics:testing').gate.id, 'metrics:testing');
  });
  it('can be a metric gate that the state file of the project sets up', () => {
    const own = { name: 'release', criteria: { load: { min: 5, required: true } } };
    const { choices } = model(plain, undefined, { metricGates: [own] });
    assert.deepEqual(
      choices
        .filter(({ id: gateId }) => gateId.startsWith('metrics:'))
        .map(({ id: gateId, word }) => [gateId, word]),
      [
        ['metrics:release', 'Not evaluated'],
        ['metrics:testing', 'Not in use'],
        ['metrics:deployment', 'Not in use'],
      ],
    );
  });
  it('can be PRE_LAUNCH before anything is due there, and is then among the choices', () => {
    const shown = model(plain, 'PRE_LAUNCH');
    assert.equal(shown.gate.kind, 'PRE_LAUNCH');
    assert.ok(shown.choices.some(({ id: gateId }) => gateId === 'PRE_LAUNCH'));
  });
});

describe('the Gate panel', () => {
  it('shows this round beside the earlier ones, and what was fixed between', async () => {
    const project = await evaluatedProject();
    try {
      const { gate } = model(await project.track(id), undefined, results);
      const checks = gate.groups.find(({ group }) => group === 'checks');
      assert.deepEqual(checks?.rounds, [1]);
      assert.equal(checks?.summary, '6 of 6 pass, round 1 had 3');
      assert.deepEqual(checks?.criteria[0]?.past, ['failed']);
      assert.deepEqual(
        gate.rounds.map(({ round, word, fixed }) => [round, word, fixed.map(({ commit }) => commit)]),
        [
          [2, 'PASS', ['c41d7be', '08fe2a1']],
          [1, 'FAIL', []],
        ],
      );
      assert.equal(gate.roundText, 'Round 2, after fix cycle 1 of 3');
      assert.equal(gate.headline, 'All 6 checks and 1 evaluator pass.');
      assert.equal(gate.acts.approve.allowed, true);
      assert.match(gate.acts.approve.says, /EVALUATE_EXECUTION becomes PASSED.*BUSINESS_SYNC/);
    } finally {
      await project.dispose();
    }
  });
  it('says why Approve is not possible, and offers a waiver', async () => {
    const project = await evaluatedProject(['Deliverables']);
    try {
      const { gate } = model(await project.track(id));
      assert.equal(gate.acts.approve.allowed, false);
      assert.match(gate.acts.approve.says, /Deliverables failed: approving is only possible once/);
      assert.equal(gate.headline, 'A check failed: Deliverables.');
      assert.match(gate.standing, /^Approving is not possible: Deliverables failed\.$/);
      const deliverables = gate.groups[0]?.criteria.find(({ name }) => name === 'Deliverables');
      assert.equal(deliverables?.waive.allowed, true);
      assert.equal(deliverables?.enter, undefined);
    } finally {
      await project.dispose();
    }
  });
  it('tells that a report contradicts itself, and that its verdicts do not let it pass', async () => {
    const project = await evaluatedProject();
    try {
      const file = `tracks/${id}/evaluation-report.md`;
      await project.write(file, `${await project.text(file)}\n### Verdict: FAIL\n`);
      const { gate } = model(await project.track(id));
      assert.ok(gate.contradictions.length > 0, 'nothing is told');
      assert.notEqual(gate.outcome, 'PASS');
    } finally {
      await project.dispose();
    }
  });
  it('of an archived or paused track, or one whose metadata.json is broken, offers nothing and says why', async () => {
    const project = await evaluatedProject();
    try {
      const track = await project.track(id);
      const { metadata: _metadata, ...broken } = track;
      const all: readonly [Track, RegExp][] = [
        [{ ...track, archived: true }, /archived/],
        [{ ...track, metadata: { ...track.metadata!, status: 'paused' } }, /paused/],
        [broken, /cannot be read/],
      ];
      for (const [closed, why] of all) {
        const { gate } = model(closed, 'EVALUATE_EXECUTION');
        const { approve, requestChanges, reject } = gate.acts;
        for (const act of [approve, requestChanges, reject]) {
          assert.equal(act.allowed, false);
          assert.match(act.says, why);
        }
        assert.match(gate.standing, why);
        assert.ok(gate.groups.every(({ criteria }) => criteria.every(({ waive }) => !waive.allowed)));
      }
    } finally {
      await project.dispose();
    }
  });
  it('keeps a waived criterion visible, with who, why and the way back', async () => {
    const review: GateReview = {
      gate: 'EVALUATE_EXECUTION',
      round: 2,
      decision: 'WAIVE',
      criterion: 'deliverables',
      by: 'Ada',
      note: 'next release',
      at: '2026-01-31T10:00:00Z',
    };
    const project = await evaluatedProject(['Deliverables'], { gate_reviews: [review] });
    try {
      const { gate } = model(await project.track(id));
      const shown = gate.groups[0]?.criteria.find(({ id: key }) => key === 'deliverables');
      assert.equal(shown?.look, 'waived');
      assert.equal(shown?.waived, 'Waived by Ada: next release');
      assert.equal(shown?.waivedAt, '2026-01-31T10:00:00Z');
      assert.equal(shown?.withdraw?.allowed, true);
      assert.match(shown?.withdraw?.says ?? '', /counts again as fail/);
      assert.equal(shown?.waive.allowed, false);
      assert.deepEqual(
        gate.reviews.map(({ by, text, note, about }) => [by, text, note, about]),
        [['Ada', 'waived Deliverables', 'next release', 'round 2']],
      );
    } finally {
      await project.dispose();
    }
  });
  it('tells what is wrong with a metric that is no number, negative, or over 100, and never draws outside the gauge', () => {
    const shown = modelOfGate(
      gateOf({
        criteria: [NaN, Infinity, -Infinity, -5, 140, 1e300, 8.6].map((value, i) =>
          criterion({
            id: `m${String(i)}`,
            group: 'metrics',
            value,
            minimum: i === 6 ? 8.5 : 80,
            state: 'failed',
          }),
        ),
      }),
    ).gate.groups[0]?.criteria;
    assert.deepEqual(
      shown?.map(({ metric, note }) => [metric?.value, note]),
      [
        ['not a number', 'The value is not a number.'],
        ['not a number', 'The value is not a number.'],
        ['not a number', 'The value is not a number.'],
        ['-5', 'The value is negative.'],
        ['140', 'The value is over 100.'],
        ['1.000e+300', 'The value is over 100.'],
        ['8.6', undefined],
      ],
    );
    for (const { metric } of shown ?? []) {
      assert.ok(
        metric && metric.filled >= 0 && metric.filled <= 100 && metric.mark >= 0 && metric.mark <= 100,
      );
    }
    assert.equal(Math.round(shown?.[6]?.metric?.filled ?? 0), 86);
  });
  it('shows criteria of the same id as two, and texts of any length as no longer than the panel can hold', () => {
    const long = 'ש'.repeat(500_000);
    const { gate } = modelOfGate(
      gateOf({
        title: long,
        criteria: [
          criterion({ id: 'x' }),
          criterion({ id: 'x' }),
          criterion({ id: long, name: long, note: long }),
        ],
        contradictions: Array.from({ length: 100 }, () => long),
        reviews: [
          { gate: 'g', round: 1, decision: 'SHRUG', by: long, note: long },
          { gate: 'g', round: 1, decision: 'WAIVE', criterion: '__proto__', by: 'x' },
        ],
      }),
    );
    const keys = gate.groups[0]?.criteria.map(({ key }) => key) ?? [];
    assert.equal(new Set(keys).size, 3);
    assert.match(gate.reviews[1]?.text ?? '', /no known decision/);
    const { id: _id, ...shown } = gate.groups[0]?.criteria[2] ?? { id: '' };
    assert.ok(JSON.stringify({ ...shown }).length < 10_000);
    assert.ok(JSON.stringify(gate.contradictions).length < 20_000);
  });
  it('gives every look of a gate another stamp when something changes that a person decides on', () => {
    const base = gateOf({ criteria: [criterion({ value: 1, minimum: 2, group: 'metrics' })] });
    const stamp = (gate: Gate) => stampOf(trackOf(), gate);
    const changed: readonly Gate[] = [
      { ...base, round: 2 },
      { ...base, criteria: [{ ...base.criteria[0]!, value: NaN }] },
      { ...base, criteria: [{ ...base.criteria[0]!, state: 'failed' }] },
      { ...base, criteria: [{ ...base.criteria[0]!, waived: { by: 'x' } }] },
      { ...base, criteria: [] },
      { ...base, contradictions: ['x'] },
      { ...base, reviews: [{ gate: 'x', round: 1, decision: 'APPROVE', by: 'x' }] },
    ];
    assert.equal(stamp(base), stamp({ ...base, criteria: [{ ...base.criteria[0]! }] }));
    assert.equal(new Set([base, ...changed].map(stamp)).size, changed.length + 1);
    assert.notEqual(stampOf(trackOf({ archived: true }), base), stamp(base));
  });
  it('makes a model of any gate (property)', function () {
    this.timeout(20_000);
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 20 }),
      fc.constantFrom('', '__proto__', '<img src=x>'),
    );
    const anyCriterion = fc.record(
      {
        id: text,
        name: text,
        group: fc.constantFrom('checks', 'dag', 'evaluators', 'board', 'conditions', 'protocol', 'metrics'),
        state: fc.constantFrom('passed', 'failed', 'open', 'notApplicable'),
        required: fc.boolean(),
        value: fc.double(),
        minimum: fc.double(),
        note: text,
        evidence: fc.array(
          fc.record(
            { file: text, line: fc.nat(), how: fc.constantFrom('read', 'byHand'), note: text },
            { requiredKeys: ['how'] },
          ),
          { maxLength: 3 },
        ),
        waived: fc.record({ by: text, note: text }, { requiredKeys: ['by'] }),
      },
      { requiredKeys: ['id', 'name', 'group', 'state', 'required', 'evidence'] },
    );
    const anyGate = fc.record({
      kind: fc.constantFrom(
        'EVALUATE_PLAN',
        'EVALUATE_EXECUTION',
        'PHASE_COMPLETION',
        'PRE_LAUNCH',
        'METRICS',
      ),
      criteria: fc.array(anyCriterion, { maxLength: 8 }),
      evaluated: fc.boolean(),
    });
    fc.assert(
      fc.property(anyGate, (o) => {
        const gate = gateOf(o);
        const shown = modelOfGate(gate, trackOf({ loop: loopOf() }));
        assert.equal(shown.gate.groups.flatMap(({ criteria }) => criteria).length, gate.criteria.length);
        assert.equal(shown.gate.rule.filter(({ state }) => state === 'fired').length, 1);
        assert.ok(shown.gate.headline.length > 0);
        // It goes to the page as JSON and must come out the same.
        assert.deepEqual(JSON.parse(JSON.stringify(shown)), shown);
      }),
      { numRuns: 60 },
    );
  });
});

describe('evidence', () => {
  const shown = (file: string, o: { line?: number; how?: 'read' | 'byHand'; note?: string } = {}) =>
    shownEvidence({ file, how: 'read', ...o }, '/w');

  it('that is a path leads to its file and line', () => {
    assert.deepEqual(shown('/w/a/plan.md', { line: 4 }), {
      text: 'plan.md:4',
      place: { file: '/w/a/plan.md', line: 4 },
      how: 'read',
    });
    assert.deepEqual(shown('src/pay/service.ts:88').place, { file: '/w/src/pay/service.ts', line: 88 });
    assert.deepEqual(shown('./form.tsx#L21').place, { file: '/w/form.tsx', line: 21 });
  });
  it('that is a commit leads to the commit', () => {
    assert.equal(shown('c41d7be').commit, 'c41d7be');
  });
  it('that is anything else stays a text', () => {
    for (const text of [
      '../../etc/passwd',
      'seen on staging',
      'https://example.com/a.html',
      '<b>x</b>.md',
      'a\nb.md',
    ]) {
      assert.deepEqual(shown(text), { text, how: 'read' });
    }
  });
  it('that a person entered is marked', () => {
    assert.deepEqual(shownEvidence({ how: 'byHand', note: 'Ada, 2026-01-01' }, '/w'), {
      text: '',
      how: 'byHand',
      note: 'Ada, 2026-01-01',
    });
  });
});
