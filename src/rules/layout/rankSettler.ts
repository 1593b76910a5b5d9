/**
 * Least weighted squares from wished places with order and distances kept, for one rank: isotonic regression by
 * pooling neighbours that violate the order, after the distances are taken out. Linear. Made once for a graph, so that
 * settling again and again makes no garbage.
 */
export class RankSettler {
  private readonly offset: Float64Array;
  private readonly value: Float64Array;
  private readonly weight: Float64Array;
  private readonly size: Int32Array;

  constructor(
    private readonly distanceToLeft: Float64Array,
    widest: number,
  ) {
    this.offset = new Float64Array(widest);
    this.value = new Float64Array(widest);
    this.weight = new Float64Array(widest);
    this.size = new Int32Array(widest);
  }

  /** @param x where the places are written; all arrays by vertex */
  settle(rank: Int32Array, wish: Float64Array, weight: Float64Array, x: Float64Array): void {
    const { offset } = this;
    let pools = 0;
    let at = 0;
    for (let i = 0; i < rank.length; i++) {
      const v = rank[i]!;
      if (i > 0) at += this.distanceToLeft[v]!;
      offset[i] = at;
      let value = wish[v]! - at;
      let sum = weight[v]!;
      let size = 1;
      while (pools > 0 && this.value[pools - 1]! > value) {
        pools--;
        const other = this.weight[pools]!;
        value = (value * sum + this.value[pools]! * other) / (sum + other);
        sum += other;
        size += this.size[pools]!;
      }
      this.value[pools] = value;
      this.weight[pools] = sum;
      this.size[pools++] = size;
    }
    let i = 0;
    for (let pool = 0; pool < pools; pool++) {
      for (let n = this.size[pool]!; n > 0; n--, i++) x[rank[i]!] = this.value[pool]! + offset[i]!;
    }
  }
}
