import type { EvaluationReport, ReportCheck, ReportKind, Verdict } from '../model/evaluationReport';
import { letters, withoutEmoji } from './characterClasses';
import { scanLines } from './markdownLines';
import type { MarkdownLine } from './markdownLines';
import { readField } from './taskField';
import { plainText } from './taskLine';

/**
 * Reads evaluation reports (FORMATS §4.11): from evaluation-report.md, or from the sections that the loop appends to
 * plan.md. A file that has no heading of a report but states a verdict is one report as a whole. Never throws.
 */
export function parseReports(text: string): EvaluationReport[] {
  const lines = scanLines(text);
  const reports = readReports(text, lines);
  if (reports.length > 0 || lines.length === 0) {
    return reports;
  }
  const whole = readReport(text, lines, 0, lines.length);
  return whole.verdict ? [{ ...whole, kind: 'other' }] : [];
}

/** The reports among these lines, in file order. */
export function readReports(text: string, lines: readonly MarkdownLine[]): EvaluationReport[] {
  const reports: EvaluationReport[] = [];
  let index = 0;
  while (index < lines.length) {
    const line = lines[index] as MarkdownLine;
    if (line.kind === 'heading' && !line.quoted && isReportTitle(titleOf(text, line))) {
      const end = reportEnd(text, lines, index);
      reports.push(readReport(text, lines, index, end));
      index = end;
    } else {
      index++;
    }
  }
  return reports;
}

/** An item that says that there is none: not "No tests for the refund", which is a reason. */
const nothingToList =
  /^(?:none\b.{0,40}|n\/a|-+|no (?:\S+ )?(?:issues?|failures?|reasons?|problems?|findings?|blockers?|errors?)(?: found| remain(?:ing)?| left)?)[.!]?$/i;

const reportTitle =
  /\bevaluation (?:report|results?)\b|^(?:plan|execution) (?:re-?)?evaluation\b|^technical review\b|^phase\b.*\bcompletion report\b/i;
/** Headings that go on with a report although they stand on its own level. */
const continuation =
  /^(?:(?:final |overall )?verdict|issues|failures?|failed|checks?|pass \d|required fixes|fixes required|recommendations?|key fix)\b/i;
const verdictLabel =
  /^(?:(?:final|overall|evaluation|execution|plan|technical|review|re-?evaluation)\s+)*verdict\s*(?:[:：—–-]\s*|$)/i;
const failureHeading =
  /^(?:[^\s:]+ ){0,2}(?:issues?(?: found| to fix)?|failures?|failed(?: checks?| criteria)?|failure reasons?|problems?|required fixes|fixes required|blocking issues?|blockers?)(?:\s*\(.*\))?$/i;

const plainLabel = new RegExp(`^[${letters}][${letters} ]{0,40}:\\s*$`);

function isReportTitle(title: string): boolean {
  return reportTitle.test(title);
}

function titleOf(text: string, line: MarkdownLine): string {
  return bare(text.slice(line.contentStart, Math.min(line.end, line.contentStart + 300)));
}

/** Without emoji, bold marks, comments and closing `#`. */
function bare(text: string): string {
  return withoutEmoji(plainText(text.replace(/<!--.*?-->/g, '')))
    .replace(/\s#+$/, '')
    .trim();
}

/** Index after the last line of the report that begins at `start`. A repeated title below it does not end it. */
function reportEnd(text: string, lines: readonly MarkdownLine[], start: number): number {
  const opening = lines[start] as MarkdownLine;
  const title = titleOf(text, opening);
  for (let index = start + 1; index < lines.length; index++) {
    const line = lines[index] as MarkdownLine;
    if (line.kind !== 'heading' || line.quoted || line.level > opening.level) {
      continue;
    }
    const next = titleOf(text, line);
    const goesOn =
      line.level === opening.level &&
      (continuation.test(next) || isEmptyRepeat(lines, start, index, next === title));
    if (!goesOn) {
      return index;
    }
  }
  return lines.length;
}

/** True when the same title comes twice with nothing between. */
function isEmptyRepeat(lines: readonly MarkdownLine[], from: number, to: number, same: boolean): boolean {
  return same && lines.slice(from + 1, to).every((line) => line.kind === 'blank' || line.kind === 'rule');
}

interface ReportDraft {
  readonly fields: Record<string, string>;
  readonly checks: ReportCheck[];
  readonly verdicts: { verdict: Verdict; line: number; final: boolean }[];
  readonly issues: string[];
}

function readReport(
  text: string,
  lines: readonly MarkdownLine[],
  start: number,
  end: number,
): EvaluationReport {
  const draft: ReportDraft = { fields: {}, checks: [], verdicts: [], issues: [] };
  const opening = lines[start] as MarkdownLine;
  const title = opening.kind === 'heading' ? titleOf(text, opening) : '';
  let heading = '';
  let listsFailures = false;
  let awaitsVerdict: { line: number; final: boolean } | undefined;

  for (let index = start; index < end; index++) {
    const line = lines[index] as MarkdownLine;
    if (
      line.kind === 'blank' ||
      line.kind === 'fenced' ||
      line.kind === 'fence' ||
      line.kind === 'comment' ||
      line.quoted
    ) {
      continue;
    }
    const words = text.slice(line.contentStart, Math.min(line.end, line.contentStart + 2000));
    if (words.startsWith('|')) {
      const last = tableEnd(text, lines, index, end);
      if (last > index) {
        readTable(text, lines, index, last, draft);
        index = last;
        continue;
      }
    }
    if (awaitsVerdict && line.kind !== 'rule') {
      addVerdict(draft, words, awaitsVerdict.line, awaitsVerdict.final);
      awaitsVerdict = undefined;
    }
    if (line.kind === 'heading') {
      heading = bare(words);
      const label = verdictLabel.exec(heading);
      listsFailures = failureHeading.test(heading);
      if (label && !isReportTitle(heading)) {
        const final = /final|overall/i.test(label[0]);
        const value = heading.slice(label[0].length);
        if (value.trim() === '') {
          awaitsVerdict = { line: line.number, final };
        } else {
          addVerdict(draft, value, line.number, final);
        }
      }
      continue;
    }
    const plain = bare(words);
    const label = verdictLabel.exec(plain);
    if (label && label[0].length < plain.length) {
      addVerdict(draft, plain.slice(label[0].length), line.number, /final|overall/i.test(label[0]));
      continue;
    }
    const field = readField(words);
    if (line.kind === 'text' && isLabel(words)) {
      listsFailures = failureHeading.test(plain.replace(/:\s*$/, ''));
    } else if (field?.bold && line.indent < 2) {
      readReportField(draft, line, words, heading);
    } else if (line.kind === 'item' && listsFailures && line.indent < 2 && !nothingToList.test(plain)) {
      draft.issues.push(plain);
    }
  }
  return finish(draft, title, opening.number, lastContent(lines, start, end));
}

function finish(draft: ReportDraft, title: string, line: number, endLine: number): EvaluationReport {
  const chosen = draft.verdicts.findLast((v) => v.final) ?? draft.verdicts.at(-1);
  const failedRows = draft.checks
    .filter((check) => check.status === 'fail')
    .map((check) => `${check.name}: ${check.note || check.statusText}`);
  const issues = chosen?.verdict === 'PASS' ? [] : draft.issues;
  return {
    kind: kindOf(title, draft.fields),
    title,
    line,
    endLine,
    fields: draft.fields,
    checks: draft.checks,
    verdict: chosen?.verdict,
    verdictLine: chosen?.line,
    failureReasons: [...new Set([...failedRows, ...issues])],
    contradictory: new Set(draft.verdicts.map((v) => v.verdict)).size > 1,
  };
}

function lastContent(lines: readonly MarkdownLine[], start: number, end: number): number {
  let last = end - 1;
  while (last > start && (lines[last]?.kind === 'blank' || lines[last]?.kind === 'rule')) {
    last--;
  }
  return lines[last]?.number ?? 1;
}

function kindOf(title: string, fields: Readonly<Record<string, string>>): ReportKind {
  if (/\btechnical review\b/i.test(title)) {
    return 'technical';
  }
  if (/^phase\b/i.test(title)) {
    return 'phase';
  }
  if (/\bexecution\b/i.test(title)) {
    return 'execution';
  }
  if (/\bplan\b/i.test(title)) {
    return 'plan';
  }
  // A bare "Evaluation Report": the evaluator tells; else it is about the execution, as evaluation-report.md is.
  const evaluator = Object.entries(fields).find(([name]) => /^evaluator/i.test(name))?.[1] ?? '';
  return /\bplan\b/i.test(evaluator) ? 'plan' : 'execution';
}

function addVerdict(draft: ReportDraft, value: string, line: number, final: boolean): void {
  const verdict = verdictOf(value);
  if (verdict) {
    draft.verdicts.push({ verdict, line, final });
  }
}

/** PASS, FAIL or PASS WITH CONDITIONS at the beginning of a verdict; nothing when both are offered, as in a template. */
function verdictOf(value: string): Verdict | undefined {
  const start = bare(value)
    .replace(/[*_`[\]]/g, '')
    .slice(0, 60);
  if (/\bpass(?:ed)?\s*(?:\||\/|or)\s*fail/i.test(start)) {
    return undefined;
  }
  const match =
    /\b(not\s+)?(pass(?:ed|es)?(?:\s+with\s+(?:conditions?|notes?|reservations?|review))?|fail(?:ed|s)?)\b/i.exec(
      start,
    );
  if (!match?.[2]) {
    return undefined;
  }
  if (/^fail/i.test(match[2]) || match[1]) {
    return 'FAIL';
  }
  return /with/i.test(match[2]) ? 'PASS WITH CONDITIONS' : 'PASS';
}

function isLabel(words: string): boolean {
  return /^\*\*[^*]+\*\*\s*:?\s*$/.test(words) || plainLabel.test(words);
}

/** A bold field is a fact about the report, or under a heading like `### Pass 1 — Build` the state of that check. */
function readReportField(draft: ReportDraft, line: MarkdownLine, words: string, heading: string): void {
  const field = readField(words);
  if (!field) {
    return;
  }
  const written = withoutEmoji(field.written).trim();
  const value = plainText(field.value);
  const check = /^(?:pass|check|step|criterion)\s*\d+\s*[:.—–-]?\s*(.+)$/i.exec(heading);
  if (/^(?:status|result)$/.test(field.name) && check?.[1]) {
    draft.checks.push({ name: check[1], status: checkStatus(value), statusText: value, line: line.number });
  } else if (line.kind === 'item' && /^(?:pass|fail|n\/a|not configured|✅|❌)/i.test(value)) {
    draft.checks.push({ name: written, status: checkStatus(value), statusText: value, line: line.number });
  } else if (!(written in draft.fields) && Object.keys(draft.fields).length < 100) {
    draft.fields[written] = value;
  }
}

/** Index of the last row of the table that begins at `start`, or `start` when it is none. */
function tableEnd(text: string, lines: readonly MarkdownLine[], start: number, end: number): number {
  const rule = lines[start + 1];
  if (!rule || start + 1 >= end || !/^\|?[\s:|-]*-[\s:|-]*$/.test(text.slice(rule.contentStart, rule.end))) {
    return start;
  }
  let last = start + 1;
  while (
    last + 1 < end &&
    text.charAt(lines[last + 1]?.contentStart ?? 0) === '|' &&
    lines[last + 1]?.kind === 'text'
  ) {
    last++;
  }
  return last;
}

function readTable(
  text: string,
  lines: readonly MarkdownLine[],
  start: number,
  last: number,
  draft: ReportDraft,
): void {
  const cellsAt = (index: number): string[] => {
    const line = lines[index] as MarkdownLine;
    return cellsOf(text.slice(line.contentStart, line.end));
  };
  const header = cellsAt(start).map((cell) => bare(cell).toLowerCase());
  const status = header.findIndex((cell) =>
    /^(?:status|verdict|result|outcome|pass\s*\/\s*fail|pass\?)$/.test(cell),
  );
  if (status < 0) {
    return;
  }
  const named = header.findIndex((cell) =>
    /^(?:pass|checks?|criterion|criteria|evaluator|dimension|gate|item|test|requirement|name)$/.test(cell),
  );
  const name =
    named >= 0 && named !== status
      ? named
      : header.findIndex((cell, i) => i !== status && cell !== '#' && cell !== '');
  const note = header.findIndex(
    (cell, i) =>
      i !== status &&
      i !== name &&
      /^(?:issues?|evidence|notes?|details?|reason|comments?|findings?)$/.test(cell),
  );
  for (let index = start + 2; index <= last; index++) {
    const cells = cellsAt(index);
    const statusText = plainText(cells[status] ?? '');
    const noteText = plainText(cells[note] ?? '');
    const nameText = plainText(cells[name] ?? '');
    if (nameText !== '' || statusText !== '') {
      draft.checks.push({
        name: nameText,
        status: checkStatus(statusText),
        statusText,
        note: noteText === '' || /^(?:-+|—|–|none)$/i.test(noteText) ? undefined : noteText,
        line: (lines[index] as MarkdownLine).number,
      });
    }
  }
}

/** Cells of a table row; `\|` is no border. */
function cellsOf(row: string): string[] {
  const cells = row
    .trim()
    .replace(/\\\|/g, '\u0000')
    .split('|')
    .map((cell) => cell.replaceAll('\u0000', '|').trim());
  if (cells[0] === '') {
    cells.shift();
  }
  if (cells.at(-1) === '') {
    cells.pop();
  }
  return cells;
}

function checkStatus(written: string): ReportCheck['status'] {
  const plain = bare(written).replace(/^[\s*_`]+/, '');
  if (/^(?:not\s*configured|unconfigured)\b/i.test(plain)) {
    return 'not-configured';
  }
  if (/^(?:n\/?a\b|not applicable|skip|skipped)/i.test(plain)) {
    return 'not-applicable';
  }
  if (
    /^(?:fail|failed|failing|no|rejected|not met|missing|not pass)\b/i.test(plain) ||
    (plain === '' && /[❌⛔✗✘]/u.test(written))
  ) {
    return 'fail';
  }
  if (
    /^(?:pass|passed|passes|ok|yes|met|approved|done|complete)\b/i.test(plain) ||
    (plain === '' && /[✅✔✓]/u.test(written))
  ) {
    return 'pass';
  }
  return 'unclear';
}
