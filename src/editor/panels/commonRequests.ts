import { isAbsolute, relative, resolve, dirname } from 'node:path';
import * as vscode from 'vscode';
import { l10n } from 'vscode';
import type { CommonRequest, Reply } from '../../shared/protocol';
import { openPlace } from '../commands/commandContext';
import type { PanelView } from './panelKind';

/** What every page may ask. Files are opened only inside the project, links only after a look at where they lead. */
export async function commonHandler(view: PanelView, request: CommonRequest): Promise<Reply> {
  switch (request.kind) {
    case 'openFile':
      return openFile(view, request.place.file, request.place.line);
    case 'openLink':
      return openLink(view, request.href, request.from);
    case 'openCommit':
      return openCommit(view, request.commit);
    case 'openPanel':
      await (
        await import('./panels')
      ).openPanel(view.context, request.panel, {
        root: view.track.root,
        key: view.track.key,
        ...(request.item === undefined ? {} : { item: request.item }),
      });
      return { ok: true };
    case 'refresh':
      await view.context.source.refresh();
      view.refresh();
      return { ok: true };
  }
}

async function openFile(view: PanelView, file: string, line: number | undefined): Promise<Reply> {
  if (!isInProject(view, file)) {
    return { ok: false, message: l10n.t('{0} is outside of this project and was not opened.', file) };
  }
  try {
    await vscode.workspace.fs.stat(vscode.Uri.file(file));
  } catch {
    return { ok: false, message: l10n.t('{0} is not there.', file) };
  }
  await openPlace({ file, ...(line === undefined ? {} : { line }) });
  return { ok: true };
}

/** Below the root, the folder that holds it, or a folder of the workspace. */
function isInProject(view: PanelView, file: string): boolean {
  const folders = [
    view.track.root,
    dirname(view.track.root),
    ...(vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath),
  ];
  return folders.some((folder) => {
    const inside = relative(folder, file);
    return inside !== '' && !inside.startsWith('..') && !isAbsolute(inside);
  });
}

async function openLink(view: PanelView, href: string, from: string): Promise<Reply> {
  if (/^(https?|mailto):/i.test(href)) {
    // VS Code asks the person whether this address may be opened.
    const opened = await vscode.env.openExternal(vscode.Uri.parse(href, true));
    return opened ? { ok: true } : { ok: false, message: l10n.t('{0} was not opened.', href) };
  }
  if (/^[a-z][a-z0-9+.-]*:/i.test(href)) {
    return { ok: false, message: l10n.t('Links of this kind are not opened: {0}', href) };
  }
  const [path = '', fragment = ''] = href.split('#');
  const decoded = decode(path);
  const line = /^L(\d{1,9})/.exec(fragment)?.[1];
  const file = decoded === '' ? from : resolve(dirname(from), decoded);
  return openFile(view, file, line === undefined ? undefined : Math.max(1, Number(line)));
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Shows what a commit changed, with the editor's own view of it if git is there. */
async function openCommit(view: PanelView, commit: string): Promise<Reply> {
  const git = vscode.extensions.getExtension<{
    getAPI(version: 1): { openRepository(root: vscode.Uri): Promise<{ rootUri: vscode.Uri } | null> };
  }>('vscode.git');
  try {
    const api = (await git?.activate())?.getAPI(1);
    const repository = await api?.openRepository(vscode.Uri.file(dirname(view.track.root)));
    if (repository) {
      await vscode.commands.executeCommand('git.viewCommit', repository.rootUri, commit);
      return { ok: true };
    }
  } catch (error) {
    view.context.log.warn(`Commit ${commit} could not be shown.`, error);
  }
  await vscode.env.clipboard.writeText(commit);
  return { ok: true, message: l10n.t('This commit cannot be shown here; its id {0} was copied.', commit) };
}
