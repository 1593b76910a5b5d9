import { watch as watchFolder, type FSWatcher as FolderWatcher } from 'node:fs';
import { join } from 'node:path';
import { hasCode } from './ioError';
import { TreeWatch } from './treeWatch';

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

export const watching: Watching = {
  tree: (root, archiveOpen, listener) => new TreeWatch(root, archiveOpen, listener),
  folder: watchPlace,
};

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
