import type { Metadata } from '../model/metadata';
import type { MessageBus } from '../model/messageBus';
import type { Plan } from '../model/plan';
import type { Problem } from '../model/problem';
import type { RegistryEntry } from '../model/registry';
import type { BoardSession } from '../model/board';
import type { LocatedReport, Track } from '../model/track';
import { checkDag } from '../rules/dagRules';
import { dialectOf } from '../rules/dialect';
import { driftOf } from '../rules/drift';
import { inferLoopState } from '../rules/loopInference';
import { progressOf } from '../rules/progress';
import { groupOf } from '../rules/trackGroup';
import { inFile } from './busReader';
import type { Reading } from './diskView';
import type { TrackFiles } from './trackFiles';
import { namesIn } from './trackFolders';

/** Names at most this long, in characters, are shown as the name of a track; a description may be a page. */
const longestName = 120;

/** Where a track stands. */
export interface TrackSetting {
  /** Absolute path of the root. */
  readonly root: string;
  /** Names in the root folder. */
  readonly rootFiles: readonly string[];
  /** Absolute path of tracks.md, if there is one. */
  readonly registryFile: string | undefined;
}

/** Puts one track together from its folder and its registry entry, and says what does not fit. */
export function assembleTrack(
  files: TrackFiles,
  entry: RegistryEntry | undefined,
  setting: TrackSetting,
): Track {
  const { folder, documents } = files;
  const plan = valueOf(files.plan);
  const metadata = valueOf(files.metadata)?.metadata;
  const reports = reportsOf(files, plan);
  const dialect = dialectOf({
    fileNames: namesIn(folder),
    ...(metadata ? { metadata } : {}),
    ...(entry ? { entry } : {}),
    rootFiles: setting.rootFiles,
  });
  const loop =
    metadata?.loop ??
    (dialect === 'evaluate-loop' && !hidesState(files)
      ? inferLoopState(
          plan,
          reports.map((r) => r.report),
        )
      : undefined);
  const progress = progressOf(plan);
  const status = metadata?.status ?? entry?.status;
  const changedAt = newest([files.plan, files.metadata, files.reports]);
  const track: Omit<Track, 'problems'> = {
    id: folder.id,
    key: folder.key,
    name: nameOf(metadata, entry, plan) ?? folder.id,
    root: setting.root,
    folder: folder.path,
    ...(folder.domain !== undefined ? { domain: folder.domain } : {}),
    archived: folder.archived,
    registered: entry !== undefined,
    ...(entry ? { entry } : {}),
    dialect,
    ...(status !== undefined ? { status } : {}),
    group: groupOf({
      archived: folder.archived,
      ...(metadata ? { metadata } : {}),
      ...(entry ? { entry } : {}),
      ...(loop ? { loop } : {}),
      progress,
      planPresent: plan !== undefined,
    }),
    documents,
    otherFiles: files.otherFiles,
    ...(metadata ? { metadata } : {}),
    ...(plan ? { plan } : {}),
    ...(loop ? { loop } : {}),
    progress,
    reports,
    boardSessions: sessionsOf(metadata, files.bus),
    ...(files.bus ? { bus: files.bus } : {}),
    ...(changedAt !== undefined ? { changedAt } : {}),
    ...(isNewer(files.plan, files.metadata) ? { planIsNewer: true } : {}),
  };
  const problems = [...problemsOfFiles(files, plan), ...driftOf(track)];
  // Where there is no tracks.md, no track can be missing in it: the root says so once.
  if (!entry && setting.registryFile !== undefined && !folder.archived) {
    problems.push({
      file: folder.path,
      severity: 'warning',
      code: 'track-not-registered',
      message: `${folder.id} is on disk, but tracks.md does not name it, so other tools may not see it. Add an entry for it.`,
      repair: 'registerTrack',
    });
  }
  return { ...track, problems };
}

/** True when plan.md or metadata.json is there and could not be read: the state it holds is not guessed from the rest. */
function hidesState(files: TrackFiles): boolean {
  return (
    files.plan.state === 'failed' ||
    files.metadata.state === 'failed' ||
    (files.metadata.state === 'read' && files.metadata.value.metadata === undefined) ||
    files.problems.some(
      (problem) => problem.code === 'link-astray' && /(?:plan\.md|metadata\.json)$/i.test(problem.file),
    )
  );
}

/** The track of an entry that no folder answers to. */
export function assembleMissingTrack(entry: RegistryEntry, setting: TrackSetting, key: string): Track {
  const id = key.slice(missingKeyPrefix.length);
  const progress = progressOf(undefined);
  const track: Omit<Track, 'problems'> = {
    id,
    key,
    name: entry.name ?? id,
    root: setting.root,
    archived: entry.archived,
    registered: true,
    entry,
    dialect: dialectOf({ fileNames: [], entry, rootFiles: setting.rootFiles }),
    ...(entry.status !== undefined ? { status: entry.status } : {}),
    group: groupOf({ archived: entry.archived, entry, progress, planPresent: false }),
    documents: {},
    otherFiles: [],
    progress,
    reports: [],
    boardSessions: [],
  };
  const finished = entry.archived || track.group === 'done';
  const missing: Problem = {
    file: setting.registryFile ?? setting.root,
    line: entry.line,
    severity: finished ? 'info' : 'warning',
    code: 'track-folder-missing',
    message: `tracks.md names ${id}, but there is no such track folder. Restore the folder, or remove the entry.`,
  };
  return { ...track, problems: [missing] };
}

/** Start of the key of a track without a folder. */
export const missingKeyPrefix = 'registry:';

function valueOf<T>(reading: Reading<T>): T | undefined {
  return reading.state === 'read' ? reading.value : undefined;
}

function nameOf(
  metadata: Metadata | undefined,
  entry: RegistryEntry | undefined,
  plan: Plan | undefined,
): string | undefined {
  return [metadata?.name, entry?.name, metadata?.description, plan?.title]
    .map((name) => name?.trim())
    .find((name) => name !== undefined && name !== '' && name.length <= longestName);
}

/** Reports of plan.md, then of evaluation-report.md; by date where both have one. */
function reportsOf(files: TrackFiles, plan: Plan | undefined): LocatedReport[] {
  const located = (file: string | undefined, reports: readonly LocatedReport['report'][]): LocatedReport[] =>
    file === undefined ? [] : reports.map((report) => ({ file, report }));
  const all = [
    ...located(files.documents.plan, plan?.reports ?? []),
    ...located(files.documents.evaluationReport, valueOf(files.reports) ?? []),
  ];
  // Stable, and ISO dates sort as text; a report without a date stays where it stands.
  return all.sort((a, b) => {
    const [one, other] = [isoDate(a), isoDate(b)];
    return one === undefined || other === undefined || one === other ? 0 : one < other ? -1 : 1;
  });
}

function isoDate(located: LocatedReport): string | undefined {
  const { fields } = located.report;
  return /\d{4}-\d{2}-\d{2}/.exec(fields['Date'] ?? fields['date'] ?? '')?.[0];
}

function sessionsOf(metadata: Metadata | undefined, bus: MessageBus | undefined): BoardSession[] {
  const sessions = [...(metadata?.boardSessions ?? [])];
  const running = bus?.board;
  if (running && !sessions.some((s) => s.sessionId === running.sessionId)) sessions.push(running);
  return sessions;
}

function problemsOfFiles(files: TrackFiles, plan: Plan | undefined): Problem[] {
  const { documents } = files;
  const problems: Problem[] = [...files.problems];
  for (const reading of [files.plan, files.metadata, files.reports]) {
    if (reading.state === 'failed') problems.push(reading.problem);
  }
  if (plan && documents.plan !== undefined) {
    const ofDag = plan.dag ? [...plan.dag.problems, ...checkDag(plan.dag, plan)] : [];
    problems.push(...inFile([...plan.problems, ...ofDag], documents.plan));
  }
  if (documents.metadata !== undefined) {
    problems.push(...inFile(valueOf(files.metadata)?.problems ?? [], documents.metadata));
  }
  problems.push(...(files.bus?.problems ?? []));
  return withoutRepeats(problems);
}

/** The parser and the rules may both say the same of one line. */
function withoutRepeats(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((p) => [JSON.stringify([p.file, p.line, p.code, p.message]), p])).values()];
}

function newest(readings: readonly Reading<unknown>[]): number | undefined {
  const times = readings.flatMap((reading) => (reading.state === 'read' ? [reading.mtimeMs] : []));
  return times.length === 0 ? undefined : Math.max(...times);
}

function isNewer(a: Reading<unknown>, b: Reading<unknown>): boolean {
  return a.state === 'read' && b.state === 'read' && a.mtimeMs > b.mtimeMs;
}
