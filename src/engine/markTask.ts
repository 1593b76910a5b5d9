import { habitsOf, markTaskEdits, type TaskMark } from '../files/planEdit';
import { parsePlan } from '../files/planFile';
import type { Track } from '../model/track';
import type { EditOutcome } from '../store/fileEditor';
import type { Ports } from './ports';

/**
 * Gives a task of a track another marker, in place (DESIGN §4): without a commit or a note only the character between
 * the brackets changes. The task is found anew in the text as it is when it is written; what was shown may be older.
 *
 * Refuses with `no-plan`, and the codes of markTaskEdits and of the editor.
 */
export async function markTask(
  ports: Pick<Ports, 'editor'>,
  track: Track,
  mark: TaskMark,
  signal?: AbortSignal,
): Promise<EditOutcome> {
  const file = track.documents.plan;
  if (file === undefined) return { refused: noPlan(track) };
  return ports.editor.edit({
    root: track.root,
    file,
    change: (text) => {
      const plan = parsePlan(text);
      return markTaskEdits(text, plan, mark, habitsOf([{ text, plan }], track.dialect));
    },
    ...(signal ? { signal } : {}),
  });
}

/** Why nothing can be done in the plan of a track that has none. */
export function noPlan(track: Track): { readonly code: string; readonly message: string } {
  const where = track.folder ?? `the registry of ${track.root}`;
  return {
    code: 'no-plan',
    message: `“${track.name}” has no plan.md (${where}), so it has no tasks to mark.`,
  };
}
