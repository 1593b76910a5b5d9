import type { Problem } from '../model/problem';
import type { ConductorSnapshot, RootSnapshot } from '../model/root';
import { sameItems } from './busReader';
import { isInside } from './contain';
import { findRoots, isRoot } from './findRoots';
import type { ReadingDisk } from './disk';
import { readingDisk } from './readingDisk';
import { RootReader } from './rootReader';

export interface ConductorPlaces {
  /** Absolute paths of the workspace folders. */
  readonly folders: readonly string[];
  /** Further conductor directories: absolute, or relative to each workspace folder. */
  readonly extraRoots: readonly string[];
}

/** Finds and reads all conductor directories of some workspace folders, again and again. */
export class ConductorReader {
  /** By path, also those whose directory is away at the moment: it may come back. */
  readonly #readers = new Map<string, RootReader>();
  #problems: readonly Problem[] = [];
  #lookalikes: readonly string[] = [];
  #snapshot: ConductorSnapshot = { roots: [], revision: 0 };

  constructor(
    private places: ConductorPlaces,
    private readonly disk: ReadingDisk = readingDisk,
  ) {}

  get snapshot(): ConductorSnapshot {
    return this.#snapshot;
  }

  get folders(): readonly string[] {
    return this.places.folders;
  }

  /** Folders that are no conductor directory now but may become one, or were one and may come back. */
  get absent(): readonly string[] {
    const there = new Set(this.#snapshot.roots.map((root) => root.path));
    return [...this.#lookalikes, ...[...this.#readers.keys()].filter((path) => !there.has(path))];
  }

  /** When to read again although nothing changes on disk, epoch ms. */
  get lookAgainAt(): number | undefined {
    const times = [...this.#readers.values()].map((r) => r.lookAgainAt).filter((t) => t !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  setPlaces(places: ConductorPlaces): void {
    this.places = places;
  }

  /** Searches the workspace folders anew. Known directories keep what is known of them. */
  async search(signal?: AbortSignal): Promise<void> {
    const problems: Problem[] = [];
    const lookalikes: string[] = [];
    const found = new Map<string, { path: string; folder: string }>();
    for (const folder of this.places.folders) {
      const result = await findRoots(folder, this.places.extraRoots, signal, this.disk);
      problems.push(...result.problems);
      lookalikes.push(...result.lookalikes);
      for (const path of result.roots) {
        // Workspace folders may lie in each other, and then find the same directory.
        const real = await this.disk.realPath(path).catch(() => path);
        if (!found.has(real)) found.set(real, { path, folder });
      }
    }
    const kept = new Set<string>();
    for (const [real, { path, folder }] of found) {
      const outer = [...found.keys()].some((other) => other !== real && isInside(other, real));
      if (outer) continue;
      kept.add(path);
      const known = this.#readers.get(path);
      if (known?.place.workspaceFolder !== folder) {
        this.#readers.set(path, new RootReader({ path, workspaceFolder: folder }, this.disk));
      }
    }
    for (const path of this.#readers.keys()) if (!kept.has(path)) this.#readers.delete(path);
    this.#problems = problems;
    this.#lookalikes = [...new Set(lookalikes)];
  }

  /**
   * Takes in a directory that has just appeared, without a search, if it is a conductor directory; if it is only named
   * like one, it is kept in mind.
   */
  async consider(path: string): Promise<void> {
    const roots = [...this.#readers.keys()];
    if (roots.some((root) => isInside(root, path))) return;
    const folder = this.places.folders.find((f) => isInside(f, path)) ?? this.places.folders[0];
    if (folder === undefined) return;
    this.#lookalikes = this.#lookalikes.filter((lookalike) => lookalike !== path);
    if (await isRoot(path, this.disk)) {
      this.#readers.set(path, new RootReader({ path, workspaceFolder: folder }, this.disk));
    } else if ((await this.disk.stat(path).catch(() => undefined))?.kind === 'folder') {
      this.#lookalikes = [...this.#lookalikes, path];
    }
  }

  /** Something may have happened at these paths and below them, or anywhere. Not while a read is going on. */
  expire(paths: ReadonlySet<string> | 'all'): void {
    for (const reader of this.#readers.values()) reader.expire(paths);
  }

  /**
   * Reads what was expired; the same snapshot as before when nothing changed. Throws only the signal's reason.
   *
   * @param archives Whether to read the archived tracks of a root.
   */
  async read(
    archives: (root: string) => boolean,
    watchProblem?: string,
    signal?: AbortSignal,
  ): Promise<ConductorSnapshot> {
    const roots: RootSnapshot[] = [];
    for (const [path, reader] of this.#readers) {
      const root = await reader.read(archives(path), signal);
      if (root && (holdsSomething(root) || (await isRoot(path, this.disk)))) roots.push(root);
    }
    roots.sort((a, b) => (a.path < b.path ? -1 : 1));
    const before = this.#snapshot;
    if (
      sameItems(before.roots, roots) &&
      before.watchProblem === watchProblem &&
      JSON.stringify(before.problems ?? []) === JSON.stringify(this.#problems)
    ) {
      return before;
    }
    return (this.#snapshot = {
      roots,
      revision: before.revision + 1,
      ...(this.#problems.length > 0 ? { problems: this.#problems } : {}),
      ...(watchProblem !== undefined ? { watchProblem } : {}),
    });
  }
}

function holdsSomething(root: RootSnapshot): boolean {
  return root.tracks.length > 0 || root.archive.count > 0 || root.registryFile !== undefined;
}
