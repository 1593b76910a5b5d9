import { markerOf } from '../model/marker';
import type { Marker } from '../model/marker';
import type { TextRange } from '../model/plan';
import { boxAt } from './lineSyntax';
import type { TaskDraft } from './planDraft';
import { saidBy } from './planHeading';
import type { Field } from './taskField';
import { plainText, readList, readTaskComment } from './taskLine';
import type { TaskLine } from './taskLine';

const mostNotes = 200;

/** What the character between brackets means; the mark that asks for emoji presentation means nothing. */
export function markerIn(text: string, box: TextRange): Marker {
  return markerOf(text.slice(box.start, box.end).replace('\uFE0F', ''));
}

/** A task as its line says it, without state yet. */
export function newTask(line: number, words: TaskLine, isHeading: boolean): TaskDraft {
  const commits: string[] = [];
  for (const mention of words.commits) {
    if (mention.sha !== undefined) {
      commits.push(mention.sha);
    }
  }
  return {
    number: words.number,
    text: words.text,
    line,
    endLine: line,
    marker: 'todo',
    place: 'derived',
    markerRange: undefined,
    commits,
    notes: [],
    dependsOn: [...words.dependsOn],
    files: [...words.files],
    parallelGroup: words.parallelGroup,
    acceptance: undefined,
    needsPerson: words.needsPerson,
    tasks: [],
    isHeading,
    said: undefined,
    attributes: [],
    copyOf: undefined,
  };
}

/**
 * Adds a field that stands below a task.
 * @param offset where the text of the field begins in `text`; without it, a Status field has no box that could be marked
 */
export function addField(task: TaskDraft, field: Field, text: string, offset?: number): void {
  const { name, value } = field;
  if (name !== 'status') {
    if (value !== '') {
      addFieldItem(task, name, value, field.written);
    }
    return;
  }
  const box = offset === undefined ? undefined : boxAt(text, offset + field.valueStart, text.length);
  if (box && task.isHeading && task.place === 'derived') {
    task.place = 'statusField';
    task.markerRange = box;
    task.marker = markerIn(text, box);
  } else {
    const word = value.split(/[.,;(—–]/, 1)[0] ?? '';
    task.said ??= saidBy(word) ?? (/^[✅✔☑]/u.test(value) ? 'done' : undefined);
  }
}

/** Adds a value of a field: the field's own, or one of the list below it. */
export function addFieldItem(task: TaskDraft, name: string, value: string, written = name): void {
  if (/^files?$/.test(name)) {
    task.files.push(...filesIn(value));
  } else if (/^(?:depends on|deps|dependencies)$/.test(name)) {
    task.dependsOn.push(...readList(value));
  } else if (/^acceptance(?: criteria)?$/.test(name)) {
    const words = plainText(value);
    task.acceptance = task.acceptance === undefined ? words : `${task.acceptance}; ${words}`;
  } else if (!task.isHeading || /^(?:reason|blocked(?: by| reason)?|note|summary)$/.test(name)) {
    addNote(task, `${written}: ${value}`);
  }
}

/** Adds what a comment line below a task says. */
export function addComment(task: TaskDraft, comment: string): void {
  const facts = readTaskComment(comment, 0);
  task.dependsOn.push(...facts.dependsOn);
  task.files.push(...facts.files);
  task.parallelGroup ??= facts.parallelGroup;
  for (const commit of facts.commits) {
    if (commit.sha !== undefined) {
      task.commits.push(commit.sha);
    }
  }
}

/** Adds a bullet that somebody wrote below a task. */
export function addNote(task: TaskDraft, words: string): void {
  if (task.notes.length < mostNotes) {
    task.notes.push(plainText(words.replace(/\s+/g, ' ')));
  }
}

/** Paths in a Files field: those in back-ticks if there are any, else the list as written. */
function filesIn(value: string): string[] {
  const quoted = value.includes('`') ? value.slice(0, 10_000).match(/`[^`]+`/g) : null;
  if (quoted) return quoted.map((path) => path.slice(1, -1));
  return value.startsWith('(') ? [] : readList(value);
}
