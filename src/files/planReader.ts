import { markerOf } from '../model/marker';
import type { Section, TextRange } from '../model/plan';
import type { TextProblem } from '../model/problem';
import { letters } from './characterClasses';
import type { MarkdownLine } from './markdownLines';
import { boxAt } from './markdownLines';
import type { BoxDraft, PhaseDraft, TaskDraft } from './planDraft';
import type { PlanHeading } from './planHeading';
import { isElsewhereName, isReportName, readHeading, saidBy } from './planHeading';
import type { TaskLine } from './taskLine';
import { plainText, readList, readTaskComment, readTaskLine } from './taskLine';
import { isAttribute, isTaskField, itemParagraphEnd, readField } from './taskField';
import type { Field } from './taskField';

/** A heading whose section is still open. */
interface OpenSection {
  /** 1–6; 7 for a bold line that serves as a phase heading. */
  readonly level: number;
  readonly line: number;
  readonly heading: PlanHeading;
  readonly isTitle: boolean;
  phase?: PhaseDraft;
  readonly task?: TaskDraft;
  /** The nearest, this section's or one above. */
  readonly namedPhase?: PhaseDraft;
  readonly nearestTask?: TaskDraft;
  readonly copyOf?: string;
  /** Name of the heading, this or one above, under which boxes are not tasks. */
  readonly elsewhere?: string;
  readonly section?: { name: string; line: number; endLine: number };
}

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
  title: string | undefined;
  boxCount = 0;
  hasReports = false;
  readonly phases: PhaseDraft[] = [];
  readonly elsewhere: BoxDraft[] = [];
  readonly sections: Section[] = [];
  readonly problems: TextProblem[] = [];

  private readonly open: OpenSection[] = [];
  private readonly items: OpenItem[] = [];
  private label: OpenLabel | undefined;
  private implicit: PhaseDraft | undefined;
  private afterBlank = true;
  /** Last line that was not blank. */
  private lastLine = 0;
  private seenHeading = false;
  private titleIsPhase: boolean | undefined;

  /** @param noTasks every box is elsewhere: the text as such cannot be trusted */
  constructor(
    private readonly text: string,
    private readonly lines: readonly MarkdownLine[],
    private readonly noTasks: boolean,
  ) {}

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
    this.closeSections(0);
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

  // Headings

  private openHeading(line: MarkdownLine): void {
    this.closeItems(0);
    this.label = undefined;
    const heading = readHeading(this.text.slice(line.contentStart, line.end), line.contentStart);
    const isTitle = this.isTitle(line, heading);
    this.openSection(line, line.level, heading, isTitle);
    if (isTitle && this.title === undefined) {
      this.title = heading.heading;
    }
    this.seenHeading = true;
  }

  private isTitle(line: MarkdownLine, heading: PlanHeading): boolean {
    if (line.level !== 1) {
      return false;
    }
    if (!this.seenHeading) {
      // `# Phase 2 Migration — Plan` is a title, unless the phases of this plan are all on that level.
      this.titleIsPhase =
        heading.role === 'phase' &&
        this.lines.some(
          (other) =>
            other.kind === 'heading' &&
            other.level === 1 &&
            !other.quoted &&
            other.number !== line.number &&
            readHeading(this.text.slice(other.contentStart, other.end), 0).role === 'phase',
        );
      return !this.titleIsPhase;
    }
    // A second title line: `# Track: <id>` (FORMATS §10.1).
    return heading.role === 'other' && this.open.every((section) => section.isTitle) && this.boxCount === 0;
  }

  private openSection(line: MarkdownLine, level: number, heading: PlanHeading, isTitle: boolean): void {
    let { role } = heading;
    this.closeSections(level, role === 'task' || role === 'tasks' || role === 'copy');
    const parent = this.open.at(-1);
    const phaseAbove = parent?.namedPhase;
    let elsewhere = parent?.elsewhere;
    if (elsewhere !== undefined && role === 'phase' && this.open.every((s) => s.level === 1)) {
      elsewhere = undefined; // `# Notes` above all phases says nothing about them
    }
    if (isTitle) {
      role = 'other';
    } else if (role === 'elsewhere') {
      elsewhere = heading.heading;
    }
    if (isReportName(heading.heading)) {
      this.hasReports = true;
    }
    const isPhase =
      elsewhere === undefined &&
      ((role === 'phase' && (heading.strong || !phaseAbove)) || (role === 'fixPhase' && !phaseAbove));
    let phase: PhaseDraft | undefined;
    if (isPhase) {
      phase = {
        heading,
        line: line.number,
        endLine: line.number,
        tasks: [],
        named: true,
        keepEmpty: level < 7,
      };
      this.phases.push(phase);
      for (const above of this.open) {
        if (above.phase?.tasks.length === 0) {
          above.phase.keepEmpty = false; // only groups the phases inside it
        }
      }
    }
    const task = role === 'task' && elsewhere === undefined ? this.addHeadingTask(line, heading) : undefined;
    let section: OpenSection['section'];
    if (line.level === 2 && !isPhase && level < 7) {
      section = { name: heading.heading, line: line.number, endLine: line.number };
      this.sections.push(section);
    }
    this.open.push({
      level,
      line: line.number,
      heading,
      isTitle,
      phase,
      task,
      elsewhere,
      section,
      namedPhase: phase ?? phaseAbove,
      nearestTask: task ?? parent?.nearestTask,
      copyOf: role === 'copy' ? heading.heading : parent?.copyOf,
    });
  }

  /** Closes sections of this level and deeper. A task heading on the level of its phase belongs to that phase. */
  private closeSections(level: number, keepPhase = false): void {
    for (let last = this.open.at(-1); last && last.level >= level; last = this.open.at(-1)) {
      if (keepPhase && last.level === level && last.phase?.named) {
        return;
      }
      this.open.pop();
      if (last.phase) {
        last.phase.endLine = Math.max(last.phase.endLine, this.lastLine);
      }
      if (last.task) {
        last.task.endLine = Math.max(last.task.endLine, this.lastLine);
      }
      if (last.section) {
        last.section.endLine = this.lastLine;
      }
    }
  }

  private addHeadingTask(line: MarkdownLine, heading: PlanHeading): TaskDraft {
    const words = readTaskLine(heading.body, heading.bodyStart);
    const name = readTaskLine(heading.name, 0);
    const task = newTask(line.number, words, true);
    task.number ??= name.number;
    task.text = name.text;
    task.said = heading.said;
    if (heading.box) {
      task.place = 'headingBox';
      task.marker = markerOf(this.character(heading.box));
      task.markerRange = heading.box;
    }
    if (heading.checkpoint !== undefined && /^[0-9a-f]{7,40}$/i.test(heading.checkpoint)) {
      task.commits.push(heading.checkpoint);
    }
    this.attach(task, this.ownTask());
    return task;
  }

  // Lists

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
      this.readOwnField(owner, field);
      this.items.push({ indent: line.indent, depth, nearestTask: owner });
      return last;
    }
    const words = readTaskLine(body, line.contentStart);
    const task = newTask(line.number, words, false);
    task.endLine = this.lines[last]?.number ?? line.number;
    task.place = 'listBox';
    task.marker = markerOf(this.character(box));
    task.markerRange = box;
    task.copyOf = this.open.at(-1)?.copyOf;
    if (task.marker === 'unclear') {
      this.problems.push({
        line: line.number,
        severity: 'info',
        code: 'marker-unclear',
        message: `[${this.character(box)}] is no known marker. Use [ ], [~], [x], [!] or [-].`,
      });
    }
    this.attach(task, owner);
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
      this.readOwnField(owner, field, line.contentStart);
      if (field.value === '') {
        opened = { name: field.name, owner };
      }
    } else if (above?.field) {
      this.addFieldItem(above.field.owner, above.field.name, words);
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

  // Text, labels, comments

  private readText(line: MarkdownLine): void {
    if (this.afterBlank) {
      this.closeItems(line.indent);
    }
    const words = this.slice(line);
    const label = labelOf(words);
    if (label !== undefined) {
      if (line.indent === 0 && this.openBoldPhase(line, label)) {
        return;
      }
      this.closeItems(line.indent);
      this.label = { name: label, indent: line.indent, hasItems: false };
    } else if (this.label?.hasItems && this.afterBlank && line.indent <= this.label.indent) {
      this.label = undefined; // a new paragraph after the list that the label announced
    }
    const owner = this.directOwner();
    const field = owner && readField(words.slice(0, 4000));
    if (owner && field && isTaskField(field)) {
      this.readOwnField(owner, field, line.contentStart);
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

  /** `**Phase 1: Setup**` on a line of its own serves as a heading where no phase is open. */
  private openBoldPhase(line: MarkdownLine, label: string): boolean {
    if (
      label.length > 200 ||
      !/^[^\s:—–-]+ [^\s:—–-]+\s*[:—–-]/.test(label) ||
      this.open.some((s) => s.elsewhere)
    ) {
      return false;
    }
    const heading = readHeading(label, line.contentStart + 2);
    if (heading.role !== 'phase' || this.open.some((s) => s.phase?.named && s.level < 7)) {
      return false;
    }
    this.closeItems(0);
    this.label = undefined;
    this.openSection(line, 7, { ...heading, box: undefined }, false);
    return true;
  }

  private readComment(line: MarkdownLine): void {
    const owner =
      this.items.findLast((item) => item.task && item.indent < line.indent)?.task ??
      (this.afterBlank ? undefined : this.items.at(-1)?.task) ??
      (this.items.length === 0 ? this.ownTask() : undefined);
    if (!owner) {
      return;
    }
    const facts = readTaskComment(this.text.slice(line.contentStart, line.end), line.contentStart);
    owner.dependsOn.push(...facts.dependsOn);
    owner.files.push(...facts.files);
    owner.parallelGroup ??= facts.parallelGroup;
    for (const commit of facts.commits) {
      if (commit.sha !== undefined) {
        owner.commits.push(commit.sha);
      }
    }
  }

  // Fields of tasks

  private readOwnField(owner: TaskDraft, field: Field, offset?: number): void {
    const { name, value } = field;
    if (name === 'status') {
      const at = offset === undefined ? undefined : offset + field.valueStart;
      const box = at === undefined ? undefined : boxAt(this.text, at, this.text.length);
      if (box && owner.isHeading && owner.place === 'derived') {
        owner.place = 'statusField';
        owner.markerRange = box;
        owner.marker = markerOf(this.character(box));
      } else {
        owner.said ??=
          saidBy(value.split(/[.,;(—–]/, 1)[0] ?? '') ?? (/^(?:✅|✔|☑)/u.test(value) ? 'done' : undefined);
      }
    } else if (value !== '') {
      this.addFieldItem(owner, name, value, field.written);
    }
  }

  private addFieldItem(owner: TaskDraft, name: string, value: string, written = name): void {
    if (/^files?$/.test(name)) {
      owner.files.push(...filesIn(value));
    } else if (/^(?:depends on|deps|dependencies)$/.test(name)) {
      owner.dependsOn.push(...readList(value));
    } else if (/^acceptance(?: criteria)?$/.test(name)) {
      const words = plainText(value);
      owner.acceptance = owner.acceptance === undefined ? words : `${owner.acceptance}; ${words}`;
    } else if (!owner.isHeading || /^(?:reason|blocked(?: by| reason)?|note|summary)$/.test(name)) {
      addNote(owner, `${written}: ${value}`);
    }
  }

  // Where things belong

  private attach(task: TaskDraft, parent: TaskDraft | undefined): void {
    if (parent) {
      parent.tasks.push(task);
      return;
    }
    this.phaseHere(task.line).tasks.push(task);
  }

  private phaseHere(line: number): PhaseDraft {
    const named = this.open.at(-1)?.namedPhase;
    if (named) {
      return named;
    }
    const section = this.open.findLast((s) => !s.isTitle && s.heading.role === 'other');
    if (section) {
      if (!section.phase) {
        section.phase = {
          heading: section.heading,
          line: section.line,
          endLine: section.line,
          tasks: [],
          named: false,
          keepEmpty: false,
        };
        this.phases.push(section.phase);
      }
      return section.phase;
    }
    if (!this.implicit) {
      this.implicit = { line, endLine: line, tasks: [], named: false, keepEmpty: false };
      this.phases.push(this.implicit);
    }
    this.implicit.endLine = line;
    return this.implicit;
  }

  /** The task that a box here is a sub-task of. */
  private owner(): TaskDraft | undefined {
    return this.items.at(-1)?.nearestTask ?? this.ownTask();
  }

  /** The task that a bullet, field or comment here is directly about. */
  private directOwner(): TaskDraft | undefined {
    const item = this.items.at(-1);
    if (item) {
      return item.task;
    }
    const section = this.open.at(-1);
    return section?.task;
  }

  /** The heading task whose section this is. */
  private ownTask(): TaskDraft | undefined {
    return this.open.at(-1)?.nearestTask;
  }

  private elsewhereHere(indent: number): string | undefined {
    const section = this.open.at(-1)?.elsewhere;
    if (section !== undefined) {
      return section;
    }
    const { label } = this;
    return label && indent >= label.indent && isElsewhereName(label.name) ? label.name : undefined;
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
      marker: markerOf(this.character(box)),
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

  /** What stands between the brackets, without the mark that asks for emoji presentation. */
  private character(range: TextRange): string {
    return this.text.slice(range.start, range.end).replace('\uFE0F', '');
  }
}

function newTask(line: number, words: TaskLine, isHeading: boolean): TaskDraft {
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

function addNote(task: TaskDraft, words: string): void {
  if (task.notes.length < 200) {
    task.notes.push(plainText(words.replace(/\s+/g, ' ')));
  }
}

/** Paths in a Files field: those in back-ticks if there are any, else the list as written. */
function filesIn(value: string): string[] {
  const quoted = [...value.slice(0, 10_000).matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
  return quoted.length > 0 ? quoted : value.startsWith('(') ? [] : readList(value);
}

/** The name in a line that only announces what follows: `**Name:**`, `**Name**`, `Name:`. */
function labelOf(words: string): string | undefined {
  if (words.length > 200) {
    return undefined;
  }
  const match = /^(?:\*\*|__)([^*_].*?)(?:\*\*|__)\s*:?\s*$/.exec(words) ?? plainLabel.exec(words);
  return match?.[1]?.replace(/:\s*$/, '').trim();
}
