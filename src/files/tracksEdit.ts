import type { EditRefusal, EditResult, TextEdit } from '../model/edit';
import { markerCharacter, type Marker, type SettableMarker } from '../model/marker';
import { cellText } from './markdownTable';
import { applyEdits, eolAt } from './textEdit';
import { idOfLink } from './tracksHead';
import { isRule } from './tracksLines';
import { linkId, newEntryEdits, type NewTrackEntry } from './tracksNewEntry';
import { readTracks } from './tracksReader';
import { cellEdits, insertRowEdits, removeRowEdits, rowText } from './tracksRow';
import { markerForStatus, statusForMarker } from './tracksStatus';
import { plain } from './tracksTable';
import type { ColumnRole, TrackEntry, TracksText, TrackTable } from './tracksText';
import { oneLine } from './oneLine';
import { PieceText } from './pieceText';

export type { NewTrackEntry } from './tracksNewEntry';

/** What the registry should say about a track. Only what is given, and what has a place, is changed. */
export interface TrackStatus {
  readonly marker?: SettableMarker;
  readonly status?: string;
  readonly step?: string;
}

/** A new tracks.md: the tables that the setup command of spec 003 makes (FORMATS §11). */
export function newTracksText(): string {
  return `# Tracks

Every track of the project: what is being worked on, and what has been finished.

## Active Tracks

| Track ID | Name | Type | Status | Step | Created |
|----------|------|------|--------|------|---------|
| (none yet) | | | | | |

## Completed Tracks

| Track ID | Name | Completed | Summary |
|----------|------|-----------|---------|
| (none yet) | | | |
`;
}

/**
 * Registers a track in the file's own form: a table row, a list entry or a heading like those that are there; the
 * setup-command tables where the file is empty. Nothing to do if the id is there already.
 */
export function addTrackEdits(text: string, wanted: NewTrackEntry): EditResult {
  const track = {
    ...wanted,
    name: oneLine(wanted.name),
    type: oneLine(wanted.type),
    status: oneLine(wanted.status),
  };
  if (text.trim() === '') {
    const fresh = newTracksText().replace(/\n/g, eolAt(text, 0));
    const added = addTrackEdits(fresh, track);
    return 'refused' in added
      ? added
      : { edits: [{ start: 0, end: text.length, text: applyEdits(fresh, added.edits) }] };
  }
  const read = readTracks(text);
  if (entriesOf(read, track.id).length > 0) return { edits: [] };
  const table = tableForNew(read);
  if (!table) return { edits: newEntryEdits(read, track) };
  const { values, written } = newRowValues(text, read, table, track);
  return { edits: insertRowEdits(text, table, rowText(text, table, values, written)) };
}

/**
 * Makes every entry of the track say `status`. A box takes a marker, a Status cell or field a word, each derived from
 * the other where only one is given.
 * Refuses `entry-not-found`, and `no-status-place` where no entry has a place for it.
 */
export function setTrackStatusEdits(text: string, id: string, wanted: TrackStatus): EditResult {
  const read = readTracks(text);
  const found = entriesOf(read, id);
  if (found.length === 0) return { refused: notFound(id) };
  const results = found.map((entry) => statusEdits(read, entry, wanted));
  if (results.every((edits) => edits === undefined)) return { refused: noPlace(id, found) };
  return { edits: results.flatMap((edits) => edits ?? []) };
}

/**
 * Says that the track is complete: where the file has a table of completed tracks, its row moves there; otherwise its
 * box, Status and Step say so. Refuses as `setTrackStatusEdits` does.
 */
export function completeTrackEdits(
  text: string,
  id: string,
  done: { readonly completed: string; readonly summary?: string },
): EditResult {
  const read = readTracks(text);
  const found = entriesOf(read, id);
  if (found.length === 0) return { refused: notFound(id) };
  const target = read.tables.find((table) => table.completed);
  const listed = found.some((entry) => entry.table?.completed);
  const moving = listed ? undefined : found.find((entry) => entry.table && entry.row);
  const edits: TextEdit[] = [];
  let placed = listed;
  for (const entry of found) {
    if (entry.table?.completed) continue;
    if (target && entry === moving && entry.table && entry.row) {
      const line = completedRow(text, target, entry, done);
      edits.push(...removeRowEdits(text, entry.table, entry.row));
      edits.push(...insertRowEdits(text, target, line, newestFirst(target)));
      placed = true;
      continue;
    }
    const own = statusEdits(read, entry, { marker: 'done', status: completeWord(read), step: 'COMPLETE' });
    edits.push(...(own ?? []));
    placed ||= own !== undefined;
  }
  return placed ? { edits } : { refused: noPlace(id, found) };
}

/** Takes every entry of the track out, with its link line and one separator. Refuses `entry-not-found`, `entry-shared`. */
export function removeTrackEdits(text: string, id: string): EditResult {
  const work = new PieceText(text);
  for (let first = true; ; first = false) {
    // One at a time: what lies between two places of a track belongs to both of their surroundings.
    const read = readTracks(work.text);
    const entry = entriesOf(read, id).at(-1);
    if (!entry) return first ? { refused: notFound(id) } : { edits: work.edits() };
    const shared = read.entries.find((e) => e !== entry && e.first > entry.first && e.first <= entry.last);
    if (shared) return { refused: sharedSection(id, entry, shared) };
    work.apply(
      entry.table && entry.row
        ? removeRowEdits(read.text, entry.table, entry.row)
        : [blockRemoval(read, entry)],
    );
  }
}

function sharedSection(id: string, entry: TrackEntry, other: TrackEntry): EditRefusal {
  return {
    code: 'entry-shared',
    message: `The section of “${id}” in tracks.md (line ${entry.line}) also holds “${other.id ?? other.name}” (line ${other.line}). Take it out by hand.`,
  };
}

// --- finding ---

/** Entries of a track: by the id they state, by the folder they link, and last without regard to case. */
function entriesOf(read: TracksText, id: string): TrackEntry[] {
  const exact = read.entries.filter(
    (e) => e.id === id || e.links.some((l) => idOfLink(l) === id && e.id === undefined),
  );
  if (exact.length > 0) return exact;
  const linked = read.entries.filter((e) => e.links.some((link) => idOfLink(link) === id));
  if (linked.length > 0) return linked;
  return read.entries.filter((e) => e.id?.toLowerCase() === id.toLowerCase());
}

function notFound(id: string): EditRefusal {
  return {
    code: 'entry-not-found',
    message: `tracks.md has no entry for “${id}”. Register the track first, or add its entry by hand.`,
  };
}

function noPlace(id: string, found: readonly TrackEntry[]): EditRefusal {
  const lines = found.map((entry) => entry.line).join(', ');
  return {
    code: 'no-status-place',
    message: `The entry of “${id}” in tracks.md (line ${lines}) has neither a box nor a place for a status. Nothing was written; add one by hand if you want it there.`,
  };
}

// --- status ---

/** Edits of one entry; undefined if nothing of what is wanted has a place in it. */
function statusEdits(read: TracksText, entry: TrackEntry, wanted: TrackStatus): TextEdit[] | undefined {
  const edits: TextEdit[] = [];
  let placed = false;
  const marker = wanted.marker ?? (wanted.status === undefined ? undefined : markerForStatus(wanted.status));
  if (entry.markerRange && marker) {
    placed = true;
    if (entry.marker !== marker) edits.push({ ...entry.markerRange, text: characterFor(read, marker) });
  }
  // Beside a box, a status is only touched when it is asked for, and never when somebody wrote a sentence there.
  const status = wanted.status ?? (entry.markerRange || !marker ? undefined : statusForMarker[marker]);
  const sentence = entry.markerRange && marker && markerForStatus(entry.status ?? '') === undefined;
  if (entry.statusRange && status !== undefined && !sentence) {
    placed = true;
    if (entry.status !== status) {
      edits.push(...placeEdits(read, entry, 'status', entry.statusRange, oneLine(status)));
    }
  }
  if (entry.stepRange && wanted.step !== undefined) {
    placed = true;
    edits.push(...placeEdits(read, entry, 'step', entry.stepRange, oneLine(wanted.step)));
  }
  return placed ? edits : undefined;
}

function placeEdits(
  read: TracksText,
  entry: TrackEntry,
  role: ColumnRole,
  range: { start: number; end: number },
  text: string,
): TextEdit[] {
  if (!entry.table || !entry.row) return [{ ...range, text: text.replace(/\|/g, '/') }];
  return cellEdits(read.text, entry.table, entry.row, entry.table.roles.indexOf(role), text);
}

/** The character for a marker, as the other boxes of the file write it. */
function characterFor(read: TracksText, marker: SettableMarker): string {
  const used = read.entries.flatMap((e) =>
    e.markerRange && e.marker === (marker as Marker)
      ? [read.text.slice(e.markerRange.start, e.markerRange.end)]
      : [],
  );
  const usual = markerCharacter[marker];
  return used.length > 0 && !used.includes(usual) ? (used[0] ?? usual) : usual;
}

function completeWord(read: TracksText): string {
  const words = read.entries.map((entry) => entry.status?.toLowerCase());
  return ['complete', 'completed', 'done'].find((word) => words.includes(word)) ?? 'complete';
}

// --- rows ---

/** The table that takes a new track: the active one; undefined where most entries are not in tables. */
function tableForNew(read: TracksText): TrackTable | undefined {
  const tables = read.tables.filter((t) => !t.completed && !/archiv|complet/i.test(t.section ?? ''));
  const prose = read.entries.filter((e) => (e.form === 'list' || e.form === 'heading') && !e.archived);
  const rows = read.entries.filter((e) => e.form === 'table');
  if (tables.length === 0 || prose.length > Math.max(rows.length, 1)) return undefined;
  return (
    tables.find((t) => /\b(?:active|current|in.progress|ongoing)\b/i.test(t.section ?? '')) ??
    tables.find((t) => /planned|backlog|queue|upcoming/i.test(t.section ?? '')) ??
    tables[0]
  );
}

interface RowValues {
  readonly values: Partial<Record<ColumnRole, string>>;
  readonly written: Partial<Record<ColumnRole, string>>;
}

function newRowValues(text: string, read: TracksText, table: TrackTable, track: NewTrackEntry): RowValues {
  const model = read.entries.findLast((entry) => entry.table === table);
  const values: Partial<Record<ColumnRole, string>> = {
    id: track.id,
    name: track.name,
    type: track.type,
    status: track.status,
    step: 'NOT_STARTED',
    created: track.created,
    updated: track.created,
  };
  if (track.priority !== undefined) values.priority = oneLine(track.priority);
  const written: Partial<Record<ColumnRole, string>> = {};
  if (model?.markerRange) {
    const box = `[${characterFor(read, markerForStatus(track.status) ?? 'todo')}]`;
    const cell = model.row?.cells.findIndex(
      (c) => c.start <= (model.markerRange?.start ?? -1) && (model.markerRange?.start ?? -1) <= c.end,
    );
    const role = cell === undefined ? undefined : table.roles[cell];
    if (role === 'status') written.status = box;
  }
  const idText = model?.row?.cells[table.roles.indexOf('id')];
  const raw = idText ? text.slice(idText.start, idText.end).trim() : '';
  const hasNames = table.roles.includes('name');
  if (raw.includes(']('))
    written.id = linkedCell(raw, hasNames ? track.id : labelFor(model, track), track.id);
  else if (!table.roles.includes('id'))
    written.name = `[${cellText(label(track.name))}](./tracks/${linkId(track.id)}/)`;
  else if (!hasNames && model?.row && /\s/.test(plain(raw)))
    written.id = `[${cellText(label(track.name))}](./tracks/${linkId(track.id)}/)`;
  return { values, written };
}

/** What the label of the id cell's link shows in this table: ids or names. */
function labelFor(model: TrackEntry | undefined, track: NewTrackEntry): string {
  return model && model.name !== model.id ? track.name : track.id;
}

function label(text: string): string {
  return text.replace(/[[\]]/g, (c) => (c === '[' ? '(' : ')'));
}

/** A cell that links its track, like another one of the column. */
function linkedCell(raw: string, text: string, id: string): string {
  const target = /\]\(<?([^)>]*)/.exec(raw)?.[1] ?? '';
  const file = /\/[\w-]+\.(?:md|json)$/i.exec(target)?.[0];
  const prefix = /^(.*?\btracks\/)/i.exec(target)?.[1] ?? './tracks/';
  return `[${cellText(label(text))}](${prefix}${linkId(id)}${file ?? (target.endsWith('/') ? '/' : '')})`;
}

function completedRow(
  text: string,
  target: TrackTable,
  entry: TrackEntry,
  done: { readonly completed: string; readonly summary?: string },
): string {
  const values: Partial<Record<ColumnRole, string>> = {};
  const written: Partial<Record<ColumnRole, string>> = {};
  for (const [i, role] of (entry.table?.roles ?? []).entries()) {
    const cell = entry.row?.cells[i];
    if (!cell || role === 'other' || role === 'completed' || role === 'summary') continue;
    if (role === 'id' || role === 'name') written[role] = text.slice(cell.start, cell.end).trim();
    else values[role] = plain(cell.text);
  }
  if (written.name === undefined && entry.name !== undefined) values.name = entry.name;
  values.completed = done.completed;
  if (done.summary !== undefined) values.summary = oneLine(done.summary);
  return rowText(text, target, values, written);
}

/** True if the table of completed tracks puts the newest on top. */
function newestFirst(table: TrackTable): boolean {
  const dates = table.table.rows
    .map((row) => plain(row.cells[table.roles.indexOf('completed')]?.text ?? ''))
    .filter((date) => /^\d{4}-\d{2}-\d{2}/.test(date));
  return (dates[0] ?? '') > (dates.at(-1) ?? '');
}

// --- blocks ---

/** The lines of a heading, list or comment entry with the empty lines behind it, and one of two separators. */
function blockRemoval(read: TracksText, entry: TrackEntry): TextEdit {
  const { lines } = read;
  const ruleAt = (i: number): boolean => isRule(lines[i]?.text ?? '');
  let before = entry.first - 1;
  while (before >= 0 && lines[before]?.kind === 'blank') before--;
  let behind = entry.last + 1;
  while (behind < lines.length && lines[behind]?.kind === 'blank') behind++;
  if (before >= 0 && ruleAt(before) && ruleAt(behind)) {
    behind++;
    while (behind < lines.length && lines[behind]?.kind === 'blank') behind++;
  }
  const start = lines[entry.first]?.start ?? 0;
  const end = lines[behind]?.start ?? read.text.length;
  if (behind < lines.length) return { start, end, text: '' };
  // It was the last: what stands above becomes the end of the file, with the final line break that the file had.
  const above = lines[before];
  const final = lines.at(-1)?.next === lines.at(-1)?.end ? '' : eolAt(read.text, start);
  return { start: above?.end ?? 0, end, text: above ? final : '' };
}
