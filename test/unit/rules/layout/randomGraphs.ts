import type { LayoutEdge, LayoutNode } from '../../../../src/rules/layout/graphLayout';

export interface RandomGraph {
  readonly nodes: LayoutNode[];
  readonly edges: LayoutEdge[];
}

/** Always the same numbers from 0 up to, without, 1 for a seed. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

/**
 * Tasks in rows, each waiting for one to three of earlier rows, mostly of the row before: the shape of a plan. Numbers
 * and probabilities come from the seed.
 */
export function randomTaskGraph(count: number, seed: number): RandomGraph {
  const random = randomNumbers(seed);
  const perRow = Math.max(2, Math.round(Math.sqrt(count) * (0.5 + random())));
  const most = 1 + Math.floor(random() * 3);
  const near = 0.6 + random() * 0.4;
  const nodes = Array.from({ length: count }, (_, i) => ({ id: `t${i}`, width: 252, height: 64 }));
  const edges: LayoutEdge[] = [];
  const seen = new Set<string>();
  for (let i = perRow; i < count; i++) {
    const row = Math.floor(i / perRow);
    for (let k = 1 + Math.floor(random() * most); k > 0; k--) {
      const back = random() < near ? 1 : 2 + Math.floor(random() * 3);
      const from = (row - back) * perRow + Math.floor(random() * perRow);
      if (from < 0 || seen.has(`${from} ${i}`)) continue;
      seen.add(`${from} ${i}`);
      edges.push({ from: `t${from}`, to: `t${i}` });
    }
  }
  return { nodes, edges };
}

/** A random graph without shape: each edge runs from a lower number to a higher one. */
export function randomDag(count: number, edgesPerNode: number, seed: number): RandomGraph {
  const random = randomNumbers(seed);
  const nodes = Array.from({ length: count }, (_, i) => ({ id: `t${i}`, width: 252, height: 64 }));
  const edges: LayoutEdge[] = [];
  const seen = new Set<number>();
  for (let i = 0; i < count * edgesPerNode; i++) {
    const a = Math.floor(random() * count);
    const b = Math.floor(random() * count);
    if (a === b || seen.has(Math.min(a, b) * count + Math.max(a, b))) continue;
    seen.add(Math.min(a, b) * count + Math.max(a, b));
    edges.push({ from: `t${Math.min(a, b)}`, to: `t${Math.max(a, b)}` });
  }
  return { nodes, edges };
}
