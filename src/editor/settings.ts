import * as vscode from 'vscode';
import type { RunMode } from '../engine/run/runEntry';

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

/** How much is confirmed while a loop runs, unless the person chooses otherwise. */
export function runMode(): RunMode {
  return oneOf<RunMode>('run.mode', ['confirm-all', 'confirm-gates', 'through'], 'confirm-gates');
}

/** Where the agents of a run are. */
export function agentsRunIn(): 'background' | 'terminal' {
  return oneOf('agent.runIn', ['background', 'terminal'] as const, 'background');
}

/** Workers of a run at once. */
export function workersMax(): number {
  return whole('workers.max', 5, 1, 20);
}

/** Ms after which an agent that is no worker is stopped. */
export function agentTimeLimit(): number {
  return whole('agent.timeLimitMinutes', 60, 1, 1440) * 60_000;
}

/** Ms after which a worker is stopped. */
export function workerTimeLimit(): number {
  return whole('workers.timeLimitMinutes', 30, 1, 1440) * 60_000;
}

/** A number out of bounds counts as the nearest bound. */
function whole(name: string, fallback: number, least: number, most: number): number {
  const value = setting(name);
  if (typeof value !== 'number' || !Number.isFinite(value)) return fallback;
  return Math.min(most, Math.max(least, Math.round(value)));
}
