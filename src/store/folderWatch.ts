import { resolve } from 'node:path';
import { watch, type FSWatcher } from 'chokidar';

export interface FolderWatchListener {
  /**
   * Something happened to an entry of the folder, or to the folder itself.
   *
   * @param isRename Something came, went or got another name; otherwise its content changed.
   * @param name As the system gives it: of the entry, or of the folder; sometimes it gives none.
   */
  happened(isRename: boolean, name: string | undefined): void;
  failed(error: unknown): void;
}

/**
 * Watches one folder, not what lies below its entries: the system tells the watcher of a folder of all that happens to
 * the files in it. chokidar lists a folder before it watches it and goes on with watchers of folders that were replaced,
 * so that it loses what comes in between; therefore it is given one folder at a time, and `ready` is waited for.
 */
export class FolderWatch {
  readonly #watcher: FSWatcher;
  /** Resolves when nothing is missed from now on; also when the folder is not there, or the watch was closed. */
  readonly ready: Promise<void>;
  #settle: () => void = () => undefined;

  constructor(folder: string, listener: FolderWatchListener) {
    this.#watcher = watch(folder, {
      ignored: (path) => resolve(path) !== folder,
      ignoreInitial: true,
      ignorePermissionErrors: true,
    });
    this.ready = new Promise((settle) => {
      this.#settle = settle;
    });
    this.#watcher.on('ready', this.#settle);
    // Its own events are about paths that it was told to watch, which is the folder alone.
    this.#watcher.on('raw', (event, name: unknown) => {
      listener.happened(event === 'rename', typeof name === 'string' && name !== '' ? name : undefined);
    });
    this.#watcher.on('error', (error) => listener.failed(error));
  }

  /** Nothing is told from now on. Resolves when nothing of it is left. */
  close(): Promise<void> {
    const closed = this.#watcher.close();
    this.#settle();
    return closed;
  }
}
