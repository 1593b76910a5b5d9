import { everyTask } from '../../files/everyTask';
import { habitsOf, markTaskEdits, type TaskMark } from '../../files/planEdit';
import { parsePlan } from '../../files/planFile';
import { applyEdits } from '../../files/textEdit';
import type { EditRefusal, EditResult } from '../../model/edit';
import type { Plan, Task } from '../../model/plan';
import { noPlan } from '../markTask';
import type { Execution } from './execution';

/** Refusals that no second try changes: plan.md has no box that could show it. */
const lasting: ReadonlySet<string> = new Set(['no-plan', 'no-marker', 'task-not-found']);

export type MarkOutcome =
  /** `warning`: it could not be shown, and never will be. */
  { readonly marked: true; readonly warning?: string } | { readonly refused: EditRefusal };

/** `[~]`: a worker is at it. Only an open task is marked so. */
export function markDoing(execution: Execution, taskId: string): Promise<MarkOutcome> {
  return mark(execution, taskId, (task) => (task.marker === 'todo' ? [{ taskId, marker: 'doing' }] : []));
}

/** `[ ]`: nobody is at it any more. Only our own `[~]` is taken back. */
export function markOpen(execution: Execution, taskId: string): Promise<MarkOutcome> {
  return mark(execution, taskId, (task) => (task.marker === 'doing' ? [{ taskId, marker: 'todo' }] : []));
}

/**
 * `[x]` with its commit. The worker was given the sub-tasks with the task, so those that are open are ticked with it,
 * except what only a person may tick or somebody has marked blocked. A task that is ticked already stays as it is.
 */
export function markDone(
  execution: Execution,
  taskId: string,
  commit: string | undefined,
): Promise<MarkOutcome> {
  return mark(execution, taskId, (task) => {
    if (task.marker === 'done' || task.marker === 'skipped') return [];
    const below = [...everyTask(task.tasks)].filter(
      ({ marker, needsPerson, markerRange }) =>
        (marker === 'todo' || marker === 'doing') && !needsPerson && markerRange !== undefined,
    );
    return [
      ...below.map(({ id }): TaskMark => ({ taskId: id, marker: 'done', force: true })),
      ...(task.markerRange === undefined && below.length > 0
        ? []
        : [{ taskId, marker: 'done' as const, force: true, ...(commit === undefined ? {} : { commit }) }]),
    ];
  });
}

async function mark(
  { context, track }: Execution,
  taskId: string,
  marksOf: (task: Task) => readonly TaskMark[],
): Promise<MarkOutcome> {
  const file = track.documents.plan;
  if (file === undefined) return { marked: true, warning: noPlan(track).message };
  const outcome = await context.ports.editor.edit({
    root: track.root,
    file,
    change: (text) => {
      const plan = parsePlan(text);
      const task = taskIn(plan, taskId);
      if (!task) return taskGone(taskId);
      return inTurn(text, plan, marksOf(task), track.dialect);
    },
  });
  if (!('refused' in outcome)) return { marked: true };
  if (!lasting.has(outcome.refused.code)) return outcome;
  return { marked: true, warning: outcome.refused.message };
}

function inTurn(
  text: string,
  plan: Plan,
  marks: readonly TaskMark[],
  dialect: Execution['track']['dialect'],
): EditResult {
  if (marks.length === 0) return { edits: [] };
  const habits = habitsOf([{ text, plan }], dialect);
  if (marks.length === 1) return markTaskEdits(text, plan, marks[0]!, habits);
  let now = text;
  for (const one of marks) {
    const result = markTaskEdits(now, parsePlan(now), one, habits);
    if ('refused' in result) return result;
    now = applyEdits(now, result.edits);
  }
  return { edits: [{ start: 0, end: text.length, text: now }] };
}

function taskIn(plan: Plan, taskId: string): Task | undefined {
  return [...everyTask(plan.phases.flatMap(({ tasks }) => tasks))].find(({ id }) => id === taskId);
}

function taskGone(taskId: string): EditResult {
  return {
    refused: {
      code: 'task-not-found',
      message: `plan.md has no task "${taskId}" any more, so it does not show what became of it.`,
    },
  };
}
