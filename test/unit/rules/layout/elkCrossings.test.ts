import assert from 'node:assert/strict';
import ELK from 'elkjs/lib/elk.bundled.js';
import type { ElkNode } from 'elkjs/lib/elk-api';
import type { Point } from '../../../../src/rules/layout/graphLayout';
import { layoutGraph } from '../../../../src/rules/layout/layoutGraph';
import { drawnCrossings } from './drawnCrossings';
import { randomDag, randomTaskGraph, type RandomGraph } from './randomGraphs';

const sizes = [20, 25, 30, 35, 40, 45, 50, 60, 70, 80, 100, 200];

describe('crossings beside those of elkjs', () => {
  it('counts crossings in a picture', () => {
    const edge = (from: string, to: string, ...points: Point[]) => ({ from, to, points });
    const cross = [edge('a', 'd', [0, 0], [10, 10]), edge('b', 'c', [10, 0], [0, 10])];
    assert.equal(drawnCrossings(cross), 1);
    assert.equal(drawnCrossings([cross[0]!, edge('a', 'c', [10, 0], [0, 10])]), 0, 'edges of one node');
    assert.equal(drawnCrossings([cross[0]!, edge('b', 'c', [10, 0], [10, 5], [6, 5])]), 0);
    assert.equal(drawnCrossings([cross[0]!, edge('b', 'c', [10, 0], [10, 5], [3, 5])]), 1);
  });

  for (const [kind, graphs] of [
    ['plans', sizes.map((count, i) => randomTaskGraph(count, i + 1))],
    ['sparse graphs without shape', sizes.map((count, i) => randomDag(count, 1.2, i + 1))],
    ['dense graphs without shape', sizes.slice(0, -1).map((count, i) => randomDag(count, 2, i + 1))],
  ] as const) {
    it(`draws no more of them than elk's layered layout: ${graphs.length} ${kind}`, async function () {
      this.timeout(120_000);
      const elk = new ELK();
      let ours = 0;
      let theirs = 0;
      for (const graph of graphs) {
        ours += drawnCrossings(layoutGraph(graph.nodes, graph.edges).edges);
        theirs += await crossingsOfElk(elk, graph);
      }
      assert.ok(theirs > 100, `${theirs} crossings are enough to compare`);
      assert.ok(ours <= theirs, `${ours} crossings, elk ${theirs}`);
    });
  }
});

/** Elk's layered algorithm as it comes, drawn with straight lines between its bend points. */
async function crossingsOfElk(
  elk: { layout(graph: ElkNode): Promise<ElkNode> },
  graph: RandomGraph,
): Promise<number> {
  const drawn = await elk.layout({
    id: 'root',
    layoutOptions: { 'elk.algorithm': 'layered', 'elk.direction': 'DOWN', 'elk.edgeRouting': 'POLYLINE' },
    children: graph.nodes.map(({ id, width, height }) => ({ id, width, height })),
    edges: graph.edges.map(({ from, to }, i) => ({ id: `e${i}`, sources: [from], targets: [to] })),
  });
  return drawnCrossings(
    drawn.edges!.map(({ sources, targets, sections }) => {
      const { startPoint, bendPoints = [], endPoint } = sections![0]!;
      return {
        from: sources[0]!,
        to: targets[0]!,
        points: [startPoint, ...bendPoints, endPoint].map(({ x, y }): Point => [x, y]),
      };
    }),
  );
}
