import type { Phase, Plan, Task } from '../../model/plan';
import { ghost } from './dagTasks';
import type { Dependency, GraphTask } from './graphTask';
import { PlanIndex } from './planIndex';

/** More edges than this between one step and the next show nothing more; see `waitFor`. */
const mostEdges = 2_500;
const mostOpen = 50;

/**
 * A graph for a plan without a machine-readable DAG, from phases and order (spec 003: phases follow each other):
 * - A task that says what it depends on waits for that and nothing else.
 * - Any other task waits for the task before it in its phase. Tasks side by side with the same `parallel:` group wait
 *   for what stands before the group, and what follows waits for all of them.
 * - The first of a phase wait for the last of the phase before: its tasks that no task of that phase waits for.
 * Sub-tasks belong to their task and are no nodes.
 */
export function derivedTasks(plan: Plan): GraphTask[] {
  const index = new PlanIndex(plan);
  const tasks = new Map<string, GraphTask>();
  const endOf = new Map<Phase, readonly Task[]>();
  let before: Dependency[] = [];
  const phases = plan.phases
    .filter((phase) => phase.tasks.length > 0)
    .map((phase) => ({ phase, steps: stepsOf(phase) }));
  for (const [i, { phase, steps }] of phases.entries()) {
    const awaited = new Set<string>();
    for (const [k, step] of steps.entries()) {
      for (const task of step) {
        const { dependsOn, remarks } = writtenAt(task, phase, plan, index, endOf);
        const waits = dependsOn.length > 0 ? dependsOn : before;
        for (const { id } of waits) if (id !== task.id) awaited.add(id);
        tasks.set(task.id, {
          id: task.id,
          name: task.text,
          task,
          phase,
          group: task.parallelGroup,
          dependsOn: waits,
          remarks,
        });
      }
      before = waitFor(step, 'order', steps[k + 1]?.length ?? 1);
    }
    const last = phase.tasks.filter((task) => !awaited.has(task.id));
    // In a phase that is one circle every task is awaited.
    endOf.set(phase, last.length > 0 ? last : phase.tasks.slice(-1));
    before = waitFor(endOf.get(phase)!, 'phase', phases[i + 1]?.steps[0]?.length ?? 1);
  }
  for (const { dependsOn } of [...tasks.values()]) {
    for (const { id } of dependsOn) if (!tasks.has(id)) tasks.set(id, ghost(id, undefined));
  }
  return [...tasks.values()];
}

/** Tasks that run side by side: neighbours of one parallel group, or one task by itself. */
function stepsOf(phase: Phase): Task[][] {
  const steps: Task[][] = [];
  for (const task of phase.tasks) {
    const last = steps.at(-1);
    if (last && task.parallelGroup !== undefined && last[0]!.parallelGroup === task.parallelGroup)
      last.push(task);
    else steps.push([task]);
  }
  return steps;
}

/**
 * Dependencies on all of `tasks`. When that would make too many edges, on the open ones alone, fifty at most: who waits
 * for them waits just as truly, and when none is open, nobody waits.
 */
function waitFor(tasks: readonly Task[], kind: Dependency['kind'], waiters: number): Dependency[] {
  let kept = tasks;
  if (tasks.length * waiters > mostEdges) {
    const open = tasks.filter(({ marker }) => marker !== 'done' && marker !== 'skipped');
    kept = open.length > 0 ? open.slice(0, mostOpen) : tasks.slice(-1);
  }
  return kept.map(({ id }) => ({ id, kind }));
}

/** What the task itself says that it depends on, as nodes of the graph. Words that name no task become a remark. */
function writtenAt(
  task: Task,
  phase: Phase,
  plan: Plan,
  index: PlanIndex,
  endOf: ReadonlyMap<Phase, readonly Task[]>,
): { dependsOn: Dependency[]; remarks: string[] } {
  const ids = new Set<string>();
  const remarks: string[] = [];
  for (const written of task.dependsOn) {
    const found = index.find(written, phase.key);
    if (found) {
      ids.add(found.top.id);
      continue;
    }
    const whole = phaseNamed(written, plan);
    const ends = whole && endOf.get(whole);
    if (ends) for (const { id } of waitFor(ends, 'written', mostEdges)) ids.add(id);
    else if (/^[\w.#/-]{1,60}$/.test(written)) ids.add(written);
    else remarks.push(`Depends on “${written}”, which names no task (plan.md:${task.line}).`);
  }
  return { dependsOn: [...ids].map((id) => ({ id, kind: 'written' })), remarks };
}

/** "Phase 2" */
function phaseNamed(written: string, plan: Plan): Phase | undefined {
  const number = /^phase\s+(\S+)$/i.exec(written.trim())?.[1];
  return number === undefined ? undefined : plan.phases.find((phase) => phase.number === number);
}
