// One layout in a process of its own: `node layout.js ENGINE TASKS RUNS`; the result is JSON on stdout.
import dagre from '@dagrejs/dagre';
import ELK from 'elkjs/lib/elk.bundled.js';
import type { ElkNode } from 'elkjs/lib/elk-api';
import type { GraphLayout, LayoutEdge, LayoutNode, Point } from '../../src/rules/layout/graphLayout';
import { layoutGraph } from '../../src/rules/layout/layoutGraph';
import { drawnCrossings, type DrawnEdge } from '../../test/unit/rules/layout/drawnCrossings';
import { randomNumbers } from '../../test/unit/rules/layout/randomGraphs';

/** Counting crossings of drawn lines is quadratic. */
const mostForCrossings = 1_000;

interface Graph {
  readonly nodes: LayoutNode[];
  readonly edges: LayoutEdge[];
}

/** Rows of twenty tasks, each waiting for one to three earlier ones, mostly of the row before. */
function rowsOfTwenty(count: number): Graph {
  const random = randomNumbers(7);
  const nodes = Array.from({ length: count }, (_, i) => ({ id: `t${i}`, width: 252, height: 64 }));
  const edges: LayoutEdge[] = [];
  for (let i = 20; i < count; i++) {
    for (let k = 1 + Math.floor(random() * 3); k > 0; k--) {
      const back = random() < 0.85 ? 1 : 2 + Math.floor(random() * 3);
      const row = Math.floor(i / 20) - back;
      if (row >= 0) edges.push({ from: `t${row * 20 + Math.floor(random() * 20)}`, to: `t${i}` });
    }
  }
  return { nodes, edges };
}

const elk = new ELK();

/** Each lays the graph out and gives back how to read its lines, so that reading is not measured. */
const engines: Record<string, (graph: Graph) => Promise<() => DrawnEdge[]>> = {
  ours: (graph) => {
    const layout: GraphLayout = layoutGraph(graph.nodes, graph.edges);
    return Promise.resolve(() => [...layout.edges]);
  },

  elkjs: async ({ nodes, edges }) => {
    const drawn: ElkNode = await elk.layout({
      id: 'root',
      layoutOptions: { 'elk.algorithm': 'layered', 'elk.direction': 'DOWN', 'elk.edgeRouting': 'POLYLINE' },
      children: nodes.map(({ id, width, height }) => ({ id, width, height })),
      edges: edges.map(({ from, to }, i) => ({ id: `e${i}`, sources: [from], targets: [to] })),
    });
    return () =>
      (drawn.edges ?? []).map(({ sources, targets, sections }) => {
        const section = sections?.[0];
        const points = section ? [section.startPoint, ...(section.bendPoints ?? []), section.endPoint] : [];
        return {
          from: sources[0] ?? '',
          to: targets[0] ?? '',
          points: points.map(({ x, y }): Point => [x, y]),
        };
      });
  },

  dagre: ({ nodes, edges }) => {
    const graph = new dagre.graphlib.Graph();
    graph.setGraph({ rankdir: 'TB' });
    graph.setDefaultEdgeLabel(() => ({}));
    for (const { id, width, height } of nodes) graph.setNode(id, { width, height });
    for (const { from, to } of edges) graph.setEdge(from, to);
    dagre.layout(graph);
    return Promise.resolve(() =>
      graph.edges().map((edge) => ({
        from: edge.v,
        to: edge.w,
        points: pointsOf(graph.edge(edge)).map(({ x, y }): Point => [x, y]),
      })),
    );
  },
};

function pointsOf(label: unknown): readonly { readonly x: number; readonly y: number }[] {
  return (label as { points?: { x: number; y: number }[] }).points ?? [];
}

async function run(): Promise<void> {
  const [name = '', tasks = '', runs = ''] = process.argv.slice(2);
  const engine = engines[name];
  if (!engine) throw new Error(`no such engine: ${name}`);
  const graph = rowsOfTwenty(Number(tasks));
  const ms: number[] = [];
  let lines: () => DrawnEdge[] = () => [];
  for (let i = 0; i < Number(runs); i++) {
    const from = performance.now();
    lines = await engine(graph);
    ms.push(performance.now() - from);
  }
  const crossings = graph.nodes.length <= mostForCrossings ? drawnCrossings(lines()) : undefined;
  process.stdout.write(JSON.stringify({ ms, edges: graph.edges.length, crossings }));
}

void run();
