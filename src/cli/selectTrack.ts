import { basename, dirname, relative, resolve, sep } from 'node:path';
import { tracksOf } from '../engine/statusReport';
import type { ConductorSnapshot, RootSnapshot } from '../model/root';
import type { Track } from '../model/track';
import { NegativeAnswer } from './failure';

/** How sure a match is: `exact` names this track and no other could be meant. */
export interface Selection {
  readonly track: Track;
  readonly exact: boolean;
}

/**
 * The track that a person means by a word. The first of these that fits any track decides:
 * path of its folder (or of a file in it), its id, the id that metadata.json or tracks.md gives it, its id in any
 * letter case, its id without its date, a beginning of its id. Where a live and an archived track fit alike, the live
 * one is meant.
 * `<root>:<word>` looks in one root only, `<root>` being its path or the end of it.
 *
 * @param folder Relative paths start here.
 * @throws NegativeAnswer `track-not-found` or `track-ambiguous`, with candidates.
 */
export function selectTrack(snapshot: ConductorSnapshot, word: string, folder: string): Selection {
  const everywhere = snapshot.roots.flatMap(tracksOf);
  const byPath = everywhere.filter((track) => holds(track, resolve(folder, word)));
  const here = onlyOne(byPath, word, snapshot, folder);
  if (here) return { track: here, exact: true };

  // An id may hold a colon itself.
  const whole = everywhere.some((track) => track.id === word || track.key === word);
  const { roots, id } = whole ? { roots: snapshot.roots, id: word } : splitRoot(snapshot.roots, word, folder);
  const tracks = roots.flatMap(tracksOf);
  const wanted = id.toLowerCase();
  const stages: { exact: boolean; fits: (track: Track) => boolean }[] = [
    { exact: true, fits: (track) => track.id === id || track.key === id },
    { exact: true, fits: (track) => track.metadata?.id === id || track.entry?.id === id },
    { exact: false, fits: (track) => track.id.toLowerCase() === wanted },
    { exact: false, fits: (track) => withoutDate(track.id) === wanted },
    { exact: false, fits: (track) => wanted !== '' && track.id.toLowerCase().startsWith(wanted) },
  ];
  for (const { exact, fits } of stages) {
    const track = onlyOne(tracks.filter(fits), word, snapshot, folder);
    if (track) return { track, exact };
  }
  throw notFound(tracks, word, wanted, snapshot, folder);
}

/** `Login_20260110` → `login`; undefined for an id that ends in no date. */
function withoutDate(id: string): string | undefined {
  return /^(.+)_\d{8}$/.exec(id)?.[1]?.toLowerCase();
}

/** The one live track, else the one archived track; undefined when there is none; several are ambiguous. */
function onlyOne(
  tracks: readonly Track[],
  word: string,
  snapshot: ConductorSnapshot,
  folder: string,
): Track | undefined {
  const live = tracks.filter((track) => !track.archived);
  const meant = live.length > 0 ? live : tracks;
  if (meant.length > 1) {
    throw new NegativeAnswer(
      'track-ambiguous',
      `"${word}" may mean ${meant.length} tracks. Say which:`,
      meant.map((track) => nameFor(track, snapshot, folder)),
    );
  }
  return meant[0];
}

/** The shortest word that selects this track alone. */
export function nameFor(track: Track, snapshot: ConductorSnapshot, folder: string): string {
  const same = snapshot.roots.flatMap(tracksOf).filter((other) => other.id === track.id);
  const rivals = same.filter((other) => other !== track && (track.archived || !other.archived));
  if (rivals.length === 0) return track.id;
  if (rivals.some((rival) => rival.root === track.root)) {
    return track.folder ? pathFrom(folder, track.folder) : `${pathFrom(folder, track.root)}:${track.key}`;
  }
  return `${pathFrom(folder, track.root)}:${track.id}`;
}

function notFound(
  tracks: readonly Track[],
  word: string,
  wanted: string,
  snapshot: ConductorSnapshot,
  folder: string,
): NegativeAnswer {
  const near = tracks.filter((track) => {
    const text = `${track.id} ${track.name}`.toLowerCase();
    return wanted !== '' && (text.includes(wanted) || wanted.includes(track.id.toLowerCase()));
  });
  const offered = near.length > 0 ? near : tracks.filter((track) => !track.archived);
  const shown = offered.slice(0, 10).map((track) => nameFor(track, snapshot, folder));
  // In the message: each candidate can be typed.
  const some = offered.length > shown.length ? ` (${shown.length} of ${offered.length})` : '';
  const message =
    shown.length === 0
      ? `There is no track "${word}", nor any other track.`
      : near.length > 0
        ? `There is no track "${word}". Close to it${some}:`
        : `There is no track "${word}". There ${offered.length === 1 ? 'is' : 'are'}${some}:`;
  return new NegativeAnswer('track-not-found', message, shown);
}

function holds(track: Track, path: string): boolean {
  if (track.folder === undefined) return false;
  return path === track.folder || path.startsWith(track.folder + sep);
}

/** `services/search/conductor:login` → that root and `login`; without a root in front, all roots and the word. */
function splitRoot(
  roots: readonly RootSnapshot[],
  word: string,
  folder: string,
): { roots: readonly RootSnapshot[]; id: string } {
  for (let colon = word.indexOf(':'); colon > 0; colon = word.indexOf(':', colon + 1)) {
    const named = matchRoots(roots, word.slice(0, colon), folder);
    if (named.length > 0) return { roots: named, id: word.slice(colon + 1) };
  }
  return { roots, id: word };
}

/** Roots meant by a word: the path, else the end of the path, else the name of the folder that holds the root. */
export function matchRoots(
  roots: readonly RootSnapshot[],
  word: string,
  folder: string,
): readonly RootSnapshot[] {
  const wanted = word.replace(/[\\/]+$/, '');
  const exact = roots.filter((root) => root.path === resolve(folder, wanted));
  if (exact.length > 0) return exact;
  const byEnd = roots.filter((root) => root.path.split(sep).join('/').endsWith(`/${wanted}`));
  if (byEnd.length > 0) return byEnd;
  return roots.filter((root) => basename(dirname(root.path)) === wanted);
}

/** A path as a person in `folder` would type it. */
export function pathFrom(folder: string, path: string): string {
  const short = relative(folder, path);
  return short === '' ? '.' : short.startsWith('..') ? path : short;
}
