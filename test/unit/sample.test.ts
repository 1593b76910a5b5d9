import assert from 'node:assert/strict';
import path from 'node:path';
import type { RootSnapshot } from '../../src/model/root';
import type { Track } from '../../src/model/track';
import { loopSteps } from '../../src/model/loopState';
import { checkDag } from '../../src/rules/dagRules';
import { needsYou } from '../../src/rules/needsYou';
import { resolveBoard } from '../../src/rules/boardResolution';
import { TestResultsReader } from '../../src/store/readTestResults';
import { readConductor } from '../../src/store/readConductor';

/** The sample is what people see first: it must be as good as its README says. */
describe('sample', () => {
  let root: RootSnapshot;
  let byId: Map<string, Track>;

  before(async () => {
    const sample = path.resolve(__dirname, '../../sample');
    const { roots } = await readConductor({ folders: [sample], archives: true });
    assert.equal(roots.length, 1);
    root = roots[0]!;
    byId = new Map([...root.tracks, ...(root.archive.tracks ?? [])].map((track) => [track.id, track]));
  });

  function trackOf(id: string): Track {
    const track = byId.get(id);
    assert.ok(track, id);
    return track;
  }

  it('has six tracks in six states', () => {
    const state = [...byId.values()].map((track) => [
      track.name,
      track.group,
      `${track.loop?.step} ${track.loop?.stepStatus}`,
      `${track.progress.done}/${track.progress.total}`,
    ]);
    assert.deepEqual(state, [
      ['One-page checkout', 'active', 'EXECUTE IN_PROGRESS', '7/14'],
      ['Stock reservations', 'active', 'FIX IN_PROGRESS', '11/13'],
      ['Live carrier rates', 'active', 'EXECUTE BLOCKED', '3/8'],
      ['Gift cards', 'paused', 'EXECUTE NOT_STARTED', '3/8'],
      ['Search facets', 'done', 'COMPLETE PASSED', '6/6'],
      ['Image pipeline', 'archived', 'COMPLETE PASSED', '3/3'],
    ]);
    for (const track of byId.values()) {
      assert.equal(track.registered, true);
      assert.equal(track.dialect, 'evaluate-loop');
      assert.ok(loopSteps.includes(track.loop!.step) && track.loop!.understood);
    }
  });

  it('disagrees with itself in exactly two places, on purpose', () => {
    const problems = [...root.problems, ...[...byId.values()].flatMap((track) => track.problems)];
    assert.deepEqual(
      problems.map((problem) => [problem.code, path.basename(problem.file), problem.line, problem.repair]),
      [
        ['dag-not-conflict-free', 'plan.md', 141, undefined],
        ['registry-disagrees', 'tracks.md', 8, 'updateRegistryStatus'],
      ],
    );
  });

  it('needs a person for one blocker, two blocked tasks and the drift', () => {
    const items = needsYou(root, new Date('2026-11-18T10:42:00Z'));
    assert.deepEqual(
      items.map((item) => [item.kind, item.trackName]),
      [
        ['blocker', 'Live carrier rates'],
        ['blockedTask', 'Live carrier rates'],
        ['blockedTask', 'One-page checkout'],
        ['drift', 'Stock reservations'],
      ],
    );
  });

  it('has a graph that keeps every rule but one', () => {
    const { plan } = trackOf('one-page-checkout_20261019');
    assert.equal(plan?.dag?.nodes.length, 14);
    assert.deepEqual(
      checkDag(plan.dag, plan).map(({ code }) => code),
      ['dag-not-conflict-free'],
    );
    assert.ok(
      plan.dag.nodes.every((node) => node.acceptance !== undefined && node.files.length > 0),
      'each task says what it changes and when it is done',
    );
    const shared = plan.dag.parallelGroups.filter((group) => group.conflictFree === false);
    assert.deepEqual(
      shared.map((group) => group.coordinationStrategy),
      ['file_lock'],
    );
  });

  it('has a living message bus and a board that voted as its resolution says', () => {
    const { bus, boardSessions } = trackOf('one-page-checkout_20261019');
    assert.ok(bus);
    assert.deepEqual(bus.problems, []);
    assert.equal(bus.messageCount, 56);
    assert.equal(bus.workers.length, 3);
    assert.equal(bus.locks.length, 1);
    assert.ok(bus.waiting.some((wait) => wait.resource === 'src/pages/checkout.ts'));
    const votes = bus.board?.votes ?? {};
    assert.equal(Object.keys(votes).length, 5);
    assert.deepEqual(bus.board?.dissent, [
      'COO: two tracks, one payment provider; seven weeks are realistic, five are proposed.',
    ]);
    const asVerdicts = Object.fromEntries(
      Object.entries(votes).map(([who, vote]) => [who, { verdict: vote.verdict }]),
    );
    assert.equal(resolveBoard(asVerdicts, false).verdict, 'APPROVED');
    assert.ok(
      boardSessions.some((session) => session.verdict === 'APPROVED' && session.conditions.length === 3),
    );
  });

  it('had its plan revised once, after an evaluation and a board that said no', () => {
    const { reports, boardSessions, loop } = trackOf('one-page-checkout_20261019');
    assert.deepEqual(
      reports.map(({ report }) => [report.kind, report.verdict, report.failureReasons.length]),
      [
        ['plan', 'FAIL', 6],
        ['plan', 'PASS', 0],
      ],
    );
    assert.deepEqual(
      boardSessions.map(({ verdict }) => verdict),
      ['REJECTED', 'APPROVED'],
    );
    assert.equal(loop?.checkpoints.PLAN?.planVersion, 2);
    assert.equal(loop.planRevisionCount, 1);
  });

  it('has results of its tests that gates can read', async () => {
    const reader = new TestResultsReader(path.resolve(__dirname, '../../sample'));
    const read = await reader.read(
      ['junit.xml', 'lcov.info', 'coverage-summary.json'].map((name) => ({ path: `reports/${name}` })),
    );
    for (const { file, results } of read) {
      assert.deepEqual(results.problems, [], file);
      assert.ok(results.metrics.length > 0, file);
    }
  });

  it('has failed twice in one track, for reasons that are shown', () => {
    const { reports, loop } = trackOf('stock-reservations_20261005');
    const executions = reports
      .filter(({ report }) => report.kind === 'execution')
      .map(({ report }) => report);
    assert.deepEqual(
      executions.map((report) => [report.verdict, report.failureReasons.length > 0, report.contradictory]),
      [
        ['FAIL', true, false],
        ['FAIL', true, false],
      ],
    );
    assert.equal(loop?.fixCycleCount, 2);
    assert.equal(loop.maxFixCycles, 3);
  });
});
