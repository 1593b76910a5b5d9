import type { GraphLayout, LayoutNode, LayoutOptions, PlacedEdge, PlacedNode, Point } from './graphLayout';
import { spreadPorts } from './ports';
import type { RankedGraph } from './rankedGraph';
import type { Ranking } from './ranks';
import type { UsedEdges } from './usedEdges';

/** How far the edge of a node to itself stands out on the right. */
export const loopReach = 20;

/** Turns ranks and centres into px: everything at 0 or more, rounded to hundredths. */
export function place(
  nodes: readonly LayoutNode[],
  edges: UsedEdges,
  ranking: Ranking,
  graph: RankedGraph,
  centre: Float64Array,
  options: LayoutOptions,
): Omit<GraphLayout, 'crossings'> {
  const rows = rowsOf(nodes, ranking, options.rankGap);
  let left = Infinity;
  let right = -Infinity;
  for (let v = 0; v < graph.vertices; v++) {
    left = Math.min(left, centre[v]! - graph.width[v]! / 2);
    right = Math.max(right, centre[v]! + graph.width[v]! / 2);
  }
  for (const { node } of edges.loops)
    right = Math.max(right, centre[node]! + graph.width[node]! / 2 + loopReach);
  const x = centre.map((at) => round(at - left));
  const placed = nodes.map((node, v): PlacedNode => {
    const rank = ranking.rank[v]!;
    const width = graph.width[v]!;
    return {
      id: node.id,
      rank,
      x: round(x[v]! - width / 2),
      y: rows.top[rank]!,
      width,
      height: heightOf(node),
    };
  });
  return {
    nodes: placed,
    edges: placeEdges(placed, edges, ranking, graph, x, rows, options.portGap),
    lanes: ranking.lanes.map(({ lane, firstRank, lastRank }) => {
      const y = rows.top[firstRank]! - options.rankGap / 2;
      return { lane, firstRank, lastRank, y, height: rows.bottom[lastRank]! + options.rankGap / 2 - y };
    }),
    ranks: ranking.ranks,
    width: nodes.length > 0 ? round(right - left) : 0,
    height: rows.height,
  };
}

interface Rows {
  readonly top: Float64Array;
  readonly bottom: Float64Array;
  readonly height: number;
}

/** Top and bottom of each rank. Lanes have half a gap above and below. */
function rowsOf(nodes: readonly LayoutNode[], { rank, ranks, lanes }: Ranking, rankGap: number): Rows {
  const margin = lanes.length > 0 ? rankGap / 2 : 0;
  const heights = new Float64Array(ranks);
  nodes.forEach((node, v) => (heights[rank[v]!] = Math.max(heights[rank[v]!]!, heightOf(node))));
  const top = new Float64Array(ranks);
  const bottom = new Float64Array(ranks);
  let y = margin;
  for (let r = 0; r < ranks; r++) {
    top[r] = y;
    bottom[r] = y + heights[r]!;
    y = bottom[r]! + rankGap;
  }
  return { top, bottom, height: ranks > 0 ? bottom[ranks - 1]! + margin : 0 };
}

function placeEdges(
  nodes: readonly PlacedNode[],
  edges: UsedEdges,
  { upper, lower, rank, closes, upward }: Ranking,
  { chainStart }: RankedGraph,
  x: Float64Array,
  rows: Rows,
  portGap: number,
): PlacedEdge[] {
  // Where an edge goes on from its upper node, and where it comes from at its lower one.
  const onwards = Float64Array.from(upper, (_, e) =>
    chainStart[e]! < chainStart[e + 1]! ? x[chainStart[e]!]! : x[lower[e]!]!,
  );
  const back = Float64Array.from(upper, (_, e) =>
    chainStart[e]! < chainStart[e + 1]! ? x[chainStart[e + 1]! - 1]! : x[upper[e]!]!,
  );
  const leaves = spreadPorts(nodes, upper, onwards, portGap);
  const enters = spreadPorts(nodes, lower, back, portGap);
  const placed = Array.from(upper, (u, e): PlacedEdge => {
    const points: Point[] = [[leaves[e]!, nodes[u]!.y + nodes[u]!.height]];
    const bottom = rows.bottom[rank[u]!]!;
    // Beside a higher node the curve begins below it.
    if (points[0]![1] < bottom) points.push([leaves[e]!, bottom]);
    for (let dummy = chainStart[e]!, r = rank[u]! + 1; dummy < chainStart[e + 1]!; dummy++, r++) {
      // One straight line over all ranks where x stays the same.
      if (dummy > chainStart[e]! && x[dummy] === x[dummy - 1]) points.pop();
      else points.push([x[dummy]!, rows.top[r]!]);
      points.push([x[dummy]!, rows.bottom[r]!]);
    }
    points.push([enters[e]!, nodes[lower[e]!]!.y]);
    const up = upward[e] === 1;
    return {
      from: nodes[up ? lower[e]! : u]!.id,
      to: nodes[up ? u : lower[e]!]!.id,
      index: edges.given[e]!,
      points: up ? points.reverse() : points,
      closesCycle: closes[e] === 1,
      upward: up,
    };
  });
  for (const { node, given } of edges.loops) placed.push(loopEdge(nodes[node]!, given));
  return placed.sort((a, b) => a.index - b.index);
}

/** An edge of a node to itself: out at the lower right, back in at the upper right. */
export function loopEdge({ id, x, y, width, height }: PlacedNode, index: number): PlacedEdge {
  const right = x + width;
  const low = round(y + height * 0.75);
  const high = round(y + height * 0.25);
  const points: Point[] = [
    [right, low],
    [right + loopReach, low],
    [right + loopReach, high],
    [right, high],
  ];
  return { from: id, to: id, index, points, closesCycle: true, upward: true };
}

function heightOf({ height }: LayoutNode): number {
  return Number.isFinite(height) ? Math.max(0, height) : 0;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
