import { markerCharacter, type Marker } from '../../model/marker';
import type { Task } from '../../model/plan';
import type { BusTask } from './busTasks';
import { plainTaskId, type Dependency, type GraphTask } from './graphTask';
import type { Reason, TaskNode, TaskState } from './taskNode';

/** Reasons that are listed for one task. */
const mostReasons = 50;

export type StateOfTask = Pick<
  TaskNode,
  'state' | 'worker' | 'progressPct' | 'blockedBy' | 'moreReasons' | 'canStart' | 'remarks'
>;

export interface StateSources {
  readonly planFile: string;
  readonly bus: ReadonlyMap<string, BusTask>;
  /** For each task of a knot of circles, one circle of the knot: ids along the dependencies. */
  readonly circles: ReadonlyMap<string, readonly string[]>;
}

/** The state of each task, why it does not go on, and what is odd about it. */
export function taskStates(
  tasks: readonly GraphTask[],
  { planFile, bus, circles }: StateSources,
): ReadonlyMap<string, StateOfTask> {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const said = (task: GraphTask): BusTask =>
    bus.get(plainTaskId(task.id)) ?? bus.get(task.task?.id ?? '') ?? {};
  const finished = new Set(tasks.filter(({ task }) => isFinished(task?.marker)).map(({ id }) => id));
  const openOf = new Map<string, readonly Dependency[]>();
  const states = new Map<string, TaskState>();
  for (const task of tasks) {
    const open = task.dependsOn.filter(({ id }) => !finished.has(id));
    openOf.set(task.id, open);
    const hopeless = circles.has(task.id) || open.some(({ id }) => byId.get(id)?.ghost === 'missing');
    states.set(task.id, stateOf(task, said(task), open.length > 0, hopeless));
  }

  const plan = (task: Task): { file: string; line: number } => ({ file: planFile, line: task.line });
  const name = fileName(planFile);
  /** "marker [~] in plan.md:47" */
  const markerAt = ({ marker, place, line }: Task): string =>
    place === 'derived' ? `see ${name}:${line}` : `marker [${characterOf(marker)}] in ${name}:${line}`;

  const whyOpen = (id: string, waiter: GraphTask): Reason => {
    const task = byId.get(id)!;
    const line = waiter.dagNode?.line ?? waiter.task?.line;
    if (task.ghost === 'missing') {
      const holder = waiter.dagNode ? 'neither the dag nor plan.md has' : 'plan.md does not have';
      return { id, because: `${id} is a task that ${holder} (${name}:${line})`, file: planFile, line };
    }
    const state = states.get(id)!;
    const { worker, progressPct, failed } = said(task);
    if (state === 'failed' && failed) {
      return {
        id,
        because: `${id} failed: ${failed.text} (${at(failed)})`,
        file: failed.file,
        line: failed.line,
      };
    }
    if (!task.task) {
      const dagLine = task.dagNode?.line;
      return {
        id,
        because: `${id} ${doing[state]}, and plan.md has no box for it (${name}:${dagLine})`,
        file: planFile,
        line: dagLine,
      };
    }
    const progress = state === 'running' && progressPct !== undefined ? ` at ${progressPct} %` : '';
    const by = state === 'running' && worker ? ` (${worker.workerId})` : '';
    return {
      id,
      because: `${id} ${doing[state]}${progress}${by}, ${markerAt(task.task)}`,
      ...plan(task.task),
    };
  };

  /** Reasons of the task itself. */
  const ownReasons = (task: GraphTask): Reason[] => {
    const { id } = task;
    const { failed, waits, worker, complete } = said(task);
    const reasons: Reason[] = [];
    const state = states.get(id)!;
    if (state === 'failed' && failed) {
      reasons.push({
        id,
        because: `it failed: ${failed.text} (${at(failed)})`,
        file: failed.file,
        line: failed.line,
      });
    }
    if (state === 'blocked' && task.task?.marker === 'blocked') {
      const note = task.task.notes[0];
      const why = note === undefined ? 'no reason is given' : note.replace(/^reason:\s*/i, '');
      reasons.push({ id, because: `${name}:${task.task.line} marks it [!]: ${why}`, ...plan(task.task) });
    }
    if (waits && state === 'blocked') {
      const holder = waits.holder !== undefined && byId.has(waits.holder) ? waits.holder : id;
      reasons.push({
        id: holder,
        because: `${waits.text} (${at(waits)})`,
        file: waits.file,
        line: waits.line,
      });
    } else if (worker?.status.toUpperCase() === 'BLOCKED' && state === 'blocked') {
      reasons.push({ id, because: `${worker.workerId} says BLOCKED in worker-status.json` });
    }
    const circle = circles.get(id);
    if (circle && state === 'blocked') {
      const because =
        circle.length === 1
          ? 'it depends on itself'
          : `${roundTrip(circle, id).join(' → ')} wait for each other in a circle`;
      const line = task.dagNode?.line ?? task.task?.line;
      reasons.push({ id, because: `${because} (${name}:${line})`, file: planFile, line });
    }
    if (state === 'waiting' && task.task?.marker === 'unclear') {
      reasons.push({
        id,
        because: `${name}:${task.task.line} has a marker with no known meaning`,
        ...plan(task.task),
      });
    }
    if (state === 'waiting' && complete && !isFinished(task.task?.marker)) {
      const place = task.task ? `${name}:${task.task.line} does not` : 'plan.md has no box for it';
      reasons.push({
        id,
        because: `the message bus says that it is complete (${at(complete)}), ${place}: mark it done, or dispatch it again`,
        ...(task.task ? plan(task.task) : {}),
      });
    }
    return reasons;
  };

  return new Map(
    tasks.map((task) => {
      const state = states.get(task.id)!;
      const { worker, progressPct } = said(task);
      const open = openOf.get(task.id)!.filter(({ id }) => id !== task.id);
      const held = state === 'waiting' || state === 'blocked' || state === 'failed';
      const own = held ? ownReasons(task) : [];
      const listed = held ? open.slice(0, mostReasons - own.length) : [];
      const atIt = state === 'running' || state === 'blocked';
      return [
        task.id,
        {
          state,
          worker: atIt ? worker?.workerId : undefined,
          progressPct: atIt ? progressPct : undefined,
          blockedBy: [...own, ...listed.map(({ id }) => whyOpen(id, task))],
          moreReasons: held ? open.length - listed.length : 0,
          canStart: state === 'ready',
          remarks: [...task.remarks, ...oddities(task, state, said(task), open)],
        },
      ];
    }),
  );
}

function stateOf(task: GraphTask, bus: BusTask, open: boolean, hopeless: boolean): TaskState {
  const marker = task.task?.marker;
  if (marker === 'done' || marker === 'skipped') return marker;
  if (task.ghost === 'missing') return 'waiting';
  if (bus.failed) return 'failed';
  if (marker === 'blocked' || bus.waits || bus.worker?.status.toUpperCase() === 'BLOCKED') return 'blocked';
  if (marker === 'doing' || bus.worker) return 'running';
  if (hopeless) return 'blocked';
  if (open || marker === 'unclear' || bus.complete) return 'waiting';
  return 'ready';
}

/** What a task does that another one waits for. */
const doing: Readonly<Record<TaskState, string>> = {
  done: 'is done',
  skipped: 'is skipped',
  running: 'is running',
  ready: 'can start, but has not',
  blocked: 'is blocked',
  waiting: 'waits itself',
  failed: 'failed',
};

function oddities(task: GraphTask, state: TaskState, bus: BusTask, open: readonly Dependency[]): string[] {
  const odd: string[] = [];
  const ids = open
    .slice(0, 3)
    .map(({ id }) => id)
    .join(', ');
  const more = open.length > 3 ? ` and ${open.length - 3} more` : '';
  if (state === 'running' && open.length > 0) odd.push(`It runs although ${ids}${more} is not finished.`);
  if (state === 'done' && open.length > 0) odd.push(`It is done although ${ids}${more} is not.`);
  if (state === 'done' && bus.worker) {
    odd.push(`plan.md says done, but ${bus.worker.workerId} still says ${bus.worker.status}.`);
  }
  if (state === 'done' && bus.failed)
    odd.push(`plan.md says done, but the message bus says failed (${at(bus.failed)}).`);
  if (state === 'running' && bus.complete && !bus.worker) {
    odd.push(`The message bus says that it is complete (${at(bus.complete)}), plan.md does not yet.`);
  }
  return odd;
}

/** A circle from a task back to it; from another one when the task is not on it. The middle of a long one is left out. */
function roundTrip(circle: readonly string[], id: string): string[] {
  const count = circle.length;
  const start = Math.max(0, circle.indexOf(id));
  const step = (i: number): string => circle[(start + i) % count]!;
  const steps = (from: number, to: number): string[] =>
    Array.from({ length: to - from + 1 }, (_, i) => step(from + i));
  return count <= 6 ? steps(0, count) : [...steps(0, 2), '…', ...steps(count - 2, count)];
}

function isFinished(marker: Marker | undefined): boolean {
  return marker === 'done' || marker === 'skipped';
}

function characterOf(marker: Marker): string {
  return marker === 'unclear' ? '?' : markerCharacter[marker];
}

function at({ file, line }: { readonly file: string; readonly line?: number }): string {
  return `${fileName(file)}${line === undefined ? '' : `:${line}`}`;
}

/** The last part of a path, of any system. */
function fileName(path: string): string {
  return path.split(/[\\/]/).pop() || 'plan.md';
}
