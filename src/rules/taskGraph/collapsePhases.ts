import { circleIn, circularComponents } from '../graph';
import { rankNodes } from '../layout/ranks';
import type { TaskGraph } from '../taskGraph';
import type { FileConflict } from './fileConflicts';
import { afterTheirOwn, type TaskLane } from './taskLanes';
import type { Reason, TaskEdge, TaskNode, TaskState } from './taskNode';

/** A graph some of whose phases are drawn as one box each. Whatever takes a TaskGraph takes it, too. */
export interface CollapsedGraph extends TaskGraph {
  readonly edges: readonly CollapsedEdge[];
  /** What each box stands for, by the id of its node. */
  readonly boxes: ReadonlyMap<string, CollapsedPhase>;
  /**
   * Circles that are there only because phases are one box each (a task of either waits for one of the other), as
   * paths of nodes. `cycles` has the real ones, as far as they lead through more than one box.
   */
  readonly interleaved: readonly (readonly string[])[];
}

export interface CollapsedEdge extends TaskEdge {
  /** It closes a circle that no tasks make: two phases as boxes lead to each other. Absent otherwise. */
  readonly onlyCollapsed?: true;
  /** Dependencies of tasks that it stands for. */
  readonly stands: number;
}

/** A phase that is drawn as one box. */
export interface CollapsedPhase {
  /** Id of its node. */
  readonly id: string;
  /** Key of the phase, and its name. */
  readonly key: string;
  readonly name: string;
  /** Ids of its tasks, in the order of the graph. */
  readonly tasks: readonly string[];
  readonly counts: Readonly<Record<TaskState, number>>;
  /** Without skipped tasks. */
  readonly total: number;
  /** What the box hides. */
  readonly conflicts: readonly FileConflict[];
  readonly cycles: readonly (readonly string[])[];
}

/** Reasons that a box tells; the rest is counted. */
const mostReasons = 50;
const strength: Readonly<Record<TaskEdge['kind'], number>> = { written: 2, order: 1, phase: 0 };

/**
 * The graph with each of these phases as one box: its tasks counted, their states summed up (see `summedState`), the
 * edges that lead in or out lifted to it, each pair once, none to itself. A box has a lane of its own, or that of its
 * phase. Circles that come of it are told apart from real ones. Keys that no task has are ignored; about linear.
 */
export function collapsePhases(graph: TaskGraph, collapsed: ReadonlySet<string>): CollapsedGraph {
  const tasksOf = new Map<string, TaskNode[]>();
  for (const node of graph.nodes) {
    if (node.phase === undefined || !collapsed.has(node.phase) || node.ghost === 'missing') continue;
    const known = tasksOf.get(node.phase);
    if (known) known.push(node);
    else tasksOf.set(node.phase, [node]);
  }
  const ids = boxIds(graph, [...tasksOf.keys()]);
  const placeOf = new Map<string, string>();
  for (const node of graph.nodes) {
    const box = node.ghost !== 'missing' && node.phase !== undefined ? ids.get(node.phase) : undefined;
    placeOf.set(node.id, box ?? node.id);
  }
  const lift = (id: string): string => placeOf.get(id) ?? id;

  const boxes = new Map<string, CollapsedPhase>();
  for (const [key, tasks] of tasksOf) boxes.set(ids.get(key)!, boxOf(ids.get(key)!, key, tasks, graph, lift));
  const { edges, interleaved } = liftedEdges(graph, lift, [...new Set(placeOf.values())]);
  const lanes = liftedLanes(graph, boxes, lift, edges);
  const laneOf = new Map(lanes.flatMap((lane, i) => lane.tasks.map((id) => [id, i] as const)));
  const needs = needsOf(edges);
  const drawn = new Set<string>();
  const nodes = graph.nodes.flatMap((node): TaskNode[] => {
    const id = lift(node.id);
    if (drawn.has(id)) return [];
    drawn.add(id);
    const box = boxes.get(id);
    const place = { lane: laneOf.get(id)!, dependsOn: needs.get(id) ?? [] };
    if (!box) return [{ ...node, ...place, blockedBy: liftedReasons(node.blockedBy, lift) }];
    return [{ ...boxNode(box, tasksOf.get(box.key)!, lift), ...place }];
  });
  return {
    ...graph,
    nodes,
    edges,
    lanes,
    conflicts: liftedConflicts(graph.conflicts, lift),
    cycles: visibleCircles(graph.cycles, lift),
    missing: graph.missing.map((one) => ({ ...one, neededBy: [...new Set(one.neededBy.map(lift))] })),
    criticalPath: { ...graph.criticalPath, ids: withoutRepeats(graph.criticalPath.ids.map(lift)) },
    boxes,
    interleaved,
  };
}

/**
 * One state for many tasks. Done when all are done or skipped; else the one that a person has to know first: failed,
 * blocked, running, ready (one of them can start now), waiting.
 */
export function summedState(states: readonly TaskState[]): TaskState {
  if (states.length > 0 && states.every((state) => state === 'skipped')) return 'skipped';
  const open = new Set(states.filter((state) => state !== 'done' && state !== 'skipped'));
  if (open.size === 0) return 'done';
  return (['failed', 'blocked', 'running', 'ready'] as const).find((state) => open.has(state)) ?? 'waiting';
}

/** `phase <key>`, which no task is called. */
function boxIds(graph: TaskGraph, keys: readonly string[]): Map<string, string> {
  const taken = new Set(graph.nodes.map(({ id }) => id));
  return new Map(
    keys.map((key) => {
      let id = `phase ${key}`;
      while (taken.has(id)) id += "'";
      taken.add(id);
      return [key, id];
    }),
  );
}

function boxOf(
  id: string,
  key: string,
  tasks: readonly TaskNode[],
  graph: TaskGraph,
  lift: (id: string) => string,
): CollapsedPhase {
  const counts = { done: 0, running: 0, ready: 0, blocked: 0, waiting: 0, failed: 0, skipped: 0 };
  for (const { state } of tasks) counts[state]++;
  const isInside = (ids: readonly string[]): boolean => ids.every((task) => lift(task) === id);
  return {
    id,
    key,
    name: tasks.find(({ phaseName }) => phaseName)?.phaseName ?? `Phase ${key}`,
    tasks: tasks.map((task) => task.id),
    counts,
    total: tasks.length - counts.skipped,
    conflicts: graph.conflicts.filter((conflict) => isInside(conflict.tasks)),
    cycles: graph.cycles.filter(isInside),
  };
}

function boxNode(
  { id, key, name, counts, total }: CollapsedPhase,
  tasks: readonly TaskNode[],
  lift: (id: string) => string,
): Omit<TaskNode, 'lane' | 'dependsOn'> {
  const first = tasks.reduce((top, task) => (task.line < top.line ? task : top));
  const outside = new Map<string, Reason>();
  for (const { blockedBy } of tasks) {
    for (const reason of blockedBy) {
      // What is held up inside of the phase shows when it is opened.
      if (lift(reason.id) !== id) outside.set(JSON.stringify([reason.id, reason.because]), reason);
    }
  }
  const reasons = liftedReasons([...outside.values()], lift);
  return {
    id,
    name,
    state: summedState(tasks.map(({ state }) => state)),
    phase: key,
    phaseName: name,
    files: [...new Set(tasks.flatMap(({ files }) => files))],
    ...(total > 0 ? { progressPct: Math.floor((100 * counts.done) / total) } : {}),
    file: first.file,
    line: first.line,
    blockedBy: reasons.slice(0, mostReasons),
    moreReasons:
      Math.max(0, reasons.length - mostReasons) + tasks.reduce((sum, task) => sum + task.moreReasons, 0),
    canStart: tasks.some(({ canStart }) => canStart),
    needsPerson: false,
    remarks: [],
  };
}

/** The sentence still names the task itself; what it is drawn in is the place to go to. */
function liftedReasons(reasons: readonly Reason[], lift: (id: string) => string): readonly Reason[] {
  return reasons.some(({ id }) => lift(id) !== id)
    ? reasons.map((reason) => ({ ...reason, id: lift(reason.id) }))
    : reasons;
}

function liftedEdges(
  graph: TaskGraph,
  lift: (id: string) => string,
  ids: readonly string[],
): { readonly edges: CollapsedEdge[]; readonly interleaved: readonly (readonly string[])[] } {
  const knotOf = new Map<string, number>();
  const needs = needsOf(graph.edges);
  circularComponents(
    graph.nodes.map(({ id }) => id),
    (id) => needs.get(id) ?? [],
  ).forEach((members, knot) => members.forEach((id) => knotOf.set(id, knot)));
  const lifted = new Map<
    string,
    { from: string; to: string; kind: TaskEdge['kind']; real: boolean; stands: number }
  >();
  for (const { from, to, kind } of graph.edges) {
    const [u, v] = [lift(from), lift(to)];
    if (u === v && from !== to) continue;
    // A task's edge to itself is no edge of its phase.
    if (u === v && u !== from) continue;
    const real = knotOf.has(from) && knotOf.get(from) === knotOf.get(to);
    const key = JSON.stringify([u, v]);
    const known = lifted.get(key);
    if (!known) lifted.set(key, { from: u, to: v, kind, real, stands: 1 });
    else {
      known.stands++;
      known.real ||= real;
      if (strength[kind] > strength[known.kind]) known.kind = kind;
    }
  }
  const pairs = [...lifted.values()];
  const closing = closingEdges(pairs, ids);
  const edges = pairs.map(({ from, to, kind, real, stands }, e): CollapsedEdge => {
    const closesCycle = from === to || closing.has(e);
    return { from, to, kind, closesCycle, stands, ...(closesCycle && !real ? { onlyCollapsed: true } : {}) };
  });
  return { edges, interleaved: interleavedCircles(pairs, ids) };
}

/** Circles of boxes and tasks in which not every edge is part of a real circle. */
function interleavedCircles(
  pairs: readonly { readonly from: string; readonly to: string; readonly real: boolean }[],
  ids: readonly string[],
): string[][] {
  const all = needsOf(pairs);
  const knots = circularComponents(ids, (id) => all.get(id) ?? []);
  if (knots.length === 0) return [];
  const knotOf = new Map(knots.flatMap((members, knot) => members.map((id) => [id, knot] as const)));
  const apparent = new Map<number, { readonly from: string; readonly to: string }>();
  for (const { from, to, real } of pairs) {
    const knot = knotOf.get(from);
    if (real || from === to || knot === undefined || knotOf.get(to) !== knot || apparent.has(knot)) continue;
    apparent.set(knot, { from, to });
  }
  // Through that very edge, so that no real circle is taken for one.
  return [...apparent].map(([knot, { from, to }]) =>
    circleIn([to, ...knots[knot]!.filter((id) => id !== to)], (id) =>
      id === to ? [from] : (all.get(id) ?? []),
    ),
  );
}

function closingEdges(
  pairs: readonly { readonly from: string; readonly to: string }[],
  ids: readonly string[],
): ReadonlySet<number> {
  const numberOf = new Map(ids.map((id, i) => [id, i]));
  const between = pairs.flatMap(({ from, to }, e) => (from === to ? [] : [e]));
  const { closes } = rankNodes(
    ids.map(() => ({})),
    Int32Array.from(between, (e) => numberOf.get(pairs[e]!.from)!),
    Int32Array.from(between, (e) => numberOf.get(pairs[e]!.to)!),
  );
  return new Set(between.filter((_, i) => closes[i] === 1));
}

/** For each node those that it waits for. */
function needsOf(edges: readonly { readonly from: string; readonly to: string }[]): Map<string, string[]> {
  const needs = new Map<string, string[]>();
  for (const { from, to } of edges) {
    const known = needs.get(to);
    if (known) known.push(from);
    else needs.set(to, [from]);
  }
  return needs;
}

/** Lanes that still have a node, and one for each box that has none; each below those that its nodes wait for. */
function liftedLanes(
  graph: TaskGraph,
  boxes: ReadonlyMap<string, CollapsedPhase>,
  lift: (id: string) => string,
  edges: readonly TaskEdge[],
): TaskLane[] {
  if (boxes.size === 0) return [...graph.lanes];
  const lanes: TaskLane[] = [];
  const drawn = new Set<string>();
  const used = new Set(graph.lanes.map(({ id }) => id));
  for (const lane of graph.lanes) {
    const inside = [...new Set(lane.tasks.map(lift))].filter((id) => !drawn.has(id));
    const [only] = inside;
    // A phase's own lane stays what it is.
    if (lane.kind === 'phase' && inside.length === 1 && boxes.has(only!)) {
      drawn.add(only!);
      lanes.push({ ...lane, tasks: [only!] });
      continue;
    }
    for (const id of inside) {
      const box = boxes.get(id);
      if (!box) continue;
      drawn.add(id);
      let laneId = id;
      while (used.has(laneId)) laneId += "'";
      used.add(laneId);
      lanes.push({
        id: laneId,
        kind: 'phase',
        label: box.name,
        tasks: [id],
        done: box.counts.done,
        total: box.total,
        conflicts: box.conflicts,
        sharedResources: [],
      });
    }
    const own = inside.filter((id) => !boxes.has(id));
    if (own.length > 0) lanes.push({ ...lane, tasks: own });
  }
  const laneOf = new Map(lanes.flatMap((lane, i) => lane.tasks.map((id) => [id, i] as const)));
  const above: Set<number>[] = lanes.map(() => new Set());
  for (const { from, to, closesCycle } of edges) {
    const [upper, lower] = [laneOf.get(from)!, laneOf.get(to)!];
    if (!closesCycle && upper !== lower) above[lower]!.add(upper);
  }
  return afterTheirOwn(
    lanes.map((_, i) => i),
    (i) => [...above[i]!].sort((a, b) => a - b),
  ).map((i) => lanes[i]!);
}

function liftedConflicts(
  conflicts: readonly FileConflict[],
  lift: (id: string) => string,
): readonly FileConflict[] {
  const lifted = new Map<string, FileConflict>();
  for (const conflict of conflicts) {
    const [a, b] = [lift(conflict.tasks[0]), lift(conflict.tasks[1])];
    if (a === b) continue;
    const key = JSON.stringify([a, b].sort());
    const known = lifted.get(key);
    lifted.set(
      key,
      known
        ? {
            ...known,
            files: [...new Set([...known.files, ...conflict.files])],
            group: known.group === conflict.group ? known.group : undefined,
            open: known.open || conflict.open,
          }
        : { ...conflict, tasks: [a, b] },
    );
  }
  return [...lifted.values()];
}

/** Without neighbours that are the same. A path through interleaved phases may come to a box twice. */
function withoutRepeats(ids: readonly string[]): readonly string[] {
  return ids.filter((id, i) => i === 0 || ids[i - 1] !== id);
}

/** Real circles that lead through several boxes, or are a task's own. */
function visibleCircles(
  circles: TaskGraph['cycles'],
  lift: (id: string) => string,
): readonly (readonly string[])[] {
  return circles.flatMap((circle) => {
    const lifted = withoutRepeats(circle.map(lift));
    const path = lifted.length > 1 && lifted[0] === lifted.at(-1) ? lifted.slice(0, -1) : lifted;
    return path.length > 1 || path[0] === circle[0] ? [path] : [];
  });
}
