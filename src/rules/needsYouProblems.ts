import type { Finding, NeedsYouAction, NeedsYouItem } from '../model/needsYou';
import type { Problem } from '../model/problem';
import type { RootSnapshot } from '../model/root';
import type { Track } from '../model/track';

/** What is merely wrong, as it is told in "Needs You": files that disagree, cannot be read, or were left behind. */

const open: NeedsYouAction = { kind: 'open', label: 'Open' };

const driftCodes: ReadonlySet<string> = new Set([
  'status-disagrees',
  'registry-disagrees',
  'complete-with-open-tasks',
  'loop-disagrees',
  'progress-disagrees',
  'id-disagrees',
  'checkpoint-missing',
  'metadata-missing',
]);

/** The drift of a track that is worth a person's time, as one finding. */
export function driftFindings(track: Track): Finding[] {
  return driftFinding(track.problems.filter(isDrift));
}

function isDrift(problem: Problem): boolean {
  return problem.severity !== 'info' && driftCodes.has(problem.code);
}

/** A finished track is judged by its words too: what says "new" for ever is told once it is done. */
const wordCodes: ReadonlySet<string> = new Set(['status-disagrees', 'registry-disagrees', 'loop-disagrees']);

/**
 * The drift of all finished tracks as one quiet item, which holds an item for each: nothing waits for it, and there may
 * be hundreds.
 */
export function finishedDrift(root: RootSnapshot): NeedsYouItem[] {
  const parts = root.tracks.flatMap((track) => {
    if (track.group !== 'done') return [];
    const found = track.problems.filter((problem) => isDrift(problem) || wordCodes.has(problem.code));
    return driftFinding(found).map((finding) => itemOf(track, finding));
  });
  const [first] = parts;
  if (!first) return [];
  return [
    {
      id: `${root.path}||drift|finished`,
      kind: 'drift',
      root: root.path,
      what:
        parts.length === 1
          ? '1 done track disagrees with its files'
          : `${parts.length} done tracks disagree with their files`,
      why: 'They are finished, so nothing waits for this; but their files do not all say so.',
      actions: [],
      quiet: true,
      parts,
    },
  ];
}

/** A finding as the item of its track, with an id that stays. */
export function itemOf(track: Track, { detail, ...finding }: Finding): NeedsYouItem {
  return {
    ...finding,
    id: `${track.root}|${track.key}|${finding.kind}|${detail}`,
    root: track.root,
    trackKey: track.key,
    trackName: track.name,
  };
}

function driftFinding(drift: readonly Problem[]): Finding[] {
  const first = drift[0];
  if (!first) return [];
  const repairs = new Map(drift.flatMap((problem) => (problem.repair ? [[problem.repair, problem]] : [])));
  return [
    {
      kind: 'drift',
      detail: 'drift',
      what: drift.length === 1 ? 'Files disagree' : `Files disagree in ${drift.length} places`,
      why: drift.map((problem) => problem.message).join('\n'),
      file: first.file,
      line: first.line,
      actions: [
        ...[...repairs.keys()].map((repair): NeedsYouAction => ({
          kind: 'repair',
          label: repairLabel[repair],
          argument: repair,
        })),
        open,
      ],
    },
  ];
}

const repairLabel = {
  registerTrack: 'Add to tracks.md',
  updateRegistryStatus: 'Update tracks.md',
  updateMetadataStatus: 'Update metadata.json',
  createMetadata: 'Create metadata.json',
  removeStaleLock: 'Remove Stale Lock',
} as const;

/** A registry that nobody keeps is one finding, not one a track. */
export function unregistered(root: RootSnapshot): NeedsYouItem[] {
  const found = root.tracks.flatMap((track) => {
    const problem = track.problems.find(({ code }) => code === 'track-not-registered');
    return problem && (track.group === 'active' || track.group === 'ready') ? [{ track, problem }] : [];
  });
  const [first] = found;
  if (!first) return [];
  const only = found.length === 1 ? first.track : undefined;
  return [
    {
      id: `${root.path}||drift|not-registered`,
      kind: 'drift',
      root: root.path,
      ...(only ? { trackKey: only.key, trackName: only.name } : {}),
      what: only ? 'Not in tracks.md' : `${found.length} tracks are not in tracks.md`,
      why: only ? first.problem.message : found.map(({ track }) => track.id).join('\n'),
      file: root.registryFile ?? first.problem.file,
      actions: [
        ...(only
          ? [{ kind: 'repair' as const, label: repairLabel.registerTrack, argument: 'registerTrack' }]
          : []),
        open,
      ],
    },
  ];
}

export function staleFileLocks(track: Track): Finding[] {
  return track.problems
    .filter(({ repair }) => repair === 'removeStaleLock')
    .map((problem) => ({
      kind: 'staleLock',
      detail: problem.file,
      what: 'A lock was left behind',
      why: problem.message,
      file: problem.file,
      actions: [{ kind: 'repair', label: repairLabel.removeStaleLock, argument: 'removeStaleLock' }],
    }));
}

export function unreadable(track: Track): Finding[] {
  return track.problems
    .filter((problem) => problem.severity === 'error' && !driftCodes.has(problem.code))
    .map((problem) => problemItem(problem.code, problem));
}

export function rootProblems(root: RootSnapshot): NeedsYouItem[] {
  return root.problems
    .filter((problem) => problem.severity === 'error')
    .map((problem) => {
      const { detail, ...item } = problemItem(problem.code, problem);
      return { ...item, id: `${root.path}||problem|${detail}`, root: root.path };
    });
}

function problemItem(code: string, problem: Problem): Finding {
  return {
    kind: 'problem',
    detail: `${code}-${problem.file}-${problem.line ?? 0}`,
    what: problem.message,
    why: `${problem.file}${problem.line === undefined ? '' : `:${problem.line}`}`,
    file: problem.file,
    line: problem.line,
    actions: [
      ...(problem.repair
        ? [{ kind: 'repair' as const, label: repairLabel[problem.repair], argument: problem.repair }]
        : []),
      open,
    ],
  };
}
