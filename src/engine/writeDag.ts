import { dagYaml, type DagGroup, type DagTask } from '../files/dagText';
import { parsePlan } from '../files/planFile';
import { applyEdits, eolAt, lineOffsets } from '../files/textEdit';
import type { EditRefusal, EditResult, TextEdit } from '../model/edit';
import type { Phase, Plan, Task } from '../model/plan';
import type { Track } from '../model/track';
import { taskGraphOf, type TaskGraph } from '../rules/taskGraph';
import type { EditOutcome } from '../store/fileEditor';
import { noPlan } from './markTask';
import { trackRefusal } from './metadataEdit';
import type { Ports } from './ports';

/**
 * "Write DAG into plan.md": the graph that is derived from phases and order, as a `dag:` block in the form of spec 003,
 * "The DAG" (FORMATS §4.8). It stands before the first phase, or at the end where phases have no headings of their
 * own; nothing else of the file changes. What is written are the tasks and dependencies that were drawn, and the
 * groups that the plan itself names; a phase is no parallel group.
 *
 * Refuses `archived`, `no-plan`, `dag-present`, `no-tasks`, `dag-circular`, `dependency-unknown`, `dag-not-readable` (the plan could
 * not be read as before with the block in it), and the codes of the editor.
 */
export async function writeDag(
  ports: Pick<Ports, 'editor'>,
  track: Track,
  options: { readonly signal?: AbortSignal } = {},
): Promise<EditOutcome> {
  const never = track.archived ? trackRefusal(track) : undefined;
  if (never) return { refused: never };
  const file = track.documents.plan;
  if (file === undefined) return { refused: noPlan(track) };
  let written: string | undefined;
  return ports.editor.edit({
    root: track.root,
    file,
    change: (text) => {
      // The editor asks again after other programs wrote: our own block needs no second one.
      if (written !== undefined && text.includes(written)) return { edits: [] };
      const result = writeDagEdits(text, track);
      if (!('refused' in result)) written = result.edits[0]?.text.trim();
      return result;
    },
    ...(options.signal ? { signal: options.signal } : {}),
  });
}

/** The one insertion that writeDag makes in the text of a plan. */
export function writeDagEdits(text: string, track: Track): EditResult {
  const plan = parsePlan(text);
  if (plan.dag) {
    return refuse(
      'dag-present',
      `plan.md of ${track.id} has a dag block already (line ${plan.dag.line}). Change it there; it is not overwritten.`,
    );
  }
  const graph = graphOf(track, plan);
  const refused = refusalOf(graph, track);
  if (refused) return { refused };
  const yaml = dagYaml(tasksOf(graph, plan), groupsOf(graph));
  for (const edit of placesFor(text, plan, yaml)) {
    if (holds(applyEdits(text, [edit]), plan, graph, track)) return { edits: [edit] };
  }
  return refuse(
    'dag-not-readable',
    `The dag of ${track.id} was not written: with it, plan.md could not be read as it is now. A code block that is never closed, or a very long plan, may be the cause; look at its problems.`,
  );
}

function graphOf(track: Track, plan: Plan): TaskGraph {
  return taskGraphOf({ ...track, plan });
}

function refusalOf(graph: TaskGraph, track: Track): EditRefusal | undefined {
  if (graph.nodes.length === 0) {
    return {
      code: 'no-tasks',
      message: `plan.md of ${track.id} has no tasks, so there is no graph to write.`,
    };
  }
  const [circle] = graph.cycles;
  if (circle) {
    const path = [...circle, circle[0]!].slice(0, 12).join(' → ');
    return {
      code: 'dag-circular',
      message: `Tasks of ${track.id} wait for each other in a circle (${path}), so it is no DAG. Remove one of these dependencies from plan.md first.`,
    };
  }
  const [missing] = graph.missing;
  if (missing) {
    return {
      code: 'dependency-unknown',
      message: `In plan.md of ${track.id}, ${missing.neededBy.slice(0, 3).join(', ')} ${missing.neededBy.length === 1 ? 'depends' : 'depend'} on ${missing.id} (line ${missing.line}), which is no task there. Correct that first.`,
    };
  }
  return undefined;
}

function tasksOf(graph: TaskGraph, plan: Plan): DagTask[] {
  const phaseNumber = new Map(
    plan.phases.flatMap(({ key, number }) => (/^\d{1,9}$/.test(number ?? '') ? [[key, Number(number)]] : [])),
  );
  return graph.nodes.map(({ id, name, files, dependsOn, phase, acceptance, estimate }) => ({
    id,
    name,
    files,
    dependsOn,
    ...(phase !== undefined && phaseNumber.has(phase) ? { phase: phaseNumber.get(phase)! } : {}),
    ...(estimate === undefined ? {} : { estimate }),
    ...(acceptance === undefined ? {} : { acceptance }),
  }));
}

function groupsOf(graph: TaskGraph): DagGroup[] {
  const tasks = new Map<string, string[]>();
  for (const { id, group } of graph.nodes) {
    if (group === undefined) continue;
    const known = tasks.get(group);
    if (known) known.push(id);
    else tasks.set(group, [id]);
  }
  return [...tasks].map(([id, ids]) => {
    const shared = graph.conflicts.filter(({ group }) => group === id).flatMap(({ files }) => files);
    return { id, tasks: ids, conflictFree: shared.length === 0, sharedResources: [...new Set(shared)] };
  });
}

/** Before the heading of the first phase, on its level; else at the end. */
function placesFor(text: string, plan: Plan, yaml: string): TextEdit[] {
  const offsets = lineOffsets(text);
  const places: TextEdit[] = [];
  const first = plan.phases.find((phase) => phase.heading !== '');
  const start = first && offsets[first.line - 1];
  if (start !== undefined && isBeforeAllTasks(first!, plan)) {
    const level = /^(#{1,6})[^#]/.exec(text.slice(start, start + 8))?.[1];
    if (level !== undefined) {
      const isBlank =
        start === 0 ||
        /(?:\r\n|\n|\r)[ \t]*(?:\r\n|\n|\r)$/.test(text.slice(Math.max(0, start - 200), start));
      places.push(block(text, start, `${isBlank ? '' : '\n'}${section(level, yaml)}\n`));
    }
  }
  const ends = /[\r\n]$/.test(text) || text === '';
  places.push(block(text, text.length, `${ends ? '\n' : '\n\n'}${section('##', yaml)}`));
  return places;
}

/** Tasks above the first heading would come under ours. */
function isBeforeAllTasks(first: Phase, plan: Plan): boolean {
  return plan.phases.every(({ tasks }) => tasks.every(({ line }) => line >= first.line));
}

function section(level: string, yaml: string): string {
  return `${level} Dependency Graph\n\n\`\`\`yaml\n${yaml}\`\`\`\n`;
}

function block(text: string, at: number, written: string): TextEdit {
  return { start: at, end: at, text: written.replaceAll('\n', eolAt(text, at)) };
}

/** Whether the plan reads as before, with the graph as a dag in it. */
function holds(text: string, before: Plan, graph: TaskGraph, track: Track): boolean {
  const plan = parsePlan(text);
  if (!plan.dag || plan.dag.problems.length > 0) return false;
  const now = graphOf(track, plan);
  return now.source === 'dag' && same(shapeOf(plan), shapeOf(before)) && same(drawnIn(now), drawnIn(graph));
}

function shapeOf({ phases, checkboxes }: Plan): unknown {
  const taskShape = ({ id, text, marker, commit, tasks }: Task): unknown => [
    id,
    text,
    marker,
    commit,
    tasks.map(taskShape),
  ];
  return [phases.map(({ key, heading, tasks }) => [key, heading, tasks.map(taskShape)]), checkboxes];
}

function drawnIn({ nodes, edges }: TaskGraph): unknown {
  return [
    nodes.map(({ id, name, group, phase, files, dependsOn }) => [id, name, group, phase, files, dependsOn]),
    edges.map(({ from, to }) => [from, to]),
  ];
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function refuse(code: string, message: string): { readonly refused: EditRefusal } {
  return { refused: { code, message } };
}
