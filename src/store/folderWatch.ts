import { basename, dirname, resolve, sep } from 'node:path';
import { FSWatcher } from 'chokidar';

export interface FolderWatchListener {
  /**
   * Something happened to an entry of the folder, or to the folder itself.
   *
   * @param isRename Something came, went or got another name; otherwise its content or its permissions changed.
   * @param name As the system gives it: of the entry, or of the folder; sometimes it gives none.
   */
  happened(isRename: boolean, name: string | undefined): void;
  /** Changes may be missed from now on. */
  failed(error: unknown): void;
}

/**
 * Watches one folder, not what lies below its entries: the system tells the watcher of a folder of all that happens to
 * the files in it. chokidar lists a folder before it watches it and goes on with watchers of folders that were replaced,
 * so that it loses what comes in between; therefore it is given one folder at a time, and `ready` is waited for.
 *
 * Where a person wants polling (CHOKIDAR_USEPOLLING: containers, shared folders), the files are looked at one by one.
 */
export class FolderWatch {
  readonly #watcher: FSWatcher;
  /** Resolves when nothing is missed from now on; also when the folder is not there, or the watch was closed. */
  readonly ready: Promise<void>;
  #settle: () => void = () => undefined;

  constructor(folder: string, listener: FolderWatchListener) {
    this.#watcher = new FSWatcher({
      ignored: (path) => {
        const found = resolve(path);
        return found !== folder && !(this.#isPolling && dirname(found) === folder);
      },
      depth: 0,
      ignoreInitial: true,
      ignorePermissionErrors: true,
      // It would leave out whatever has `~` at the end of a name.
      atomic: false,
    });
    this.ready = new Promise((settle) => {
      this.#settle = settle;
    });
    this.#watcher.on('ready', this.#settle);
    this.#watcher.on('error', (error) => listener.failed(error));
    if (this.#isPolling) {
      this.#watcher.on('all', (event, path) => listener.happened(event !== 'change', basename(path)));
    } else {
      this.#watcher.on('raw', (event, name: unknown) => {
        listener.happened(event === 'rename', typeof name === 'string' && name !== '' ? name : undefined);
      });
    }
    this.#watcher.add(folder);
    // chokidar takes it for what divides names, everywhere.
    if (sep === '/' && folder.includes('\\'))
      listener.failed(new Error(`${folder} has a backslash in its name and cannot be watched.`));
  }

  get #isPolling(): boolean {
    return this.#watcher.options.usePolling;
  }

  /** Nothing is told from now on. Resolves when nothing of it is left. */
  close(): Promise<void> {
    const closed = this.#watcher.close();
    this.#settle();
    return closed;
  }
}
