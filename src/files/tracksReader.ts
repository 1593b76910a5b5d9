import type { TextRange } from '../model/plan';
import type { TextProblem } from '../model/problem';
import { fieldsOf, isLinkLine, type TracksFields } from './tracksFields';
import { headingOf, isRule, itemOf, tracksLines, type TracksLine } from './tracksLines';
import { tableAt } from './markdownTable';
import {
  boxOf,
  emojiMarker,
  idOfLink,
  isArchiveLink,
  isDatedId,
  isSlug,
  isTrackLink,
  linksIn,
  readHead,
  type TrackHead,
} from './tracksHead';
import { isTrackTable, readRow, trackTableOf } from './tracksTable';
import type { TrackEntry, TracksSection, TracksText, TrackTable } from './tracksText';

/**
 * Columns before the bullet of an entry, at most. What stands farther in is part of a list about something else; each
 * item is read with all that stands below it, so without a limit a deep list would take time in the square of its size.
 */
const deepestEntry = 12;

/** Reads any of the forms of FORMATS §11. Never throws; linear in the length of the text. */
export function readTracks(text: string): TracksText {
  return new TracksReader(text).read();
}

class TracksReader {
  private readonly lines: readonly TracksLine[];
  private readonly entries: TrackEntry[] = [];
  private readonly tables: TrackTable[] = [];
  private readonly sections: TracksSection[] = [];
  private readonly problems: TextProblem[] = [];
  private section: string | undefined;

  constructor(private readonly text: string) {
    this.lines = tracksLines(text);
  }

  read(): TracksText {
    for (let i = 0; i < this.lines.length;) i = this.readAt(i);
    this.findDamage();
    return {
      text: this.text,
      lines: this.lines,
      entries: this.entries,
      tables: this.tables,
      sections: this.closedSections(),
      problems: this.problems,
    };
  }

  /** Reads what starts at line index i; gives the index to go on at. */
  private readAt(i: number): number {
    const line = this.lines[i];
    if (!line || (line.kind !== 'text' && line.kind !== 'comment')) return i + 1;
    const comment = this.commentEntry(line, i);
    if (comment) {
      this.entries.push(comment);
      return i + 1;
    }
    if (line.kind === 'comment') return i + 1;
    const heading = headingOf(line.text);
    if (heading) return this.readHeading(i, heading.level, heading.content);
    const table = tableAt(this.lines, i);
    if (table) {
      if (isTrackTable(table)) this.readTable(trackTableOf(table, this.section));
      return table.endIndex;
    }
    const list = itemOf(line.text);
    return list ? this.readItem(i, list.indent, list.content) : i + 1;
  }

  // --- tables ---

  private readTable(table: TrackTable): void {
    this.tables.push(table);
    for (const row of table.table.rows) {
      const read = readRow(table, row);
      if (!read) continue;
      this.entries.push({
        ...read,
        section: this.section,
        archived: read.archived || isArchive(this.section),
      });
    }
  }

  // --- headings ---

  private readHeading(i: number, level: number, content: string): number {
    const line = this.line(i);
    const offset = line.start + line.text.indexOf(content, level);
    const box = boxOf(content);
    const end = this.headingEnd(i, level);
    const head = readHead(box ? content.slice(box.whole) : content);
    const fields = fieldsOf(this.lines.slice(i + 1, end + 1), 'heading');
    if (box) {
      // A plan kept in tracks.md has boxes on its phases.
      const phase = !head.saysTrack && /^phase\b/i.test(head.name ?? '') && fields.link === undefined;
      if (!phase) {
        this.add(i, end, 'heading', head, fields, {
          marker: box.marker,
          markerRange: rangeAt(offset + box.at, box.length),
        });
        return end + 1;
      }
    } else if (this.isHeadingEntry(head, content, fields)) {
      return this.readBoxlessHeading(i, end, content, head, fields);
    }
    this.sections.push({ name: head.name ?? content, level, index: i, endIndex: this.lines.length });
    this.section = sectionName(content);
    return i + 1;
  }

  private isHeadingEntry(head: TrackHead, content: string, fields: TracksFields): boolean {
    if (head.saysTrack) return true;
    if (fields.link !== undefined && isTrackLink(fields.link)) return true;
    return isLoneWord(content) && fields.boxLinks.some((target) => idOfLink(target) === lone(content));
  }

  /** A heading that names a track; boxes below it link its own plan, or those of tracks that belong to it. */
  private readBoxlessHeading(
    i: number,
    end: number,
    content: string,
    head: TrackHead,
    fields: TracksFields,
  ): number {
    const id = head.id ?? (isLoneWord(content) ? lone(content) : undefined);
    const own = id ?? (fields.link === undefined ? undefined : idOfLink(fields.link));
    let marker: Pick<TrackEntry, 'marker' | 'markerRange'> = { marker: emojiMarker(content) };
    const ownLinks: string[] = [];
    const others: { index: number; indent: number; content: string }[] = [];
    for (let j = i + 1; j <= end; j++) {
      const line = this.line(j);
      const list = line.kind === 'text' ? itemOf(line.text) : undefined;
      const box = list && boxOf(list.content);
      const targets = box ? linksIn(line.text).filter(isTrackLink) : [];
      if (!list || !box || targets.length === 0) continue;
      if (targets.some((target) => idOfLink(target) === own)) {
        ownLinks.push(...targets);
        const at = line.start + list.lead.length + box.at;
        if (!marker.markerRange) marker = { marker: box.marker, markerRange: rangeAt(at, box.length) };
      } else {
        others.push({ index: j, indent: list.indent, content: list.content });
      }
    }
    this.add(i, end, 'heading', { ...head, id, links: [...head.links, ...ownLinks] }, fields, marker);
    for (const other of others) this.readItem(other.index, other.indent, other.content);
    return end + 1;
  }

  /** Index of the last line that belongs to a heading: up to the next heading of its level, an entry, or a rule. */
  private headingEnd(i: number, level: number): number {
    let last = i;
    for (let j = i + 1; j < this.lines.length; j++) {
      const line = this.line(j);
      if (line.kind === 'text') {
        const heading = headingOf(line.text);
        if (heading && (heading.level <= level || boxOf(heading.content) || level === 1)) break;
        if (isRule(line.text) || this.startsEntry(line, j)) break;
      }
      if (line.kind !== 'blank') last = j;
    }
    return last;
  }

  /** True for lines that begin an entry of their own even inside the section of another: forms are mixed in real files. */
  private startsEntry(line: TracksLine, i: number): boolean {
    const first = line.text[0];
    if (first === '|') {
      const table = tableAt(this.lines, i);
      return table !== undefined && isTrackTable(table);
    }
    if (first === '<') return this.commentEntry(line, i) !== undefined;
    const content = first === ' ' ? undefined : itemOf(line.text)?.content;
    if (content === undefined) return false;
    const box = boxOf(content);
    if (box) return readHead(content.slice(box.whole).trimStart()).saysTrack;
    const head = emojiMarker(content) && readHead(content);
    return head !== undefined && head.saysTrack && head.id !== undefined;
  }

  // --- lists ---

  private readItem(i: number, indent: number, content: string): number {
    if (indent > deepestEntry) return i + 1;
    const line = this.line(i);
    const offset = line.start + line.text.length - content.length;
    const box = boxOf(content);
    const rest = box ? content.slice(box.whole).trimStart() : content;
    const head = readHead(rest);
    const end = this.itemEnd(i, indent);
    const fields = fieldsOf(this.lines.slice(i + 1, end + 1), 'list', head.linkFollows);
    const emoji = box ? undefined : emojiMarker(rest);
    const linked = fields.link !== undefined || head.links.some(isTrackLink);
    const isEntry = box
      ? head.saysTrack || linked
      : emoji !== undefined
        ? (head.saysTrack && head.id !== undefined) || linked
        : /^\[/.test(rest) && head.links.slice(0, 1).some(isTrackLink) && indent < 2;
    if (!isEntry || isLegend(this.section)) return i + 1;
    this.add(i, end, 'list', head, fields, {
      marker: box?.marker ?? emoji,
      markerRange: box && rangeAt(offset + box.at, box.length),
    });
    return end + 1;
  }

  /** Index of the last line of a list entry: what is indented below it, lines without a gap, and its link line. */
  private itemEnd(i: number, indent: number): number {
    let last = i;
    for (let j = i + 1; j < this.lines.length; j++) {
      const line = this.line(j);
      if (line.kind === 'blank') continue;
      if (line.kind !== 'text') break;
      const own = line.text.length - line.text.trimStart().length;
      const gap = j - last > 1;
      const starts =
        headingOf(line.text) !== undefined || isRule(line.text) || line.text.trimStart().startsWith('<!--');
      if (starts || /^\s*\|/.test(line.text)) break;
      if (own <= indent && itemOf(line.text) !== undefined) break;
      if (own <= indent && gap && !isLinkLine(line.text)) break;
      last = j;
    }
    return last;
  }

  // --- comments ---

  private commentEntry(line: TracksLine, i: number): TrackEntry | undefined {
    const written = line.text.trim();
    // Longer ones are prose.
    if (!written.startsWith('<!--') || !written.endsWith('-->') || written.length > 2000) return undefined;
    const comment = /^archived?(?:\s+(\d{4}-\d{2}-\d{2}))?\s*:\s*(\S+)(?:\s+(.*))?$/i.exec(
      written.slice(4, -3).trim(),
    );
    const id = comment?.[2];
    if (!id || !(isDatedId(id) || isSlug(id))) return undefined;
    const name = /^[—–-]+\s*(.*)$/.exec(comment[3] ?? '')?.[1];
    return {
      id,
      name: name || id,
      links: [],
      section: this.section,
      form: 'comment',
      line: line.number,
      endLine: line.number,
      archived: true,
      cells: {},
      first: i,
      last: i,
    };
  }

  // --- shared ---

  private add(
    first: number,
    last: number,
    form: 'heading' | 'list',
    head: TrackHead,
    fields: TracksFields,
    marker: Pick<TrackEntry, 'marker' | 'markerRange'>,
  ): void {
    const links = [...head.links, ...fields.links];
    const primary = fields.link ?? head.links.find(isTrackLink) ?? links.find(isTrackLink);
    const ticked = head.id !== undefined && /`/.test(this.line(first).text);
    const linked = primary === undefined ? undefined : idOfLink(primary);
    const id = (ticked ? head.id : undefined) ?? linked ?? head.id;
    this.entries.push({
      id,
      name: head.name === head.id ? (fields.title ?? id) : head.name,
      marker: marker.marker ?? fields.marker?.marker,
      markerRange: marker.markerRange ?? (marker.marker ? undefined : fields.marker?.markerRange),
      status: fields.status,
      progress: fields.progress,
      links,
      section: this.section,
      form,
      line: this.line(first).number,
      endLine: this.line(last).number,
      archived: head.archived || isArchive(this.section) || (primary !== undefined && isArchiveLink(primary)),
      cells: {},
      first,
      last,
      statusRange: fields.statusRange,
    });
  }

  /** Things that are wrong with the file itself. */
  private findDamage(): void {
    const literal = this.lines.find((line) => line.literal);
    if (literal) {
      this.problems.push({
        line: literal.number,
        severity: 'warning',
        code: 'literal-newlines',
        message:
          'This line holds the two characters \\n where line breaks were meant. What could be told apart is shown; put real line breaks there.',
      });
    }
    const conflict = this.lines.find(
      (line) => line.kind !== 'code' && /^(?:<{7}|>{7})(?:\s|$)/.test(line.text),
    );
    if (conflict) {
      this.problems.push({
        line: conflict.number,
        severity: 'warning',
        code: 'merge-conflict',
        message:
          'A merge conflict was left in the file: both sides are shown. Resolve it and remove the markers.',
      });
    }
  }

  private closedSections(): TracksSection[] {
    const closed: TracksSection[] = [];
    const open: { at: number; level: number }[] = [];
    for (const [at, section] of this.sections.entries()) {
      closed.push(section);
      while ((open.at(-1)?.level ?? 0) >= section.level) {
        const ended = open.pop()?.at ?? 0;
        closed[ended] = { ...(closed[ended] ?? section), endIndex: section.index };
      }
      open.push({ at, level: section.level });
    }
    return closed;
  }

  private line(i: number): TracksLine {
    const line = this.lines[i];
    if (!line) throw new RangeError(`no line ${i}`);
    return line;
  }
}

function rangeAt(start: number, length: number): TextRange {
  return { start, end: start + length };
}

function sectionName(content: string): string {
  return content.replace(/\*\*|`/g, '').trim();
}

function isArchive(section: string | undefined): boolean {
  return section !== undefined && /\barchiv/i.test(section);
}

function isLegend(section: string | undefined): boolean {
  return section !== undefined && /\blegend\b/i.test(section);
}

/** A heading that is nothing but one word or slug. */
function isLoneWord(content: string): boolean {
  return /^`?[\p{L}\p{N}][\p{L}\p{N}._-]*`?$/u.test(content.trim());
}

function lone(content: string): string {
  return content.trim().replace(/`/g, '');
}
