import type { EditResult, TextEdit } from '../model/edit';
import { cellText, tableAt, type MarkdownTable } from './markdownTable';
import { oneLine } from './oneLine';
import { decisionLogText } from './projectTemplates';
import { applyEdits, eolAt } from './textEdit';
import { headingOf, isRule, tracksLines, type TracksLine } from './tracksLines';

/** A decision as decision-log.md keeps it (FORMATS §4.14). */
export interface Decision {
  readonly title: string;
  /** YYYY-MM-DD */
  readonly date: string;
  /** Track id. */
  readonly track: string;
  readonly decision: string;
  readonly rationale?: string;
  readonly alternatives?: readonly string[];
  readonly impact?: string;
  readonly category?: string;
  /** Who decided: "tech lead", the name of a person. */
  readonly by?: string;
}

/**
 * Adds a decision in the file's own form: entries `### DECISION-<nnn>` with the next free number (the sample with `XXX`
 * is none), or a row of its table, whichever of the known columns that has. It goes to the end that the newest entry
 * stands at. A decision that stands there already (same words, and title and track where the form has them) makes no edits. An
 * empty file becomes a log of the first form.
 *
 * Refuses `log-unclear` when what was added could not be read back (a fence or comment that is never closed).
 */
export function addDecisionEdits(text: string, decision: Decision): EditResult {
  const edits = additionTo(text, decision);
  if (edits.length === 0 || additionTo(applyEdits(text, edits), decision).length === 0) return { edits };
  return {
    refused: {
      code: 'log-unclear',
      message:
        'The decision would stand in code or in a comment that is never closed. Close it, then write the decision by hand.',
    },
  };
}

function additionTo(text: string, decision: Decision): TextEdit[] {
  if (text.trim() === '') {
    const begun = decisionLogText();
    const added = headingEdits(begun, tracksLines(begun), [], decision);
    return [{ start: 0, end: text.length, text: applyEdits(begun, added ? [added] : []) }];
  }
  const lines = tracksLines(text);
  const entries = entriesOf(lines);
  const table = entries.length === 0 ? tableOf(lines) : undefined;
  if (table) return tableEdits(text, table, decision);
  const edit = headingEdits(text, lines, entries, decision);
  return edit ? [edit] : [];
}

// --- form 1: headings ---

interface Entry {
  readonly number: number;
  /** Indices of lines: the heading, and the first line behind the entry. */
  readonly from: number;
  readonly to: number;
  readonly body: string;
}

const numbered = /^DECISION-(\d{1,9})\b/i;

function entriesOf(lines: readonly TracksLine[]): Entry[] {
  const headings = lines.flatMap((line, at) => {
    const heading = line.kind === 'text' ? headingOf(line.text) : undefined;
    return heading ? [{ ...heading, at }] : [];
  });
  return headings.flatMap(({ level, content, at }, i): Entry[] => {
    const number = numbered.exec(content)?.[1];
    if (number === undefined) return [];
    const to = headings.slice(i + 1).find((next) => next.level <= level)?.at ?? lines.length;
    const body = lines
      .slice(at, to)
      .map((line) => line.text)
      .join('\n');
    return [{ number: Number(number), from: at, to, body }];
  });
}

function headingEdits(
  text: string,
  lines: readonly TracksLine[],
  entries: readonly Entry[],
  decision: Decision,
): TextEdit | undefined {
  const said = oneLine(decision.decision);
  const titled = `: ${oneLine(decision.title)}`.trimEnd();
  const known = entries.some(
    ({ body }) =>
      // “Yes” decides one question only.
      body.split('\n', 1)[0]!.trimEnd().endsWith(titled) &&
      fieldOf(body, 'Decision') === said &&
      names(body, decision.track),
  );
  if (known) return undefined;
  const eol = eolAt(text, 0);
  const number = String(Math.max(0, ...entries.map((entry) => entry.number)) + 1).padStart(3, '0');
  // `**Date**:` or `**Date:**`, as the file has it; the sample counts for this.
  const outside = /^[ \t]*[-*+][ \t]+\*\*Date\*\*:/m.test(text);
  const bullet = (name: string, value: string | undefined): string =>
    `- ${outside ? `**${name}**:` : `**${name}:**`} ${value === undefined || value.trim() === '' ? '—' : oneLine(value)}`;
  const entry = [
    `### DECISION-${number}: ${oneLine(decision.title)}`,
    ...(outside ? [] : ['']),
    bullet('Date', decision.date),
    bullet('Track', decision.track),
    bullet('Decision', said),
    bullet('Rationale', decision.rationale),
    bullet('Alternatives', decision.alternatives?.join('; ')),
    bullet('Impact', decision.impact),
  ].join(eol);
  const first = entries[0];
  const last = entries.at(-1);
  if (first && last && isNewestFirst(text, entries)) {
    const at = lines[first.from]!.start;
    return {
      start: at,
      end: at,
      text: `${entry}${eol}${eol}${ruleBetween(lines, first) ? `---${eol}${eol}` : ''}`,
    };
  }
  if (last)
    return behind(lines, lastSaid(lines, last.from, last.to), entry, eol, ruleBetween(lines, entries.at(-2)));
  const section = lines.findIndex(
    (line) => line.kind === 'text' && /^(decisions?|log|entries)$/i.test(headingOf(line.text)?.content ?? ''),
  );
  const next = lines.findIndex(
    (line, i) => i > section && line.kind === 'text' && (headingOf(line.text)?.level ?? 9) <= 2,
  );
  return behind(
    lines,
    section < 0 ? lastSaid(lines, 0, lines.length) : lastSaid(lines, section, next < 0 ? lines.length : next),
    entry,
    eol,
    false,
  );
}

/** By the numbers; one entry alone goes by what the file says about itself. */
function isNewestFirst(text: string, entries: readonly Entry[]): boolean {
  const [first, last] = [entries[0]!, entries.at(-1)!];
  return entries.length > 1 ? first.number > last.number : /newest first/i.test(text);
}

/** Whether a rule (`---`) closes the entry. */
function ruleBetween(lines: readonly TracksLine[], entry: Entry | undefined): boolean {
  if (!entry) return false;
  const last = lines.slice(entry.from, entry.to).findLast((line) => line.kind !== 'blank');
  return last !== undefined && last.kind === 'text' && isRule(last.text);
}

function lastSaid(lines: readonly TracksLine[], from: number, to: number): number {
  for (let i = to - 1; i > from; i -= 1) if (lines[i]!.kind !== 'blank') return i;
  return from;
}

function behind(
  lines: readonly TracksLine[],
  at: number,
  entry: string,
  eol: string,
  ruled: boolean,
): TextEdit {
  const line = lines[at]!;
  const closed = line.kind === 'text' && isRule(line.text);
  const rule = ruled && !closed ? `${eol}${eol}---` : '';
  // The file's last line may lack its end: the new last line gets one.
  const end = line.next === line.end ? eol : '';
  return { start: line.end, end: line.end, text: `${rule}${eol}${eol}${entry}${end}` };
}

function fieldOf(body: string, name: string): string | undefined {
  const found = new RegExp(`^[ \\t]*(?:[-*+][ \\t]+)?\\*\\*${name}:?\\*\\*:?[ \\t]*(.*)$`, 'im').exec(
    body,
  )?.[1];
  return found?.trim();
}

function names(body: string, track: string): boolean {
  const written = fieldOf(body, 'Track');
  return written === undefined || written === oneLine(track);
}

// --- forms 2 and 3: tables ---

interface LogTable {
  readonly table: MarkdownTable;
  readonly columns: readonly string[];
}

function tableOf(lines: readonly TracksLine[]): LogTable | undefined {
  for (let i = 0; i < lines.length; i += 1) {
    const table = tableAt(lines, i);
    if (!table) continue;
    const columns = table.header.cells.map((cell) => cell.text.replace(/[*`]/g, '').toLowerCase());
    if (columns.includes('date') && columns.some((name) => /^decision\b/.test(name)))
      return { table, columns };
    i = table.endIndex - 1;
  }
  return undefined;
}

function tableEdits(text: string, { table, columns }: LogTable, decision: Decision): TextEdit[] {
  const at = (name: RegExp): number => columns.findIndex((column) => name.test(column));
  const [dateAt, trackAt, decisionAt] = [at(/^date$/), at(/^track/), at(/^decision/)];
  const said = oneLine(decision.decision);
  const filled = table.rows.filter((row) => !isPlaceholder(row.cells.map((cell) => cell.text)));
  const known = filled.some(
    ({ cells }) =>
      cells[decisionAt]?.text === said && (trackAt < 0 || cells[trackAt]?.text === oneLine(decision.track)),
  );
  if (known) return [];
  const row = `| ${columns
    .map((column) => {
      const value = valueFor(column, decision);
      return value === undefined || value.trim() === '' ? '—' : cellText(oneLine(value));
    })
    .join(' | ')} |`;
  const eol = eolAt(text, table.header.line.start);
  const first = filled[0];
  const last = filled.at(-1);
  if (first && last) {
    const [a, b] = [first.cells[dateAt]?.text ?? '', last.cells[dateAt]?.text ?? ''];
    const newestFirst = filled.length > 1 && a !== b ? a > b : /newest first/i.test(text);
    return newestFirst
      ? [{ start: first.line.start, end: first.line.start, text: `${row}${eol}` }]
      : [below(last.line, row, eol)];
  }
  const placeholder = table.rows[0];
  if (placeholder) return [{ start: placeholder.line.start, end: placeholder.line.end, text: row }];
  return [below(table.delimiter.line, row, eol)];
}

function below(line: TracksLine, row: string, eol: string): TextEdit {
  return { start: line.end, end: line.end, text: `${eol}${row}${line.next === line.end ? eol : ''}` };
}

/** A row that only shows how the table looks: empty, "(none yet)", or `YYYY-MM-DD`. */
function isPlaceholder(cells: readonly string[]): boolean {
  const said = cells.filter((cell) => !/^[\s—–-]*$/.test(cell));
  return (
    said.length === 0 ||
    said.every((cell) => /^[([{<_*].*[)\]}>_*]$/.test(cell)) ||
    cells.some((cell) => cell === 'YYYY-MM-DD')
  );
}

function valueFor(column: string, decision: Decision): string | undefined {
  if (column === 'date') return decision.date;
  if (/^track/.test(column)) return decision.track;
  if (/^decision/.test(column)) return decision.decision;
  if (/^(rationale|why|reason)/.test(column)) return decision.rationale;
  if (/^alternatives/.test(column)) return decision.alternatives?.join('; ');
  if (/^category/.test(column)) return decision.category;
  if (/^impact/.test(column)) return decision.impact;
  if (/^(logged by|by|who|decided by)/.test(column)) return decision.by;
  if (/^source/.test(column)) return decision.track;
  return undefined;
}
