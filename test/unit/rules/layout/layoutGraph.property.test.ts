import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  defaultLayoutOptions,
  type GraphLayout,
  type LayoutEdge,
  type LayoutNode,
  type PlacedNode,
} from '../../../../src/rules/layout/graphLayout';
import { layoutGraph } from '../../../../src/rules/layout/layoutGraph';

interface Graph {
  readonly nodes: readonly LayoutNode[];
  readonly edges: readonly LayoutEdge[];
}

const size = fc.record({ width: fc.integer({ min: 1, max: 300 }), height: fc.integer({ min: 1, max: 120 }) });

/** Unique ids; edges between any two of them, cycles and edges of a node to itself included. */
const anyGraph = graphs(({ count }) => fc.tuple(fc.nat(count - 1), fc.nat(count - 1)));

/** Edges from lower numbers to higher ones only. */
const acyclicGraph = graphs(({ count }) =>
  fc.tuple(fc.nat(count - 1), fc.nat(count - 1)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const),
).map(({ nodes, edges }) => ({ nodes, edges: edges.filter(({ from, to }) => from !== to) }));

function graphs(
  pairs: (o: { count: number }) => fc.Arbitrary<readonly [number, number]>,
): fc.Arbitrary<Graph> {
  return fc
    .integer({ min: 1, max: 30 })
    .chain((count) =>
      fc.tuple(
        fc.array(size, { minLength: count, maxLength: count }),
        fc.array(pairs({ count }), { maxLength: 60 }),
      ),
    )
    .map(([sizes, edges]) => ({
      nodes: sizes.map((s, i) => ({ id: `n${i}`, ...s })),
      edges: edges.map(([a, b]) => ({ from: `n${a}`, to: `n${b}` })),
    }));
}

const laned = (graph: fc.Arbitrary<Graph>): fc.Arbitrary<Graph> =>
  fc
    .tuple(graph, fc.array(fc.option(fc.integer({ min: -2, max: 5 }), { nil: undefined })))
    .map(([{ nodes, edges }, lanes]) => ({
      nodes: nodes.map((node, i) => ({ ...node, lane: lanes[i % Math.max(1, lanes.length)] })),
      edges,
    }));

const withLanesOrNot = (graph: fc.Arbitrary<Graph>): fc.Arbitrary<Graph> => fc.oneof(graph, laned(graph));

describe('layout of any graph', () => {
  it('places each node once, as it was given, inside the picture', () => {
    fc.assert(
      fc.property(withLanesOrNot(anyGraph), ({ nodes, edges }) => {
        const layout = layoutGraph(nodes, edges);
        assert.deepEqual(
          layout.nodes.map(({ id, width, height }) => ({ id, width, height })),
          nodes.map(({ id, width, height }) => ({ id, width, height })),
        );
        for (const { x, y, width, height, rank } of layout.nodes) {
          assert.ok(x >= -0.01 && x + width <= layout.width + 0.02);
          assert.ok(y >= 0 && y + height <= layout.height + 0.01);
          assert.ok(rank >= 0 && rank < layout.ranks);
        }
      }),
    );
  });

  it('keeps the gaps: nodes of a rank beside each other, ranks below each other', () => {
    fc.assert(
      fc.property(withLanesOrNot(anyGraph), ({ nodes, edges }) => {
        const { nodeGap, rankGap } = defaultLayoutOptions;
        const layout = layoutGraph(nodes, edges);
        for (const [i, a] of layout.nodes.entries()) {
          for (const b of layout.nodes.slice(i + 1)) {
            if (a.rank === b.rank) {
              const [left, right] = a.x < b.x ? [a, b] : [b, a];
              assert.ok(right.x - (left.x + left.width) >= nodeGap - 0.05, 'side by side');
            } else {
              const [upper, lower] = a.rank < b.rank ? [a, b] : [b, a];
              assert.ok(lower.y - (upper.y + upper.height) >= rankGap - 0.01, 'one below the other');
            }
          }
        }
      }),
    );
  });

  it('draws each edge between two known nodes once, and leads it from the source to the target', () => {
    fc.assert(
      fc.property(withLanesOrNot(anyGraph), ({ nodes, edges }) => {
        const layout = layoutGraph(nodes, edges);
        const node = byId(layout);
        const wanted = new Map(
          edges.map(({ from, to }) => [
            `${from} ${to}`,
            edges.findIndex((e) => e.from === from && e.to === to),
          ]),
        );
        assert.deepEqual(
          new Map(layout.edges.map(({ from, to, index }) => [`${from} ${to}`, index])),
          wanted,
        );
        assert.equal(layout.edges.length, wanted.size);
        for (const { from, to, points } of layout.edges) {
          touches(node.get(from)!, points[0]!);
          touches(node.get(to)!, points.at(-1)!);
        }
      }),
    );
  });

  it('runs edges downwards, but for those that close a cycle', () => {
    fc.assert(
      fc.property(anyGraph, ({ nodes, edges }) => {
        const layout = layoutGraph(nodes, edges);
        const node = byId(layout);
        assert.deepEqual(layout.lanes, []);
        for (const { from, to, points, closesCycle, upward } of layout.edges) {
          assert.equal(upward, closesCycle);
          if (from === to) continue;
          assert.equal(node.get(from)!.rank < node.get(to)!.rank, !upward);
          monotone(points, upward);
        }
      }),
    );
  });

  it('closes no cycle where there is none, and takes them all away where there are', () => {
    fc.assert(
      fc.property(withLanesOrNot(acyclicGraph), ({ nodes, edges }) => {
        assert.ok(layoutGraph(nodes, edges).edges.every(({ closesCycle }) => !closesCycle));
      }),
    );
    fc.assert(
      fc.property(withLanesOrNot(anyGraph), ({ nodes, edges }) => {
        const rest = layoutGraph(nodes, edges).edges.filter(({ closesCycle }) => !closesCycle);
        assert.ok(layoutGraph(nodes, rest).edges.every(({ closesCycle }) => !closesCycle));
      }),
    );
  });

  it('ranks a node one below the lowest that leads to it', () => {
    fc.assert(
      fc.property(acyclicGraph, ({ nodes, edges }) => {
        const node = byId(layoutGraph(nodes, edges));
        for (const { id } of nodes) {
          const above = edges.filter(({ to }) => to === id).map(({ from }) => node.get(from)!.rank);
          assert.equal(node.get(id)!.rank, Math.max(-1, ...above) + 1);
        }
      }),
    );
  });

  it('leads every long edge on one straight line, beside the nodes', () => {
    fc.assert(
      fc.property(withLanesOrNot(anyGraph), ({ nodes, edges }) => {
        const layout = layoutGraph(nodes, edges);
        for (const { from, to, points } of layout.edges) {
          if (from === to) continue;
          const bends = points.slice(1).filter(([x], i) => x !== points[i]![0]).length;
          assert.ok(bends <= 2, `${bends} bends`);
          for (const [i, [x, y]] of points.slice(1).entries()) {
            const [fromX, fromY] = points[i]!;
            const [top, bottom] = [Math.min(y, fromY), Math.max(y, fromY)];
            for (const node of layout.nodes) {
              const beside =
                Math.max(x, fromX) <= node.x + 0.02 || Math.min(x, fromX) >= node.x + node.width - 0.02;
              const apart = bottom <= node.y + 0.01 || top >= node.y + node.height - 0.01;
              assert.ok(beside || apart, `${from} → ${to} runs under ${node.id}`);
            }
          }
        }
      }),
    );
  });

  it('sets the ends of edges on a side of a node apart, in the order of where they go', () => {
    fc.assert(
      fc.property(withLanesOrNot(anyGraph), ({ nodes, edges }) => {
        const layout = layoutGraph(nodes, edges);
        for (const node of layout.nodes) {
          for (const lower of [false, true]) {
            const ends = layout.edges
              .filter(({ from, to }) => from !== to)
              .flatMap(({ from, to, points, upward }) => {
                const downwards = upward ? [...points].reverse() : points;
                const id = (lower ? upward : !upward) ? from : to;
                return id === node.id ? [lower ? [...downwards].reverse() : downwards] : [];
              })
              .sort((a, b) => a[0]![0] - b[0]![0]);
            for (const [i, end] of ends.entries()) {
              assert.ok(end[0]![0] >= node.x - 0.01 && end[0]![0] <= node.x + node.width + 0.01);
              if (i === 0) continue;
              const gap = end[0]![0] - ends[i - 1]![0]![0];
              const room = Math.max(0, node.width - 32) / (ends.length - 1);
              assert.ok(Math.abs(gap - Math.min(48, room)) < 0.05, `${gap} apart`);
            }
          }
        }
      }),
    );
  });

  it('stacks lanes without gaps in the order of their numbers, with their nodes and no others inside', () => {
    fc.assert(
      fc.property(laned(anyGraph), ({ nodes, edges }) => {
        const layout = layoutGraph(nodes, edges);
        const used = [...new Set(nodes.flatMap(({ lane }) => lane ?? []))].sort((a, b) => a - b);
        assert.deepEqual(
          layout.lanes.map(({ lane }) => lane),
          used,
        );
        let y = 0;
        for (const lane of layout.lanes) {
          assert.equal(lane.y, y);
          y += lane.height;
        }
        if (used.length > 0) assert.equal(y, layout.height);
        for (const [i, node] of layout.nodes.entries()) {
          const lane = nodes[i]!.lane;
          const inside = layout.lanes.filter((l) => node.y > l.y && node.y + node.height < l.y + l.height);
          if (used.length > 0) assert.equal(inside.length, 1);
          if (lane === undefined) continue;
          assert.equal(inside[0]!.lane, lane);
          assert.ok(node.rank >= inside[0]!.firstRank && node.rank <= inside[0]!.lastRank);
        }
      }),
    );
  });

  it('runs an edge upwards only to a lane above, or to close a cycle', () => {
    fc.assert(
      fc.property(laned(anyGraph), ({ nodes, edges }) => {
        const layout = layoutGraph(nodes, edges);
        const node = byId(layout);
        const laneOf = (id: string): number =>
          layout.lanes.findIndex(
            (l) => node.get(id)!.rank >= l.firstRank && node.get(id)!.rank <= l.lastRank,
          );
        for (const { from, to, points, closesCycle, upward } of layout.edges) {
          if (from === to) continue;
          if (laneOf(from) === laneOf(to)) assert.equal(upward, closesCycle);
          else assert.equal(upward, laneOf(from) > laneOf(to));
          assert.equal(upward, node.get(from)!.rank > node.get(to)!.rank);
          monotone(points, upward);
        }
      }),
    );
  });

  it('draws the same picture for the same graph, also after the picture that it drew', () => {
    fc.assert(
      fc.property(withLanesOrNot(anyGraph), ({ nodes, edges }) => {
        const layout = layoutGraph(nodes, edges);
        assert.deepEqual(layoutGraph(nodes, edges), layout);
        assert.deepEqual(layoutGraph(nodes, edges, { previous: layout }), layout);
      }),
    );
  });

  it('keeps the order of all others when a leaf is added', () => {
    fc.assert(
      fc.property(withLanesOrNot(anyGraph), fc.nat(), fc.nat(), size, ({ nodes, edges }, a, b, box) => {
        const previous = layoutGraph(nodes, edges);
        const leaf = { id: 'leaf', ...box };
        const parents = [nodes[a % nodes.length]!, nodes[b % nodes.length]!];
        const layout = layoutGraph(
          [...nodes, leaf],
          [...edges, ...parents.map(({ id }) => ({ from: id, to: 'leaf' }))],
          { previous },
        );
        const node = byId(layout);
        for (const [rank, ids] of ranksOf(previous.nodes)) {
          // A lane of its own kind may make room for the leaf, but nobody changes sides.
          assert.equal(new Set(ids.map((id) => node.get(id)!.rank)).size, 1, `rank ${rank} stays together`);
          const now = [...ids].sort((x, y) => node.get(x)!.x - node.get(y)!.x);
          assert.deepEqual(now, ids);
        }
      }),
    );
  });

  it('never throws: ids that repeat or are strange, edges to nowhere, sizes that are none', () => {
    const id = fc.oneof(fc.constantFrom('a', 'b', '', '__proto__', 'constructor', '\u0000'), fc.string());
    const length = fc.oneof(fc.double(), fc.integer());
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ id, width: length, height: length, lane: fc.option(length, { nil: undefined }) }),
        ),
        fc.array(fc.record({ from: id, to: id })),
        (nodes, edges) => {
          const layout = layoutGraph(nodes, edges);
          assert.deepEqual(
            layout.nodes.map((node) => node.id),
            nodes.map((node) => node.id),
          );
          layoutGraph(nodes.slice(1), edges, { previous: layout });
        },
      ),
    );
  });
});

function byId(layout: GraphLayout): Map<string, PlacedNode> {
  return new Map(layout.nodes.map((node) => [node.id, node]));
}

function touches({ x, y, width, height }: PlacedNode, [px, py]: readonly [number, number]): void {
  assert.ok(px >= x - 0.01 && px <= x + width + 0.01 && py >= y - 0.01 && py <= y + height + 0.01);
}

function monotone(points: readonly (readonly [number, number])[], upward: boolean): void {
  for (const [i, [, y]] of points.slice(1).entries()) {
    assert.ok(upward ? y <= points[i]![1] : y >= points[i]![1]);
  }
}

/** The ids of each rank from left to right. */
function ranksOf(nodes: readonly PlacedNode[]): Map<number, string[]> {
  const ranks = new Map<number, PlacedNode[]>();
  for (const node of nodes) ranks.set(node.rank, [...(ranks.get(node.rank) ?? []), node]);
  return new Map(
    [...ranks].map(([rank, list]) => [rank, list.sort((a, b) => a.x - b.x).map(({ id }) => id)]),
  );
}
