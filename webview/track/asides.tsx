import type { Remark, TrackModel } from '../../src/shared/trackModel';
import { Icon } from '../ui/icon';
import type { IconName } from '../ui/icons';
import { FileLink } from '../ui/links';
import { Button } from '../ui/toolkit';
import { Ago } from './ago';
import type { Ask } from './ask';
import { signOf } from './signs';

/** What of this track waits for a person, with the buttons that resolve it. */
export function NeedsYou({ model: { needsYou }, ask }: { model: TrackModel; ask: Ask }) {
  return (
    <section class="sec" aria-label="Needs you">
      <div class="h">
        <h2>Needs you</h2>
        {needsYou.length > 0 ? <span class="chip">{needsYou.length}</span> : null}
      </div>
      {needsYou.length === 0 ? <p class="muted nothing">Nothing of this track waits for you.</p> : null}
      {needsYou.map((entry) => {
        const sign = signOf(entry.status);
        return (
          <div class={`item is-${sign.tone}`} key={entry.id} role="group" aria-label={entry.what}>
            <Icon name={sign.icon} label={entry.status.word} />
            <div class="words" dir="auto">
              <b>{entry.what}</b>
              <p class="muted why">
                {entry.why}
                {entry.since === undefined ? null : (
                  <>
                    {' '}
                    Since <Ago time={entry.since} />.
                  </>
                )}
              </p>
              <div class="btns">
                {entry.actions.map((label, i) => (
                  <Button
                    key={label}
                    small
                    onClick={() => void ask({ kind: 'resolve', item: entry.id, action: i })}
                  >
                    {label}
                  </Button>
                ))}
              </div>
            </div>
          </div>
        );
      })}
    </section>
  );
}

/** A list that is there only when it has something to say. */
export function Remarks({
  title,
  remarks,
  icon,
  end,
  ask,
}: {
  title: string;
  remarks: readonly Remark[];
  /** For remarks that have no state of their own. */
  icon: IconName;
  end?: string;
  ask: Ask;
}) {
  if (remarks.length === 0) return null;
  return (
    <section class="sec" aria-label={title}>
      <div class="h">
        <h2>{title}</h2>
        <span class="end meta">{end ?? String(remarks.length)}</span>
      </div>
      {remarks.map((remark) => {
        const sign = remark.status ? signOf(remark.status) : undefined;
        return (
          <div class={`cond ${sign ? `is-${sign.tone}` : ''}`} key={remark.id}>
            <Icon name={sign?.icon ?? icon} />
            <span class="words" dir="auto">
              {remark.text}
              {remark.meta ? <span class="meta"> {remark.meta}</span> : null}
            </span>
            <span class="meta">
              {remark.status?.word}
              {remark.place ? (
                <>
                  {remark.status ? ', ' : ''}
                  <FileLink place={remark.place} ask={ask} />
                </>
              ) : null}
            </span>
          </div>
        );
      })}
    </section>
  );
}
