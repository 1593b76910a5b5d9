import type { Problem, RepairKind } from '../../model/problem';
import type { Track } from '../../model/track';
import type { PlaceLink } from '../../shared/protocol';
import type { Notice } from '../../shared/trackModel';
import { join } from './paths';
import { short } from './words';

const most = 50;
const rank = { error: 0, warning: 1, info: 2 } as const;

const repairLabel: Readonly<Record<RepairKind, string>> = {
  registerTrack: 'Add to tracks.md',
  updateRegistryStatus: 'Repair tracks.md',
  updateMetadataStatus: 'Repair metadata.json',
  createMetadata: 'Create metadata.json',
  removeStaleLock: 'Remove Stale Lock',
};

/** What is wrong or disagrees in the files of a track, worst first. */
export function noticesOf(
  track: Track,
  registryFile: string | undefined,
): { notices: Notice[]; more: number } {
  const sorted = [...track.problems].sort((a, b) => rank[a.severity] - rank[b.severity]);
  return {
    notices: sorted.slice(0, most).map((problem, i) => noticeOf(track, problem, i, registryFile)),
    more: Math.max(0, sorted.length - most),
  };
}

function noticeOf(track: Track, problem: Problem, i: number, registryFile: string | undefined): Notice {
  const place = problem.file === '' ? undefined : placeOf(problem);
  return {
    id: `${problem.code}|${problem.file}|${String(problem.line ?? i)}`,
    severity: problem.severity,
    text: short(problem.message, 800),
    ...(place ? { place } : {}),
    sides: sidesOf(track, problem, place, registryFile),
    ...(problem.repair === undefined || track.archived
      ? {}
      : { repair: { kind: problem.repair, file: problem.file, label: repairLabel[problem.repair] } }),
  };
}

function placeOf({ file, line }: Problem): PlaceLink {
  return { file, ...(line === undefined ? {} : { line }) };
}

/** The documents that a message names, with the line that it gives them: the two sides of a disagreement. */
function sidesOf(
  track: Track,
  { message }: Problem,
  place: PlaceLink | undefined,
  registryFile: string | undefined,
): PlaceLink[] {
  const files: readonly (readonly [string, string | undefined])[] = [
    ['tracks.md', track.entry ? (registryFile ?? join(track.root, 'tracks.md')) : undefined],
    ['plan.md', track.documents.plan],
    ['metadata.json', track.documents.metadata],
    ['evaluation-report.md', track.documents.evaluationReport],
  ];
  return files.flatMap(([name, file]): PlaceLink[] => {
    const at = message.indexOf(name);
    if (file === undefined || at < 0 || file === place?.file) return [];
    const line = /^:(\d{1,9})/.exec(message.slice(at + name.length, at + name.length + 11))?.[1];
    const known = line === undefined ? (name === 'tracks.md' ? track.entry?.line : undefined) : Number(line);
    return [{ file, ...(known === undefined ? {} : { line: known }) }];
  });
}
