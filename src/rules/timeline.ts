import type { LoggedCommit, TimelineEntry } from '../model/timeline';
import type { Track } from '../model/track';
import { boardFacts } from './timeline/boardFacts';
import { busFacts } from './timeline/busFacts';
import { line } from './timeline/draft';
import { mergedFacts, type Fact } from './timeline/mergedFacts';
import { metadataFacts } from './timeline/metadataFacts';
import { planFacts } from './timeline/planFacts';
import { reportFacts } from './timeline/reportFacts';

export interface TimelineInput {
  readonly track: Track;
  /** Commits of the track, newest first; none when there is no git. */
  readonly commits?: readonly LoggedCommit[];
  /** Epoch ms: what is later is in the future. */
  readonly now: number;
}

/**
 * What has happened to a track, merged from its files and from git (DESIGN §6, Track). Newest first; facts of the same
 * time stay as their sources have them, the later one first; facts without a time stand at the end and say so. What
 * several sources tell is one entry. Of the message bus only what is kept in memory. Never throws; about n log n.
 */
export function timelineOf({ track, commits = [], now }: TimelineInput): readonly TimelineEntry[] {
  const facts = mergedFacts(
    [
      ...busFacts(track.bus),
      ...metadataFacts(track),
      ...boardFacts(track),
      ...reportFacts(track),
      ...planFacts(track),
    ],
    commits,
    now,
  );
  const ids = new Map<string, number>();
  return facts
    .map((fact, i) => ({ fact, i }))
    .sort((a, b) => (b.fact.time.at ?? -Infinity) - (a.fact.time.at ?? -Infinity) || a.i - b.i)
    .map(({ fact }) => entryOf(fact, ids));
}

function entryOf(fact: Fact, ids: Map<string, number>): TimelineEntry {
  const { key, time, kind, state, source, alsoIn, written, detail, by, task, place, commit } = fact;
  const name = `${source} ${key}`;
  const count = (ids.get(name) ?? 0) + 1;
  ids.set(name, count);
  return {
    id: count === 1 ? name : `${name} #${count}`,
    ...time,
    kind,
    state,
    text: line(fact.text),
    ...(detail === undefined ? {} : { detail: line(detail) }),
    ...(written === undefined ? {} : { written: line(written) }),
    ...(by === undefined ? {} : { by: line(by) }),
    ...(task === undefined ? {} : { task: line(task) }),
    ...(place === undefined ? {} : { place }),
    ...(commit === undefined ? {} : { commit: line(commit) }),
    source,
    alsoIn,
  };
}
