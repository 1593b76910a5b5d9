/**
 * For each vertex of a graph the edges at one of its ends, packed: those of `v` are `edge[i]`, leading to `other[i]`,
 * for `start[v] <= i < start[v + 1]`.
 */
export interface Adjacency {
  readonly start: Int32Array;
  readonly edge: Int32Array;
  readonly other: Int32Array;
}

/** @param at for each edge the vertex to list it under; @param other the vertex at its other end */
export function adjacencyOf(vertices: number, at: Int32Array, other: Int32Array): Adjacency {
  const start = new Int32Array(vertices + 1);
  for (let e = 0; e < at.length; e++) start[at[e]! + 1]!++;
  for (let v = 0; v < vertices; v++) start[v + 1]! += start[v]!;
  const next = start.slice(0, vertices);
  const list: Adjacency = {
    start,
    edge: new Int32Array(at.length),
    other: new Int32Array(at.length),
  };
  for (let e = 0; e < at.length; e++) {
    const i = next[at[e]!]!++;
    list.edge[i] = e;
    list.other[i] = other[e]!;
  }
  return list;
}
