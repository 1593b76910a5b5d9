import { adjacencyOf, type Adjacency } from './adjacency';
import { closingEdges } from './closingEdges';
import type { LayoutNode } from './graphLayout';

type Laned = Pick<LayoutNode, 'lane'>;

/** Edges turned so that each runs downwards, and the rank of each node. */
export interface Ranking {
  readonly upper: Int32Array;
  readonly lower: Int32Array;
  /** For each edge, 1 if it closes a cycle. */
  readonly closes: Uint8Array;
  /** For each edge, 1 if it runs upwards: its target is `upper`. */
  readonly upward: Uint8Array;
  readonly rank: Int32Array;
  readonly ranks: number;
  /** Lanes from the top; empty when no node has one. */
  readonly lanes: readonly LaneRanks[];
}

export interface LaneRanks {
  readonly lane: number;
  readonly firstRank: number;
  readonly lastRank: number;
}

/**
 * Rank of a node: the number of edges on the longest path that leads to it (the topological level of spec 003,
 * "Parallel Groups"). With lanes, the longest path inside its lane, below all ranks of the lanes above.
 */
export function rankNodes(nodes: readonly Laned[], source: Int32Array, target: Int32Array): Ranking {
  const count = nodes.length;
  const closes = closingEdges(count, adjacencyOf(count, source, target));
  const upper = source.slice();
  const lower = target.slice();
  for (let e = 0; e < upper.length; e++) if (closes[e]) turn(upper, lower, e);
  const { laneOf, lanes } = lanesOf(nodes, upper, lower);
  const upward = closes.slice();
  for (let e = 0; e < upper.length; e++) {
    if (laneOf[upper[e]!]! <= laneOf[lower[e]!]!) continue;
    turn(upper, lower, e);
    upward[e] = upward[e] ? 0 : 1;
  }
  const rank = longestPaths(count, upper, lower, (u, v) => laneOf[u] === laneOf[v]);
  const last = new Int32Array(Math.max(1, lanes.length)).fill(-1);
  for (let v = 0; v < count; v++) last[laneOf[v]!] = Math.max(last[laneOf[v]!]!, rank[v]!);
  const first = new Int32Array(last.length);
  for (let l = 1; l < last.length; l++) first[l] = first[l - 1]! + last[l - 1]! + 1;
  for (let v = 0; v < count; v++) rank[v]! += first[laneOf[v]!]!;
  return {
    upper,
    lower,
    closes,
    upward,
    rank,
    ranks: first[last.length - 1]! + last[last.length - 1]! + 1,
    lanes: lanes.map((lane, l) => ({ lane, firstRank: first[l]!, lastRank: first[l]! + last[l]! })),
  };
}

function turn(upper: Int32Array, lower: Int32Array, edge: number): void {
  const was = upper[edge]!;
  upper[edge] = lower[edge]!;
  lower[edge] = was;
}

/** The lane of each node as a position in `lanes`, which holds the lanes that are used, in their order. */
function lanesOf(
  nodes: readonly Laned[],
  upper: Int32Array,
  lower: Int32Array,
): { laneOf: Int32Array; lanes: number[] } {
  const used = new Set<number>();
  for (const { lane } of nodes) if (lane !== undefined && Number.isFinite(lane)) used.add(lane);
  const lanes = [...used].sort((a, b) => a - b);
  const laneOf = new Int32Array(nodes.length);
  if (lanes.length === 0) return { laneOf, lanes };
  const position = new Map(lanes.map((lane, l) => [lane, l]));
  nodes.forEach(({ lane }, v) => (laneOf[v] = (lane === undefined ? undefined : position.get(lane)) ?? -1));
  const into = adjacencyOf(nodes.length, lower, upper);
  for (const v of topologicalOrder(nodes.length, lower, adjacencyOf(nodes.length, upper, lower))) {
    if (laneOf[v] !== -1) continue;
    let lowest = 0;
    for (let i = into.start[v]!; i < into.start[v + 1]!; i++)
      lowest = Math.max(lowest, laneOf[into.other[i]!]!);
    laneOf[v] = lowest;
  }
  return { laneOf, lanes };
}

/** Each node after all that lead to it. The edges hold no cycle. */
function topologicalOrder(count: number, lower: Int32Array, out: Adjacency): Int32Array {
  const waiting = new Int32Array(count);
  for (const v of lower) waiting[v]!++;
  const order = new Int32Array(count);
  let length = 0;
  for (let v = 0; v < count; v++) if (waiting[v] === 0) order[length++] = v;
  for (let i = 0; i < length; i++) {
    const u = order[i]!;
    for (let k = out.start[u]!; k < out.start[u + 1]!; k++) {
      const v = out.other[k]!;
      if (--waiting[v]! === 0) order[length++] = v;
    }
  }
  return order;
}

/** For each node the length of the longest path to it over the edges that `counts` accepts. */
function longestPaths(
  count: number,
  upper: Int32Array,
  lower: Int32Array,
  counts: (u: number, v: number) => boolean,
): Int32Array {
  const kept: number[] = [];
  for (let e = 0; e < upper.length; e++) if (counts(upper[e]!, lower[e]!)) kept.push(e);
  const from = Int32Array.from(kept, (e) => upper[e]!);
  const to = Int32Array.from(kept, (e) => lower[e]!);
  const out = adjacencyOf(count, from, to);
  const length = new Int32Array(count);
  for (const u of topologicalOrder(count, to, out)) {
    for (let k = out.start[u]!; k < out.start[u + 1]!; k++) {
      const v = out.other[k]!;
      length[v] = Math.max(length[v]!, length[u]! + 1);
    }
  }
  return length;
}
