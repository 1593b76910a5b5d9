import { endOfLine, lineOffsets } from './textEdit';

/** One line of tracks.md. */
export interface TracksLine {
  /** 1-based. Lines cut at literal `\n` sequences share the number of the line they stand on. */
  readonly number: number;
  /** Offsets of the text without its line break. */
  readonly start: number;
  readonly end: number;
  /** Where the next line starts. */
  readonly next: number;
  readonly text: string;
  /** `code`: fenced code and its fences; `comment`: in an HTML comment of several lines; `quote`: behind `>`. */
  readonly kind: 'text' | 'blank' | 'code' | 'comment' | 'quote';
  /** True if it was cut out of a longer line at a literal `\n`. */
  readonly literal: boolean;
}

/** Backslash and n that somebody meant as a line break: only where Markdown structure follows. */
const literalBreak = /\\n(?=\\n|#{1,6} |---|[-*] |\|)/;

/**
 * The lines of tracks.md, with fenced code, comments and quotes told apart, and broken at literal `\n` sequences
 * too (VARIATIONS §9 #4), which the reader of plans has no need of. Linear; never throws.
 */
export function tracksLines(text: string): TracksLine[] {
  const lines: TracksLine[] = [];
  let fence: string | undefined;
  let comment = false;
  let closedComments = true;
  for (const raw of rawLines(text)) {
    const trimmed = raw.text.trim();
    let kind: TracksLine['kind'] = 'text';
    if (fence !== undefined) {
      kind = 'code';
      if (trimmed.startsWith(fence) && /^(?:`+|~+)$/.test(trimmed)) fence = undefined;
    } else if (comment) {
      kind = 'comment';
      if (raw.text.includes('-->')) comment = false;
    } else {
      const opening = /^(`{3,}|~{3,})(?!.*`)/.exec(trimmed);
      if (opening) {
        kind = 'code';
        fence = opening[1];
      } else if (trimmed === '') {
        kind = 'blank';
      } else if (trimmed.startsWith('>')) {
        kind = 'quote';
      } else if (closedComments && raw.text.lastIndexOf('<!--') > raw.text.lastIndexOf('-->')) {
        // A comment that is never closed hides nothing: better to show too much than to lose the rest of the file.
        closedComments = text.includes('-->', raw.end);
        comment = closedComments;
        if (comment && trimmed.startsWith('<!--')) kind = 'comment';
      }
    }
    lines.push({ ...raw, kind });
  }
  return lines;
}

function* rawLines(text: string): Generator<Omit<TracksLine, 'kind'>> {
  const offsets = lineOffsets(text);
  for (const [i, start] of offsets.entries()) {
    const next = offsets[i + 1] ?? text.length;
    if (start === text.length && i > 0) return;
    const line = text.slice(start, endOfLine(text, start));
    const number = i + 1;
    if (!line.includes('\\n') || !literalBreak.test(line)) {
      yield { number, start, end: start + line.length, next, text: line, literal: false };
      continue;
    }
    let at = start;
    for (const part of line.split('\\n')) {
      const end = at + part.length;
      const last = end >= start + line.length;
      yield { number, start: at, end, next: last ? next : end + 2, text: part, literal: true };
      at = end + 2;
    }
  }
}

/** Level and text of an ATX heading, without closing hashes. */
export function headingOf(line: string): { level: number; content: string } | undefined {
  const hashes = /^ {0,3}(#{1,6})\s+/.exec(line);
  if (!hashes) return undefined;
  let content = line.slice(hashes[0].length).trimEnd();
  const closing = content.lastIndexOf(' ') + 1;
  if (content.length > closing && /^#+$/.test(content.slice(closing))) {
    content = content.slice(0, closing).trimEnd();
  }
  return { level: (hashes[1] ?? '').length, content };
}

/** A list item: what stands before its text (indent, bullet, blanks), and the text. */
export function itemOf(line: string): { indent: number; lead: string; content: string } | undefined {
  const lead = /^(\s*)(?:[-*+]|\d{1,9}[.)])\s+/.exec(line);
  if (!lead) return undefined;
  return { indent: (lead[1] ?? '').length, lead: lead[0], content: line.slice(lead[0].length) };
}

/** A thematic break: `---`, `***`, `___`. */
export function isRule(line: string): boolean {
  return /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/.test(line);
}
