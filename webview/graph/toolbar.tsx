import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { GraphModel, GraphRequest } from '../../src/shared/graphModel';
import { taskStateWord, type TaskState } from '../../src/rules/taskGraph/taskNode';
import { Icon } from '../ui/icon';
import { moveFocus } from '../ui/rovingFocus';
import { taskSigns } from '../ui/state';
import { Button, TextField } from '../ui/toolkit';
import { Menu, type MenuItem } from './menu';
import type { Stage } from './stage';

export const SEARCH_ID = 'find-task';

const stateOrder: readonly TaskState[] = [
  'done',
  'running',
  'ready',
  'blocked',
  'failed',
  'waiting',
  'skipped',
];

export interface ToolbarProps {
  readonly model: GraphModel;
  readonly stage: Stage;
  readonly table: boolean;
  readonly critical: boolean;
  readonly states: ReadonlySet<TaskState>;
  readonly phase: string | undefined;
  readonly query: string;
  /** "2 of 5", while something is searched. */
  readonly found: string | undefined;
  readonly hasSelection: boolean;
  readonly onQuery: (query: string) => void;
  readonly onNext: (step: 1 | -1) => void;
  readonly onState: (state: TaskState) => void;
  readonly onPhase: (key: string | undefined) => void;
  readonly onCollapse: (key: string) => void;
  readonly onTable: () => void;
  readonly onCritical: () => void;
  readonly onToSelection: () => void;
  readonly onPng: () => void;
  readonly ask: (request: GraphRequest) => unknown;
}

export function Toolbar(props: ToolbarProps) {
  const { model, stage, table, critical, query, found, onQuery, onNext, onTable, onCritical } = props;
  return (
    <div
      class="bar"
      role="toolbar"
      aria-label="Graph tools"
      onKeyDown={(event) => {
        // In the field the arrows move the caret.
        const inField = event.target instanceof HTMLElement && event.target.id === SEARCH_ID;
        if (!inField)
          moveFocus(event, event.currentTarget, {
            selector: ':is(.btn, vscode-button):not([role=menu] *)',
            direction: 'horizontal',
          });
      }}
    >
      <span class="search">
        <TextField
          id={SEARCH_ID}
          label="Find task"
          placeholder="Find task (Ctrl+F)"
          icon="search"
          value={query}
          onInput={onQuery}
          onKeyDown={(event) => {
            if (event.key === 'Enter') onNext(event.shiftKey ? -1 : 1);
            else if (event.key === 'Escape' && query !== '') {
              event.stopPropagation();
              onQuery('');
            }
          }}
        />
      </span>
      <span class="meta num" role="status">
        {found}
      </span>
      <StateToggles {...props} />
      {model.phases.length > 1 && (
        <>
          <span class="sep" />
          <PhaseMenu {...props} />
        </>
      )}
      <span class="btns push">
        {!table && (
          <>
            <Button
              kind="quiet"
              icon="zoom-out"
              label="Zoom out"
              title="Zoom out (-)"
              keys="-"
              onClick={() => stage.zoom(1 / 1.25)}
            />
            <ZoomText stage={stage} />
            <Button
              kind="quiet"
              icon="zoom-in"
              label="Zoom in"
              title="Zoom in (+)"
              keys="+"
              onClick={() => stage.zoom(1.25)}
            />
            <Button
              kind="quiet"
              icon="screen-full"
              label="Fit graph"
              title="Fit graph (0)"
              keys="0"
              onClick={() => stage.fit()}
            />
            <Button
              kind="quiet"
              icon="target"
              label="Zoom to selection"
              title="Zoom to selection (.)"
              keys="."
              disabled={!props.hasSelection && 'Select a task first.'}
              onClick={props.onToSelection}
            />
            <span class="sep" />
          </>
        )}
        <Button
          kind="quiet"
          icon="git-commit"
          pressed={critical}
          title="Critical path (C)"
          keys="C"
          onClick={onCritical}
        >
          Critical path
        </Button>
        <Button
          kind="quiet"
          icon={table ? 'type-hierarchy-sub' : 'table'}
          title={table ? 'Show as graph (T)' : 'Show as table (T)'}
          keys="T"
          onClick={onTable}
        >
          {table ? 'Graph' : 'Table'}
        </Button>
        <ExportMenu {...props} />
      </span>
    </div>
  );
}

function StateToggles({ model, states, onState }: ToolbarProps) {
  const { counts } = model.summary;
  return (
    <>
      {stateOrder
        .filter((state) => counts[state] !== undefined || states.has(state))
        .map((state) => {
          const { icon, tone } = taskSigns[state];
          const word = taskStateWord[state];
          return (
            <button
              type="button"
              key={state}
              class={`btn quiet state-toggle is-${tone}`}
              aria-pressed={states.has(state)}
              title={states.has(state) ? `Show other tasks too` : `Show only ${word.toLowerCase()} tasks`}
              onClick={() => onState(state)}
            >
              <Icon name={icon} />
              {word} {(counts[state] ?? 0).toLocaleString('en')}
            </button>
          );
        })}
    </>
  );
}

function PhaseMenu({ model, phase, onPhase, onCollapse }: ToolbarProps) {
  const shown = model.phases.find(({ key }) => key === phase);
  const short = (name: string): string => (name.length > 60 ? `${name.slice(0, 60)}…` : name);
  const items: MenuItem[] = [
    {
      key: 'all',
      label: 'All phases',
      heading: 'Show',
      kind: 'radio',
      checked: !shown,
      onChoose: () => onPhase(undefined),
    },
    ...model.phases.map(({ key, name }): MenuItem => ({
      key: `show ${key}`,
      label: short(name),
      kind: 'radio',
      checked: key === phase,
      onChoose: () => onPhase(key),
    })),
    ...model.phases.map(({ key, name, tasks, collapsed }, i): MenuItem => ({
      key: `collapse ${key}`,
      label: `${short(name)} (${tasks})`,
      ...(i === 0 ? { heading: 'Draw as one box' } : {}),
      kind: 'check',
      checked: collapsed,
      onChoose: () => onCollapse(key),
    })),
  ];
  return (
    <Menu label="Phases" items={items}>
      <span class="clip phase-name">{shown ? shown.name : 'All phases'}</span>
    </Menu>
  );
}

function ExportMenu({ ask, onPng }: ToolbarProps) {
  const items: MenuItem[] = [
    { key: 'svg', label: 'Save as SVG…', onChoose: () => ask({ kind: 'export', form: 'svg' }) },
    { key: 'png', label: 'Save as PNG…', onChoose: onPng },
    { key: 'mermaid', label: 'Save as Mermaid…', onChoose: () => ask({ kind: 'export', form: 'mermaid' }) },
    { key: 'dot', label: 'Save as DOT…', onChoose: () => ask({ kind: 'export', form: 'dot' }) },
    { key: 'copy', label: 'Copy as Mermaid', onChoose: () => ask({ kind: 'copyMermaid' }) },
  ];
  return (
    <Menu label="Export" icon="export" items={items} class="quiet right">
      Export
    </Menu>
  );
}

/** Written directly: zooming must not render the page in each frame. */
function ZoomText({ stage }: { stage: Stage }) {
  const text = useRef<HTMLSpanElement>(null);
  const [first] = useState(stage.camera.zoom);
  useLayoutEffect(
    () =>
      stage.watch(({ zoom }) => {
        if (text.current) text.current.textContent = percent(zoom);
      }),
    [stage],
  );
  return (
    <span class="meta num zoom" ref={text}>
      {percent(first)}
    </span>
  );
}

function percent(zoom: number): string {
  return `${zoom < 0.1 ? (zoom * 100).toFixed(1) : Math.round(zoom * 100)} %`;
}
