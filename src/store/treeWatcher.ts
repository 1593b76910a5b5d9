import { watch as watchFolder, type FSWatcher as FolderWatcher, type Stats } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { watch } from 'chokidar';
import { hasCode } from './ioError';
import { isArchiveName } from './trackFolders';
import { concerns, looksForeign, type PathKind } from './watchedPaths';

/** What a watcher tells. Everything is a hint: look at the disk to know. */
export interface WatchListener {
  /** Something happened at this path or, for a folder, in it. */
  touched(path: string): void;
  /** From now on nothing is missed. */
  ready(): void;
  /** Changes may be missed from now on. */
  failed(error: unknown): void;
}

export interface Watch {
  /** Resolves when nothing of it is left. */
  close(): Promise<void>;
}

/** How the store watches; tests put here watchers that fail. */
export interface Watching {
  /** Watches what concerns us in one conductor directory. */
  tree(root: string, archiveOpen: boolean, listener: WatchListener): Watch;
  /** Watches for entries that come and go right in one folder. */
  folder(folder: string, listener: Pick<WatchListener, 'touched' | 'failed'>): Watch;
}

export const watching: Watching = { tree: watchTree, folder: watchPlace };

function watchTree(root: string, archiveOpen: boolean, listener: WatchListener): Watch {
  const isWanted = (path: string, kind: PathKind): boolean => concerns(root, path, kind, archiveOpen);
  const watcher = watch(root, {
    ignored: (path, stats) => !isWanted(path, kindOf(stats)),
    ignoreInitial: true,
    // A renamed-over file is one change for us anyway, since changes are collected; no need to wait for it twice.
    atomic: false,
    // The reader follows links within bounds of its own.
    followSymlinks: false,
    ignorePermissionErrors: true,
  });
  watcher.on('all', (_event, path) => listener.touched(path));
  // What chokidar merges, throttles or takes for a mere access is a hint for us all the same.
  watcher.on('raw', (_event, path, details: unknown) => {
    const full = pathOfRaw(path, details);
    if (full === undefined) return;
    if (isWanted(full, undefined) && !looksForeign(basename(full))) listener.touched(full);
    // What a closed archive holds is only counted.
    else if (isArchiveName(basename(dirname(full)))) listener.touched(dirname(full));
  });
  watcher.on('ready', () => listener.ready());
  watcher.on('error', (error) => listener.failed(error));
  return { close: () => watcher.close() };
}

function kindOf(stats: Stats | undefined): PathKind {
  return stats === undefined ? undefined : stats.isDirectory() ? 'folder' : 'file';
}

/** The kernel's event names an entry of the watched folder, or the watched file itself. */
function pathOfRaw(path: unknown, details: unknown): string | undefined {
  if (typeof details !== 'object' || details === null || !('watchedPath' in details)) return undefined;
  const watched = details.watchedPath;
  if (typeof watched !== 'string') return undefined;
  if (typeof path !== 'string' || path === '' || basename(watched) === path) return watched;
  return isAbsolute(path) ? path : join(watched, path);
}

function watchPlace(folder: string, listener: Pick<WatchListener, 'touched' | 'failed'>): Watch {
  let watcher: FolderWatcher | undefined;
  try {
    watcher = watchFolder(folder, (event, name) => {
      // Entries that come, go or get another name; what happens in them is no concern here.
      if (event === 'rename') listener.touched(name === null ? folder : join(folder, name));
    });
    watcher.on('error', (error) => {
      // Windows says so when the watched folder itself is deleted; its parent tells the rest.
      if (!hasCode(error, 'EPERM', 'ENOENT')) listener.failed(error);
    });
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) listener.failed(error);
  }
  return {
    close: () => {
      watcher?.close();
      return Promise.resolve();
    },
  };
}
