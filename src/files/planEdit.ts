import type { EditRefusal, EditResult, TextEdit } from '../model/edit';
import { markerCharacter, markerOf, markerWord } from '../model/marker';
import type { Marker, SettableMarker } from '../model/marker';
import type { Phase, Plan, Task, TextRange } from '../model/plan';
import { everyTask } from './everyTask';
import { isSha } from './commitMention';
import type { CommitForm, CommitMention } from './commitMention';
import type { MarkHabits } from './markHabits';
import { readHeading } from './planHeading';
import { noteEdit } from './taskNote';
import { PlanText } from './taskPlace';
import type { TaskPlace } from './taskPlace';

export { habitsOf } from './markHabits';
export type { MarkHabits };

/** One task to be marked. */
export interface TaskMark {
  /** `Task.id` */
  readonly taskId: string;
  readonly marker: SettableMarker;
  /** Hash of the commit that did it, 7 to 40 hexadecimal digits. */
  readonly commit?: string;
  /** Summary of what was done, or the reason why it is blocked. A line each. */
  readonly note?: string;
  /** Mark it done although sub-tasks are open. */
  readonly force?: boolean;
}

/**
 * The smallest edits that give a task a marker (FORMATS §10.5): the one character between the brackets, and where a
 * commit or note is given, the tail of its line and bullets below it. Everything else stays as it is, so that marking
 * a task and marking it back restores the file.
 *
 * Refuses with `task-not-found`, `no-marker` (its state follows from sub-tasks), `sub-tasks-open`, `commit-invalid`,
 * or `plan-changed` (`text` is not the text that `plan` was read from).
 */
export function markTaskEdits(text: string, plan: Plan, mark: TaskMark, habits: MarkHabits): EditResult {
  const task = findTask(plan, mark.taskId);
  if (!task) {
    return refuse(
      'task-not-found',
      `The plan has no task "${mark.taskId}". It may have been renamed or removed; look at the plan again.`,
    );
  }
  const range = task.markerRange;
  if (!range) {
    return refuse(
      'no-marker',
      `Task "${task.id}" (line ${task.line}) has no check box of its own: its state follows from its sub-tasks or its heading. Mark those instead.`,
    );
  }
  if (!isBox(text, range)) {
    return refuse(
      'plan-changed',
      `The plan has changed since it was read: no check box at line ${task.line}. Read it again.`,
    );
  }
  const open = mark.marker === 'done' && !mark.force ? openTasks(task.tasks) : [];
  if (open.length > 0) {
    return refuse(
      'sub-tasks-open',
      `Task "${task.id}" (line ${task.line}) has ${countOf(open.length, 'sub-task')} that ${open.length === 1 ? 'is' : 'are'} not done: ${listOf(open)}. Finish or skip them first.`,
    );
  }
  if (mark.commit !== undefined && !/^[0-9a-f]{7,40}$/i.test(mark.commit)) {
    return refuse(
      'commit-invalid',
      `"${mark.commit.slice(0, 60)}" is no commit hash. Give 7 to 40 hexadecimal digits.`,
    );
  }

  const edits: TextEdit[] = [];
  const written = text.slice(range.start, range.end);
  if (markerOf(written.replace('\uFE0F', '')) !== mark.marker) {
    edits.push({ ...range, text: characterFor(mark.marker, habits) });
  }
  const note = mark.note?.trim() ?? '';
  if (mark.commit !== undefined || note !== '') {
    const planText = new PlanText(text);
    const place = planText.placeOf(task);
    if (!place) {
      return refuse(
        'plan-changed',
        `The plan has changed since it was read: line ${task.line} is no task any more. Read it again.`,
      );
    }
    if (mark.commit !== undefined) {
      edits.push(...commitEdits(text, place, mark.commit, habits.commitForm));
    }
    const bullets = note === '' ? undefined : noteEdit(planText, place, mark.marker, note);
    if (bullets) {
      edits.push(bullets);
    }
  }
  return { edits };
}

/**
 * The edits that say in a phase's heading that it is done (FORMATS §10.4): its box, if it has one, and
 * `[checkpoint: <commit>]` at its end, once; empty and `TBD` brackets are filled in.
 *
 * Refuses with `phase-not-found`, `phase-tasks-open`, `phase-without-tasks`, `phase-without-heading`, `commit-invalid`,
 * `checkpoint-present` (the heading names another one), or `plan-changed`.
 */
export function completePhaseEdits(
  text: string,
  plan: Plan,
  phaseKey: string,
  checkpoint?: string,
): EditResult {
  const phase = plan.phases.find((candidate) => candidate.key === phaseKey);
  if (!phase) {
    return refuse(
      'phase-not-found',
      `The plan has no phase "${phaseKey}". It may have been renamed or removed; look at the plan again.`,
    );
  }
  const name = phase.heading || phase.key;
  if (phase.tasks.length === 0) {
    return refuse(
      'phase-without-tasks',
      `"${name}" (line ${phase.line}) has no tasks, so nothing shows that it is done.`,
    );
  }
  const open = openTasks(phase.tasks);
  if (open.length > 0) {
    return refuse(
      'phase-tasks-open',
      `"${name}" (line ${phase.line}) has ${countOf(open.length, 'task')} that ${open.length === 1 ? 'is' : 'are'} not done: ${listOf(open)}. Finish or skip them first.`,
    );
  }
  if (checkpoint !== undefined && !/^[0-9a-f]{7,40}$/i.test(checkpoint)) {
    return refuse(
      'commit-invalid',
      `"${checkpoint.slice(0, 60)}" is no commit hash. Give 7 to 40 hexadecimal digits.`,
    );
  }
  if (phase.heading === '') {
    return refuse(
      'phase-without-heading',
      'These tasks stand under no phase heading, so there is no place to mark the phase complete.',
    );
  }
  return phaseHeadingEdits(text, phase, checkpoint);
}

function phaseHeadingEdits(text: string, phase: Phase, checkpoint: string | undefined): EditResult {
  const line = new PlanText(text).lines[phase.line - 1];
  const heading = line && readHeading(text.slice(line.contentStart, line.end), line.contentStart);
  // A bold line that serves as a heading: `**Phase 1: Setup**`.
  const isBold = line?.kind === 'text' && text.startsWith('**', line.contentStart);
  if (!line || !heading || (line.kind !== 'heading' && !isBold)) {
    return refuse(
      'plan-changed',
      `The plan has changed since it was read: no heading at line ${phase.line}. Read it again.`,
    );
  }
  const edits: TextEdit[] = [];
  if (heading.box && !isBold && markerOf(text.slice(heading.box.start, heading.box.end)) !== 'done') {
    edits.push({ ...heading.box, text: markerCharacter.done });
  }
  if (checkpoint === undefined) {
    return { edits };
  }
  const written = text.slice(line.start, line.end);
  const mark = /\[checkpoint\b\s*:?\s*([^\]]*)\]/i.exec(written);
  if (!mark) {
    const end = line.start + headingEnd(written, isBold);
    return { edits: [...edits, { start: end, end, text: ` [checkpoint: ${checkpoint}]` }] };
  }
  const present = (mark[1] ?? '').trim();
  if (sameCommit(present, checkpoint)) {
    return { edits };
  }
  if (present !== '' && !/^(?:tbd|todo|pending|sha|hash|<[^>]*>|\?+)$/i.test(present)) {
    return refuse(
      'checkpoint-present',
      `The heading at line ${phase.line} already has the checkpoint "${present}". Remove it first if it is wrong.`,
    );
  }
  const start = line.start + mark.index;
  return { edits: [...edits, { start, end: start + mark[0].length, text: `[checkpoint: ${checkpoint}]` }] };
}

/** Where a mark at the end of a heading goes: before trailing space, closing `#`, or the end of the bold. */
function headingEnd(line: string, isBold: boolean): number {
  const end = line.trimEnd().length;
  if (isBold) {
    const close = line.lastIndexOf('**', end);
    return close > 2 ? line.slice(0, close).trimEnd().length : end;
  }
  const closing = line.startsWith('#') ? /\s#+$/.exec(line.slice(Math.max(0, end - 40), end)) : null;
  return closing ? line.slice(0, end - closing[0].length).trimEnd().length : end;
}

/** The task with this id, at whatever depth. */
export function findTask(plan: Plan, id: string): Task | undefined {
  for (const task of everyTask(plan.phases.flatMap((phase) => phase.tasks))) {
    if (task.id === id) {
      return task;
    }
  }
  return undefined;
}

function isBox(text: string, range: TextRange): boolean {
  return (
    text.charAt(range.start - 1) === '[' && text.charAt(range.end) === ']' && range.end - range.start <= 3
  );
}

/** Tasks and sub-tasks that are neither done nor skipped. */
function openTasks(tasks: readonly Task[]): Task[] {
  const isOpen = (marker: Marker): boolean => marker !== 'done' && marker !== 'skipped';
  return tasks.flatMap((task) =>
    isOpen(task.marker) ? [task] : task.marker === 'done' ? openTasks(task.tasks) : [],
  );
}

function characterFor(marker: SettableMarker, habits: MarkHabits): string {
  if (marker === 'done') {
    return habits.done;
  }
  return marker === 'doing' ? habits.doing : markerCharacter[marker];
}

function commitEdits(text: string, place: TaskPlace, commit: string, form: CommitForm): TextEdit[] {
  const { words } = place;
  const named = words.commits.filter((mention) => mention.sha !== undefined);
  if (named.some((mention) => sameCommit(mention.sha ?? '', commit))) {
    return [];
  }
  const placeholder = words.commits.find((mention) => mention.sha === undefined);
  if (placeholder) {
    return [{ ...placeholder.range, text: `${placeholder.prefix ?? ''}${commit}` }];
  }
  const [only] = named;
  if (only && named.length === 1) {
    return [{ ...only.range, text: commit }];
  }
  const last = named.at(-1);
  if (last && isGroup(last)) {
    // Somebody lists several commits: ours joins them.
    return [{ start: last.range.end, end: last.range.end, text: `, ${commit}` }];
  }
  const space = isSpaceBefore(text, words.end) ? '' : ' ';
  return [{ start: words.end, end: words.end, text: space + written(commit, form) }];
}

function isGroup(mention: CommitMention): boolean {
  return mention.form === 'brackets' || mention.form === 'parens';
}

function isSpaceBefore(text: string, offset: number): boolean {
  return /\s/.test(text.charAt(offset - 1));
}

function written(commit: string, form: CommitForm): string {
  switch (form) {
    case 'comment':
      return `<!-- commit: ${commit} -->`;
    case 'commentSha':
      return `<!-- ${commit} -->`;
    case 'brackets':
      return `[${commit}]`;
    case 'parens':
      return `(${commit})`;
    case 'bare':
      return commit;
    case 'backticks':
      return `\`${commit}\``;
  }
}

/** True when both name one commit, the shorter being an abbreviation of the longer. */
function sameCommit(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  return isSha(short) && long.toLowerCase().startsWith(short.toLowerCase());
}

function countOf(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

/** The first few tasks by line and state. */
function listOf(tasks: readonly Task[]): string {
  const named = tasks.slice(0, 3).map((task) => `line ${task.line} (${markerWord[task.marker]})`);
  return tasks.length > 3 ? `${named.join(', ')}, …` : named.join(', ');
}

function refuse(code: string, message: string): { readonly refused: EditRefusal } {
  return { refused: { code, message } };
}
