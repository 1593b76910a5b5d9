import type { GraphLayout, PlacedNode } from './graphLayout';

/** Columns against rows at which many tasks make a picture about twice as wide as high. */
const columnsPerRow = 0.56;
/** So many columns more than wanted are kept from an earlier picture, at most, and so many more rows than needed. */
const mostSpare = 1.5;

/** Nodes of one rank, in columns. */
export interface Stacks {
  readonly columns: number;
  readonly rows: number;
  /** By position in the crowd. */
  readonly columnOf: Int32Array;
  readonly rowOf: Int32Array;
}

/**
 * Arranges a rank of very many nodes in columns of equal length, read row by row in the order given. Nodes that an
 * earlier picture had stay in their column and row, new ones fill gaps, else a new row: a small change moves little.
 * @param most columns; more when the columns would become too long
 * @param before where each node stood
 */
export function stacksOf(
  count: number,
  most: number,
  before?: (position: number) => PlacedNode | undefined,
): Stacks {
  const columns = Math.max(most, Math.ceil(Math.sqrt(count * columnsPerRow)));
  const rows = Math.ceil(count / columns);
  return (before && keptStacks(count, columns, before)) ?? evenStacks(count, Math.ceil(count / rows));
}

function evenStacks(count: number, columns: number): Stacks {
  return {
    columns,
    rows: Math.ceil(count / columns),
    columnOf: Int32Array.from({ length: count }, (_, i) => i % columns),
    rowOf: Int32Array.from({ length: count }, (_, i) => Math.floor(i / columns)),
  };
}

function keptStacks(
  count: number,
  wanted: number,
  before: (position: number) => PlacedNode | undefined,
): Stacks | undefined {
  const known = Array.from({ length: count }, (_, i) => before(i));
  const columnAt = places(known.map((node) => node && node.x + node.width / 2));
  const rowAt = places(known.map((node) => node?.rank));
  if (columnAt.size === 0 || columnAt.size > wanted * mostSpare) return undefined;
  const columns = columnAt.size;
  const columnOf = new Int32Array(count).fill(-1);
  const rowOf = new Int32Array(count);
  const taken = new Set<number>();
  known.forEach((node, i) => {
    if (!node) return;
    const column = columnAt.get(node.x + node.width / 2)!;
    const row = rowAt.get(node.rank)!;
    if (taken.has(row * columns + column)) return;
    taken.add(row * columns + column);
    columnOf[i] = column;
    rowOf[i] = row;
  });
  let free = 0;
  for (let i = 0; i < count; i++) {
    if (columnOf[i] !== -1) continue;
    while (taken.has(free)) free++;
    columnOf[i] = free % columns;
    rowOf[i] = Math.floor(free++ / columns);
  }
  const rows = rowOf.reduce((last, row) => Math.max(last, row), 0) + 1;
  return rows > Math.ceil(count / wanted) * mostSpare + 1 ? undefined : { columns, rows, columnOf, rowOf };
}

/** Each different value and its place in their order. */
function places(values: readonly (number | undefined)[]): Map<number, number> {
  const sorted = [...new Set(values)].filter((value) => value !== undefined).sort((a, b) => a - b);
  return new Map(sorted.map((value, place) => [value, place]));
}

/** The nodes of a picture by id; of a repeated id the first. */
export function placedById(layout: GraphLayout): Map<string, PlacedNode> {
  return new Map([...layout.nodes].reverse().map((node) => [node.id, node]));
}
