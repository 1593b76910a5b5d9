import type { TextEdit } from '../model/edit';
import type { SettableMarker } from '../model/marker';
import type { MarkdownLine } from './markdownLines';
import type { PlanText, TaskPlace } from './taskPlace';
import { eolAt } from './textEdit';

/**
 * The insertion that writes a note below a task (spec 003, "plan.md Update Requirements"): one bullet a line, indented as
 * the file does it, after the notes that are there and before the sub-tasks. Undefined when there is nothing to write
 * or the same bullets stand there already.
 */
export function noteEdit(
  plan: PlanText,
  place: TaskPlace,
  marker: SettableMarker,
  note: string,
): TextEdit | undefined {
  const { text, lines } = plan;
  const words = noteLines(note, marker);
  const first = lines[place.index] as MarkdownLine;
  const notes = place.isHeading ? notesOfHeading(lines, place.index) : notesOfItem(lines, place);
  const present = new Set(
    lines
      .slice(place.last + 1, notes.last + 1)
      .filter((line) => line.kind === 'item')
      .map((line) => text.slice(line.contentStart, line.end).trim()),
  );
  const fresh = words.filter((line) => !present.has(line));
  if (fresh.length === 0) {
    return undefined;
  }
  const anchor = lines[notes.last] as MarkdownLine;
  const eol = eolAt(text, anchor.start);
  const lead = notes.indent ?? (place.isHeading ? '' : noteIndent(plan, first));
  const bullets = fresh.map((line) => `${lead}- ${line}`);
  if (place.isHeading && notes.indent === undefined) {
    return headingNote(lines, anchor, bullets, eol);
  }
  return { start: anchor.end, end: anchor.end, text: bullets.map((bullet) => eol + bullet).join('') };
}

/** One line a bullet; nothing in it may be read as a box, heading, fence, quote or comment. */
function noteLines(note: string, marker: SettableMarker): string[] {
  const lines = note
    .split(/[\r\n\u0085\u2028\u2029]+/)
    .map((line) =>
      line
        .replace(/[\p{Cc}\uFEFF]+/gu, ' ')
        .trim()
        .replace(/^(?:[-*+]\s+)+/, ''),
    )
    .filter((line) => line !== '')
    .map((line) => line.replace(/<!--|-->/g, (mark) => `\\${mark}`))
    .map((line) =>
      /^(?:\[|#|>|`{3}|~{3}|\||=+$|-+$|[-*+]$|\d+[.)](?:\s|$)|\*\s*\*\s*\*)/.test(line) ? `\\${line}` : line,
    );
  const [first, ...rest] = lines;
  if (first !== undefined && marker === 'blocked' && !/^(?:reason|blocked)\b/i.test(first)) {
    return [`Reason: ${first}`, ...rest];
  }
  return lines;
}

interface NotesBelow {
  /** Index of the line that a new note goes after. */
  readonly last: number;
  /** White space before the bullets of the notes that are there. */
  readonly indent?: string;
}

/** Comments and plain bullets directly below a list item. */
function notesOfItem(lines: readonly MarkdownLine[], place: TaskPlace): NotesBelow {
  const own = lines[place.index]?.indent ?? 0;
  return bulletsBelow(lines, place.last, own + 2);
}

/** The first list below a heading, if it begins with plain bullets. */
function notesOfHeading(lines: readonly MarkdownLine[], heading: number): NotesBelow {
  let before = heading;
  if (lines[before + 1]?.kind === 'rule') {
    before++; // the underline of the heading
  }
  let next = before + 1;
  while (lines[next]?.kind === 'blank') {
    next++;
  }
  const line = lines[next];
  if (line?.kind !== 'item' || line.box || line.quoted) {
    return { last: before };
  }
  return bulletsBelow(lines, next - 1, 0);
}

function bulletsBelow(lines: readonly MarkdownLine[], after: number, indent: number): NotesBelow {
  let last = after;
  let bullet: MarkdownLine | undefined;
  for (let next = lines[last + 1]; next; next = lines[last + 1]) {
    const nested = bullet !== undefined && next.indent >= bullet.indent + 2;
    const isBullet = next.kind === 'item' && !next.box && next.indent >= indent;
    const isComment = next.kind === 'comment' && !next.box && (next.indent >= indent || bullet === undefined);
    const goesOn = nested && (next.kind === 'text' || next.kind === 'fence' || next.kind === 'fenced');
    if (next.quoted || !(isBullet || isComment || goesOn)) {
      break;
    }
    if (isBullet && (bullet === undefined || next.indent <= bullet.indent)) {
      bullet = next;
    }
    last++;
  }
  return { last, indent: bullet === undefined ? undefined : bullet.lead };
}

/** The indentation of what stands below this list item: as the file does it, else as far as the box. */
function noteIndent(plan: PlanText, item: MarkdownLine): string {
  const counts = new Map<string, number>();
  const { lines } = plan;
  for (let i = 1; i < lines.length; i++) {
    const above = lines[i - 1] as MarkdownLine;
    const below = lines[i] as MarkdownLine;
    if (
      above.box &&
      below.kind === 'item' &&
      below.indent >= above.indent + 2 &&
      below.lead.startsWith(above.lead)
    ) {
      const step = below.lead.slice(above.lead.length);
      counts.set(step, (counts.get(step) ?? 0) + 1);
    }
  }
  const needed = item.indent + bulletWidth(item);
  const usual = [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
  const lead = item.lead + (usual ?? '');
  return columnsOf(lead) >= needed ? lead : item.lead + ' '.repeat(needed - item.indent);
}

/** Columns that white space takes, a tab reaching the next multiple of four. */
function columnsOf(space: string): number {
  let columns = 0;
  for (const character of space) {
    columns += character === '\t' ? 4 - (columns % 4) : 1;
  }
  return columns;
}

/** Columns from the bullet to the box; a box that stands farther off than list items allow does not count. */
function bulletWidth(item: MarkdownLine): number {
  const width = (item.box?.start ?? 0) - 1 - (item.start + item.lead.length);
  return width >= 2 && width <= 6 ? width : 2;
}

/** A list below a heading needs a line of its own on both sides when text would join it. */
function headingNote(
  lines: readonly MarkdownLine[],
  heading: MarkdownLine,
  bullets: readonly string[],
  eol: string,
): TextEdit {
  const next = lines[heading.number];
  const list = bullets.map((bullet) => eol + bullet).join('');
  const joins =
    next !== undefined && next.kind !== 'blank' && next.kind !== 'item' && next.kind !== 'heading';
  return { start: heading.end, end: heading.end, text: eol + list + (joins ? eol : '') };
}
