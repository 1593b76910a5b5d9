import { lstat, readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { isInside } from './contain';
import { FolderWatch } from './folderWatch';
import { hasCode } from './ioError';
import { concurrently, readsAtOnce } from './pace';
import { isArchiveName } from './trackFolders';
import type { Watch, WatchListener } from './treeWatcher';
import { Turns } from './turns';
import { concerns, looksForeign, type PathKind } from './watchedPaths';

/** A folder that went away, or that nobody may look into: its parent tells what becomes of it. */
const awayCodes = ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'] as const;

interface WatchedFolder {
  readonly watch: FolderWatch;
  /** Which folder it is, whatever its name: another may have the name by now. */
  readonly identity: string | undefined;
}

/**
 * Watches the folders of one conductor directory that concern us, one watcher each. A folder is watched before it is
 * listed, and told as touched afterwards, so there is no moment in which something could come into it unseen.
 */
export class TreeWatch implements Watch {
  readonly #root: string;
  readonly #folders = new Map<string, WatchedFolder>();
  /** Those that nobody may look into; once somebody may, their parent tells. */
  readonly #barred = new Set<string>();
  /** What becomes of one path is looked at in the order of its events. */
  readonly #turns = new Turns();
  readonly #closing = new Set<Promise<void>>();
  #closed = false;

  constructor(
    root: string,
    private readonly archiveOpen: boolean,
    private readonly listener: WatchListener,
  ) {
    this.#root = resolve(root);
    // The root may be a link: it is followed. Those below are not; the reader follows them within bounds of its own.
    this.#begin(this.#root, undefined).then(
      () => {
        if (!this.#closed) this.listener.ready();
      },
      (error: unknown) => this.#failed(error),
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#endBelow(this.#root);
    await Promise.all(this.#closing);
  }

  #isWanted(path: string, kind: PathKind): boolean {
    return concerns(this.#root, path, kind, this.archiveOpen);
  }

  /** Watches a folder and those in it. */
  async #begin(folder: string, identity: string | undefined): Promise<void> {
    if (this.#closed) return;
    const watch = this.#watch(folder, identity);
    await watch.ready;
    if (this.#folders.get(folder)?.watch !== watch) return;
    const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
      if (!hasCode(error, ...awayCodes)) throw error;
      // Then it is not watched either, although nothing says so.
      if (folder !== this.#root) this.#endBelow(folder);
      if (hasCode(error, 'EACCES', 'EPERM')) this.#barred.add(folder);
      return [];
    });
    const below = entries
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(folder, name))
      .filter((path) => this.#isWanted(path, 'folder'));
    await concurrently(below, readsAtOnce, (path) => this.#look(path));
  }

  #watch(folder: string, identity: string | undefined): FolderWatch {
    const watch = new FolderWatch(folder, {
      happened: (isRename, name) => this.#happened(folder, watch, isRename, name),
      failed: (error) => this.#failed(error),
    });
    this.#folders.set(folder, { watch, identity });
    return watch;
  }

  #happened(folder: string, watch: FolderWatch, isRename: boolean, name: string | undefined): void {
    // What was under way when it ended is of another folder.
    if (this.#folders.get(folder)?.watch !== watch) return;
    if (name === undefined) {
      this.listener.touched(folder);
      this.#lookSoon(folder);
      return;
    }
    // So the system tells of the folder itself: it went away, or has another name.
    if (isRename && name === basename(folder)) this.#lookAnew(folder, watch);
    const path = join(folder, name);
    if (this.#isWanted(path, undefined) && !looksForeign(name)) this.listener.touched(path);
    // What a closed archive holds is only counted.
    else if (isArchiveName(basename(dirname(path)))) this.listener.touched(folder);
    if ((isRename || this.#barred.has(path)) && this.#isWanted(path, 'folder'))
      this.#lookSoon(path, isRename);
  }

  /** The watcher may be one of a folder that is gone, although there is one of its name, even with its number. */
  #lookAnew(folder: string, watch: FolderWatch): void {
    if (this.#folders.get(folder)?.watch !== watch) return;
    this.#endBelow(folder);
    this.listener.touched(folder);
    this.#lookSoon(folder);
  }

  #lookSoon(path: string, isOther = false): void {
    this.#look(path, isOther).catch((error: unknown) => this.#failed(error));
  }

  /**
   * Watches what is at this path if it is a folder; ends watching what was there.
   *
   * @param isOther It may be another folder even where its identity is the same: the system gives numbers out again.
   */
  #look(path: string, isOther = false): Promise<void> {
    return this.#turns.take(path, async () => {
      this.#barred.delete(path);
      const stats = await lstat(path).catch((error: unknown) => {
        if (!hasCode(error, ...awayCodes)) throw error;
        return undefined;
      });
      if (this.#closed) return;
      const known = this.#folders.get(path);
      const identity = stats?.isDirectory() ? `${stats.dev}:${stats.ino}` : undefined;
      if (known && known.identity === identity && !isOther) return;
      if (path === this.#root) {
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
    for (const [folder, { watch }] of this.#folders) {
      if (!isInside(path, folder)) continue;
      this.#folders.delete(folder);
      const closing = watch
        .close()
        .catch((error: unknown) => this.#failed(error))
        .finally(() => this.#closing.delete(closing));
      this.#closing.add(closing);
    }
  }

  #failed(error: unknown): void {
    if (!this.#closed) this.listener.failed(error);
  }
}
