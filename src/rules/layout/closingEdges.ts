import type { Adjacency } from './adjacency';

/**
 * For each edge, 1 if it closes a cycle: it leads to a node on the path by which a depth-first walk, from the nodes in
 * their order, came to its source. Without these edges the graph has no cycle. No recursion: a chain may be long.
 */
export function closingEdges(vertices: number, out: Adjacency): Uint8Array {
  const closes = new Uint8Array(out.edge.length);
  const state = new Uint8Array(vertices); // 0 new, 1 on the path, 2 left
  const next = out.start.slice(0, vertices);
  const path: number[] = [];
  for (let start = 0; start < vertices; start++) {
    if (state[start] !== 0) continue;
    state[start] = 1;
    path.push(start);
    while (path.length > 0) {
      const node = path[path.length - 1]!;
      if (next[node] === out.start[node + 1]) {
        state[node] = 2;
        path.pop();
        continue;
      }
      const i = next[node]!++;
      const head = out.other[i]!;
      if (state[head] === 1) closes[out.edge[i]!] = 1;
      else if (state[head] === 0) {
        state[head] = 1;
        path.push(head);
      }
    }
  }
  return closes;
}
