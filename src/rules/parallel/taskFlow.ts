import type { TaskGraph } from '../taskGraph';

/** Tasks that wait, directly or not, for one of `ids`, in the order of the graph. */
export function dependentsOf(graph: TaskGraph, ids: Iterable<string>): string[] {
  const next = new Map<string, string[]>();
  for (const { from, to } of graph.edges) {
    const list = next.get(from);
    if (list) list.push(to);
    else next.set(from, [to]);
  }
  const start = [...ids];
  const seen = new Set<string>();
  const stack = [...start];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    for (const to of next.get(id) ?? []) {
      if (seen.has(to)) continue;
      seen.add(to);
      stack.push(to);
    }
  }
  for (const id of start) seen.delete(id);
  return graph.nodes.filter(({ id }) => seen.has(id)).map(({ id }) => id);
}

/** What a TASK_FAILED pauses (spec 003, "Failure Isolation"): the failed task's dependents that are open, nothing else. */
export function pausedBy(graph: TaskGraph, taskId: string): string[] {
  const open = new Set(
    graph.nodes.filter(({ state }) => state !== 'done' && state !== 'skipped').map(({ id }) => id),
  );
  return dependentsOf(graph, [taskId]).filter((id) => open.has(id));
}

/** What a TASK_COMPLETE unblocks: tasks that waited for it and now for nothing. `completed` may or may not hold it yet. */
export function unblockedBy(graph: TaskGraph, completed: ReadonlySet<string>, taskId: string): string[] {
  const done = (id: string): boolean => id === taskId || completed.has(id);
  return graph.nodes
    .filter(({ id, dependsOn }) => dependsOn.includes(taskId) && !done(id) && dependsOn.every(done))
    .map(({ id }) => id);
}
