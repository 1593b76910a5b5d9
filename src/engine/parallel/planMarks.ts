import { everyTask } from '../../files/everyTask';
import { habitsOf, markTaskEdits, type TaskMark } from '../../files/planEdit';
import { parsePlan } from '../../files/planFile';
import type { EditRefusal, EditResult, TextEdit } from '../../model/edit';
import type { Task } from '../../model/plan';
import type { Track } from '../../model/track';
import type { EditOutcome, FileEditor } from '../../store/fileEditor';
import { noPlan } from '../markTask';

export type MarkOutcome =
  /** `warning`: plan.md has no box that could show it, so that no second try helps. */
  { readonly marked: true; readonly warning?: string } | { readonly refused: EditRefusal };

interface Wanted {
  readonly taskId: string;
  readonly marksOf: (task: Task) => readonly TaskMark[];
  readonly done: (outcome: MarkOutcome) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Marks of tasks in plan.md, in place as markTask makes them. What is asked for while an edit is being made is made
 * together in the next one, on one reading of the plan; marks of one task one after the other.
 */
export class PlanMarks {
  private wanted: Wanted[] = [];
  private busy = false;

  /** @param pause how long a first mark waits for others that are about to come */
  constructor(
    private readonly editor: FileEditor,
    private readonly pause: () => Promise<void> = () => Promise.resolve(),
  ) {}

  /** `[~]`: a worker is at it. Only an open task is marked so. */
  doing(track: Track, taskId: string): Promise<MarkOutcome> {
    return this.mark(track, taskId, ({ marker }) => (marker === 'todo' ? [{ taskId, marker: 'doing' }] : []));
  }

  /** `[ ]`: nobody is at it any more. Only `[~]` is taken back. */
  open(track: Track, taskId: string): Promise<MarkOutcome> {
    return this.mark(track, taskId, ({ marker }) => (marker === 'doing' ? [{ taskId, marker: 'todo' }] : []));
  }

  /**
   * `[x]` with its commit. The worker was given the sub-tasks with the task, so those that are open are ticked with it,
   * except what only a person may tick or somebody has marked blocked. A task that is ticked already stays as it is.
   */
  done(track: Track, taskId: string, commit: string | undefined): Promise<MarkOutcome> {
    return this.mark(track, taskId, (task) => {
      if (task.marker === 'done' || task.marker === 'skipped') return [];
      const below = [...everyTask(task.tasks)].filter(
        ({ marker, needsPerson, markerRange }) =>
          (marker === 'todo' || marker === 'doing') && !needsPerson && markerRange !== undefined,
      );
      const own: TaskMark = {
        taskId,
        marker: 'done',
        force: true,
        ...(commit === undefined ? {} : { commit }),
      };
      return [
        ...below.map(({ id }): TaskMark => ({ taskId: id, marker: 'done', force: true })),
        // Its state follows from its sub-tasks.
        ...(task.markerRange === undefined && below.length > 0 ? [] : [own]),
      ];
    });
  }

  private mark(track: Track, taskId: string, marksOf: Wanted['marksOf']): Promise<MarkOutcome> {
    const file = track.documents.plan;
    if (file === undefined) return Promise.resolve({ refused: noPlan(track) });
    return new Promise((done, failed) => {
      this.wanted.push({ taskId, marksOf, done, failed });
      if (!this.busy) void this.work(track, file);
    });
  }

  private async work(track: Track, file: string): Promise<void> {
    this.busy = true;
    await this.pause();
    for (let batch = this.take(); batch.length > 0; batch = this.take()) await this.make(track, file, batch);
    this.busy = false;
  }

  /** The first mark of each task. */
  private take(): Wanted[] {
    const tasks = new Set<string>();
    const batch: Wanted[] = [];
    const later: Wanted[] = [];
    for (const one of this.wanted) {
      (tasks.has(one.taskId) ? later : batch).push(one);
      tasks.add(one.taskId);
    }
    this.wanted = later;
    return batch;
  }

  private async make(track: Track, file: string, batch: readonly Wanted[]): Promise<void> {
    let refusals: readonly (EditRefusal | undefined)[] = [];
    let outcome: EditOutcome;
    try {
      outcome = await this.editor.edit({
        root: track.root,
        file,
        change: (text) => {
          const result = marksIn(text, track, batch);
          refusals = result.refusals;
          return result.edit;
        },
      });
    } catch (error) {
      for (const { failed } of batch) failed(error);
      return;
    }
    for (const [i, { done }] of batch.entries()) {
      const refused = refusals[i] ?? ('refused' in outcome ? outcome.refused : undefined);
      if (!refused) done({ marked: true });
      else done(refused.code === 'no-marker' ? { marked: true, warning: refused.message } : { refused });
    }
  }
}

/** Each task stands on lines of its own, so that all edits can be worked out on the same text. */
function marksIn(
  text: string,
  track: Track,
  batch: readonly Wanted[],
): { readonly edit: EditResult; readonly refusals: readonly (EditRefusal | undefined)[] } {
  const plan = parsePlan(text);
  const habits = habitsOf([{ text, plan }], track.dialect);
  const tasks = new Map(
    [...everyTask(plan.phases.flatMap((phase) => phase.tasks))].map((task) => [task.id, task]),
  );
  const edits: TextEdit[] = [];
  const refusals = batch.map(({ taskId, marksOf }) => {
    const task = tasks.get(taskId);
    if (!task) return taskGone(taskId);
    const own: TextEdit[] = [];
    for (const mark of marksOf(task)) {
      const result = markTaskEdits(text, plan, mark, habits);
      if ('refused' in result) return result.refused;
      own.push(...result.edits);
    }
    edits.push(...own);
    return undefined;
  });
  const first = refusals[0];
  const none = first !== undefined && refusals.every((refusal) => refusal !== undefined);
  return { edit: none ? { refused: first } : { edits }, refusals };
}

function taskGone(taskId: string): EditRefusal {
  return {
    code: 'task-not-found',
    message: `plan.md has no task "${taskId}" any more, so it does not show what became of it.`,
  };
}
