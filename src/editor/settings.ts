import * as vscode from 'vscode';

/** The settings `conductor.*`, with the defaults of package.json. A value of the wrong type counts as the default. */

export type SortOrder = 'registry' | 'name' | 'changed' | 'progress';
export const sortOrders: readonly SortOrder[] = ['registry', 'name', 'changed', 'progress'];

export type AskForCommit = 'never' | 'fromMenu' | 'always';

function setting(name: string): unknown {
  return vscode.workspace.getConfiguration('conductor').get(name);
}

function oneOf<T extends string>(name: string, values: readonly T[], fallback: T): T {
  const value = setting(name);
  return values.find((candidate) => candidate === value) ?? fallback;
}

/** Further conductor directories, as written: absolute, or relative to each workspace folder. */
export function extraRoots(): string[] {
  const value = setting('roots');
  if (!Array.isArray(value)) return [];
  return value.filter((item): item is string => typeof item === 'string' && item !== '');
}

export function sortOrder(): SortOrder {
  return oneOf('tracks.sort', sortOrders, 'registry');
}

export function askForCommit(): AskForCommit {
  return oneOf<AskForCommit>('done.askForCommit', ['never', 'fromMenu', 'always'], 'fromMenu');
}

export function notificationsOn(): boolean {
  return setting('notifications') !== false;
}

/** Whether the exact command is shown before an agent starts. */
export function confirmAgent(): 'firstTime' | 'always' | 'never' {
  return oneOf('agent.confirm', ['firstTime', 'always', 'never'] as const, 'firstTime');
}

/** Files of test results that gates are fed from, as written: `readTestResultsSetting` makes sense of it. */
export function testResults(scope: vscode.Uri): unknown {
  return vscode.workspace.getConfiguration('conductor', scope).get('gates.testResults');
}
