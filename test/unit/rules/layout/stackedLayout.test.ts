import assert from 'node:assert/strict';
import fc from 'fast-check';
import type {
  GraphLayout,
  LayoutEdge,
  LayoutNode,
  PlacedNode,
} from '../../../../src/rules/layout/graphLayout';
import { layoutGraph } from '../../../../src/rules/layout/layoutGraph';
import { layoutTaskGraph } from '../../../../src/rules/taskGraphLayout';

type Tasks = Parameters<typeof layoutTaskGraph>[0];

const ids = (count: number, name = 't'): string[] => Array.from({ length: count }, (_, i) => `${name}${i}`);

/** One task, then `count` side by side, then one that waits for all. */
function fan(names: readonly string[]): Tasks {
  return {
    nodes: [
      { id: 'first', lane: 0 },
      ...names.map((id) => ({ id, lane: 1 })),
      { id: 'last', lane: 2 },
    ] as unknown as Tasks['nodes'],
    edges: names.flatMap((id) => [
      { from: 'first', to: id },
      { from: id, to: 'last' },
    ]) as unknown as Tasks['edges'],
  };
}

const byId = (layout: GraphLayout): Map<string, PlacedNode> => new Map(layout.nodes.map((n) => [n.id, n]));

function assertApart(layout: GraphLayout): void {
  for (const [i, a] of layout.nodes.entries()) {
    for (const b of layout.nodes.slice(i + 1)) {
      const beside = a.x + a.width <= b.x + 0.05 || b.x + b.width <= a.x + 0.05;
      const below = a.y + a.height <= b.y + 0.05 || b.y + b.height <= a.y + 0.05;
      assert.ok(beside || below, `${a.id} lies on ${b.id}`);
      if (a.rank < b.rank) assert.ok(a.y + a.height <= b.y + 0.05, 'ranks stand below each other');
    }
  }
}

/** Straight stretches of an edge, and the height that its curves take, stay off the boxes of others. */
function assertEdgesFree(layout: GraphLayout): void {
  for (const { from, to, points } of layout.edges) {
    for (let i = 1; i < points.length; i++) {
      const [[x0, y0], [x1, y1]] = [points[i - 1]!, points[i]!];
      const [top, bottom] = [Math.min(y0, y1), Math.max(y0, y1)];
      const [left, right] = [Math.min(x0, x1), Math.max(x0, x1)];
      for (const box of layout.nodes) {
        if (box.id === from || box.id === to) continue;
        const isOver =
          bottom > box.y + 0.05 &&
          top < box.y + box.height - 0.05 &&
          right > box.x + 0.05 &&
          left < box.x + box.width - 0.05;
        assert.ok(!isOver, `${from} → ${to} runs over ${box.id}`);
      }
    }
  }
}

describe('layout of lanes with very many tasks', () => {
  it('leaves twelve side by side, and wraps thirteen', () => {
    assert.equal(layoutTaskGraph(fan(ids(12))).ranks, 3);
    assert.equal(layoutTaskGraph(fan(ids(13))).ranks, 4);
  });

  it('gives 200 tasks of one group a picture of sensible aspect, read row by row', () => {
    for (const graph of [fan(ids(200)), { ...fan(ids(200)), edges: [] }]) {
      const layout = layoutTaskGraph(graph);
      const aspect = layout.width / layout.height;
      assert.ok(aspect > 1 && aspect < 3, `${layout.width} × ${layout.height}`);
      const group = layout.nodes.slice(1, -1);
      for (const [i, node] of group.entries()) {
        const next = group[i + 1];
        if (next) assert.ok(next.rank > node.rank || (next.rank === node.rank && next.x > node.x));
      }
      assertApart(layout);
      assertEdgesFree(layout);
    }
  });

  it('keeps lanes below each other without gaps, with the rows that they hold', () => {
    const layout = layoutTaskGraph(fan(ids(40)));
    assert.deepEqual(
      layout.lanes.map(({ lane, firstRank, lastRank }) => [lane, firstRank, lastRank]),
      [
        [0, 0, 0],
        [1, 1, 4],
        [2, 5, 5],
      ],
    );
    for (const [i, lane] of layout.lanes.entries()) {
      const next = layout.lanes[i + 1];
      if (next) assert.equal(lane.y + lane.height, next.y);
    }
    for (const { rank, y, height } of layout.nodes) {
      const lane = layout.lanes.find((l) => rank >= l.firstRank && rank <= l.lastRank)!;
      assert.ok(y >= lane.y && y + height <= lane.y + lane.height);
    }
  });

  it('draws each edge, bundled beside its column, from its source to its target', () => {
    const layout = layoutTaskGraph(fan(ids(40)));
    assert.equal(layout.edges.length, 80);
    const node = byId(layout);
    for (const { from, to, points, upward } of layout.edges) {
      const [source, target] = [node.get(from)!, node.get(to)!];
      assert.equal(points[0]![1], source.y + source.height);
      assert.equal(points.at(-1)![1], target.y);
      assert.equal(upward, false);
      points.slice(1).forEach(([, y], i) => assert.ok(y >= points[i]![1]));
    }
  });

  it('keeps everything in place when one task is added, moves only the neighbours when one goes', () => {
    const before = layoutTaskGraph(fan(ids(40)));
    const added = layoutTaskGraph(fan([...ids(20), 'new', ...ids(40).slice(20)]), before);
    const [was, is] = [byId(before), byId(added)];
    for (const id of ids(40)) {
      assert.equal(is.get(id)!.rank, was.get(id)!.rank);
      assert.equal(is.get(id)!.x, was.get(id)!.x);
    }
    assertApart(added);
    const gone = layoutTaskGraph(fan(ids(40).filter((id) => id !== 't17')), before);
    for (const id of ids(40)) {
      if (id !== 't17') assert.equal(byId(gone).get(id)!.x, was.get(id)!.x);
    }
    assert.deepEqual(layoutTaskGraph(fan(ids(40)), before).nodes, before.nodes, 'the same graph stays');
    const grown = layoutTaskGraph(fan(ids(13)), layoutTaskGraph(fan(ids(12))));
    assert.equal(byId(grown).get('t12')!.rank, 2, 'the thirteenth begins a row');
  });

  it('is arranged anew when it has little in common with the picture before', () => {
    const fresh = layoutTaskGraph(fan(ids(300, 'n')));
    assert.deepEqual(layoutTaskGraph(fan(ids(300, 'n')), layoutTaskGraph(fan(ids(20)))).nodes, fresh.nodes);
  });

  const graphs = fc
    .tuple(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.tuple(fc.nat(59), fc.nat(59)), { maxLength: 80 }),
      fc.array(fc.option(fc.nat(2), { nil: undefined }), { minLength: 1, maxLength: 7 }),
    )
    .map(([count, mostInRow, pairs, lanes]) => ({
      mostInRow,
      nodes: Array.from({ length: count }, (_, i): LayoutNode => ({
        id: `n${i}`,
        width: 40 + ((i * 37) % 90),
        height: 20 + ((i * 13) % 50),
        lane: lanes[i % lanes.length],
      })),
      edges: pairs
        .filter(([a, b]) => a < count && b < count)
        .map(([a, b]): LayoutEdge => ({ from: `n${a}`, to: `n${b}` })),
    }));

  it('of any graph: no overlap, every edge once, downwards but for those that cannot, the same picture twice', () => {
    fc.assert(
      fc.property(graphs, ({ nodes, edges, mostInRow }) => {
        const layout = layoutGraph(nodes, edges, { mostInRow });
        const plain = layoutGraph(nodes, edges);
        assert.deepEqual(layoutGraph(nodes, edges, { mostInRow }), layout);
        assertApart(layout);
        assert.deepEqual(
          layout.edges.map(({ from, to, index, closesCycle, upward }) => [
            from,
            to,
            index,
            closesCycle,
            upward,
          ]),
          plain.edges.map(({ from, to, index, closesCycle, upward }) => [
            from,
            to,
            index,
            closesCycle,
            upward,
          ]),
        );
        const node = byId(layout);
        for (const { from, to, points, upward } of layout.edges) {
          if (from === to) continue;
          assert.equal(node.get(from)!.rank < node.get(to)!.rank, !upward);
          const down = upward ? [...points].reverse() : points;
          down.slice(1).forEach(([, y], i) => assert.ok(y >= down[i]![1] - 0.01));
        }
        for (const { x, y, width, height } of layout.nodes) {
          assert.ok(x >= -0.01 && x + width <= layout.width + 0.05);
          assert.ok(y >= 0 && y + height <= layout.height + 0.05);
        }
      }),
    );
  });

  it('of any graph: stays when nothing changed, has no overlap when something did', () => {
    fc.assert(
      fc.property(graphs, fc.nat(59), ({ nodes, edges, mostInRow }, out) => {
        const before = layoutGraph(nodes, edges, { mostInRow });
        const same = layoutGraph(nodes, edges, { mostInRow, previous: before });
        assert.deepEqual(
          same.nodes.map(({ id, rank, y }) => [id, rank, y]),
          before.nodes.map(({ id, rank, y }) => [id, rank, y]),
        );
        assertApart(
          layoutGraph(
            nodes.filter((_, i) => i !== out),
            edges,
            { mostInRow, previous: before },
          ),
        );
      }),
    );
  });
});
