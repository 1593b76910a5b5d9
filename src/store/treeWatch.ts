import { watch, type FSWatcher } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isInside } from './contain';
import { hasCode } from './ioError';
import { concurrently, readsAtOnce } from './pace';
import { isArchiveName } from './trackFolders';
import type { Watch, WatchListener } from './treeWatcher';
import { Turns } from './turns';
import { concerns, looksForeign, type PathKind } from './watchedPaths';

/** A folder that went away, or that nobody may look into: its parent tells what becomes of it. */
const awayCodes = ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'] as const;

interface WatchedFolder {
  readonly watcher: FSWatcher;
  /** Which folder it is, whatever its name: another may have the name by now. */
  readonly identity: string | undefined;
}

/**
 * Watches the folders of one conductor directory that concern us, one watcher each: the system tells a folder's watcher
 * of everything that happens to the files in it. A folder is watched before it is listed, and told as touched afterwards,
 * so there is no moment in which something could come into it unseen.
 */
export class TreeWatch implements Watch {
  readonly #folders = new Map<string, WatchedFolder>();
  /** What becomes of one path is looked at in the order of its events. */
  readonly #turns = new Turns();
  #closed = false;

  constructor(
    private readonly root: string,
    private readonly archiveOpen: boolean,
    private readonly listener: WatchListener,
  ) {
    // The root may be a link: it is followed. Those below are not; the reader follows them within bounds of its own.
    this.#begin(root, undefined).then(
      () => {
        if (!this.#closed) this.listener.ready();
      },
      (error: unknown) => this.#failed(error),
    );
  }

  close(): Promise<void> {
    this.#closed = true;
    for (const { watcher } of this.#folders.values()) watcher.close();
    this.#folders.clear();
    return Promise.resolve();
  }

  #isWanted(path: string, kind: PathKind): boolean {
    return concerns(this.root, path, kind, this.archiveOpen);
  }

  /** Watches a folder and those in it. */
  async #begin(folder: string, identity: string | undefined): Promise<void> {
    if (this.#closed || !this.#watch(folder, identity)) return;
    const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
      if (!hasCode(error, ...awayCodes)) throw error;
      return [];
    });
    const below = entries
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(folder, name))
      .filter((path) => this.#isWanted(path, 'folder'));
    await concurrently(below, readsAtOnce, (path) => this.#look(path));
  }

  /** False if it is not there to be watched. */
  #watch(folder: string, identity: string | undefined): boolean {
    try {
      const watcher = watch(folder, (event, name) => this.#happened(folder, watcher, event, name));
      watcher.on('error', (error) => {
        // Windows says so when the watched folder itself is deleted.
        if (hasCode(error, 'EPERM', 'ENOENT')) this.#lookAnew(folder, watcher);
        else this.#failed(error);
      });
      this.#folders.set(folder, { watcher, identity });
      return true;
    } catch (error) {
      if (!hasCode(error, ...awayCodes)) this.#failed(error);
      return false;
    }
  }

  #happened(folder: string, watcher: FSWatcher, event: string, name: string | null): void {
    // What was under way when it ended is of another folder.
    if (this.#folders.get(folder)?.watcher !== watcher) return;
    if (name === null) {
      this.listener.touched(folder);
      this.#lookSoon(folder);
      return;
    }
    // So the system tells of the folder itself: it went away, or has another name.
    if (event === 'rename' && name === basename(folder)) this.#lookAnew(folder, watcher);
    const path = join(folder, name);
    if (this.#isWanted(path, undefined) && !looksForeign(name)) this.listener.touched(path);
    // What a closed archive holds is only counted.
    else if (isArchiveName(basename(dirname(path)))) this.listener.touched(folder);
    if (event === 'rename' && this.#isWanted(path, 'folder')) this.#lookSoon(path);
  }

  /** The watcher may be one of a folder that is gone, although there is one of its name, even with its number. */
  #lookAnew(folder: string, watcher: FSWatcher): void {
    if (this.#folders.get(folder)?.watcher !== watcher) return;
    this.#endBelow(folder);
    this.listener.touched(folder);
    this.#lookSoon(folder);
  }

  #lookSoon(path: string): void {
    this.#look(path).catch((error: unknown) => this.#failed(error));
  }

  /** Watches what is at this path if it is a folder; ends watching what was there. */
  #look(path: string): Promise<void> {
    return this.#turns.take(path, async () => {
      const stats = await lstat(path).catch((error: unknown) => {
        if (!hasCode(error, ...awayCodes)) throw error;
        return undefined;
      });
      if (this.#closed) return;
      const known = this.#folders.get(path);
      const identity = stats?.isDirectory() ? `${stats.dev}:${stats.ino}` : undefined;
      if (known && known.identity === identity) return;
      if (path === this.root) {
        // Who watches the folders above sees it go, and begins anew when it is back.
        if (stats && !known) await this.#begin(path, undefined);
        return;
      }
      if (known) this.#endBelow(path);
      if (identity === undefined) return;
      await this.#begin(path, identity);
      // What happened in it before it was watched.
      if (!this.#closed) this.listener.touched(path);
    });
  }

  #endBelow(path: string): void {
    for (const [folder, { watcher }] of this.#folders) {
      if (!isInside(path, folder)) continue;
      watcher.close();
      this.#folders.delete(folder);
    }
  }

  #failed(error: unknown): void {
    if (!this.#closed) this.listener.failed(error);
  }
}
