import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import type { Metadata } from '../model/metadata';
import { cappedProblems, type Problem } from '../model/problem';
import type { RegistryEntry } from '../model/registry';
import { isInside } from './contain';
import type { TrackFolder } from './trackFolders';

export interface RegistryMatch {
  /** The first entry that names the folder. */
  readonly entryOf: ReadonlyMap<TrackFolder, RegistryEntry>;
  /** Entries that no folder answers to, in file order. */
  readonly missing: readonly RegistryEntry[];
  readonly problems: readonly Problem[];
}

export interface RegistryPlace {
  /** Absolute path of tracks.md. */
  readonly file: string;
  readonly root: string;
  readonly workspaceFolder: string;
}

/**
 * Finds the folder of each registry entry: by its links (resolved against tracks.md, then the project, FORMATS §11),
 * by folder name, by folder name in another case, by the id or name in metadata.json. Links lead to folders that were
 * found on disk or to nothing: a link never makes anything be read.
 */
export function matchRegistry(
  entries: readonly RegistryEntry[],
  folders: readonly TrackFolder[],
  metadataOf: (folder: TrackFolder) => Metadata | undefined,
  place: RegistryPlace,
): RegistryMatch {
  const index = new FolderIndex(folders, metadataOf);
  const entryOf = new Map<TrackFolder, RegistryEntry>();
  const missing: RegistryEntry[] = [];
  const problems: Problem[] = [];
  for (const entry of entries) {
    const folder = folderOf(entry, index, place, entryOf);
    if (!folder) missing.push(entry);
    else if (!entryOf.has(folder)) entryOf.set(folder, entry);
    problems.push(...strayLinks(entry, place));
  }
  return { entryOf, missing, problems: cappedProblems(problems) };
}

/** The id that an entry states, or that its link to a track folder does. */
export function entryId(entry: RegistryEntry): string | undefined {
  return entry.id ?? entry.links.map(idOfLink).find((id) => id !== undefined);
}

function folderOf(
  entry: RegistryEntry,
  index: FolderIndex,
  place: RegistryPlace,
  taken: ReadonlyMap<TrackFolder, RegistryEntry>,
): TrackFolder | undefined {
  for (const link of entry.links) {
    for (const path of placesOf(link, place)) {
      const folder = index.atOrAbove(path, place.root);
      if (folder) return folder;
    }
  }
  const ids = [entry.id, ...entry.links.map(idOfLink)].filter((id) => id !== undefined);
  for (const id of ids) {
    const folder = index.withId(id, entry.archived);
    if (folder) return folder;
  }
  if (ids.length > 0 || entry.name === undefined) return undefined;
  const named = index.withName(entry.name);
  return named && !taken.has(named) ? named : undefined;
}

class FolderIndex {
  readonly #byPath = new Map<string, TrackFolder>();
  readonly #live = new Map<string, TrackFolder>();
  readonly #archived = new Map<string, TrackFolder>();
  readonly #byName = new Map<string, TrackFolder>();

  constructor(folders: readonly TrackFolder[], metadataOf: (folder: TrackFolder) => Metadata | undefined) {
    for (const folder of folders) {
      this.#byPath.set(folder.path.toLowerCase(), folder);
      const ids = folder.archived ? this.#archived : this.#live;
      addNew(ids, folder.id, folder);
      addNew(ids, folder.id.toLowerCase(), folder);
    }
    // After all folder names: the folder wins over what a file says.
    for (const folder of folders) {
      const metadata = metadataOf(folder);
      const ids = folder.archived ? this.#archived : this.#live;
      if (metadata?.id !== undefined) addNew(ids, metadata.id.toLowerCase(), folder);
      for (const name of [metadata?.name, metadata?.description, folder.id.replace(/_\d{8}$/, '')]) {
        if (name !== undefined) addNew(this.#byName, plain(name), folder);
      }
    }
  }

  withId(id: string, archivedFirst: boolean): TrackFolder | undefined {
    const order = archivedFirst ? [this.#archived, this.#live] : [this.#live, this.#archived];
    const spellings = [id, id.toLowerCase()];
    for (const ids of order) {
      for (const spelling of spellings) {
        const folder = ids.get(spelling);
        if (folder) return folder;
      }
    }
    return undefined;
  }

  withName(name: string): TrackFolder | undefined {
    const key = plain(name);
    return key === '' ? undefined : this.#byName.get(key);
  }

  /** The track folder that is this path or holds it. */
  atOrAbove(path: string, root: string): TrackFolder | undefined {
    const top = root.toLowerCase();
    for (let at = path.toLowerCase(); at !== top && isInside(top, at); at = dirname(at)) {
      const folder = this.#byPath.get(at);
      if (folder) return folder;
    }
    return undefined;
  }
}

/** Where a link may lead, best first. Nothing for web addresses. */
function placesOf(link: string, place: RegistryPlace): string[] {
  const target = targetOf(link);
  if (target === undefined) return [];
  if (isAbsolute(target)) return [resolve(target), join(place.workspaceFolder, target)];
  return [
    resolve(dirname(place.file), target),
    resolve(dirname(place.root), target),
    resolve(place.workspaceFolder, target),
  ];
}

/** The path in a link, without anchor and escapes; `undefined` when it is no path. */
function targetOf(link: string): string | undefined {
  const bare = link
    .trim()
    .replace(/^<(.*)>$/, '$1')
    .replace(/[#?].*$/, '')
    .replaceAll('\\', '/');
  if (bare === '' || bare.includes('\0') || /^[a-z][a-z0-9+.-]+:/i.test(bare)) return undefined;
  try {
    return decodeURIComponent(bare);
  } catch {
    // A lone % is part of the name.
    return bare;
  }
}

/** `login_20260101` of `./tracks/login_20260101/plan.md`. */
function idOfLink(link: string): string | undefined {
  const target = targetOf(link);
  if (target === undefined) return undefined;
  const parts = target.split('/').filter((part) => part !== '' && part !== '.');
  if (!parts.some((part) => /^(tracks|_?archive|archived)$/i.test(part))) return undefined;
  const last = parts.at(-1);
  const name = last !== undefined && /\.(md|json)$/i.test(last) ? parts.at(-2) : last;
  return name === undefined || /^(tracks|_?archive|archived|\.\.)$/i.test(name) ? undefined : name;
}

function strayLinks(entry: RegistryEntry, place: RegistryPlace): Problem[] {
  return entry.links.flatMap((link) => {
    const places = placesOf(link, place);
    if (places.length === 0 || places.some((path) => isInside(place.workspaceFolder, path))) return [];
    return [
      {
        file: place.file,
        line: entry.line,
        severity: 'warning' as const,
        code: 'link-outside-workspace',
        message: `${basename(place.file)} links to ${link}, which lies outside of the workspace folder, so the link is not followed. Link to the track's folder instead.`,
      },
    ];
  });
}

function addNew(map: Map<string, TrackFolder>, key: string, folder: TrackFolder): void {
  if (!map.has(key)) map.set(key, folder);
}

/** A name reduced to its letters and digits, so that spelling differences do not matter. */
function plain(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
