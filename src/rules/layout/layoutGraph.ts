import { assignCentres } from './centres';
import { CrossingCounter } from './crossings';
import {
  defaultLayoutOptions,
  type GraphLayout,
  type LayoutEdge,
  type LayoutNode,
  type LayoutOptions,
} from './graphLayout';
import { place } from './placement';
import { previousOrder } from './previousOrder';
import { orderRanks, type RankOrder } from './rankOrder';
import { rankedGraph, type RankedGraph } from './rankedGraph';
import { rankNodes } from './ranks';
import { stackedLayout } from './stackedLayout';
import { usedEdges } from './usedEdges';

/**
 * Layered layout of a directed graph, from the top to the bottom: ranks by longest paths inside lanes, dummies for
 * long edges, barycentre sweeps, straight long edges. Pure, and the same input always gives the same picture. Never
 * throws for odd graphs: cycles, edges of a node to itself, repeated ids, edges to unknown nodes.
 */
export function layoutGraph(
  nodes: readonly LayoutNode[],
  edges: readonly LayoutEdge[],
  options: Partial<LayoutOptions> = {},
): GraphLayout {
  const settings = { ...defaultLayoutOptions, ...options };
  const used = usedEdges(nodes, edges);
  const ranking = rankNodes(nodes, used.source, used.target);
  const stacked = stackedLayout(nodes, used, ranking, settings, (columns, between, previous) =>
    layoutGraph(columns, between, { ...options, mostInRow: undefined, previous }),
  );
  if (stacked) return stacked;
  const widths = Float64Array.from(nodes, ({ width }) => (Number.isFinite(width) ? Math.max(0, width) : 0));
  const graph = rankedGraph(widths, ranking);
  const kept = settings.previous && previousOrder(graph, nodes, ranking, settings.previous);
  const { order, crossings } = kept
    ? { order: kept, crossings: crossingsOf(graph, kept) }
    : orderRanks(graph);
  const centre = assignCentres(graph, order, settings);
  return { ...place(nodes, used, ranking, graph, centre, settings), crossings };
}

function crossingsOf(graph: RankedGraph, order: RankOrder): number {
  const position = new Int32Array(graph.vertices);
  let widest = 0;
  for (const rank of order) {
    rank.forEach((v, i) => (position[v] = i));
    widest = Math.max(widest, rank.length);
  }
  return new CrossingCounter(graph, widest).count(order, position);
}
