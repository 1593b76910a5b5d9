import { slugOf } from './slug';
import type { PhaseDraft, TaskDraft } from './planDraft';

/** Gives out names that were not given out before: `name`, `name#2`, `name#3`, …. */
class Names {
  private readonly used = new Set<string>();
  private readonly counts = new Map<string, number>();

  take(name: string): string {
    let free = name;
    if (this.used.has(name)) {
      let count = this.counts.get(name) ?? 1;
      do {
        count++;
        free = `${name}#${count}`;
      } while (this.used.has(free));
      this.counts.set(name, count);
    }
    this.used.add(free);
    return free;
  }
}

/** Identity of each phase within the plan, as `Phase.key` describes it. In the order given. */
export function phaseKeys(phases: readonly PhaseDraft[]): string[] {
  const repeats = countBy(phases.map((phase) => phase.heading?.number));
  const names = new Names();
  const keys = new Map<PhaseDraft, string>();
  // Numbers first, so that a name which looks like a number never takes one away.
  for (const phase of phases) {
    const number = phase.heading?.number;
    if (number !== undefined && repeats.get(number) === 1) {
      keys.set(phase, names.take(number));
    }
  }
  return phases.map((phase) => keys.get(phase) ?? names.take(phaseSlug(phase)));
}

function phaseSlug(phase: PhaseDraft): string {
  const { heading } = phase;
  if (!heading) {
    return 'tasks';
  }
  return slugOf(heading.name || heading.heading);
}

/** Id of each task, sub-tasks included, as `Task.id` describes it. */
export function taskIds(phases: readonly PhaseDraft[], keys: readonly string[]): Map<TaskDraft, string> {
  const ids = new Map<TaskDraft, string>();
  const names = new Names();
  const top = phases.flatMap((phase) => phase.tasks);
  const sub = descendants(top);
  // The number of a task outranks the same number on a sub-task (`### Task 1` above `- [x] Task 1 complete`).
  const topRepeats = countBy(top.map((task) => task.number));
  const subRepeats = countBy(sub.map((task) => task.number));
  for (const task of top) {
    if (task.number !== undefined && topRepeats.get(task.number) === 1) {
      ids.set(task, names.take(task.number));
    }
  }
  for (const task of sub) {
    const { number } = task;
    if (number !== undefined && subRepeats.get(number) === 1 && !topRepeats.has(number)) {
      ids.set(task, names.take(number));
    }
  }
  const assign = (tasks: readonly TaskDraft[], parent: string): void => {
    for (const task of tasks) {
      let id = ids.get(task);
      if (id === undefined) {
        id = names.take(`${parent}/${slugOf(task.text)}`);
        ids.set(task, id);
      }
      assign(task.tasks, id);
    }
  };
  phases.forEach((phase, index) => {
    assign(phase.tasks, keys[index] ?? '');
  });
  return ids;
}

function descendants(tasks: readonly TaskDraft[]): TaskDraft[] {
  const found: TaskDraft[] = [];
  const waiting = tasks.map((task) => task.tasks);
  for (let below = waiting.pop(); below; below = waiting.pop()) {
    for (const task of below) {
      found.push(task);
      waiting.push(task.tasks);
    }
  }
  return found;
}

function countBy(values: readonly (string | undefined)[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) {
    if (value !== undefined) {
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
  }
  return counts;
}
