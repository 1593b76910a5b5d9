import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { usualResultPaths } from '../../../store/resultPaths';

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

  /** @param usualIn folder in whose usual places a file may appear that is not there yet */
  watch(files: readonly string[], usualIn: string | undefined): void {
    const named = [usualIn, ...files].join('\u0000');
    if (this.#disposed || named === this.#files) return;
    this.#files = named;
    for (const watcher of this.#watchers) watcher.dispose();
    // What is written into a new folder at once may be told as that folder only.
    const places = new Set(files.flatMap((file) => [file, dirname(file)]));
    const patterns = [...places].map((place) => [dirname(place), basename(place)] as const);
    const usual =
      usualIn === undefined ? [] : [[usualIn, `{${withFolders(usualResultPaths).join(',')}}`] as const];
    this.#watchers = [...patterns, ...usual].map(([folder, pattern]) => {
      const watcher = vscode.workspace.createFileSystemWatcher(
        new vscode.RelativePattern(vscode.Uri.file(folder), pattern),
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

/** "a/b.xml" → "a", "a/b.xml". */
function withFolders(paths: readonly string[]): string[] {
  const all = paths.flatMap((path) => {
    const parts = path.split('/');
    return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
  });
  return [...new Set(all)];
}
