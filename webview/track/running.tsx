import type { RunPicture, TrackModel } from '../../src/shared/trackModel';
import { Icon } from '../ui/icon';
import { FileLink } from '../ui/links';
import { Button } from '../ui/toolkit';
import { Ago } from './ago';
import type { Ask } from './ask';
import { signOf } from './signs';

/** The agents of a run with the time since their start; what is left of one that was broken off, and what can be done. */
export function Running({ model: { run }, ask }: { model: TrackModel; ask: Ask }) {
  if (!run) return null;
  const sign = signOf(run.status);
  const title = run.atWork ? 'Agents' : 'Run';
  return (
    <section class="sec" aria-label={title}>
      <div class="h">
        <h2>{title}</h2>
        {run.agents.length > 0 ? <span class="chip">{run.agents.length}</span> : null}
        <span class="end meta">{run.status.word}</span>
      </div>
      {run.agents.map(({ id, label, detail, since, place }) => (
        <div class={`cond is-${sign.tone}`} key={id}>
          <Icon name={sign.icon} />
          <span class="words" dir="auto">
            {label}
            {detail === undefined ? null : <span class="meta"> {detail}</span>}
          </span>
          <span class="meta">
            {since === undefined ? null : (
              <>
                <Ago time={since} />,{' '}
              </>
            )}
            <FileLink place={place} ask={ask}>
              Output
            </FileLink>
          </span>
        </div>
      ))}
      {run.atWork || run.said === undefined ? null : (
        <p class="muted" dir="auto">
          {run.said}
        </p>
      )}
      {run.atWork ? null : <RunActs run={run} ask={ask} />}
    </section>
  );
}

/** In the place of what is next: the loop sees to that by itself. */
export function RunStrip({ run, ask }: { run: RunPicture; ask: Ask }) {
  const who = run.agents.map(({ label }) => label);
  const more = who.length - most;
  const named = more > 1 ? `${who.slice(0, most).join(', ')} and ${String(more)} more` : who.join(', ');
  const sign = signOf(run.status);
  return (
    <section class={`strip is-${sign.tone}`} aria-label="Run">
      <Icon name={sign.icon} spin={sign.icon === 'sync'} />
      <div class="next" dir="auto">
        <b>
          {run.status.word}
          {named === '' ? '.' : `: ${named}.`}
        </b>{' '}
        <span class="muted">{run.said}</span>
      </div>
      <RunActs run={run} ask={ask} />
    </section>
  );
}

/** So many agents are named in one line. */
const most = 4;

function RunActs({ run, ask }: { run: RunPicture; ask: Ask }) {
  return (
    <div class="btns">
      {run.acts.map(({ label, command }) => (
        <Button key={command} onClick={() => void ask({ kind: 'command', command })}>
          {label}
        </Button>
      ))}
    </div>
  );
}
