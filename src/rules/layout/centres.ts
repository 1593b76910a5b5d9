import type { Adjacency } from './adjacency';
import type { LayoutOptions } from './graphLayout';
import { linesOf, type Lines } from './lines';
import { sortByPosition } from './neighbourSwitch';
import { portOffset } from './ports';
import type { RankedGraph } from './rankedGraph';
import type { RankOrder } from './rankOrder';
import { RankSettler } from './rankSettler';

/** Rounds of pulling each rank under, then over, its neighbours. */
const alignmentRounds = 8;
/** A dummy pulls harder than a node, because a long edge can bend at many places. */
const dummyWeight = 6;
/** Rounds of moving each line by itself at the end. */
const polishRounds = 8;

/**
 * The x of each vertex's centre: where its edges come nearest to running straight down, with the order of the ranks and the gaps kept and
 * the dummies of each edge exactly below each other. First the ranks are settled one by one, dummies free; then each
 * edge's dummies are put on one line, which moves what is in the way; then lines move where they find room. Linear.
 */
export function assignCentres(
  graph: RankedGraph,
  order: RankOrder,
  { nodeGap, portGap }: Pick<LayoutOptions, 'nodeGap' | 'portGap'>,
): Float64Array {
  const lines = linesOf(graph, order, nodeGap);
  const shift = portShifts(graph, order, portGap);
  const x = alignedRanks(graph, order, lines, shift);
  straighten(lines, x);
  for (let round = 0; round < polishRounds; round++) polish(graph, lines, shift, x, round % 2 === 0);
  return x;
}

/**
 * For each segment how far to the right of its upper vertex the lower one has to stand for the segment to be upright,
 * because it leaves and enters at a port beside the middle.
 */
function portShifts(graph: RankedGraph, order: RankOrder, portGap: number): Float64Array {
  const position = new Int32Array(graph.vertices);
  for (const rank of order) for (let i = 0; i < rank.length; i++) position[rank[i]!] = i;
  const shift = new Float64Array(graph.up.edge.length);
  for (let v = 0; v < graph.real; v++) {
    for (const [list, sign] of [
      [graph.down, 1],
      [graph.up, -1],
    ] as const) {
      sortByPosition(list, v, position);
      const from = list.start[v]!;
      const count = list.start[v + 1]! - from;
      for (let i = 0; i < count; i++) {
        shift[list.edge[from + i]!]! += sign * portOffset(graph.width[v]!, count, i, portGap);
      }
    }
  }
  return shift;
}

/** Each rank settled under the one above and over the one below, in turn. */
function alignedRanks(
  graph: RankedGraph,
  order: RankOrder,
  { distanceToLeft }: Lines,
  shift: Float64Array,
): Float64Array {
  const { up, down, real, vertices } = graph;
  const x = new Float64Array(vertices);
  let widest = 0;
  for (const rank of order) {
    widest = Math.max(widest, rank.length);
    let at = 0;
    for (let i = 0; i < rank.length; i++) {
      if (i > 0) at += distanceToLeft[rank[i]!]!;
      x[rank[i]!] = at;
    }
    for (const v of rank) x[v]! -= at / 2;
  }
  const settler = new RankSettler(distanceToLeft, widest);
  const wish = new Float64Array(vertices);
  const weight = new Float64Array(vertices);
  for (let round = 0; round < alignmentRounds; round++) {
    const downwards = round % 2 === 0;
    const [before, after, sign] = downwards ? ([up, down, 1] as const) : ([down, up, -1] as const);
    for (let k = 0; k < order.length; k++) {
      const rank = order[downwards ? k : order.length - 1 - k]!;
      for (const v of rank) {
        const settled = before.start[v]! < before.start[v + 1]!;
        wish[v] = settled ? uprightAt(before, v, x, shift, sign) : uprightAt(after, v, x, shift, -sign);
        weight[v] = v >= real ? dummyWeight : settled ? 1 : 0.1;
      }
      settler.settle(rank, wish, weight, x);
    }
  }
  return x;
}

/**
 * The mean x at which the segments of `v` on one side would be upright; its own x without any.
 * @param sign 1 for the segments above, -1 for those below
 */
function uprightAt(
  { start, edge, other }: Adjacency,
  v: number,
  x: Float64Array,
  shift: Float64Array,
  sign: number,
): number {
  const from = start[v]!;
  const to = start[v + 1]!;
  if (from === to) return x[v]!;
  let sum = 0;
  for (let k = from; k < to; k++) sum += x[other[k]!]! + sign * shift[edge[k]!]!;
  return sum / (to - from);
}

/**
 * Gives all vertices of a line one x: the middle between where it comes to stand when lines only make way to the
 * right, and when they only make way to the left. Both keep all distances, and so does the middle.
 */
function straighten({ end, sequence, left, right, first, distanceToLeft }: Lines, x: Float64Array): void {
  const toRight = new Float64Array(x.length);
  const toLeft = new Float64Array(x.length);
  for (const f of sequence) {
    let sum = 0;
    for (let v = f; v < end[f]!; v++) sum += x[v]!;
    toLeft[f] = toRight[f] = sum / (end[f]! - f);
  }
  for (const f of sequence) {
    for (let v = f; v < end[f]!; v++) {
      if (left[v] === -1) continue;
      toRight[f] = Math.max(toRight[f]!, toRight[first[left[v]!]!]! + distanceToLeft[v]!);
    }
  }
  for (let i = sequence.length - 1; i >= 0; i--) {
    const f = sequence[i]!;
    for (let v = f; v < end[f]!; v++) {
      if (right[v] === -1) continue;
      toLeft[f] = Math.min(toLeft[f]!, toLeft[first[right[v]!]!]! - distanceToLeft[right[v]!]!);
    }
  }
  for (const f of sequence) x.fill((toRight[f]! + toLeft[f]!) / 2, f, end[f]);
}

/** Moves each line to where its edges are nearest to upright, as far as the lines beside it leave room. */
function polish(
  { up, down }: RankedGraph,
  { end, sequence, left, right, distanceToLeft }: Lines,
  shift: Float64Array,
  x: Float64Array,
  fromLeft: boolean,
): void {
  for (let i = 0; i < sequence.length; i++) {
    const f = sequence[fromLeft ? i : sequence.length - 1 - i]!;
    const last = end[f]! - 1;
    const above = up.start[f + 1]! - up.start[f]!;
    const below = down.start[last + 1]! - down.start[last]!;
    if (above + below === 0) continue;
    let lowest = -Infinity;
    let highest = Infinity;
    for (let v = f; v <= last; v++) {
      if (left[v] !== -1) lowest = Math.max(lowest, x[left[v]!]! + distanceToLeft[v]!);
      if (right[v] !== -1) highest = Math.min(highest, x[right[v]!]! - distanceToLeft[right[v]!]!);
    }
    const wish =
      (uprightAt(up, f, x, shift, 1) * above + uprightAt(down, last, x, shift, -1) * below) / (above + below);
    x.fill(Math.max(lowest, Math.min(highest, wish)), f, last + 1);
  }
}
