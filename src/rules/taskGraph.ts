import type { Plan } from '../model/plan';
import type { TextProblem } from '../model/problem';
import type { Track } from '../model/track';
import { checkDag } from './dagRules';
import { circleIn, circularComponents } from './graph';
import { rankNodes } from './layout/ranks';
import { busTasks } from './taskGraph/busTasks';
import { criticalPath, type CriticalPath } from './taskGraph/criticalPath';
import { dagTasks } from './taskGraph/dagTasks';
import { derivedTasks } from './taskGraph/derivedTasks';
import { estimateMinutes } from './taskGraph/estimate';
import { fileConflicts, type FileConflict } from './taskGraph/fileConflicts';
import type { GraphTask } from './taskGraph/graphTask';
import { dagLanes, finishedLanes, phaseLanes, type TaskLane } from './taskGraph/taskLanes';
import type { TaskEdge, TaskNode } from './taskGraph/taskNode';
import { withLocks } from './taskGraph/lockedTasks';
import { taskStates } from './taskGraph/taskStates';

export type { CriticalPath } from './taskGraph/criticalPath';
export type { FileConflict } from './taskGraph/fileConflicts';
export type { TaskLane } from './taskGraph/taskLanes';
export { taskStateWord } from './taskGraph/taskNode';
export type { Reason, TaskEdge, TaskNode, TaskState } from './taskGraph/taskNode';

/** The tasks of a track, what they wait for, and how they stand (spec 003, "The DAG"; DESIGN §6, Graph). */
export interface TaskGraph {
  /** `dag`: from the dag block. `derived`: plan.md has none that names a task, so from phases and order. */
  readonly source: 'dag' | 'derived';
  /** Absolute path of plan.md, and the line of the dag block. */
  readonly file?: string;
  readonly line?: number;
  /** In the order of the dag, else of the plan; ghosts last. */
  readonly nodes: readonly TaskNode[];
  /** Each pair once. */
  readonly edges: readonly TaskEdge[];
  /** From the top. Every node is in one of them. */
  readonly lanes: readonly TaskLane[];
  readonly conflicts: readonly FileConflict[];
  /** Circles of dependencies, one for each knot of them, as a path along the dependencies. */
  readonly cycles: readonly (readonly string[])[];
  /** Ids that tasks depend on, though neither the dag nor plan.md has them. */
  readonly missing: readonly {
    readonly id: string;
    readonly neededBy: readonly string[];
    readonly line: number;
  }[];
  /** Ids that the dag gives to several nodes; the first is in the graph. */
  readonly duplicates: readonly { readonly id: string; readonly lines: readonly number[] }[];
  /** Tasks of plan.md that the dag does not have and nothing in it depends on. Never in a derived graph. */
  readonly notInDag: readonly { readonly id: string; readonly name: string; readonly line: number }[];
  readonly criticalPath: CriticalPath;
  /** What is wrong with the dag block, with lines in plan.md. */
  readonly problems: readonly TextProblem[];
}

/**
 * The task graph of a track of any dialect. Never throws: circles, unknown and repeated ids and self references are
 * drawn as what they are. About linear in tasks and dependencies.
 *
 * @param now Absent: locks of files, which expire, are not looked at.
 */
export function taskGraphOf(track: Track, now?: Date): TaskGraph {
  const { plan, documents, bus } = track;
  const planFile = documents.plan ?? '';
  // A block without a single node shows nothing; its problems are told, and the plan is drawn.
  const dag = plan?.dag && plan.dag.nodes.length > 0 ? plan.dag : undefined;
  const tasks = dag ? dagTasks(dag, plan) : plan ? derivedTasks(plan) : [];
  const ids = tasks.map(({ id }) => id);
  const needs = new Map(tasks.map(({ id, dependsOn }) => [id, dependsOn.map((dependency) => dependency.id)]));
  const needsOf = (id: string): readonly string[] => needs.get(id) ?? [];

  const { edges, ranks } = edgesOf(tasks);
  const knots = circularComponents(ids, needsOf);
  const cycles = knots.map((members) => circleIn(members, needsOf));
  const circles = new Map(knots.flatMap((members, i) => members.map((id) => [id, cycles[i]!] as const)));
  const states = taskStates(tasks, { planFile, bus: busTasks(bus), circles });
  const numberOf = new Map(ids.map((id, i) => [id, i]));
  const levelOf = (id: string): number => ranks[numberOf.get(id)!]!;
  const conflicts = fileConflicts(
    tasks.map((task) => ({
      id: task.id,
      files: filesOf(task),
      group: task.group,
      level: levelOf(task.id),
      open: !['done', 'skipped'].includes(states.get(task.id)!.state),
    })),
    needsOf,
  );
  const drafts = dag ? dagLanes(tasks, dag, levelOf) : phaseLanes(tasks);
  const laneOf = new Map(drafts.flatMap((lane, i) => lane.tasks.map(({ id }) => [id, i] as const)));
  const needLine = linesOfNeed(tasks);
  const drawn = tasks.map((task): TaskNode => {
    const { task: planTask, dagNode, phase } = task;
    const estimate = dagNode?.estimatedDuration;
    return {
      id: task.id,
      taskId: planTask?.id,
      name: task.name,
      marker: planTask?.marker,
      phase: phase?.key ?? (dagNode?.phase === undefined ? undefined : String(dagNode.phase)),
      phaseName: phase?.heading,
      group: task.group,
      lane: laneOf.get(task.id)!,
      type: dagNode?.type,
      files: filesOf(task),
      acceptance: dagNode?.acceptance ?? planTask?.acceptance,
      dependsOn: needsOf(task.id),
      commit: planTask?.commit,
      estimate,
      estimateMinutes: estimateMinutes(estimate),
      file: planFile,
      line: planTask?.line ?? dagNode?.line ?? needLine.get(task.id) ?? 1,
      dagLine: dagNode?.line,
      needsPerson: planTask?.needsPerson ?? false,
      ghost: task.ghost,
      ...states.get(task.id)!,
    };
  });
  const nodes = now ? withLocks(drawn, bus, now) : drawn;
  return {
    source: dag ? 'dag' : 'derived',
    file: documents.plan,
    line: dag?.line,
    nodes,
    edges,
    lanes: finishedLanes(drafts, dag, conflicts, (id) => states.get(id)!.state),
    conflicts,
    cycles,
    missing: missingOf(nodes),
    duplicates: dag ? duplicatesOf(dag.nodes) : [],
    notInDag: dag && plan ? notInDag(plan, tasks) : [],
    criticalPath: pathOf(nodes, edges),
    problems: plan?.dag ? [...plan.dag.problems, ...checkDag(plan.dag, plan)] : [],
  };
}

/** Edges in the order of the tasks that wait, and the topological level of each task. */
function edgesOf(tasks: readonly GraphTask[]): { edges: TaskEdge[]; ranks: Int32Array } {
  const numberOf = new Map(tasks.map(({ id }, i) => [id, i]));
  const pairs = tasks.flatMap((task) =>
    task.dependsOn.map(({ id, kind }) => ({ from: id, to: task.id, kind })),
  );
  const between = pairs.filter(({ from, to }) => from !== to);
  const numbers = (end: 'from' | 'to'): Int32Array =>
    Int32Array.from(between, (pair) => numberOf.get(pair[end])!);
  const { closes, rank } = rankNodes(
    tasks.map(() => ({})),
    numbers('from'),
    numbers('to'),
  );
  const closing = new Set(between.filter((_, e) => closes[e] === 1));
  return {
    edges: pairs.map((pair) => ({ ...pair, closesCycle: pair.from === pair.to || closing.has(pair) })),
    ranks: rank,
  };
}

function filesOf({ dagNode, task }: GraphTask): readonly string[] {
  return [...new Set([...(dagNode?.files ?? []), ...(task?.files ?? [])])];
}

/** Where each id is first depended on: a missing task stands there. */
function linesOfNeed(tasks: readonly GraphTask[]): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  for (const { dependsOn, dagNode, task } of tasks) {
    const line = dagNode?.line ?? task?.line;
    for (const { id } of dependsOn) if (line !== undefined && !lines.has(id)) lines.set(id, line);
  }
  return lines;
}

function missingOf(nodes: readonly TaskNode[]): TaskGraph['missing'] {
  const missing = new Map(
    nodes
      .filter(({ ghost }) => ghost === 'missing')
      .map(({ id, line }) => [id, { id, neededBy: [] as string[], line }]),
  );
  if (missing.size === 0) return [];
  for (const { id, dependsOn } of nodes) for (const need of dependsOn) missing.get(need)?.neededBy.push(id);
  return [...missing.values()];
}

function duplicatesOf(
  nodes: readonly { readonly id: string; readonly line: number }[],
): TaskGraph['duplicates'] {
  const lines = new Map<string, number[]>();
  for (const { id, line } of nodes) {
    const known = lines.get(id);
    if (known) known.push(line);
    else lines.set(id, [line]);
  }
  return [...lines].filter(([, all]) => all.length > 1).map(([id, all]) => ({ id, lines: all }));
}

/** A task whose sub-tasks are in the dag is in it, too. */
function notInDag(plan: Plan, tasks: readonly GraphTask[]): TaskGraph['notInDag'] {
  const drawn = new Set(tasks.flatMap(({ task }) => task ?? []));
  return plan.phases
    .flatMap((phase) => phase.tasks)
    .filter((task) => !drawn.has(task) && !task.tasks.some((sub) => drawn.has(sub)))
    .map(({ id, text, line }) => ({ id, name: text, line }));
}

function pathOf(nodes: readonly TaskNode[], edges: readonly TaskEdge[]): CriticalPath {
  const real = nodes.filter(({ ghost }) => ghost !== 'missing');
  const place = new Map(real.map(({ id }, i) => [id, i]));
  return criticalPath(
    real.map(({ id, estimateMinutes: minutes, state, progressPct = 0 }) => ({
      id,
      estimateMinutes: minutes,
      finished:
        state === 'done' || state === 'skipped'
          ? 1
          : state === 'running'
            ? Math.min(100, Math.max(0, progressPct)) / 100
            : 0,
      skipped: state === 'skipped',
    })),
    edges.flatMap(({ from, to, closesCycle }): [number, number][] => {
      const [u, v] = [place.get(from), place.get(to)];
      return closesCycle || u === undefined || v === undefined ? [] : [[u, v]];
    }),
  );
}
