import type {
  GraphLayout,
  LayoutEdge,
  LayoutNode,
  LayoutOptions,
  PlacedEdge,
  PlacedNode,
  Point,
} from './graphLayout';
import { loopEdge, loopReach } from './placement';
import type { Ranking } from './ranks';
import { placedById, stacksOf } from './stacks';
import type { UsedEdges } from './usedEdges';

/** Free space between two nodes of a column, px: room for the curve from the trunk beside it. */
const stackGap = 40;
/** Space beside a column, on each side, where the edges of its nodes run, px. */
const trunkSpace = 14;

/** Nodes below each other that are one node for the layout: a column of a crowded rank, or a node by itself. */
interface Column {
  readonly members: number[];
  readonly stacked: boolean;
}

interface Columns {
  readonly all: readonly Column[];
  /** By node. */
  readonly columnOf: Int32Array;
  readonly rowOf: Int32Array;
  /** By rank: tops of its rows from the top of the rank, with the bottom of each. */
  readonly rows: readonly (readonly { readonly top: number; readonly bottom: number }[])[];
}

/**
 * Lays out a graph of which some ranks have more nodes than `most`: those stand in columns. Each column is one node for
 * the layout, so what holds there holds here: no overlaps, edges run downwards, a small change moves little. Edges of
 * a column share trunks: they come down on its left and leave on its right. Crossings are those between columns.
 * Undefined when no rank has so many.
 * @param layOut the layout of the graph of columns
 */
export function stackedLayout(
  nodes: readonly LayoutNode[],
  edges: UsedEdges,
  ranking: Ranking,
  { mostInRow: most, previous }: Pick<LayoutOptions, 'mostInRow' | 'previous'>,
  layOut: (
    nodes: readonly LayoutNode[],
    edges: readonly LayoutEdge[],
    previous: GraphLayout | undefined,
  ) => GraphLayout,
): GraphLayout | undefined {
  if (most === undefined || !(most >= 1)) return undefined;
  const columns = columnsOf(nodes, ranking, most, previous);
  if (!columns.all.some(({ stacked }) => stacked)) return undefined;
  const bundles = bundlesOf(ranking, columns);
  const inner = layOut(
    columns.all.map((column, c) => columnNode(c, column, nodes, ranking, columns)),
    bundles.edges,
    previous && previousColumns(previous, nodes, columns),
  );
  return unfolded(nodes, edges, ranking, columns, inner, bundles.bundleOf);
}

function columnsOf(
  nodes: readonly LayoutNode[],
  { rank, ranks }: Ranking,
  most: number,
  previous: GraphLayout | undefined,
): Columns {
  const known = previous && placedById(previous);
  const crowds: number[][] = Array.from({ length: ranks }, () => []);
  for (let v = 0; v < nodes.length; v++) crowds[rank[v]!]!.push(v);
  const all: Column[] = [];
  const columnOf = new Int32Array(nodes.length);
  const rowOf = new Int32Array(nodes.length);
  for (const crowd of crowds) {
    const first = all.length;
    if (crowd.length <= most) {
      crowd.forEach((v, i) => (columnOf[v] = first + i));
      all.push(...crowd.map((v) => ({ members: [v], stacked: false })));
      continue;
    }
    const stacks = stacksOf(crowd.length, most, known && ((i) => known.get(nodes[crowd[i]!]!.id)));
    for (let c = 0; c < stacks.columns; c++) all.push({ members: [], stacked: true });
    crowd.forEach((v, i) => {
      columnOf[v] = first + stacks.columnOf[i]!;
      rowOf[v] = stacks.rowOf[i]!;
      all[columnOf[v]]!.members.push(v);
    });
  }
  const rows = crowds.map((crowd) => {
    const heights: number[] = [];
    for (const v of crowd) {
      while (heights.length <= rowOf[v]!) heights.push(0);
      heights[rowOf[v]!] = Math.max(heights[rowOf[v]!]!, sizeOf(nodes[v]!.height));
    }
    let bottom = -stackGap;
    return heights.map((height) => {
      const top = bottom + stackGap;
      bottom = top + height;
      return { top, bottom };
    });
  });
  return { all, columnOf, rowOf, rows };
}

function columnNode(
  c: number,
  { members, stacked }: Column,
  nodes: readonly LayoutNode[],
  { rank, lanes }: Ranking,
  { rows }: Columns,
): LayoutNode {
  const [first] = members;
  const widest = members.reduce((width, v) => Math.max(width, sizeOf(nodes[v]!.width)), 0);
  const ofRank = rank[first!]!;
  return {
    id: String(c),
    width: widest + (stacked ? 2 * trunkSpace : 0),
    height: stacked ? rows[ofRank]!.at(-1)!.bottom : sizeOf(nodes[first!]!.height),
    // Written out: a node without a lane takes it from what leads to it, and that may be another column now.
    lane: lanes.find(({ firstRank, lastRank }) => ofRank >= firstRank && ofRank <= lastRank)?.lane,
  };
}

/** Edges between columns, all of them turned downwards, each pair once; and for each edge of the graph its bundle. */
function bundlesOf(
  { upper, lower }: Ranking,
  { all, columnOf }: Columns,
): { readonly edges: LayoutEdge[]; readonly bundleOf: Int32Array } {
  const known = new Map<number, number>();
  const edges: LayoutEdge[] = [];
  const bundleOf = Int32Array.from(upper, (u, e) => {
    const [from, to] = [columnOf[u]!, columnOf[lower[e]!]!];
    const key = from * all.length + to;
    const bundle = known.get(key) ?? edges.length;
    if (bundle === edges.length) {
      known.set(key, bundle);
      edges.push({ from: String(from), to: String(to) });
    }
    return bundle;
  });
  return { edges, bundleOf };
}

/** The earlier picture as one of columns: each stands where its nodes stood. */
function previousColumns(
  previous: GraphLayout,
  nodes: readonly LayoutNode[],
  { all, columnOf }: Columns,
): GraphLayout {
  const known = placedById(previous);
  const columnById = new Map<string, string>();
  nodes.forEach(({ id }, v) => {
    if (!columnById.has(id)) columnById.set(id, String(columnOf[v]));
  });
  const placed = all.flatMap(({ members }, c): PlacedNode[] => {
    const before = members.map((v) => known.get(nodes[v]!.id)).find((node) => node);
    return before ? [{ ...before, id: String(c) }] : [];
  });
  const there = new Set(placed.map(({ id }) => id));
  return {
    ...previous,
    nodes: placed,
    edges: previous.edges.flatMap((edge) => {
      const [from, to] = [columnById.get(edge.from), columnById.get(edge.to)];
      return from !== undefined && to !== undefined && there.has(from) && there.has(to)
        ? [{ ...edge, from, to }]
        : [];
    }),
  };
}

/** The picture of the columns with their nodes in them. */
function unfolded(
  nodes: readonly LayoutNode[],
  edges: UsedEdges,
  ranking: Ranking,
  columns: Columns,
  inner: GraphLayout,
  bundleOf: Int32Array,
): GraphLayout {
  const { columnOf, rowOf, rows } = columns;
  const firstRow = new Int32Array(ranking.ranks + 1);
  rows.forEach((ofRank, r) => (firstRow[r + 1] = firstRow[r]! + ofRank.length));
  const placed = nodes.map((node, v): PlacedNode => {
    const column = inner.nodes[columnOf[v]!]!;
    const rank = ranking.rank[v]!;
    const width = sizeOf(node.width);
    return {
      id: node.id,
      rank: firstRow[rank]! + rowOf[v]!,
      x: round(column.x + (column.width - width) / 2),
      y: round(column.y + rows[rank]![rowOf[v]!]!.top),
      width,
      height: sizeOf(node.height),
    };
  });
  const { upper, lower, closes, upward } = ranking;
  const drawn = Array.from(upper, (u, e): PlacedEdge => {
    const v = lower[e]!;
    const bundle = inner.edges[bundleOf[e]!]!.points;
    // A node by itself keeps the port that its bundle has.
    const points = [
      ...(leaving(u, placed, ranking, columns, inner) ?? [bundle[0]!]),
      ...bundle.slice(1, -1),
      ...(entering(v, placed, ranking, columns, inner) ?? [bundle.at(-1)!]),
    ];
    const up = upward[e] === 1;
    return {
      from: placed[up ? v : u]!.id,
      to: placed[up ? u : v]!.id,
      index: edges.given[e]!,
      points: up ? points.reverse() : points,
      closesCycle: closes[e] === 1,
      upward: up,
    };
  });
  for (const { node, given } of edges.loops) drawn.push(loopEdge(placed[node]!, given));
  const right = edges.loops.reduce(
    (most, { node }) => Math.max(most, placed[node]!.x + placed[node]!.width + loopReach),
    inner.width,
  );
  return {
    ...inner,
    nodes: placed,
    edges: drawn.sort((a, b) => a.index - b.index),
    lanes: inner.lanes.map((lane) => ({
      ...lane,
      firstRank: firstRow[lane.firstRank]!,
      lastRank: firstRow[lane.lastRank + 1]! - 1,
    })),
    ranks: firstRow[ranking.ranks]!,
    width: round(right),
  };
}

/** From a node of a column down to the end of the column, on its right; undefined for a node by itself. */
function leaving(
  v: number,
  placed: readonly PlacedNode[],
  { rank }: Ranking,
  { all, columnOf, rowOf, rows }: Columns,
  inner: GraphLayout,
): Point[] | undefined {
  if (!all[columnOf[v]!]!.stacked) return undefined;
  const node = placed[v]!;
  const column = inner.nodes[columnOf[v]!]!;
  const ofRank = rows[rank[v]!]!;
  const x = round(node.x + node.width / 2);
  const points: Point[] = [[x, round(node.y + node.height)]];
  const bottom = round(column.y + ofRank[rowOf[v]!]!.bottom);
  if (points[0]![1] < bottom) points.push([x, bottom]);
  const next = ofRank[rowOf[v]! + 1];
  if (!next) return points;
  const trunk = round(column.x + column.width - trunkSpace / 2);
  return [...points, [trunk, round(column.y + next.top)], [trunk, round(column.y + column.height)]];
}

/** From the top of a column down to one of its nodes, on its left; undefined for a node by itself. */
function entering(
  v: number,
  placed: readonly PlacedNode[],
  { rank }: Ranking,
  { all, columnOf, rowOf, rows }: Columns,
  inner: GraphLayout,
): Point[] | undefined {
  if (!all[columnOf[v]!]!.stacked) return undefined;
  const node = placed[v]!;
  const end: Point = [round(node.x + node.width / 2), node.y];
  const above = rows[rank[v]!]![rowOf[v]! - 1];
  if (!above) return [end];
  const column = inner.nodes[columnOf[v]!]!;
  const trunk = round(column.x + trunkSpace / 2);
  return [[trunk, column.y], [trunk, round(column.y + above.bottom)], end];
}

function sizeOf(length: number): number {
  return Number.isFinite(length) ? Math.max(0, length) : 0;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
