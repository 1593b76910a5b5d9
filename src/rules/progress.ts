import type { Plan, Progress, Task } from '../model/plan';

/** Counts of the plan's tasks: not sub-tasks, not other check boxes. No plan, or a plan without tasks, is all zeros. */
export function progressOf(plan: Plan | undefined): Progress {
  const counts = { total: 0, done: 0, doing: 0, blocked: 0, skipped: 0 };
  for (const task of tasksOf(plan)) {
    counts.total += 1;
    if (task.marker === 'done') counts.done += 1;
    else if (task.marker === 'doing') counts.doing += 1;
    else if (task.marker === 'blocked') counts.blocked += 1;
    else if (task.marker === 'skipped') counts.skipped += 1;
  }
  return counts;
}

/** Tasks that still need work: neither done nor skipped. Blocked and unclear ones count as open. */
export function openTasks(progress: Progress): number {
  return progress.total - progress.done - progress.skipped;
}

/** Tasks that somebody could work on now: open and not blocked. */
export function runnableTasks(progress: Progress): number {
  return openTasks(progress) - progress.blocked;
}

/**
 * True when the plan has tasks and each is done or skipped. A plan without tasks is never complete, nor one in
 * which everything was skipped and nothing done.
 */
export function allTasksDone(progress: Progress): boolean {
  return progress.done > 0 && openTasks(progress) === 0;
}

/** The plan's tasks in file order, without sub-tasks. */
export function tasksOf(plan: Plan | undefined): readonly Task[] {
  return plan?.phases.flatMap((phase) => phase.tasks) ?? [];
}

/** The task that is being worked on, else the first that is to do. */
export function nextOpenTask(plan: Plan | undefined): Task | undefined {
  const tasks = tasksOf(plan);
  return (
    tasks.find((task) => task.marker === 'doing') ??
    tasks.find((task) => task.marker === 'todo' || task.marker === 'unclear')
  );
}

/**
 * Ids and numbers of the tasks and sub-tasks that are done or skipped. A number that several tasks have is among them
 * only when all of those are.
 */
export function finishedTasks(plan: Plan | undefined): ReadonlySet<string> {
  const finished = new Set<string>();
  const unfinished = new Set<string>();
  const add = (task: Task): void => {
    const names = task.marker === 'done' || task.marker === 'skipped' ? finished : unfinished;
    names.add(task.id);
    if (task.number !== undefined) names.add(task.number);
    task.tasks.forEach(add);
  };
  tasksOf(plan).forEach(add);
  for (const name of unfinished) finished.delete(name);
  return finished;
}
