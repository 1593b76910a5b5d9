import type { Adjacency } from './adjacency';

/** Up to this many an insertion sort is faster than a call into the engine's sort. */
const few = 48;

/**
 * Sorts the vertices of one rank by the mean position of their neighbours on the rank beside it. Vertices without
 * neighbours there stay where they are, and the others share the remaining places.
 *
 * A dummy has one neighbour on each side, so after a sort by the rank beside it no two inner segments (dummy to dummy)
 * cross each other between the two ranks. Straight long edges rest on that.
 */
export class BarycentreSort {
  private readonly key: Float64Array;
  private readonly item: Int32Array;
  private readonly place: Int32Array;
  private readonly packed: Float64Array;
  private readonly sorted: Int32Array;

  constructor(widest: number) {
    this.key = new Float64Array(widest);
    this.item = new Int32Array(widest);
    this.place = new Int32Array(widest);
    this.packed = new Float64Array(widest);
    this.sorted = new Int32Array(widest);
  }

  /** @param turnTies vertices with the same mean change their order, which leads out of many dead ends */
  sort(rank: Int32Array, neighbours: Adjacency, position: Int32Array, turnTies: boolean): void {
    const { start, other } = neighbours;
    const { key, item, place } = this;
    let m = 0;
    for (let i = 0; i < rank.length; i++) {
      const v = rank[i]!;
      const from = start[v]!;
      const to = start[v + 1]!;
      if (from === to) continue;
      let sum = 0;
      for (let k = from; k < to; k++) sum += position[other[k]!]!;
      key[m] = sum / (to - from);
      item[m] = v;
      place[m++] = i;
    }
    if (turnTies) {
      item.subarray(0, m).reverse();
      key.subarray(0, m).reverse();
    }
    if (m <= few) this.insertion(m);
    else this.byEngine(m);
    for (let i = 0; i < m; i++) {
      rank[place[i]!] = item[i]!;
      position[item[i]!] = place[i]!;
    }
  }

  private insertion(m: number): void {
    const { key, item } = this;
    for (let i = 1; i < m; i++) {
      const k = key[i]!;
      const v = item[i]!;
      let j = i - 1;
      for (; j >= 0 && key[j]! > k; j--) {
        key[j + 1] = key[j]!;
        item[j + 1] = item[j]!;
      }
      key[j + 1] = k;
      item[j + 1] = v;
    }
  }

  /** Key and place in one number, because sorting numbers needs no calls back: 2^17 × 2^11 × 2^21 < 2^53. */
  private byEngine(m: number): void {
    const { key, item, packed, sorted } = this;
    for (let i = 0; i < m; i++) packed[i] = Math.round(key[i]! * 2048) * 2 ** 21 + i;
    const numbers = packed.subarray(0, m).sort();
    for (let i = 0; i < m; i++) sorted[i] = item[numbers[i]! % 2 ** 21]!;
    item.set(sorted.subarray(0, m));
  }
}
