import { basename } from 'node:path';
import { l10n } from 'vscode';
import type { EvaluationReport, ReportCheck } from '../../model/evaluationReport';
import type { LocatedReport, Track } from '../../model/track';
import { gateOfReport } from '../../rules/gates/gateOfReport';
import { icons, verdictIcon, type Icon } from './icons';
import { paragraphs, plain } from './markdown';
import { idBelow, refOf, type RowNode, type TracksNode } from './trackNodes';

/** Gates of a track: evaluations with their checks and verdicts, and phases that were verified. Newest first. */
export function gatesSection(track: Track): RowNode | undefined {
  const phases = completedPhases(track);
  if (track.reports.length === 0 && !phases) return undefined;
  const last = track.reports.at(-1);
  return {
    kind: 'row',
    id: idBelow(track, 'gates'),
    what: 'gates',
    track: refOf(track),
    label: l10n.t('Gates'),
    description: last?.report.verdict ?? undefined,
    icon: { id: 'verified' },
    tooltip: () =>
      l10n.t('Evaluations and completed phases, as plan.md and evaluation-report.md state them.'),
    children: () => {
      const reports: TracksNode[] = track.reports
        .map((located, index) => reportRow(track, located, index))
        .reverse();
      return phases ? [...reports, phases] : reports;
    },
  };
}

function reportRow(track: Track, { file, report }: LocatedReport, index: number): RowNode {
  const failed = report.checks.filter((check) => check.status === 'fail').length;
  const date = report.fields['Date'];
  return {
    kind: 'row',
    id: idBelow(track, 'gates', index, report.title),
    what: 'gate',
    track: refOf(track),
    argument: gateOfReport(track, report.kind),
    label: report.title,
    description: [
      report.contradictory ? l10n.t('verdicts disagree') : (report.verdict ?? l10n.t('no verdict')),
      failed > 0 ? l10n.t('{0} of {1} failed', failed, report.checks.length) : undefined,
      date,
    ]
      .filter((part) => part !== undefined && part !== '')
      .join(' · '),
    icon: report.contradictory ? icons.caution : verdictIcon(report.verdict),
    tooltip: () =>
      paragraphs([
        `**${plain(report.title)}**`,
        ...Object.entries(report.fields).map(([name, value]) => `${plain(name)}: ${plain(value)}`),
        report.verdict
          ? l10n.t(
              'Verdict {0}, from {1}:{2}.',
              report.verdict,
              plain(basename(file)),
              report.verdictLine ?? report.line,
            )
          : l10n.t('{0}:{1} states no verdict.', plain(basename(file)), report.line),
        report.contradictory &&
          l10n.t('The report holds more than one verdict, and they disagree. Read it before you act on it.'),
      ]),
    place: { file, line: report.verdictLine ?? report.line },
    children:
      report.checks.length + report.failureReasons.length === 0
        ? undefined
        : () => [
            ...report.checks.map((check, row) => checkRow(track, file, index, check, row)),
            ...reasonsBesideChecks(report).map((reason, row): RowNode => ({
              kind: 'row',
              id: idBelow(track, 'gates', index, 'reason', row),
              what: 'failureReason',
              track: refOf(track),
              label: reason,
              description: l10n.t('failure reason'),
              icon: icons.failed,
              tooltip: () => plain(reason),
              place: { file, line: report.verdictLine ?? report.line },
            })),
          ],
  };
}

/** A reason that only repeats a check ("Deliverables: no page yet") is told by the check's own row. */
function reasonsBesideChecks(report: EvaluationReport): readonly string[] {
  return report.failureReasons.filter(
    (reason) => !report.checks.some(({ name }) => reason.startsWith(`${name}:`) || reason === name),
  );
}

const checkIcons: Readonly<Record<ReportCheck['status'], Icon>> = {
  pass: icons.pass,
  fail: icons.failed,
  'not-applicable': icons.skipped,
  'not-configured': icons.skipped,
  unclear: icons.unclear,
};

function checkRow(track: Track, file: string, report: number, check: ReportCheck, row: number): RowNode {
  return {
    kind: 'row',
    id: idBelow(track, 'gates', report, 'check', row),
    what: 'check',
    track: refOf(track),
    label: check.name,
    description: [check.statusText, check.note]
      .filter((part) => part !== undefined && part !== '')
      .join(' · '),
    icon: checkIcons[check.status],
    tooltip: () =>
      paragraphs([
        `**${plain(check.name)}**: ${plain(check.statusText)}`,
        check.note && plain(check.note),
        `${plain(basename(file))}:${check.line}`,
      ]),
    place: { file, line: check.line },
  };
}

function completedPhases(track: Track): RowNode | undefined {
  const file = track.documents.plan;
  const phases = track.plan?.phases.filter((phase) => phase.saysDone || phase.checkpoint !== undefined) ?? [];
  if (file === undefined || phases.length === 0) return undefined;
  return {
    kind: 'row',
    id: idBelow(track, 'gates', 'phases'),
    what: 'phaseCompletions',
    track: refOf(track),
    label: l10n.t('Completed Phases'),
    description: `${phases.filter((phase) => phase.saysDone).length}/${track.plan?.phases.length ?? 0}`,
    icon: { id: 'milestone' },
    children: () =>
      phases.map((phase) => ({
        kind: 'row',
        id: idBelow(track, 'gates', 'phases', phase.key),
        what: 'phaseCompletion',
        track: refOf(track),
        argument: `phase:${phase.key}`,
        label: phase.heading,
        description: phase.checkpoint ? l10n.t('checkpoint {0}', phase.checkpoint) : undefined,
        icon: phase.saysDone ? icons.pass : icons.open,
        state: phase.saysDone ? l10n.t('Done') : l10n.t('Open'),
        place: { file, line: phase.line },
      })),
  };
}
