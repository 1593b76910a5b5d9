import type { Task } from '../../model/plan';
import type { Track } from '../../model/track';
import { nextOpenTask } from '../../rules/progress';
import { taskGraphOf, type TaskNode } from '../../rules/taskGraph';
import type { PlanPhase, PlanPicture, PlanTask, ProgressPicture, SignName } from '../../shared/trackModel';
import { counted, isCommit, short, taskWord } from './words';

/** A task's text, at most: a line of a list, in full in the file. */
const longest = 600;

export function planPicture(track: Track): PlanPicture {
  const { plan, documents } = track;
  const file = documents.plan;
  if (!plan || file === undefined) {
    return {
      ...(file === undefined ? {} : { place: { file } }),
      empty: noPlan(track),
      phases: [],
      total: 0,
    };
  }
  const nodes = nodesOf(track);
  const next = nextTaskId(track);
  const phases = plan.phases
    .filter(({ tasks, heading }) => tasks.length > 0 || heading !== '')
    .map((phase): PlanPhase => ({
      key: phase.key,
      heading: phase.heading === '' ? 'Tasks' : short(phase.heading, longest),
      place: { file, line: phase.line },
      done: phase.tasks.filter(({ marker }) => marker === 'done').length,
      tasks: phase.tasks.flatMap((task) => tasksBelow(task, 0, nodes, next)),
      complete: phase.saysDone,
    }));
  const total = phases.reduce((sum, { tasks }) => sum + tasks.length, 0);
  return {
    place: { file },
    ...(total === 0 ? { empty: 'plan.md has no tasks.' } : {}),
    phases: total === 0 ? [] : phases,
    total,
  };
}

function noPlan(track: Track): string {
  if (track.folder === undefined) {
    return 'tracks.md names this track, but it has no folder on disk, so there is no plan.';
  }
  if (track.documents.plan !== undefined) {
    return 'plan.md is there but could not be read; the notices above say why.';
  }
  return `There is no plan.md in ${track.folder} yet.`;
}

/** Beyond this the graph would hold up everything else at each change: then a task is what its marker says. */
const mostInGraph = 2_500;

const ofTrack = new WeakMap<Track, ReadonlyMap<string, TaskNode>>();

/** What the task graph knows, by task of plan.md. Unchanged tracks are the same objects, so it is kept with them. */
export function nodesOf(track: Track): ReadonlyMap<string, TaskNode> {
  let nodes = ofTrack.get(track);
  if (!nodes) {
    if (track.progress.total > mostInGraph) return new Map();
    nodes = new Map(
      taskGraphOf(track).nodes.flatMap((node) => (node.taskId === undefined ? [] : [[node.taskId, node]])),
    );
    ofTrack.set(track, nodes);
  }
  return nodes;
}

/** The task that is worked on, else the first that can start. */
function nextTaskId(track: Track): string | undefined {
  if (track.group === 'done' || track.group === 'archived') return undefined;
  const tasks = track.plan?.phases.flatMap((phase) => phase.tasks) ?? [];
  const nodes = nodesOf(track);
  if (nodes.size === 0) return nextOpenTask(track.plan)?.id;
  return (
    tasks.find(({ id }) => nodes.get(id)?.state === 'running') ??
    tasks.find(({ id }) => nodes.get(id)?.state === 'ready')
  )?.id;
}

function tasksBelow(
  task: Task,
  depth: number,
  nodes: ReadonlyMap<string, TaskNode>,
  next: string | undefined,
): PlanTask[] {
  const node = nodes.get(task.id);
  const state = node?.state ?? stateOf(task);
  const reason = node?.blockedBy[0];
  return [
    {
      id: task.id,
      ...(task.number === undefined ? {} : { number: short(task.number, 24) }),
      text: short(task.text === '' ? '(no text)' : task.text, longest),
      line: task.line,
      depth,
      marker: task.marker,
      canMark: task.place !== 'derived',
      state,
      word: wordOf(task, state, node, nodes),
      ...(reason === undefined
        ? {}
        : {
            why: short(
              node!.blockedBy
                .map(({ because }) => because)
                .slice(0, 5)
                .join('\n'),
              longest,
            ),
          }),
      ...(task.commit === undefined || !isCommit(task.commit) ? {} : { commit: task.commit }),
      now: task.id === next,
    },
    ...task.tasks.flatMap((sub) => tasksBelow(sub, Math.min(depth + 1, 6), nodes, next)),
  ];
}

/** Sub-tasks are no nodes of the graph: their marker is all there is. */
function stateOf({ marker }: Task): SignName {
  switch (marker) {
    case 'done':
    case 'blocked':
    case 'skipped':
      return marker;
    case 'doing':
      return 'running';
    case 'todo':
      return 'open';
    case 'unclear':
      return 'unclear';
  }
}

function wordOf(
  task: Task,
  state: SignName,
  node: TaskNode | undefined,
  nodes: ReadonlyMap<string, TaskNode>,
): string {
  const word = taskWord[state] ?? 'Open';
  if (node === undefined) return word;
  if (state === 'running' && node.progressPct !== undefined) return `${word}, ${String(node.progressPct)} %`;
  const by = node.blockedBy.find(({ id }) => id !== node.id);
  if ((state === 'blocked' || state === 'waiting') && by) {
    // An id that is made of the text reads worse than the text.
    const name = by.id.includes('/') ? (nodes.get(by.id)?.name ?? by.id) : by.id;
    return `${state === 'blocked' ? 'Blocked by' : 'Waits for'} ${short(name, 24)}`;
  }
  return task.needsPerson && state === 'ready' ? 'For you to tick' : word;
}

/** Shown in this order; the words are those of the graph. */
const order: readonly SignName[] = [
  'done',
  'running',
  'ready',
  'blocked',
  'failed',
  'waiting',
  'open',
  'skipped',
  'unclear',
];

export function progressPicture(track: Track): ProgressPicture {
  const { progress, plan } = track;
  const tasks = plan?.phases.flatMap((phase) => phase.tasks) ?? [];
  const nodes = nodesOf(track);
  const counts = new Map<SignName, number>();
  for (const task of tasks) {
    const state = nodes.get(task.id)?.state ?? stateOf(task);
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  const others = plan?.checkboxes.elsewhere ?? 0;
  return {
    sentence:
      progress.total === 0
        ? 'No tasks'
        : `${progress.done.toLocaleString('en')} of ${counted(progress.total, 'task')} done`,
    counts: order.flatMap((sign) => {
      const count = counts.get(sign) ?? 0;
      return count === 0 ? [] : [{ status: { sign, word: (taskWord[sign] ?? sign).toLowerCase() }, count }];
    }),
    source:
      plan === undefined
        ? ''
        : others === 0
          ? 'from plan.md'
          : `from plan.md; ${counted(others, 'other check box', 'other check boxes')} not counted`,
  };
}
