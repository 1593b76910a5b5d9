import { markerOf } from '../model/marker';
import type { TableCell, TableRow, MarkdownTable } from './markdownTable';
import { idOfLink, isArchiveLink, isTrackLink, linksIn } from './tracksHead';
import type { ColumnRole, TrackEntry, TrackTable } from './tracksText';

const rolesByHeader: Readonly<Record<string, ColumnRole>> = {
  'track id': 'id',
  track_id: 'id',
  trackid: 'id',
  id: 'id',
  name: 'name',
  title: 'name',
  'track name': 'name',
  'track title': 'name',
  type: 'type',
  status: 'status',
  state: 'status',
  step: 'step',
  'current step': 'step',
  progress: 'progress',
  created: 'created',
  started: 'created',
  'created at': 'created',
  updated: 'updated',
  'last updated': 'updated',
  completed: 'completed',
  'completed on': 'completed',
  'completed at': 'completed',
  finished: 'completed',
  summary: 'summary',
  result: 'summary',
  outcome: 'summary',
  priority: 'priority',
};

function headersOf(table: MarkdownTable): string[] {
  return table.header.cells.map((cell) => plain(cell.text).toLowerCase());
}

function rolesOf(table: MarkdownTable): ColumnRole[] {
  const headers = headersOf(table);
  const roles = headers.map((header) =>
    Object.hasOwn(rolesByHeader, header) ? rolesByHeader[header] : undefined,
  );
  // "Track" is the name where another column is the id, else it may hold either.
  const track = headers.indexOf('track');
  if (track >= 0) roles[track] = roles.includes('id') ? 'name' : 'id';
  return roles.map((role) => role ?? 'other');
}

/** True if the table lists tracks: it names their id, or its rows link into a folder of tracks. */
export function isTrackTable(table: MarkdownTable): boolean {
  const headers = headersOf(table);
  if (headers.some((h) => /^(?:track|track[ _]?id)$/.test(h))) return true;
  const roles = rolesOf(table);
  if (roles.includes('id') && roles.includes('name')) return true;
  return table.rows.some((row) => linksIn(row.line.text).some(isTrackLink));
}

export function trackTableOf(table: MarkdownTable, section: string | undefined): TrackTable {
  const roles = rolesOf(table);
  return {
    table,
    headers: headersOf(table),
    roles,
    section,
    completed: roles.includes('completed') && !roles.includes('status'),
  };
}

/** A row that only says that there is none. */
export function isPlaceholderRow(row: TableRow): boolean {
  const filled: string[] = [];
  for (const cell of row.cells) {
    const text = plain(cell.text).replace(/^\((.*)\)$/, '$1');
    if (!/^(?:|-+|—|–|…|\.{3}|n\/a)$/i.test(text)) filled.push(text);
    if (filled.length > 1) return false;
  }
  return filled.length === 0 || /^(?:none\b.{0,20}|no\b.{0,60})$/i.test(filled[0] ?? '');
}

/** The entry that a row states; undefined for rows that hold the place of none. */
export function readRow(table: TrackTable, row: TableRow): TrackEntry | undefined {
  if (isPlaceholderRow(row)) return undefined;
  const cell = (role: ColumnRole): TableCell | undefined => row.cells[table.roles.indexOf(role)];
  const links = linksIn(row.line.text);
  const idText = plain(cell('id')?.text ?? '');
  const linked = links.find(isTrackLink) ?? linksIn(cell('id')?.text ?? '')[0];
  const linkedId = linked === undefined ? undefined : idOfLink(linked);
  // An id has no spaces; a cell with spaces is a name, unless the table has a column for names.
  const isId = idText !== '' && (!/\s/.test(idText) || table.roles.includes('name'));
  const id = (isId ? idText : undefined) ?? linkedId;
  const name = plain(cell('name')?.text ?? '') || idText || id;
  if (id === undefined && !name) return undefined;
  const box = boxCell(table, row);
  const status = cell('status');
  const statusText = plain(status?.text ?? '');
  const step = cell('step');
  return {
    id,
    name,
    marker:
      box?.marker ?? (table.completed && plain(cell('completed')?.text ?? '') !== '' ? 'done' : undefined),
    markerRange: box && { start: box.start, end: box.end },
    status: box && status === box.cell ? undefined : statusText || undefined,
    step: plain(step?.text ?? '') || undefined,
    progress: plain(cell('progress')?.text ?? '') || undefined,
    links,
    form: 'table',
    line: row.line.number,
    endLine: row.line.number,
    archived: (linked !== undefined && isArchiveLink(linked)) || /^archived\b/i.test(statusText),
    cells: Object.fromEntries(
      table.headers.flatMap((header, i) => {
        const value = row.cells[i];
        return value ? [[header, value.text]] : [];
      }),
    ),
    first: row.index,
    last: row.index,
    statusRange:
      status && !(box && status === box.cell) ? { start: status.start, end: status.end } : undefined,
    stepRange: step && { start: step.start, end: step.end },
    table,
    row,
  };
}

/** The cell that holds a box and nothing else: the Status cell, or any cell where there is none. */
function boxCell(table: TrackTable, row: TableRow) {
  const statusIndex = table.roles.indexOf('status');
  const candidates = statusIndex >= 0 ? [row.cells[statusIndex]] : row.cells;
  for (const cell of candidates) {
    const box = cell && /^`?\[(.?)\]`?$/u.exec(cell.text);
    if (!cell || !box) continue;
    const character = box[1] ?? '';
    const start = row.line.start + row.line.text.indexOf('[', cell.start - row.line.start) + 1;
    return { cell, marker: markerOf(character), start, end: start + character.length };
  }
  return undefined;
}

/** Cell text without link, back-ticks and emphasis around it. */
export function plain(text: string): string {
  if (!/^[*_~`]|\[/.test(text)) return text.trim();
  return text
    .replace(/!?\[([^[\]]{0,300})\]\((?:<[^<>]*>|(?:[^()\s]|\([^()\s]*\))*)(?:\s+"[^"]*")?\)/g, '$1')
    .trim()
    .replace(/^(\*\*|__|~~|[*_])(?=\S)(.*)\1$/s, '$2')
    .replace(/^`+(.*?)`+$/s, '$1')
    .trim();
}
