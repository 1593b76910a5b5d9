import type { Phase, Plan, Task } from '../../model/plan';
import { plainTaskId } from './graphTask';

/** A task of the plan and the phase that it stands in. */
export interface PlacedTask {
  readonly task: Task;
  readonly phase: Phase;
  /** The task of the phase that it belongs to: itself, unless it is a sub-task. */
  readonly top: Task;
  /** Other tasks with the same number. */
  readonly others: readonly Task[];
}

/** Finds the task that an id means. Sub-tasks are found, too, but a task of the same number comes first. */
export class PlanIndex {
  private readonly byId = new Map<string, PlacedTask>();
  private readonly byNumber = new Map<string, Omit<PlacedTask, 'others'>[]>();

  constructor(plan: Plan | undefined) {
    let level = (plan?.phases ?? []).flatMap((phase) =>
      phase.tasks.map((task) => ({ task, phase, top: task })),
    );
    while (level.length > 0) {
      for (const placed of level) {
        const { task } = placed;
        this.byId.set(task.id, { ...placed, others: [] });
        if (task.number === undefined) continue;
        const same = this.byNumber.get(task.number);
        if (same) same.push(placed);
        else this.byNumber.set(task.number, [placed]);
      }
      level = level.flatMap((placed) => placed.task.tasks.map((sub) => ({ ...placed, task: sub })));
    }
  }

  /** @param phase when several tasks have that number, the one of this phase (key or number) is meant */
  find(id: string, phase?: string): PlacedTask | undefined {
    const plain = plainTaskId(id);
    const known = this.byId.get(id) ?? this.byId.get(plain);
    if (known) return known;
    const same = this.byNumber.get(plain);
    if (!same) return undefined;
    const placed = same.find((one) => one.phase.key === phase || one.phase.number === phase) ?? same[0]!;
    return { ...placed, others: same.filter((one) => one !== placed).map(({ task }) => task) };
  }
}
