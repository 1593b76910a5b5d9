import { relative } from 'node:path';
import * as vscode from 'vscode';
import { l10n } from 'vscode';
import { diagnosticsText } from '../diagnosticsText';
import { sortOrders, type SortOrder } from '../settings';
import type { Command } from './commandContext';
import { targetTasks, targetTrack } from './targets';

/** Refresh: reads everything again from disk. */
export const refresh: Command = async (context) => {
  await context.source.refresh();
  context.needsYou.update();
  context.tracks.refresh();
};

export const filterTracks: Command = async (context) => {
  const text = await context.dialogs.input({
    title: l10n.t('Filter Tracks'),
    placeholder: l10n.t('Part of a name, an id, a step or a task'),
    value: context.tracks.filter,
  });
  if (text !== undefined) context.tracks.setFilter(text);
};

export const clearFilter: Command = (context) => {
  context.tracks.setFilter('');
  return Promise.resolve();
};

function orderWord(order: SortOrder): string {
  switch (order) {
    case 'registry':
      return l10n.t('Order of tracks.md');
    case 'name':
      return l10n.t('Name');
    case 'changed':
      return l10n.t('Last Changed');
    case 'progress':
      return l10n.t('Progress');
  }
}

export const sortTracks: Command = async (context) => {
  const present = context.tracks.order;
  const order = await context.dialogs.pick(
    { title: l10n.t('Sort Tracks'), placeholder: l10n.t('Sort the tracks of each group by') },
    sortOrders.map((value) => ({
      label: orderWord(value),
      description: value === present ? l10n.t('now') : undefined,
      value,
    })),
  );
  if (order === undefined) return;
  await context.tracks.setOrder(order);
};

export const copyTaskId: Command = async (context, ...args) => {
  const targets = await targetTasks(context, args, l10n.t('Copy Task Id'));
  if (targets.length > 0) await vscode.env.clipboard.writeText(targets.map(({ task }) => task.id).join('\n'));
};

export const copyTrackId: Command = async (context, argument) => {
  const track = await targetTrack(context, argument, l10n.t('Copy Track Id'));
  if (track) await vscode.env.clipboard.writeText(track.id);
};

export const showLog: Command = (context) => {
  context.log.show();
  return Promise.resolve();
};

/** Copies what a bug report needs: versions, roots, counts, problems. No content of files. */
export const copyDiagnostics: Command = async (context) => {
  await vscode.env.clipboard.writeText(diagnosticsText(context.source.snapshot, context.version));
  context.dialogs.note(l10n.t('Diagnostics copied.'));
};

/** Choose Folder: a conductor directory in a place of its own, kept in the setting conductor.roots. */
export const chooseFolder: Command = async (context) => {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const chosen = await context.dialogs.openFolder(l10n.t('Choose a Conductor Directory'), folders[0]?.uri);
  if (!chosen) return;
  const owner = vscode.workspace.getWorkspaceFolder(chosen);
  if (!owner) {
    context.dialogs.tell(
      'warning',
      l10n.t(
        '{0} is not inside a folder of this workspace. Add its project to the workspace first.',
        chosen.fsPath,
      ),
      { [l10n.t('Add Folder…')]: () => vscode.commands.executeCommand('workbench.action.addRootFolder') },
    );
    return;
  }
  const path = relative(owner.uri.fsPath, chosen.fsPath).replaceAll('\\', '/') || '.';
  const settings = vscode.workspace.getConfiguration('conductor', owner.uri);
  const roots = settings.get<string[]>('roots', []);
  if (!roots.includes(path)) {
    await settings.update('roots', [...roots, path], vscode.ConfigurationTarget.Workspace);
  }
  await context.source.refresh();
};
