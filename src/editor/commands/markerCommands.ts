import { basename } from 'node:path';
import { l10n, ThemeIcon } from 'vscode';
import { markTask as markTaskOf } from '../../engine/markTask';
import type { TaskMark } from '../../files/planEdit';
import { markerWord, type SettableMarker } from '../../model/marker';
import type { EditOutcome } from '../../store/fileEditor';
import { commitSummary } from '../../store/git';
import type { Choice } from '../dialogs';
import { askForCommit } from '../settings';
import type { TaskNode } from '../views/trackNodes';
import { setContext } from '../contextKeys';
import { tellOutcome, tellRefusal, type Command, type CommandContext } from './commandContext';
import { findTask, targetTasks, type TaskTarget } from './targets';

/** Mark Task as …: from the palette, a row (or several selected ones), or the cursor in plan.md. */
export function markTask(marker: SettableMarker): Command {
  return async (context, ...args) => {
    const title = l10n.t('Mark Task as {0}', markerWord[marker]);
    const targets = await targetTasks(context, args, title);
    const details = targets.length > 0 ? await askDetails(context, targets, marker, 'menu') : undefined;
    if (!details) return;
    for (const target of targets) await mark(context, target, { ...details, marker });
  };
}

/** A click on a check box: done, or back to do. At once and without questions, as far as settings and sub-tasks let it. */
export async function toggleTask(context: CommandContext, node: TaskNode, checked: boolean): Promise<void> {
  const marker = checked ? 'done' : 'todo';
  const target = findTask(context, node.track, node.task.id);
  const details = target && (await askDetails(context, [target], marker, 'checkBox'));
  const isOnDisk = target && details ? await mark(context, target, { ...details, marker }) : false;
  // The box shows the click already; what the file on disk does not say must not be shown.
  if (!isOnDisk) context.tracks.refreshTrack(node.track);
}

interface Details {
  readonly commit?: string;
  readonly note?: string;
}

/** What the marker should be written with; undefined: cancelled. */
async function askDetails(
  context: CommandContext,
  targets: readonly TaskTarget[],
  marker: SettableMarker,
  from: 'menu' | 'checkBox',
): Promise<Details | undefined> {
  const [first] = targets;
  if (!first) return undefined;
  if (marker === 'blocked') {
    const note = await context.dialogs.input({
      title: titleOf(targets, marker),
      placeholder: l10n.t('Why is it blocked? The reason is written below the task.'),
      validate: (text) => (text.trim() === '' ? l10n.t('Give the reason.') : undefined),
    });
    return note === undefined ? undefined : { note: note.trim() };
  }
  const ask = askForCommit();
  if (marker === 'done' && (ask === 'always' || (ask === 'fromMenu' && from === 'menu'))) {
    return askCommit(context, first, titleOf(targets, marker));
  }
  return {};
}

function titleOf(targets: readonly TaskTarget[], marker: SettableMarker): string {
  const [first] = targets;
  if (targets.length === 1 && first) {
    const { number, text } = first.task;
    return `${markerWord[marker]}: ${number === undefined ? text : `${number} ${text}`}`;
  }
  return l10n.t('{0}: {1} tasks', markerWord[marker], targets.length);
}

async function askCommit(
  context: CommandContext,
  { track }: TaskTarget,
  title: string,
): Promise<Details | undefined> {
  const head = await context.ports.git.headCommit(track.root);
  const subject = head === undefined ? undefined : await commitSummary(track.root, head);
  const choices: Choice<'head' | 'none' | 'other'>[] = [
    ...(head === undefined
      ? []
      : [
          {
            label: head,
            iconPath: new ThemeIcon('git-commit'),
            description: subject?.subject,
            detail: l10n.t('The present commit (HEAD)'),
            value: 'head' as const,
          },
        ]),
    {
      label: l10n.t('No commit'),
      iconPath: new ThemeIcon('circle-large'),
      detail: l10n.t('Only the marker changes'),
      value: 'none',
    },
    { label: l10n.t('Another commit…'), iconPath: new ThemeIcon('edit'), value: 'other' },
  ];
  const choice = await context.dialogs.pick({ title, placeholder: l10n.t('Which commit did it?') }, choices);
  if (choice === undefined) return undefined;
  let commit: string | undefined = choice === 'head' ? head : undefined;
  if (choice === 'other') {
    commit = await context.dialogs.input({
      title,
      placeholder: l10n.t('Commit, as a hexadecimal id'),
      validate: (text) =>
        /^[0-9a-f]{4,40}$/i.test(text.trim()) ? undefined : l10n.t('4 to 40 hexadecimal digits.'),
    });
    if (commit === undefined) return undefined;
    commit = commit.trim();
  }
  const note = await context.dialogs.input({
    title,
    placeholder: l10n.t('Summary of what was done, written below the task. Leave it empty for none.'),
  });
  if (note === undefined) return undefined;
  return { commit, note: note.trim() === '' ? undefined : note.trim() };
}

/** For a panel, which says itself what came of it: with the questions of the menu. Undefined: cancelled. */
export async function askAndMark(
  context: CommandContext,
  target: TaskTarget,
  marker: SettableMarker,
): Promise<EditOutcome | undefined> {
  const details = await askDetails(context, [target], marker, 'menu');
  return details && markTarget(context, target, { ...details, marker });
}

/** True when the file on disk now says so, and not just an editor that was not saved. Open sub-tasks: the person decides. */
async function mark(
  context: CommandContext,
  target: TaskTarget,
  details: Omit<TaskMark, 'taskId'>,
): Promise<boolean> {
  const outcome = await markTarget(context, target, details);
  if (!outcome) return false;
  tellOutcome(context, outcome, {
    done: l10n.t(
      '{0} is {1} ({2}).',
      target.task.number ?? target.task.text,
      markerWord[details.marker],
      basename(target.file),
    ),
    place: { file: target.file, line: target.task.line },
    retry: () => mark(context, target, details),
  });
  return !('refused' in outcome) && outcome.where === 'disk';
}

/**
 * Marks a task and keeps the edit for Undo Last Marker, without telling how it went. With open sub-tasks the person is
 * asked; undefined: they do not want it.
 */
export async function markTarget(
  context: CommandContext,
  target: TaskTarget,
  details: Omit<TaskMark, 'taskId'>,
): Promise<EditOutcome | undefined> {
  const outcome = await markTaskOf(context.ports, target.track, { taskId: target.task.id, ...details });
  if ('refused' in outcome) {
    if (outcome.refused.code !== 'sub-tasks-open' || details.force === true) return outcome;
    const yes = l10n.t('Mark as Done');
    const answer = await context.dialogs.confirm(
      l10n.t('"{0}" has open sub-tasks. Mark it as done all the same?', target.task.text),
      outcome.refused.message,
      yes,
    );
    return answer === yes ? markTarget(context, target, { ...details, force: true }) : undefined;
  }
  if (outcome.changed) {
    context.history.record({
      root: target.track.root,
      file: target.file,
      outcome,
      what: `${target.task.number ?? target.task.text}: ${markerWord[details.marker]}`,
    });
    setContext('canUndoMarker', true);
  }
  return outcome;
}

/** Undo Last Marker: exactly the reverse of our last edit, while the file still has it. */
export const undoLastMarker: Command = async (context) => {
  const last = context.history.last;
  if (!last) {
    context.dialogs.tell('info', l10n.t('There is no marker of ours to undo.'));
    return;
  }
  const outcome = await context.history.undo(context.ports);
  setContext('canUndoMarker', context.history.last !== undefined);
  if ('refused' in outcome) tellRefusal(context, outcome.refused, { place: { file: last.file } });
  else tellOutcome(context, outcome, { done: l10n.t('Undone: {0}', last.what) });
};
