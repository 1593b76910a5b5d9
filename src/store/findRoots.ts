import { basename, dirname, join, resolve } from 'node:path';
import type { Problem } from '../model/problem';
import { isInside } from './contain';
import { hasCode, reasonOf } from './ioError';
import { concurrently, readsAtOnce } from './pace';
import type { FolderEntry, ReadingDisk } from './disk';
import { readingDisk } from './readingDisk';
import { isArchiveName } from './trackFolders';

export interface FoundRoots {
  /** Absolute paths of the conductor directories, sorted. */
  readonly roots: readonly string[];
  readonly problems: readonly Problem[];
  /** Folders named like a conductor directory that hold no tracks: one of them may become a root. */
  readonly lookalikes: readonly string[];
}

/** How far below the workspace folder a conductor directory may lie: `a/b/c/conductor`. */
const deepest = 4;
/** Folders looked into before the search gives up. */
const mostFolders = 5_000;

const foreignNames = new Set(
  (
    'node_modules bower_components vendor dist build out target bin obj coverage venv env site-packages __pycache__ ' +
    'Pods DerivedData .git .hg .svn .cache .gradle .idea .mypy_cache .next .nuxt .output .parcel-cache .pnpm-store ' +
    '.pytest_cache .ruff_cache .terraform .tox .turbo .venv .vscode-test .yarn'
  ).split(' '),
);

/** Files that make a folder in `tracks/` or an archive a track. */
const trackFiles = new Set(['plan.md', 'spec.md', 'metadata.json', 'index.md']);

/**
 * Finds the conductor directories of a workspace folder: the folder itself when it is one, every `conductor` or
 * `.conductor` (in any case of letters) down to four levels below, and those that a setting names. A folder counts
 * when there is evidence in it (FORMATS §2): tracks.md; a track in `tracks/` or in an archive; or the state file of a
 * finished set-up beside product.md. What lies inside another conductor directory is not live, and is left out.
 *
 * @param extra Paths relative to `folder`, or absolute.
 */
export async function findRoots(
  folder: string,
  extra: readonly string[],
  signal?: AbortSignal,
  disk: ReadingDisk = readingDisk,
): Promise<FoundRoots> {
  const search = new RootSearch(disk, folder, signal);
  if (await search.isOpenedRoot()) await search.add(folder);
  else await search.walk();
  for (const path of extra) await search.addNamed(path);
  return search.result();
}

/** True if the folder's name is one that a conductor directory has. */
export function isRootName(name: string): boolean {
  return /^\.?conductor$/i.test(name);
}

/** True for folders in which no search for conductor directories goes. */
export function isForeignName(name: string): boolean {
  return foreignNames.has(name);
}

/** True if there is evidence that the folder is a conductor directory. */
export async function isRoot(folder: string, disk: ReadingDisk = readingDisk): Promise<boolean> {
  const entries = await entriesOf(disk, folder);
  const has = (name: string): FolderEntry | undefined =>
    entries.find((entry) => entry.name.toLowerCase() === name);
  const registry = has('tracks.md');
  if (registry && registry.kind !== 'folder') return true;
  if (has('setup_state.json') && has('product.md')) return true;
  for (const entry of entries) {
    if (entry.kind === 'file') continue;
    const isTracks = entry.name.toLowerCase() === 'tracks';
    if (!isTracks && !isArchiveName(entry.name)) continue;
    if (await holdsTrack(disk, join(folder, entry.name), 3)) return true;
  }
  return false;
}

async function holdsTrack(disk: ReadingDisk, folder: string, depth: number): Promise<boolean> {
  const entries = await entriesOf(disk, folder);
  // Spec 001 keeps its tracks in folders of the same name, with another state file.
  if (entries.some((entry) => entry.name === 'track-registry.json')) return false;
  for (const entry of entries) {
    if (entry.kind !== 'folder' || entry.name.startsWith('.') || foreignNames.has(entry.name)) continue;
    const inside = await entriesOf(disk, join(folder, entry.name));
    if (inside.some((e) => e.kind !== 'folder' && trackFiles.has(e.name.toLowerCase()))) return true;
    if (depth > 1 && (await holdsTrack(disk, join(folder, entry.name), depth - 1))) return true;
  }
  return false;
}

/** Nothing for what is not there or cannot be read: for a search both are the same. */
async function entriesOf(disk: ReadingDisk, folder: string): Promise<FolderEntry[]> {
  try {
    return await disk.readFolder(folder);
  } catch {
    return [];
  }
}

class RootSearch {
  /** By identity on disk, so that a folder reached by two names (or two cases of one name) counts once. */
  readonly #found = new Map<string, { path: string; real: string; named: boolean }>();
  readonly #problems: Problem[] = [];
  readonly #lookalikes: string[] = [];
  #looked = 0;

  constructor(
    private readonly disk: ReadingDisk,
    private readonly folder: string,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /**
   * Whether the workspace folder itself is a conductor directory. Under another name than `conductor` it takes more:
   * a music project has a `tracks/` folder too.
   */
  async isOpenedRoot(): Promise<boolean> {
    if (!(await isRoot(this.folder, this.disk))) return false;
    if (isRootName(basename(this.folder))) return true;
    const names = (await entriesOf(this.disk, this.folder)).map((entry) => entry.name.toLowerCase());
    const companions = ['tracks.md', 'product.md', 'workflow.md', 'setup_state.json', 'decision-log.md'];
    return names.includes('tracks') && companions.filter((name) => names.includes(name)).length >= 2;
  }

  async walk(): Promise<void> {
    let level = [this.folder];
    for (let depth = 1; depth <= deepest && level.length > 0; depth++) {
      const next = await concurrently(level, readsAtOnce, (folder) => this.#lookInto(folder));
      level = next.flat();
    }
  }

  /** Takes a folder in, under its place on disk. */
  async add(path: string, named = false): Promise<void> {
    try {
      const stamp = await this.disk.stat(path);
      const real = await this.disk.realPath(path);
      // Some disks have no inodes to tell folders apart; the real path does it then.
      const identity = stamp.ino === 0 ? real : `${stamp.dev}:${stamp.ino}`;
      if (!this.#found.has(identity)) this.#found.set(identity, { path, real, named });
    } catch (error) {
      // Gone since it was listed; the next search sees that too.
      if (!hasCode(error, 'ENOENT'))
        this.#report(path, 'unreadable', `${path} could not be read: ${reasonOf(error)}.`);
    }
  }

  /** A folder that a setting names. */
  async addNamed(written: string): Promise<void> {
    const path = resolve(this.folder, written);
    if (await isRoot(path, this.disk)) {
      await this.add(path, true);
      return;
    }
    this.#lookalikes.push(path);
    const there = await this.disk.stat(path).catch(() => undefined);
    const what = there ? 'holds no tracks: neither tracks.md nor a folder with a plan' : 'is not there';
    this.#report(
      path,
      'root-not-found',
      `The setting names ${written} as a conductor directory, but ${path} ${what}.`,
    );
  }

  result(): FoundRoots {
    const found = [...this.#found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
    const live = found.filter((root) => {
      const outer = found.find((other) => other !== root && isInside(other.real, root.real));
      if (outer && root.named) {
        this.#report(
          root.path,
          'root-inside-root',
          `The setting names ${root.path}, which lies inside of ${outer.path}. Only the outer one is shown.`,
        );
      }
      return !outer;
    });
    return { roots: live.map((root) => root.path), problems: this.#problems, lookalikes: this.#lookalikes };
  }

  /** Takes in the conductor directories right in `folder`; returns the folders to go on with. */
  async #lookInto(folder: string): Promise<string[]> {
    this.signal?.throwIfAborted();
    if (this.#looked++ >= mostFolders) {
      if (this.#looked === mostFolders + 1) {
        this.#report(
          this.folder,
          'search-bounded',
          `The search for conductor directories ended after ${mostFolders} folders. Name those that are missing in the setting conductor.roots.`,
        );
      }
      return [];
    }
    const onward: string[] = [];
    for (const entry of await entriesOf(this.disk, folder)) {
      const path = join(folder, entry.name);
      if (isRootName(entry.name) && entry.kind !== 'file' && (await this.#take(path, entry))) continue;
      if (entry.kind === 'folder' && !foreignNames.has(entry.name)) onward.push(path);
    }
    return onward;
  }

  /** True if the folder was taken in as a root (or is none that a search may enter). */
  async #take(path: string, entry: FolderEntry): Promise<boolean> {
    if (entry.kind === 'link' && !(await this.#leadsInside(path))) return true;
    if (await isRoot(path, this.disk)) {
      await this.add(path);
      return true;
    }
    this.#lookalikes.push(path);
    return false;
  }

  async #leadsInside(link: string): Promise<boolean> {
    try {
      const real = await this.disk.realPath(link);
      if (isInside(await this.disk.realPath(this.folder), real)) return true;
      if (await isRoot(real, this.disk)) {
        this.#report(
          link,
          'root-outside-workspace',
          `${link} is a link to ${real}, outside of the workspace folder ${dirname(link)}. To use it, name it in the setting conductor.roots.`,
        );
      }
      return false;
    } catch {
      // A circle, or nothing at its end: not a conductor directory.
      return false;
    }
  }

  #report(file: string, code: string, message: string): void {
    this.#problems.push({ file, severity: 'warning', code, message });
  }
}
