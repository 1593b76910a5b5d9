import { createHash } from 'node:crypto';
import { parsePlan } from '../files/planFile';
import type { EditRefusal, EditResult } from '../model/edit';
import { markerWord, type Marker } from '../model/marker';
import type { Plan, Task } from '../model/plan';
import type { EditOutcome } from '../store/fileEditor';
import type { Ports } from './ports';

/** One edit of ours that can be undone. */
export interface MarkRecord {
  readonly root: string;
  /** Absolute path of the plan. */
  readonly file: string;
  /** For a person: "2.3: Done". */
  readonly what: string;
}

interface Entry extends MarkRecord {
  readonly inverse: Inverse;
}

/** How to take one edit back; small, whatever the size of the file. */
interface Inverse {
  /** Hash of the text that the edit made. */
  readonly after: string;
  /** In that text: the range that differs, and what stood there before. */
  readonly start: number;
  readonly end: number;
  readonly was: string;
  /** Whole lines that the edit changed, as it made them and as they were, and the 0-based line of the first. */
  readonly lines: readonly string[];
  readonly linesWere: readonly string[];
  readonly firstLine: number;
  /** Tasks whose marker the edit changed. */
  readonly tasks: readonly MarkedTask[];
}

interface MarkedTask {
  readonly id: string;
  readonly from: Marker;
  readonly to: Marker;
  /** The character that stood in the box. */
  readonly character: string;
  /** Line of the task within `lines`. */
  readonly at: number;
}

/** How many edits are remembered. */
const mostEntries = 50;

/**
 * The markers that were set in this session, to take them back: "Undo Last Marker" for files that are closed.
 *
 * A file that is still as the edit left it gets back exactly what it was. In one that others have changed since, the
 * lines of the edit get back what they were, if the task is there and they are untouched; else only its marker, if it is
 * still the one that we set. Otherwise nothing is done: what others decided later stays.
 */
export class MarkHistory {
  readonly #entries: Entry[] = [];

  /** The edit that `undo` takes back. */
  get last(): MarkRecord | undefined {
    return this.#entries.at(-1);
  }

  /** Remembers an edit. One that changed nothing, or was refused, is nothing to undo. */
  record(edit: MarkRecord & { readonly outcome: EditOutcome }): void {
    const { root, file, what, outcome } = edit;
    if ('refused' in outcome || !outcome.changed) return;
    if (outcome.before === undefined || outcome.after === undefined) return;
    this.#entries.push({ root, file, what, inverse: inverseOf(outcome.before, outcome.after) });
    if (this.#entries.length > mostEntries) this.#entries.shift();
  }

  /**
   * Takes the last edit back. Refuses with `nothing-to-undo`, `undo-overtaken` (others have changed it since; it is
   * then forgotten), and the codes of the editor.
   */
  async undo(ports: Pick<Ports, 'editor'>): Promise<EditOutcome> {
    const entry = this.#entries.at(-1);
    if (!entry) return refuse('nothing-to-undo', 'There is no marker that was set in this session.');
    const outcome = await ports.editor.edit({
      root: entry.root,
      file: entry.file,
      change: (text) => undoEdits(text, entry),
    });
    const isOver = !('refused' in outcome) || outcome.refused.code === 'undo-overtaken';
    const place = this.#entries.lastIndexOf(entry);
    if (isOver && place !== -1) this.#entries.splice(place, 1);
    return outcome;
  }
}

function inverseOf(before: string, after: string): Inverse {
  const start = commonStart(before, after);
  const common = commonStart(reversed(before.slice(start)), reversed(after.slice(start)));
  const [linesBefore, linesAfter] = [linesOf(before), linesOf(after)];
  const firstLine = commonStart(linesBefore, linesAfter);
  const sameBelow = commonStart(
    linesBefore.slice(firstLine).reverse(),
    linesAfter.slice(firstLine).reverse(),
  );
  return {
    after: fingerprint(after),
    start,
    end: after.length - common,
    was: before.slice(start, before.length - common),
    lines: linesAfter.slice(firstLine, linesAfter.length - sameBelow),
    linesWere: linesBefore.slice(firstLine, linesBefore.length - sameBelow),
    firstLine,
    tasks: markedTasks(before, after, firstLine),
  };
}

function markedTasks(before: string, after: string, firstLine: number): MarkedTask[] {
  const now = tasksById(parsePlan(after));
  return [...tasksById(parsePlan(before))].flatMap(([id, task]) => {
    const marked = now.get(id);
    if (!marked || marked.marker === task.marker || !task.markerRange) return [];
    const character = before.slice(task.markerRange.start, task.markerRange.end);
    return [{ id, from: task.marker, to: marked.marker, character, at: marked.line - 1 - firstLine }];
  });
}

function undoEdits(text: string, { inverse, what }: Entry): EditResult {
  if (fingerprint(text) === inverse.after) {
    return { edits: [{ start: inverse.start, end: inverse.end, text: inverse.was }] };
  }
  const [marked, ...others] = inverse.tasks;
  if (!marked || others.length > 0) return overtaken(`${what}: the file has been changed since.`);
  const task = tasksById(parsePlan(text)).get(marked.id);
  if (!task) return overtaken(`${what}: the task is no longer in the plan.`);
  if (task.marker === marked.from) return { edits: [] };
  if (task.marker !== marked.to || !task.markerRange) {
    return overtaken(`${what}: the task has been marked ${markerWord[task.marker]} since.`);
  }
  const lines = linesOf(text);
  const first = task.line - 1 - marked.at;
  const there = lines.slice(Math.max(0, first), first + inverse.lines.length);
  if (there.join('') === inverse.lines.join('')) {
    const start = lines.slice(0, first).join('').length;
    return { edits: [{ start, end: start + there.join('').length, text: inverse.linesWere.join('') }] };
  }
  return { edits: [{ ...task.markerRange, text: marked.character }] };
}

function overtaken(reason: string): { refused: EditRefusal } {
  return { refused: { code: 'undo-overtaken', message: `Not undone: ${reason} Look at the plan.` } };
}

function refuse(code: string, message: string): { refused: EditRefusal } {
  return { refused: { code, message } };
}

function tasksById(plan: Plan): Map<string, Task> {
  const tasks = new Map<string, Task>();
  const add = (task: Task): void => {
    tasks.set(task.id, task);
    task.tasks.forEach(add);
  };
  for (const phase of plan.phases) phase.tasks.forEach(add);
  return tasks;
}

/** Lines with their line ends. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** How many characters or items at the start are the same. */
function commonStart(a: string | readonly string[], b: string | readonly string[]): number {
  const most = Math.min(a.length, b.length);
  let count = 0;
  while (count < most && a[count] === b[count]) count++;
  return count;
}

function reversed(text: string): string[] {
  return text.split('').reverse();
}

function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
