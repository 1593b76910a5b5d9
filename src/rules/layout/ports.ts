import type { PlacedNode } from './graphLayout';

/** Free space that ports leave at the corners of a node. */
const corner = 16;

/** From the middle of a side of a node to the port of the edge at `place` of `count`, counted from the left. */
export function portOffset(width: number, count: number, place: number, portGap: number): number {
  if (count < 2) return 0;
  const room = Math.max(0, width - 2 * corner);
  return Math.min(portGap, room / (count - 1)) * (place - (count - 1) / 2);
}

/**
 * The x at which each edge meets its node: side by side around the middle, in the order of what lies at the edges'
 * other ends, so that they do not cross at the node.
 * @param end for each edge the node that it meets; @param towards for each edge the x that it comes from or goes to
 */
export function spreadPorts(
  nodes: readonly PlacedNode[],
  end: Int32Array,
  towards: Float64Array,
  portGap: number,
): Float64Array {
  const x = new Float64Array(end.length);
  const edgesAt: number[][] = nodes.map(() => []);
  for (let e = 0; e < end.length; e++) edgesAt[end[e]!]!.push(e);
  edgesAt.forEach((edges, v) => {
    if (edges.length === 0) return;
    const node = nodes[v]!;
    if (edges.length > 1) edges.sort((a, b) => towards[a]! - towards[b]! || a - b);
    edges.forEach((e, place) => {
      const offset = portOffset(node.width, edges.length, place, portGap);
      x[e] = Math.round((node.x + node.width / 2 + offset) * 100) / 100;
    });
  });
  return x;
}
