import { BarycentreSort } from './barycentreSort';
import { componentsOf, type Component } from './components';
import { CrossingCounter } from './crossings';
import { switchNeighbours } from './neighbourSwitch';
import type { RankedGraph } from './rankedGraph';

/** The vertices of each rank from left to right. */
export type RankOrder = readonly Int32Array[];

/** Vertices and segments that may be visited for one part of the graph, in all its sweeps together. */
const sweepBudget = 400_000;
const mostStarts = 16;
/** Sweeps without a better order, after which a start is given up. */
const patience = 4;

/**
 * Orders the ranks so that few edges cross: barycentre sweeps down and up from several starts, then exchanges of
 * neighbours. Each connected part is ordered by itself; parts stand side by side. The same graph always gets the same
 * order: the work is bounded by counting, not by time.
 */
export function orderRanks(graph: RankedGraph): { order: RankOrder; crossings: number } {
  const components = componentsOf(graph);
  const position = new Int32Array(graph.vertices);
  let crossings = 0;
  const widest = components.reduce(
    (most, part) => part.ranks.reduce((m, rank) => Math.max(m, rank.length), most),
    0,
  );
  const tools: Tools = {
    graph,
    position,
    sorter: new BarycentreSort(widest),
    counter: new CrossingCounter(graph, widest),
  };
  const ordered = components.map((component) => {
    if (component.segments < 2) return component;
    const best = orderComponent(tools, component);
    crossings += best.crossings;
    return { ...component, ranks: best.order };
  });
  return { order: sideBySide(graph.ranks, ordered), crossings };
}

/** What all parts share. */
interface Tools {
  readonly graph: RankedGraph;
  readonly position: Int32Array;
  readonly sorter: BarycentreSort;
  readonly counter: CrossingCounter;
}

interface Ordered {
  readonly order: RankOrder;
  readonly crossings: number;
}

function orderComponent(tools: Tools, component: Component): Ordered {
  const { graph } = tools;
  const visit = component.vertices + component.segments;
  const starts = Math.max(1, Math.min(mostStarts, Math.floor(sweepBudget / (visit * 24))));
  const random = randomNumbers(component.vertices * 31 + component.segments);
  let best: Ordered = { order: component.ranks, crossings: Infinity };
  for (let start = 0; start < starts && best.crossings > 0; start++) {
    const ranks =
      start < 2
        ? depthFirst(graph, component, start === 0)
        : component.ranks.map((rank) => shuffled(rank, random));
    const found = sweep(tools, ranks, start % 2 === 0, best.crossings);
    if (found.crossings < best.crossings) best = found;
  }
  return best;
}

/** The best order that sweeps from this start lead to. Orders the ranks that are given in place. */
function sweep(tools: Tools, ranks: Int32Array[], downFirst: boolean, toBeat: number): Ordered {
  const { graph, position, sorter, counter } = tools;
  for (const rank of ranks) setPositions(rank, position);
  let best: Int32Array[] = ranks;
  let fewest = Infinity;
  let idle = 0;
  for (let i = 0; i < 24 && idle < patience && fewest > 0; i++) {
    const downwards = (i % 2 === 0) === downFirst;
    const neighbours = downwards ? graph.up : graph.down;
    const turnTies = i % 4 >= 2;
    for (let k = 1; k < ranks.length; k++) {
      sorter.sort(ranks[downwards ? k : ranks.length - 1 - k]!, neighbours, position, turnTies);
    }
    const crossings = counter.count(ranks, position, fewest);
    if (crossings < fewest) {
      fewest = crossings;
      best = ranks.map((rank) => rank.slice());
      idle = 0;
    } else idle++;
  }
  if (fewest > 0 && fewest < toBeat * 2 + 8) {
    for (const rank of best) setPositions(rank, position);
    fewest -= switchNeighbours(graph, best, position, 24);
  }
  return { order: best, crossings: fewest };
}

function setPositions(rank: Int32Array, position: Int32Array): void {
  for (let i = 0; i < rank.length; i++) position[rank[i]!] = i;
}

/** Vertices in the order of a depth-first walk from the top (else from the bottom): connected ones side by side. */
function depthFirst(graph: RankedGraph, component: Component, fromTop: boolean): Int32Array[] {
  const onwards = fromTop ? graph.down : graph.up;
  const back = fromTop ? graph.up : graph.down;
  const ranks = component.ranks.map((rank) => new Int32Array(rank.length));
  const filled = new Int32Array(ranks.length);
  const seen = new Set<number>();
  const stack: number[] = [];
  const inOrder = fromTop ? component.ranks : [...component.ranks].reverse();
  for (const rank of inOrder) {
    for (const start of rank) {
      if (back.start[start] !== back.start[start + 1]) continue;
      stack.push(start);
      while (stack.length > 0) {
        const v = stack.pop()!;
        if (seen.has(v)) continue;
        seen.add(v);
        const r = graph.rank[v]! - component.firstRank;
        ranks[r]![filled[r]!++] = v;
        for (let k = onwards.start[v + 1]! - 1; k >= onwards.start[v]!; k--) stack.push(onwards.other[k]!);
      }
    }
  }
  return ranks;
}

function shuffled(rank: Int32Array, random: () => number): Int32Array {
  const copy = rank.slice();
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const v = copy[i]!;
    copy[i] = copy[j]!;
    copy[j] = v;
  }
  return copy;
}

/** Always the same numbers from 0 up to, without, 1 for a seed. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function sideBySide(ranks: number, components: readonly Component[]): Int32Array[] {
  const sizes = new Int32Array(ranks);
  for (const { firstRank, ranks: own } of components) {
    own.forEach((rank, i) => (sizes[firstRank + i]! += rank.length));
  }
  const order = Array.from(sizes, (size) => new Int32Array(size));
  sizes.fill(0);
  for (const { firstRank, ranks: own } of components) {
    own.forEach((rank, i) => {
      order[firstRank + i]!.set(rank, sizes[firstRank + i]);
      sizes[firstRank + i]! += rank.length;
    });
  }
  return order;
}
