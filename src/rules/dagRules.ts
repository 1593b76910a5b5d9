import type { Dag, DagNode } from '../model/dag';
import type { Marker } from '../model/marker';
import type { Plan, Task } from '../model/plan';
import { cappedProblems, type TextProblem } from '../model/problem';
import { circlesOf } from './graph';

/**
 * What is wrong with a `dag:` block (FORMATS §4.8, validation): ids that repeat, references that lead nowhere, tasks
 * that wait for themselves, circles, groups across levels, `conflict_free` that is not true, and ids that plan.md
 * does not know. Linear in the size of the block.
 */
export function checkDag(dag: Dag, plan?: Plan): readonly TextProblem[] {
  const before = checked.get(dag);
  if (before && before.plan === plan) return before.problems;
  const problems = problemsOf(dag, plan);
  checked.set(dag, { plan, problems });
  return problems;
}

/** A track and its graph ask about the same dag one after the other. */
const checked = new WeakMap<
  Dag,
  { readonly plan: Plan | undefined; readonly problems: readonly TextProblem[] }
>();

function problemsOf(dag: Dag, plan: Plan | undefined): readonly TextProblem[] {
  const problems: TextProblem[] = [...repeatedIds(dag)];
  const byId = nodesById(dag);
  for (const node of byId.values()) {
    for (const id of new Set(node.dependsOn)) {
      if (id === node.id) {
        problems.push(
          warning(
            'dag-self-reference',
            node.line,
            `Task ${node.id} depends on itself. Remove that entry from depends_on.`,
          ),
        );
      } else if (!byId.has(id)) {
        problems.push(
          warning(
            'dag-unknown-dependency',
            node.line,
            `Task ${node.id} depends on ${id}, which the dag does not have. Add the node or correct the id.`,
          ),
        );
      }
    }
  }
  for (const circle of cyclesOf(dag)) {
    if (circle.length === 1) continue;
    problems.push({
      severity: 'error',
      code: 'dag-cycle',
      line: byId.get(circle[0]!)?.line ?? dag.line,
      message: `Tasks wait for each other in a circle: ${shortened([...circle, circle[0]!]).join(' → ')}. None of them can ever start; remove one of the dependencies.`,
    });
  }
  problems.push(...groupProblems(dag, byId));
  if (plan) problems.push(...planProblems(dag, plan));
  return cappedProblems(problems);
}

/**
 * Ids by topological level: level 0 depends on nothing, every other node stands one level above the highest that it
 * depends on. Nodes of a circle, and what waits for them, have no level and are left out. Unknown and own ids in
 * depends_on are ignored.
 */
export function topologicalLevels(dag: Dag): string[][] {
  const byId = nodesById(dag);
  const waiting = new Map<string, number>();
  const dependents = new Map<string, string[]>();
  for (const node of byId.values()) {
    const needs = dependenciesOf(node, byId);
    waiting.set(node.id, needs.length);
    for (const id of needs) {
      const list = dependents.get(id);
      if (list) list.push(node.id);
      else dependents.set(id, [node.id]);
    }
  }
  const levels: string[][] = [];
  let level = [...byId.keys()].filter((id) => waiting.get(id) === 0);
  while (level.length > 0) {
    levels.push(level);
    const next: string[] = [];
    for (const id of level) {
      for (const dependent of dependents.get(id) ?? []) {
        const left = waiting.get(dependent)! - 1;
        waiting.set(dependent, left);
        if (left === 0) next.push(dependent);
      }
    }
    level = next;
  }
  return levels;
}

/**
 * Tasks that can start now: to do themselves, everything that they depend on done or skipped. A dependency that the
 * dag does not have, and whose marker nobody knows, holds its task back.
 */
export function readyNodes(dag: Dag, markerOf: (id: string) => Marker | undefined): string[] {
  const finished = (id: string) => {
    const marker = markerOf(id);
    return marker === 'done' || marker === 'skipped';
  };
  return [...nodesById(dag).values()]
    .filter((node) => (markerOf(node.id) ?? 'todo') === 'todo' && node.dependsOn.every(finished))
    .map((node) => node.id);
}

/** Circles of dependencies, each as a path along depends_on; a task that depends on itself is a circle of one. */
export function cyclesOf(dag: Dag): string[][] {
  const byId = nodesById(dag);
  return circlesOf([...byId.keys()], (id) => byId.get(id)?.dependsOn ?? []);
}

// --- problems ---

function repeatedIds(dag: Dag): TextProblem[] {
  const first = new Map<string, DagNode>();
  return dag.nodes.flatMap((node) => {
    const known = first.get(node.id);
    if (!known) {
      first.set(node.id, node);
      return [];
    }
    return [
      warning(
        'dag-duplicate-id',
        node.line,
        `The id ${node.id} is already used on line ${known.line}; only the first node counts. Give this one another id.`,
      ),
    ];
  });
}

function groupProblems(dag: Dag, byId: ReadonlyMap<string, DagNode>): TextProblem[] {
  const problems: TextProblem[] = [];
  const levelOf = new Map<string, number>();
  topologicalLevels(dag).forEach((ids, level) => ids.forEach((id) => levelOf.set(id, level)));
  const groupOfTask = new Map<string, string>();
  const groupIds = new Set<string>();

  for (const group of dag.parallelGroups) {
    if (groupIds.has(group.id)) {
      problems.push(warning('dag-duplicate-group', group.line, `The group id ${group.id} is used twice.`));
    }
    groupIds.add(group.id);
    const levels = new Set<number>();
    const filesOf = new Map<string, string[]>();
    for (const id of new Set(group.tasks)) {
      const node = byId.get(id);
      if (!node) {
        problems.push(
          warning(
            'dag-unknown-task',
            group.line,
            `Group ${group.id} names task ${id}, which the dag does not have.`,
          ),
        );
        continue;
      }
      const other = groupOfTask.get(id);
      if (other !== undefined) {
        problems.push(
          warning('dag-task-in-two-groups', group.line, `Task ${id} stands in ${other} and in ${group.id}.`),
        );
      }
      groupOfTask.set(id, group.id);
      const level = levelOf.get(id);
      if (level !== undefined) levels.add(level);
      for (const file of new Set(node.files)) {
        const tasks = filesOf.get(file);
        if (tasks) tasks.push(id);
        else filesOf.set(file, [id]);
      }
    }
    if (levels.size > 1) {
      problems.push(
        warning(
          'dag-group-levels',
          group.line,
          `Tasks of ${group.id} stand on different levels of the dag, so they cannot all run at once.`,
        ),
      );
    }
    const shared = [...filesOf].filter(([, tasks]) => tasks.length > 1);
    if (shared.length === 0) continue;
    const [file, tasks] = shared[0]!;
    const where = `tasks ${shortened(tasks).join(', ')} share ${file}${shared.length > 1 ? ` and ${shared.length - 1} more files` : ''}`;
    if (group.conflictFree === true) {
      problems.push(
        warning(
          'dag-not-conflict-free',
          group.line,
          `Group ${group.id} says conflict_free, but ${where}. Set conflict_free: false and a coordination_strategy.`,
        ),
      );
    } else if (group.coordinationStrategy === undefined) {
      problems.push(
        warning(
          'dag-no-strategy',
          group.line,
          `In group ${group.id} ${where}, and no coordination_strategy says how. Add coordination_strategy: file_lock.`,
        ),
      );
    }
  }
  return problems;
}

/** Ids of the dag and of the plan's tasks should be the same; a plan without ids has nothing to compare. */
function planProblems(dag: Dag, plan: Plan): TextProblem[] {
  const inPlan = new Set<string>();
  const add = (task: Task) => {
    if (task.number !== undefined) inPlan.add(task.number);
    inPlan.add(task.id);
    task.tasks.forEach(add);
  };
  const numbered = plan.phases.some((phase) => phase.tasks.some((task) => task.number !== undefined));
  if (!numbered) return [];
  plan.phases.forEach((phase) => phase.tasks.forEach(add));
  return [...nodesById(dag).values()]
    .filter((node) => !inPlan.has(node.id))
    .map((node) => ({
      severity: 'info' as const,
      code: 'dag-task-not-in-plan',
      line: node.line,
      message: `The dag has task ${node.id}, but no task of the plan has that id.`,
    }));
}

// --- helpers ---

/** The first node of each id. */
function nodesById(dag: Dag): ReadonlyMap<string, DagNode> {
  const byId = new Map<string, DagNode>();
  for (const node of dag.nodes) if (!byId.has(node.id)) byId.set(node.id, node);
  return byId;
}

function dependenciesOf(node: DagNode, byId: ReadonlyMap<string, DagNode>): string[] {
  return [...new Set(node.dependsOn)].filter((id) => id !== node.id && byId.has(id));
}

function warning(code: string, line: number, message: string): TextProblem {
  return { severity: 'warning', code, line, message };
}

function shortened(ids: readonly string[]): string[] {
  return ids.length <= 8 ? [...ids] : [...ids.slice(0, 4), `… ${ids.length - 6} more …`, ...ids.slice(-2)];
}
