/** What the layered layout takes and gives. Lengths are px; y grows downwards, along the edges. */

export interface LayoutNode {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  /**
   * Band that the node is drawn in. Bands stand below each other in the order of their numbers, which may have gaps.
   * A node without one stands in the lowest band of the nodes that lead to it, else in the first.
   */
  readonly lane?: number;
}

export interface LayoutEdge {
  readonly from: string;
  readonly to: string;
}

export interface LayoutOptions {
  /** Free space between two ranks. */
  readonly rankGap: number;
  /** Free space between two nodes of a rank. */
  readonly nodeGap: number;
  /** Between two ends of edges on one side of a node, as far as its width allows. */
  readonly portGap: number;
  /**
   * A rank with more nodes than this is drawn in columns: so many, or more where they would become too long. Absent:
   * every rank is one row.
   */
  readonly mostInRow?: number;
  /** An earlier picture. Nodes that it knows keep their order within a rank, so that a small change moves little. */
  readonly previous?: GraphLayout;
}

export const defaultLayoutOptions: LayoutOptions = { rankGap: 86, nodeGap: 56, portGap: 48 };

export type Point = readonly [x: number, y: number];

export interface PlacedNode {
  readonly id: string;
  /** Row of the picture, from 0 at the top. */
  readonly rank: number;
  /** Left and top. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedEdge {
  readonly from: string;
  readonly to: string;
  /** Index in the edges that were given. */
  readonly index: number;
  /**
   * From the source to the target. Between two points of the same x the edge is a straight line, else a curve that
   * starts and ends upright; see `edgePath`. Curves stay in the space between two ranks.
   */
  readonly points: readonly Point[];
  /** It leads back to a node that leads to it; a node's edge to itself, too. */
  readonly closesCycle: boolean;
  /** It runs upwards: it closes a cycle, or its target's lane stands above its source's. */
  readonly upward: boolean;
}

export interface PlacedLane {
  /** The number that was given. */
  readonly lane: number;
  readonly firstRank: number;
  readonly lastRank: number;
  readonly y: number;
  readonly height: number;
}

export interface GraphLayout {
  /** One for each node that was given, in the same order, repeated ids included. */
  readonly nodes: readonly PlacedNode[];
  /** Edges between known nodes, in the order given; of several between the same two nodes the first. */
  readonly edges: readonly PlacedEdge[];
  /** Without gaps from the top to the bottom of the picture; empty when no node has a lane. */
  readonly lanes: readonly PlacedLane[];
  readonly ranks: number;
  readonly width: number;
  readonly height: number;
  /** Crossings of edges. */
  readonly crossings: number;
}
