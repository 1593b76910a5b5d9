import { join } from 'node:path';
import { parseTracks } from '../files/tracksFile';
import type { Problem } from '../model/problem';
import type { Registry, RegistryEntry } from '../model/registry';
import type { RootSnapshot } from '../model/root';
import type { Dialect, Track } from '../model/track';
import { dialectOf } from '../rules/dialect';
import { assembleMissingTrack, missingKeyPrefix, type TrackSetting } from './assembleTrack';
import { inFile, sameItems } from './busReader';
import { astrayProblem, DiskView, type ListedEntry, type Reading, type TextFormat } from './diskView';
import { entryId, matchRegistry, type RegistryMatch } from './matchRegistry';
import { concurrently, Pace, readsAtOnce } from './pace';
import type { ReadingDisk } from './disk';
import { readingDisk } from './readingDisk';
import type { TrackFiles } from './trackFiles';
import { findTrackFolders, isPassing, type TrackFolder, type TrackFolders } from './trackFolders';
import { TrackReader } from './trackReader';

const registryFormat: TextFormat<Registry> = { name: 'tracks', parse: parseTracks };

const noEntries: readonly RegistryEntry[] = [];

export interface RootPlace {
  /** Absolute path of the conductor directory. */
  readonly path: string;
  readonly workspaceFolder: string;
}

/**
 * Reads one conductor directory, again and again. What was not expired is not asked of the disk again; what did not
 * change keeps its object: the snapshot, its tracks, their plans.
 */
export class RootReader {
  readonly #readers = new Map<string, TrackReader>();
  #view: DiskView | undefined;
  #registry: { reading: Reading<Registry>; registry: Registry } | undefined;
  #missing = new Map<string, { entry: RegistryEntry; setting: TrackSetting; track: Track }>();
  #setting: TrackSetting | undefined;
  #folders: { folders: TrackFolders; version: number } | undefined;
  #matched: { inputs: readonly unknown[]; match: RegistryMatch } | undefined;
  #snapshot: RootSnapshot | undefined;
  #lookAgainAt: number | undefined;

  constructor(
    readonly place: RootPlace,
    private readonly disk: ReadingDisk = readingDisk,
  ) {}

  /** What was read last. */
  get snapshot(): RootSnapshot | undefined {
    return this.#snapshot;
  }

  /** When to read again although nothing changes on disk (a lock may be left behind by then), epoch ms. */
  get lookAgainAt(): number | undefined {
    return this.#lookAgainAt;
  }

  /** Something may have happened at these paths and below them, or anywhere. */
  expire(paths: Iterable<string> | 'all'): void {
    this.#view?.expire(paths);
  }

  /**
   * Reads what was expired. The same snapshot as before when nothing changed; `undefined` when the directory is gone.
   * Throws only the signal's reason.
   *
   * @param archives Whether to read archived tracks too, and not only to count them.
   */
  async read(archives: boolean, signal?: AbortSignal): Promise<RootSnapshot | undefined> {
    const view = (this.#view ??= await this.#openView());
    await view.listExpired();
    const top = await view.list(this.place.path);
    if (top.state === 'absent') return (this.#snapshot = undefined);
    const problems: Problem[] = top.state === 'failed' ? [top.problem] : [];
    const entries = top.state === 'read' ? top.entries : [];
    const setting = this.#settingOf(entries);
    const registry = await this.#readRegistry(view, setting.registryFile, problems);
    const known = this.#folders;
    const folders = await this.#findFolders(view, signal);
    problems.push(...folders.problems);

    const pace = new Pace();
    const wanted = archives ? [...folders.live, ...folders.archived] : folders.live;
    const files = await this.#readFolders(view, wanted, folders === known?.folders, pace, signal);
    const match = this.#match(registry?.entries ?? noEntries, folders, files, setting);
    problems.push(...match.problems);

    const onDisk: Track[] = [];
    for (const [folder, read] of files) {
      await pace.breathe(signal);
      const entry = match.entryOf.get(folder);
      if (!folder.evident && !entry) continue;
      onDisk.push(this.#reader(view, folder.path).track(read, entry, setting));
    }
    const missing = this.#missingTracks(match.missing, setting);
    const tracks = [...onDisk, ...missing];
    const astray = entries.find((e) => e.kind === 'astray' && e.name.toLowerCase() === 'tracks.md');
    if (astray && setting.registryFile === undefined) {
      problems.push(astrayProblem(join(this.place.path, astray.name), astray));
    } else if (setting.registryFile === undefined && folders.live.some((f) => f.evident)) {
      problems.push(noRegistry(this.place.path));
    }
    this.#lookAgainAt = earliest([...files.values()].map((read) => read.lookAgainAt));
    if (folders !== known?.folders) this.#forget(files, view);
    view.allRead();

    const live = inRegistryOrder(tracks.filter((track) => !track.archived));
    const archived = tracks.filter((track) => track.archived);
    const archivedMissing = missing.filter((track) => track.archived).length;
    return this.#publish({
      path: this.place.path,
      workspaceFolder: this.place.workspaceFolder,
      tracks: live,
      archive: {
        count: folders.archived.length + archivedMissing,
        ...(archives ? { tracks: archived.sort(byKey) } : {}),
      },
      ...(setting.registryFile !== undefined ? { registryFile: setting.registryFile } : {}),
      ...(registry ? { registry } : {}),
      dialects: dialectsOf(live, setting, registry),
      problems,
      readAt: Date.now(),
    });
  }

  /** The same object as before when no folder has other entries than before. */
  async #findFolders(view: DiskView, signal: AbortSignal | undefined): Promise<TrackFolders> {
    const known = this.#folders;
    if (known?.version === view.structureVersion) return known.folders;
    const folders = await findTrackFolders(view, this.place.path, signal);
    this.#folders = { folders, version: view.structureVersion };
    return folders;
  }

  /** Anew only when an entry, a folder or something in a metadata.json changed. */
  #match(
    entries: readonly RegistryEntry[],
    folders: TrackFolders,
    files: ReadonlyMap<TrackFolder, TrackFiles>,
    setting: TrackSetting,
  ): RegistryMatch {
    const inputs = [entries, folders, setting, ...[...files.values()].map((read) => read.metadata)];
    if (this.#matched && sameItems(inputs, this.#matched.inputs)) return this.#matched.match;
    const match = matchRegistry(
      entries,
      [...folders.live, ...folders.archived],
      (folder) => {
        const reading = files.get(folder)?.metadata;
        return reading?.state === 'read' ? reading.value.metadata : undefined;
      },
      {
        file: setting.registryFile ?? join(this.place.path, 'tracks.md'),
        root: this.place.path,
        workspaceFolder: this.place.workspaceFolder,
      },
    );
    this.#matched = { inputs, match };
    return match;
  }

  async #openView(): Promise<DiskView> {
    const real = (path: string): Promise<string> => this.disk.realPath(path).catch(() => path);
    return new DiskView(
      this.disk,
      await Promise.all([real(this.place.workspaceFolder), real(this.place.path)]),
    );
  }

  /** The same object as before when it says the same. */
  #settingOf(entries: readonly ListedEntry[]): TrackSetting {
    const setting: TrackSetting = {
      root: this.place.path,
      rootFiles: entries.map((e) => e.name).filter((name) => !isPassing(name)),
      registryFile: registryFileIn(this.place.path, entries),
    };
    if (JSON.stringify(this.#setting) !== JSON.stringify(setting)) this.#setting = setting;
    return this.#setting ?? setting;
  }

  #reader(view: DiskView, folder: string): TrackReader {
    let reader = this.#readers.get(folder);
    if (!reader) this.#readers.set(folder, (reader = new TrackReader(view, folder)));
    return reader;
  }

  async #readFolders(
    view: DiskView,
    folders: readonly TrackFolder[],
    reuse: boolean,
    pace: Pace,
    signal: AbortSignal | undefined,
  ): Promise<Map<TrackFolder, TrackFiles>> {
    const now = Date.now();
    const read = await concurrently(folders, readsAtOnce, async (folder) => {
      await pace.breathe(signal);
      return this.#reader(view, folder.path).readFiles(folder, reuse, now, signal);
    });
    return new Map(read.map((files) => [files.folder, files]));
  }

  async #readRegistry(
    view: DiskView,
    file: string | undefined,
    problems: Problem[],
  ): Promise<Registry | undefined> {
    if (file === undefined) return (this.#registry = undefined);
    const reading = await view.read(file, registryFormat);
    if (reading.state === 'failed') problems.push(reading.problem);
    if (reading.state !== 'read') return (this.#registry = undefined);
    if (this.#registry?.reading !== reading) {
      const registry = withKnownEntries(reading.value, this.#registry?.registry);
      this.#registry = { reading, registry };
    }
    problems.push(...inFile(this.#registry.registry.problems, file));
    return this.#registry.registry;
  }

  #missingTracks(entries: readonly RegistryEntry[], setting: TrackSetting): Track[] {
    const known = this.#missing;
    this.#missing = new Map();
    const repeats = new Map<string, number>();
    return entries.map((entry) => {
      const id = entryId(entry) ?? entry.name ?? `line ${entry.line}`;
      let key: string;
      do {
        const count = (repeats.get(id) ?? 0) + 1;
        repeats.set(id, count);
        key = `${missingKeyPrefix}${id}${count === 1 ? '' : `#${count}`}`;
      } while (this.#missing.has(key));
      const before = known.get(key);
      const track =
        before?.entry === entry && before.setting === setting
          ? before.track
          : assembleMissingTrack(entry, setting, key);
      this.#missing.set(key, { entry, setting, track });
      return track;
    });
  }

  #forget(read: ReadonlyMap<TrackFolder, TrackFiles>, view: DiskView): void {
    const paths = new Set([...read.keys()].map((folder) => folder.path));
    for (const path of this.#readers.keys()) if (!paths.has(path)) this.#readers.delete(path);
    view.forgetUnused();
  }

  #publish(next: RootSnapshot): RootSnapshot {
    const before = this.#snapshot;
    if (before && sameSnapshot(before, next)) return before;
    return (this.#snapshot = next);
  }
}

/** Keeps the objects of entries that say the same as before, so that their tracks need not change. */
function withKnownEntries(registry: Registry, before: Registry | undefined): Registry {
  const known = new Map((before?.entries ?? []).map((entry) => [JSON.stringify(entry), entry]));
  return {
    ...registry,
    entries: registry.entries.map((entry) => known.get(JSON.stringify(entry)) ?? entry),
  };
}

function registryFileIn(root: string, entries: readonly ListedEntry[]): string | undefined {
  const found =
    entries.find((e) => e.name === 'tracks.md') ?? entries.find((e) => e.name.toLowerCase() === 'tracks.md');
  return found && found.kind !== 'astray' ? join(root, found.name) : undefined;
}

function noRegistry(root: string): Problem {
  return {
    file: root,
    severity: 'info',
    code: 'no-registry',
    message: 'There is no tracks.md here; the tracks are shown as they were found on disk.',
  };
}

function inRegistryOrder(tracks: readonly Track[]): Track[] {
  const line = (track: Track): number => track.entry?.line ?? Infinity;
  return [...tracks].sort((a, b) => (line(a) === line(b) ? byId(a, b) : line(a) - line(b)));
}

function byId(a: Track, b: Track): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : byKey(a, b);
}

function byKey(a: Track, b: Track): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

function dialectsOf(
  tracks: readonly Track[],
  setting: TrackSetting,
  registry: Registry | undefined,
): readonly Dialect[] {
  const known = [...new Set(tracks.map((track) => track.dialect))].filter((d) => d !== 'unknown').sort();
  if (known.length > 0) return known;
  const [entry] = registry?.entries ?? [];
  return [dialectOf({ fileNames: [], rootFiles: setting.rootFiles, ...(entry ? { entry } : {}) })];
}

function earliest(times: readonly (number | undefined)[]): number | undefined {
  return times.reduce((a, b) => (a === undefined || (b !== undefined && b < a) ? b : a), undefined);
}

function sameSnapshot(a: RootSnapshot, b: RootSnapshot): boolean {
  return (
    sameItems(a.tracks, b.tracks) &&
    a.archive.count === b.archive.count &&
    (a.archive.tracks === undefined) === (b.archive.tracks === undefined) &&
    sameItems(a.archive.tracks ?? [], b.archive.tracks ?? []) &&
    a.registryFile === b.registryFile &&
    a.registry === b.registry &&
    sameItems(a.dialects, b.dialects) &&
    JSON.stringify(a.problems) === JSON.stringify(b.problems)
  );
}
