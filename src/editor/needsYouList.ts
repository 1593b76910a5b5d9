import * as vscode from 'vscode';
import type { NeedsYouItem } from '../model/needsYou';
import { needsYou } from '../rules/needsYou';
import type { ConductorSource } from './conductorSource';

/** Heartbeats and locks go stale without any file changing. */
const tick = 30_000;

/** What waits for a person, over all roots; kept up to date with the files and with the clock. */
export class NeedsYouList implements vscode.Disposable {
  readonly #source: ConductorSource;
  readonly #more: () => readonly NeedsYouItem[];
  readonly #changed = new vscode.EventEmitter<readonly NeedsYouItem[]>();
  readonly #disposables: vscode.Disposable[] = [this.#changed];
  #items: readonly NeedsYouItem[] = [];

  /** Fires with the items that are new, when the list has changed. */
  readonly onDidChange = this.#changed.event;

  /** @param more What waits besides what the files of the tracks say; whoever knows it calls `update`. */
  constructor(source: ConductorSource, more: () => readonly NeedsYouItem[] = () => []) {
    this.#source = source;
    this.#more = more;
    const timer = setInterval(() => this.update(), tick);
    this.#disposables.push(
      source.onDidChange(() => this.update()),
      { dispose: () => clearInterval(timer) },
    );
  }

  get items(): readonly NeedsYouItem[] {
    return this.#items;
  }

  update(): void {
    const now = new Date();
    const found = this.#source.snapshot.roots.flatMap((root) => needsYou(root, now));
    const items = [
      ...found.filter(({ quiet }) => quiet !== true),
      ...this.#more(),
      ...found.filter(({ quiet }) => quiet === true),
    ];
    const known = new Set(this.#items.map(({ id }) => id));
    const added = items.filter(({ id }) => !known.has(id));
    const same = added.length === 0 && JSON.stringify(items) === JSON.stringify(this.#items);
    this.#items = items;
    if (!same) this.#changed.fire(added);
  }

  dispose(): void {
    for (const disposable of this.#disposables.splice(0)) disposable.dispose();
  }
}
