import { join } from 'node:path';
import { parseReports } from '../files/evaluationReportFile';
import { parseMetadata, type MetadataReading } from '../files/metadataFile';
import { parsePlan } from '../files/planFile';
import type { EvaluationReport } from '../model/evaluationReport';
import type { Plan } from '../model/plan';
import type { Problem } from '../model/problem';
import type { RegistryEntry } from '../model/registry';
import type { DocumentKind, Track, TrackDocuments } from '../model/track';
import { assembleTrack, type TrackSetting } from './assembleTrack';
import { BusReader, busFolderName, sameItems } from './busReader';
import { astrayProblem, type DiskView, type ListedEntry, type Reading, type TextFormat } from './diskView';
import { isLeftBehind } from './lock';
import type { TrackFiles } from './trackFiles';
import { isLockName, isPassing, namesIn, type TrackFolder } from './trackFolders';

const documentNames: Readonly<Record<string, DocumentKind>> = {
  'spec.md': 'spec',
  'plan.md': 'plan',
  'metadata.json': 'metadata',
  'index.md': 'index',
  'evaluation-report.md': 'evaluationReport',
  'fix-log.md': 'fixLog',
  'retrospective.md': 'retrospective',
};

const planFormat: TextFormat<Plan> = { name: 'plan', parse: parsePlan };
const metadataFormat: TextFormat<MetadataReading> = { name: 'metadata', parse: parseMetadata };
const reportsFormat: TextFormat<readonly EvaluationReport[]> = { name: 'reports', parse: parseReports };

const notThere = { state: 'absent' } as const;

/** Reads one track folder, again and again. Gives the same Track as long as nothing it is made of changed. */
export class TrackReader {
  readonly #bus: BusReader;
  #files: TrackFiles | undefined;
  /** What the track was asked for with, and what it was made of. */
  #given: readonly unknown[] = [];
  #inputs: readonly unknown[] = [];
  #track: Track | undefined;

  constructor(
    private readonly view: DiskView,
    private readonly path: string,
  ) {
    this.#bus = new BusReader(view, join(path, busFolderName));
  }

  /** @param reuse Whether what was read before may be given again without a look, when nothing in the folder was touched. */
  async readFiles(
    folder: TrackFolder,
    reuse: boolean,
    now: number,
    signal?: AbortSignal,
  ): Promise<TrackFiles> {
    const before = this.#files;
    if (
      reuse &&
      before?.folder === folder &&
      before.lookAgainAt === undefined &&
      !this.view.isTouched(this.path)
    ) {
      return before;
    }
    const { documents, otherFiles, astray } = sortEntries(folder);
    const read = <T>(path: string | undefined, format: TextFormat<T>): Promise<Reading<T>> =>
      path === undefined ? Promise.resolve(notThere) : this.view.read(path, format);
    const [plan, metadata, reports] = await Promise.all([
      read(documents.plan, planFormat),
      read(documents.metadata, metadataFormat),
      read(documents.evaluationReport, reportsFormat),
    ]);
    const hasBus = folder.entries.some((e) => e.name === busFolderName && e.kind === 'folder');
    const bus = hasBus ? await this.#bus.read(signal) : undefined;
    const locks = await this.#locks(folder, now);
    return (this.#files = {
      folder,
      documents,
      otherFiles,
      plan,
      metadata,
      reports,
      bus,
      problems: [...astray, ...locks.problems],
      lookAgainAt: locks.lookAgainAt,
    });
  }

  track(files: TrackFiles, entry: RegistryEntry | undefined, setting: TrackSetting): Track {
    const given = [files, entry, setting];
    if (this.#track && sameItems(given, this.#given)) return this.#track;
    this.#given = given;
    const names = namesIn(files.folder);
    const inputs = [
      files.plan,
      files.metadata,
      files.reports,
      files.bus,
      entry,
      setting,
      // Small, and cheaper to compare than to keep as the same object.
      JSON.stringify([files.folder.archived, files.documents, files.otherFiles, files.problems, names]),
    ];
    if (this.#track && sameItems(inputs, this.#inputs)) return this.#track;
    this.#inputs = inputs;
    return (this.#track = assembleTrack(files, entry, setting));
  }

  async #locks(
    folder: TrackFolder,
    now: number,
  ): Promise<{ problems: Problem[]; lookAgainAt: number | undefined }> {
    const problems: Problem[] = [];
    let lookAgainAt: number | undefined;
    for (const entry of folder.entries) {
      if (!isLockName(entry.name) || entry.kind !== 'folder') continue;
      const lock = join(this.path, entry.name);
      // Locks come and go unseen by the watcher: ask the disk, not the view.
      this.view.expire([lock]);
      const stamp = await this.view.stamp(lock);
      const listing = await this.view.list(lock, 'content');
      if (!stamp || listing.state !== 'read') continue;
      const age = now - stamp.mtimeMs;
      if (
        isLeftBehind(
          age,
          listing.entries.map((e) => e.name),
        )
      ) {
        problems.push({
          file: lock,
          severity: 'warning',
          code: 'stale-lock',
          message: `${entry.name} was left behind by a program that is gone (its last sign of life is over 30 s old). Other programs may wait for it; it can be removed.`,
          repair: 'removeStaleLock',
        });
      } else {
        lookAgainAt = Math.min(lookAgainAt ?? Infinity, stamp.mtimeMs + 31_000);
      }
    }
    return { problems, lookAgainAt };
  }
}

function sortEntries(folder: TrackFolder): {
  documents: TrackDocuments;
  otherFiles: string[];
  astray: Problem[];
} {
  const documents: Partial<Record<DocumentKind, string>> = {};
  const otherFiles: string[] = [];
  const astray: Problem[] = [];
  // The exact spelling first: on some disks PLAN.md and plan.md can stand side by side.
  const exactFirst = (a: ListedEntry, b: ListedEntry): number =>
    Number(b.name in documentNames) - Number(a.name in documentNames);
  for (const entry of [...folder.entries].sort(exactFirst)) {
    const path = join(folder.path, entry.name);
    const kind = documentNames[entry.name.toLowerCase()];
    if (kind !== undefined && entry.kind === 'astray') {
      astray.push(astrayProblem(path, entry));
    } else if (kind !== undefined && documents[kind] === undefined) {
      documents[kind] = path;
    } else if (entry.kind === 'file' && !entry.name.startsWith('.') && !isPassing(entry.name)) {
      otherFiles.push(entry.name);
    }
  }
  return { documents, otherFiles, astray };
}
