import { Fragment } from 'preact';
import type { DiscussionModel, RemarkModel } from '../../src/shared/boardModel';
import { Button } from '../ui/toolkit';
import { Time } from './time';

/** Of a long discussion only the newest remarks are shown at first. */
const shownAtFirst = 100;

export function Discussion({
  discussion,
  all,
  showAll,
}: {
  discussion: DiscussionModel;
  all: boolean;
  showAll: () => void;
}) {
  const kept = discussion.rounds.reduce((sum, { remarks }) => sum + remarks.length, 0);
  let hidden = all ? 0 : Math.max(0, kept - shownAtFirst);
  const earlier = hidden;
  const rounds = discussion.rounds.map((round) => {
    const cut = Math.min(hidden, round.remarks.length);
    hidden -= cut;
    return { ...round, remarks: round.remarks.slice(cut) };
  });
  return (
    <section class="sec talk" aria-label="Discussion">
      <div class="h">
        <h2>Discussion</h2>
        <span class="end meta">{discussion.count}</span>
      </div>
      {earlier > 0 && (
        <div class="btns">
          <Button kind="quiet" onClick={showAll}>
            {`Show ${String(earlier)} earlier messages`}
          </Button>
        </div>
      )}
      {discussion.none !== undefined && <p class="muted none">{discussion.none}</p>}
      {rounds.map((round, i) => (
        <Fragment key={round.title ?? String(i)}>
          {round.title !== undefined && round.remarks.length > 0 && <p class="meta day">{round.title}</p>}
          {round.remarks.map((remark) => (
            <Remark key={remark.key} remark={remark} />
          ))}
        </Fragment>
      ))}
    </section>
  );
}

function Remark({ remark }: { remark: RemarkModel }) {
  return (
    <div class={`msg ${remark.depth > 0 ? 're' : ''} ${remark.depth > 1 ? 'deep' : ''}`}>
      <span class="who" dir="auto" title={remark.from}>
        {remark.from}
      </span>
      <span>
        <span dir="auto">{remark.text}</span>{' '}
        <span class="meta">
          {remark.about}
          {remark.about !== undefined && remark.at !== undefined && ', '}
          {remark.at !== undefined && <Time at={remark.at} />}
        </span>
      </span>
    </div>
  );
}
