import * as vscode from 'vscode';
import type { ConductorSource } from './conductorSource';

/** Keys that `when` clauses of package.json ask for, without their prefix `conductor.`. */
export type ContextKey =
  | 'ready'
  | 'hasRoots'
  | 'hasLoops'
  | 'hasBus'
  | 'needsYouCount'
  | 'runs'
  | 'agents'
  | 'filtered'
  | 'canUndoMarker';

const told = new Map<ContextKey, boolean | number>();

/** Tells VS Code only what has changed. */
export function setContext(key: ContextKey, value: boolean | number): void {
  if (told.get(key) === value) return;
  told.set(key, value);
  void vscode.commands.executeCommand('setContext', `conductor.${key}`, value);
}

/** The keys that follow from what is on disk. */
export function setContextOf(source: ConductorSource): void {
  const { roots } = source.snapshot;
  const tracks = roots.flatMap((root) => root.tracks);
  setContext('ready', source.isReady);
  setContext('hasRoots', roots.length > 0);
  setContext(
    'hasLoops',
    tracks.some((track) => track.loop !== undefined),
  );
  setContext(
    'hasBus',
    tracks.some((track) => track.bus !== undefined),
  );
}
