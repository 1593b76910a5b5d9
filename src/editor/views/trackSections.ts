import { basename, join } from 'node:path';
import { l10n } from 'vscode';
import type { LoopStep, StepStatus } from '../../model/loopState';
import type { Track } from '../../model/track';
import { nextActionOf } from '../../rules/nextAction';
import { boardSection } from './boardRows';
import { gatesSection } from './gateRows';
import { icons, severityIcon, stepStatusIcon } from './icons';
import { paragraphs, plain } from './markdown';
import { planSection } from './planRows';
import { idBelow, refOf, type RowNode, type TrackRef, type TracksNode } from './trackNodes';
import { moment, nextText, progressText, stepStatusWord, stepWord, writtenStep } from './words';

/** What is below a track: loop, plan, gates, board, documents, then what exists (DESIGN §6). */
export function trackSections(track: Track): readonly TracksNode[] {
  return [
    loopSection(track),
    planSection(track),
    gatesSection(track),
    boardSection(track),
    documentsSection(track),
    consultationsSection(track),
    discoveredWorkSection(track),
    problemsSection(track),
  ].filter((section) => section !== undefined);
}

const shownSteps: readonly LoopStep[] = [
  'PLAN',
  'EVALUATE_PLAN',
  'EXECUTE',
  'EVALUATE_EXECUTION',
  'FIX',
  'BUSINESS_SYNC',
  'COMPLETE',
];

function loopSection(track: Track): RowNode | undefined {
  const { loop } = track;
  if (!loop) return undefined;
  const status = loop.understood ? stepStatusWord(loop.stepStatus) : loop.writtenStepStatus;
  return {
    kind: 'row',
    id: idBelow(track, 'loop'),
    what: 'loop',
    track: refOf(track),
    label: l10n.t('Loop'),
    description: `${writtenStep(loop)} · ${status}`,
    icon: { id: 'issue-reopened' },
    tooltip: () =>
      loop.source === 'metadata'
        ? l10n.t('The evaluate-loop, as metadata.json records it.')
        : l10n.t(
            'The evaluate-loop, inferred from plan.md and its reports: metadata.json has no loop\\_state.',
          ),
    place: loop.source === 'metadata' ? placeOf(track.documents.metadata) : placeOf(track.documents.plan),
    children: () => [nextRow(track), ...shownSteps.map((step) => stepRow(track, step))],
  };
}

function nextRow(track: Track): RowNode {
  const next = nextActionOf(track);
  return {
    kind: 'row',
    id: idBelow(track, 'loop', 'next'),
    what: 'nextAction',
    track: refOf(track),
    label: l10n.t('Next: {0}', nextText(next)),
    description: next.why,
    icon: { id: next.kind === 'escalate' ? 'account' : 'debug-continue', color: 'charts.blue' },
    tooltip: () =>
      paragraphs([
        `**${plain(nextText(next))}**`,
        plain(next.why),
        next.agent && l10n.t('Agent: {0}', plain(next.agent)),
        next.row === undefined ? undefined : l10n.t('Rule: {0}', plain(next.row)),
      ]),
  };
}

function stepRow(track: Track, step: LoopStep): RowNode {
  const loop = track.loop;
  const checkpoint = loop?.checkpoints[step];
  const isPresent = loop?.step === step;
  // The present step's status is the machine's; a step that was left is judged by its checkpoint (FORMATS §4.4).
  const status =
    isPresent && loop.understood ? loop.stepStatus : (checkpoint?.status ?? ('NOT_STARTED' as const));
  const notRequired = step === 'BUSINESS_SYNC' && status === 'NOT_STARTED' && checkpoint?.required === false;
  const details = [
    isPresent ? l10n.t('Now') : undefined,
    notRequired
      ? l10n.t('Not Required')
      : step === 'COMPLETE' && status === 'NOT_STARTED'
        ? l10n.t('Not Yet')
        : stepStatusWord(status),
    // PASS beside Passed says nothing new; a verdict that differs from the status does.
    agrees(checkpoint?.verdict, status) ? undefined : checkpoint?.verdict,
    step === 'EXECUTE' && (isPresent || checkpoint) ? progressText(track.progress) : undefined,
    step === 'FIX' && loop && loop.fixCycleCount > 0
      ? l10n.t('cycle {0} of {1}', loop.fixCycleCount, loop.maxFixCycles)
      : undefined,
    step === 'PLAN' && loop && loop.planRevisionCount > 0
      ? l10n.t('revision {0}', loop.planRevisionCount)
      : undefined,
  ];
  return {
    kind: 'row',
    id: idBelow(track, 'loop', step),
    what: isPresent ? 'loopStep.now' : 'loopStep',
    track: refOf(track),
    label: stepWord(step),
    description: details.filter((part) => part !== undefined && part !== '').join(' · '),
    icon: notRequired ? icons.skipped : stepStatusIcon(status),
    tooltip: () => stepTooltip(track, step),
    place: placeOf(track.documents.metadata),
    argument: step,
  };
}

function agrees(verdict: string | undefined, status: StepStatus): boolean {
  return (verdict === 'PASS' && status === 'PASSED') || (verdict === 'FAIL' && status === 'FAILED');
}

function stepTooltip(track: Track, step: LoopStep): string {
  const loop = track.loop;
  const checkpoint = loop?.checkpoints[step];
  const isPresent = loop?.step === step;
  const source =
    loop?.source === 'inferred'
      ? l10n.t('Inferred from plan.md.')
      : track.documents.metadata === undefined
        ? undefined
        : isPresent
          ? l10n.t('From loop\\_state in {0}.', plain(basename(track.documents.metadata)))
          : checkpoint
            ? l10n.t('From loop\\_state.checkpoints.{0} in metadata.json.', plain(step))
            : l10n.t('metadata.json has no checkpoint for this step.');
  return paragraphs([
    `**${plain(step)}**`,
    checkpoint?.agent && l10n.t('Agent: {0}', plain(checkpoint.agent)),
    checkpoint?.startedAt && l10n.t('Started: {0}', moment(checkpoint.startedAt)),
    checkpoint?.completedAt && l10n.t('Completed: {0}', moment(checkpoint.completedAt)),
    checkpoint?.lastTask && l10n.t('Last task: {0}', plain(checkpoint.lastTask)),
    checkpoint?.lastCommit && l10n.t('Last commit: `{0}`', checkpoint.lastCommit.replaceAll('`', '')),
    checkpoint?.notes && plain(checkpoint.notes),
    ...(checkpoint?.failureReasons ?? []).map((reason) => `- ${plain(reason)}`),
    source,
  ]);
}

function documentsSection(track: Track): RowNode | undefined {
  const folder = track.folder;
  if (folder === undefined) return undefined;
  const { spec, plan, metadata, index, evaluationReport, fixLog, retrospective } = track.documents;
  const known = [spec, plan, metadata, index, evaluationReport, fixLog, retrospective];
  const files = [
    ...known.filter((file) => file !== undefined),
    ...track.otherFiles.map((name) => join(folder, name)),
  ];
  if (files.length === 0) return undefined;
  return {
    kind: 'row',
    id: idBelow(track, 'documents'),
    what: 'documents',
    track: refOf(track),
    label: l10n.t('Documents'),
    description: String(files.length),
    icon: { id: 'files' },
    children: () =>
      files.map((file) => ({
        kind: 'row',
        id: idBelow(track, 'documents', basename(file)),
        what: 'document',
        track: refOf(track),
        label: basename(file),
        icon: { id: file.endsWith('.json') ? 'json' : file.endsWith('.md') ? 'markdown' : 'file' },
        tooltip: () => plain(file),
        place: { file },
      })),
  };
}

function consultationsSection(track: Track): RowNode | undefined {
  const consultations = track.metadata?.leadConsultations ?? [];
  if (consultations.length === 0) return undefined;
  return {
    kind: 'row',
    id: idBelow(track, 'consultations'),
    what: 'consultations',
    track: refOf(track),
    label: l10n.t('Consultations'),
    description: String(consultations.length),
    icon: { id: 'comment-discussion' },
    tooltip: () => l10n.t('Decisions of lead engineers, from lead\\_consultations in metadata.json.'),
    children: () =>
      consultations.map((consultation, index) => ({
        kind: 'row',
        id: idBelow(track, 'consultations', index),
        what: 'consultation',
        track: refOf(track),
        label: consultation.question ?? consultation.decision ?? l10n.t('Consultation {0}', index + 1),
        description: [
          consultation.lead,
          consultation.escalatedTo
            ? l10n.t('escalated to {0}', consultation.escalatedTo)
            : consultation.decisionMade === false
              ? l10n.t('undecided')
              : undefined,
        ]
          .filter((part) => part !== undefined)
          .join(' · '),
        icon: consultation.escalatedTo ? icons.review : icons.pass,
        state: consultation.escalatedTo ? l10n.t('Escalated') : l10n.t('Decided'),
        tooltip: () =>
          paragraphs([
            consultation.question && `**${plain(consultation.question)}**`,
            consultation.decision && l10n.t('Decision: {0}', plain(consultation.decision)),
            consultation.reasoning && l10n.t('Why: {0}', plain(consultation.reasoning)),
            consultation.authorityUsed && l10n.t('Authority: {0}', plain(consultation.authorityUsed)),
            consultation.timestamp && moment(consultation.timestamp),
          ]),
        place: placeOf(track.documents.metadata),
      })),
  };
}

function discoveredWorkSection(track: Track): RowNode | undefined {
  const work = track.metadata?.discoveredWork ?? [];
  if (work.length === 0) return undefined;
  return {
    kind: 'row',
    id: idBelow(track, 'discoveredWork'),
    what: 'discoveredWork',
    track: refOf(track),
    label: l10n.t('Discovered Work'),
    description: String(work.length),
    icon: { id: 'lightbulb' },
    tooltip: () => l10n.t('From discovered\\_work in metadata.json. It is no task of the plan yet.'),
    children: () =>
      work.map((text, index) => ({
        kind: 'row',
        id: idBelow(track, 'discoveredWork', index),
        what: 'discovery',
        track: refOf(track),
        label: text,
        icon: { id: 'lightbulb' },
        tooltip: () => plain(text),
        place: placeOf(track.documents.metadata),
      })),
  };
}

function problemsSection(track: Track): RowNode | undefined {
  const { problems } = track;
  if (problems.length === 0) return undefined;
  const worst = problems.some((problem) => problem.severity === 'error')
    ? 'error'
    : problems.some((problem) => problem.severity === 'warning')
      ? 'warning'
      : 'info';
  return {
    kind: 'row',
    id: idBelow(track, 'problems'),
    what: 'problems',
    track: refOf(track),
    label: l10n.t('Problems'),
    description: String(problems.length),
    icon: severityIcon(worst),
    children: () => problemRows(problems, idBelow(track, 'problems'), refOf(track)),
  };
}

/** Problems as rows, of a track or of a root. */
export function problemRows(
  problems: Track['problems'],
  idPrefix: string,
  track: TrackRef | undefined,
): readonly RowNode[] {
  return problems.map((problem, index) => ({
    kind: 'row',
    id: `${idPrefix}\u001f${problem.code}\u001f${problem.file}\u001f${problem.line ?? 0}\u001f${index}`,
    what: problem.repair ? `problem.${problem.repair}` : 'problem',
    track,
    label: problem.message,
    description: `${basename(problem.file)}${problem.line === undefined ? '' : `:${problem.line}`}`,
    icon: severityIcon(problem.severity),
    state: severityWord(problem.severity),
    tooltip: () =>
      paragraphs([
        plain(problem.message),
        `${plain(problem.file)}${problem.line === undefined ? '' : `:${problem.line}`}`,
        `\`${problem.code}\``,
      ]),
    place: problem.file === '' ? undefined : { file: problem.file, line: problem.line },
    argument: problem.repair,
  }));
}

function severityWord(severity: 'error' | 'warning' | 'info'): string {
  return severity === 'error'
    ? l10n.t('Error')
    : severity === 'warning'
      ? l10n.t('Warning')
      : l10n.t('Information');
}

function placeOf(file: string | undefined): { file: string } | undefined {
  return file === undefined ? undefined : { file };
}
