import { join, relative, sep } from 'node:path';
import type { Problem } from '../model/problem';
import { isInside } from './contain';
import type { DiskView, ListedEntry, Listing } from './diskView';
import { concurrently, readsAtOnce } from './pace';

/** A folder that holds a track, or may. */
export interface TrackFolder {
  /** Absolute path. */
  readonly path: string;
  /** Path relative to the root, with `/`. */
  readonly key: string;
  /** Folder name. */
  readonly id: string;
  /** Folders between `tracks/` and the track: "business-portal". */
  readonly domain?: string;
  readonly archived: boolean;
  /** False: nothing in it says so; it is a track only if tracks.md names it. */
  readonly evident: boolean;
  readonly entries: readonly ListedEntry[];
}

export interface TrackFolders {
  readonly live: readonly TrackFolder[];
  readonly archived: readonly TrackFolder[];
  readonly problems: readonly Problem[];
}

/** Names of the folders that hold archived tracks, in the root and in `tracks/` (VARIATIONS §8). */
const archiveNames = new Set(['archive', '_archive', 'archived']);

/** Files that make a folder a track. */
const strongEvidence = new Set(['plan.md', 'spec.md', 'metadata.json']);

/** Folders of other programs, where no track lies. */
const foreignNames = new Set(['node_modules', 'code_styleguides', 'dist', 'build', 'venv', '__pycache__']);

/** How far below `tracks/` a live track may lie: `tracks/<domain>/<sub-domain>/<id>`. */
const deepestLive = 3;
const deepestArchived = 10;
/** Folders looked at in one root before the search gives up. The largest real directory known has under 1,000. */
const mostFolders = 20_000;

/** Finds the track folders of a root: live ones in `tracks/`, also grouped by domain, and archived ones. */
export async function findTrackFolders(
  view: DiskView,
  root: string,
  signal?: AbortSignal,
): Promise<TrackFolders> {
  const search = new TrackSearch(view, root, signal);
  await search.run();
  const byKey = (a: TrackFolder, b: TrackFolder): number => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
  return {
    live: search.live.sort(byKey),
    archived: search.archived.sort(byKey),
    problems: withoutRepeats(search.problems),
  };
}

/** True if the folder's name says that it holds archived tracks. */
export function isArchiveName(name: string): boolean {
  return archiveNames.has(name.toLowerCase());
}

/** True if one of the entries is a file that only a track has. */
export function hasStrongEvidence(entries: readonly ListedEntry[]): boolean {
  return entries.some((entry) => strongEvidence.has(entry.name.toLowerCase()));
}

/** Lock folders of ours and of others (FORMATS §4.7). */
export function isLockName(name: string): boolean {
  return name === '.metadata.lock' || /\.(md|json)\.lock$/i.test(name);
}

/** Names that come and go while programs work, and say nothing about the track. */
export function isPassing(name: string): boolean {
  return isLockName(name) || name.endsWith('.tmp');
}

/** Names in the folder of a track that tell something about it. */
export function namesIn(folder: TrackFolder): string[] {
  return folder.entries.map((entry) => entry.name).filter((name) => !isPassing(name));
}

/** The same problem may be met on several ways. */
function withoutRepeats(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((p) => [`${p.code} ${p.file}`, p])).values()];
}

class TrackSearch {
  readonly live: TrackFolder[] = [];
  readonly archived: TrackFolder[] = [];
  readonly problems: Problem[] = [];
  #looked = 0;
  /** Real paths of linked folders that were entered: a circle is entered once. */
  readonly #entered = new Set<string>();
  #realRoot: string;

  constructor(
    private readonly view: DiskView,
    private readonly root: string,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.#realRoot = root;
  }

  async run(): Promise<void> {
    this.#realRoot = await this.view.disk.realPath(this.root).catch(() => this.root);
    const top = this.#entries(await this.view.list(this.root));
    const tracks = top.find((e) => e.name === 'tracks') ?? top.find((e) => e.name.toLowerCase() === 'tracks');
    const archives = top.filter((e) => isArchiveName(e.name)).map((e) => join(this.root, e.name));
    if (tracks?.kind === 'folder') {
      const folder = join(this.root, tracks.name);
      const found = await this.#searchLive(folder, folder, 1);
      this.live.push(...found.folders);
      archives.push(...found.archives);
    } else if (tracks) {
      this.#report(join(this.root, tracks.name), 'not-a-folder', 'tracks is not a folder that can be read.');
    }
    for (const archive of archives) {
      this.archived.push(...(await this.#searchArchive(archive, 1)));
    }
  }

  async #searchLive(
    tracks: string,
    folder: string,
    depth: number,
  ): Promise<{ folders: TrackFolder[]; archives: string[] }> {
    const folders: TrackFolder[] = [];
    const archives: string[] = [];
    const children = await this.#foldersIn(folder);
    await concurrently(children, readsAtOnce, async (child) => {
      const path = join(folder, child.name);
      if (isArchiveName(child.name)) {
        archives.push(path);
        return;
      }
      const entries = this.#entries(await this.#list(path));
      const candidate = this.#trackFolder(path, entries, false, tracks);
      if (hasStrongEvidence(entries)) {
        folders.push(candidate);
        return;
      }
      const nested =
        depth < deepestLive ? await this.#searchLive(tracks, path, depth + 1) : { folders: [], archives: [] };
      archives.push(...nested.archives);
      // A domain: tracks lie in it. Folders like brainstorm/ hold none, so the folder above is the track.
      if (nested.folders.some((f) => f.evident && hasStrongEvidence(f.entries))) {
        folders.push(...nested.folders.filter((f) => f.evident));
      } else {
        folders.push(candidate);
      }
    });
    return { folders, archives };
  }

  async #searchArchive(folder: string, depth: number): Promise<TrackFolder[]> {
    const found: TrackFolder[] = [];
    const children = await this.#foldersIn(folder);
    await concurrently(children, depth === 1 ? readsAtOnce : 1, async (child) => {
      const path = join(folder, child.name);
      const entries = this.#entries(await this.#list(path));
      if (hasStrongEvidence(entries)) {
        found.push(this.#trackFolder(path, entries, true));
        return;
      }
      const nested = depth < deepestArchived ? await this.#searchArchive(path, depth + 1) : [];
      // An archived copy of a whole conductor directory has an index.md too, but is no track.
      const weak = has(entries, 'index.md') && !has(entries, 'tracks.md');
      if (nested.length > 0) found.push(...nested);
      else if (weak) found.push(this.#trackFolder(path, entries, true));
    });
    return found;
  }

  /** Folders below `folder` that are worth a look. */
  async #foldersIn(folder: string): Promise<ListedEntry[]> {
    return this.#entries(await this.#list(folder)).filter((entry) => {
      if (entry.name.startsWith('.') || foreignNames.has(entry.name)) return false;
      if (entry.kind === 'astray') {
        const where = entry.real ? `leads to ${entry.real}, outside of the workspace` : 'leads nowhere';
        this.#report(
          join(folder, entry.name),
          'link-astray',
          `The link ${entry.name} ${where}, so it was not followed.`,
        );
        return false;
      }
      if (entry.kind !== 'folder') return false;
      if (entry.real === undefined) return true;
      // A link to a folder of this root (tracks/current → tracks/x) is a second name of a track, or a circle.
      if (isInside(this.#realRoot, entry.real) || this.#entered.has(entry.real)) return false;
      this.#entered.add(entry.real);
      return true;
    });
  }

  async #list(path: string): Promise<Listing> {
    this.signal?.throwIfAborted();
    if (this.#looked === mostFolders) {
      this.#report(
        this.root,
        'search-bounded',
        `${this.root} has more than ${mostFolders} folders; tracks beyond that number are not shown.`,
      );
    }
    if (this.#looked++ >= mostFolders) return { state: 'absent' };
    return this.view.list(path);
  }

  #entries(listing: Listing): readonly ListedEntry[] {
    if (listing.state === 'failed') this.problems.push(listing.problem);
    return listing.state === 'read' ? listing.entries : [];
  }

  #trackFolder(
    path: string,
    entries: readonly ListedEntry[],
    archived: boolean,
    tracks?: string,
  ): TrackFolder {
    const between = tracks === undefined ? [] : relative(tracks, path).split(sep).slice(0, -1);
    return {
      path,
      key: relative(this.root, path).split(sep).join('/'),
      id: path.slice(path.lastIndexOf(sep) + 1),
      ...(between.length > 0 ? { domain: between.join('/') } : {}),
      archived,
      evident: entries.some(isEvidence),
      entries,
    };
  }

  #report(file: string, code: string, message: string): void {
    this.problems.push({ file, severity: 'warning', code, message });
  }
}

function isEvidence(entry: ListedEntry): boolean {
  return /\.(md|json)$/i.test(entry.name);
}

function has(entries: readonly ListedEntry[], name: string): boolean {
  return entries.some((entry) => entry.name.toLowerCase() === name);
}
