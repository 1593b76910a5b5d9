import type { GateModel, GateRequest } from '../../src/shared/gateModel';
import type { CommonRequest, Reply } from '../../src/shared/protocol';
import { Icon } from '../ui/icon';
import type { IconName } from '../ui/icons';
import { Tag } from '../ui/state';
import { Button, Dropdown } from '../ui/toolkit';
import { lookSigns } from './looks';
import { secondsText, timeText } from './time';

/** What is looked at, where else to go, and the gate in one sentence. */
export function Header({
  model,
  ask,
  note,
}: {
  model: GateModel;
  ask: (request: GateRequest | CommonRequest) => Promise<Reply>;
  note: string;
}) {
  const { gate, choices } = model;
  const { report } = gate;
  const sign = lookSigns[gate.look];
  const hasBoard = gate.groups.some(({ group }) => group === 'board' || group === 'conditions');
  const go = (panel: 'track' | 'graph' | 'board') => () => void ask({ kind: 'openPanel', panel });
  const button = (panel: 'track' | 'graph' | 'board', icon: IconName, word: string) => (
    <Button kind="quiet" icon={icon} onClick={go(panel)}>
      {word}
    </Button>
  );
  return (
    <>
      <header class="head">
        <div class="name">
          <h1>
            Gate review: <bdi>{gate.title}</bdi>
          </h1>
          <Tag sign={sign} word={gate.tag} />
        </div>
        <div class="btns">
          {choices.length > 1 && (
            <span class="picker">
              <Dropdown
                label="Gate"
                value={gate.id}
                options={choices.map(({ id, title, word }) => ({ value: id, label: `${title} · ${word}` }))}
                onChange={(id) => {
                  if (id !== gate.id) void ask({ kind: 'turn', gate: id });
                }}
              />
            </span>
          )}
          {button('track', 'milestone', 'Track')}
          {hasBoard
            ? button('board', 'organization', 'Board')
            : button('graph', 'type-hierarchy-sub', 'Graph')}
          {report && (
            <Button
              kind="quiet"
              icon="go-to-file"
              title={`${report.title}: added at the end of its file, with your note; nothing is replaced`}
              disabled={report.because ?? false}
              onClick={() =>
                void ask({ kind: 'report', gate: gate.id, ...(note.trim() === '' ? {} : { note }) })
              }
            >
              {report.title}
            </Button>
          )}
        </div>
        <div class="facts">
          <span>
            <b>
              <bdi>{model.name}</bdi>
            </b>
          </span>
          <span>
            <code>
              <bdi>{model.trackId}</bdi>
            </code>
          </span>
          {gate.roundText !== '' && <span>{gate.roundText}</span>}
          {gate.evaluatedAt !== undefined && (
            <span>
              Evaluated <b>{timeText(gate.evaluatedAt)}</b>
              {gate.evaluator !== undefined && (
                <>
                  {' by '}
                  <bdi>{gate.evaluator}</bdi>
                </>
              )}
            </span>
          )}
          {gate.statedVerdict !== undefined && (
            <span>
              {gate.kind === 'PHASE_COMPLETION' ? 'plan.md says ' : 'The evaluation says '}
              <b>
                <bdi>{gate.statedVerdict}</bdi>
              </b>
            </span>
          )}
          <span>Read {secondsText(model.readAt)}</span>
        </div>
      </header>
      <div class={`strip is-${sign.tone}`}>
        <Icon name="info" />
        <div>
          <b>
            <bdi>{gate.headline}</bdi>
          </b>{' '}
          <bdi class="muted">{gate.standing}</bdi>
        </div>
      </div>
    </>
  );
}
