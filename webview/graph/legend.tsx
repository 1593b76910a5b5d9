import { useState } from 'preact/hooks';
import type { GraphModel } from '../../src/shared/graphModel';
import { Icon } from '../ui/icon';
import { FileLink } from '../ui/links';
import { Button } from '../ui/toolkit';
import { placeOf, type Ask } from './pane';

/** What the lines mean, when all was read, and from what it was laid out. */
export function Legend({
  model,
  critical,
  table,
  ask,
}: {
  model: GraphModel;
  critical: boolean;
  table: boolean;
  ask: Ask;
}) {
  const has = {
    implied: model.edges.some(({ implied, back }) => implied && !back),
    written: model.edges.some(({ implied, back }) => !implied && !back),
    back: model.edges.some(({ back }) => back === 'tasks'),
    turn: model.edges.some(({ back }) => back === 'phases'),
    ghost: model.nodes.some(({ ghost }) => ghost),
  };
  return (
    <footer class="legend">
      {!table && (
        <>
          {critical && model.critical.length > 1 && <Line kind="crit" word="Critical path" />}
          {has.written && <Line kind="plain" word="Dependency" />}
          {has.implied && <Line kind="implied" word="Follows from order" />}
          <Line kind="block" word="Holds the selected task" />
          {has.turn && <Line kind="turn" word="Phases that interleave" />}
          {has.back && <Line kind="back" word="Closes a circle" />}
          {model.conflicts.length > 0 && (
            <span class="is-warn">
              <svg width="28" height="10" aria-hidden="true">
                <path class="gedge conf" d="M1 5 H28" />
              </svg>
              <Icon name="warning" />
              Same file
            </span>
          )}
          {has.ghost && (
            <span>
              <svg width="20" height="12" aria-hidden="true">
                <g class="gnode ghost">
                  <rect class="box" x="1" y="1" width="18" height="10" rx="2" />
                </g>
              </svg>
              Not in the plan
            </span>
          )}
          <span class="hide-narrow">Wheel pans, Ctrl+wheel zooms</span>
        </>
      )}
      <span class="push state is-done">
        <Icon name="check" />
        Read {new Date(model.readAt).toLocaleTimeString([], { hour12: false })}
      </span>
      {model.originPlace ? (
        <FileLink place={placeOf(model, model.originPlace)} ask={ask}>
          {model.origin}
        </FileLink>
      ) : (
        <span>{model.origin}</span>
      )}
    </footer>
  );
}

function Line({ kind, word }: { kind: string; word: string }) {
  return (
    <span>
      <svg width="28" height="10" aria-hidden="true">
        <path class={`gedge ${kind}`} d="M0 5 H20" />
        <path class={`gtip ${kind}`} d="M28 5 l-8 -4 v8 z" />
      </svg>
      {word}
    </span>
  );
}

/** What is wrong with the graph, and what a derived one is. One line, unless one wants all. */
export function Notices({
  model,
  ask,
  onSelect,
}: {
  model: GraphModel;
  ask: Ask;
  onSelect: (node: number) => void;
}) {
  const [open, setOpen] = useState(false);
  const { notices } = model;
  const shown = open ? notices : notices.slice(0, 1);
  return (
    <>
      {model.source === 'derived' && (
        <div class="strip notice-line">
          <Icon name="info" />
          <p>
            <b>Derived graph.</b> plan.md has no dag block: what waits for what follows from its phases and
            their order.
          </p>
          {model.canWriteDag && (
            <div class="btns">
              <Button onClick={() => void ask({ kind: 'writeDag' })}>Write DAG into plan.md</Button>
            </div>
          )}
        </div>
      )}
      {notices.length > 0 && (
        <div class={open ? 'notices open' : 'notices'}>
          <ul aria-label="What is wrong with this graph">
            {shown.map(({ tone, text, at, node }, k) => (
              <li key={k} class={tone === 'info' ? '' : `is-${tone}`}>
                <Icon name={tone === 'bad' ? 'error' : tone === 'warn' ? 'warning' : 'info'} />
                <span>
                  {text}
                  {at && (
                    <>
                      {' '}
                      <FileLink place={placeOf(model, at)} ask={ask} />
                    </>
                  )}
                  {node !== undefined && (
                    <>
                      {' '}
                      <button type="button" class="link-button" onClick={() => onSelect(node)}>
                        Show {model.nodes[node]?.id}
                      </button>
                    </>
                  )}
                </span>
              </li>
            ))}
          </ul>
          {notices.length > 1 && (
            <Button
              kind="quiet"
              small
              expanded={open}
              icon={open ? 'chevron-up' : 'chevron-down'}
              onClick={() => setOpen(!open)}
            >
              {open ? 'Show less' : `Show all ${notices.length}`}
            </Button>
          )}
        </div>
      )}
    </>
  );
}
