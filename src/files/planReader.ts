import type { TextRange } from '../model/plan';
import type { TextProblem } from '../model/problem';
import { letters } from './characterClasses';
import type { MarkdownLine } from './markdownLines';
import type { BoxDraft, TaskDraft } from './planDraft';
import { isElsewhereName } from './planHeading';
import { PlanOutline } from './planOutline';
import { addComment, addField, addFieldItem, addNote, markerIn, newTask } from './taskFacts';
import { isAttribute, isTaskField, itemParagraphEnd, readField } from './taskField';
import { readTaskLine } from './taskLine';

/** A list item whose content may go on. */
interface OpenItem {
  readonly indent: number;
  readonly task?: TaskDraft;
  /** The task of the item, else the nearest around it. */
  readonly nearestTask?: TaskDraft;
  readonly depth: number;
  readonly elsewhere?: string;
  /** Set for `- **Files:**`, whose value is the list below it. */
  readonly field?: { readonly name: string; readonly owner: TaskDraft };
}

/** A line like `**Acceptance Criteria:**` that says what the boxes below it are. */
interface OpenLabel {
  readonly name: string;
  readonly indent: number;
  hasItems: boolean;
}

/** `[x ]`, `[  ]`: meant as a box, but with more than one character. */
const almostBox = /^\[\s*[ xX~!/-]\s*\](?:\s|$)/;
/** `-[ ] …`: a bullet without its space. */
const boxWithoutSpace = /^[-*+]\[[ xX~!/-]\]/;
const plainLabel = new RegExp(`^([${letters}][${letters} ()/-]{0,60}):\\s*$`);

/** Deeper nesting than this is read as siblings. No plan means it; a hostile one could exhaust the stack. */
const deepest = 24;

/** Walks over the lines of a plan once and sorts its check boxes into tasks by phase, and the others. */
export class PlanReader {
  boxCount = 0;
  readonly outline: PlanOutline;
  readonly elsewhere: BoxDraft[] = [];
  readonly problems: TextProblem[] = [];

  private readonly items: OpenItem[] = [];
  private label: OpenLabel | undefined;
  private afterBlank = true;
  /** Last line that was not blank. */
  private lastLine = 0;

  /** @param noTasks every box is elsewhere: the text as such cannot be trusted */
  constructor(
    private readonly text: string,
    private readonly lines: readonly MarkdownLine[],
    private readonly noTasks: boolean,
  ) {
    this.outline = new PlanOutline(text, lines);
  }

  read(): void {
    for (let index = 0; index < this.lines.length; index++) {
      const line = this.lines[index] as MarkdownLine;
      if (line.kind === 'blank') {
        this.afterBlank = true;
        continue;
      }
      const last = this.readLine(line, index);
      this.lastLine = this.lines[last]?.number ?? line.number;
      this.afterBlank = false;
      index = last;
    }
    this.closeItems(0);
    this.outline.close(this.lastLine);
  }

  /** Returns the index of the last line that was read: a paragraph may take several. */
  private readLine(line: MarkdownLine, index: number): number {
    if (line.box && (line.quoted || line.kind !== 'item')) {
      this.boxCount++;
      this.addElsewhere(line, line.box, this.slice(line), line.quoted ? 'quote' : 'comment');
      return index;
    }
    if (line.quoted) {
      return index;
    }
    switch (line.kind) {
      case 'heading':
        this.openHeading(line);
        return index;
      case 'rule':
        this.closeItems(0);
        this.label = undefined;
        return index;
      case 'comment':
        this.readComment(line);
        return index;
      case 'item':
        return line.box ? this.readBox(line, line.box, index) : this.readBullet(line, index);
      case 'text':
        this.readText(line);
        return index;
      default:
        return index;
    }
  }

  private openHeading(line: MarkdownLine): void {
    this.closeItems(0);
    this.label = undefined;
    this.outline.openHeading(line, this.lastLine, this.boxCount > 0);
  }

  private readBox(line: MarkdownLine, box: TextRange, index: number): number {
    this.boxCount++;
    this.closeItems(line.indent);
    const last = itemParagraphEnd(this.text, this.lines, index);
    const paragraphEnd = this.lines[last]?.end ?? line.end;
    const body = this.text.slice(line.contentStart, paragraphEnd);
    const above = this.items.at(-1);
    const under = this.elsewhereHere(line.indent) ?? above?.elsewhere;
    const owner = this.owner();
    const depth = (above?.depth ?? 0) + 1;
    if (this.label) {
      this.label.hasItems = true;
    }

    if (under !== undefined || this.noTasks) {
      const name = under ?? 'unreadable text';
      this.addElsewhere(line, box, body, name);
      this.items.push({ indent: line.indent, depth, elsewhere: name, nearestTask: above?.nearestTask });
      return last;
    }
    const field = owner && readField(body);
    if (owner && field && isAttribute(field)) {
      owner.attributes.push(this.boxDraft(line, box, body, owner.text));
      addField(owner, field, this.text);
      this.items.push({ indent: line.indent, depth, nearestTask: owner });
      return last;
    }
    const words = readTaskLine(body, line.contentStart);
    const task = newTask(line.number, words, false);
    task.endLine = this.lines[last]?.number ?? line.number;
    task.place = 'listBox';
    task.marker = markerIn(this.text, box);
    task.markerRange = box;
    task.copyOf = this.outline.copyOf;
    if (task.marker === 'unclear') {
      this.problems.push({
        line: line.number,
        severity: 'info',
        code: 'marker-unclear',
        message: `[${this.text.slice(box.start, box.end)}] is no known marker. Use [ ], [~], [x], [!] or [-].`,
      });
    }
    this.outline.attach(task, owner);
    const item = depth > deepest ? undefined : task;
    this.items.push({ indent: line.indent, task: item, nearestTask: item ?? above?.nearestTask, depth });
    return last;
  }

  private readBullet(line: MarkdownLine, index: number): number {
    this.closeItems(line.indent);
    const last = itemParagraphEnd(this.text, this.lines, index);
    const words = this.text.slice(line.contentStart, this.lines[last]?.end ?? line.end);
    const above = this.items.at(-1);
    if (words.startsWith('[') && almostBox.test(words)) {
      this.malformed(line, '- [ ]');
    }
    const field = readField(words);
    const label = labelOf(words);
    const owner = this.directOwner();
    let opened: OpenItem['field'];
    if (owner && field && isTaskField(field)) {
      addField(owner, field, this.text, line.contentStart);
      if (field.value === '') {
        opened = { name: field.name, owner };
      }
    } else if (above?.field) {
      addFieldItem(above.field.owner, above.field.name, words);
    } else if (owner) {
      addNote(owner, words);
    }
    this.items.push({
      indent: line.indent,
      depth: (above?.depth ?? 0) + 1,
      nearestTask: above?.nearestTask,
      elsewhere: above?.elsewhere ?? (label !== undefined && isElsewhereName(label) ? label : undefined),
      field: opened,
    });
    return last;
  }

  private readText(line: MarkdownLine): void {
    if (this.afterBlank) {
      this.closeItems(line.indent);
    }
    const words = this.slice(line);
    const label = labelOf(words);
    if (label !== undefined) {
      this.closeItems(line.indent);
      if (line.indent === 0 && this.outline.openBoldPhase(line, label, this.lastLine)) {
        this.label = undefined;
        return;
      }
      this.label = { name: label, indent: line.indent, hasItems: false };
    } else if (this.label?.hasItems && this.afterBlank && line.indent <= this.label.indent) {
      this.label = undefined; // a new paragraph after the list that the label announced
    }
    const owner = this.directOwner();
    const field = owner && readField(words.slice(0, 4000));
    if (owner && field && isTaskField(field)) {
      addField(owner, field, this.text, line.contentStart);
    }
    if (boxWithoutSpace.test(words)) {
      this.malformed(line, `${words.charAt(0)} ${words.slice(1, 4)}`);
    }
    if (words.startsWith('<<<<<<< ')) {
      this.problems.push({
        line: line.number,
        severity: 'warning',
        code: 'merge-conflict',
        message: 'A merge conflict was left in the file here. Resolve it in an editor.',
      });
    }
  }

  private readComment(line: MarkdownLine): void {
    const owner =
      this.items.findLast((item) => item.task && item.indent < line.indent)?.task ??
      (this.afterBlank ? undefined : this.items.at(-1)?.task) ??
      (this.items.length === 0 ? this.outline.nearestTask : undefined);
    if (!owner) {
      return;
    }
    addComment(owner, this.slice(line));
  }

  /** The task that a box here is a sub-task of. */
  private owner(): TaskDraft | undefined {
    return this.items.at(-1)?.nearestTask ?? this.outline.nearestTask;
  }

  /** The task that a bullet or field here is directly about. */
  private directOwner(): TaskDraft | undefined {
    const item = this.items.at(-1);
    return item ? item.task : this.outline.ownTask;
  }

  private elsewhereHere(indent: number): string | undefined {
    const { label } = this;
    return (
      this.outline.elsewhere ??
      (label && indent >= label.indent && isElsewhereName(label.name) ? label.name : undefined)
    );
  }

  /** Closes list items that a line with this indentation cannot belong to: that takes two columns more than the bullet has. */
  private closeItems(indent: number): void {
    for (let item = this.items.at(-1); item && item.indent + 2 > indent; item = this.items.at(-1)) {
      this.items.pop();
      if (item.task) {
        item.task.endLine = Math.max(item.task.endLine, this.lastLine);
      }
    }
    if (this.label && this.label.indent > indent) {
      this.label = undefined;
    }
  }

  private addElsewhere(line: MarkdownLine, box: TextRange, body: string, under: string): void {
    this.elsewhere.push(this.boxDraft(line, box, body, under));
  }

  private boxDraft(line: MarkdownLine, box: TextRange, body: string, under: string): BoxDraft {
    return {
      line: line.number,
      text: readTaskLine(body, 0).text,
      marker: markerIn(this.text, box),
      markerRange: box,
      under,
    };
  }

  private malformed(line: MarkdownLine, right: string): void {
    this.problems.push({
      line: line.number,
      severity: 'warning',
      code: 'box-malformed',
      message: `This looks like a task, but it is no check box, so it is not counted. Write ${right}.`,
    });
  }

  private slice(line: MarkdownLine): string {
    return this.text.slice(line.contentStart, line.end);
  }
}

/** The name in a line that only announces what follows: `**Name:**`, `**Name**`, `Name:`. */
function labelOf(words: string): string | undefined {
  if (words.length > 200 || !':*_'.includes(words.trimEnd().at(-1) ?? ' ')) {
    return undefined;
  }
  const match = /^(?:\*\*|__)([^*_].*?)(?:\*\*|__)\s*:?\s*$/.exec(words) ?? plainLabel.exec(words);
  return match?.[1]?.replace(/:\s*$/, '').trim();
}
