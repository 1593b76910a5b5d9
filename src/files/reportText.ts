import type { EditResult } from '../model/edit';
import { oneLine } from './oneLine';
import { eolAt } from './textEdit';

/** What an evaluation report says, to be written in the grammar that parseReports reads (FORMATS §4.11). */
export interface ReportContent {
  readonly kind: 'plan' | 'execution';
  readonly track: string;
  readonly evaluator: string;
  readonly evaluators: readonly string[];
  /** YYYY-MM-DD */
  readonly date: string;
  readonly round: number;
  readonly checks: readonly ReportRow[];
  readonly conditions: readonly ReportRow[];
  readonly verdict: 'PASS' | 'FAIL';
  readonly failureReasons: readonly string[];
  readonly note?: string;
}

export interface ReportRow {
  readonly name: string;
  /** PASS, FAIL, N/A, OPEN, … */
  readonly status: string;
  readonly issues: string;
}

/** Report as Markdown, its title at heading level `level`, without a final line break. Lines end with LF. */
export function evaluationReportText(report: ReportContent, level: number): string {
  const title = report.kind === 'plan' ? 'Plan Evaluation Report' : 'Execution Evaluation Report';
  return [
    `${'#'.repeat(level)} ${title} (Round ${report.round})`,
    '',
    `**Track:** ${oneLine(report.track)}`,
    `**Evaluator:** ${oneLine(report.evaluator)}`,
    ...(report.evaluators.length > 0
      ? [`**Evaluators Applied:** ${report.evaluators.map(oneLine).join(', ')}`]
      : []),
    `**Date:** ${report.date}`,
    '',
    ...table('Check', report.checks),
    ...(report.conditions.length > 0
      ? ['', heading(level, 'Board Conditions'), '', ...table('Criterion', report.conditions)]
      : []),
    ...(report.note ? ['', heading(level, 'Notes'), '', quoted(report.note)] : []),
    '',
    `${heading(level, 'Verdict')}: ${report.verdict}`,
    ...(report.failureReasons.length > 0
      ? [
          '',
          '**Failure reasons:**',
          '',
          ...report.failureReasons.map((reason, i) => `${i + 1}. ${oneLine(reason) || '–'}`),
        ]
      : []),
  ].join('\n');
}

/** What a Phase Completion Report says (spec 003, "Phase Completion Template"). */
export interface PhaseReportContent {
  /** "2", "2b"; absent for a phase without a number. */
  readonly number?: string;
  readonly name: string;
  /** YYYY-MM-DD */
  readonly date: string;
  readonly deliverables: readonly { readonly done: boolean; readonly text: string; readonly link?: string }[];
  readonly gates: readonly { readonly passed: boolean; readonly text: string }[];
  /** "412 passing", by kind of test; absent: not measured. */
  readonly tests: Readonly<Partial<Record<'Unit' | 'Integration' | 'E2E', string>>>;
  readonly notes: readonly string[];
}

/** Phase Completion Report as Markdown, its title at heading level `level`, without a final line break. */
export function phaseReportText(report: PhaseReportContent, level: number): string {
  const name = oneLine(report.name);
  const title = report.number === undefined ? `Phase ${name}` : `Phase ${report.number}`;
  const box = (done: boolean) => (done ? '[x]' : '[ ]');
  return [
    `${'#'.repeat(level)} ${title} Completion Report`,
    '',
    `**Phase:** ${name}`,
    `**Date:** ${report.date}`,
    '**Status:** Complete',
    '',
    heading(level, 'Deliverables'),
    ...report.deliverables.map(
      ({ done, text, link }) => `- ${box(done)} ${oneLine(text)}${link ? ` - ${oneLine(link)}` : ''}`,
    ),
    '',
    heading(level, 'Quality Gates Passed'),
    ...report.gates.map(({ passed, text }) => `- ${box(passed)} ${oneLine(text)}`),
    '',
    heading(level, 'Tests'),
    ...(['Unit', 'Integration', 'E2E'] as const).map(
      (kind) => `- ${kind}: ${oneLine(report.tests[kind] ?? 'not measured')}`,
    ),
    '',
    heading(level, 'Notes'),
    ...(report.notes.length > 0 ? report.notes.map((note) => `- ${oneLine(note)}`) : ['None.']),
  ].join('\n');
}

/**
 * Adds a report at the end of a file, after one blank line, with the file's line ends. A report that stands there
 * already, word for word, is not written twice; nothing that is there is ever replaced.
 */
export function appendReportEdits(text: string, report: string): EditResult {
  const eol = eolAt(text, text.length);
  const written = report.replaceAll('\n', eol);
  if (text.replace(/\r\n?/g, '\n').includes(`${report}\n`)) return { edits: [] };
  const end = text.length;
  const gap = text.trim() === '' ? '' : blankLinesBefore(text, eol);
  return { edits: [{ start: end, end, text: `${gap}${written}${eol}` }] };
}

/** What lacks until the end of the text is a blank line. */
function blankLinesBefore(text: string, eol: string): string {
  const tail = /(?:\r\n|\n|\r)*$/.exec(text)?.[0] ?? '';
  const breaks = tail.match(/\r\n|\n|\r/g)?.length ?? 0;
  return eol.repeat(Math.max(0, 2 - breaks));
}

function table(first: 'Check' | 'Criterion', rows: readonly ReportRow[]): string[] {
  return [
    `| ${first} | Status | Issues |`,
    `|${'-'.repeat(first.length + 2)}|--------|--------|`,
    ...rows.map((row) => `| ${cell(row.name)} | ${cell(row.status)} | ${cell(row.issues)} |`),
  ];
}

function cell(text: string): string {
  return oneLine(text).replace(/\\/g, '\\\\').replace(/\|/g, '\\|');
}

function heading(level: number, text: string): string {
  return `${'#'.repeat(Math.max(3, level + 1))} ${text}`;
}

/** Words of a person that stand for themselves: nothing in them becomes a heading, a table or a verdict. */
function quoted(note: string): string {
  return note
    .split(/\r\n|\n|\r/)
    .map((line) => `> ${oneLine(line)}`.trimEnd())
    .join('\n');
}
