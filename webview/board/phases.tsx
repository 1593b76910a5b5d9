import type { BoardSessionModel } from '../../src/shared/boardModel';
import { Icon } from '../ui/icon';
import { signs } from '../ui/state';

/** The four phases of a meeting, what it was about and why it met. */
export function Phases({ session }: { session: BoardSessionModel }) {
  return (
    <div class="phases">
      <div class="steps" role="list" aria-label="Meeting phases">
        {session.phases.map((phase) => {
          const sign = signs[phase.standing];
          return (
            <span role="listitem" class={`state is-${sign.tone}`} key={phase.name}>
              <Icon name={sign.icon} spin={sign.icon === 'sync'} label={sign.word} />
              {phase.name} <span class="meta">{phase.detail}</span>
            </span>
          );
        })}
      </div>
      {session.whyMet !== undefined && <span class="meta">{session.whyMet}</span>}
      {session.proposal !== undefined && (
        <span class="meta proposal clip" dir="auto" title={session.proposal}>
          {session.proposal}
        </span>
      )}
    </div>
  );
}
