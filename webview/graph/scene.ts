import type { GraphConflict, GraphEdge, GraphModel, GraphNode } from '../../src/shared/graphModel';

/** A rectangle of the picture, px. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The model made ready for drawing, searching and walking. Made once for each model. */
export interface Scene {
  readonly model: GraphModel;
  /** For each node the nodes that it waits for, and those that wait for it. */
  readonly needs: readonly (readonly number[])[];
  readonly unblocks: readonly (readonly number[])[];
  /** Nodes lane by lane, row by row, from left to right. */
  readonly order: readonly number[];
  readonly placeInOrder: Int32Array;
  /** left, top, right, bottom of each edge, and of each line of a file conflict. */
  readonly edgeBounds: Float32Array;
  readonly conflictLines: readonly ConflictLine[];
  readonly idToNode: ReadonlyMap<string, number>;
  /** "from to" of the edges on the critical path. */
  readonly critical: ReadonlySet<GraphEdge>;
}

/** A dotted line between two tasks that write the same file, with its pin. */
export interface ConflictLine {
  readonly conflict: GraphConflict;
  /** A line when it holds four numbers, else a curve: start, two controls, end. */
  readonly points: readonly number[];
  readonly pin: readonly [x: number, y: number];
}

export function sceneOf(model: GraphModel): Scene {
  const { nodes, edges, critical } = model;
  const needs: number[][] = nodes.map(() => []);
  const unblocks: number[][] = nodes.map(() => []);
  const edgeBounds = new Float32Array(edges.length * 4);
  edges.forEach(({ from, to, points }, e) => {
    if (from !== to) {
      needs[to]!.push(from);
      unblocks[from]!.push(to);
    }
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < points.length; i += 2) {
      left = Math.min(left, points[i]!);
      right = Math.max(right, points[i]!);
      top = Math.min(top, points[i + 1]!);
      bottom = Math.max(bottom, points[i + 1]!);
    }
    edgeBounds.set([left - 5, top, right + 5, bottom], e * 4);
  });
  const order = nodes.map((_, i) => i);
  order.sort((a, b) => {
    const [p, q] = [nodes[a]!, nodes[b]!];
    return p.lane - q.lane || p.y - q.y || p.x - q.x || a - b;
  });
  const placeInOrder = new Int32Array(nodes.length);
  order.forEach((node, i) => (placeInOrder[node] = i));
  const idToNode = new Map<string, number>();
  for (let i = nodes.length - 1; i >= 0; i--) idToNode.set(nodes[i]!.id, i);
  const next = new Map(critical.slice(1).map((node, i) => [critical[i]!, node]));
  return {
    model,
    needs,
    unblocks,
    order,
    placeInOrder,
    edgeBounds,
    conflictLines: model.conflicts.map((conflict) => conflictLine(model, conflict)),
    idToNode,
    critical: new Set(edges.filter(({ from, to }) => next.get(from) === to)),
  };
}

function conflictLine({ nodes, box }: GraphModel, conflict: GraphConflict): ConflictLine {
  const [a, b] = [nodes[conflict.a]!, nodes[conflict.b]!];
  const [left, right] = a.x <= b.x ? [a, b] : [b, a];
  const middle = box.height / 2;
  const between = left.y === right.y && nodes.some(({ x, y }) => y === left.y && x > left.x && x < right.x);
  if (left.y === right.y && !between && left.x + box.width <= right.x) {
    const y = left.y + middle;
    return {
      conflict,
      points: [left.x + box.width + 4, y, right.x - 4, y],
      pin: [(left.x + box.width + right.x) / 2, y],
    };
  }
  if (left.y === right.y) {
    // Others stand between them: below the row, in the free space between two rows.
    const y = left.y + box.height;
    const [from, to] = [left.x + box.width - 20, right.x + 20];
    return {
      conflict,
      points: [from, y, from, y + 40, to, y + 40, to, y],
      pin: [(from + to) / 2, y + 30],
    };
  }
  const [upper, lower] = a.y < b.y ? [a, b] : [b, a];
  const from: [number, number] = [upper.x + box.width - 8, upper.y + box.height];
  const to: [number, number] = [lower.x + box.width - 8, lower.y];
  const dip = (to[1] - from[1]) / 2;
  return {
    conflict,
    points: [...from, from[0], from[1] + dip, to[0], to[1] - dip, ...to],
    pin: [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2],
  };
}

export function nodesIn({ model: { nodes, box } }: Scene, region: Region): number[] {
  const found: number[] = [];
  for (let i = 0; i < nodes.length; i++) {
    const { x, y } = nodes[i]!;
    if (x < region.right && x + box.width > region.left && y < region.bottom && y + box.height > region.top)
      found.push(i);
  }
  return found;
}

export function edgesIn({ model: { edges }, edgeBounds: b }: Scene, region: Region): GraphEdge[] {
  const found: GraphEdge[] = [];
  for (let e = 0, i = 0; e < edges.length; e++, i += 4) {
    if (
      b[i]! < region.right &&
      b[i + 2]! > region.left &&
      b[i + 1]! < region.bottom &&
      b[i + 3]! > region.top
    )
      found.push(edges[e]!);
  }
  return found;
}

export function conflictsIn({ conflictLines }: Scene, region: Region): ConflictLine[] {
  return conflictLines.filter(({ points }) => {
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < points.length; i += 2) {
      left = Math.min(left, points[i]!);
      right = Math.max(right, points[i]!);
      top = Math.min(top, points[i + 1]!);
      bottom = Math.max(bottom, points[i + 1]!);
    }
    return left < region.right && right > region.left && top - 12 < region.bottom && bottom + 12 > region.top;
  });
}

/** The node at a point of the picture. Of two the one drawn later, which lies on top. */
export function nodeAt({ model: { nodes, box } }: Scene, x: number, y: number): number | undefined {
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]!;
    if (x >= node.x && x <= node.x + box.width && y >= node.y && y <= node.y + box.height) return i;
  }
  return undefined;
}

/** Edges over which the unfinished tasks hold this one up. */
export function holdingEdges({ model }: Scene, node: number | undefined): GraphEdge[] {
  if (node === undefined) return [];
  const of = model.nodes[node]!;
  if (!['waiting', 'blocked', 'failed'].includes(of.state)) return [];
  return model.edges.filter(({ from, to }) => to === node && !isFinished(model.nodes[from]!));
}

export function isFinished({ state }: GraphNode): boolean {
  return state === 'done' || state === 'skipped';
}
