import { dirname, resolve } from 'node:path';
import { encodeText } from '../files/textFile';
import type { EditResult } from '../model/edit';
import { containedNewPath, containedPath } from './contain';
import { hasCode, reasonOf } from './ioError';
import { LockBusyError, withLock } from './lock';
import { changeFile } from './changeFile';
import type { EditOutcome } from './editOutcome';
import { temporaryForNew } from './temporaryFiles';
import { Turns } from './turns';
import { writingDisk, type WritingDisk } from './writingDisk';

export type { EditOutcome };

/** Changes text files. Each face brings the one that fits: on disk, or through an open editor (DESIGN §4). */
export interface FileEditor {
  /** Works out `change` on the current text and makes it. Never throws for what it finds on disk. */
  edit(request: EditRequest): Promise<EditOutcome>;
  /** Makes a new file, and the folders that it needs; refuses `exists` when there is one. */
  create(request: CreateRequest): Promise<EditOutcome>;
}

export interface EditRequest {
  /** The folder that the file must lie in, after every symbolic link. */
  readonly root: string;
  /** Absolute path, or relative to `root`. */
  readonly file: string;
  /**
   * The semantic edit, worked out on the text that it is given. It may be asked several times, as the file moves under
   * it; on a text that already says so it returns no edits.
   */
  readonly change: (text: string) => EditResult;
  readonly signal?: AbortSignal;
}

export interface CreateRequest {
  readonly root: string;
  readonly file: string;
  readonly text: string;
}

export interface DiskFileEditorOptions {
  /** How long to wait for another of our processes. Default 5,000 ms. */
  readonly lockWaitMs?: number;
  /** Default 30,000 ms. */
  readonly lockStaleMs?: number;
  /**
   * How long an edit is watched over after it was made, still under the lock; default 30 ms. A program without our lock
   * that takes less than this from reading the file to writing it back cannot undo an edit that was reported as made.
   */
  readonly settleMs?: number;
  /** How often to begin again on a file that moves under the edit. Default 5. */
  readonly tries?: number;
  readonly disk?: WritingDisk;
}

/**
 * Edits files on disk: lock, read, change, compare, temporary file, fsync, rename, look again (DESIGN §4; the steps are
 * in changeFile). Refusal codes: `outside-root`, `file-missing`, `not-a-file`, `read-only`, `not-writable`, `binary`,
 * `too-large`, `encoding`, `file-busy`, `disk-full`, `cancelled`, `exists`, and those of the change itself.
 */
export class DiskFileEditor implements FileEditor {
  readonly #options: DiskFileEditorOptions;
  readonly #disk: WritingDisk;
  readonly #turns = new Turns();

  constructor(options: DiskFileEditorOptions = {}) {
    this.#options = options;
    this.#disk = options.disk ?? writingDisk;
  }

  /** Edits of one file are made in the order in which they were asked for. */
  edit(request: EditRequest): Promise<EditOutcome> {
    return this.#turns.take(resolve(request.root, request.file), () => this.#edit(request));
  }

  async #edit(request: EditRequest): Promise<EditOutcome> {
    const path = await containedPath(request.root, request.file);
    if (path === undefined) return outsideRoot(request);
    try {
      // Before the lock: no lock folder appears beside what is not there.
      const facts = await this.#disk.facts(path);
      if (!facts.isFile) return refuse('not-a-file', `${path} is not a file, so nothing was changed.`);
      return await withLock(
        path,
        {
          waitMs: this.#options.lockWaitMs,
          staleMs: this.#options.lockStaleMs,
          signal: request.signal,
        },
        (lease) =>
          changeFile({
            path,
            change: request.change,
            lease,
            disk: this.#disk,
            settleMs: this.#options.settleMs ?? 30,
            tries: this.#options.tries ?? 5,
            signal: request.signal,
          }),
      );
    } catch (error) {
      return refusalOf(error, path, request.signal);
    }
  }

  async create(request: CreateRequest): Promise<EditOutcome> {
    const path = await containedNewPath(request.root, request.file);
    if (path === undefined) return outsideRoot(request);
    try {
      try {
        await this.#makeNew(path, request.text);
      } catch (error) {
        if (!hasCode(error, 'ENOENT')) throw error;
        await this.#disk.makeFolders(dirname(path));
        await this.#makeNew(path, request.text);
      }
      return { changed: true, where: 'disk', before: '', after: request.text };
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) return refusalOf(error, path, undefined);
      // It may be a link to somewhere else.
      return (await containedPath(request.root, request.file)) === undefined
        ? outsideRoot(request)
        : refuse('exists', `${path} is already there and was left as it is.`);
    }
  }

  /** Whoever sees the file sees all of it: it gets its name when its bytes are there. */
  async #makeNew(path: string, text: string): Promise<void> {
    if (text === '') return this.#disk.writeNew(path, new Uint8Array());
    const temporary = temporaryForNew(path);
    try {
      await this.#disk.writeNew(temporary, encodeText(text, 'utf8'));
      await this.#nameNew(temporary, path, text);
    } finally {
      await this.#disk.remove(temporary);
    }
  }

  async #nameNew(temporary: string, path: string, text: string): Promise<void> {
    try {
      await this.#disk.link(temporary, path);
    } catch (error) {
      // Some disks (FAT, some network drives) know no second names.
      if (!hasCode(error, 'EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'EXDEV', 'EINVAL'))
        throw error;
      await this.#disk.writeNew(path, encodeText(text, 'utf8'));
    }
  }
}

function outsideRoot(request: { root: string; file: string }): EditOutcome {
  return refuse(
    'outside-root',
    `${request.file} does not lie in ${request.root} once links are followed, so nothing was written.`,
  );
}

function refuse(code: string, message: string): EditOutcome {
  return { refused: { code, message } };
}

/** An error of the disk, of the lock or of the signal, as a person reads it. Anything else is a defect and is thrown on. */
function refusalOf(error: unknown, path: string, signal: AbortSignal | undefined): EditOutcome {
  if (signal?.aborted)
    return refuse('cancelled', `The change of ${path} was cancelled; nothing was written.`);
  if (error instanceof LockBusyError) return refuse('file-busy', `${path} was not changed: ${error.message}`);
  const because = `${path} was not changed: ${reasonOf(error)}.`;
  if (hasCode(error, 'ENOENT')) return refuse('file-missing', because);
  if (hasCode(error, 'ENOSPC', 'EDQUOT')) return refuse('disk-full', `${because} Make room and try again.`);
  if (hasCode(error, 'EACCES', 'EPERM', 'EROFS')) return refuse('not-writable', because);
  if (error instanceof Error && 'syscall' in error) return refuse('io-error', because);
  throw error;
}
