import type { RankedGraph } from './rankedGraph';
import type { RankOrder } from './rankOrder';

/**
 * Vertices that share one x: the dummies of an edge, or a node by itself. The vertices of line `f` are `f` up to,
 * without, `end[f]`; `f` is its first vertex.
 */
export interface Lines {
  readonly first: Int32Array;
  readonly end: Int32Array;
  /** First vertices, each line after all that stand on its left somewhere. */
  readonly sequence: Int32Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** From the centre of each vertex to the centre of the one on its left, at least. */
  readonly distanceToLeft: Float64Array;
}

/**
 * Such a sequence exists because long edges never change sides (see BarycentreSort): each covers a range of ranks, and
 * among ranges that meet pairwise all share a rank, in which they stand in one order.
 */
export function linesOf(graph: RankedGraph, order: RankOrder, nodeGap: number): Lines {
  const { vertices, chainStart } = graph;
  const first = Int32Array.from({ length: vertices }, (_, v) => v);
  const end = Int32Array.from({ length: vertices }, (_, v) => v + 1);
  for (let e = 0; e + 1 < chainStart.length; e++) {
    if (chainStart[e] === chainStart[e + 1]) continue;
    first.fill(chainStart[e]!, chainStart[e], chainStart[e + 1]);
    end[chainStart[e]!] = chainStart[e + 1]!;
  }
  const left = new Int32Array(vertices).fill(-1);
  const right = new Int32Array(vertices).fill(-1);
  const distanceToLeft = new Float64Array(vertices);
  const waiting = new Int32Array(vertices);
  for (const rank of order) {
    for (let i = 1; i < rank.length; i++) {
      const a = rank[i - 1]!;
      const b = rank[i]!;
      right[a] = b;
      left[b] = a;
      distanceToLeft[b] = distance(graph, a, b, nodeGap);
      waiting[first[b]!]!++;
    }
  }
  const sequence = new Int32Array(vertices);
  let length = 0;
  for (let v = 0; v < vertices; v++) if (first[v] === v && waiting[v] === 0) sequence[length++] = v;
  for (let i = 0; i < length; i++) {
    const f = sequence[i]!;
    for (let v = f; v < end[f]!; v++) {
      if (right[v] === -1) continue;
      const next = first[right[v]!]!;
      if (--waiting[next]! === 0) sequence[length++] = next;
    }
  }
  return { first, end, sequence: sequence.subarray(0, length), left, right, distanceToLeft };
}

/** Long edges need less room than nodes; one between two nodes fits into the gap that they have anyway. */
function distance({ real, width }: RankedGraph, a: number, b: number, nodeGap: number): number {
  const share = a < real && b < real ? 1 : a < real || b < real ? 0.5 : 0.3;
  return width[a]! / 2 + nodeGap * share + width[b]! / 2;
}
