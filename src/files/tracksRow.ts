import type { TextEdit } from '../model/edit';
import { cellText, type TableCell, type TableRow } from './markdownTable';
import { eolAt } from './textEdit';
import { isPlaceholderRow, plain } from './tracksTable';
import type { ColumnRole, TrackTable } from './tracksText';

/** Edits of rows in tables of tracks, each in the table's own habit of padding and back-ticks. */

/** Puts `text` into one cell; nothing to do if it says so already. */
export function cellEdits(
  file: string,
  table: TrackTable,
  row: TableRow,
  index: number,
  text: string,
): TextEdit[] {
  const cell = row.cells[index];
  if (!cell || plain(cell.text) === text) return [];
  const raw = file.slice(cell.start, cell.end);
  const lead = raw.trim() === '' ? ' ' : (/^\s*/.exec(raw)?.[0] ?? '');
  const inner = raw.trim();
  const wrap = /^(`|\*\*).+\1$/.exec(inner)?.[1] ?? '';
  const written = wrap + cellText(text) + wrap;
  const tight = lead === '' && raw.trim() === raw;
  const padded = isAligned(table, row, index) ? widthOf(table.table.delimiter.cells[index]) : 0;
  const content = (lead + written + (tight ? '' : ' ')).padEnd(padded);
  return [{ start: cell.start, end: cell.end, text: content }];
}

/** True if the row is padded so that the pipes stand below each other (the cell itself may be about to change). */
function isAligned(table: TrackTable, row: TableRow, index: number): boolean {
  const { header, delimiter, rows } = table.table;
  const others = row.cells.filter((_, i) => i !== index);
  const fits = others.every((cell) => widthOf(cell) >= widthOf(delimiter.cells[row.cells.indexOf(cell)]));
  if (!fits) return false;
  const column = [header, ...rows].map((r) => r.cells[index]);
  return [...row.cells, ...column].some((cell) => cell !== undefined && isPadded(cell));
}

function isPadded(cell: TableCell): boolean {
  return cell.text !== '' && cell.padding > 1;
}

function widthOf(cell: TableCell | undefined): number {
  return cell ? cell.end - cell.start : 0;
}

/** The line of a new row. `values` are texts as a person reads them; `written` those that are Markdown already. */
export function rowText(
  file: string,
  table: TrackTable,
  values: Partial<Record<ColumnRole, string>>,
  written: Partial<Record<ColumnRole, string>> = {},
): string {
  const { header, delimiter } = table.table;
  const rows = table.table.rows.filter((row) => !isPlaceholderRow(row));
  const model = rows.at(-1) ?? header;
  const aligned = isAligned(table, model, -1);
  const tight = model.cells.every(
    (cell) => cell.text === '' || !/^\s/.test(file.slice(cell.start, cell.end)),
  );
  const cells = table.roles.map((role, i) => {
    const inCode = rows.length > 0 && rows.every((row) => /^`.*`$/.test(row.cells[i]?.text ?? ''));
    const value = values[role] ?? emptyCell(rows, i);
    const text = written[role] ?? (inCode && value !== '' ? `\`${cellText(value)}\`` : cellText(value));
    const padded = tight ? text : text === '' ? ' ' : ` ${text} `;
    return aligned ? padded.padEnd(widthOf(delimiter.cells[i])) : padded;
  });
  const indent = /^\s*/.exec(header.line.text)?.[0] ?? '';
  return `${indent}|${cells.join('|')}|`;
}

/** How the column writes that there is nothing: a dash of some kind, or nothing. */
function emptyCell(rows: readonly TableRow[], index: number): string {
  return rows.map((row) => row.cells[index]?.text ?? '').find((text) => /^(?:-|—|–)$/.test(text)) ?? '';
}

/** Adds a row at the end (or on top) of the table; rows that hold the place of none are replaced. */
export function insertRowEdits(file: string, table: TrackTable, line: string, onTop = false): TextEdit[] {
  const { delimiter, rows } = table.table;
  const placeholders = rows.filter(isPlaceholderRow);
  const [first, ...more] = placeholders;
  const real = rows.filter((row) => !isPlaceholderRow(row));
  if (first && real.length === 0) {
    return [
      { start: first.line.start, end: first.line.end, text: line },
      ...more.map((row) => ({ start: row.line.start, end: row.line.next, text: '' })),
    ];
  }
  const eol = eolAt(file, delimiter.line.start);
  const last = real.at(-1);
  const before = real.at(-2);
  const above = onTop || !last ? delimiter : last;
  // Some tables keep an empty line between their rows.
  const gap = !onTop && last && before && last.index - before.index > 1 ? eol : '';
  return [{ start: above.line.end, end: above.line.end, text: eol + gap + line }];
}

/** Takes a row out; when it was the last one, a row that says so takes its place. */
export function removeRowEdits(file: string, table: TrackTable, row: TableRow): TextEdit[] {
  const rest = table.table.rows.filter((other) => other !== row);
  if (rest.length === 0) {
    const placeholder = table.roles.map((_, i) => (i === 0 ? ' (none yet) ' : ' ')).join('|');
    return [{ start: row.line.start, end: row.line.end, text: `|${placeholder}|` }];
  }
  // The last line of a file without a final line break takes the line break before it along.
  if (row.line.next === row.line.end) {
    const above = rest.findLast((other) => other.index < row.index) ?? table.table.delimiter;
    return [{ start: above.line.end, end: row.line.end, text: '' }];
  }
  const following = rest.find((other) => other.index > row.index);
  const blankBehind = following !== undefined && following.index - row.index > 1;
  return [{ start: row.line.start, end: blankBehind ? following.line.start : row.line.next, text: '' }];
}
