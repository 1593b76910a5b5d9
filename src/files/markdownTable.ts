import type { TracksLine } from './tracksLines';

/** One cell of a table row. */
export interface TableCell {
  /** Offsets of the text between the pipes, padding included. */
  readonly start: number;
  readonly end: number;
  /** Trimmed, `\|` read as `|`. */
  readonly text: string;
  /** Number of blanks behind the text. */
  readonly padding: number;
}

export interface TableRow {
  /** Index into the lines that the table was read from. */
  readonly index: number;
  readonly line: TracksLine;
  readonly cells: readonly TableCell[];
}

export interface MarkdownTable {
  readonly header: TableRow;
  readonly delimiter: TableRow;
  readonly rows: readonly TableRow[];
  /** Index of the first line behind the table. */
  readonly endIndex: number;
}

/**
 * The table that starts at lines[index], or undefined. Rows that blank lines separate still belong to it (real
 * registries have them), until something that is not a row follows or another header starts.
 */
export function tableAt(lines: readonly TracksLine[], index: number): MarkdownTable | undefined {
  const head = lines[index];
  const below = lines[index + 1];
  if (head?.kind !== 'text' || below?.kind !== 'text') return undefined;
  if (!head.text.includes('|') || !isDelimiter(below.text)) return undefined;
  const header = rowOf(head, index);
  if (header.cells.length < 2) return undefined;
  const rows: TableRow[] = [];
  let end = index + 2;
  for (let i = end; i < lines.length; i++) {
    const line = lines[i];
    if (line?.kind === 'blank') continue;
    if (line?.kind !== 'text' || !/^\s*\|/.test(line.text)) break;
    const next = lines[i + 1];
    if (next && isDelimiter(next.text)) break;
    rows.push(rowOf(line, i));
    end = i + 1;
  }
  return { header, delimiter: rowOf(below, index + 1), rows, endIndex: end };
}

function isDelimiter(text: string): boolean {
  return text.includes('-') && text.includes('|') && /^[\s|:-]+$/.test(text);
}

function rowOf(line: TracksLine, index: number): TableRow {
  const { text } = line;
  const cells: TableCell[] = [];
  const first = text.search(/\S/);
  let start = text[first] === '|' ? first + 1 : 0;
  for (let i = start; i <= text.length; i++) {
    if (i < text.length && (text[i] !== '|' || text[i - 1] === '\\')) continue;
    const content = text.slice(start, i);
    // Behind the closing pipe stands no cell.
    if (i < text.length || content.trim() !== '') {
      cells.push({
        start: line.start + start,
        end: line.start + i,
        text: content.trim().replace(/\\\|/g, '|'),
        padding: content.length - content.trimEnd().length,
      });
    }
    start = i + 1;
  }
  return { index, line, cells };
}

/** A text as it must stand in a cell. */
export function cellText(text: string): string {
  return text.replace(/\|/g, '\\|');
}
