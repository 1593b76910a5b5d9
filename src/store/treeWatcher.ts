import { watch as watchFolder, type FSWatcher as FolderWatcher, type Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
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

/** When a new folder is looked at again, ms after it came. */
const looksAgainMs = [150, 1000, 4000] as const;

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
  const later = new Set<NodeJS.Timeout>();
  const soon = (ms: number, act: () => Promise<void>): void => {
    const timer = setTimeout(() => {
      later.delete(timer);
      // What is gone again, or may not be looked into, is told by its parent.
      act().catch(() => undefined);
    }, ms);
    timer.unref();
    later.add(timer);
  };
  /**
   * chokidar lists a new folder before it watches it, and on a slow disk what comes in between is lost, with all that is
   * in it later. So a new folder is looked at again: what is in it is told, and folders that nobody watches are watched.
   */
  const lookAgain = (folder: string): void => {
    for (const ms of looksAgainMs) {
      soon(ms, async () => {
        listener.touched(folder);
        const entries = await readdir(folder, { withFileTypes: true });
        if (watcher.closed) return;
        const watched = watcher.getWatched();
        for (const entry of entries) {
          const path = join(folder, entry.name);
          if (!entry.isDirectory() || path in watched || !isWanted(path, 'folder')) continue;
          watcher.add(path);
          listener.touched(path);
          lookAgain(path);
        }
      });
    }
  };
  /** A folder that another one has replaced at once keeps the watcher of the old one, which tells nothing any more. */
  const maybeReplaced = (path: string): void => {
    soon(looksAgainMs[0], async () => {
      const stats = await lstat(path);
      if (watcher.closed || !stats.isDirectory() || path === root) return;
      watcher.unwatch(path);
      watcher.add(path);
      listener.touched(path);
      lookAgain(path);
    });
  };
  watcher.on('all', (_event, path) => listener.touched(path));
  watcher.on('addDir', lookAgain);
  // What chokidar merges, throttles or takes for a mere access is a hint for us all the same.
  watcher.on('raw', (event, path, details: unknown) => {
    const full = pathOfRaw(path, details);
    if (full === undefined) return;
    if (event === 'rename' && isWanted(full, 'folder')) maybeReplaced(full);
    if (isWanted(full, undefined) && !looksForeign(basename(full))) listener.touched(full);
    // What a closed archive holds is only counted.
    else if (isArchiveName(basename(dirname(full)))) listener.touched(dirname(full));
  });
  watcher.on('ready', () => listener.ready());
  watcher.on('error', (error) => listener.failed(error));
  return {
    close: () => {
      for (const timer of later) clearTimeout(timer);
      return watcher.close();
    },
  };
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
