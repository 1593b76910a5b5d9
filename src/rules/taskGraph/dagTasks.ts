import type { Dag, DagNode } from '../../model/dag';
import type { Plan } from '../../model/plan';
import { plainTaskId, type Dependency, type GraphTask } from './graphTask';
import { PlanIndex, type PlacedTask } from './planIndex';

/** The tasks of the dag block in its order, then those that it depends on without having them. */
export function dagTasks(dag: Dag, plan: Plan | undefined): GraphTask[] {
  const index = new PlanIndex(plan);
  const tasks = new Map<string, GraphTask>();
  const groups = groupsOf(dag);
  // `depends_on: ["Task 1.1"]` means the node 1.1.
  const plainIds = new Map<string, string>();
  for (const { id } of dag.nodes) if (!plainIds.has(plainTaskId(id))) plainIds.set(plainTaskId(id), id);
  const ids = new Set(dag.nodes.map(({ id }) => id));
  const resolve = (id: string): string => (ids.has(id) ? id : (plainIds.get(plainTaskId(id)) ?? id));

  for (const node of dag.nodes) {
    if (tasks.has(node.id)) continue;
    const placed = index.find(node.id, node.phase === undefined ? undefined : String(node.phase));
    const phase = placed?.phase ?? plan?.phases.find(({ number }) => number === String(node.phase));
    tasks.set(node.id, {
      id: node.id,
      name: node.name === node.id && placed ? placed.task.text : node.name,
      task: placed?.task,
      phase,
      dagNode: node,
      group: groups.get(node.id),
      dependsOn: written(node, resolve),
      remarks: remarksOf(node, placed, plan),
    });
  }
  for (const { dependsOn } of [...tasks.values()]) {
    for (const { id } of dependsOn) if (!tasks.has(id)) tasks.set(id, ghost(id, index.find(id)));
  }
  return [...tasks.values()];
}

/** Someone depends on it, but the dag does not have it. */
export function ghost(id: string, placed: PlacedTask | undefined): GraphTask {
  return {
    id,
    name: placed?.task.text ?? id,
    task: placed?.task,
    phase: placed?.phase,
    ghost: placed ? 'outside' : 'missing',
    dependsOn: [],
    remarks: [],
  };
}

function written(node: DagNode, resolve: (id: string) => string): Dependency[] {
  return [...new Set(node.dependsOn.map(resolve))].map((id) => ({ id, kind: 'written' }));
}

/** The first group that names a task is its group. */
function groupsOf(dag: Dag): Map<string, string> {
  const groups = new Map<string, string>();
  for (const group of dag.parallelGroups) {
    for (const id of group.tasks) if (!groups.has(id)) groups.set(id, group.id);
  }
  return groups;
}

function remarksOf(node: DagNode, placed: PlacedTask | undefined, plan: Plan | undefined): string[] {
  if (!plan) return [];
  if (!placed) return [`plan.md has no task ${node.id}, only the dag has (line ${node.line}).`];
  const { task, others } = placed;
  if (others.length === 0) return [];
  const lines = others.map(({ line }) => line).join(', ');
  return [
    `plan.md has ${others.length + 1} tasks with the number ${task.number}: this is the one on line ${task.line}, the others stand on line ${lines}.`,
  ];
}
