import { dirname } from 'node:path';
import type { Task } from '../model/plan';
import type { Track } from '../model/track';
import { nextActionOf } from '../rules/nextAction';
import { nextOpenTask } from '../rules/progress';
import type { TaskEdge, TaskGraph, TaskState } from '../rules/taskGraph';
import type { CollapsedEdge } from '../rules/taskGraph/collapsePhases';
import { taskBox } from '../rules/taskGraphLayout';
import type { GraphDispatch, GraphEdge, GraphModel, GraphPhase, GraphSummary } from '../shared/graphModel';
import { minutesText } from './graph/durations';
import { busHistory } from './graph/history';
import { Indexed } from './graph/indexed';
import { graphLanes } from './graph/lanes';
import { absolutePath, graphNodes } from './graph/nodes';
import { graphNotices } from './graph/notices';
import type { Picture } from './graph/picture';
import { counted, textUpTo } from './graph/texts';

/** Tasks that can start now and are named in the header. */
const mostStarts = 6;

/**
 * What the Graph panel shows of a track (DESIGN §6, Graph).
 * @param o.picture the graph as it is drawn; `whole`, of all its tasks, when phases are drawn as one box each
 */
export function graphModelOf(
  track: Track,
  o: { readAt: number; picture: Picture; whole?: Picture['graph']; collapsed?: ReadonlySet<string> },
): GraphModel {
  const { graph, layout } = o.picture;
  const whole = o.whole ?? graph;
  const files = new Indexed();
  const paths = new Indexed();
  const places = placesOf(graph);
  const phases = graphPhases(whole, o.collapsed ?? new Set());
  const nodes = graphNodes(graph, {
    layout,
    places,
    phases: new Map(phases.map(({ key }, i) => [key, i])),
    planTasks: tasksById(track),
    history: busHistory(track.bus, files),
    files,
    paths,
  });
  const project = dirname(track.root);
  const originPlace = files.place(graph.file, graph.line);
  const boxes = boxesOf(graph);
  const notices = graphNotices(whole, graph, places, files);
  return {
    name: textUpTo(track.name, 500) || track.id,
    trackId: track.id,
    readAt: o.readAt,
    source: graph.source,
    origin:
      graph.source === 'dag'
        ? `Layout from dag: in plan.md${graph.line === undefined ? '' : `:${graph.line}`}`
        : `Derived from phases and order in plan.md`,
    ...(originPlace ? { originPlace } : {}),
    canWriteDag:
      graph.source === 'derived' &&
      track.plan !== undefined &&
      track.plan.dag === undefined &&
      !track.archived,
    summary: summaryOf(whole, places, boxes),
    width: Math.ceil(layout.width),
    height: Math.ceil(layout.height),
    box: taskBox,
    lanes: graphLanes(graph, layout),
    phases,
    nodes,
    edges: graphEdges(o.picture, places),
    conflicts: graph.conflicts.flatMap(({ tasks: [a, b], files: shared }) => {
      const [from, to] = [places.get(a), places.get(b)];
      return from === undefined || to === undefined
        ? []
        : [{ a: from, b: to, text: `${a} and ${b} both write ${textUpTo(shared.join(', '), 300)}` }];
    }),
    critical: graph.criticalPath.ids.flatMap((id) => places.get(id) ?? []),
    notices,
    dispatch: dispatchOf(track, places),
    files: files.all,
    paths: paths.all.map((path) => {
      const file = absolutePath(project, path);
      return file === undefined ? { path } : { path, file };
    }),
  };
}

/** The position of each node by its id. */
export function placesOf({ nodes }: TaskGraph): ReadonlyMap<string, number> {
  return new Map(nodes.map(({ id }, i) => [id, i]));
}

function tasksById(track: Track): ReadonlyMap<string, Task> {
  const byId = new Map<string, Task>();
  const add = (tasks: readonly Task[]): void => {
    for (const task of tasks) {
      byId.set(task.id, task);
      add(task.tasks);
    }
  };
  for (const phase of track.plan?.phases ?? []) add(phase.tasks);
  return byId;
}

function graphPhases(graph: TaskGraph, collapsed: ReadonlySet<string>): GraphPhase[] {
  const phases = new Map<string, { name: string; tasks: number }>();
  for (const { phase, phaseName } of graph.nodes) {
    if (phase === undefined) continue;
    const known = phases.get(phase);
    if (known) known.tasks++;
    else phases.set(phase, { name: textUpTo(phaseName ?? `Phase ${phase}`, 200) || 'Tasks', tasks: 1 });
  }
  return [...phases].map(([key, { name, tasks }]) => ({ key, name, tasks, collapsed: collapsed.has(key) }));
}

function graphEdges({ graph, layout }: Picture, places: ReadonlyMap<string, number>): GraphEdge[] {
  return layout.edges.map(({ from, to, index, points, closesCycle }) => ({
    from: places.get(from)!,
    to: places.get(to)!,
    ...(graph.edges[index]?.kind === 'written' ? {} : { implied: true as const }),
    ...(closesCycle
      ? { back: isApparent(graph.edges[index]) ? ('phases' as const) : ('tasks' as const) }
      : {}),
    points: points.flatMap(([x, y]) => [Math.round(x), Math.round(y)]),
  }));
}

function summaryOf(graph: TaskGraph, places: ReadonlyMap<string, number>, boxes: Boxes): GraphSummary {
  const { ids, by, total, left, assumed } = graph.criticalPath;
  const canStart = graph.nodes.filter((node) => node.canStart);
  const counts: Partial<Record<TaskState, number>> = {};
  for (const { state, ghost } of graph.nodes)
    if (ghost !== 'missing') counts[state] = (counts[state] ?? 0) + 1;
  const tasks = graph.nodes.filter(({ ghost }) => ghost !== 'missing').length;
  const groups = graph.lanes.filter(({ kind }) => kind !== 'outside');
  const isGroup = groups.every(({ kind }) => kind === 'group');
  const word = graph.source === 'derived' ? 'phase' : isGroup ? 'group' : 'lane';
  return {
    tasks: counted(tasks, 'task'),
    groups: `in ${counted(groups.length, word)}`,
    ...(ids.length === 0
      ? {}
      : {
          longest:
            by === 'duration'
              ? {
                  total: minutesText(total),
                  left: left === 0 ? 'nothing' : `about ${minutesText(left)}`,
                  source: `Sum of the estimates of ${counted(ids.length, 'task')} in the dag block${assumed > 0 ? `; for ${counted(assumed, 'task')} without one the median of the others was taken` : ''}.`,
                }
              : {
                  total: counted(total, 'task'),
                  left: left === 0 ? 'nothing' : counted(left, 'task'),
                  source: 'Counted in tasks, because fewer than half have an estimate.',
                },
        }),
    canStart: {
      first: canStart.slice(0, mostStarts).map(({ id }) => {
        const node = places.get(id) ?? places.get(boxes.get(id) ?? id);
        return { id: textUpTo(id, 60), ...(node === undefined ? {} : { node }) };
      }),
      count: canStart.length,
    },
    counts,
  };
}

/** For each task in a collapsed phase the id of the box that stands for it. */
type Boxes = ReadonlyMap<string, string>;

function boxesOf(graph: Picture['graph']): Boxes {
  if (!('boxes' in graph)) return new Map();
  return new Map(
    [...graph.boxes.values()].flatMap(({ id, tasks }) => tasks.map((task) => [task, id] as const)),
  );
}

function isApparent(edge: TaskEdge | CollapsedEdge | undefined): boolean {
  return edge !== undefined && 'onlyCollapsed' in edge && edge.onlyCollapsed === true;
}

/**
 * The task that Step Loop would start an agent at now. The executor works through the plan in its own order (spec 003,
 * "Agent Dispatch Table"), so an agent can be started for one task only: the one it would begin with.
 */
export function dispatchOf(track: Track, places: ReadonlyMap<string, number>): GraphDispatch {
  const next = nextActionOf(track);
  if (!track.loop)
    return { why: 'This track keeps no evaluate-loop, so no agent can be started for a task.' };
  if (next.kind !== 'dispatch' && next.kind !== 'resume') return { why: `Nothing to dispatch: ${next.why}` };
  if (next.step !== 'EXECUTE') {
    return { why: `Tasks are dispatched in EXECUTE; next is ${next.step ?? next.kind}. ${next.why}` };
  }
  const first = next.resumeFrom ?? nextOpenTask(track.plan)?.id;
  const node = first === undefined ? undefined : places.get(first);
  if (first === undefined || node === undefined)
    return { why: `EXECUTE would start, but with no task of this graph. ${next.why}` };
  return { node, why: `The executor would begin with ${first}. ${next.why}` };
}
