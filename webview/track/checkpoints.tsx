import type { CheckpointDetail, CheckpointRow, DrawnStep, TrackModel } from '../../src/shared/trackModel';
import { CommitLink, FileLink, Link } from '../ui/links';
import { State } from '../ui/state';
import type { Ask } from './ask';
import { signOf } from './signs';

/** What each step left behind; of the chosen one, everything. */
export function Checkpoints({
  model: { checkpoints, loop },
  ask,
  chosen,
  onChoose,
}: {
  model: TrackModel;
  ask: Ask;
  chosen: DrawnStep | undefined;
  onChoose: (step: DrawnStep) => void;
}) {
  if (!loop || checkpoints.length === 0) return null;
  const row =
    checkpoints.find(({ step }) => step !== undefined && step === chosen) ??
    checkpoints.find(({ now }) => now);
  return (
    <section class="sec checkpoints" aria-label="Checkpoints">
      <div class="h">
        <h2>Checkpoints</h2>
        <span class="end meta">
          {loop.remarks.at(-1)?.startsWith('Inferred') ? 'inferred' : 'metadata.json'}
        </span>
      </div>
      <table>
        <thead>
          <tr>
            <th>Step</th>
            <th>Status</th>
            <th>Agent</th>
            <th class="r">Took</th>
          </tr>
        </thead>
        <tbody>
          {checkpoints.map((checkpoint) => (
            <Row
              key={checkpoint.step ?? checkpoint.name}
              row={checkpoint}
              chosen={checkpoint === row}
              onChoose={onChoose}
            />
          ))}
        </tbody>
      </table>
      {row ? <Details row={row} ask={ask} /> : null}
    </section>
  );
}

function Row({
  row,
  chosen,
  onChoose,
}: {
  row: CheckpointRow;
  chosen: boolean;
  onChoose: (step: DrawnStep) => void;
}) {
  const { step } = row;
  return (
    <tr
      class={`${row.now ? 'now' : ''} ${chosen ? 'chosen' : ''}`}
      aria-current={row.now ? 'step' : undefined}
    >
      <td class="step" dir="auto">
        {step === undefined ? (
          row.name
        ) : (
          <button
            type="button"
            class="plain"
            aria-pressed={chosen}
            title="Show what is known of it"
            onClick={() => onChoose(step)}
          >
            {row.name}
          </button>
        )}
      </td>
      <td class="stat" title={row.status.word}>
        <State sign={signOf(row.status)} word={row.status.word} />
      </td>
      <td class="muted agent clip" title={row.agent}>
        {row.agent?.split(':').at(-1)}
      </td>
      <td class="r num nowrap">{row.took}</td>
    </tr>
  );
}

function Details({ row, ask }: { row: CheckpointRow; ask: Ask }) {
  const { step } = row;
  return (
    <div class="details meta">
      <p>
        <b>{row.name}</b>
        {step === undefined ? null : (
          <>
            {' '}
            <Link onOpen={() => void ask({ kind: 'openStep', step })}>Open its checkpoint</Link>
          </>
        )}
      </p>
      {row.details.length === 0 ? <p>Nothing is recorded for this step.</p> : null}
      <ul>
        {row.details.map((detail, i) => (
          <Detail key={i} detail={detail} ask={ask} />
        ))}
      </ul>
    </div>
  );
}

function Detail({ detail, ask }: { detail: CheckpointDetail; ask: Ask }) {
  const { text, tone, commit, files } = detail;
  return (
    <li class={tone === undefined ? '' : `is-${tone} toned`} dir="auto">
      {text}
      {commit === undefined ? null : (
        <>
          {' '}
          <CommitLink commit={commit} ask={ask} />
        </>
      )}
      {files?.map(({ name, place }, i) => (
        <span key={i}>
          {i === 0 ? ' ' : ', '}
          {place ? (
            <FileLink place={place} ask={ask}>
              {name}
            </FileLink>
          ) : (
            name
          )}
        </span>
      ))}
    </li>
  );
}
