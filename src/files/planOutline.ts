import type { Section } from '../model/plan';
import type { MarkdownLine } from './markdownLines';
import type { PhaseDraft, TaskDraft } from './planDraft';
import type { PlanHeading } from './planHeading';
import { isReportName, readHeading } from './planHeading';
import { markerIn, newTask } from './taskFacts';
import { readTaskLine } from './taskLine';

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

/** The headings of a plan: which phase, task or other section the line at hand stands in. */
export class PlanOutline {
  title: string | undefined;
  hasReports = false;
  readonly phases: PhaseDraft[] = [];
  readonly sections: Section[] = [];

  private readonly open: OpenSection[] = [];
  private implicit: PhaseDraft | undefined;
  private seenHeading = false;

  constructor(
    private readonly text: string,
    private readonly lines: readonly MarkdownLine[],
  ) {}

  /** Name of the heading, the nearest or one above it, that makes boxes here something else than tasks. */
  get elsewhere(): string | undefined {
    return this.open.at(-1)?.elsewhere;
  }

  /** Name of the section above that may only repeat the heading tasks. */
  get copyOf(): string | undefined {
    return this.open.at(-1)?.copyOf;
  }

  /** The heading task that the nearest heading is. */
  get ownTask(): TaskDraft | undefined {
    return this.open.at(-1)?.task;
  }

  /** The nearest heading task, this heading or one above. */
  get nearestTask(): TaskDraft | undefined {
    return this.open.at(-1)?.nearestTask;
  }

  /**
   * @param lastLine number of the last line that said anything before
   * @param hasBoxes whether a box came before
   */
  openHeading(line: MarkdownLine, lastLine: number, hasBoxes: boolean): void {
    const heading = readHeading(this.text.slice(line.contentStart, line.end), line.contentStart);
    const isTitle = this.isTitle(line, heading, hasBoxes);
    this.openSection(line, line.level, heading, isTitle, lastLine);
    if (isTitle && this.title === undefined) {
      this.title = heading.heading;
    }
    this.seenHeading = true;
  }

  /** `**Phase 1: Setup**` on a line of its own serves as a heading where no phase is open. False when it is none. */
  openBoldPhase(line: MarkdownLine, label: string, lastLine: number): boolean {
    if (!/^[^\s:—–-]+ [^\s:—–-]+\s*[:—–-]/.test(label) || this.elsewhere !== undefined) {
      return false;
    }
    const heading = readHeading(label, line.contentStart + 2);
    if (heading.role !== 'phase' || this.open.some((s) => s.phase?.named && s.level < 7)) {
      return false;
    }
    this.openSection(line, 7, { ...heading, box: undefined }, false, lastLine);
    return true;
  }

  /** Closes what is open at the end of the text. */
  close(lastLine: number): void {
    this.closeSections(0, lastLine);
  }

  /** Puts a task under its parent, else in the phase that is open. */
  attach(task: TaskDraft, parent: TaskDraft | undefined): void {
    (parent?.tasks ?? this.phaseHere(task.line).tasks).push(task);
  }

  private isTitle(line: MarkdownLine, heading: PlanHeading, hasBoxes: boolean): boolean {
    if (line.level !== 1) {
      return false;
    }
    if (!this.seenHeading) {
      // `# Phase 2 Migration — Plan` is a title, unless the phases of this plan are all on that level.
      return (
        heading.role !== 'phase' || !this.lines.some((other) => other !== line && this.isTopPhase(other))
      );
    }
    // A second title line: `# Track: <id>` (FORMATS §10.1).
    return heading.role === 'other' && this.open.every((section) => section.isTitle) && !hasBoxes;
  }

  private isTopPhase(line: MarkdownLine): boolean {
    return (
      line.kind === 'heading' &&
      line.level === 1 &&
      !line.quoted &&
      readHeading(this.text.slice(line.contentStart, line.end), 0).role === 'phase'
    );
  }

  private openSection(
    line: MarkdownLine,
    level: number,
    heading: PlanHeading,
    isTitle: boolean,
    lastLine: number,
  ): void {
    let { role } = heading;
    this.closeSections(level, lastLine, role === 'task' || role === 'tasks' || role === 'copy');
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
    if (isReportName(heading.heading) || /\bcompletion report\b/i.test(heading.heading)) {
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
  private closeSections(level: number, lastLine: number, keepPhase = false): void {
    for (let last = this.open.at(-1); last && last.level >= level; last = this.open.at(-1)) {
      if (keepPhase && last.level === level && last.phase?.named) {
        return;
      }
      this.open.pop();
      if (last.phase) {
        last.phase.endLine = Math.max(last.phase.endLine, lastLine);
      }
      if (last.task) {
        last.task.endLine = Math.max(last.task.endLine, lastLine);
      }
      if (last.section) {
        last.section.endLine = lastLine;
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
      task.marker = markerIn(this.text, heading.box);
      task.markerRange = heading.box;
    }
    if (heading.checkpoint !== undefined && /^[0-9a-f]{7,40}$/i.test(heading.checkpoint)) {
      task.commits.push(heading.checkpoint);
    }
    this.attach(task, this.nearestTask);
    return task;
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
}
