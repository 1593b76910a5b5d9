import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { TimelineSource } from '../../src/model/timeline';
import type { TimelineItem, TrackModel } from '../../src/shared/trackModel';
import { Icon } from '../ui/icon';
import { CommitLink, FileLink } from '../ui/links';
import { Button, Dropdown } from '../ui/toolkit';
import type { Ask } from './ask';
import { eventSign } from './signs';

/** Entries drawn at once. */
const chunk = 25;

/** What happened, newest first, from every source that tells of it. */
export function Timeline({
  model: { timeline },
  ask,
  source,
  onSource,
}: {
  model: TrackModel;
  ask: Ask;
  source: TimelineSource | undefined;
  onSource: (source: TimelineSource | undefined) => void;
}) {
  const [chunks, setChunks] = useState(1);
  if (timeline.entries.length === 0 && timeline.remarks.length === 0) return null;
  const known = timeline.sources.some(({ id }) => id === source) ? source : undefined;
  const entries =
    known === undefined ? timeline.entries : timeline.entries.filter((entry) => entry.source === known);
  const shown = entries.slice(0, chunks * chunk);
  const left = entries.length - shown.length;
  return (
    <section class="sec timeline" aria-label="Timeline">
      <div class="h">
        <h2>Timeline</h2>
        <span class="end">
          {timeline.sources.length > 1 ? (
            <Dropdown
              label="Sources of the timeline"
              value={known ?? ''}
              options={[
                { value: '', label: 'All sources' },
                ...timeline.sources.map(({ id, name, count }) => ({
                  value: id,
                  label: `${name} (${count.toLocaleString('en')})`,
                })),
              ]}
              onChange={(value) => onSource(timeline.sources.find(({ id }) => id === value)?.id)}
            />
          ) : (
            <span class="meta">{timeline.sources[0]?.name}</span>
          )}
        </span>
      </div>
      {timeline.remarks.map((remark) => (
        <p class="meta" key={remark}>
          {remark}
        </p>
      ))}
      {days(shown).map(({ day, items }, i) => (
        <div key={`${day} ${String(i)}`}>
          <p class="meta day">{day}</p>
          <ol>
            {items.map((entry) => (
              <Entry key={entry.id} entry={entry} ask={ask} />
            ))}
          </ol>
        </div>
      ))}
      {left > 0 ? (
        <Button kind="quiet" icon="chevron-down" onClick={() => setChunks(chunks + 1)}>
          {`Show ${String(Math.min(left, chunk))} older of ${(left + timeline.more).toLocaleString('en')}`}
        </Button>
      ) : timeline.more > 0 && known === undefined ? (
        <p class="meta">and {timeline.more.toLocaleString('en')} older ones in the files</p>
      ) : null}
    </section>
  );
}

function days(entries: readonly TimelineItem[]): { day: string; items: TimelineItem[] }[] {
  const found: { day: string; items: TimelineItem[] }[] = [];
  for (const entry of entries) {
    const last = found.at(-1);
    if (last?.day === entry.day) last.items.push(entry);
    else found.push({ day: entry.day, items: [entry] });
  }
  return found;
}

function Entry({ entry, ask }: { entry: TimelineItem; ask: Ask }) {
  const sign = eventSign(entry);
  const { detail, who, doubt, commit, place, also } = entry;
  const parts: ComponentChildren[] = [
    detail,
    who,
    doubt === undefined ? undefined : (
      <span class="state is-warn">
        <Icon name="warning" />
        {doubt}
      </span>
    ),
    commit === undefined ? undefined : <CommitLink commit={commit} ask={ask} />,
    place === undefined ? undefined : <FileLink place={place} ask={ask} />,
    also,
  ].filter((part) => part !== undefined);
  return (
    <li class={`line is-${sign.tone}`}>
      <time>{entry.time}</time>
      <Icon name={sign.icon} />
      <span dir="auto">
        {entry.text}{' '}
        <span class="meta">
          {parts.map((part, i) => (
            <span key={i}>
              {i === 0 ? '' : ', '}
              {part}
            </span>
          ))}
        </span>
      </span>
    </li>
  );
}
