/** The longest path through the graph: what decides when all is done at the earliest. */
export interface CriticalPath {
  /** From the first task to the last. Empty in an empty graph. */
  readonly ids: readonly string[];
  /** `duration`: minutes of estimates; `count`: number of tasks, because too few have an estimate. */
  readonly by: 'duration' | 'count';
  /** Along the path, in minutes or tasks. Skipped tasks count nothing. */
  readonly total: number;
  /** The longest path through what is not finished, in minutes or tasks; of a running task what is left of it. */
  readonly left: number;
  /** Tasks without an estimate, for each of which the median of the others was taken. 0 when `by` is `count`. */
  readonly assumed: number;
}

export interface PathTask {
  readonly id: string;
  readonly estimateMinutes?: number;
  /** 0 not started, 1 finished. */
  readonly finished: number;
  readonly skipped: boolean;
}

/**
 * By duration when at least half of the tasks have an estimate, else by count. Of several longest paths the one through
 * the tasks that were given first.
 * @param edges from a task to one that waits for it, without circles; by position in `tasks`
 */
export function criticalPath(
  tasks: readonly PathTask[],
  edges: readonly (readonly [from: number, to: number])[],
): CriticalPath {
  const known = tasks.flatMap(({ estimateMinutes }) => estimateMinutes ?? []).sort((a, b) => a - b);
  const byDuration = known.length > 0 && known.length * 2 >= tasks.length;
  const median = known[known.length >> 1] ?? 1;
  const weights = tasks.map(({ estimateMinutes, skipped }) =>
    skipped ? 0 : byDuration ? (estimateMinutes ?? median) : 1,
  );
  const order = topologicalOrder(tasks.length, edges);
  const longest = longestPath(order, edges, weights);
  const left = longestPath(
    order,
    edges,
    weights.map((weight, i) => weight * (1 - tasks[i]!.finished)),
  );
  return {
    ids: longest.path.map((i) => tasks[i]!.id),
    by: byDuration ? 'duration' : 'count',
    total: longest.length,
    // Parts of a task make sense in minutes only.
    left: byDuration ? Math.round(left.length) : Math.ceil(left.length),
    assumed: byDuration ? tasks.length - known.length : 0,
  };
}

type Edges = readonly (readonly [number, number])[];

function longestPath(
  order: { readonly nodes: Int32Array; readonly out: readonly number[][] },
  edges: Edges,
  weights: readonly number[],
): { path: number[]; length: number } {
  const length = Float64Array.from(weights);
  const before = new Int32Array(weights.length).fill(-1);
  for (const u of order.nodes) {
    for (const e of order.out[u]!) {
      const v = edges[e]![1];
      const through = length[u]! + weights[v]!;
      if (through < length[v]! || (through === length[v] && before[v] !== -1 && before[v]! <= u)) continue;
      length[v] = through;
      before[v] = u;
    }
  }
  let end = -1;
  for (let v = 0; v < weights.length; v++) if (end === -1 || length[v]! > length[end]!) end = v;
  const path: number[] = [];
  for (let v = end; v !== -1; v = before[v]!) path.push(v);
  return { path: path.reverse(), length: end === -1 ? 0 : length[end]! };
}

function topologicalOrder(count: number, edges: Edges): { nodes: Int32Array; out: number[][] } {
  const out: number[][] = Array.from({ length: count }, () => []);
  const waiting = new Int32Array(count);
  edges.forEach(([from, to], e) => {
    out[from]!.push(e);
    waiting[to]!++;
  });
  const nodes = new Int32Array(count);
  let length = 0;
  for (let v = 0; v < count; v++) if (waiting[v] === 0) nodes[length++] = v;
  for (let i = 0; i < length; i++) {
    for (const e of out[nodes[i]!]!) if (--waiting[edges[e]![1]]! === 0) nodes[length++] = edges[e]![1];
  }
  return { nodes, out };
}
