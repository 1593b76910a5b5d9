import { relative } from 'node:path';
import * as vscode from 'vscode';
import { l10n } from 'vscode';
import { parsePlan } from '../../files/planFile';
import { markerWord } from '../../model/marker';
import type { Phase, Plan, Task } from '../../model/plan';
import type { RootSnapshot } from '../../model/root';
import type { Track } from '../../model/track';
import type { Choice } from '../dialogs';
import { markerIcon, phaseMarker, trackIcon } from '../views/icons';
import { rootTitles } from '../views/rootTitles';
import type { TrackRef } from '../views/trackNodes';
import { groupWord, progressText, trackDescription } from '../views/words';
import type { CommandContext } from './commandContext';

/** What a command is about: taken from the row or the editor it was called on, else the person is asked. */

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** The track that an argument names: a row of a view, or the reference itself. */
export function refIn(argument: unknown): TrackRef | undefined {
  if (!isObject(argument)) return undefined;
  const ref = isObject(argument['track']) ? argument['track'] : argument;
  const { root, key } = ref;
  return typeof root === 'string' && typeof key === 'string' ? { root, key } : undefined;
}

/** A string property of a row: `argument` of a problem or step. */
export function argumentIn(argument: unknown): string | undefined {
  return isObject(argument) && typeof argument['argument'] === 'string' ? argument['argument'] : undefined;
}

function taskIn(argument: unknown): { ref: TrackRef; id: string } | undefined {
  const ref = refIn(argument);
  if (!ref || !isObject(argument) || argument['kind'] !== 'task' || !isObject(argument['task']))
    return undefined;
  const { id } = argument['task'];
  return typeof id === 'string' ? { ref, id } : undefined;
}

function phaseIn(argument: unknown): { ref: TrackRef; key: string } | undefined {
  const ref = refIn(argument);
  if (!ref || !isObject(argument) || argument['kind'] !== 'phase' || !isObject(argument['phase']))
    return undefined;
  const { key } = argument['phase'];
  return typeof key === 'string' ? { ref, key } : undefined;
}

export function allTracks(context: CommandContext): readonly Track[] {
  return context.source.snapshot.roots.flatMap((root) => root.tracks);
}

/**
 * The track of the row, of the file in the active editor, or the one that the person picks.
 *
 * @param first Tracks that most likely are meant: they head the list.
 */
export async function targetTrack(
  context: CommandContext,
  argument: unknown,
  title: string,
  fits: (track: Track) => boolean = () => true,
  first: (track: Track) => boolean = () => false,
): Promise<Track | undefined> {
  await context.source.start();
  const ref = refIn(argument);
  const named = ref && context.source.track(ref);
  if (named) return named;
  if (ref) {
    context.dialogs.tell('warning', l10n.t('This track is no longer there.'));
    return undefined;
  }
  const open = editorTrack(context, argument);
  if (open && fits(open)) return open;
  const choices = allTracks(context)
    .filter(fits)
    .sort((a, b) => Number(first(b)) - Number(first(a)))
    .map((track): Choice<Track> => {
      const { id, color } = trackIcon(track);
      return {
        label: track.name,
        description: trackDescription(track),
        detail: `${groupWord(track.group)} · ${track.id}${manyRoots(context) ? ` · ${rootTitle(context, track.root)}` : ''}`,
        iconPath: new vscode.ThemeIcon(id, color === undefined ? undefined : new vscode.ThemeColor(color)),
        value: track,
      };
    });
  if (choices.length === 0) {
    context.dialogs.tell('info', l10n.t('{0}: there is no track for it now.', title));
    return undefined;
  }
  return context.dialogs.pick({ title, placeholder: l10n.t('Choose a track') }, choices);
}

/** How a root is told from the others; its path when it has gone. */
function rootTitle(context: CommandContext, path: string): string {
  return rootTitles(context.source.snapshot.roots).get(path) ?? path;
}

function manyRoots(context: CommandContext): boolean {
  return context.source.snapshot.roots.length > 1;
}

/** The track that a file belongs to: the given one, else that of the active editor. */
function editorTrack(context: CommandContext, argument: unknown): Track | undefined {
  const uri = argument instanceof vscode.Uri ? argument : vscode.window.activeTextEditor?.document.uri;
  if (uri?.scheme !== 'file') return undefined;
  return allTracks(context).find((track) => {
    if (track.folder === undefined) return false;
    const inside = relative(track.folder, uri.fsPath);
    return inside !== '' && !inside.startsWith('..');
  });
}

export async function targetRoot(
  context: CommandContext,
  argument: unknown,
  title: string,
): Promise<RootSnapshot | undefined> {
  await context.source.start();
  const { roots } = context.source.snapshot;
  const path = isObject(argument) && typeof argument['root'] === 'string' ? argument['root'] : undefined;
  if (path !== undefined) return context.source.root(path);
  if (roots.length <= 1) return roots[0];
  return context.dialogs.pick(
    { title, placeholder: l10n.t('Choose a conductor directory') },
    roots.map((root) => ({
      label: rootTitle(context, root.path),
      description: root.dialects.join(', '),
      value: root,
    })),
  );
}

export interface TaskTarget {
  readonly track: Track;
  readonly task: Task;
  /** Absolute path of plan.md. */
  readonly file: string;
}

/** Tasks of the selected rows, the task at the cursor in plan.md, or the one that the person picks. */
export async function targetTasks(
  context: CommandContext,
  args: readonly unknown[],
  title: string,
): Promise<readonly TaskTarget[]> {
  await context.source.start();
  const [clicked, selection] = args;
  const rows = Array.isArray(selection) && selection.includes(clicked) ? (selection as unknown[]) : [clicked];
  const named = rows.map(taskIn).filter((task) => task !== undefined);
  if (named.length > 0) {
    const found = named
      .map(({ ref, id }) => findTask(context, ref, id))
      .filter((target) => target !== undefined);
    if (found.length < named.length) {
      context.dialogs.tell(
        'warning',
        l10n.t(
          'The plan has changed: the task is no longer there. Look at the plan as it is now, then try again.',
        ),
      );
    }
    return found;
  }
  const atCursor = taskAtCursor(context, clicked);
  if (atCursor) return [atCursor];
  const track = await targetTrack(
    context,
    clicked,
    title,
    ({ plan }) => plan !== undefined && plan.checkboxes.tasks > 0,
  );
  if (!track?.plan || track.documents.plan === undefined) return [];
  const task = await context.dialogs.pick(
    { title: `${title}: ${track.name}`, placeholder: l10n.t('Choose a task') },
    taskChoices(track.plan),
  );
  return task ? [{ track, task, file: track.documents.plan }] : [];
}

export function findTask(context: CommandContext, ref: TrackRef, id: string): TaskTarget | undefined {
  const track = context.source.track(ref);
  const file = track?.documents.plan;
  const task = track?.plan && tasksOf(track.plan).find((candidate) => candidate.id === id);
  return track && file !== undefined && task ? { track, task, file } : undefined;
}

function taskAtCursor(context: CommandContext, argument: unknown): TaskTarget | undefined {
  const editor = vscode.window.activeTextEditor;
  if (!editor || (argument instanceof vscode.Uri && argument.toString() !== editor.document.uri.toString())) {
    return undefined;
  }
  const track = editorTrack(context, editor.document.uri);
  const file = track?.documents.plan;
  if (!track || file === undefined || editor.document.uri.fsPath !== file) return undefined;
  // The buffer may be ahead of what was read from disk; the cursor is in the buffer.
  const line = editor.selection.active.line + 1;
  const at = tasksOf(parsePlan(editor.document.getText())).filter(
    (task) => task.line <= line && line <= task.endLine,
  );
  // The innermost one: sub-tasks come after their parent.
  const task = at.at(-1);
  return task && { track, task, file };
}

function taskChoices(plan: Plan): Choice<Task>[] {
  return plan.phases.flatMap((phase) =>
    flatten(phase.tasks)
      .filter(({ place }) => place !== 'derived')
      .map((task) => {
        const { id, color } = markerIcon(task.marker);
        return {
          label: task.number === undefined ? task.text : `${task.number} ${task.text}`,
          description: markerWord[task.marker],
          detail: phase.heading,
          iconPath: new vscode.ThemeIcon(id, color === undefined ? undefined : new vscode.ThemeColor(color)),
          value: task,
        };
      }),
  );
}

export function tasksOf(plan: Plan): readonly Task[] {
  return plan.phases.flatMap((phase) => flatten(phase.tasks));
}

function flatten(tasks: readonly Task[]): Task[] {
  return tasks.flatMap((task) => [task, ...flatten(task.tasks)]);
}

export interface PhaseTarget {
  readonly track: Track;
  readonly phase: Phase;
  /** Absolute path of plan.md. */
  readonly file: string;
}

export async function targetPhase(
  context: CommandContext,
  argument: unknown,
  title: string,
): Promise<PhaseTarget | undefined> {
  await context.source.start();
  const named = phaseIn(argument);
  const track = named
    ? context.source.track(named.ref)
    : await targetTrack(
        context,
        argument,
        title,
        ({ plan }) => plan?.phases.some(({ saysDone }) => !saysDone) ?? false,
      );
  const file = track?.documents.plan;
  if (!track?.plan || file === undefined) return undefined;
  const phase = named
    ? track.plan.phases.find(({ key }) => key === named.key)
    : await context.dialogs.pick(
        { title: `${title}: ${track.name}`, placeholder: l10n.t('Choose a phase') },
        track.plan.phases
          .filter((candidate) => !candidate.saysDone && candidate.heading !== '')
          .map((candidate) => ({
            label: candidate.heading,
            description: `${markerWord[phaseMarker(candidate)]} · ${progressOf(candidate)}`,
            value: candidate,
          })),
      );
  return phase && { track, phase, file };
}

function progressOf({ tasks }: Phase): string {
  const count = (marker: Task['marker']): number => tasks.filter((task) => task.marker === marker).length;
  return progressText({
    total: tasks.length,
    done: count('done'),
    doing: count('doing'),
    blocked: count('blocked'),
    skipped: count('skipped'),
  });
}
