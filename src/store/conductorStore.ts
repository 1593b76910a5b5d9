import type { ConductorSnapshot } from '../model/root';
import type { Track } from '../model/track';
import { ConductorReader } from './conductorReader';
import { codeOf, reasonOf } from './ioError';
import type { ReadingDisk } from './disk';
import { readingDisk } from './readingDisk';
import { StoreWatchers } from './storeWatchers';
import { watching, type Watching } from './treeWatcher';

export interface StoreOptions {
  /** Absolute paths of the workspace folders. */
  readonly folders: readonly string[];
  /** Further conductor directories: absolute, or relative to each workspace folder. */
  readonly extraRoots?: readonly string[];
  /** How long to collect changes before reading, default 100 ms; never longer than three times that. */
  readonly debounceMs?: number;
}

/** What a store stands on; tests bring their own. */
export interface StoreParts {
  readonly disk?: ReadingDisk;
  readonly watching?: Watching;
  /** How often to look when changes are not announced. Default 30,000 ms. */
  readonly sweepMs?: number;
}

/** With more paths than this, comparing them costs more than asking the disk for everything. */
const mostTouched = 20_000;

/** One change of the snapshot. */
export interface StoreChange {
  readonly snapshot: ConductorSnapshot;
  /** Tracks that are new, changed or gone. */
  readonly tracks: readonly { readonly root: string; readonly key: string }[];
  /** Roots or tracks came, went, or changed their group or order; else only `tracks` changed. */
  readonly structure: boolean;
}

/**
 * The conductor directories of the workspace, live: an immutable snapshot and an event for each change (DESIGN §2, §5).
 * Reads one thing after the other, only what was touched, and nothing while invisible.
 */
export class ConductorStore {
  readonly #reader: ConductorReader;
  readonly #watchers: StoreWatchers;
  readonly #debounceMs: number;
  readonly #sweepMs: number;
  readonly #listeners = new Set<(change: StoreChange) => void>();
  readonly #openArchives = new Set<string>();
  readonly #end = new AbortController();

  /** Touched since the last read: these paths, or everything. */
  #touched = new Set<string>();
  #allTouched = false;
  #searchNeeded = false;
  #visible = true;
  #watchProblem: string | undefined;
  #reading: Promise<void> | undefined;

  #debounce: NodeJS.Timeout | undefined;
  #firstTouch: number | undefined;
  #sweep: NodeJS.Timeout | undefined;
  #lookAgain: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;

  constructor(options: StoreOptions, parts: StoreParts = {}) {
    const disk = parts.disk ?? readingDisk;
    this.#debounceMs = options.debounceMs ?? 100;
    this.#sweepMs = parts.sweepMs ?? 30_000;
    this.#reader = new ConductorReader(
      { folders: options.folders, extraRoots: options.extraRoots ?? [] },
      disk,
    );
    this.#watchers = new StoreWatchers(parts.watching ?? watching, disk, {
      touched: (path) => this.#touch(path),
      folderAppeared: () => this.#searchSoon(),
      missed: () => this.#touchAll(),
      failed: (error) => this.#watchFailed(error),
    });
  }

  get snapshot(): ConductorSnapshot {
    return this.#reader.snapshot;
  }

  /** The listener is called after each change. What it throws (a defect) becomes the snapshot's `watchProblem`. */
  onDidChange(listener: (change: StoreChange) => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  /** Searches and reads; resolves with the first snapshot in place. Watching begins meanwhile. */
  async start(): Promise<void> {
    await this.refresh();
  }

  /** Searches and reads everything anew, visible or not. Works also when watching does not. */
  async refresh(): Promise<void> {
    this.#searchNeeded = true;
    this.#allTouched = true;
    await this.#readNow();
  }

  /** Reads the archived tracks of a root from now on, and watches them. */
  async openArchive(root: string): Promise<void> {
    this.#openArchives.add(root);
    await this.#readNow();
  }

  /** Other workspace folders, or another setting. */
  async setFolders(folders: readonly string[], extraRoots: readonly string[]): Promise<void> {
    this.#reader.setPlaces({ folders, extraRoots });
    await this.refresh();
  }

  /** While invisible, changes are only collected; they are read when somebody looks again. */
  setVisible(visible: boolean): void {
    if (this.#visible === visible) return;
    this.#visible = visible;
    this.#setSweep();
    if (visible && this.#hasWork()) this.#schedule(0);
    if (!visible) this.#clearDebounce();
  }

  /** Ends watching and reading. Nothing keeps the process alive afterwards. */
  dispose(): void {
    this.#end.abort();
    this.#listeners.clear();
    this.#clearDebounce();
    clearInterval(this.#sweep);
    clearTimeout(this.#lookAgain);
    clearTimeout(this.#soon);
    this.#watchers.close();
  }

  #touch(path: string): void {
    if (this.#end.signal.aborted) return;
    this.#touched.add(path);
    if (this.#touched.size > mostTouched) {
      this.#touched.clear();
      this.#allTouched = true;
      this.#searchNeeded = true;
    }
    this.#schedule(this.#debounceMs);
  }

  #touchAll(): void {
    if (this.#end.signal.aborted) return;
    this.#allTouched = true;
    this.#schedule(this.#debounceMs);
  }

  /** A search walks through the workspace folders, so it comes once for many new folders. */
  #searchSoon(): void {
    if (this.#end.signal.aborted) return;
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      this.#searchNeeded = true;
      this.#schedule(0);
    }, 1_000);
  }

  #watchFailed(error: unknown): void {
    if (this.#end.signal.aborted) return;
    const code = codeOf(error);
    const cause =
      code === 'ENOSPC' || code === 'EMFILE'
        ? 'The system has no more file watches to give'
        : `Watching for changes failed (${reasonOf(error)})`;
    const problem = `${cause}: changes may show up to ${Math.round(this.#sweepMs / 1000)} seconds late. Refresh shows them at once.`;
    if (this.#watchProblem === problem) return;
    this.#watchProblem = problem;
    this.#setSweep();
    this.#schedule(this.#debounceMs);
  }

  #setSweep(): void {
    clearInterval(this.#sweep);
    this.#sweep = undefined;
    if (!this.#visible || this.#watchProblem === undefined || this.#end.signal.aborted) return;
    this.#sweep = setInterval(() => this.#touchAll(), this.#sweepMs);
    this.#sweep.unref();
  }

  #hasWork(): boolean {
    return (
      this.#searchNeeded ||
      this.#allTouched ||
      this.#touched.size > 0 ||
      this.#watchProblem !== this.snapshot.watchProblem
    );
  }

  /** Reads after a pause without further changes, but not later than three pauses after the first. */
  #schedule(afterMs: number): void {
    if (!this.#visible || this.#end.signal.aborted) return;
    const now = Date.now();
    this.#firstTouch ??= now;
    clearTimeout(this.#debounce);
    const latest = this.#firstTouch + 3 * this.#debounceMs;
    this.#debounce = setTimeout(
      () => {
        this.#clearDebounce();
        this.#readNow().catch((error: unknown) => this.#watchFailed(error));
      },
      Math.max(0, Math.min(afterMs, latest - now)),
    );
  }

  #clearDebounce(): void {
    clearTimeout(this.#debounce);
    this.#debounce = undefined;
    this.#firstTouch = undefined;
  }

  /** Reads what was touched. Calls while a read is going on share the one that follows it. */
  async #readNow(): Promise<void> {
    while (this.#reading) await this.#reading;
    if (this.#end.signal.aborted) return;
    this.#reading = this.#readOnce();
    try {
      await this.#reading;
    } finally {
      this.#reading = undefined;
    }
  }

  async #readOnce(): Promise<void> {
    const signal = this.#end.signal;
    const touched = this.#touched;
    const all = this.#allTouched;
    const search = this.#searchNeeded;
    this.#touched = new Set();
    this.#allTouched = false;
    this.#searchNeeded = false;
    const before = this.snapshot;
    try {
      if (search) await this.#reader.search(signal);
      else await this.#considerNew(touched, all);
      this.#reader.expire(all ? 'all' : touched);
      const after = await this.#reader.read(
        (root) => this.#openArchives.has(root),
        this.#watchProblem,
        signal,
      );
      this.#watchers.watch({
        folders: this.#reader.folders,
        roots: after.roots.map((root) => root.path),
        lookalikes: this.#reader.absent,
        openArchives: this.#openArchives,
      });
      this.#setLookAgain();
      if (after !== before) this.#fire(changeBetween(before, after));
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async #considerNew(touched: ReadonlySet<string>, all: boolean): Promise<void> {
    for (const root of this.#watchers.rootsToConsider(touched, all)) await this.#reader.consider(root);
  }

  #setLookAgain(): void {
    clearTimeout(this.#lookAgain);
    const at = this.#reader.lookAgainAt;
    if (at === undefined || this.#end.signal.aborted) return;
    this.#lookAgain = setTimeout(() => this.#touchAll(), Math.max(1_000, at - Date.now()));
    this.#lookAgain.unref();
  }

  #fire(change: StoreChange): void {
    for (const listener of [...this.#listeners]) listener(change);
  }
}

function changeBetween(before: ConductorSnapshot, after: ConductorSnapshot): StoreChange {
  const old = tracksIn(before);
  const now = tracksIn(after);
  const tracks = [...now]
    .filter(([id, { track }]) => old.get(id)?.track !== track)
    .concat([...old].filter(([id]) => !now.has(id)))
    .map(([, { track }]) => ({ root: track.root, key: track.key }));
  return { snapshot: after, tracks, structure: outline(before) !== outline(after) };
}

function tracksIn(snapshot: ConductorSnapshot): Map<string, { track: Track }> {
  const all = snapshot.roots.flatMap((root) => [...root.tracks, ...(root.archive.tracks ?? [])]);
  return new Map(all.map((track) => [`${track.root}\0${track.key}`, { track }]));
}

/** Everything about a snapshot that a list of tracks is built from, besides the tracks' own content. */
function outline(snapshot: ConductorSnapshot): string {
  return JSON.stringify([
    snapshot.watchProblem,
    snapshot.problems,
    snapshot.roots.map((root) => [
      root.path,
      root.archive.count,
      root.problems,
      root.dialects,
      [...root.tracks, ...(root.archive.tracks ?? [])].map((track) => [track.key, track.group]),
    ]),
  ]);
}
