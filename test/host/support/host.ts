import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { ConductorApi } from '../../../src/extension';
import type { CommandContext } from '../../../src/editor/commands/commandContext';
import type { Choice, Dialogs } from '../../../src/editor/dialogs';
import type { TracksNode } from '../../../src/editor/views/trackNodes';
import type { Track, TrackGroup } from '../../../src/model/track';

/** The copy of the fixture that VS Code has open, and where things are in it. */
export const folder = process.env['CONDUCTOR_TEST_FOLDER'] ?? '';
export const conductor = join(folder, 'conductor');
export const inTrack = (id: string, ...rest: string[]): string => join(conductor, 'tracks', id, ...rest);

/** The extension's own parts, with what its commands work with. */
export type Activated = Omit<ConductorApi, 'context'> & { readonly context: CommandContext };

let api: Activated | undefined;

/** The activated extension, after its first read. */
export async function activated(): Promise<Activated> {
  if (!api) {
    const extension = vscode.extensions.getExtension<ConductorApi>('conductor-for-vscode.conductor');
    assert.ok(extension);
    const activatedApi = await extension.activate();
    api = { ...activatedApi, context: await activatedApi.context() };
  }
  await api.context.source.start();
  return api;
}

/** Waits until `look` gives something, and gives that. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  limit = 10_000,
): Promise<NonNullable<T>> {
  const end = Date.now() + limit;
  for (;;) {
    const value = await look();
    if (value !== undefined && value !== null && value !== false) return value;
    if (Date.now() > end) assert.fail(`waited in vain: ${what}`);
    await sleep(25);
  }
}

export const bytes = (file: string): string => readFileSync(file, 'latin1');
export const text = (file: string): string => readFileSync(file, 'utf8');

/** Writes as another program would, without any lock. */
export function write(file: string, content: string): void {
  writeFileSync(file, content);
}

/** Everything as it was at the start: editors closed, files of the fixture back, settings gone. */
export async function reset(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  execFileSync('git', ['checkout', '-q', '--', '.'], { cwd: folder });
  execFileSync('git', ['clean', '-fdqx'], { cwd: folder });
  const { context } = await activated();
  context.tracks.setFilter('');
  await context.source.refresh();
}

export async function track(id: string): Promise<Track> {
  const { context } = await activated();
  return until(`track ${id}`, () =>
    context.source.snapshot.roots.flatMap((root) => root.tracks).find((candidate) => candidate.id === id),
  );
}

/** What the rows of the groups are called. */
export const groupLabels: Readonly<Record<TrackGroup, string>> = {
  active: 'Active',
  ready: 'Ready',
  paused: 'Paused',
  done: 'Done',
  archived: 'Archived',
};

/** Rows below the one that the labels lead to. A label matches when the row's begins with it. */
export async function rows(...path: string[]): Promise<TracksNode[]> {
  const { tracks } = (await activated()).context;
  let below = await tracks.getChildren();
  for (const label of path) {
    const next = below.find((node) => labelOf(tracks.getTreeItem(node)).startsWith(label));
    assert.ok(
      next,
      `no row "${label}" among ${below.map((node) => labelOf(tracks.getTreeItem(node))).join(' | ')}`,
    );
    below = await tracks.getChildren(next);
  }
  return below;
}

export async function row(...path: string[]): Promise<TracksNode> {
  const { tracks } = (await activated()).context;
  const last = path.at(-1) ?? '';
  const found = (await rows(...path.slice(0, -1))).find((node) =>
    labelOf(tracks.getTreeItem(node)).startsWith(last),
  );
  assert.ok(found, `no row ${path.join(' / ')}`);
  return found;
}

export async function labels(...path: string[]): Promise<string[]> {
  const { tracks } = (await activated()).context;
  return (await rows(...path)).map((node) => labelOf(tracks.getTreeItem(node)));
}

export function labelOf(item: vscode.TreeItem): string {
  return typeof item.label === 'string' ? item.label : (item.label?.label ?? '');
}

/** What the person would answer, in order; and what they were told. */
export class Person implements Dialogs {
  readonly answers: unknown[];
  readonly asked: string[] = [];
  readonly told: { severity: string; message: string; actions: string[] }[] = [];
  readonly notes: string[] = [];
  readonly offered: string[][] = [];
  /** What stood below each question that had to be confirmed. */
  readonly details: string[] = [];

  constructor(...answers: unknown[]) {
    this.answers = answers;
  }

  #next(question: string): unknown {
    this.asked.push(question);
    assert.ok(this.answers.length > 0, `an unexpected question: ${question}`);
    return this.answers.shift();
  }

  /** An answer is the beginning of a label, or undefined to cancel. */
  pick<T>(
    question: { title: string; placeholder?: string },
    choices: readonly Choice<T>[],
  ): Promise<T | undefined> {
    this.offered.push(choices.map(({ label }) => label));
    const answer = this.#next(question.title);
    if (answer === undefined) return Promise.resolve(undefined);
    assert.ok(typeof answer === 'string');
    const choice = choices.find(({ label }) => label.replace(/^\$\([^)]*\) /, '').startsWith(answer));
    assert.ok(choice, `"${answer}" is not among ${choices.map(({ label }) => label).join(' | ')}`);
    return Promise.resolve(choice.value);
  }

  pickMany<T>(question: { title: string }, choices: readonly Choice<T>[]): Promise<readonly T[] | undefined> {
    this.offered.push(choices.map(({ label }) => label));
    const answer = this.#next(question.title);
    if (answer === undefined) return Promise.resolve(undefined);
    if (answer === 'all') return Promise.resolve(choices.map(({ value }) => value));
    assert.ok(Array.isArray(answer));
    return Promise.resolve(choices.filter(({ label }) => answer.includes(label)).map(({ value }) => value));
  }

  input(question: {
    title: string;
    validate?: (text: string) => string | undefined;
  }): Promise<string | undefined> {
    const answer = this.#next(question.title);
    if (typeof answer === 'string') assert.equal(question.validate?.(answer), undefined);
    return Promise.resolve(answer as string | undefined);
  }

  confirm(message: string, detail: string, ...actions: string[]): Promise<string | undefined> {
    this.offered.push(actions);
    this.details.push(detail);
    return Promise.resolve(this.#next(message) as string | undefined);
  }

  tell(
    severity: 'error' | 'warning' | 'info',
    message: string,
    actions: Readonly<Record<string, unknown>> = {},
  ): void {
    this.told.push({ severity, message, actions: Object.keys(actions) });
  }

  note(message: string): void {
    this.notes.push(message);
  }

  openFolder(): Promise<vscode.Uri | undefined> {
    return Promise.resolve(this.#next('openFolder') as vscode.Uri | undefined);
  }

  saveFile(): Promise<vscode.Uri | undefined> {
    return Promise.resolve(this.#next('saveFile') as vscode.Uri | undefined);
  }
}

/** Runs a command with a person who answers so. Every answer must be used. */
export async function run(person: Person, command: string, ...args: unknown[]): Promise<Person> {
  const { context } = await activated();
  context.dialogs = person;
  await vscode.commands.executeCommand(`conductor.${command}`, ...args);
  assert.deepEqual(person.answers, [], 'answers that nobody asked for');
  return person;
}
