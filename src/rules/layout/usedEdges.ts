import type { LayoutEdge, LayoutNode } from './graphLayout';

/** The edges that are drawn, by the numbers of their nodes. */
export interface UsedEdges {
  readonly source: Int32Array;
  readonly target: Int32Array;
  /** Index in the edges that were given. */
  readonly given: Int32Array;
  /** Edges of a node to itself: node, and index in the edges that were given. */
  readonly loops: readonly { readonly node: number; readonly given: number }[];
}

/**
 * Edges between known nodes; the first of several between the same two. An id that several nodes have means the first
 * of them.
 */
export function usedEdges(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[]): UsedEdges {
  const numberOf = new Map<string, number>();
  for (let v = nodes.length - 1; v >= 0; v--) numberOf.set(nodes[v]!.id, v);
  const seen = new Set<number>();
  const source: number[] = [];
  const target: number[] = [];
  const given: number[] = [];
  const loops: { node: number; given: number }[] = [];
  edges.forEach((edge, i) => {
    const u = numberOf.get(edge.from);
    const v = numberOf.get(edge.to);
    if (u === undefined || v === undefined) return;
    const key = u * nodes.length + v;
    if (seen.has(key)) return;
    seen.add(key);
    if (u === v) {
      loops.push({ node: u, given: i });
      return;
    }
    source.push(u);
    target.push(v);
    given.push(i);
  });
  return {
    source: Int32Array.from(source),
    target: Int32Array.from(target),
    given: Int32Array.from(given),
    loops,
  };
}
