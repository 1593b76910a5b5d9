import type { GraphLayout, LayoutNode } from './graphLayout';
import type { RankedGraph } from './rankedGraph';
import type { RankOrder } from './rankOrder';
import type { Ranking } from './ranks';

/** More new nodes than this share of all, and a few, make it another graph: it is ordered anew. */
const mostNew = 0.2;
const aFew = 3;

/**
 * The order of an earlier picture: nodes and long edges that it had stand as they stood, new ones under the middle of
 * what leads to them. Undefined when too little of the graph was in that picture.
 */
export function previousOrder(
  graph: RankedGraph,
  nodes: readonly LayoutNode[],
  { upper, lower, upward }: Ranking,
  previous: GraphLayout,
): RankOrder | undefined {
  const centre = new Float64Array(graph.vertices).fill(NaN);
  const before = numbersById(previous.nodes);
  const earlier = nodes.map(({ id }, v) => {
    const number = before.get(id)?.shift();
    if (number === undefined) return -1;
    const node = previous.nodes[number]!;
    centre[v] = node.x + node.width / 2;
    return number;
  });
  const added = earlier.filter((number) => number === -1).length;
  if (added > Math.max(aFew, nodes.length * mostNew)) return undefined;
  const lines = linesOf(previous);
  const ranks = byRank(graph);
  // From the top, so that what leads to a new node is known; the key of a long edge is the same on all ranks that it
  // passes, so that no two of them change sides on the way.
  for (const rank of ranks) {
    for (const v of rank) {
      if (v >= graph.real || !Number.isNaN(centre[v]!)) continue;
      centre[v] = meanAbove(graph, v, centre) ?? previous.width;
    }
  }
  for (let e = 0; e < upper.length; e++) {
    const first = graph.chainStart[e]!;
    const end = graph.chainStart[e + 1]!;
    if (first === end) continue;
    const u = upper[e]!;
    const v = lower[e]!;
    const [source, target] = upward[e] ? [v, u] : [u, v];
    const line = lines.get(earlier[source]! * previous.nodes.length + earlier[target]!);
    centre.fill(line ?? (centre[u]! + centre[v]!) / 2, first, end);
  }
  for (const rank of ranks) rank.sort((a, b) => centre[a]! - centre[b]! || a - b);
  return ranks.map((rank) => Int32Array.from(rank));
}

/** Mean of the nodes that lead to `v`, directly or by a long edge. */
function meanAbove(graph: RankedGraph, v: number, centre: Float64Array): number | undefined {
  const { up, real } = graph;
  let sum = 0;
  let count = 0;
  for (let k = up.start[v]!; k < up.start[v + 1]!; k++) {
    let above = up.other[k]!;
    while (above >= real) above = up.other[up.start[above]!]!;
    sum += centre[above]!;
    count++;
  }
  return count > 0 ? sum / count : undefined;
}

function numbersById(nodes: readonly { readonly id: string }[]): Map<string, number[]> {
  const numbers = new Map<string, number[]>();
  nodes.forEach(({ id }, i) => {
    const list = numbers.get(id);
    if (list) list.push(i);
    else numbers.set(id, [i]);
  });
  return numbers;
}

/** The x of each long edge, under the numbers of its source and target. */
function linesOf(previous: GraphLayout): Map<number, number> {
  const numberOf = new Map<string, number>();
  for (let i = previous.nodes.length - 1; i >= 0; i--) numberOf.set(previous.nodes[i]!.id, i);
  const lines = new Map<number, number>();
  for (const { from, to, points } of previous.edges) {
    const middle = points[Math.floor(points.length / 2)]!;
    if (points.length > 2)
      lines.set(numberOf.get(from)! * previous.nodes.length + numberOf.get(to)!, middle[0]);
  }
  return lines;
}

function byRank(graph: RankedGraph): number[][] {
  const ranks: number[][] = Array.from({ length: graph.ranks }, () => []);
  for (let v = 0; v < graph.vertices; v++) ranks[graph.rank[v]!]!.push(v);
  return ranks;
}
