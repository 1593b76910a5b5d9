import type { Dag } from '../model/dag';
import type { Marker } from '../model/marker';
import type { TextProblem } from '../model/problem';
import { everyTask } from './everyTask';
import type { BoxDraft, PhaseDraft, TaskDraft } from './planDraft';

/** What is left when double entries are joined and states are worked out. */
export interface SettledTasks {
  readonly phases: PhaseDraft[];
  /** In file order. */
  readonly elsewhere: BoxDraft[];
  readonly problems: TextProblem[];
}

/**
 * Finishes the tasks of a plan:
 * - A plan may list heading tasks a second time as a checklist (VARIATIONS §9 #19). A heading task without a marker takes
 *   over its box; if it has a marker of its own, the checklist line is a copy and its box stands elsewhere.
 * - A heading task without marker and sub-tasks takes over its one property box (`- [ ] **File**: …`, #20); several
 *   such boxes stand elsewhere.
 * - A task without any marker gets the state that its sub-tasks, else its words, say.
 */
export function settleTasks(
  phases: readonly PhaseDraft[],
  boxes: readonly BoxDraft[],
  dag: Dag | undefined,
): SettledTasks {
  const elsewhere = [...boxes];
  const problems: TextProblem[] = [];
  joinCopies(phases, elsewhere, problems);
  const tops = phases.flatMap((phase) => phase.tasks);
  for (const task of tops) {
    settleMarker(task, elsewhere);
  }
  if (dag) {
    addDagFacts(tops, dag);
  }
  return {
    phases: phases
      .filter((phase) => phase.tasks.length > 0 || phase.keepEmpty)
      .sort((a, b) => a.line - b.line),
    elsewhere: elsewhere.sort((a, b) => a.line - b.line),
    problems,
  };
}

function joinCopies(phases: readonly PhaseDraft[], elsewhere: BoxDraft[], problems: TextProblem[]): void {
  const headings = new Map<string, TaskDraft | 'repeated'>();
  for (const task of phases.flatMap((phase) => withHeadingTasks(phase.tasks))) {
    if (task.number !== undefined) {
      headings.set(task.number, headings.has(task.number) ? 'repeated' : task);
    }
  }
  if (headings.size === 0) {
    return;
  }
  const taken = new Set<TaskDraft>();
  for (const phase of phases) {
    const kept = phase.tasks.filter((task) => {
      const original = isCopy(task) ? headings.get(task.number ?? '') : undefined;
      if (!original || original === 'repeated' || taken.has(original)) {
        return true;
      }
      taken.add(original);
      joinCopy(original, task, elsewhere, problems);
      return false;
    });
    if (kept.length < phase.tasks.length) {
      phase.tasks.splice(0, phase.tasks.length, ...kept);
      phase.keepEmpty = false;
    }
  }
}

function withHeadingTasks(tasks: readonly TaskDraft[]): TaskDraft[] {
  return tasks.filter((task) => task.isHeading).flatMap((task) => [task, ...withHeadingTasks(task.tasks)]);
}

/** A plain "Task 1" may well be another task than the heading "Task 1" of another phase; "1.1" and "T1" may not. */
function isCopy(task: TaskDraft): boolean {
  return (
    !task.isHeading && task.number !== undefined && (task.copyOf !== undefined || /^T|[.]/.test(task.number))
  );
}

function joinCopy(
  original: TaskDraft,
  copy: TaskDraft,
  elsewhere: BoxDraft[],
  problems: TextProblem[],
): void {
  if (original.place === 'derived') {
    original.place = copy.place;
    original.marker = copy.marker;
    original.markerRange = copy.markerRange;
    original.commits.push(...copy.commits);
    original.notes.push(...copy.notes);
    addAll(original.tasks, copy.tasks);
    addAll(original.attributes, copy.attributes);
    return;
  }
  if (original.marker !== copy.marker) {
    problems.push({
      line: copy.line,
      severity: 'warning',
      code: 'task-copies-disagree',
      message: `Task ${original.number ?? ''} is listed twice and the two boxes differ: line ${original.line} counts, line ${copy.line} is taken as its copy. Make them equal.`,
    });
  }
  const under = copy.copyOf ?? 'repeated task';
  for (const task of everyTask([copy])) {
    if (task.markerRange) {
      elsewhere.push({
        line: task.line,
        text: task.text,
        marker: task.marker,
        markerRange: task.markerRange,
        under,
      });
    }
    addAll(elsewhere, task.attributes);
  }
}

function settleMarker(task: TaskDraft, elsewhere: BoxDraft[]): void {
  for (const child of task.tasks) {
    settleMarker(child, elsewhere);
  }
  const [attribute] = task.attributes;
  if (attribute && task.place === 'derived' && task.attributes.length === 1 && task.tasks.length === 0) {
    task.place = 'listBox';
    task.marker = attribute.marker;
    task.markerRange = attribute.markerRange;
    return;
  }
  addAll(elsewhere, task.attributes);
  if (task.place === 'derived') {
    const below = task.tasks.length > 0 ? task.tasks : task.attributes;
    task.marker = below.length > 0 ? joinMarkers(below.map((child) => child.marker)) : (task.said ?? 'todo');
  }
}

/** The state of the whole from the states of its parts. */
function joinMarkers(markers: readonly Marker[]): Marker {
  const has = (marker: Marker): boolean => markers.includes(marker);
  if (markers.every((marker) => marker === 'skipped')) {
    return 'skipped';
  }
  if (markers.every((marker) => marker === 'done' || marker === 'skipped')) {
    return 'done';
  }
  if (has('blocked')) {
    return 'blocked';
  }
  return has('doing') || has('done') ? 'doing' : 'todo';
}

/** What the dag says about a task goes with the task that has the node's id. */
function addDagFacts(tasks: readonly TaskDraft[], dag: Dag): void {
  const nodes = new Map(dag.nodes.map((node) => [node.id, node]));
  const groups = new Map(
    dag.parallelGroups.flatMap((group) => group.tasks.map((id) => [id, group.id] as const)),
  );
  for (const task of everyTask(tasks)) {
    const node = nodes.get(task.number ?? '');
    if (node) {
      addAll(task.dependsOn, node.dependsOn);
      addAll(task.files, node.files);
      task.acceptance ??= node.acceptance;
      task.parallelGroup ??= groups.get(node.id);
    }
  }
}

/** Unlike `push(...items)`, for any number of items. */
function addAll<T>(list: T[], items: readonly T[]): void {
  for (const item of items) {
    list.push(item);
  }
}
