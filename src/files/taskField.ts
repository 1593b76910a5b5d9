import { letters } from './characterClasses';
import type { MarkdownLine } from './markdownLines';

/** `**File:** a.ts`, `Reason: …`: a named property of the task or report that it stands below. */
export interface Field {
  /** Lower case, without bold marks. */
  readonly name: string;
  /** The name as it is written. */
  readonly written: string;
  readonly value: string;
  /** Where the value begins in the text given. */
  readonly valueStart: number;
  readonly bold: boolean;
}

const boldField = new RegExp(
  `^\\s*(?:\\*\\*|__)([${letters}][^*:：]{0,40}?)(?:\\s*[:：]\\s*(?:\\*\\*|__)|(?:\\*\\*|__)\\s*[:：])\\s*`,
);
const plainField = new RegExp(`^\\s*([${letters}][${letters} ]{0,24}?)\\s*[:：](?:\\s+|$)`);

/** Properties of a task. A box on one of these is no sub-task (VARIATIONS §9 #20). */
const attributeNames =
  /^(?:files?|locations?|issue|type|status|acceptance(?: criteria)?|depends on|deps|dependencies|reason|recommendation|severity|priority|effort|estimate|component|owner)$/;
/** Names that are fields even without bold marks, so that prose with a colon is none. */
const plainFields =
  /^(?:files?|acceptance(?: criteria)?|depends on|deps|dependencies|reason|blocked(?: by| reason)?|status|note)$/;

/** Reads `**Name:** value`, `**Name**: value`, `Name: value`. */
export function readField(text: string): Field | undefined {
  if (!text.includes(':') && !text.includes('：')) {
    return undefined; // as most lines
  }
  const bold = boldField.exec(text);
  const match = bold ?? plainField.exec(text.slice(0, 64));
  if (!match?.[1]) {
    return undefined;
  }
  return {
    name: match[1].toLowerCase(),
    written: match[1],
    value: text.slice(match[0].length).trim(),
    valueStart: match[0].length,
    bold: bold !== null,
  };
}

/** True for a property that a box may stand on without making it a task: `- [ ] **File**: …`. */
export function isAttribute(field: Field): boolean {
  return field.bold && attributeNames.test(field.name);
}

/** True for a property of the task above it, as opposed to prose with a colon in it. */
export function isTaskField(field: Field): boolean {
  return field.bold || plainFields.test(field.name);
}

/** `**Deliverables**` on a line of its own, which announces what follows. */
function isBoldLabel(words: string): boolean {
  return words.startsWith('**') && /^\*\*[^*]+\*\*\s*:?\s*$/.test(words);
}

/**
 * Index of the last line of the paragraph that the list item at `index` begins with: text that is indented below it,
 * without a blank line or a field between.
 */
export function itemParagraphEnd(text: string, lines: readonly MarkdownLine[], index: number): number {
  const indent = (lines[index]?.indent ?? 0) + 2;
  let last = index;
  for (;;) {
    const next = lines[last + 1];
    if (next?.kind !== 'text' || next.quoted || next.indent < indent) {
      return last;
    }
    const words = text.slice(next.contentStart, Math.min(next.end, next.contentStart + 80));
    const field = readField(words);
    if ((field && isTaskField(field)) || words.startsWith('|') || isBoldLabel(words)) {
      return last;
    }
    last++;
  }
}
