import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { l10n } from 'vscode';
import { initializeConductor as initializeConductorOf } from '../../engine/initializeConductor';
import { newTrack as newTrackOf } from '../../engine/newTrack';
import type { DocumentKind } from '../../model/track';
import { openPlace, tellRefusal, type Command, type CommandContext } from './commandContext';
import { targetRoot, targetTrack } from './targets';

/** New Track: name, type, then folder, files and the entry in tracks.md; opens the spec. */
export const newTrack: Command = async (context, argument) => {
  const title = l10n.t('New Track');
  const picked = await targetRoot(context, argument, title);
  if (!picked) return;
  const name = await context.dialogs.input({
    title,
    placeholder: l10n.t('Name of the track, for example "Guest checkout"'),
    validate: (text) => (text.trim() === '' ? l10n.t('A track needs a name.') : undefined),
  });
  if (name === undefined) return;
  const type = await context.dialogs.pick(
    { title, placeholder: l10n.t('What kind of work is it?') },
    ['feature', 'bugfix', 'refactor', 'infrastructure', 'ui', 'integration', 'docs'].map((value) => ({
      label: value,
      value,
    })),
  );
  if (type === undefined) return;
  const description = await context.dialogs.input({
    title,
    placeholder: l10n.t('What is it for? One sentence for the spec; may be empty.'),
  });
  if (description === undefined) return;
  // An archived track's id is taken too.
  await context.source.openArchive(picked.path);
  const root = context.source.root(picked.path) ?? picked;
  const result = await newTrackOf(context.ports, root, {
    name,
    type,
    description: description.trim() === '' ? undefined : description.trim(),
  });
  await context.source.refresh();
  if ('refused' in result) {
    tellRefusal(context, result.refused, {
      place: result.written[0] === undefined ? undefined : { file: result.written[0] },
      retry: () => newTrack(context, argument),
    });
    return;
  }
  context.log.info(`New track ${result.id}.`, ...result.written);
  await openPlace({ file: join(result.folder, 'spec.md') });
  const made = context.source.root(root.path)?.tracks.find((track) => track.id === result.id);
  if (made && context.tracks.view.visible) {
    await context.tracks.reveal({ root: made.root, key: made.key });
  }
};

/** Initialize Conductor: makes `conductor/` in a workspace folder. Nothing that is there is touched. */
export const initializeConductor: Command = async (context, argument) => {
  await context.source.start();
  const title = l10n.t('Initialize Conductor');
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  const folder =
    folders.length <= 1
      ? folders[0]
      : await context.dialogs.pick(
          { title, placeholder: l10n.t('In which folder?') },
          folders.map((value) => ({ label: value.name, description: value.uri.fsPath, value })),
        );
  if (!folder) {
    if (folders.length === 0) {
      context.dialogs.tell('info', l10n.t('Open a folder first: the conductor directory is made in it.'), {
        [l10n.t('Open Folder')]: () => vscode.commands.executeCommand('vscode.openFolder'),
      });
    }
    return;
  }
  // The welcome view says what will happen before its link is clicked; a palette's best match can be chosen unseen.
  const isAsked = argument !== 'welcome';
  if (!(await mayFill(context, join(folder.uri.fsPath, 'conductor'), folder.uri.fsPath, isAsked))) return;
  const result = await initializeConductorOf(context.ports, {
    folder: folder.uri.fsPath,
    existing: context.source.snapshot.roots.filter((root) => root.workspaceFolder === folder.uri.fsPath),
  });
  await context.source.refresh();
  if ('refused' in result) {
    tellRefusal(context, result.refused);
    return;
  }
  context.log.info(`Initialized ${result.root}.`, ...result.written);
  const kept =
    result.kept.length === 0
      ? ''
      : ` ${l10n.t('Left as it was: {0}.', result.kept.map((file) => basename(file)).join(', '))}`;
  context.dialogs.tell('info', l10n.t('Made {0} files in {1}.', result.written.length, result.root) + kept, {
    [l10n.t('New Track')]: () => vscode.commands.executeCommand('conductor.newTrack'),
  });
};

/** Asks before the first file is written; also where a `conductor/` holds something else (a program of that name, say). */
async function mayFill(
  context: CommandContext,
  path: string,
  folder: string,
  isAsked: boolean,
): Promise<boolean> {
  // Then nothing will be written, and the reason is told.
  if (context.source.snapshot.roots.some((root) => root.workspaceFolder === folder)) return true;
  const names = await readdir(path).catch(() => []);
  if (names.length === 0 && !isAsked) return true;
  const yes = names.length === 0 ? l10n.t('Initialize') : l10n.t('Add the Files');
  const answer =
    names.length === 0
      ? await context.dialogs.confirm(
          l10n.t('Make a conductor directory in {0}?', folder),
          l10n.t(
            'It gets tracks.md and the files that describe the project. No file that is there is changed.',
          ),
          yes,
        )
      : await context.dialogs.confirm(
          l10n.t('{0} exists and holds something else. Make the conductor directory in it?', path),
          l10n.t('No file that is there is changed. It holds: {0}', names.slice(0, 8).join(', ')),
          yes,
        );
  return answer === yes;
}

export function openDocument(kind: DocumentKind & ('spec' | 'plan' | 'metadata')): Command {
  return async (context: CommandContext, argument) => {
    const name = { spec: 'spec.md', plan: 'plan.md', metadata: 'metadata.json' }[kind];
    const track = await targetTrack(
      context,
      argument,
      l10n.t('Open {0}', name),
      ({ documents }) => documents[kind] !== undefined,
    );
    if (!track) return;
    const file = track.documents[kind];
    if (file === undefined) {
      context.dialogs.tell('info', l10n.t('{0} has no {1}.', track.name, name));
      return;
    }
    await openPlace({ file });
  };
}
