import type { LoopState } from '../../model/loopState';
import type { RuleLine } from '../../model/ruleLine';
import type { TaskGraph } from '../taskGraph';

export interface ParallelAnswer {
  readonly parallel: boolean;
  /** One sentence: the condition that does not hold, or that all hold. */
  readonly why: string;
  readonly lines: readonly RuleLine[];
}

/** Tasks that must be able to run together (spec 003, "When Parallel Execution Applies"). */
const fewest = 3;

/**
 * Whether EXECUTE runs in parallel (spec 003, "When Parallel Execution Applies"): a dag block with parallel groups, a
 * dag that is valid in an EVALUATE_PLAN that passed, and three open tasks that can run together. Otherwise the plan is
 * worked through in order, and the answer says why.
 */
export function parallelAllowed(
  graph: TaskGraph,
  loop: Pick<LoopState, 'checkpoints' | 'executionMode'>,
  maxWorkers: number,
): ParallelAnswer {
  const groups = graph.lanes.filter(({ kind }) => kind === 'group');
  const invalid = graph.problems.filter(({ severity }) => severity !== 'info');
  const evaluated = loop.checkpoints.EVALUATE_PLAN?.status;
  const { width, tasks } = widest(graph);
  const conditions: { text: string; holds: boolean; because: string }[] = [
    {
      text: 'plan.md has a dag: block with parallel_groups',
      holds: graph.source === 'dag' && groups.length > 0,
      because:
        graph.source !== 'dag'
          ? 'plan.md has no dag: block that names a task.'
          : `The dag has ${groups.length} parallel groups.`,
    },
    {
      text: 'the dag is valid',
      holds: invalid.length === 0,
      because:
        invalid.length === 0
          ? 'Nothing is wrong with it.'
          : `plan.md:${invalid[0]!.line}: ${invalid[0]!.message}`,
    },
    {
      text: 'EVALUATE_PLAN passed',
      holds: evaluated === 'PASSED' || evaluated === 'SKIPPED',
      because: `Its checkpoint says ${evaluated ?? 'nothing'}.`,
    },
    {
      text: `${fewest} or more open tasks can run together`,
      holds: width >= fewest,
      because:
        width === 0
          ? 'No open task of a group is left.'
          : `${width} can at most: ${tasks.slice(0, 5).join(', ')}.`,
    },
    {
      text: 'more than one worker is allowed, and the track does not ask for SEQUENTIAL',
      holds: maxWorkers > 1 && loop.executionMode !== 'SEQUENTIAL',
      because:
        loop.executionMode === 'SEQUENTIAL'
          ? 'execution_mode is SEQUENTIAL.'
          : `At most ${maxWorkers} workers.`,
    },
  ];
  const broken = conditions.findIndex(({ holds }) => !holds);
  return {
    parallel: broken < 0,
    why:
      broken < 0
        ? `Parallel: ${width} tasks can run together.`
        : `One task after the other, because this does not hold: ${conditions[broken]!.text}. ${conditions[broken]!.because}`,
    lines: conditions.map(({ text, because }, i) => ({
      text,
      because: broken >= 0 && i > broken ? '' : because,
      state: broken < 0 ? 'used' : i < broken ? 'passedOver' : i === broken ? 'fired' : 'notReached',
    })),
  };
}

/** The most open tasks of groups that stand on one level of the dag. */
function widest(graph: TaskGraph): { width: number; tasks: readonly string[] } {
  const byLevel = new Map<number, string[]>();
  const level = new Map<string, number>();
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const inCircle = new Set(graph.cycles.flat());
  // Iterative longest path; a circle has no level, and its tasks cannot run at all.
  const waiting = new Map(
    graph.nodes.map((node) => [node.id, new Set(node.dependsOn.filter((id) => nodes.has(id))).size]),
  );
  const dependents = new Map<string, string[]>();
  for (const { from, to } of graph.edges) dependents.set(from, [...(dependents.get(from) ?? []), to]);
  const ready = graph.nodes.filter(({ id }) => waiting.get(id) === 0).map(({ id }) => id);
  for (let at = 0; at < ready.length; at += 1) {
    const id = ready[at]!;
    const own = level.get(id) ?? 0;
    for (const next of dependents.get(id) ?? []) {
      level.set(next, Math.max(level.get(next) ?? 0, own + 1));
      waiting.set(next, waiting.get(next)! - 1);
      if (waiting.get(next) === 0) ready.push(next);
    }
    const node = nodes.get(id)!;
    if (node.group === undefined || node.state === 'done' || node.state === 'skipped' || inCircle.has(id))
      continue;
    byLevel.set(own, [...(byLevel.get(own) ?? []), id]);
  }
  const tasks = [...byLevel.values()].reduce<readonly string[]>(
    (most, ids) => (ids.length > most.length ? ids : most),
    [],
  );
  return { width: tasks.length, tasks };
}
