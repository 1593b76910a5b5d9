import type { Task } from '../model/plan';
import { scanLines } from './markdownLines';
import type { MarkdownLine } from './markdownLines';
import { readHeading } from './planHeading';
import { isAttribute, itemParagraphEnd, readField } from './taskField';
import { readTaskLine } from './taskLine';
import type { TaskLine } from './taskLine';

/** Where a task stands in the text: its list item or its heading. */
export interface TaskPlace {
  /** Index in `PlanText.lines` of the first line. */
  readonly index: number;
  /** Index of the last line of its paragraph. */
  readonly last: number;
  readonly isHeading: boolean;
  /** Its words, with the places of its commits; ranges are offsets in the text. */
  readonly words: TaskLine;
}

/** The text of a plan with its lines, to find again what was read from it. */
export class PlanText {
  readonly lines: readonly MarkdownLine[];

  constructor(readonly text: string) {
    this.lines = scanLines(text);
  }

  /** Undefined when the text is not the one that the task was read from. */
  placeOf(task: Task): TaskPlace | undefined {
    if (task.markerRange && task.place === 'listBox') {
      const index = this.indexAt(task.markerRange.start);
      const line = this.lines[index];
      if (line?.box?.start !== task.markerRange.start) {
        return undefined;
      }
      // A box on a property (`- [ ] **File**: …`) marks the task, but the task's words are the heading above it.
      const field = readField(this.text.slice(line.contentStart, line.end));
      if (line.number === task.line || !field || !isAttribute(field)) {
        const last = itemParagraphEnd(this.text, this.lines, index);
        const end = this.lines[last]?.end ?? line.end;
        const words = readTaskLine(this.text.slice(line.contentStart, end), line.contentStart);
        return { index, last, isHeading: false, words };
      }
    }
    const line = this.lines[task.line - 1];
    if (line?.kind !== 'heading') {
      return undefined;
    }
    const heading = readHeading(this.text.slice(line.contentStart, line.end), line.contentStart);
    const words = readTaskLine(heading.body, heading.bodyStart);
    return { index: task.line - 1, last: task.line - 1, isHeading: true, words };
  }

  /** Index of the line that an offset lies in. */
  private indexAt(offset: number): number {
    let low = 0;
    let high = this.lines.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.lines[middle]?.start ?? 0) <= offset) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }
}
