import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Dag } from '../../../src/model/dag';
import type { Marker } from '../../../src/model/marker';
import { taskGraphSvg } from '../../../src/rules/graphSvg';
import { taskGraphDot, taskGraphMermaid } from '../../../src/rules/graphExport';
import { taskGraphOf, type TaskGraph, type TaskState } from '../../../src/rules/taskGraph';
import {
  collapsePhases,
  summedState,
  type CollapsedGraph,
} from '../../../src/rules/taskGraph/collapsePhases';
import { layoutTaskGraph } from '../../../src/rules/taskGraphLayout';
import { dagOf, nodeOf, phaseOf, planOf, taskOf, trackOf } from './builders';

/** Markers by id; the phase is the part before the dot. */
function graphOf(dag: Dag | undefined, markers: Readonly<Record<string, Marker>>): TaskGraph {
  const keys = [...new Set(Object.keys(markers).map((id) => id.split('.')[0]!))];
  const phases = keys.map((key) =>
    phaseOf(
      key,
      Object.entries(markers)
        .filter(([id]) => id.startsWith(`${key}.`))
        .map(([id, marker], i) =>
          taskOf(id, marker, { line: Number(key) * 10 + i, files: [`src/${id}.ts`] }),
        ),
      { number: key },
    ),
  );
  return taskGraphOf(trackOf({ plan: { ...planOf(...phases), ...(dag ? { dag } : {}) } }));
}

const collapse = (graph: TaskGraph, ...keys: string[]): CollapsedGraph =>
  collapsePhases(graph, new Set(keys));
const edgesOf = (graph: CollapsedGraph): string[] => graph.edges.map(({ from, to }) => `${from}>${to}`);

const twoPhases = dagOf([
  nodeOf('1.1', [], { phase: 1 }),
  nodeOf('1.2', ['1.1'], { phase: 1 }),
  nodeOf('2.1', ['1.1', '1.2'], { phase: 2 }),
  nodeOf('2.2', ['1.2', '2.1'], { phase: 2 }),
]);
const markers: Record<string, Marker> = { '1.1': 'done', '1.2': 'doing', '2.1': 'todo', '2.2': 'todo' };

describe('collapsePhases', () => {
  it('gives the graph itself when nothing is collapsed, or only phases that nobody has', () => {
    const graph = graphOf(twoPhases, markers);
    for (const keys of [[], ['nine']]) {
      const { nodes, lanes, edges, boxes, interleaved, cycles } = collapse(graph, ...keys);
      assert.deepEqual(nodes, graph.nodes);
      assert.deepEqual(lanes, graph.lanes);
      assert.deepEqual(
        edges.map(({ from, to, kind, closesCycle }) => ({ from, to, kind, closesCycle })),
        graph.edges,
      );
      assert.equal(boxes.size, 0);
      assert.deepEqual([interleaved, cycles], [[], graph.cycles]);
    }
  });

  it('makes one box of a phase, with counts, one state, and edges lifted once', () => {
    const graph = collapse(graphOf(twoPhases, markers), '1');
    const box = graph.boxes.get('phase 1')!;
    assert.deepEqual(box.tasks, ['1.1', '1.2']);
    assert.equal(box.counts.done, 1);
    assert.equal(box.counts.running, 1);
    assert.equal(box.total, 2);
    assert.deepEqual(
      graph.nodes.map(({ id }) => id),
      ['phase 1', '2.1', '2.2'],
    );
    const [node, first] = graph.nodes;
    assert.equal(node!.state, 'running');
    assert.equal(node!.name, 'Phase 1');
    assert.equal(node!.line, 10);
    assert.equal(node!.progressPct, 50);
    assert.deepEqual(node!.files, ['src/1.1.ts', 'src/1.2.ts']);
    assert.deepEqual(edgesOf(graph), ['phase 1>2.1', 'phase 1>2.2', '2.1>2.2']);
    assert.deepEqual(
      graph.edges.map(({ stands }) => stands),
      [2, 1, 1],
    );
    assert.deepEqual(first!.dependsOn, ['phase 1']);
    assert.equal(first!.blockedBy[0]!.id, 'phase 1');
    assert.match(first!.blockedBy[0]!.because, /^1\.2 /);
    assert.deepEqual(graph.criticalPath.ids, ['phase 1', '2.1', '2.2']);
  });

  it('tells what holds the phase up from outside, not what its own tasks wait for', () => {
    const graph = collapse(graphOf(twoPhases, markers), '2');
    const box = graph.nodes.find(({ id }) => id === 'phase 2')!;
    assert.equal(box.state, 'waiting');
    assert.deepEqual(
      box.blockedBy.map(({ id }) => id),
      ['1.2'],
    );
    assert.equal(box.canStart, false);
  });

  it('keeps the lane of a phase in a derived graph, and stands a box below what it waits for in another', () => {
    const derived = graphOf(undefined, markers);
    const one = collapse(derived, '2');
    assert.deepEqual(
      one.lanes.map(({ id, tasks, done, total }) => [id, tasks, done, total]),
      [
        ['1', ['1.1', '1.2'], 1, 2],
        ['2', ['phase 2'], 0, 2],
      ],
    );
    const all = collapse(graphOf(twoPhases, markers), '1', '2');
    assert.deepEqual(
      all.lanes.map(({ tasks }) => tasks),
      [['phase 1'], ['phase 2']],
    );
    assert.deepEqual(edgesOf(all), ['phase 1>phase 2']);
    assert.ok(layoutTaskGraph(all).edges.every(({ upward }) => !upward));
  });

  it('says which circles only come of the boxes, and draws no real one for them', () => {
    const dag = dagOf([
      nodeOf('1.1', [], { phase: 1 }),
      nodeOf('2.1', ['1.1'], { phase: 2 }),
      nodeOf('1.2', ['2.1'], { phase: 1 }),
    ]);
    const graph = collapse(graphOf(dag, { '1.1': 'todo', '2.1': 'todo', '1.2': 'todo' }), '1', '2');
    assert.deepEqual(graph.cycles, []);
    assert.equal(graph.interleaved.length, 1);
    assert.deepEqual([...graph.interleaved[0]!].sort(), ['phase 1', 'phase 2']);
    const closing = graph.edges.filter(({ closesCycle }) => closesCycle);
    assert.equal(closing.length, 1);
    assert.equal(closing[0]!.onlyCollapsed, true);
  });

  it('keeps a real circle that leads through boxes, and remembers one that a box hides', () => {
    const dag = dagOf([
      nodeOf('1.1', ['2.1'], { phase: 1 }),
      nodeOf('2.1', ['1.1'], { phase: 2 }),
      nodeOf('1.2', ['1.3'], { phase: 1 }),
      nodeOf('1.3', ['1.2'], { phase: 1 }),
      nodeOf('2.2', ['2.2'], { phase: 2 }),
    ]);
    const marks: Record<string, Marker> = {
      '1.1': 'todo',
      '1.2': 'todo',
      '1.3': 'todo',
      '2.1': 'todo',
      '2.2': 'todo',
    };
    const one = collapse(graphOf(dag, marks), '1');
    assert.deepEqual(
      one.cycles.map((circle) => [...circle].sort()),
      [['2.1', 'phase 1'], ['2.2']],
    );
    assert.deepEqual(one.interleaved, []);
    assert.ok(one.edges.every(({ onlyCollapsed }) => !onlyCollapsed));
    assert.equal(one.boxes.get('phase 1')!.cycles.length, 1);
    const both = collapse(graphOf(dag, marks), '1', '2');
    assert.equal(both.cycles.length, 1);
    assert.equal(both.boxes.get('phase 2')!.cycles.length, 1);
    assert.ok(!edgesOf(both).includes('phase 2>phase 2'));
  });

  it('lifts conflicts, and leaves those inside of a box to it', () => {
    const file = { files: ['src/a.ts'] };
    const dag = dagOf([
      nodeOf('1.1', [], { phase: 1, ...file }),
      nodeOf('1.2', [], { phase: 1, ...file }),
      nodeOf('2.1', [], { phase: 2, ...file }),
    ]);
    const graph = collapse(graphOf(dag, { '1.1': 'todo', '1.2': 'todo', '2.1': 'todo' }), '1');
    assert.deepEqual(
      graph.conflicts.map(({ tasks }) => tasks),
      [['phase 1', '2.1']],
    );
    assert.equal(graph.boxes.get('phase 1')!.conflicts.length, 1);
  });

  it('gives a box a name of its own when a task is called like it', () => {
    const dag = dagOf([nodeOf('phase 1', []), nodeOf('1.1', ['phase 1'], { phase: 1 })]);
    const graph = collapse(graphOf(dag, { '1.1': 'todo' }), '1');
    assert.equal(new Set(graph.nodes.map(({ id }) => id)).size, graph.nodes.length);
    assert.deepEqual([...graph.boxes.keys()], ["phase 1'"]);
  });

  it('sums states up by what a person has to know first', () => {
    const cases: [TaskState[], TaskState][] = [
      [['done', 'skipped'], 'done'],
      [['skipped', 'skipped'], 'skipped'],
      [['done', 'waiting', 'failed', 'running'], 'failed'],
      [['blocked', 'running'], 'blocked'],
      [['done', 'running', 'ready'], 'running'],
      [['done', 'ready', 'waiting'], 'ready'],
      [['waiting', 'done'], 'waiting'],
    ];
    for (const [states, sum] of cases) assert.equal(summedState(states), sum, states.join());
  });

  it('of any graph: whole, with known ends, lanes that hold every node, and nothing that cannot be drawn', () => {
    const anyDag = fc
      .array(
        fc.record({
          phase: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
          needs: fc.array(fc.integer({ min: 0, max: 15 }), { maxLength: 3 }),
          marker: fc.constantFrom<Marker>('todo', 'doing', 'done', 'blocked', 'skipped'),
          group: fc.option(fc.nat(2), { nil: undefined }),
        }),
        { minLength: 1, maxLength: 14 },
      )
      .map((tasks) => {
        const ids = tasks.map((_, i) => `t${i}`);
        const groups = [0, 1, 2].map((g) => ({
          id: `pg-${g}`,
          tasks: ids.filter((_, i) => tasks[i]!.group === g),
          sharedResources: [],
          line: 5,
        }));
        const nodes = tasks.map(({ phase, needs }, i) =>
          nodeOf(
            `t${i}`,
            needs.map((n) => `t${n}`),
            { ...(phase === undefined ? {} : { phase }), files: ['a.ts'] },
          ),
        );
        const plan = planOf(
          phaseOf(
            '1',
            tasks.map(({ marker }, i) => taskOf(`t${i}`, marker)),
            { number: '1' },
          ),
        );
        return taskGraphOf(trackOf({ plan: { ...plan, dag: dagOf(nodes, groups) } }));
      });
    fc.assert(
      fc.property(anyDag, fc.subarray(['1', '2', '3', '4']), (whole, keys) => {
        const graph = collapsePhases(whole, new Set(keys));
        const ids = new Set(graph.nodes.map(({ id }) => id));
        assert.equal(ids.size, graph.nodes.length);
        const hidden = [...graph.boxes.values()].flatMap(({ tasks }) => tasks);
        assert.equal(graph.nodes.length - graph.boxes.size + hidden.length, whole.nodes.length);
        assert.deepEqual(graph.lanes.flatMap(({ tasks }) => tasks).sort(), [...ids].sort());
        graph.nodes.forEach(({ id, lane }) => assert.ok(graph.lanes[lane]!.tasks.includes(id)));
        for (const { from, to } of graph.edges) assert.ok(ids.has(from) && ids.has(to));
        assert.equal(new Set(edgesOf(graph)).size, graph.edges.length);
        for (const { dependsOn } of graph.nodes) assert.ok(dependsOn.every((id) => ids.has(id)));
        // Without a circle among the tasks, every circle is said to come of the boxes.
        if (whole.cycles.length === 0) {
          assert.deepEqual(graph.cycles, []);
          const closing = graph.edges.filter(({ closesCycle }) => closesCycle);
          assert.ok(closing.every(({ onlyCollapsed }) => onlyCollapsed));
          assert.equal(closing.length > 0, graph.interleaved.length > 0);
        }
        const layout = layoutTaskGraph(graph);
        assert.equal(layout.edges.length, graph.edges.length);
        assert.ok(taskGraphSvg(graph, layout, 'T') && taskGraphDot(graph, 'T') && taskGraphMermaid(graph));
      }),
    );
  });
});
