import type { CommonRequest, Reply } from '../../src/shared/protocol';
import type { CorrectionModel, ResolutionModel } from '../../src/shared/boardModel';
import type { RuleLine } from '../../src/model/ruleLine';
import { Icon } from '../ui/icon';
import { FileLink } from '../ui/links';
import { signs, State, Tag } from '../ui/state';
import { Button } from '../ui/toolkit';
import { Time } from './time';

/** The votes, the rule with the line that fired, and what people have done to it since. */
export function Resolution({
  resolution,
  frozen,
  ask,
  onResolve,
}: {
  resolution: ResolutionModel;
  frozen: string | undefined;
  ask: (request: CommonRequest) => Promise<Reply>;
  onResolve: () => void;
}) {
  const { computed, recorded, difference, resolvedBy } = resolution;
  const tone = computed ? `is-${signs[computed.standing].tone}` : '';
  return (
    <section class="sec" aria-label="Resolution">
      <div class="h">
        <h2>Resolution</h2>
        {resolution.file && (
          <span class="end">
            <FileLink place={resolution.file} ask={ask} />
          </span>
        )}
      </div>
      <div class="votes" role="list" aria-label="Votes">
        {resolution.ballots.map((ballot) => (
          <span key={ballot.director} role="listitem" class={`is-${signs[ballot.standing].tone}`}>
            <b>{ballot.director}</b>
            <State sign={signs[ballot.standing]} word="" />
            <span class="clip word" title={ballot.word}>
              {ballot.word}
            </span>
          </span>
        ))}
      </div>
      <ol class="rule flat" aria-label="Resolution rule">
        {resolution.lines.map((line) => (
          <Line key={line.text} line={line} tone={tone} />
        ))}
      </ol>
      <p class="because">{resolution.why}</p>
      <p class="meta">{resolution.counted}</p>
      {difference !== undefined && (
        <div class="notice is-warn" role="note">
          <Icon name="warning" />
          <div>
            <p class="both">
              {recorded && (
                <span>
                  Recorded <Tag sign={signs[recorded.standing]} word={recorded.word} />
                </span>
              )}
              {computed && (
                <span>
                  By the votes <Tag sign={signs[computed.standing]} word={computed.word} />
                </span>
              )}
            </p>
            <p>{difference}</p>
          </div>
        </div>
      )}
      {resolvedBy && (
        <div class="item">
          <Icon name="person" />
          <span>
            {resolvedBy.verdict}: resolved by <b dir="auto">{resolvedBy.by}</b>
            {resolvedBy.note !== undefined && <span dir="auto">: {resolvedBy.note}</span>}{' '}
            {resolvedBy.at !== undefined && (
              <span class="meta">
                <Time at={resolvedBy.at} date />
              </span>
            )}
          </span>
        </div>
      )}
      {resolution.escalated && (
        <div class="btns act">
          <Button kind="primary" disabled={frozen ?? false} onClick={onResolve}>
            Resolve…
          </Button>
          <span class="meta">{frozen ?? 'The votes leave it to you.'}</span>
        </div>
      )}
      {resolution.corrections.length > 0 && <Corrections corrections={resolution.corrections} />}
    </section>
  );
}

const lineWords = {
  fired: 'This line applies:',
  passedOver: 'Passed over:',
  used: 'Used:',
  notReached: 'Not reached:',
} as const;

function Line({ line, tone }: { line: RuleLine; tone: string }) {
  const hit = line.state === 'fired';
  return (
    <li class={hit ? `hit ${tone}` : ''}>
      <Icon name={hit ? 'arrow-right' : line.state === 'passedOver' ? 'close' : 'circle-large'} />
      <span>
        <span class="vh">{lineWords[line.state]} </span>
        {hit ? <b>{line.text}</b> : <span class="muted">{line.text}</span>}
      </span>
    </li>
  );
}

function Corrections({ corrections }: { corrections: readonly CorrectionModel[] }) {
  return (
    <div class="corrections">
      <h3 class="meta">Votes entered by people</h3>
      {corrections.map((one, i) => (
        <div class="item" key={String(i)}>
          <Icon name="edit" />
          <span>
            <span class="mono">{one.director}</span>{' '}
            {one.from === undefined ? `${one.to}, where no vote was` : `${one.from} → ${one.to}`}
            {one.note !== undefined && <span dir="auto">: {one.note}</span>}{' '}
            <span class="meta">
              <span dir="auto">{one.by}</span>
              {one.at !== undefined && ', '}
              {one.at !== undefined && <Time at={one.at} date />}
            </span>
          </span>
        </div>
      ))}
    </div>
  );
}
