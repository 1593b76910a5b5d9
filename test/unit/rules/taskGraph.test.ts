import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Dag, ParallelGroup } from '../../../src/model/dag';
import type { BusMessage, MessageBus } from '../../../src/model/messageBus';
import type { Marker } from '../../../src/model/marker';
import type { Plan } from '../../../src/model/plan';
import { taskGraphOf, type TaskGraph, type TaskNode } from '../../../src/rules/taskGraph';
import { layoutTaskGraph } from '../../../src/rules/taskGraphLayout';
import { busOf, dagOf, nodeOf, phaseOf, planOf, taskOf, trackOf } from './builders';

const planFile = '/w/conductor/tracks/login_20260101/plan.md';

/** A track whose plan has this dag and, for each id, this marker. */
function dagTrack(dag: Dag, markers: Readonly<Record<string, Marker>> = {}, bus?: MessageBus): TaskGraph {
  const tasks = Object.entries(markers).map(([id, marker], i) => taskOf(id, marker, { line: 40 + i }));
  const plan: Plan = { ...planOf(phaseOf('1', tasks)), dag };
  return taskGraphOf(trackOf({ plan, bus }));
}

function derived(plan: Plan): TaskGraph {
  return taskGraphOf(trackOf({ plan }));
}

function nodeIn(graph: TaskGraph, id: string): TaskNode {
  const node = graph.nodes.find((n) => n.id === id);
  assert.ok(node, `node ${id}`);
  return node;
}

const because = (graph: TaskGraph, id: string): string[] => nodeIn(graph, id).blockedBy.map((r) => r.because);
const edgesOf = (graph: TaskGraph): string[] => graph.edges.map(({ from, to }) => `${from}>${to}`);
const statesOf = (graph: TaskGraph): Record<string, string> =>
  Object.fromEntries(graph.nodes.map(({ id, state }) => [id, state]));
const group = (id: string, tasks: string[], o: Partial<ParallelGroup> = {}): ParallelGroup => ({
  id,
  tasks,
  sharedResources: [],
  line: 20,
  ...o,
});
const message = (
  type: string,
  payload: BusMessage['payload'],
  line: number,
  source?: string,
): BusMessage => ({
  type,
  payload,
  line,
  source,
});

describe('taskGraphOf, with a dag block', () => {
  it('takes name, files, phase, estimate and acceptance from the dag, marker, commit and line from the plan', () => {
    const dag = dagOf([
      nodeOf('1.1', [], {
        name: 'Create store',
        type: 'code',
        files: ['src/a.ts'],
        phase: 1,
        estimatedDuration: '1h 30m',
        acceptance: 'it stores',
        line: 6,
      }),
    ]);
    const task = taskOf('1.1', 'done', { line: 47, commit: 'abc1234', files: ['src/a.ts', 'src/b.ts'] });
    const plan = { ...planOf(phaseOf('1', [task], { heading: 'Phase 1: Base' })), dag };
    const graph = taskGraphOf(trackOf({ plan }));
    assert.equal(graph.source, 'dag');
    assert.equal(graph.file, planFile);
    assert.equal(graph.line, 3);
    assert.deepEqual(nodeIn(graph, '1.1'), {
      id: '1.1',
      taskId: '1.1',
      name: 'Create store',
      marker: 'done',
      phase: '1',
      phaseName: 'Phase 1: Base',
      group: undefined,
      lane: 0,
      type: 'code',
      files: ['src/a.ts', 'src/b.ts'],
      acceptance: 'it stores',
      dependsOn: [],
      commit: 'abc1234',
      estimate: '1h 30m',
      estimateMinutes: 90,
      file: planFile,
      line: 47,
      dagLine: 6,
      needsPerson: false,
      ghost: undefined,
      state: 'done',
      worker: undefined,
      progressPct: undefined,
      blockedBy: [],
      moreReasons: 0,
      canStart: false,
      remarks: [],
    });
  });

  it('says what can start and what waits for what, with file and line', () => {
    const dag = dagOf([
      nodeOf('1'),
      nodeOf('2', ['1']),
      nodeOf('3', ['1']),
      nodeOf('4', ['2', '3']),
      nodeOf('5', ['4']),
      nodeOf('6', ['3']),
    ]);
    const graph = dagTrack(dag, { 1: 'done', 2: 'doing', 3: 'skipped', 4: 'todo', 5: 'todo', 6: 'todo' });
    assert.deepEqual(statesOf(graph), {
      1: 'done',
      2: 'running',
      3: 'skipped',
      4: 'waiting',
      5: 'waiting',
      6: 'ready',
    });
    assert.deepEqual(
      graph.nodes.filter(({ canStart }) => canStart).map(({ id }) => id),
      ['6'],
    );
    assert.deepEqual(nodeIn(graph, '4').blockedBy, [
      { id: '2', because: '2 is running, marker [~] in plan.md:41', file: planFile, line: 41 },
    ]);
    assert.deepEqual(because(graph, '5'), ['4 waits itself, marker [ ] in plan.md:43']);
    assert.deepEqual(
      graph.edges.map(({ from, to, kind, closesCycle }) => [from, to, kind, closesCycle]),
      [
        ['1', '2', 'written', false],
        ['1', '3', 'written', false],
        ['2', '4', 'written', false],
        ['3', '4', 'written', false],
        ['4', '5', 'written', false],
        ['3', '6', 'written', false],
      ],
    );
  });

  it('gives the reason of a task that is marked [!], and tells those behind it', () => {
    const dag = dagOf([nodeOf('1'), nodeOf('2', ['1'])]);
    const tasks = [taskOf('1', 'blocked', { line: 9, notes: ['Reason: no key yet'] }), taskOf('2', 'todo')];
    const graph = taskGraphOf(trackOf({ plan: { ...planOf(phaseOf('1', tasks)), dag } }));
    assert.deepEqual(because(graph, '1'), ['plan.md:9 marks it [!]: no key yet']);
    assert.equal(nodeIn(graph, '1').blockedBy[0]!.id, '1');
    assert.deepEqual(because(graph, '2'), ['1 is blocked, marker [!] in plan.md:9']);
    assert.match(because(dagTrack(dagOf([nodeOf('1')]), { 1: 'blocked' }), '1')[0]!, /no reason is given/);
  });

  it('knows from the message bus who is at a task and how far', () => {
    const bus = busOf({
      messages: [message('PROGRESS', { task_id: '2', progress_pct: 40 }, 3)],
      workers: [
        { workerId: 'w-old', taskId: '1', status: 'COMPLETE' },
        { workerId: 'code-worker-2', taskId: 'Task 1', status: 'RUNNING', progress: 62 },
        { workerId: 'code-worker-3', taskId: '2', status: 'RUNNING' },
      ],
    });
    const graph = dagTrack(
      dagOf([nodeOf('1'), nodeOf('2'), nodeOf('3', ['1'])]),
      { 1: 'doing', 2: 'todo', 3: 'todo' },
      bus,
    );
    assert.equal(nodeIn(graph, '1').worker, 'code-worker-2');
    assert.equal(nodeIn(graph, '1').progressPct, 62);
    assert.equal(nodeIn(graph, '2').state, 'running', 'a worker is at it, whatever the marker says');
    assert.equal(nodeIn(graph, '2').progressPct, 40, 'from the last PROGRESS');
    assert.deepEqual(because(graph, '3'), ['1 is running at 62 % (code-worker-2), marker [~] in plan.md:40']);
  });

  it('shows a failed task until somebody tries again', () => {
    const dag = dagOf([nodeOf('1'), nodeOf('2', ['1'])]);
    const failed = message('TASK_FAILED', { task_id: '1', error: 'tests fail' }, 97);
    const of = (...more: BusMessage[]): TaskGraph =>
      dagTrack(
        dag,
        { 1: 'doing', 2: 'todo' },
        busOf({ folder: '/w/.message-bus', messages: [failed, ...more] }),
      );
    assert.equal(nodeIn(of(), '1').state, 'failed');
    assert.deepEqual(nodeIn(of(), '1').blockedBy, [
      {
        id: '1',
        because: 'it failed: tests fail (queue.jsonl:97)',
        file: '/w/.message-bus/queue.jsonl',
        line: 97,
      },
    ]);
    assert.deepEqual(because(of(), '2'), ['1 failed: tests fail (queue.jsonl:97)']);
    assert.equal(nodeIn(of(message('WORKER_DISPATCHED', { task_id: '1' }, 98)), '1').state, 'running');
    assert.equal(nodeIn(of(message('TASK_COMPLETE', { task_id: '1' }, 98)), '1').state, 'running');
    const worker = { workerId: 'w', taskId: '1', status: 'FAILED' };
    assert.equal(nodeIn(dagTrack(dag, { 1: 'todo' }, busOf({ workers: [worker] })), '1').state, 'failed');
    const retry = { workerId: 'w2', taskId: '1', status: 'RUNNING' };
    assert.equal(
      nodeIn(dagTrack(dag, { 1: 'todo' }, busOf({ workers: [retry, worker] })), '1').state,
      'running',
    );
    assert.equal(nodeIn(dagTrack(dag, { 1: 'done' }, busOf({ messages: [failed] })), '1').state, 'done');
  });

  it('leads a worker that waits for a lock to the task that holds it', () => {
    const bus = busOf({
      workers: [
        { workerId: 'w1', taskId: '1', status: 'RUNNING' },
        { workerId: 'w2', taskId: '2', status: 'BLOCKED' },
      ],
      locks: [{ path: 'src/a.ts', workerId: 'w1' }],
      waiting: [{ source: 'w2', waitingFor: 'file_lock', resource: 'src/a.ts', line: 12 }],
    });
    const graph = dagTrack(dagOf([nodeOf('1'), nodeOf('2')]), { 1: 'doing', 2: 'doing' }, bus);
    assert.equal(nodeIn(graph, '2').state, 'blocked');
    assert.deepEqual(nodeIn(graph, '2').blockedBy, [
      {
        id: '1',
        because: 'w2 waits for file_lock (src/a.ts) (queue.jsonl:12)',
        file: `${bus.folder}/queue.jsonl`,
        line: 12,
      },
    ]);
  });

  it('does not hold a task up that another worker has taken over', () => {
    const waiting = [
      { source: 'w1', taskId: '1', waitingFor: 'file_lock', resource: 'src/a.ts', line: 12 },
    ] as const;
    const stateWith = (workerId: string) =>
      nodeIn(
        dagTrack(
          dagOf([nodeOf('1')]),
          { 1: 'doing' },
          busOf({ workers: [{ workerId, taskId: '1', status: 'RUNNING' }], waiting }),
        ),
        '1',
      ).state;
    assert.equal(stateWith('w2'), 'running');
    assert.equal(stateWith('w1'), 'blocked');
  });

  it('lets a worker go on that said later in worker-status.json that it runs again', () => {
    const waiting = [
      { source: 'w1', taskId: '1', waitingFor: 'file_lock', line: 12, since: '2026-02-01T12:00:00Z' },
    ];
    const stateAt = (lastHeartbeat: string) =>
      nodeIn(
        dagTrack(
          dagOf([nodeOf('1')]),
          { 1: 'doing' },
          busOf({ workers: [{ workerId: 'w1', taskId: '1', status: 'RUNNING', lastHeartbeat }], waiting }),
        ),
        '1',
      ).state;
    assert.equal(stateAt('2026-02-01T11:59:00Z'), 'blocked');
    assert.equal(stateAt('2026-02-01T12:01:00Z'), 'running');
  });

  it('says that a ready task cannot start while somebody has locked its file, until the lock expires', () => {
    const track = trackOf({
      plan: {
        ...planOf(phaseOf('1', [taskOf('1', 'todo'), taskOf('2', 'todo')])),
        dag: dagOf([nodeOf('1', [], { files: ['src/a.ts'] }), nodeOf('2', [], { files: ['src/b.ts'] })]),
      },
      bus: busOf({
        locks: [{ path: './src/a.ts', workerId: 'w9', expiresAt: '2026-02-01T12:30:00Z' }],
      }),
    });
    const at = (iso: string) => taskGraphOf(track, new Date(iso)).nodes;
    const [locked, free] = at('2026-02-01T12:00:00Z');
    assert.equal(locked?.state, 'ready');
    assert.equal(locked.canStart, false);
    assert.deepEqual(locked.remarks, [
      'It cannot start now: w9 has locked ./src/a.ts until 2026-02-01T12:30:00Z (locks.json).',
    ]);
    assert.equal(free?.canStart, true);
    assert.equal(at('2026-02-01T12:31:00Z')[0]?.canStart, true);
  });

  it('does not start a task again that the bus calls complete, and does not call it done before plan.md does', () => {
    const bus = busOf({ messages: [message('TASK_COMPLETE', { task_id: '1' }, 7)] });
    const graph = dagTrack(dagOf([nodeOf('1'), nodeOf('2', ['1'])]), { 1: 'todo', 2: 'todo' }, bus);
    assert.equal(nodeIn(graph, '1').state, 'waiting');
    assert.equal(nodeIn(graph, '1').canStart, false);
    assert.match(because(graph, '1')[0]!, /complete \(queue\.jsonl:7\), plan\.md:40 does not: mark it done/);
    assert.equal(nodeIn(graph, '2').state, 'waiting');
  });

  it('remarks on what should not be', () => {
    const dag = dagOf([nodeOf('1'), nodeOf('2', ['1']), nodeOf('3', ['1'])]);
    const bus = busOf({ workers: [{ workerId: 'w', taskId: '3', status: 'RUNNING' }] });
    const graph = dagTrack(dag, { 1: 'todo', 2: 'doing', 3: 'done' }, bus);
    assert.deepEqual(nodeIn(graph, '2').remarks, ['It runs although 1 is not finished.']);
    assert.deepEqual(nodeIn(graph, '3').remarks, [
      'It is done although 1 is not.',
      'plan.md says done, but w still says RUNNING.',
    ]);
  });

  it('draws circles and self references, blocked, with the circle in words', () => {
    const dag = dagOf([
      nodeOf('1', ['3']),
      nodeOf('2', ['1']),
      nodeOf('3', ['2']),
      nodeOf('4', ['4']),
      nodeOf('5', ['3']),
    ]);
    const graph = dagTrack(dag, { 1: 'todo', 2: 'todo', 3: 'todo', 4: 'todo', 5: 'todo' });
    assert.deepEqual(graph.cycles, [['1', '3', '2'], ['4']]);
    assert.deepEqual(statesOf(graph), {
      1: 'blocked',
      2: 'blocked',
      3: 'blocked',
      4: 'blocked',
      5: 'waiting',
    });
    assert.equal(because(graph, '2')[0], '2 → 1 → 3 → 2 wait for each other in a circle (plan.md:5)');
    assert.equal(because(graph, '4')[0], 'it depends on itself (plan.md:5)');
    assert.deepEqual(
      graph.edges.filter(({ closesCycle }) => closesCycle).map(({ from, to }) => `${from}>${to}`),
      ['3>1', '4>4'],
    );
    assert.deepEqual(
      layoutTaskGraph(graph)
        .edges.filter(({ closesCycle }) => closesCycle)
        .map(({ from, to }) => `${from}>${to}`),
      ['3>1', '4>4'],
    );
    assert.deepEqual(
      graph.problems.map(({ code }) => code),
      ['dag-self-reference', 'dag-cycle'],
    );
  });

  it('draws unknown dependencies as ghosts that hold their tasks back', () => {
    const dag = dagOf([nodeOf('1', ['9', '9', 'late'], { line: 6 }), nodeOf('2', ['9'], { line: 8 })]);
    const graph = dagTrack(dag, { 1: 'todo', 2: 'todo', late: 'done' });
    assert.deepEqual(graph.missing, [{ id: '9', neededBy: ['1', '2'], line: 6 }]);
    assert.equal(nodeIn(graph, '9').ghost, 'missing');
    assert.equal(nodeIn(graph, '9').line, 6);
    assert.equal(nodeIn(graph, 'late').ghost, 'outside');
    assert.equal(nodeIn(graph, 'late').state, 'done');
    assert.deepEqual(because(graph, '1'), ['9 is a task that neither the dag nor plan.md has (plan.md:6)']);
    assert.equal(nodeIn(graph, '1').state, 'blocked');
    assert.deepEqual(
      graph.lanes.map(({ kind, label, tasks }) => [kind, label, tasks]),
      [
        ['outside', 'Not in the dag', ['9', 'late']],
        ['level', 'Level 2', ['1', '2']],
      ],
    );
  });

  it('draws the first of several nodes with one id, and names the others', () => {
    const dag = dagOf([
      nodeOf('1', [], { name: 'first', line: 5 }),
      nodeOf('1', [], { name: 'second', line: 7 }),
      nodeOf('2', ['1']),
    ]);
    const graph = dagTrack(dag, { 1: 'todo', 2: 'todo' });
    assert.deepEqual(graph.duplicates, [{ id: '1', lines: [5, 7] }]);
    assert.deepEqual(
      graph.nodes.map(({ id, name }) => [id, name]),
      [
        ['1', 'first'],
        ['2', 'Task text 2'],
      ],
    );
  });

  it('tells when plan.md has no such task, several, or tasks that the dag does not have', () => {
    const dag = dagOf([nodeOf('1', [], { line: 6 }), nodeOf('2', [], { phase: 2 })]);
    const twice = [
      phaseOf('1', [taskOf('p1/a', 'done', { number: '2', line: 11 })], { number: '1' }),
      phaseOf('2', [taskOf('p2/a', 'todo', { number: '2', line: 21 }), taskOf('3', 'todo', { line: 22 })], {
        number: '2',
      }),
    ];
    const graph = taskGraphOf(trackOf({ plan: { ...planOf(...twice), dag } }));
    assert.deepEqual(nodeIn(graph, '1').remarks, ['plan.md has no task 1, only the dag has (line 6).']);
    assert.equal(nodeIn(graph, '1').state, 'ready');
    assert.equal(nodeIn(graph, '2').line, 21, 'the one of its phase');
    assert.match(nodeIn(graph, '2').remarks[0]!, /2 tasks with the number 2: this is the one on line 21/);
    assert.deepEqual(graph.notInDag, [
      { id: 'p1/a', name: 'Task text p1/a', line: 11 },
      { id: '3', name: 'Task text 3', line: 22 },
    ]);
  });

  it('takes “Task 1.1” for 1.1, in the plan and in depends_on, and finds sub-tasks', () => {
    const sub = taskOf('1.1', 'done', { line: 42 });
    const plan: Plan = {
      ...planOf(phaseOf('1', [taskOf('1', 'doing', { tasks: [sub] }), taskOf('2', 'todo')])),
      dag: dagOf([nodeOf('Task 1.1'), nodeOf('2', ['1.1']), nodeOf('3', ['task 2'])]),
    };
    const graph = taskGraphOf(trackOf({ plan }));
    assert.equal(nodeIn(graph, 'Task 1.1').line, 42);
    assert.equal(nodeIn(graph, '2').state, 'ready');
    assert.deepEqual(edgesOf(graph), ['Task 1.1>2', '2>3']);
    assert.deepEqual(graph.notInDag, [], 'the parent of a drawn sub-task is drawn with it');
  });
});

describe('lanes and conflicts', () => {
  it('makes a lane of each parallel group, with progress and what it claims', () => {
    const dag = dagOf(
      [
        nodeOf('1', [], { files: ['src/a.ts'] }),
        nodeOf('2', [], { files: ['./src/a.ts', 'src/b.ts'] }),
        nodeOf('3', ['1', '2']),
        nodeOf('4', ['3']),
      ],
      [
        group('pg-1', ['1', '2'], { conflictFree: true, line: 30 }),
        group('pg-3', ['4'], { coordinationStrategy: 'file_lock', conflictFree: false }),
      ],
    );
    const graph = dagTrack(dag, { 1: 'done', 2: 'skipped', 3: 'todo', 4: 'todo' });
    assert.deepEqual(
      graph.lanes.map(({ id, kind, done, total, conflictFree }) => [id, kind, done, total, conflictFree]),
      [
        ['pg-1', 'group', 1, 1, true],
        ['level 2', 'level', 0, 1, undefined],
        ['pg-3', 'group', 0, 1, false],
      ],
    );
    assert.equal(graph.lanes[0]!.line, 30);
    assert.equal(graph.lanes[2]!.coordinationStrategy, 'file_lock');
    assert.deepEqual(graph.conflicts, [
      { tasks: ['1', '2'], files: ['src/a.ts'], group: 'pg-1', open: false },
    ]);
    assert.deepEqual(graph.lanes[0]!.conflicts, graph.conflicts);
    assert.deepEqual(
      graph.nodes.map(({ lane }) => lane),
      [0, 0, 1, 2],
    );
  });

  it('finds conflicts on one level without a group, not along a chain, and not twice', () => {
    const files = { files: ['a', 'b'] };
    const dag = dagOf(
      [nodeOf('1', [], files), nodeOf('2', [], files), nodeOf('3', ['1'], files), nodeOf('4', ['3'], files)],
      [group('pg', ['1', '3', '4'])],
    );
    assert.deepEqual(dagTrack(dag).conflicts, [
      { tasks: ['1', '2'], files: ['a', 'b'], group: undefined, open: true },
    ]);
    const apart = dagOf(
      [nodeOf('1', [], files), nodeOf('2', []), nodeOf('3', ['2'], files)],
      [group('pg', ['1', '3'])],
    );
    assert.deepEqual(
      dagTrack(apart).conflicts.map(({ tasks, group: id }) => [tasks, id]),
      [[['1', '3'], 'pg']],
      'on two levels, but nothing keeps them from running at once',
    );
  });

  it('pairs neighbours only when many share a file', () => {
    const ids = Array.from({ length: 1000 }, (_, i) => `t${i}`);
    const graph = dagTrack(dagOf(ids.map((id) => nodeOf(id, [], { files: ['package.json'] }))));
    assert.equal(graph.conflicts.length, 999);
  });

  it('stands each lane below those that its tasks depend on, wherever the file lists it', () => {
    const dag = dagOf(
      [nodeOf('a'), nodeOf('b', ['a']), nodeOf('c', ['b'])],
      [group('last', ['c']), group('middle', ['b']), group('first', ['a'])],
    );
    const graph = dagTrack(dag);
    assert.deepEqual(
      graph.lanes.map(({ id }) => id),
      ['first', 'middle', 'last'],
    );
    assert.ok(layoutTaskGraph(graph).edges.every(({ upward }) => !upward));
  });

  it('joins levels of one task each into one lane, but no others', () => {
    const dag = dagOf([
      nodeOf('a'),
      nodeOf('b', ['a']),
      nodeOf('c', ['b']),
      nodeOf('d', ['b']),
      nodeOf('e', ['c', 'd']),
    ]);
    assert.deepEqual(
      dagTrack(dag).lanes.map(({ id, label, tasks }) => [id, label, tasks]),
      [
        ['level 1–2', 'Levels 1–2', ['a', 'b']],
        ['level 3', 'Level 3', ['c', 'd']],
        ['level 4', 'Level 4', ['e']],
      ],
    );
  });

  it('keeps a group together whose tasks stand on different levels; only then an edge runs upwards', () => {
    const dag = dagOf(
      [nodeOf('a'), nodeOf('b', ['a']), nodeOf('c', ['b'])],
      [group('odd', ['a', 'c']), group('b', ['b'])],
    );
    const graph = dagTrack(dag);
    assert.equal(graph.lanes.length, 2);
    const upward = layoutTaskGraph(graph).edges.filter((edge) => edge.upward);
    assert.equal(upward.length, 1);
    assert.equal(upward[0]!.closesCycle, false);
    assert.equal(
      graph.problems.some(({ code }) => code === 'dag-group-levels'),
      true,
    );
  });
});

describe('taskGraphOf, from phases and order', () => {
  it('chains the tasks of a phase, and the phases', () => {
    const graph = derived(planOf('x~', ' ', '  '));
    assert.equal(graph.source, 'derived');
    assert.equal(graph.line, undefined);
    assert.deepEqual(
      graph.edges.map(({ from, to, kind }) => [`${from}>${to}`, kind]),
      [
        ['1.1>1.2', 'order'],
        ['1.2>2.1', 'phase'],
        ['2.1>3.1', 'phase'],
        ['3.1>3.2', 'order'],
      ],
    );
    assert.deepEqual(statesOf(graph), {
      '1.1': 'done',
      '1.2': 'running',
      '2.1': 'waiting',
      '3.1': 'waiting',
      '3.2': 'waiting',
    });
    assert.deepEqual(
      graph.lanes.map(({ kind, label, done, total }) => [kind, label, done, total]),
      [
        ['phase', 'Phase 1', 1, 2],
        ['phase', 'Phase 2', 0, 1],
        ['phase', 'Phase 3', 0, 2],
      ],
    );
    assert.deepEqual(graph.criticalPath, {
      ids: ['1.1', '1.2', '2.1', '3.1', '3.2'],
      by: 'count',
      total: 5,
      left: 4,
      assumed: 0,
    });
  });

  it('follows what a task says that it depends on, and nothing else', () => {
    const tasks = [
      taskOf('1', 'done'),
      taskOf('2', 'todo', { dependsOn: ['1'] }),
      taskOf('3', 'todo', { dependsOn: ['1'] }),
      taskOf('4', 'todo'),
    ];
    const graph = derived(
      planOf(
        phaseOf('1', tasks, { number: '1' }),
        phaseOf('2', [taskOf('5', 'todo'), taskOf('6', 'todo', { dependsOn: ['Phase 1'] })]),
      ),
    );
    assert.deepEqual(edgesOf(graph), ['1>2', '1>3', '3>4', '2>5', '4>5', '2>6', '4>6']);
  });

  it('waits for all of a phase that is named', () => {
    const graph = derived(
      planOf(
        phaseOf('1', [taskOf('1', 'todo'), taskOf('2', 'todo')], { number: '1' }),
        phaseOf('2', [taskOf('3', 'todo'), taskOf('4', 'todo', { dependsOn: ['Phase 1'] })], { number: '2' }),
      ),
    );
    assert.deepEqual(nodeIn(graph, '4').dependsOn, ['2']);
  });

  it('runs neighbours of one parallel group side by side', () => {
    const parallel = { parallelGroup: 'pg-1' };
    const tasks = [
      taskOf('1', 'todo'),
      taskOf('2', 'todo', parallel),
      taskOf('3', 'todo', parallel),
      taskOf('4', 'todo'),
    ];
    const graph = derived(planOf(phaseOf('1', tasks)));
    assert.deepEqual(edgesOf(graph), ['1>2', '1>3', '2>4', '3>4']);
    assert.equal(nodeIn(graph, '2').group, 'pg-1');
    assert.equal(graph.lanes.length, 1);
  });

  it('takes words that name no task for words, and ids that name none for missing tasks', () => {
    const tasks = [
      taskOf('1', 'todo', { dependsOn: ['the design to be agreed'], line: 5 }),
      taskOf('2', 'todo', { dependsOn: ['T99'], line: 6 }),
      taskOf('3', 'todo', { dependsOn: ['3'], line: 7 }),
    ];
    const graph = derived(planOf(phaseOf('1', tasks)));
    assert.deepEqual(nodeIn(graph, '1').remarks, [
      'Depends on “the design to be agreed”, which names no task (plan.md:5).',
    ]);
    assert.equal(nodeIn(graph, '1').state, 'ready');
    assert.deepEqual(because(graph, '2'), ['T99 is a task that plan.md does not have (plan.md:6)']);
    assert.deepEqual(graph.lanes[0]!.label, 'Not in plan.md');
    assert.equal(nodeIn(graph, '3').state, 'blocked');
  });

  it('stays small and true where two wide groups follow each other', () => {
    const wide = (from: number, id: string, marker: Marker) =>
      Array.from({ length: 500 }, (_, i) => taskOf(`t${from + i}`, marker, { parallelGroup: id }));
    const graph = derived(planOf(phaseOf('1', [...wide(0, 'a', 'todo'), ...wide(500, 'b', 'todo')])));
    assert.ok(graph.edges.length <= 500 * 50);
    assert.equal(nodeIn(graph, 't999').state, 'waiting');
    const over = derived(planOf(phaseOf('1', [...wide(0, 'a', 'done'), ...wide(500, 'b', 'todo')])));
    assert.equal(nodeIn(over, 't999').state, 'ready');
  });

  it('draws the plan when the dag block cannot be read, and says what is wrong with it', () => {
    const problem = {
      severity: 'error',
      code: 'dag-invalid',
      line: 4,
      message: 'The dag block is not valid.',
    } as const;
    const plan = { ...planOf(' '), dag: { ...dagOf([]), problems: [problem] } };
    const graph = taskGraphOf(trackOf({ plan }));
    assert.equal(graph.source, 'derived');
    assert.deepEqual(graph.problems, [problem]);
    assert.equal(graph.nodes.length, 1);
  });

  it('is empty without a plan', () => {
    const graph = taskGraphOf(trackOf({ documents: {} }));
    assert.deepEqual([graph.nodes, graph.edges, graph.lanes, graph.criticalPath.ids], [[], [], [], []]);
    assert.equal(layoutTaskGraph(graph).height, 0);
  });
});

describe('the critical path', () => {
  const minutes = (text: string) => ({ estimatedDuration: text });

  it('is the longest by estimates, and tells what is left', () => {
    const dag = dagOf([
      nodeOf('1', [], minutes('30m')),
      nodeOf('2', ['1'], minutes('1h')),
      nodeOf('3', ['1'], minutes('2h')),
      nodeOf('4', ['2', '3'], minutes('10m')),
    ]);
    const bus = busOf({ workers: [{ workerId: 'w', taskId: '3', status: 'RUNNING', progress: 50 }] });
    const graph = dagTrack(dag, { 1: 'done', 2: 'todo', 3: 'doing', 4: 'todo' }, bus);
    assert.deepEqual(graph.criticalPath, {
      ids: ['1', '3', '4'],
      by: 'duration',
      total: 160,
      left: 70,
      assumed: 0,
    });
  });

  it('takes the median for a few that have no estimate, and counts tasks when most have none', () => {
    const dag = dagOf([
      nodeOf('1', [], minutes('30m')),
      nodeOf('2', ['1']),
      nodeOf('3', ['2'], minutes('60m')),
    ]);
    assert.deepEqual(dagTrack(dag).criticalPath, {
      ids: ['1', '2', '3'],
      by: 'duration',
      total: 150,
      left: 150,
      assumed: 1,
    });
    const few = dagOf([nodeOf('1', [], minutes('30m')), nodeOf('2', ['1']), nodeOf('3', ['2'])]);
    assert.deepEqual(dagTrack(few).criticalPath, {
      ids: ['1', '2', '3'],
      by: 'count',
      total: 3,
      left: 3,
      assumed: 0,
    });
  });

  it('goes through a graph with circles, and leaves missing tasks out', () => {
    const dag = dagOf([nodeOf('1', ['3', 'gone']), nodeOf('2', ['1']), nodeOf('3', ['2'])]);
    assert.equal(dagTrack(dag).criticalPath.total, 3);
    assert.ok(!dagTrack(dag).criticalPath.ids.includes('gone'));
  });
});

describe('any task graph', () => {
  const id = fc.constantFrom(
    '1',
    '2',
    '3',
    '4',
    '5',
    '1.1',
    '__proto__',
    'constructor',
    'Task 2',
    'Phase 1',
    '',
  );
  const marker = fc.constantFrom<Marker>('todo', 'doing', 'done', 'blocked', 'skipped', 'unclear');
  const anyDag = fc.record({
    nodes: fc.array(
      fc.record({ id, dependsOn: fc.array(id), files: fc.array(fc.constantFrom('a', './a', 'b', '')) }),
      { maxLength: 12 },
    ),
    groups: fc.array(fc.record({ id, tasks: fc.array(id) }), { maxLength: 4 }),
  });
  const anyTasks = fc.uniqueArray(fc.record({ id, marker, dependsOn: fc.array(id) }), {
    selector: (t) => t.id,
  });

  it('is whole, whatever the dag and the plan say', () => {
    fc.assert(
      fc.property(fc.option(anyDag, { nil: undefined }), anyTasks, anyTasks, (dag, first, second) => {
        const ids = new Set(first.map((t) => t.id));
        const phases = [first, second.filter((t) => !ids.has(t.id))].map((tasks, i) =>
          phaseOf(
            `${i + 1}`,
            tasks.map((t) => taskOf(t.id, t.marker, { dependsOn: t.dependsOn })),
          ),
        );
        const plan: Plan = {
          ...planOf(...phases),
          dag:
            dag &&
            dagOf(
              dag.nodes.map((n) => nodeOf(n.id, n.dependsOn, { files: n.files })),
              dag.groups.map((g) => group(g.id, g.tasks)),
            ),
        };
        const graph = taskGraphOf(trackOf({ plan, bus: busOf() }));
        const known = new Set(graph.nodes.map((node) => node.id));
        assert.equal(known.size, graph.nodes.length, 'each id once');
        for (const { from, to } of graph.edges) assert.ok(known.has(from) && known.has(to));
        assert.deepEqual(
          graph.lanes.flatMap(({ tasks }) => tasks).sort(),
          [...known].sort(),
          'each node in one lane',
        );
        for (const node of graph.nodes) {
          assert.ok(graph.lanes[node.lane]!.tasks.includes(node.id));
          assert.equal(node.canStart, node.state === 'ready');
          const held = ['waiting', 'blocked', 'failed'].includes(node.state) && !node.ghost;
          if (held) assert.ok(node.blockedBy.length > 0, `${node.id} is ${node.state} for a reason`);
          for (const reason of node.blockedBy) assert.ok(known.has(reason.id));
        }
        const inCircle = new Set(graph.cycles.flat());
        assert.equal(
          graph.edges.some(({ closesCycle }) => closesCycle),
          inCircle.size > 0,
        );
        assert.equal(new Set(graph.lanes.map((lane) => lane.id)).size, graph.lanes.length);
        layoutTaskGraph(graph);
      }),
    );
  });

  it('is quick with 10,000 tasks, in a chain, a circle, or waiting for one that is missing', () => {
    const ids = Array.from({ length: 10_000 }, (_, i) => `t${i}`);
    for (const first of [[], ['t9999'], ['gone']]) {
      const dag = dagOf(
        ids.map((t, i) => nodeOf(t, i === 0 ? first : [`t${i - 1}`], { files: ['same.ts'] })),
      );
      const graph = dagTrack(dag);
      assert.equal(graph.nodes.length, first[0] === 'gone' ? 10_001 : 10_000);
      assert.equal(graph.criticalPath.ids.length, 10_000);
      assert.equal(graph.conflicts.length, 0);
    }
    const missing = dagTrack(dagOf(ids.map((t) => nodeOf(t, [`${t}-gone`]))));
    assert.equal(missing.missing.length, 10_000);
  }).timeout(60_000);
});
