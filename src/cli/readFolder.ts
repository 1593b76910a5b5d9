import type { ConductorSnapshot, RootSnapshot } from '../model/root';
import type { Track } from '../model/track';
import { readConductor } from '../store/readConductor';
import type { Call } from './command';
import { NegativeAnswer } from './failure';
import { matchRoots, pathFrom, selectTrack } from './selectTrack';

/** Everything in the folder, archives included if asked for. */
export function readFolder(
  call: Pick<Call, 'folder' | 'signal'>,
  archives: boolean,
): Promise<ConductorSnapshot> {
  return readConductor({ folders: [call.folder], archives, signal: call.signal });
}

/** A track and the root that it was read with. */
export interface FoundTrack {
  readonly track: Track;
  readonly root: RootSnapshot;
}

/** @throws NegativeAnswer when the folder holds no conductor directory, no such track, or several. */
export async function readTrack(call: Pick<Call, 'folder' | 'signal'>, word: string): Promise<FoundTrack> {
  const live = requireRoots(await readFolder(call, false), call.folder);
  // Reading an archive costs; it is read only when a live track does not settle the question.
  const found = exactLive(live, word, call.folder);
  if (found) return located(live, found);
  const all = await readFolder(call, true);
  return located(all, selectTrack(all, word, call.folder).track);
}

function located(snapshot: ConductorSnapshot, track: Track): FoundTrack {
  const root = snapshot.roots.find((candidate) => candidate.path === track.root);
  if (!root) throw new Error(`${track.id} was found in ${track.root}, which is no root of its snapshot.`);
  return { track, root };
}

function exactLive(snapshot: ConductorSnapshot, word: string, folder: string): Track | undefined {
  try {
    const selection = selectTrack(snapshot, word, folder);
    return selection.exact || snapshot.roots.every((root) => root.archive.count === 0)
      ? selection.track
      : undefined;
  } catch (error) {
    if (error instanceof NegativeAnswer) return undefined;
    throw error;
  }
}

export function requireRoots(snapshot: ConductorSnapshot, folder: string): ConductorSnapshot {
  if (snapshot.roots.length > 0) return snapshot;
  throw new NegativeAnswer('no-conductor', noConductor(folder));
}

export function noConductor(folder: string): string {
  return `There is no conductor directory in ${folder}. \`conductor init\` makes one; --dir names another folder.`;
}

/** The root to write to: the only one, or the one that `word` names. */
export function chooseRoot(
  snapshot: ConductorSnapshot,
  word: string | undefined,
  folder: string,
): RootSnapshot {
  const { roots } = requireRoots(snapshot, folder);
  const meant = word === undefined ? roots : matchRoots(roots, word, folder);
  const [root] = meant;
  if (root && meant.length === 1) return root;
  const names = (meant.length > 0 ? meant : roots).map((candidate) => pathFrom(folder, candidate.path));
  throw meant.length === 0
    ? new NegativeAnswer(
        'root-not-found',
        `There is no conductor directory "${word ?? ''}". There are:`,
        names,
      )
    : new NegativeAnswer(
        'root-ambiguous',
        'There are several conductor directories. Say --root and one of:',
        names,
      );
}
