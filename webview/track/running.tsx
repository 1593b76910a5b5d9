import type { TrackModel } from '../../src/shared/trackModel';
import { Icon } from '../ui/icon';
import { FileLink } from '../ui/links';
import { Button } from '../ui/toolkit';
import { Ago } from './ago';
import type { Ask } from './ask';
import { signOf } from './signs';

/** The run of the track: its agents with the time since their start, and what can be done with it. */
export function Running({ model: { run }, ask }: { model: TrackModel; ask: Ask }) {
  if (!run) return null;
  const sign = signOf(run.status);
  return (
    <section class="sec" aria-label="Run">
      <div class="h">
        <h2>Run</h2>
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
      {run.said === undefined ? null : (
        <p class="muted" dir="auto">
          {run.said}
        </p>
      )}
      <div class="btns">
        {run.acts.map(({ label, command }) => (
          <Button key={command} small onClick={() => void ask({ kind: 'command', command })}>
            {label}
          </Button>
        ))}
      </div>
    </section>
  );
}
