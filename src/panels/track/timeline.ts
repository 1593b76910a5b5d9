import type { TimeDoubt, TimelineEntry, TimelineSource } from '../../model/timeline';
import { timelineSources } from '../../model/timeline';
import type { TimelineItem, TimelinePicture } from '../../shared/trackModel';
import { clockOf, dayOf, type TimeWords } from './times';
import { isCommit, short } from './words';

/** Entries that are sent to the page: what is older is in the files. */
const most = 300;

const sourceName: Readonly<Record<TimelineSource, string>> = {
  metadata: 'metadata.json',
  bus: 'Message bus',
  reports: 'Reports',
  git: 'Git',
  plan: 'plan.md',
};

/** The timeline as lines under days. `remarks`: which source could not be read. */
export function timelinePicture(
  entries: readonly TimelineEntry[],
  words: TimeWords,
  remarks: readonly string[] = [],
): TimelinePicture {
  const counts = new Map<TimelineSource, number>();
  for (const { source } of entries) counts.set(source, (counts.get(source) ?? 0) + 1);
  return {
    entries: entries.slice(0, most).map((entry) => itemOf(entry, words)),
    more: Math.max(0, entries.length - most),
    sources: timelineSources.flatMap((id) => {
      const count = counts.get(id);
      return count === undefined ? [] : [{ id, name: sourceName[id], count }];
    }),
    remarks,
  };
}

function itemOf(entry: TimelineEntry, words: TimeWords): TimelineItem {
  const { at, dayOnly, doubt } = entry;
  const also = entry.alsoIn.map((source) => sourceName[source]).join(', ');
  return {
    id: entry.id,
    source: entry.source,
    kind: entry.kind,
    state: entry.state,
    day: at === undefined ? 'No date' : dayName(at, dayOnly, words),
    ...(at === undefined || dayOnly ? {} : { time: clockOf(at, words) }),
    text: entry.text,
    ...(entry.detail === undefined ? {} : { detail: entry.detail }),
    ...(entry.by === undefined ? {} : { who: short(entry.by, 80) }),
    ...(entry.place === undefined ? {} : { place: entry.place }),
    ...(entry.commit === undefined || !isCommit(entry.commit) ? {} : { commit: entry.commit }),
    ...(also === '' ? {} : { also: `also in ${also}` }),
    ...(doubt === undefined ? {} : { doubt: doubtWord(doubt, entry.written) }),
  };
}

function dayName(at: number, dayOnly: boolean, words: TimeWords): string {
  const zone = dayOnly ? 'UTC' : words.timeZone;
  const day = dayOf(at, words, zone);
  return day === dayOf(words.now, words) ? `Today, ${day}` : day;
}

function doubtWord(doubt: TimeDoubt, written: string | undefined): string {
  switch (doubt) {
    case 'undated':
      return 'nobody wrote when';
    case 'unreadable':
      return `“${short(written ?? '', 40)}” is no time`;
    case 'noZone':
      return 'written without a time zone, taken for UTC';
    case 'longAgo':
      return 'before 2000, so a clock was wrong';
    case 'future':
      return 'later than now';
  }
}
