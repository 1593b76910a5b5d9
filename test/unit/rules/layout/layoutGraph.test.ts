import assert from 'node:assert/strict';
import { edgePath } from '../../../../src/rules/layout/edgePath';
import type { GraphLayout, LayoutEdge, LayoutNode } from '../../../../src/rules/layout/graphLayout';
import { layoutGraph } from '../../../../src/rules/layout/layoutGraph';
import { randomTaskGraph } from './randomGraphs';

const node = (id: string, o: Partial<LayoutNode> = {}): LayoutNode => ({ id, width: 252, height: 64, ...o });
const nodes = (...ids: string[]): LayoutNode[] => ids.map((id) => node(id));
/** `a>b b>c` */
const edges = (text: string): LayoutEdge[] =>
  text.split(' ').map((pair) => {
    const [from = '', to = ''] = pair.split('>');
    return { from, to };
  });
const centre = (layout: GraphLayout, id: string): number => {
  const { x, width } = layout.nodes.find((n) => n.id === id)!;
  return x + width / 2;
};

describe('layoutGraph', () => {
  it('gives an empty picture for an empty graph', () => {
    assert.deepEqual(layoutGraph([], edges('a>b')), {
      nodes: [],
      edges: [],
      lanes: [],
      ranks: 0,
      width: 0,
      height: 0,
      crossings: 0,
    });
  });

  it('stands a chain upright', () => {
    const layout = layoutGraph(nodes('a', 'b', 'c'), edges('a>b b>c'));
    assert.equal(layout.width, 252);
    assert.equal(layout.height, 3 * 64 + 2 * 86);
    assert.deepEqual(layout.edges[0]!.points, [
      [126, 64],
      [126, 150],
    ]);
    assert.equal(edgePath(layout.edges[0]!.points), 'M126 64 L126 150');
  });

  it('puts a node in the middle above two, with ports 48 px apart in their order', () => {
    const layout = layoutGraph(nodes('top', 'left', 'right'), edges('top>right top>left'));
    assert.equal(layout.crossings, 0);
    const middle = centre(layout, 'top');
    assert.equal(middle, (centre(layout, 'left') + centre(layout, 'right')) / 2);
    for (const { to, points } of layout.edges) {
      const side = centre(layout, to) < middle ? -24 : 24;
      assert.equal(points[0]![0], middle + side);
    }
  });

  it('narrows the ports of a node that has too many for 48 px', () => {
    const ids = Array.from({ length: 30 }, (_, i) => `n${i}`);
    const layout = layoutGraph(
      nodes('hub', ...ids),
      ids.map((id) => ({ from: 'hub', to: id })),
    );
    const xs = layout.edges.map(({ points }) => points[0]![0]).sort((a, b) => a - b);
    assert.ok(xs[0]! >= centre(layout, 'hub') - 126 && xs.at(-1)! <= centre(layout, 'hub') + 126);
    assert.equal(new Set(xs).size, 30);
    assert.equal(layout.crossings, 0);
  });

  it('leads a long edge down between the columns, without widening the gap', () => {
    const layout = layoutGraph(nodes('a', 'b', 'c', 'x', 'y', 'z'), edges('a>b b>c a>c x>y y>z x>z a>y'));
    const long = layout.edges.find(({ from, to }) => from === 'a' && to === 'c')!;
    assert.equal(long.points.length, 4);
    assert.equal(long.points[1]![0], long.points[2]![0]);
    assert.match(edgePath(long.points), /^M\S+ \S+ C[\d. ]+ L\S+ \S+ C[\d. ]+$/);
  });

  it('draws an edge that closes a cycle upwards, and says so', () => {
    const layout = layoutGraph(nodes('a', 'b', 'c'), edges('a>b b>c c>a'));
    assert.deepEqual(
      layout.edges.map(({ closesCycle, upward }) => [closesCycle, upward]),
      [
        [false, false],
        [false, false],
        [true, true],
      ],
    );
    const back = layout.edges[2]!;
    assert.ok(back.points[0]![1] > back.points.at(-1)![1]);
  });

  it('draws the edge of a node to itself at its side', () => {
    const layout = layoutGraph(nodes('a'), edges('a>a a>a'));
    assert.deepEqual(layout.edges, [
      {
        from: 'a',
        to: 'a',
        index: 0,
        points: [
          [252, 48],
          [272, 48],
          [272, 16],
          [252, 16],
        ],
        closesCycle: true,
        upward: true,
      },
    ]);
    assert.equal(layout.width, 272);
  });

  it('leaves out edges to nowhere and repeated ones; repeated ids are drawn, edges go to the first', () => {
    const layout = layoutGraph(nodes('a', 'b', 'b'), edges('a>b a>b a>x x>b'));
    assert.deepEqual(
      layout.edges.map(({ index }) => index),
      [0],
    );
    assert.deepEqual(
      layout.nodes.map(({ id, rank }) => [id, rank]),
      [
        ['a', 0],
        ['b', 1],
        ['b', 0],
      ],
    );
  });

  it('stacks lanes as the parallel groups of spec 003 stand: one rank each, wherever its tasks could stand', () => {
    const lanes = [
      node('1.1', { lane: 0 }),
      node('1.2', { lane: 0 }),
      node('2.1', { lane: 1 }),
      node('free', { lane: 1 }),
      node('3.1', { lane: 2 }),
    ];
    const layout = layoutGraph(lanes, edges('1.1>2.1 1.2>2.1 2.1>3.1 1.1>3.1'));
    assert.deepEqual(
      layout.nodes.map(({ rank, y }) => [rank, y]),
      [
        [0, 43],
        [0, 43],
        [1, 193],
        [1, 193],
        [2, 343],
      ],
    );
    assert.deepEqual(layout.lanes, [
      { lane: 0, firstRank: 0, lastRank: 0, y: 0, height: 150 },
      { lane: 1, firstRank: 1, lastRank: 1, y: 150, height: 150 },
      { lane: 2, firstRank: 2, lastRank: 2, y: 300, height: 150 },
    ]);
    assert.equal(layout.height, 450);
  });

  it('gives a lane as many ranks as the edges inside it ask for', () => {
    const layout = layoutGraph(
      [node('a', { lane: 7 }), node('b', { lane: 7 }), node('c', { lane: 9 }), node('d')],
      edges('a>b c>d'),
    );
    assert.deepEqual(
      layout.lanes.map(({ lane, firstRank, lastRank }) => [lane, firstRank, lastRank]),
      [
        [7, 0, 1],
        [9, 2, 3],
      ],
    );
  });

  it('runs an edge to a lane above upwards, without calling it a cycle', () => {
    const layout = layoutGraph([node('a', { lane: 1 }), node('b', { lane: 0 })], edges('a>b'));
    assert.deepEqual(
      layout.edges.map(({ closesCycle, upward }) => [closesCycle, upward]),
      [[false, true]],
    );
  });

  it('draws unconnected parts side by side: no edge of one crosses one of another', () => {
    const parts = Array.from({ length: 6 }, (_, i) => randomTaskGraph(20, i + 1));
    const crossings = parts.map((part) => layoutGraph(part.nodes, part.edges).crossings);
    const named = parts.map((part, i) => ({
      nodes: part.nodes.map((n) => ({ ...n, id: `${i}/${n.id}` })),
      edges: part.edges.map((e) => ({ from: `${i}/${e.from}`, to: `${i}/${e.to}` })),
    }));
    const all = layoutGraph(
      named.flatMap((part) => part.nodes),
      named.flatMap((part) => part.edges),
    );
    assert.equal(
      all.crossings,
      crossings.reduce((a, b) => a + b, 0),
    );
  });

  it('keeps an earlier order though another would cross less, until most of the graph is new', () => {
    const before = layoutGraph(nodes('a', 'b', 'x', 'y'), edges('a>x b>y'));
    assert.ok(centre(before, 'a') < centre(before, 'b'));
    const crossed = edges('a>y b>x');
    const kept = layoutGraph(nodes('a', 'b', 'x', 'y'), crossed, { previous: before });
    assert.equal(kept.crossings, 1);
    assert.equal(layoutGraph(nodes('a', 'b', 'x', 'y'), crossed).crossings, 0);
    const others = nodes('a', 'b', 'x', 'y', 'n1', 'n2', 'n3', 'n4');
    assert.equal(layoutGraph(others, crossed, { previous: before }).crossings, 0);
  });

  it('lays out what is too large or too deep for careless code', function () {
    this.timeout(60_000);
    const many = (count: number): LayoutNode[] => Array.from({ length: count }, (_, i) => node(`n${i}`));
    const chain = Array.from({ length: 9_999 }, (_, i) => ({ from: `n${i}`, to: `n${i + 1}` }));
    assert.equal(layoutGraph(many(10_000), chain).ranks, 10_000);

    const star = Array.from({ length: 9_999 }, (_, i) => ({ from: 'n0', to: `n${i + 1}` }));
    assert.equal(layoutGraph(many(10_000), star).crossings, 0);
    assert.equal(layoutGraph(many(10_000), []).ranks, 1);

    // Two million ranks to pass in all: the longest edges run directly.
    const skips = Array.from({ length: 1_000 }, (_, i) => ({ from: `n${i}`, to: `n${i * 3 + 4_000}` }));
    const layout = layoutGraph(many(10_000), [...chain, ...skips]);
    assert.equal(layout.edges.length, 10_999);
    assert.ok(layout.edges.some(({ index, points }) => index > 9_999 && points.length === 2));

    const ring = [...chain, { from: 'n9999', to: 'n0' }];
    assert.deepEqual(
      layoutGraph(many(10_000), ring)
        .edges.filter(({ closesCycle }) => closesCycle)
        .map(({ index }) => index),
      [9_999],
    );
  });
});
