import type { PlanPicture } from '../../src/shared/trackModel';

/** Tasks of a phase that are drawn at once; more come by a button. */
export const phaseChunk = 100;
/** Plans up to this many tasks are shown whole. */
const wholePlan = 250;

/**
 * Phases that stand open: what the person chose, else all of a plan that can be read, else of a larger one the phases
 * in which something goes on, as far as one can look over them.
 */
export function openPhases(
  plan: PlanPicture,
  chosen: Readonly<Record<string, boolean>>,
  wanted?: string,
): ReadonlySet<string> {
  const open = new Set<string>();
  let room = wholePlan;
  for (const { key, tasks } of plan.phases) {
    const said = Object.hasOwn(chosen, key) ? chosen[key] : undefined;
    const goesOn =
      plan.total <= wholePlan ||
      tasks.some(({ now, state }) => now || state === 'running' || state === 'failed');
    const isWanted = wanted !== undefined && said === undefined && tasks.some(({ id }) => id === wanted);
    if (said ?? (isWanted || (goesOn && room > 0))) {
      open.add(key);
      room -= Math.min(tasks.length, phaseChunk);
    }
  }
  return open;
}
