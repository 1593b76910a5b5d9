import { useEffect, useRef, useState } from 'preact/hooks';
import { markerWord, settableMarkers, type SettableMarker } from '../../src/model/marker';
import type { PlanPhase, PlanTask, TrackModel } from '../../src/shared/trackModel';
import { Icon } from '../ui/icon';
import { CommitLink } from '../ui/links';
import { moveFocus } from '../ui/rovingFocus';
import { State } from '../ui/state';
import { Button } from '../ui/toolkit';
import type { Ask } from './ask';
import { Menu } from './menu';
import { openPhases, phaseChunk } from './openPhases';
import { signOf } from './signs';

interface PlanListProps {
  readonly model: TrackModel;
  readonly ask: Ask;
  /** The task that has the focus, or had it last. */
  readonly task: string | undefined;
  readonly onTask: (task: string) => void;
  /** Phases that the person opened or closed. */
  readonly phases: Readonly<Record<string, boolean>>;
  readonly onPhase: (key: string, open: boolean) => void;
  /** The task to bring into view and focus, with a number that grows with each asking. */
  readonly wanted?: { readonly item: string; readonly times: number };
}

/** Tasks of plan.md with boxes that mark: a click does or undoes, Space goes through the markers, the menu has all. */
export function PlanList(props: PlanListProps) {
  const { model, ask, task, onTask, phases, onPhase, wanted } = props;
  const { plan } = model;
  const region = useRef<HTMLDivElement>(null);
  const [chunks, setChunks] = useState<Readonly<Record<string, number>>>({});
  const open = openPhases(plan, phases, wanted?.item);

  // The task may stand in a phase that is closed, or below what is drawn of it: first drawn, then shown.
  useEffect(() => {
    if (!wanted) return;
    const phase = plan.phases.find(({ tasks }) => tasks.some(({ id }) => id === wanted.item));
    if (!phase) return;
    const at = phase.tasks.findIndex(({ id }) => id === wanted.item);
    setChunks((before) => ({ ...before, [phase.key]: Math.max(before[phase.key] ?? 0, chunksFor(at)) }));
    onPhase(phase.key, true);
    onTask(wanted.item);
    const timer = setTimeout(() => {
      const row = [...(region.current?.querySelectorAll<HTMLElement>('[data-task]') ?? [])].find(
        (element) => element.dataset['task'] === wanted.item,
      );
      row?.scrollIntoView({ block: 'center' });
      row?.querySelector<HTMLElement>('.tick')?.focus({ preventScroll: true });
    });
    return () => clearTimeout(timer);
  }, [wanted?.times]);

  if (plan.empty !== undefined) return <p class="muted nothing">{plan.empty}</p>;
  const drawn = plan.phases.flatMap((phase) =>
    open.has(phase.key) ? visible(phase, chunks[phase.key]) : [],
  );
  const stop = drawn.some(({ id }) => id === task) ? task : (drawn.find(({ now }) => now) ?? drawn[0])?.id;
  const closed = plan.phases.filter(({ key }) => !open.has(key));
  const hiddenTasks = closed.reduce((sum, { tasks }) => sum + tasks.length, 0);
  return (
    <div
      class="plan"
      ref={region}
      onKeyDown={(event) => {
        if (region.current) moveFocus(event, region.current, { selector: '.tick', direction: 'vertical' });
      }}
    >
      {hiddenTasks > 0 && plan.total > 250 ? (
        <p class="meta plan-note">
          {plan.total.toLocaleString('en')} tasks; {closed.length.toLocaleString('en')}{' '}
          {closed.length === 1 ? 'phase' : 'phases'} with {hiddenTasks.toLocaleString('en')} of them closed
          here.
        </p>
      ) : null}
      {plan.phases.map((phase) => (
        <PhasePart
          key={phase.key}
          phase={phase}
          open={open.has(phase.key)}
          shown={visible(phase, chunks[phase.key])}
          stop={stop}
          ask={ask}
          onTask={onTask}
          onToggle={() => onPhase(phase.key, !open.has(phase.key))}
          onMore={() => setChunks({ ...chunks, [phase.key]: (chunks[phase.key] ?? 1) + 1 })}
        />
      ))}
    </div>
  );
}

function chunksFor(index: number): number {
  return Math.floor(Math.max(0, index) / phaseChunk) + 1;
}

function visible(phase: PlanPhase, chunks = 1): readonly PlanTask[] {
  return phase.tasks.length <= phaseChunk ? phase.tasks : phase.tasks.slice(0, chunks * phaseChunk);
}

function PhasePart({
  phase,
  open,
  shown,
  stop,
  ask,
  onTask,
  onToggle,
  onMore,
}: {
  phase: PlanPhase;
  open: boolean;
  shown: readonly PlanTask[];
  stop: string | undefined;
  ask: Ask;
  onTask: (task: string) => void;
  onToggle: () => void;
  onMore: () => void;
}) {
  const top = phase.tasks.filter(({ depth }) => depth === 0).length;
  const left = phase.tasks.length - shown.length;
  const longestId = Math.max(0, ...shown.map(({ number }) => number?.length ?? 0));
  return (
    <section class="plan-phase" aria-label={phase.heading}>
      <h3 class="phase-h">
        <button type="button" class="fold" aria-expanded={open} onClick={onToggle}>
          <Icon name={open ? 'chevron-down' : 'chevron-right'} />
          <span class="clip" dir="auto" title={phase.heading}>
            {phase.heading}
          </span>
        </button>
        <span class="meta num">
          {phase.done.toLocaleString('en')} of {top.toLocaleString('en')}
          {phase.complete ? ', complete' : ''}
        </span>
      </h3>
      {open ? (
        <ul
          class={`tasks ${longestId === 0 ? 'no-ids' : ''}`}
          style={{ '--ids': `${String(Math.min(10, longestId))}ch` }}
        >
          {shown.map((task) => (
            <TaskRow
              key={task.id}
              task={task}
              file={phase.place.file}
              inTab={task.id === stop}
              ask={ask}
              onFocus={() => onTask(task.id)}
            />
          ))}
        </ul>
      ) : null}
      {open && left > 0 ? (
        <Button kind="quiet" icon="chevron-down" onClick={onMore}>
          {`Show ${String(Math.min(left, phaseChunk))} more of ${left.toLocaleString('en')}`}
        </Button>
      ) : null}
    </section>
  );
}

const boxes = {
  done: { icon: 'check', character: 'x', checked: 'true' },
  doing: { icon: 'dash', character: '~', checked: 'mixed' },
  blocked: { icon: 'circle-slash', character: '!', checked: 'false' },
  skipped: { icon: 'debug-step-over', character: '-', checked: 'mixed' },
  unclear: { icon: 'question', character: '?', checked: 'mixed' },
  todo: { icon: undefined, character: ' ', checked: 'false' },
} as const;

/** What Space makes of a marker: to do, in progress, done, and around. */
const following: Readonly<Record<PlanTask['marker'], SettableMarker>> = {
  todo: 'doing',
  doing: 'done',
  done: 'todo',
  blocked: 'todo',
  skipped: 'todo',
  unclear: 'todo',
};

function TaskRow({
  task,
  file,
  inTab,
  ask,
  onFocus,
}: {
  task: PlanTask;
  file: string;
  inTab: boolean;
  ask: Ask;
  onFocus: () => void;
}) {
  const row = useRef<HTMLLIElement>(null);
  const [menu, setMenu] = useState(false);
  const { icon, character, checked } = boxes[task.marker];
  // What has been asked for and is not on disk yet: a second press goes on from there.
  const coming = useRef<SettableMarker | undefined>(undefined);
  useEffect(() => {
    coming.current = undefined;
  }, [task.marker]);
  const mark = (marker: SettableMarker, asked = false): void => {
    if (!asked) coming.current = marker;
    void ask({ kind: 'mark', task: task.id, marker, asked }).then(({ ok }) => {
      if (!ok) coming.current = undefined;
    });
  };
  const present = (): PlanTask['marker'] => coming.current ?? task.marker;
  const open = (): void => void ask({ kind: 'openFile', place: { file, line: task.line } });
  const name = `Task ${task.number === undefined ? '' : `${task.number} `}${task.text}`;
  return (
    <li
      ref={row}
      data-task={task.id}
      class={[
        `d${String(task.depth)}`,
        task.now ? 'now' : '',
        task.depth > 0 && task.number === undefined ? 'no-id' : '',
      ].join(' ')}
      aria-current={task.now ? 'true' : undefined}
    >
      <button
        type="button"
        class="tick"
        role="checkbox"
        aria-checked={checked}
        aria-disabled={task.canMark ? undefined : 'true'}
        aria-label={`${name}, ${task.canMark ? `marker [${character}]` : 'no box of its own, its sub-tasks tell'}, ${task.word}`}
        aria-keyshortcuts="Space Enter Shift+F10"
        title={
          task.canMark
            ? `${markerWord[task.marker]}. Click: done or to do. Space: next marker. Enter: open in plan.md. Shift+F10: all markers.`
            : 'This task has no box of its own: its state follows from its sub-tasks.'
        }
        tabIndex={inTab ? 0 : -1}
        onFocus={onFocus}
        onClick={() => {
          if (task.canMark) mark(present() === 'done' ? 'todo' : 'done');
        }}
        onContextMenu={(event) => {
          event.preventDefault();
          if (task.canMark) setMenu(true);
        }}
        onKeyDown={(event) => {
          if (event.key === ' ') {
            event.preventDefault();
            if (task.canMark && !event.repeat) mark(following[present()]);
          } else if (event.key === 'Enter') {
            event.preventDefault();
            open();
          } else if (
            task.canMark &&
            (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey))
          ) {
            event.preventDefault();
            setMenu(true);
          }
        }}
        // A press of Space ends as a click in some browsers.
        onKeyUp={(event) => {
          if (event.key === ' ') event.preventDefault();
        }}
      >
        {icon === undefined ? null : <Icon name={icon} />}
      </button>
      <span class="mono muted id">{task.number}</span>
      <a
        class="clip text"
        href="#"
        tabIndex={-1}
        title={task.text}
        dir="auto"
        onClick={(event) => {
          event.preventDefault();
          open();
        }}
      >
        {task.text}
      </a>
      <span class="end">
        {task.canMark ? (
          <button
            type="button"
            class="other"
            tabIndex={-1}
            aria-label={`Other markers for ${name}`}
            aria-haspopup="menu"
            aria-expanded={menu}
            onClick={() => setMenu(!menu)}
          >
            <Icon name="ellipsis" />
          </button>
        ) : null}
        {task.commit !== undefined && task.state === 'done' ? (
          <CommitLink commit={task.commit} ask={ask} />
        ) : (
          <span title={task.why}>
            <State sign={signOf({ sign: task.state })} word={task.word} />
          </span>
        )}
      </span>
      {menu ? (
        <Menu
          label={`Marker of ${name}`}
          onClose={(back) => {
            setMenu(false);
            if (back) row.current?.querySelector<HTMLElement>('.tick')?.focus();
          }}
          items={settableMarkers.map((marker) => ({
            id: marker,
            label: `${markerWord[marker]}${marker === 'blocked' ? '…' : ''}`,
            checked: marker === task.marker,
            onPick: () => mark(marker, true),
          }))}
        />
      ) : null}
    </li>
  );
}
