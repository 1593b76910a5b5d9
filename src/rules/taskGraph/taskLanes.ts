import type { Dag, ParallelGroup } from '../../model/dag';
import type { FileConflict } from './fileConflicts';
import type { GraphTask } from './graphTask';
import type { TaskState } from './taskNode';

/** A band of the graph, from the top. */
export interface TaskLane {
  /** Unique in the graph. */
  readonly id: string;
  /**
   * `group`: a parallel group. `level`: tasks without a group that stand on one topological level, or a row of such
   * levels with one task each. `phase`: a phase, in a derived graph. `outside`: tasks that others depend on, though the dag does not have them.
   */
  readonly kind: 'group' | 'level' | 'phase' | 'outside';
  readonly label: string;
  /** Ids of its tasks, in the order of the graph. */
  readonly tasks: readonly string[];
  readonly done: number;
  /** Without skipped tasks. */
  readonly total: number;
  /** As the file says; absent when it does not. */
  readonly conflictFree?: boolean;
  /** Between its own tasks. `conflictFree: true` beside one that is here is not true. */
  readonly conflicts: readonly FileConflict[];
  readonly coordinationStrategy?: string;
  readonly sharedResources: readonly string[];
  /** Line of the group in the dag block, or of the phase. */
  readonly line?: number;
}

export type LaneDraft = Pick<TaskLane, 'id' | 'kind' | 'label' | 'line'> & {
  readonly tasks: readonly GraphTask[];
};

/**
 * The lanes of a graph with a dag: its parallel groups, and for tasks without a group their topological levels. Each
 * stands below those that its tasks depend on, as far as there is no circle of lanes; else lower levels come first.
 */
export function dagLanes(
  tasks: readonly GraphTask[],
  dag: Dag,
  levelOf: (id: string) => number,
): readonly LaneDraft[] {
  const lanes = new Map<string, LaneDraft & { tasks: GraphTask[]; level: number }>();
  const laneOf = new Map<string, string>();
  const groups = groupsById(dag);
  for (const task of tasks) {
    const level = levelOf(task.id);
    const lane = laneFor(task, level);
    const key = `${lane.kind} ${lane.id}`;
    laneOf.set(task.id, key);
    const known = lanes.get(key);
    if (known) {
      known.tasks.push(task);
      known.level = Math.min(known.level, level);
    } else {
      const line = lane.kind === 'group' ? groups.get(lane.id)?.line : undefined;
      lanes.set(key, { ...lane, line, tasks: [task], level });
    }
  }
  // What the dag does not have waits for nothing in it: on top.
  const height = ({ kind, level }: { kind: TaskLane['kind']; level: number }): number =>
    kind === 'outside' ? -1 : level;
  const sorted = [...lanes].sort(([, a], [, b]) => height(a) - height(b)).map(([key]) => key);
  const place = new Map(sorted.map((key, i) => [key, i]));
  const above = (key: string): string[] => {
    const keys = new Set(
      lanes.get(key)!.tasks.flatMap(({ dependsOn }) => dependsOn.map(({ id }) => laneOf.get(id)!)),
    );
    return [...keys].sort((a, b) => place.get(a)! - place.get(b)!);
  };
  return joinedSingles(afterTheirOwn(sorted, above).map((key) => lanes.get(key)!));
}

/** Levels below each other that hold one task each become one lane: a chain is no row of parallel groups. */
function joinedSingles(lanes: readonly (LaneDraft & { readonly level: number })[]): LaneDraft[] {
  const joined: (LaneDraft & { level: number; single: boolean; tasks: GraphTask[] })[] = [];
  for (const lane of lanes) {
    const last = joined.at(-1);
    const single = lane.kind === 'level' && lane.tasks.length === 1;
    if (!single || !last?.single) {
      joined.push({ ...lane, single, tasks: [...lane.tasks] });
      continue;
    }
    const levels = `${last.level + 1}–${lane.level + 1}`;
    last.tasks.push(...lane.tasks);
    joined[joined.length - 1] = { ...last, id: `level ${levels}`, label: `Levels ${levels}` };
  }
  return joined;
}

/** The first group of each id. */
function groupsById(dag: Dag | undefined): ReadonlyMap<string, ParallelGroup> {
  const groups = new Map<string, ParallelGroup>();
  for (const group of dag?.parallelGroups ?? []) if (!groups.has(group.id)) groups.set(group.id, group);
  return groups;
}

function laneFor(task: GraphTask, level: number): Pick<TaskLane, 'id' | 'kind' | 'label'> {
  if (task.ghost) return { id: 'outside', kind: 'outside', label: 'Not in the dag' };
  if (task.group !== undefined) return { id: task.group, kind: 'group', label: task.group };
  return { id: `level ${level + 1}`, kind: 'level', label: `Level ${level + 1}` };
}

/** The lanes of a derived graph: its phases. */
export function phaseLanes(tasks: readonly GraphTask[]): readonly LaneDraft[] {
  const lanes = new Map<string, LaneDraft & { tasks: GraphTask[] }>();
  for (const task of tasks) {
    const { phase } = task;
    const key = phase ? `phase ${phase.key}` : 'outside';
    const known = lanes.get(key);
    if (known) known.tasks.push(task);
    else if (phase) {
      lanes.set(key, {
        id: phase.key,
        kind: 'phase',
        label: phase.heading || 'Tasks',
        line: phase.line,
        tasks: [task],
      });
    } else lanes.set(key, { id: 'outside', kind: 'outside', label: 'Not in plan.md', tasks: [task] });
  }
  const outside = lanes.get('outside');
  // What others wait for stands above them.
  return outside ? [outside, ...[...lanes.values()].filter((lane) => lane !== outside)] : [...lanes.values()];
}

/** What the lanes say of themselves. */
export function finishedLanes(
  drafts: readonly LaneDraft[],
  dag: Dag | undefined,
  conflicts: readonly FileConflict[],
  stateOf: (id: string) => TaskState,
): TaskLane[] {
  const groups = groupsById(dag);
  const laneOf = new Map(drafts.flatMap((lane, i) => lane.tasks.map(({ id }) => [id, i] as const)));
  const conflictsIn = drafts.map((): FileConflict[] => []);
  for (const conflict of conflicts) {
    const [a, b] = conflict.tasks;
    if (laneOf.get(a) === laneOf.get(b)) conflictsIn[laneOf.get(a)!]!.push(conflict);
  }
  const ids = new Set<string>();
  return drafts.map(({ id, kind, label, line, tasks }, i) => {
    const group = kind === 'group' ? groups.get(id) : undefined;
    const states = tasks.map((task) => stateOf(task.id));
    // A group may be called like a level.
    const unique = ids.has(id) ? `${kind} ${id}` : id;
    ids.add(unique);
    return {
      id: unique,
      kind,
      label,
      line,
      tasks: tasks.map((task) => task.id),
      done: states.filter((state) => state === 'done').length,
      total: states.filter((state) => state !== 'skipped').length,
      conflictFree: group?.conflictFree,
      conflicts: conflictsIn[i]!,
      coordinationStrategy: group?.coordinationStrategy,
      sharedResources: group?.sharedResources ?? [],
    };
  });
}

/** Each key after those above it, otherwise in the given order. Circles are cut where the walk closes them. */
export function afterTheirOwn<Key>(keys: readonly Key[], above: (key: Key) => readonly Key[]): Key[] {
  const order: Key[] = [];
  const seen = new Set<Key>();
  for (const start of keys) {
    if (seen.has(start)) continue;
    seen.add(start);
    const stack = [{ key: start, above: above(start), next: 0 }];
    while (stack.length > 0) {
      const frame = stack[stack.length - 1]!;
      const key = frame.above[frame.next++];
      if (key === undefined) {
        order.push(frame.key);
        stack.pop();
      } else if (!seen.has(key)) {
        seen.add(key);
        stack.push({ key, above: above(key), next: 0 });
      }
    }
  }
  return order;
}
