import type { Adjacency } from './adjacency';
import type { RankedGraph } from './rankedGraph';

/**
 * Exchanges vertices that stand side by side as long as that takes away crossings. Two inner segments (dummy to dummy)
 * are never made to cross.
 * @returns how many crossings are gone
 */
export function switchNeighbours(
  graph: RankedGraph,
  ranks: readonly Int32Array[],
  position: Int32Array,
  rounds: number,
): number {
  let gone = 0;
  // A rank is looked at again only when it or one beside it has changed.
  let open = new Uint8Array(ranks.length).fill(1);
  for (let round = 0; round < rounds; round++) {
    const next = new Uint8Array(ranks.length);
    let found = 0;
    for (let r = 0; r < ranks.length; r++) {
      if (!open[r]) continue;
      const less = switchRank(graph, ranks, r, position);
      if (less === 0) continue;
      found += less;
      next[r] = 1;
      if (r > 0) next[r - 1] = 1;
      if (r + 1 < ranks.length) next[r + 1] = 1;
    }
    if (found === 0) break;
    gone += found;
    open = next;
  }
  return gone;
}

function switchRank(
  graph: RankedGraph,
  ranks: readonly Int32Array[],
  r: number,
  position: Int32Array,
): number {
  const rank = ranks[r]!;
  const { up, down, real } = graph;
  for (const v of rank) {
    sortByPosition(up, v, position);
    sortByPosition(down, v, position);
  }
  let gone = 0;
  for (let i = 0; i + 1 < rank.length; i++) {
    const a = rank[i]!;
    const b = rank[i + 1]!;
    if (a >= real && b >= real && (bothInner(up, a, b, real) || bothInner(down, a, b, real))) continue;
    const less = gain(up, a, b, position) + gain(down, a, b, position);
    if (less <= 0) continue;
    gone += less;
    rank[i] = b;
    rank[i + 1] = a;
    position[b] = i;
    position[a] = i + 1;
    // What came to the left may go on.
    if (i > 0) i -= 2;
  }
  return gone;
}

function bothInner(list: Adjacency, a: number, b: number, real: number): boolean {
  return list.other[list.start[a]!]! >= real && list.other[list.start[b]!]! >= real;
}

/** Crossings that go when `a`, on the left of `b`, changes places with it. Both lists are sorted by position. */
function gain(list: Adjacency, a: number, b: number, position: Int32Array): number {
  const { start, other } = list;
  const aEnd = start[a + 1]!;
  const bEnd = start[b + 1]!;
  const bFrom = start[b]!;
  let i = start[a]!;
  if (i === aEnd || bFrom === bEnd) return 0;
  // For each neighbour of a: those of b to the left of it cross now, those to the right would cross then.
  let left = bFrom;
  let right = bFrom;
  let difference = 0;
  for (; i < aEnd; i++) {
    const at = position[other[i]!]!;
    while (left < bEnd && position[other[left]!]! < at) left++;
    if (right < left) right = left;
    while (right < bEnd && position[other[right]!]! <= at) right++;
    difference += left - bFrom - (bEnd - right);
  }
  return difference;
}

/** Sorts the neighbours of `v` by their position in the rank that they stand in. */
export function sortByPosition(list: Adjacency, v: number, position: Int32Array): void {
  const { start, edge, other } = list;
  const from = start[v]!;
  const to = start[v + 1]!;
  if (to - from < 2) return;
  if (to - from > 64) {
    const places = Array.from({ length: to - from }, (_, i) => from + i);
    places.sort((i, j) => position[other[i]!]! - position[other[j]!]!);
    const others = places.map((i) => other[i]!);
    edge.set(
      places.map((i) => edge[i]!),
      from,
    );
    other.set(others, from);
    return;
  }
  for (let k = from + 1; k < to; k++) {
    const u = other[k]!;
    const e = edge[k]!;
    const at = position[u]!;
    let j = k - 1;
    for (; j >= from && position[other[j]!]! > at; j--) {
      other[j + 1] = other[j]!;
      edge[j + 1] = edge[j]!;
    }
    other[j + 1] = u;
    edge[j + 1] = e;
  }
}
