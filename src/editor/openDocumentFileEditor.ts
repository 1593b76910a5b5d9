import { realpath, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { decodeText } from '../files/textFile';
import type { EditRefusal, TextEdit } from '../model/edit';
import { containedPath } from '../store/contain';
import type { CreateRequest, EditOutcome, EditRequest, FileEditor } from '../store/fileEditor';
import { LockBusyError, withLock } from '../store/lock';

const tries = 5;

/**
 * Edits files that are open in a text editor in that editor, so that the edit can be undone there and selections stay;
 * all others on disk (DESIGN §4). A document that was clean is saved; a dirty one keeps the edit in its buffer.
 *
 * A clean document is edited on disk all the same, and VS Code loads it again, when a save would write more than our
 * edit: the document does not hold what the disk holds (mixed line ends, which VS Code makes uniform; an encoding that it
 * did not recognise; a change it has not loaded yet), or a setting changes files on save.
 */
export class OpenDocumentFileEditor implements FileEditor {
  readonly #disk: FileEditor;
  readonly #log: Pick<vscode.LogOutputChannel, 'info' | 'warn'>;

  constructor(disk: FileEditor, log: Pick<vscode.LogOutputChannel, 'info' | 'warn'>) {
    this.#disk = disk;
    this.#log = log;
  }

  async edit(request: EditRequest): Promise<EditOutcome> {
    const path = await containedPath(request.root, request.file);
    const document = path === undefined ? undefined : await openDocument(path);
    if (path === undefined || document === undefined) return this.#disk.edit(request);
    if (document.isDirty) return this.#editBuffer(document, request);
    if (!(await holdsTheFile(document, path))) {
      // What was typed a moment ago arrives here before the word that the document is dirty.
      await sleep(50);
      return document.isDirty ? this.#editBuffer(document, request) : this.#disk.edit(request);
    }
    if (savingChangesMore(document)) return this.#disk.edit(request);
    try {
      // Programs of ours that edit the same file on disk wait for each other here too.
      return await withLock(path, { signal: request.signal }, async () => {
        if (!(await holdsTheFile(document, path))) return 'moved' as const;
        return document.isDirty ? this.#editBuffer(document, request) : this.#editAndSave(document, request);
      }).then((outcome) => (outcome === 'moved' ? this.#disk.edit(request) : outcome));
    } catch (error) {
      if (error instanceof LockBusyError) {
        return refuse('file-busy', `${path} was not changed: ${error.message}`);
      }
      if (request.signal?.aborted) return refuse('cancelled', `The change of ${path} was cancelled.`);
      throw error;
    }
  }

  /** A new file is in no editor yet. */
  create(request: CreateRequest): Promise<EditOutcome> {
    return this.#disk.create(request);
  }

  async #editAndSave(document: vscode.TextDocument, request: EditRequest): Promise<EditOutcome> {
    const outcome = await this.#editBuffer(document, request);
    if ('refused' in outcome || !outcome.changed) return outcome;
    if (await document.save()) return { ...outcome, where: 'disk' };
    // VS Code refuses to save over a file that changed in the meantime, and asks the person.
    this.#log.warn(`${document.uri.fsPath} was changed in the editor but could not be saved.`);
    return outcome;
  }

  async #editBuffer(document: vscode.TextDocument, request: EditRequest): Promise<EditOutcome> {
    for (let attempt = 1; attempt <= tries; attempt++) {
      if (request.signal?.aborted) {
        return refuse('cancelled', `The change of ${document.uri.fsPath} was cancelled.`);
      }
      const before = document.getText();
      const result = request.change(before);
      if ('refused' in result) return result;
      if (result.edits.length === 0) return { changed: false, where: 'buffer', before, after: before };
      const edit = workspaceEdit(document, result.edits);
      // Refused by VS Code when the document changed since getText(): work the edit out again on the new text.
      if (await vscode.workspace.applyEdit(edit)) {
        return { changed: true, where: 'buffer', before, after: document.getText() };
      }
      this.#log.info(`${document.uri.fsPath} changed while it was edited; try ${attempt} of ${tries}.`);
    }
    return refuse(
      'file-busy',
      `${document.uri.fsPath} was not changed: it kept changing in the editor. Try again when it rests.`,
    );
  }
}

/** Offsets belong to the document's own text, so its line ends count as it has them. */
function workspaceEdit(document: vscode.TextDocument, edits: readonly TextEdit[]): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  for (const { start, end, text } of edits) {
    edit.replace(document.uri, new vscode.Range(document.positionAt(start), document.positionAt(end)), text);
  }
  return edit;
}

/** The document of the file (a real path), if a person has it open (or has unsaved changes in it). */
export async function openDocument(path: string): Promise<vscode.TextDocument | undefined> {
  const tabs = openTabs();
  for (const document of vscode.workspace.textDocuments) {
    if (document.uri.scheme !== 'file' || document.isClosed) continue;
    // A document that no tab shows is only VS Code's cache: it follows the disk.
    if (!document.isDirty && !tabs.has(document.uri.toString())) continue;
    if (await isSameFile(document.uri.fsPath, path)) return document;
  }
  return undefined;
}

function openTabs(): ReadonlySet<string> {
  const uris = vscode.window.tabGroups.all.flatMap((group) =>
    group.tabs.map(({ input }) => {
      if (input instanceof vscode.TabInputText) return input.uri;
      if (input instanceof vscode.TabInputTextDiff) return input.modified;
      return undefined;
    }),
  );
  return new Set(uris.filter((uri) => uri !== undefined).map((uri) => uri.toString()));
}

async function isSameFile(a: string, real: string): Promise<boolean> {
  if (a === real) return true;
  if (basename(a).toLowerCase() !== basename(real).toLowerCase()) return false;
  try {
    return (await realpath(a)) === real;
  } catch {
    // The document's file is gone: it is not the one that is there.
    return false;
  }
}

/** True when the document shows exactly what is on disk, so that saving it writes our edit and nothing else. */
async function holdsTheFile(document: vscode.TextDocument, path: string): Promise<boolean> {
  try {
    return decodeText(await readFile(path))?.text === document.getText();
  } catch {
    // Unreadable: the disk editor says why.
    return false;
  }
}

/** True when VS Code would change other parts of this document on save: formatters, trimming, code actions. */
function savingChangesMore(document: vscode.TextDocument): boolean {
  const editor = vscode.workspace.getConfiguration('editor', document);
  const files = vscode.workspace.getConfiguration('files', document);
  const actions = editor.get<unknown>('codeActionsOnSave');
  return (
    editor.get('formatOnSave') === true ||
    files.get('trimTrailingWhitespace') === true ||
    files.get('insertFinalNewline') === true ||
    files.get('trimFinalNewlines') === true ||
    (Array.isArray(actions)
      ? actions.length > 0
      : typeof actions === 'object' && actions !== null && Object.keys(actions).length > 0)
  );
}

function refuse(code: string, message: string): { refused: EditRefusal } {
  return { refused: { code, message } };
}
