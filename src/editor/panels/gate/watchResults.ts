import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';

/** Test programs write a file in several steps: one look afterwards is enough. */
const restMs = 300;

/**
 * Tells when one of the files or the setting that names them changes, until the signal is aborted or the same key is
 * watched anew. These files lie outside of the conductor directory, which the store watches.
 */
export function watchResults(
  key: string,
  files: readonly string[],
  signal: AbortSignal,
  changed: () => void,
): void {
  watched.get(key)?.dispose();
  if (signal.aborted) return;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const told = (): void => {
    clearTimeout(timer);
    timer = setTimeout(changed, restMs);
  };
  const watchers: vscode.Disposable[] = files.map((file) => {
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.file(dirname(file)), basename(file)),
    );
    watcher.onDidChange(told);
    watcher.onDidCreate(told);
    watcher.onDidDelete(told);
    return watcher;
  });
  watchers.push(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('conductor.gates')) told();
    }),
  );
  const disposable = new vscode.Disposable(() => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.dispose();
    signal.removeEventListener('abort', stop);
    if (watched.get(key) === disposable) watched.delete(key);
  });
  const stop = (): void => void disposable.dispose();
  signal.addEventListener('abort', stop);
  watched.set(key, disposable);
}

const watched = new Map<string, vscode.Disposable>();
