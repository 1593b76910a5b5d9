import { useRef, useState } from 'preact/hooks';
import type { PlanPhase, PlanTask, TrackModel } from '../../src/shared/trackModel';
import { Icon } from '../ui/icon';
import { moveFocus } from '../ui/rovingFocus';
import { State } from '../ui/state';
import { Meter } from './limits';
import { signOf } from './signs';

/** With more tasks than this a cell each says nothing any more: a phase is then one bar. */
const mostCells = 400;
/** With more than this a cell has room for its shape only; the number is in its name. */
const mostNumbered = 100;
const mostPhases = 60;

/** How far it is: the counts, then each task as a cell with its shape, phase by phase. */
export function Progress({
  model: { progress, plan },
  onTask,
}: {
  model: TrackModel;
  onTask: (task: string) => void;
}) {
  const phases = plan.phases
    .map((phase) => ({ phase, tasks: phase.tasks.filter(({ depth }) => depth === 0) }))
    .filter(({ tasks }) => tasks.length > 0);
  const total = phases.reduce((sum, { tasks }) => sum + tasks.length, 0);
  return (
    <section class="progress" aria-label="Progress">
      <div class="sum">
        <b>{progress.sentence}</b>
        {progress.counts.map(({ status, count }) => (
          <State
            key={status.sign}
            sign={signOf(status)}
            word={`${count.toLocaleString('en')} ${status.word}`}
          />
        ))}
        <span class="meta">{progress.source}</span>
      </div>
      {total === 0 ? null : total <= mostCells ? (
        <Cells phases={phases} onTask={onTask} />
      ) : (
        <Bars phases={phases} onTask={onTask} />
      )}
    </section>
  );
}

interface PhaseTasks {
  readonly phase: PlanPhase;
  readonly tasks: readonly PlanTask[];
}

function Cells({ phases, onTask }: { phases: readonly PhaseTasks[]; onTask: (task: string) => void }) {
  const region = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<string>();
  const all = phases.flatMap(({ tasks }) => tasks);
  const compact = all.length > mostNumbered;
  const stop = all.some(({ id }) => id === at) ? at : (all.find(({ now }) => now) ?? all[0])?.id;
  return (
    <div
      class={`cells ${compact ? 'compact' : ''}`}
      ref={region}
      onKeyDown={(event) => {
        if (region.current) moveFocus(event, region.current, { selector: 'a' });
      }}
    >
      {phases.map(({ phase, tasks }) => (
        <div
          class="phase"
          key={phase.key}
          style={{
            flexGrow: tasks.length,
            flexBasis: `${String(Math.min(tasks.length * (compact ? 24 : 58), 520))}px`,
          }}
        >
          <span class="meta clip" title={phase.heading} dir="auto">
            {phase.heading}
          </span>
          <ol>
            {tasks.map((task) => {
              const sign = signOf({ sign: task.state });
              const name = `${task.number === undefined ? '' : `${task.number} `}${task.text}: ${task.word}`;
              return (
                <li key={task.id}>
                  <a
                    class={`is-${sign.tone}`}
                    href="#"
                    tabIndex={task.id === stop ? 0 : -1}
                    aria-label={`Task ${name}`}
                    title={name}
                    onFocus={() => setAt(task.id)}
                    onClick={(event) => {
                      event.preventDefault();
                      onTask(task.id);
                    }}
                  >
                    <Icon name={sign.icon} />
                    {task.number === undefined || compact ? null : <span>{task.number}</span>}
                  </a>
                </li>
              );
            })}
          </ol>
        </div>
      ))}
    </div>
  );
}

function Bars({ phases, onTask }: { phases: readonly PhaseTasks[]; onTask: (task: string) => void }) {
  const more = phases.length - mostPhases;
  return (
    <>
      <ul class="bars">
        {phases.slice(0, mostPhases).map(({ phase, tasks }) => {
          const done = tasks.filter(({ state }) => state === 'done' || state === 'skipped').length;
          return (
            <li key={phase.key}>
              <a
                href="#"
                class="clip"
                title={phase.heading}
                dir="auto"
                onClick={(event) => {
                  event.preventDefault();
                  const next = tasks.find(({ state }) => state !== 'done') ?? tasks[0];
                  if (next) onTask(next.id);
                }}
              >
                {phase.heading}
              </a>
              <span class="meta num">
                {done.toLocaleString('en')} of {tasks.length.toLocaleString('en')}
              </span>
              <Meter value={done} most={tasks.length} />
            </li>
          );
        })}
      </ul>
      {more > 0 ? (
        <p class="meta">and {more.toLocaleString('en')} more phases, all of them in the plan below</p>
      ) : null}
    </>
  );
}
