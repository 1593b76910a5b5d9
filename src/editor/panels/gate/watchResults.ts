import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';

/** Test programs write a file in several steps: one look afterwards is enough. */
const restMs = 300;

/**
 * Tells when a file of test results, or the setting that names them, changes. These files lie outside of the conductor
 * directory, which the store watches. Which files they are is known only once they have been looked for.
 */
export class ResultsWatch implements vscode.Disposable {
  readonly #settings: vscode.Disposable;
  #files = '';
  #watchers: readonly vscode.Disposable[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #disposed = false;

  constructor(readonly changed: () => void) {
    this.#settings = vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('conductor.gates')) this.changed();
    });
  }

  watch(files: readonly string[]): void {
    const named = files.join('\u0000');
    if (this.#disposed || named === this.#files) return;
    this.#files = named;
    for (const watcher of this.#watchers) watcher.dispose();
    this.#watchers = files.map((file) => {
      const watcher = vscode.workspace.createFileSystemWatcher(
        new vscode.RelativePattern(vscode.Uri.file(dirname(file)), basename(file)),
      );
      watcher.onDidChange(this.#told);
      watcher.onDidCreate(this.#told);
      watcher.onDidDelete(this.#told);
      return watcher;
    });
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    this.#settings.dispose();
    for (const watcher of this.#watchers) watcher.dispose();
  }

  readonly #told = (): void => {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.changed, restMs);
  };
}
