import { dirname, isAbsolute, resolve } from 'node:path';
import * as vscode from 'vscode';
import { l10n } from 'vscode';
import type { CommonRequest, Reply } from '../../shared/protocol';
import { containedPath, isInside } from '../../store/contain';
import { commitSummary } from '../../store/git';
import { openPlace, type CommandContext } from '../commands/commandContext';
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
      await view.openPanel(request.panel, request.item);
      return { ok: true };
    case 'refresh':
      return refreshFromDisk(view.context, () => view.refresh());
  }
}

/** Reads the disk again; a track that is gone may be back. */
export async function refreshFromDisk(
  context: Pick<CommandContext, 'source'>,
  show: () => void,
): Promise<Reply> {
  await context.source.refresh();
  show();
  return { ok: true };
}

async function openFile(view: PanelView, file: string, line: number | undefined): Promise<Reply> {
  const real = await pathInProject(view, file);
  if (real === undefined) {
    return { ok: false, message: l10n.t('{0} is outside of this project and was not opened.', file) };
  }
  const kind = await kindOf(real);
  if (kind === undefined) {
    return { ok: false, message: l10n.t('{0} is not there, or cannot be read.', file) };
  }
  if (kind & vscode.FileType.Directory) {
    await vscode.commands.executeCommand('revealInExplorer', vscode.Uri.file(file));
    return { ok: true };
  }
  if (!(kind & vscode.FileType.File)) {
    return { ok: false, message: l10n.t('{0} is no ordinary file and was not opened.', file) };
  }
  await openPlace({ file, ...(line === undefined ? {} : { line }) });
  return { ok: true };
}

async function kindOf(file: string): Promise<vscode.FileType | undefined> {
  try {
    return (await vscode.workspace.fs.stat(vscode.Uri.file(file))).type;
  } catch {
    return undefined;
  }
}

/** The real path, if it lies below the folder that holds the root or a folder of the workspace, whatever links lead there. */
async function pathInProject(view: PanelView, file: string): Promise<string | undefined> {
  if (!isAbsolute(file)) return undefined;
  const folders = [
    dirname(view.track.root),
    ...(vscode.workspace.workspaceFolders ?? [])
      .filter(({ uri }) => uri.scheme === 'file')
      .map(({ uri }) => uri.fsPath),
  ];
  for (const folder of folders) {
    if (!isInside(folder, file)) continue;
    const real = await containedPath(folder, file);
    if (real !== undefined) return real;
  }
  return undefined;
}

async function openLink(view: PanelView, href: string, from: string): Promise<Reply> {
  // A browser would leave out line breaks and tabs; an address that holds them wants to look like another.
  if (/[\p{Cc}\p{Cf}]/u.test(href)) return notOpened(href);
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(href)?.[1]?.toLowerCase();
  if (scheme === 'http' || scheme === 'https' || scheme === 'mailto') return openAddress(href);
  if (scheme !== undefined || /^[\\/]{2}/.test(href)) return notOpened(href);
  const [path = '', fragment = ''] = href.split('#');
  const file = decode(path.split('?')[0] ?? '');
  const line = /^L(\d{1,9})/.exec(fragment)?.[1];
  return openFile(
    view,
    file === '' ? from : resolve(dirname(from), file),
    line === undefined ? undefined : Math.max(1, Number(line)),
  );
}

/** VS Code asks the person about web addresses that it does not trust; a mail only opens the mail program. */
async function openAddress(href: string): Promise<Reply> {
  let address: vscode.Uri;
  try {
    address = vscode.Uri.parse(href, true);
  } catch {
    return notOpened(href);
  }
  await vscode.env.openExternal(address);
  // "No" is the person's own answer: nothing to tell.
  return { ok: true };
}

function notOpened(href: string): Reply {
  return { ok: false, message: l10n.t('Links of this kind are not opened: {0}', href) };
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
  const folder = dirname(view.track.root);
  if (!(await commitSummary(folder, commit))) {
    return {
      ok: false,
      message: l10n.t('Commit {0} is not in the repository of {1}, or there is no git.', commit, folder),
    };
  }
  const git = vscode.extensions.getExtension<{
    getAPI(version: 1): { openRepository(root: vscode.Uri): Promise<{ rootUri: vscode.Uri } | null> };
  }>('vscode.git');
  try {
    const api = (await git?.activate())?.getAPI(1);
    const repository = await api?.openRepository(vscode.Uri.file(folder));
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
