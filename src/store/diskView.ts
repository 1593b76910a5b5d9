import { hash as hashOf } from 'node:crypto';
import { basename, dirname, join, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeText } from '../files/textFile';
import type { Problem } from '../model/problem';
import { isInside } from './contain';
import { hasCode, reasonOf } from './ioError';
import { largestFile, megabytes } from './limits';
import { concurrently, readsAtOnce } from './pace';
import type { FileStamp, FolderEntry, ReadingDisk } from './disk';

/** How a kind of file is read. One object a format: it is part of the cache's key. */
export interface TextFormat<T> {
  /** For messages: "plan", "metadata". */
  readonly name: string;
  readonly parse: (text: string) => T;
}

/** What reading a file came to. The same object as long as the file's content is the same. */
export type Reading<T> =
  | { readonly state: 'absent' }
  | { readonly state: 'failed'; readonly problem: Problem }
  | {
      readonly state: 'read';
      readonly value: T;
      /** Epoch ms of the file when this content was first seen. */
      readonly mtimeMs: number;
    };

/** An entry of a folder, with symbolic links followed as far as they may be. */
export interface ListedEntry {
  readonly name: string;
  /** `astray`: a link that leads out of the workspace, in a circle, or nowhere. */
  readonly kind: 'file' | 'folder' | 'other' | 'astray';
  /** Where a link leads. */
  readonly real?: string;
}

/** What listing a folder came to, sorted by name. The same object as long as the entries are the same. */
export type Listing =
  | { readonly state: 'absent' }
  | { readonly state: 'failed'; readonly problem: Problem }
  | { readonly state: 'read'; readonly entries: readonly ListedEntry[] };

interface CachedFile {
  reading: Reading<unknown>;
  readonly format: TextFormat<unknown>;
  stamp: FileStamp | undefined;
  hash: string | undefined;
  /** False: something may have happened to it; ask the disk before the reading is given out. */
  fresh: boolean;
  used: boolean;
}

interface CachedListing {
  listing: Listing;
  readonly of: 'structure' | 'content';
  fresh: boolean;
  used: boolean;
}

interface CachedStamp {
  stamp: FileStamp | undefined;
  fresh: boolean;
  used: boolean;
}

const absent = { state: 'absent' } as const;

/** With more paths than this, comparing them costs more than asking the disk for everything. */
const mostExpired = 100;

/**
 * The files and folders of one root as last seen, each read again only when it was expired and has really changed:
 * first size, times and inode are compared, then a hash of the content. A file that was only touched, or saved again
 * as it was, keeps its parsed object.
 */
export class DiskView {
  readonly #files = new Map<string, CachedFile>();
  readonly #listings = new Map<string, CachedListing>();
  readonly #stamps = new Map<string, CachedStamp>();
  #expired: Set<string> | 'all' = new Set();
  #structureVersion = 0;

  /** @param boundaries Real paths of the folders that symbolic links may lead into. */
  constructor(
    readonly disk: ReadingDisk,
    private readonly boundaries: readonly string[],
  ) {}

  /** Grows whenever the entries of a folder that was listed as `structure` turn out to have changed. */
  get structureVersion(): number {
    return this.#structureVersion;
  }

  /** Something may have happened at these paths and below them, or anywhere. */
  expire(paths: Iterable<string> | 'all'): void {
    const caches = [this.#files, this.#listings, this.#stamps];
    const expired = paths === 'all' ? [] : [...new Set(paths)];
    if (paths === 'all' || expired.length > mostExpired) {
      this.#expired = 'all';
      for (const cache of caches) for (const entry of cache.values()) entry.fresh = false;
      return;
    }
    for (const path of expired) {
      if (this.#expired !== 'all') this.#expired.add(path);
      const parent = this.#listings.get(dirname(path));
      if (parent) parent.fresh = false;
      const below = path + sep;
      for (const cache of caches) {
        const entry = cache.get(path);
        if (entry) entry.fresh = false;
        for (const [other, inside] of cache) if (other.startsWith(below)) inside.fresh = false;
      }
    }
  }

  /** Whether anything was expired at, below or above the folder since the last call of `allRead`. */
  isTouched(folder: string): boolean {
    if (this.#expired === 'all') return true;
    for (const path of this.#expired) {
      if (path === folder || path.startsWith(folder + sep) || folder.startsWith(path + sep)) return true;
    }
    return false;
  }

  /** Everything that was expired has been read again. */
  allRead(): void {
    this.#expired = new Set();
  }

  /** Lists again the folders that were expired, so that `structureVersion` says whether any of them changed. */
  async listExpired(): Promise<void> {
    const expired = [...this.#listings].filter(([, cached]) => !cached.fresh && cached.of === 'structure');
    await concurrently(expired, readsAtOnce, ([folder]) => this.list(folder));
  }

  /** Forgets what nobody asked for since the last call. */
  forgetUnused(): void {
    for (const cache of [this.#files, this.#listings, this.#stamps]) {
      for (const [path, entry] of cache) {
        if (!entry.used) cache.delete(path);
        entry.used = false;
      }
    }
  }

  /** @param of Whether the folder's entries decide which tracks there are, or are a track's own content. */
  async list(folder: string, of: 'structure' | 'content' = 'structure'): Promise<Listing> {
    const cached = this.#listings.get(folder);
    if (cached?.fresh) {
      cached.used = true;
      return cached.listing;
    }
    const listing = await this.#readFolder(folder);
    const isSame = cached !== undefined && sameJson(cached.listing, listing);
    if (!isSame && of === 'structure') this.#structureVersion++;
    const kept = isSame ? cached.listing : listing;
    this.#listings.set(folder, { listing: kept, of, fresh: true, used: true });
    return kept;
  }

  async read<T>(file: string, format: TextFormat<T>): Promise<Reading<T>> {
    const found = this.#files.get(file);
    const cached = found?.format === format ? found : undefined;
    if (cached?.fresh) {
      cached.used = true;
      // The entry was made with this very format.
      return cached.reading as Reading<T>;
    }
    const next = await this.#readFile(file, format, cached);
    if (cached && sameProblem(cached.reading, next.reading)) next.reading = cached.reading;
    this.#files.set(file, next);
    return next.reading as Reading<T>;
  }

  /**
   * Size, times and identity of a file that is read in parts; `undefined` when it is not there or cannot be asked. The
   * same object as long as they are the same.
   */
  async stamp(file: string): Promise<FileStamp | undefined> {
    const cached = this.#stamps.get(file);
    if (cached?.fresh) {
      cached.used = true;
      return cached.stamp;
    }
    let stamp: FileStamp | undefined;
    try {
      stamp = await this.disk.stat(file);
    } catch {
      // Whoever reads the file meets the same error, and reports it.
      stamp = undefined;
    }
    if (cached?.stamp && stamp && sameStamp(cached.stamp, stamp)) stamp = cached.stamp;
    this.#stamps.set(file, { stamp, fresh: true, used: true });
    return stamp;
  }

  async #readFolder(folder: string): Promise<Listing> {
    let found: FolderEntry[];
    try {
      found = await this.disk.readFolder(folder);
    } catch (error) {
      if (hasCode(error, 'ENOENT', 'ENOTDIR')) return absent;
      return { state: 'failed', problem: unreadable(folder, error) };
    }
    found.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    const entries: ListedEntry[] = [];
    for (const { name, kind } of found) {
      entries.push(kind === 'link' ? await this.#follow(join(folder, name), name) : { name, kind });
    }
    return { state: 'read', entries };
  }

  async #follow(path: string, name: string): Promise<ListedEntry> {
    try {
      const real = await this.disk.realPath(path);
      if (!this.boundaries.some((boundary) => isInside(boundary, real)))
        return { name, kind: 'astray', real };
      return { name, kind: (await this.disk.stat(real)).kind, real };
    } catch {
      // A circle, or nothing at its end: `astray` says so, and the caller makes a problem of it where it matters.
      return { name, kind: 'astray' };
    }
  }

  async #readFile<T>(
    file: string,
    format: TextFormat<T>,
    cached: CachedFile | undefined,
  ): Promise<CachedFile> {
    for (let attempt = 1; ; attempt++) {
      const result = await this.#tryReadFile(file, format, cached);
      // Emptied a moment ago: that is what a save looks like half-way through. The same for a file that went away.
      const emptied = cached?.stamp && cached.stamp.size > 0 && result.stamp?.size === 0;
      const vanished = result.reading === vanishedWhileReading;
      if (attempt === 4 || !(emptied || vanished)) {
        if (vanished) result.reading = absent;
        return result;
      }
      await sleep(20);
    }
  }

  async #tryReadFile<T>(
    file: string,
    format: TextFormat<T>,
    cached: CachedFile | undefined,
  ): Promise<CachedFile> {
    const make = (reading: Reading<T>, stamp?: FileStamp, hash?: string): CachedFile => ({
      reading,
      format,
      stamp,
      hash,
      fresh: true,
      used: true,
    });
    let stamp: FileStamp | undefined;
    try {
      stamp = await this.disk.stat(file);
      const refused = refusalToRead(file, stamp);
      if (refused) return make({ state: 'failed', problem: refused }, stamp);
      if (cached?.stamp && sameStamp(cached.stamp, stamp)) return { ...cached, fresh: true, used: true };
      const before = Date.now();
      const bytes = await this.disk.readFile(file);
      // Changed within the clock's grain: the same stamp may come with another content, so it is not trusted.
      const trusted = before - stamp.mtimeMs > 50 ? stamp : { ...stamp, ctimeMs: -1 };
      const hash = hashOf('sha1', bytes, 'base64');
      if (cached?.hash === hash) return { ...cached, stamp: trusted, fresh: true, used: true };
      return make(interpret(file, bytes, format, stamp.mtimeMs), trusted, hash);
    } catch (error) {
      if (hasCode(error, 'ENOENT', 'ENOTDIR')) return make(stamp ? vanishedWhileReading : absent);
      return make({ state: 'failed', problem: unreadable(file, error) });
    }
  }
}

const vanishedWhileReading = { state: 'absent' } as const;

function interpret<T>(file: string, bytes: Uint8Array, format: TextFormat<T>, mtimeMs: number): Reading<T> {
  const decoded = decodeText(bytes);
  if (!decoded) {
    return failed(file, 'binary', `${basename(file)} is not a text file, so it was not read.`);
  }
  try {
    return { state: 'read', value: format.parse(decoded.text), mtimeMs };
  } catch (error) {
    // A parser that throws is a defect of ours; the rest of the view must not die of it.
    const reason = error instanceof Error ? error.message : String(error);
    return failed(
      file,
      'not-understood',
      `${basename(file)} could not be understood (${reason}). Please report this together with the file.`,
    );
  }
}

function refusalToRead(file: string, stamp: FileStamp): Problem | undefined {
  if (stamp.kind === 'folder') {
    return problem(file, 'not-a-file', `${basename(file)} is a folder; a file of that name was expected.`);
  }
  if (stamp.kind === 'other') return problem(file, 'not-a-file', `${basename(file)} is not a regular file.`);
  if (stamp.size > largestFile) {
    const sizes = `${megabytes(stamp.size)}, the limit is ${megabytes(largestFile)}`;
    return problem(file, 'too-large', `${basename(file)} is too large to be read: ${sizes}.`);
  }
  return undefined;
}

function unreadable(path: string, error: unknown): Problem {
  return problem(path, 'unreadable', `${path} could not be read: ${reasonOf(error)}.`);
}

function failed(file: string, code: string, message: string): { state: 'failed'; problem: Problem } {
  return { state: 'failed', problem: problem(file, code, message) };
}

/** Says that a file was not read because it is a link out of the workspace, in a circle, or to nothing. */
export function astrayProblem(file: string, entry: ListedEntry): Problem {
  const where = entry.real ? `to ${entry.real}, outside of the workspace` : 'nowhere';
  return problem(file, 'link-astray', `${entry.name} is a link that leads ${where}, so it was not read.`);
}

function problem(file: string, code: string, message: string): Problem {
  return { file, severity: 'error', code, message };
}

function sameStamp(a: FileStamp, b: FileStamp): boolean {
  return (
    a.size === b.size &&
    a.mtimeMs === b.mtimeMs &&
    a.ctimeMs === b.ctimeMs &&
    a.ino === b.ino &&
    a.dev === b.dev
  );
}

function sameProblem(a: Reading<unknown>, b: Reading<unknown>): boolean {
  return a.state === 'failed' && b.state === 'failed' && sameJson(a.problem, b.problem);
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
