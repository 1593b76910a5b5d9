import { useRef, useState } from 'preact/hooks';
import type { TrackModel } from '../../src/shared/trackModel';
import { Icon } from '../ui/icon';
import { Tag } from '../ui/state';
import { Button } from '../ui/toolkit';
import { Ago } from './ago';
import { doAct, type Ask } from './ask';
import { Menu } from './menu';
import { signOf } from './signs';

export function Head({ model, ask }: { model: TrackModel; ask: Ask }) {
  return (
    <header class="head">
      <div class="name">
        <h1 dir="auto">{model.name}</h1>
        <Tag sign={signOf(model.state)} word={model.state.word} />
      </div>
      <div class="btns">
        {model.plan.total > 0 && (
          <Button
            kind="quiet"
            icon="type-hierarchy-sub"
            onClick={() => void ask({ kind: 'openPanel', panel: 'graph' })}
          >
            Graph
          </Button>
        )}
        <Button kind="quiet" icon="law" onClick={() => void ask({ kind: 'openPanel', panel: 'gate' })}>
          Gate
        </Button>
        <Button
          kind="quiet"
          icon="organization"
          onClick={() => void ask({ kind: 'openPanel', panel: 'board' })}
        >
          Board
        </Button>
        <More model={model} ask={ask} />
      </div>
      <div class="facts">
        <span>
          <code>{model.trackId}</code>
        </span>
        {model.facts.map(({ before, value, after }, i) => (
          <span key={i} dir="auto">
            {before}
            {value === undefined ? null : <b> {value}</b>}
            {after === undefined ? null : ` ${after}`}
          </span>
        ))}
        {model.changedAt === undefined ? null : (
          <span>
            Changed <Ago time={model.changedAt} />
          </span>
        )}
      </div>
    </header>
  );
}

function More({ model, ask }: { model: TrackModel; ask: Ask }) {
  const [open, setOpen] = useState(false);
  const place = useRef<HTMLSpanElement>(null);
  const close = (back: boolean): void => {
    setOpen(false);
    if (back) place.current?.querySelector<HTMLElement>('vscode-button')?.focus();
  };
  return (
    <span class="menu-place" ref={place}>
      <Button
        kind="quiet"
        icon="ellipsis"
        label="More actions"
        expanded={open}
        onClick={() => setOpen(!open)}
      />
      {open && (
        <Menu
          label="More actions"
          onClose={close}
          items={[
            ...model.commands.map(({ command, label }) => ({
              id: command,
              label,
              onPick: () => void ask({ kind: 'command', command }),
            })),
            { id: 'refresh', label: 'Refresh', onPick: () => void ask({ kind: 'refresh' }) },
          ]}
        />
      )}
    </span>
  );
}

/** What is next, the rule that says so, and its buttons. */
export function NextStrip({ model: { next }, ask }: { model: TrackModel; ask: Ask }) {
  return (
    <section class="strip" aria-label="Next action">
      <Icon name="debug-continue" />
      <div class="next" dir="auto">
        <b>Next: {next.what}</b> <span class="muted">{next.why}</span>
        {next.rule === undefined ? null : <span class="meta rule-name"> Rule: {next.rule}</span>}
      </div>
      <div class="btns">
        {next.acts.map((act, i) => (
          <Button
            key={act.label}
            kind={i === 0 ? 'primary' : 'secondary'}
            keys={i === 0 ? 'Alt+N' : undefined}
            title={i === 0 ? `${act.label} (Alt+N)` : undefined}
            onClick={() => doAct(ask, act)}
          >
            {act.label}
          </Button>
        ))}
      </div>
    </section>
  );
}
