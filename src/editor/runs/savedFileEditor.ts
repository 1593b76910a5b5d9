import * as vscode from 'vscode';
import { containedPath } from '../../store/contain';
import type { CreateRequest, EditOutcome, EditRequest, FileEditor } from '../../store/fileEditor';
import { openDocument } from '../openDocumentFileEditor';

/**
 * The editor of a run. The loop decides by what is on disk, so an edit that stays in the buffer of a document with
 * unsaved changes would not count. Such a file is waited for until a person saves it, and then refused.
 */
export class SavedFileEditor implements FileEditor {
  readonly #inner: FileEditor;
  readonly #signal: AbortSignal;
  readonly #ask: (document: vscode.TextDocument) => void;
  readonly #patience: number;

  /**
   * @param ask Tells the person that the run waits for the document, once each wait.
   * @param patience ms
   */
  constructor(
    inner: FileEditor,
    o: {
      readonly signal: AbortSignal;
      readonly ask: (document: vscode.TextDocument) => void;
      readonly patience?: number;
    },
  ) {
    this.#inner = inner;
    this.#signal = o.signal;
    this.#ask = o.ask;
    this.#patience = o.patience ?? 60_000;
  }

  async edit(request: EditRequest): Promise<EditOutcome> {
    const path = await containedPath(request.root, request.file);
    const document = path === undefined ? undefined : await openDocument(path);
    if (document?.isDirty && !(await this.#saved(document))) {
      return {
        refused: {
          code: 'unsaved-changes',
          message: `${document.uri.fsPath} was not changed: it has unsaved changes in the editor. Save it, then run the loop again.`,
        },
      };
    }
    return this.#inner.edit(request);
  }

  create(request: CreateRequest): Promise<EditOutcome> {
    return this.#inner.create(request);
  }

  /** False: it was not saved in time, or the run is to stop. */
  async #saved(document: vscode.TextDocument): Promise<boolean> {
    this.#ask(document);
    return new Promise((resolve) => {
      const disposables: vscode.Disposable[] = [];
      const end = (): void => {
        for (const disposable of disposables.splice(0)) disposable.dispose();
        this.#signal.removeEventListener('abort', end);
        resolve(!document.isDirty || document.isClosed);
      };
      const timer = setTimeout(end, this.#patience);
      disposables.push(
        { dispose: () => clearTimeout(timer) },
        vscode.workspace.onDidSaveTextDocument((saved) => saved === document && end()),
        vscode.workspace.onDidCloseTextDocument((closed) => closed === document && end()),
        // Undone to what is on disk, it is as good as saved.
        vscode.workspace.onDidChangeTextDocument(
          (change) => change.document === document && !document.isDirty && end(),
        ),
      );
      this.#signal.addEventListener('abort', end, { once: true });
      if (this.#signal.aborted || !document.isDirty) end();
    });
  }
}
