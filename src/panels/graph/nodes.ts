import { isAbsolute, join, normalize } from 'node:path';
import type { Task } from '../../model/plan';
import type { GraphLayout as Layout } from '../../rules/layout/graphLayout';
import { stateText } from '../../rules/graphExport';
import { taskStateWord, type TaskNode } from '../../rules/taskGraph';
import { plainTaskId } from '../../rules/taskGraph/graphTask';
import type { GraphEvent, GraphNode, GraphReason } from '../../shared/graphModel';
import { minutesText, placeOf } from './durations';
import type { Indexed } from './indexed';
import type { Picture } from './picture';
import { textUpTo } from './texts';

/** In large graphs each node tells fewer reasons, files and events, so that the whole stays some MB. */
const largeGraph = 2_000;

export interface NodeSources {
  readonly layout: Layout;
  readonly places: ReadonlyMap<string, number>;
  readonly phases: ReadonlyMap<string, number>;
  readonly planTasks: ReadonlyMap<string, Task>;
  readonly history: ReadonlyMap<string, readonly GraphEvent[]>;
  readonly files: Indexed;
  readonly paths: Indexed;
}

/** The boxes of the picture, in the order of the graph. */
export function graphNodes(graph: Picture['graph'], sources: NodeSources): GraphNode[] {
  const { ids } = graph.criticalPath;
  const onPath = new Map(ids.map((id, i) => [id, i + 1]));
  const most = graph.nodes.length > largeGraph ? 2 : 20;
  return graph.nodes.map((node, i) => {
    const box = 'boxes' in graph ? graph.boxes.get(node.id) : undefined;
    const drawn = graphNode(node, i, sources, { onPath, pathLength: ids.length, most });
    return box
      ? {
          ...drawn,
          stands: box.tasks.length,
          holds: textUpTo(box.tasks.join('\n'), 20_000),
          word: `${box.counts.done} of ${box.total} done`,
        }
      : drawn;
  });
}

function graphNode(
  node: TaskNode,
  i: number,
  { layout, places, phases, planTasks, history, files, paths }: NodeSources,
  o: { onPath: ReadonlyMap<string, number>; pathLength: number; most: number },
): GraphNode {
  const { id, name, state, marker, taskId, phase, worker, commit, type, acceptance, ghost } = node;
  const at = layout.nodes[i]!;
  const task = taskId === undefined ? undefined : planTasks.get(taskId);
  const word = wordOf(node);
  const estimate = estimateText(node, o.onPath.get(id), o.pathLength);
  const place = files.place(node.file, node.line);
  const fixed = whyFixed(task);
  const events = history.get(plainTaskId(id)) ?? (taskId === undefined ? undefined : history.get(taskId));
  const reasons = node.blockedBy.slice(0, o.most);
  const moreReasons = node.moreReasons + node.blockedBy.length - reasons.length;
  const phasePlace = phase === undefined ? undefined : phases.get(phase);
  return {
    id,
    ...(taskId === id ? {} : { task: taskId ?? null }),
    name: textUpTo(name, 2000),
    state,
    ...(word === taskStateWord[state] ? {} : { word }),
    ...(marker === undefined ? {} : { marker }),
    ...(fixed === undefined ? {} : { fixed }),
    ...(node.needsPerson ? { person: true } : {}),
    lane: node.lane,
    ...(phasePlace === undefined ? {} : { phase: phasePlace }),
    x: Math.round(at.x),
    y: Math.round(at.y),
    ...(node.files.length === 0
      ? {}
      : { files: node.files.slice(0, 50).map((path) => paths.of(textUpTo(path, 1000))) }),
    ...(worker === undefined ? {} : { worker: textUpTo(worker, 100) }),
    ...(commit === undefined ? {} : { commit }),
    ...(type === undefined ? {} : { type: textUpTo(type, 60) }),
    ...(acceptance === undefined ? {} : { acceptance: textUpTo(acceptance, o.most > 2 ? 2000 : 300) }),
    ...(estimate === undefined ? {} : { estimate }),
    ...(place ? { at: place } : {}),
    ...(reasons.length === 0
      ? {}
      : {
          reasons: reasons.map(({ id: by, because, file, line }): GraphReason => {
            const holder = by === id ? undefined : places.get(by);
            const where = files.place(file, line);
            return {
              ...(holder === undefined ? {} : { by: holder }),
              because: textUpTo(because, 600),
              ...(where ? { at: where } : {}),
            };
          }),
        }),
    ...(moreReasons > 0 ? { moreReasons } : {}),
    ...(node.remarks.length === 0 ? {} : { remarks: node.remarks.slice(0, 10).map((r) => textUpTo(r, 600)) }),
    ...(events === undefined || events.length === 0 ? {} : { history: events.slice(0, o.most) }),
    ...(ghost === undefined ? {} : { ghost }),
  };
}

/** "Running, 62 %", "Blocked by 2.1". */
function wordOf(node: TaskNode): string {
  if (node.state === 'blocked' && !node.ghost) {
    const by = node.blockedBy.find(({ id }) => id !== node.id);
    if (by) return `Blocked by ${textUpTo(by.id, 40)}`;
  }
  return stateText(node);
}

function estimateText(node: TaskNode, place: number | undefined, length: number): string | undefined {
  const { estimate, estimateMinutes } = node;
  const said =
    estimateMinutes === undefined
      ? estimate === undefined
        ? undefined
        : `“${textUpTo(estimate, 60)}”`
      : minutesText(estimateMinutes);
  if (place === undefined) return said;
  const onPath = `${placeOf(place, length)} on the critical path`;
  return said === undefined ? onPath[0]!.toUpperCase() + onPath.slice(1) : `${said}, ${onPath}`;
}

function whyFixed(task: Task | undefined): string | undefined {
  if (!task) return 'plan.md has no box for this task.';
  return task.place === 'derived'
    ? `Its state follows from its sub-tasks (plan.md:${task.line}).`
    : undefined;
}

/** The file of the project that a task names, when it stays inside the project. */
export function absolutePath(project: string, path: string): string | undefined {
  const trimmed = path.trim().replace(/^\.\//, '');
  if (trimmed === '' || isAbsolute(trimmed) || /[*?<>|\0]/.test(trimmed)) return undefined;
  const inside = normalize(trimmed);
  return inside.startsWith('..') ? undefined : join(project, inside);
}
