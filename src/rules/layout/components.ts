import type { RankedGraph } from './rankedGraph';

/** Vertices of one connected part of the graph, by rank: `ranks[i]` holds those of rank `firstRank + i`. */
export interface Component {
  readonly firstRank: number;
  readonly ranks: readonly Int32Array[];
  readonly vertices: number;
  readonly segments: number;
}

/** The connected parts, in the order of their first nodes. Parts drawn side by side have no crossing between them. */
export function componentsOf(graph: RankedGraph): Component[] {
  const { up, down } = graph;
  const partOf = new Int32Array(graph.vertices).fill(-1);
  const components: Component[] = [];
  const queue = new Int32Array(graph.vertices);
  for (let start = 0; start < graph.real; start++) {
    if (partOf[start] !== -1) continue;
    let length = 0;
    queue[length++] = start;
    partOf[start] = components.length;
    let firstRank = graph.rank[start]!;
    let lastRank = firstRank;
    let segments = 0;
    for (let i = 0; i < length; i++) {
      const v = queue[i]!;
      firstRank = Math.min(firstRank, graph.rank[v]!);
      lastRank = Math.max(lastRank, graph.rank[v]!);
      segments += down.start[v + 1]! - down.start[v]!;
      for (const list of [up, down]) {
        for (let k = list.start[v]!; k < list.start[v + 1]!; k++) {
          const near = list.other[k]!;
          if (partOf[near] !== -1) continue;
          partOf[near] = components.length;
          queue[length++] = near;
        }
      }
    }
    components.push({
      firstRank,
      ranks: byRank(graph, queue.subarray(0, length), firstRank, lastRank),
      vertices: length,
      segments,
    });
  }
  return components;
}

/** Vertices by rank, in the order given within a rank. */
function byRank(graph: RankedGraph, vertices: Int32Array, firstRank: number, lastRank: number): Int32Array[] {
  const sizes = new Int32Array(lastRank - firstRank + 1);
  for (const v of vertices) sizes[graph.rank[v]! - firstRank]!++;
  const ranks = Array.from(sizes, (size) => new Int32Array(size));
  sizes.fill(0);
  for (const v of vertices) {
    const r = graph.rank[v]! - firstRank;
    ranks[r]![sizes[r]!++] = v;
  }
  return ranks;
}
