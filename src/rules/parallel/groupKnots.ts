import { circularComponents } from '../graph';
import type { TaskLane, TaskNode } from '../taskGraph';

/**
 * For groups that wait for each other in a circle, though their tasks do not, also by way of tasks without a group: the
 * tasks of the whole circle, by group.
 */
export function groupKnots(
  lanes: Iterable<TaskLane>,
  nodes: ReadonlyMap<string, TaskNode>,
): ReadonlyMap<string, readonly string[]> {
  // A task without a group is a unit of its own. Groups come first, so no id of a task can be taken for one.
  const groups = [...lanes];
  const unitOf = new Map(groups.flatMap((lane, g) => lane.tasks.map((id) => [id, g] as const)));
  const units: (readonly string[])[] = groups.map(({ tasks }) => tasks);
  for (const id of nodes.keys()) {
    if (unitOf.has(id)) continue;
    unitOf.set(id, units.length);
    units.push([id]);
  }
  const needs = units.map((tasks, unit) =>
    tasks
      .flatMap((id) => nodes.get(id)?.dependsOn ?? [])
      .flatMap((id) => unitOf.get(id) ?? [])
      .filter((other) => other !== unit)
      .map(String),
  );
  const knots = circularComponents(
    needs.map((_, unit) => String(unit)),
    (unit) => needs[Number(unit)]!,
  );
  return new Map(
    knots.flatMap((knot) => {
      const tasks = knot.flatMap((unit) => units[Number(unit)]!);
      return knot.flatMap((unit) => {
        const lane = groups[Number(unit)];
        return lane ? [[lane.id, tasks] as const] : [];
      });
    }),
  );
}
