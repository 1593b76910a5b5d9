import type { GateModel, GateRequest, ShownReview, ShownRound } from '../../src/shared/gateModel';
import type { CommonRequest, Reply } from '../../src/shared/protocol';
import { Icon } from '../ui/icon';
import { CommitLink, FileLink, Link } from '../ui/links';
import { State } from '../ui/state';
import { EvidenceList } from './evidence';
import { lookSigns } from './looks';
import { Text } from './text';
import { timeText } from './time';

type Ask = (request: GateRequest | CommonRequest) => Promise<Reply>;

/** The rounds of the gate, newest first, with what was fixed between. */
export function Rounds({ rounds, ask }: { rounds: readonly ShownRound[]; ask: Ask }) {
  return (
    <section class="sec" aria-label="Rounds">
      <div class="h">
        <h2>Rounds</h2>
      </div>
      {rounds.map((round) => (
        <div class="round" key={round.round}>
          <State sign={lookSigns[round.look]} word={`Round ${String(round.round)}, ${round.word}`} />{' '}
          <span class="meta">
            {round.at !== undefined && <bdi>{timeText(round.at)}</bdi>}{' '}
            {round.evidence.length > 0 && <EvidenceList evidence={round.evidence} ask={ask} />}
          </span>
          {round.fixed.length + round.reasons.length > 0 && (
            <ul>
              {round.fixed.map((fix, i) => (
                <li key={`fix ${String(i)}`}>
                  {i === 0 && <span class="muted">Fixed between: </span>}
                  <Text text={fix.text} />{' '}
                  {fix.commit !== undefined && <CommitLink commit={fix.commit} ask={ask} />}{' '}
                  {fix.place && fix.commit === undefined && <FileLink place={fix.place} ask={ask} />}
                </li>
              ))}
              {round.reasons.map((reason, i) => (
                <li key={`reason ${String(i)}`}>
                  {i === 0 && <span class="muted">{round.look === 'failed' ? 'Failed: ' : 'Said: '}</span>}
                  <Text text={reason} />
                </li>
              ))}
            </ul>
          )}
        </div>
      ))}
    </section>
  );
}

/** The audit list: what people decided here. */
export function Reviews({ reviews }: { reviews: readonly ShownReview[] }) {
  return (
    <section class="sec" aria-label="Decisions of people">
      <div class="h">
        <h2>Decisions of people</h2>
        <span class="end meta">
          {reviews.length === 0 ? 'none yet' : 'from gate_reviews[], newest first'}
        </span>
      </div>
      <ul>
        {reviews.map((review, i) => (
          <li class={`cond is-${lookSigns[review.look].tone}`} key={reviews.length - i}>
            <Icon name={lookSigns[review.look].icon} />
            <span>
              <bdi>{review.by}</bdi> <bdi>{review.text}</bdi>{' '}
              {review.note !== undefined && <bdi class="muted">“{review.note}”</bdi>}{' '}
              <span class="meta">{review.about}</span>
            </span>
            <span class="meta r">{review.at !== undefined && <bdi>{timeText(review.at)}</bdi>}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The files of test results that were found, and whether they could be used. */
export function Results({ model, ask }: { model: GateModel; ask: Ask }) {
  const { kind } = model.gate;
  if (kind === 'EVALUATE_PLAN' || kind === 'PRE_LAUNCH') return null;
  return (
    <section class="sec" aria-label="Test results">
      <div class="h">
        <h2>Test results</h2>
        <span class="end meta">
          <Link
            onOpen={() => void ask({ kind: 'settings' })}
            title="Name files of test results in the settings"
          >
            Settings
          </Link>
        </span>
      </div>
      {model.results.length === 0 && (
        <p class="meta">
          No file of test results lies where they usually do, and conductor.gates.testResults names none that
          is there.
        </p>
      )}
      {model.remarks.map((remark) => (
        <p class="meta" key={remark}>
          <bdi>{remark}</bdi>
        </p>
      ))}
      <ul>
        {model.results.map((result) => (
          <li class={`cond ${result.ok ? 'is-done' : 'is-warn'}`} key={result.place.file}>
            <Icon name={result.ok ? 'beaker' : 'warning'} />
            <span>
              <FileLink place={result.place} ask={ask} /> <bdi class="muted">{result.text}</bdi>{' '}
              {result.feeds.length > 0 && <span class="meta">for {result.feeds.join(', ')}</span>}
            </span>
            <span class="meta">{result.ok ? 'Read' : 'Not used'}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
