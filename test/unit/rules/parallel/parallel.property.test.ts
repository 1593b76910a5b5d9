import assert from 'node:assert/strict';
import fc from 'fast-check';
import { pathsCollide, plainFilePath } from '../../../../src/model/filePath';
import type { BusMessage } from '../../../../src/model/messageBus';
import type { Marker } from '../../../../src/model/marker';
import {
  defaultParallelSettings,
  emptyRun,
  parallelDecisions,
  type ParallelRun,
} from '../../../../src/rules/parallel';
import { taskGraphOf } from '../../../../src/rules/taskGraph';
import { busOf, dagOf, nodeOf, phaseOf, planOf, taskOf, trackOf } from '../builders';

interface Case {
  readonly tasks: readonly {
    readonly needs: readonly number[];
    readonly files: readonly number[];
    readonly group: number;
  }[];
  readonly conflictFree: readonly boolean[];
  readonly max: number;
  readonly script: readonly {
    readonly what: 'complete' | 'fail' | 'lost' | 'foreignDone' | 'foreignLock' | 'tick';
    readonly pick: number;
  }[];
}

const cases: fc.Arbitrary<Case> = fc.record({
  tasks: fc.array(
    fc.record({
      needs: fc.array(fc.nat(11), { maxLength: 3 }),
      files: fc.array(fc.nat(4), { maxLength: 2 }),
      group: fc.nat(4),
    }),
    { minLength: 1, maxLength: 12 },
  ),
  conflictFree: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
  max: fc.integer({ min: 1, max: 4 }),
  script: fc.array(
    fc.record({
      what: fc.constantFrom('complete', 'fail', 'lost', 'foreignDone', 'foreignLock', 'tick'),
      pick: fc.nat(20),
    }),
    { maxLength: 60 },
  ),
});

function* runCase(o: Case) {
  // Needs point backwards, so that there is no circle.
  const nodes = o.tasks.map((task, i) =>
    nodeOf(String(i), [...new Set(task.needs.filter((n) => n < i).map(String))], {
      files: task.files.map((f) => `src/${f}.ts`),
    }),
  );
  const groups = [0, 1, 2, 3].map((g) => ({
    id: `pg-${g}`,
    tasks: o.tasks.flatMap((task, i) => (task.group === g ? [String(i)] : [])),
    conflictFree: o.conflictFree[g]!,
    sharedResources: [],
    line: 1,
  }));
  const markers = new Map<string, Marker>(nodes.map(({ id }) => [id, 'todo']));
  let run: ParallelRun = emptyRun;
  const messages: BusMessage[] = [];
  const locks: { path: string; workerId: string; expiresAt: string }[] = [];
  let clock = Date.parse('2026-02-01T12:00:00Z');
  let serial = 0;
  const endless = Array.from({ length: 200 }, (_, i) => ({ what: 'complete' as const, pick: i }));
  for (const event of [...o.script, ...endless]) {
    clock += 1000;
    const now = new Date(clock);
    const plan = {
      ...planOf(
        phaseOf(
          '1',
          nodes.map(({ id }) => taskOf(id, markers.get(id)!)),
        ),
      ),
      dag: dagOf(nodes, groups),
    };
    const graph = taskGraphOf(trackOf({ plan, documents: { plan: '/p/plan.md' } }));
    const bus = busOf({ messages: [...messages], locks: [...locks] });
    const settings = { ...defaultParallelSettings, maxWorkers: o.max };
    const decisions = parallelDecisions(graph, bus, run, settings, now);
    assert.deepEqual(parallelDecisions(graph, bus, run, settings, now), decisions, 'deterministic');
    yield { decisions, run, graph, messages, locks, now };
    if (decisions.some(({ kind }) => kind === 'finish')) return;
    for (const decision of decisions) {
      if (decision.kind === 'recordDone') markers.set(decision.taskId, 'done');
      if (decision.kind === 'finishGroup')
        run = { ...run, finishedGroups: [...run.finishedGroups, decision.group] };
      if (decision.kind === 'start' || decision.kind === 'retry') {
        const worker = {
          workerId: `w${serial++}`,
          taskId: decision.taskId,
          startedAt: now.toISOString(),
          state: 'running' as const,
          locks: decision.locks,
        };
        run = { ...run, workers: [...run.workers, worker] };
        if (markers.get(decision.taskId) === 'todo') markers.set(decision.taskId, 'doing');
      }
    }
    const running = run.workers.filter(({ state }) => state === 'running');
    const worker = running[event.pick % Math.max(1, running.length)];
    const end = (state: 'complete' | 'failed') => {
      if (worker) run = { ...run, workers: run.workers.map((w) => (w === worker ? { ...w, state } : w)) };
    };
    const post = (type: string, source: string, id: string) =>
      messages.push({
        type,
        source,
        payload: { task_id: id },
        line: messages.length + 1,
        timestamp: now.toISOString(),
      });
    if (event.what === 'complete' && worker) {
      post('TASK_COMPLETE', worker.workerId, worker.taskId);
      end('complete');
    } else if (event.what === 'fail' && worker) {
      post('TASK_FAILED', worker.workerId, worker.taskId);
      end('failed');
    } else if (event.what === 'lost') end('failed');
    else if (event.what === 'foreignDone') post('TASK_COMPLETE', 'them', String(event.pick % nodes.length));
    else if (event.what === 'foreignLock') {
      const path = `./src/${event.pick % 5}.ts`;
      // They honour locks, too.
      const used = run.workers.some(
        (w) =>
          w.state === 'running' &&
          (nodes.find(({ id }) => id === w.taskId)?.files ?? []).some((f) =>
            pathsCollide(plainFilePath(f), plainFilePath(path)),
          ),
      );
      if (!used) locks.push({ path, workerId: 'them', expiresAt: new Date(clock + 5000).toISOString() });
    }
  }
}

describe('parallel: random runs', () => {
  it('starts nothing twice, nothing too early, never too many, no two on one file; every open task has one reason', function () {
    this.timeout(60_000);
    fc.assert(
      fc.property(cases, (o) => {
        for (const { decisions, run, graph, messages, locks, now } of runCase(o)) {
          const starts = decisions.flatMap((d) => (d.kind === 'start' || d.kind === 'retry' ? [d] : []));
          const running = run.workers.filter(({ state }) => state === 'running');
          const completed = new Set([
            ...run.workers.filter(({ state }) => state === 'complete').map(({ taskId }) => taskId),
            ...messages
              .filter(({ type }) => type === 'TASK_COMPLETE')
              .map(({ payload }) => payload['task_id'] as string),
          ]);
          const node = (id: string) => graph.nodes.find((n) => n.id === id)!;
          for (const start of starts) {
            assert.ok(!completed.has(start.taskId), `${start.taskId} started after its completion`);
            assert.ok(
              node(start.taskId).dependsOn.every((id) => completed.has(id)),
              `${start.taskId} started too early`,
            );
            assert.ok(start.attempt <= 3);
          }
          if (starts.length > 0) assert.ok(starts.length + running.length <= o.max, 'too many workers');
          const at = [...running.map(({ taskId }) => taskId), ...starts.map(({ taskId }) => taskId)];
          assert.equal(new Set(at).size, at.length, 'a task twice at once');
          const files = at.flatMap((id) => [...new Set(node(id).files.map(plainFilePath))]);
          assert.equal(new Set(files).size, files.length, 'two workers on one file');
          for (const { path, expiresAt } of locks) {
            if (Date.parse(expiresAt) < now.getTime()) continue;
            for (const { taskId } of starts)
              assert.ok(!node(taskId).files.map(plainFilePath).includes(plainFilePath(path)));
          }
          const open = graph.nodes.filter(
            ({ state, id }) => state !== 'done' && !(completed.has(id) && node(id).marker === 'done'),
          );
          for (const { id } of open) {
            const own = decisions.filter((d) => 'taskId' in d && d.taskId === id);
            assert.equal(own.length, 1, `${id} has ${own.length} decisions`);
          }
          const stands =
            running.length === 0 &&
            starts.length === 0 &&
            !decisions.some(({ kind }) => kind === 'recordDone');
          if (stands) {
            assert.ok(
              decisions.some(
                (d) =>
                  d.kind === 'finish' ||
                  d.kind === 'escalate' ||
                  (d.kind === 'wait' && (d.for === 'files' || d.for === 'otherWorker')),
              ),
              'neither progress nor a reason',
            );
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('every run ends', function () {
    this.timeout(60_000);
    fc.assert(
      fc.property(cases, (o) => {
        let last: ReturnType<typeof parallelDecisions> = [];
        for (const { decisions } of runCase(o)) last = decisions;
        assert.ok(last.some(({ kind }) => kind === 'finish'));
      }),
      {
        numRuns: 40,
        // Groups in a circle by way of a task that has no group.
        examples: [
          [
            {
              tasks: [
                { needs: [], files: [], group: 3 },
                { needs: [0], files: [], group: 4 },
                { needs: [1], files: [], group: 3 },
              ],
              conflictFree: [false, false, false, false],
              max: 1,
              script: [],
            },
          ],
        ],
      },
    );
  });
});
