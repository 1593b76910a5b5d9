import { basename, dirname, join } from 'node:path';
import { isInside } from './contain';
import { isForeignName, isRootName } from './findRoots';
import type { ReadingDisk } from './disk';
import type { Watch, Watching } from './treeWatcher';

export interface StoreWatchListener {
  /** Something happened at this path, or below it. */
  touched(path: string): void;
  /** A folder came into being below which conductor directories may lie. */
  folderAppeared(): void;
  /** Changes may have been missed until now, but will not be from now on. */
  missed(): void;
  failed(error: unknown): void;
}

export interface WatchedPlaces {
  readonly folders: readonly string[];
  /** Conductor directories that are there. */
  readonly roots: readonly string[];
  /** Folders that may become conductor directories, and those that were and are away. */
  readonly lookalikes: readonly string[];
  readonly openArchives: ReadonlySet<string>;
}

/** More lookalikes than this are not watched for tracks to come; Refresh finds them. */
const mostLookalikes = 20;

/**
 * The watchers of a store: one for each conductor directory and each folder that may become one, and shallow ones on
 * the folders above them, in which a directory may appear, vanish, or be replaced.
 */
export class StoreWatchers {
  readonly #trees = new Map<string, { watch: Watch; archiveOpen: boolean }>();
  readonly #places = new Map<string, Watch>();
  #watched: WatchedPlaces = { folders: [], roots: [], lookalikes: [], openArchives: new Set() };
  #closed = false;

  constructor(
    private readonly watching: Watching,
    private readonly disk: ReadingDisk,
    private readonly listener: StoreWatchListener,
  ) {}

  /** Watches these places from now on, and no others. */
  watch(places: WatchedPlaces): void {
    if (this.#closed) return;
    this.#watched = places;
    const trees = new Set([...places.roots, ...places.lookalikes.slice(0, mostLookalikes)]);
    for (const [root, tree] of this.#trees) {
      if (!trees.has(root) || tree.archiveOpen !== places.openArchives.has(root)) this.#endTree(root);
    }
    for (const root of trees) if (!this.#trees.has(root)) this.#beginTree(root);

    const above = new Set([
      ...places.folders,
      ...places.folders.map((folder) => join(folder, 'docs')),
      ...[...trees].flatMap((root) => foldersAbove(root, places.folders)),
    ]);
    for (const folder of this.#places.keys()) if (!above.has(folder)) this.#endPlace(folder);
    for (const folder of above) if (!this.#places.has(folder)) this.#beginPlace(folder);
  }

  /**
   * Those of the touched paths that may have become a conductor directory.
   *
   * @param all Whether anything else may have been touched too.
   */
  rootsToConsider(touched: ReadonlySet<string>, all: boolean): string[] {
    const { roots, lookalikes, folders } = this.#watched;
    const paths = [...touched];
    const candidates = [
      ...paths.filter((path) => isRootName(basename(path))),
      // docs/ came or came back, and conductor/ with it.
      ...paths.filter((path) => folders.includes(dirname(path))).map((path) => join(path, 'conductor')),
      ...lookalikes.filter(
        (folder) => all || paths.some((path) => isInside(folder, path) || isInside(path, folder)),
      ),
    ];
    return [...new Set(candidates)].filter((path) => !roots.includes(path));
  }

  close(): void {
    this.#closed = true;
    this.#endBelow(undefined);
  }

  #beginTree(root: string): void {
    const archiveOpen = this.#watched.openArchives.has(root);
    const watch = this.watching.tree(root, archiveOpen, {
      touched: (path) => this.listener.touched(path),
      // What happened between the first read and now went unseen.
      ready: () => this.listener.missed(),
      failed: (error) => this.listener.failed(error),
    });
    this.#trees.set(root, { watch, archiveOpen });
  }

  #endTree(root: string): void {
    this.#end(this.#trees.get(root)?.watch);
    this.#trees.delete(root);
  }

  #beginPlace(folder: string): void {
    const watch = this.watching.folder(folder, {
      touched: (path) => {
        this.#placeTouched(path).catch((error: unknown) => this.listener.failed(error));
      },
      failed: (error) => this.listener.failed(error),
    });
    this.#places.set(folder, watch);
  }

  #endPlace(folder: string): void {
    this.#end(this.#places.get(folder));
    this.#places.delete(folder);
  }

  async #placeTouched(path: string): Promise<void> {
    const isWatched = (place: string): boolean => isInside(path, place);
    if (isRootName(basename(path)) || [...this.#trees.keys(), ...this.#places.keys()].some(isWatched)) {
      // It may be another folder of the same name by now: a watcher would go on watching the old one, which is gone.
      // The store watches anew after it has read.
      this.#endBelow(path);
      this.listener.touched(path);
      return;
    }
    if (isForeignName(basename(path))) return;
    const stamp = await this.disk.stat(path).catch(() => undefined);
    if (stamp?.kind === 'folder' && !this.#closed) this.listener.folderAppeared();
  }

  /** Ends what watches at or below `path`, or everything. */
  #endBelow(path: string | undefined): void {
    const isBelow = (place: string): boolean => path === undefined || isInside(path, place);
    for (const root of [...this.#trees.keys()].filter(isBelow)) this.#endTree(root);
    for (const folder of [...this.#places.keys()].filter(isBelow)) this.#endPlace(folder);
  }

  #end(watch: Watch | undefined): void {
    watch?.close().catch((error: unknown) => this.listener.failed(error));
  }
}

/** The folders between a workspace folder and a root in it, both ends of the way up included but the root. */
function foldersAbove(root: string, folders: readonly string[]): string[] {
  const folder = folders.find((f) => isInside(f, root));
  const above: string[] = [];
  for (let at = dirname(root); above.length < 8; at = dirname(at)) {
    above.push(at);
    if (folder === undefined || at === folder || at === dirname(at)) break;
  }
  return above;
}
