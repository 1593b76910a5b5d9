import { useState } from 'preact/hooks';
import type { Notice, TrackModel } from '../../src/shared/trackModel';
import { Icon } from '../ui/icon';
import { FileLink } from '../ui/links';
import { Button } from '../ui/toolkit';
import type { Ask } from './ask';

/** Shown at first: the rest is for who asks. */
const few = 3;

const look = {
  error: { icon: 'error', class: 'is-bad', word: 'Error' },
  warning: { icon: 'warning', class: 'is-warn', word: 'Warning' },
  info: { icon: 'info', class: 'is-idle', word: 'Note' },
} as const;

/** What is wrong or disagrees, with both sides and what repairs it. */
export function Notices({ model: { notices, moreNotices }, ask }: { model: TrackModel; ask: Ask }) {
  const [all, setAll] = useState(false);
  if (notices.length === 0) return null;
  const shown = all ? notices : notices.slice(0, few);
  const hidden = notices.length - shown.length + moreNotices;
  return (
    <section class="notices" aria-label="What is wrong or disagrees">
      {shown.map((notice) => (
        <NoticeRow key={notice.id} notice={notice} ask={ask} />
      ))}
      {notices.length > few ? (
        <div>
          <Button
            kind="quiet"
            expanded={all}
            icon={all ? 'chevron-up' : 'chevron-down'}
            onClick={() => setAll(!all)}
          >
            {all ? 'Show fewer' : `Show ${String(notices.length - few)} more`}
          </Button>
          {all && moreNotices > 0 ? (
            <span class="meta"> and {moreNotices} more of the same kinds</span>
          ) : null}
        </div>
      ) : hidden > 0 ? (
        <p class="meta">and {hidden} more</p>
      ) : null}
    </section>
  );
}

function NoticeRow({ notice, ask }: { notice: Notice; ask: Ask }) {
  const { icon, class: tone, word } = look[notice.severity];
  const places = [...(notice.place ? [notice.place] : []), ...notice.sides];
  return (
    <div class={`notice ${tone}`}>
      <Icon name={icon} label={word} />
      <div class="words" dir="auto">
        {notice.text}{' '}
        <span class="meta">
          {places.map((place, i) => (
            <span key={i}>
              {i > 0 ? ', ' : ''}
              <FileLink place={place} ask={ask} />
            </span>
          ))}
        </span>
      </div>
      <div class="btns">
        {notice.repair ? (
          <Button
            onClick={() =>
              void ask({
                kind: 'repair',
                repair: notice.repair?.kind ?? 'registerTrack',
                file: notice.repair?.file ?? '',
              })
            }
          >
            {notice.repair.label}
          </Button>
        ) : null}
      </div>
    </div>
  );
}
