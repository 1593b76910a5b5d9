import type { RankedGraph } from './rankedGraph';

/** Counts crossings of segments. Made once for a graph, so that counting again and again makes no garbage. */
export class CrossingCounter {
  private readonly tree: Int32Array;

  constructor(
    private readonly graph: RankedGraph,
    widest: number,
  ) {
    this.tree = new Int32Array(widest + 1);
  }

  /**
   * Crossings between neighbouring ranks, with a binary indexed tree: O(segments × log vertices).
   * @param position of each vertex in its rank
   */
  count(ranks: readonly Int32Array[], position: Int32Array, atMost = Infinity): number {
    let crossings = 0;
    for (let r = 0; r + 1 < ranks.length && crossings <= atMost; r++) {
      crossings += this.between(ranks[r]!, ranks[r + 1]!.length, position);
    }
    return crossings;
  }

  private between(upper: Int32Array, lowerSize: number, position: Int32Array): number {
    const { start, other } = this.graph.down;
    const { tree } = this;
    tree.fill(0, 0, lowerSize + 1);
    let crossings = 0;
    let total = 0;
    for (const v of upper) {
      const from = start[v]!;
      const to = start[v + 1]!;
      // Segments of one vertex do not cross each other: all are counted before any is entered.
      for (let k = from; k < to; k++) {
        let notRight = 0;
        for (let i = position[other[k]!]! + 1; i > 0; i -= i & -i) notRight += tree[i]!;
        crossings += total - notRight;
      }
      for (let k = from; k < to; k++) {
        for (let i = position[other[k]!]! + 1; i <= lowerSize; i += i & -i) tree[i]!++;
      }
      total += to - from;
    }
    return crossings;
  }
}
