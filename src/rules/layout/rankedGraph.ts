import { adjacencyOf, type Adjacency } from './adjacency';
import type { Ranking } from './ranks';

/**
 * The graph with a dummy vertex on every rank that an edge passes, so that each segment joins neighbouring ranks.
 * Vertices below `real` are the nodes that were given; the dummies of one edge follow each other from top to bottom.
 */
export interface RankedGraph {
  readonly real: number;
  readonly vertices: number;
  readonly ranks: number;
  readonly rank: Int32Array;
  readonly width: Float64Array;
  /** Segments by their lower vertex, and by their upper one. Order within a vertex is free. */
  readonly up: Adjacency;
  readonly down: Adjacency;
  /** The dummies of edge `e`: `chainStart[e]` up to, without, `chainStart[e + 1]`. */
  readonly chainStart: Int32Array;
}

/**
 * So many dummies at most; the edges that pass most ranks go without and run directly. Only graphs with edges across
 * hundreds of ranks come here: a dummy for each rank would cost more than it shows.
 */
const mostDummies = 60_000;

export function rankedGraph(widths: Float64Array, ranking: Ranking): RankedGraph {
  const { upper, lower } = ranking;
  const real = widths.length;
  const longest = longestSpan(ranking);
  const spanOf = (e: number): number => ranking.rank[lower[e]!]! - ranking.rank[upper[e]!]!;
  const chainStart = new Int32Array(upper.length + 1);
  let segments = 0;
  chainStart[0] = real;
  for (let e = 0; e < upper.length; e++) {
    const direct = spanOf(e) > longest;
    if (!direct) segments += spanOf(e);
    chainStart[e + 1] = chainStart[e]! + (direct ? 0 : spanOf(e) - 1);
  }
  const vertices = chainStart[upper.length]!;
  const rank = new Int32Array(vertices);
  rank.set(ranking.rank);
  const width = new Float64Array(vertices);
  width.set(widths);
  const from = new Int32Array(segments);
  const to = new Int32Array(segments);
  let s = 0;
  for (let e = 0; e < upper.length; e++) {
    if (spanOf(e) > longest) continue;
    let above = upper[e]!;
    for (let dummy = chainStart[e]!; dummy < chainStart[e + 1]!; dummy++) {
      rank[dummy] = rank[above]! + 1;
      from[s] = above;
      to[s++] = dummy;
      above = dummy;
    }
    from[s] = above;
    to[s++] = lower[e]!;
  }
  return {
    real,
    vertices,
    ranks: ranking.ranks,
    rank,
    width,
    up: adjacencyOf(vertices, to, from),
    down: adjacencyOf(vertices, from, to),
    chainStart,
  };
}

/** Edges over more ranks than this get no dummies. */
function longestSpan({ upper, lower, rank, ranks }: Ranking): number {
  const edgesOver = new Int32Array(ranks + 1);
  for (let e = 0; e < upper.length; e++) edgesOver[rank[lower[e]!]! - rank[upper[e]!]!]!++;
  let dummies = 0;
  for (let span = 1; span <= ranks; span++) {
    dummies += edgesOver[span]! * (span - 1);
    if (dummies > mostDummies) return span - 1;
  }
  return ranks;
}
