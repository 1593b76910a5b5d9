import assert from 'node:assert/strict';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { gateRequest } from '../../../src/editor/panels/gate/gateRequest';
import { reviewAsked } from '../../../src/editor/panels/gate/reviewAsked';
import { readTestResultsSetting } from '../../../src/editor/panels/gate/testResultsSetting';
import { reportOf, writeReport } from '../../../src/editor/panels/gate/reports';
import { chooseGate } from '../../../src/panels/gate/choose';
import { stampOf } from '../../../src/panels/gateModel';
import type { GateEvidence } from '../../../src/rules/gates/gateEvidence';
import type { ReviewAsked } from '../../../src/shared/gateModel';
import { evaluatedProject } from '../../face/pages/gateFixtures';
import { at, id, metadataFile, type Project } from '../engine/project';

/** The gate as the page has it now, with its stamp. */
async function look(project: Project, gateId: string, evidence: GateEvidence = {}) {
  const track = await project.track(id);
  const chosen = chooseGate(track, evidence, gateId);
  assert.ok(chosen && chosen.missing === undefined);
  return { track, chosen, seen: stampOf(track, chosen.gate) };
}
async function ask(project: Project, gateId: string, asked: Omit<ReviewAsked, 'kind' | 'gate' | 'seen'>) {
  const { track, seen } = await look(project, gateId);
  return reviewAsked(
    project.ports,
    track,
    {},
    { kind: 'review', gate: gateId, seen, ...asked },
    { by: 'Ada' },
  );
}
async function reviews(project: Project): Promise<unknown[]> {
  return ((await project.json(metadataFile))['gate_reviews'] ?? []) as unknown[];
}

describe('a decision that the Gate panel asks for', () => {
  let project: Project;
  afterEach(() => project.dispose());

  it('approves: the loop goes on, and the review has the name of who decided', async () => {
    project = await evaluatedProject();
    const reply = await ask(project, 'EVALUATE_EXECUTION', { decision: 'APPROVE', note: 'seen on staging' });
    assert.equal(reply.ok, true, reply.message);
    const metadata = await project.json(metadataFile);
    assert.equal(at(metadata, 'loop_state', 'current_step'), 'BUSINESS_SYNC');
    assert.equal(at(metadata, 'loop_state', 'checkpoints', 'EVALUATE_EXECUTION', 'verdict'), 'PASS');
    assert.equal(at(metadata, 'gate_reviews', 0, 'by'), 'Ada');
    assert.equal(at(metadata, 'gate_reviews', 0, 'note'), 'seen on staging');
  });
  it('is written once when it is sent twice, at the same moment or one after the other', async () => {
    project = await evaluatedProject();
    const { track, seen } = await look(project, 'metrics:testing');
    const asked: ReviewAsked = {
      kind: 'review',
      gate: 'metrics:testing',
      seen,
      decision: 'REQUEST_CHANGES',
      note: 'measure it',
    };
    const replies = await Promise.all([1, 2].map(() => reviewAsked(project.ports, track, {}, asked)));
    assert.deepEqual(
      replies.map(({ ok }) => ok),
      [true, false],
    );
    // The track is the one of before: the watcher has not told yet.
    const again = await reviewAsked(project.ports, track, {}, asked);
    assert.equal(again.ok, false);
    assert.match(again.message ?? '', /decided .* meanwhile\. Nothing was written/);
    assert.equal((await reviews(project)).length, 1);
  });
  it('is refused when the gate is not the one that was looked at', async () => {
    project = await evaluatedProject();
    const { seen } = await look(project, 'EVALUATE_EXECUTION');
    await project.write(
      `tracks/${id}/evaluation-report.md`,
      (await project.text(`tracks/${id}/evaluation-report.md`)).replaceAll('PASS', 'FAIL'),
    );
    const before = await project.text(metadataFile);
    const reply = await reviewAsked(
      project.ports,
      await project.track(id),
      {},
      {
        kind: 'review',
        gate: 'EVALUATE_EXECUTION',
        seen,
        decision: 'APPROVE',
      },
    );
    assert.equal(reply.ok, false);
    assert.match(reply.message ?? '', /has changed since you looked at it\. Nothing was written/);
    assert.equal(await project.text(metadataFile), before);
  });
  it('needs a waiver where a required criterion failed; a waiver can be withdrawn', async () => {
    project = await evaluatedProject(['Deliverables']);
    const gate = 'EVALUATE_EXECUTION';
    const refused = await ask(project, gate, { decision: 'APPROVE' });
    assert.match(refused.message ?? '', /only possible once/);
    const without = await ask(project, gate, { decision: 'WAIVE', criterion: 'deliverables' });
    assert.match(without.message ?? '', /Say why/);
    for (const asked of [
      { decision: 'WAIVE', criterion: 'deliverables', note: 'next release' },
      { decision: 'UNWAIVE', criterion: 'deliverables' },
    ] as const) {
      const reply = await ask(project, gate, asked);
      assert.equal(reply.ok, true, reply.message);
    }
    assert.equal((await ask(project, gate, { decision: 'APPROVE' })).ok, false);
    await ask(project, gate, { decision: 'WAIVE', criterion: 'deliverables', note: 'next release' });
    // The verdict that the report states is FAIL: it is a criterion of its own.
    const { chosen } = await look(project, gate);
    for (const { id: criterion, state, waived } of chosen.gate.criteria) {
      if (state === 'failed' && !waived)
        await ask(project, gate, { decision: 'WAIVE', criterion, note: 'with it' });
    }
    const approved = await ask(project, gate, { decision: 'APPROVE' });
    assert.equal(approved.ok, true, approved.message);
  });
  it('enters a value by hand, and refuses one that is no number', async () => {
    project = await evaluatedProject();
    const gate = 'metrics:deployment';
    assert.equal((await ask(project, gate, { decision: 'ENTER', criterion: 'vision', value: 8.2 })).ok, true);
    const { chosen } = await look(project, gate);
    const vision = chosen.gate.criteria.find(({ id: key }) => key === 'vision');
    assert.equal(vision?.value, 8.2);
    assert.match(vision?.evidence[0]?.note ?? '', /^Ada, /);
    for (const value of [NaN, Infinity, undefined]) {
      const reply = await ask(project, gate, {
        decision: 'ENTER',
        criterion: 'performance',
        ...(value === undefined ? {} : { value }),
      });
      assert.match(reply.message ?? '', /Give a number/);
    }
  });
  it('says what happened when metadata.json is broken, and leaves it as it is', async () => {
    project = await evaluatedProject();
    const { track, seen } = await look(project, 'metrics:testing');
    await project.write(metadataFile, '{ "version": 3,');
    const reply = await reviewAsked(
      project.ports,
      track,
      {},
      {
        kind: 'review',
        gate: 'metrics:testing',
        seen,
        decision: 'REJECT',
        note: 'no',
      },
    );
    assert.equal(reply.ok, false);
    assert.match(reply.message ?? '', /metadata\.json.*cannot be read as JSON/);
    assert.equal(await project.text(metadataFile), '{ "version": 3,');
  });
  it('says what happened when the track is gone', async () => {
    project = await evaluatedProject();
    const { track, seen } = await look(project, 'EVALUATE_EXECUTION');
    await project.dispose();
    const reply = await reviewAsked(
      project.ports,
      track,
      {},
      {
        kind: 'review',
        gate: 'EVALUATE_EXECUTION',
        seen,
        decision: 'APPROVE',
      },
    );
    assert.equal(reply.ok, false);
    assert.match(reply.message ?? '', /metadata\.json/);
  });
  it('tells of a gate that is not there any more', async () => {
    project = await evaluatedProject();
    const reply = await reviewAsked(
      project.ports,
      await project.track(id),
      {},
      {
        kind: 'review',
        gate: 'phase:gone',
        seen: 'x',
        decision: 'APPROVE',
      },
    );
    assert.match(reply.message ?? '', /no gate “phase:gone” any more/);
  });
  it('on a folder that cannot be written says so and writes nothing', async function () {
    project = await evaluatedProject();
    const folder = join(project.conductor, 'tracks', id);
    const { track, seen } = await look(project, 'EVALUATE_EXECUTION');
    const before = await project.text(metadataFile);
    await chmod(folder, 0o500);
    await chmod(join(folder, 'metadata.json'), 0o400);
    try {
      const reply = await reviewAsked(
        project.ports,
        track,
        {},
        {
          kind: 'review',
          gate: 'EVALUATE_EXECUTION',
          seen,
          decision: 'APPROVE',
        },
      );
      // Whoever may write everything (root) is not held up by this.
      if (process.getuid?.() !== 0) {
        assert.equal(reply.ok, false);
        assert.match(reply.message ?? '', /metadata\.json/);
        assert.equal(await project.text(metadataFile), before);
      }
    } finally {
      await chmod(folder, 0o700);
    }
  });
});

describe('reports of the Gate panel', () => {
  let project: Project;
  afterEach(() => project.dispose());

  it('writes the evaluation report once, however often it is asked for', async () => {
    project = await evaluatedProject();
    const { track, chosen } = await look(project, 'EVALUATE_EXECUTION');
    assert.deepEqual(reportOf(track, chosen.gate, '2026-02-01'), { title: 'Write Evaluation Report' });
    const first = await writeReport(project.ports, track, chosen.gate, {}, 'seen on staging');
    const second = await writeReport(project.ports, track, chosen.gate, {}, 'seen on staging');
    assert.ok('changed' in first && first.changed);
    assert.ok('changed' in second && !second.changed);
    assert.match(await project.text(`tracks/${id}/evaluation-report.md`), /seen on staging/);
  });
  it('says why no report can be written', async () => {
    project = await evaluatedProject();
    const { track, chosen } = await look(project, 'EVALUATE_EXECUTION');
    const phase = chosen.gates.find(({ kind }) => kind === 'PHASE_COMPLETION');
    assert.ok(phase);
    assert.match(reportOf(track, phase, '2026-02-01')?.because ?? '', /is not complete/);
    const metrics = chosen.gates.find(({ kind }) => kind === 'METRICS');
    assert.equal(metrics && reportOf(track, metrics, '2026-02-01'), undefined);
  });
});

describe('requests of the Gate page', () => {
  const review = { kind: 'review', gate: 'g', seen: 's', decision: 'APPROVE' };

  it('are understood', () => {
    for (const good of [
      { kind: 'turn', gate: 'phase:1' },
      review,
      { ...review, decision: 'ENTER', criterion: 'a', value: -1.5 },
      { kind: 'report', gate: 'g', note: 'n' },
      { kind: 'settings' },
    ]) {
      assert.equal(gateRequest.safeParse(good).success, true, JSON.stringify(good));
    }
  });
  it('are refused when they are anything else', () => {
    for (const bad of [
      null,
      {},
      { kind: 'turn' },
      { kind: 'turn', gate: '' },
      { kind: 'turn', gate: 'x'.repeat(5000) },
      { ...review, seen: '' },
      { ...review, decision: 'approve' },
      { ...review, decision: 'DELETE' },
      { ...review, value: NaN },
      { ...review, value: Infinity },
      { ...review, value: 1e300 },
      { ...review, value: '1' },
      { ...review, note: 'x'.repeat(20_001) },
      { ...review, by: 'somebody else' },
      { ...review, passed: 'yes' },
      { kind: 'settings', more: 1 },
      { kind: 'none' },
    ]) {
      assert.equal(gateRequest.safeParse(bad).success, false, JSON.stringify(bad)?.slice(0, 80));
    }
  });
});

describe('conductor.gates.testResults', () => {
  it('names files, alone or with the criterion that they answer', () => {
    assert.deepEqual(
      readTestResultsSetting([
        'reports/junit.xml',
        { path: 'coverage/lcov.info', criterion: 'unitTests', metric: 'lines' },
        { path: ' coverage/lcov.info ', criterion: 'coverage' },
      ]),
      {
        named: [
          { path: 'reports/junit.xml' },
          {
            path: 'coverage/lcov.info',
            feeds: [{ criterion: 'unitTests', metric: 'lines' }, { criterion: 'coverage' }],
          },
        ],
        problems: [],
      },
    );
    assert.deepEqual(readTestResultsSetting(undefined), { named: [], problems: [] });
  });
  it('says which entry was not used, and why', () => {
    assert.match(readTestResultsSetting('reports/junit.xml').problems[0] ?? '', /not a list/);
    const odd = readTestResultsSetting(['a.xml', '', 5, null, {}, { path: 'b.xml', criterion: 7 }]);
    assert.deepEqual(odd.named, [{ path: 'a.xml' }]);
    assert.deepEqual(
      odd.problems.map((problem) => /^Entry (\d)/.exec(problem)?.[1]),
      ['2', '3', '4', '5', '6'],
    );
    const many = readTestResultsSetting(Array.from({ length: 60 }, (_, i) => `${String(i)}.xml`));
    assert.equal(many.named.length, 50);
    assert.match(many.problems[0] ?? '', /names 60 files/);
  });
});
