import { join } from 'node:path';
import {
  appendReportEdits,
  evaluationReportText,
  phaseReportText,
  type ReportContent,
  type ReportRow,
} from '../files/reportText';
import type { EditRefusal } from '../model/edit';
import type { Criterion, Gate } from '../model/gate';
import type { Phase, Task } from '../model/plan';
import type { Track } from '../model/track';
import { decide, failedCriteria } from '../rules/gates/decide';
import type { GateEvidence } from '../rules/gates/gateEvidence';
import { isLoopGate } from '../rules/gates/gateActions';
import { reasonsOf } from '../rules/gates/gateTransition';
import type { EditOutcome } from '../store/fileEditor';
import { trackRefusal } from './metadataEdit';
import type { Ports } from './ports';

export interface ReportOptions {
  /** A person's words, quoted below the checks. */
  readonly note?: string;
  /**
   * The loop completed the track (spec 003, step 5): a phase whose tasks are done is complete, and what only a person
   * can confirm stands in the report as not verified.
   */
  readonly loopCompleted?: boolean;
  readonly signal?: AbortSignal;
}

export type ReportOutcome =
  | { readonly file: string; readonly changed: boolean; readonly text: string }
  | { readonly refused: EditRefusal };

/**
 * The evaluation report of a gate's present round, as Markdown (spec 003, steps 2 and 4): the verdict that a person gave
 * in this round, else the rule's. Refuses `evaluation-open` while there is neither, `not-an-evaluation` for other gates.
 */
export function evaluationReport(
  track: Track,
  gate: Gate,
  date: string,
  note?: string,
): ReportContent | { readonly refused: EditRefusal } {
  if (!isLoopGate(gate.kind)) {
    return refuse('not-an-evaluation', `“${gate.title}” is no evaluation, so it has no evaluation report.`);
  }
  const verdict = verdictOf(gate);
  if (!verdict) {
    return refuse(
      'evaluation-open',
      `“${gate.title}” is not decided: ${decide(gate).lines.find(({ state }) => state === 'fired')?.because ?? ''} Answer what is open, or decide the gate first.`,
    );
  }
  const inGroup = (group: Criterion['group']) =>
    gate.criteria.filter((criterion) => criterion.group === group);
  const evaluators = inGroup('evaluators');
  const failed = verdict === 'FAIL' ? reasonsOf(gate) : [];
  const said = personsWord(gate);
  return {
    kind: gate.kind === 'EVALUATE_PLAN' ? 'plan' : 'execution',
    track: track.id,
    evaluator: said ? `${said.by} (gate review)` : (gate.evaluator ?? 'gate review'),
    evaluators: evaluators.map(({ name }) => name),
    date,
    round: gate.round,
    checks: [
      ...inGroup('checks').filter(({ id }) => id !== 'verdict'),
      ...inGroup('dag'),
      ...evaluators,
      ...inGroup('board'),
    ].map((criterion) => rowOf(criterion, said?.decision === 'APPROVE')),
    conditions: inGroup('conditions').map((criterion) => rowOf(criterion, false)),
    verdict,
    failureReasons: verdict === 'FAIL' && said?.note ? [...new Set([said.note, ...failed])] : failed,
    ...(note?.trim() ? { note: note.trim() } : {}),
  };
}

/**
 * Writes the evaluation report where the track has its reports: a plan's into plan.md (step detection looks there), an
 * execution's into evaluation-report.md, or into plan.md where the track keeps them there. It is added at the end;
 * nothing is replaced, and the same report is not written twice.
 */
export async function writeEvaluationReport(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  gate: Gate,
  options: ReportOptions = {},
): Promise<ReportOutcome> {
  const never = trackRefusal(track);
  if (never) return { refused: never };
  const content = evaluationReport(track, gate, today(ports), options.note);
  if ('refused' in content) return content;
  const file = reportFileFor(track, content.kind);
  if (file === undefined) {
    return refuse('no-plan', `${track.id} has no plan.md, where its plan evaluation report is kept.`);
  }
  const level = levelIn(track, file);
  const text = evaluationReportText(content, level);
  const exists = file === track.documents.plan || file === track.documents.evaluationReport;
  return finish(file, text, await append(ports, track, file, text, exists, options.signal));
}

/**
 * The Phase Completion Report of spec 003, added at the end of plan.md. Refuses `phase-not-verified` while the gate does
 * not pass and the heading does not say that the phase is done, `no-plan`, `phase-not-found`.
 */
export async function writePhaseReport(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  gate: Gate,
  evidence: GateEvidence = {},
  options: ReportOptions = {},
): Promise<ReportOutcome> {
  const never = trackRefusal(track);
  if (never) return { refused: never };
  const file = track.documents.plan;
  const phase = track.plan?.phases.find(({ key }) => gate.id === `phase:${key}`);
  if (file === undefined) return refuse('no-plan', `${track.id} has no plan.md.`);
  if (!phase) return refuse('phase-not-found', `plan.md has no phase for “${gate.title}” (any more).`);
  const refused = phaseReportRefusal(gate, phase.saysDone || options.loopCompleted === true);
  if (refused) return { refused };
  const text = phaseReportText(
    {
      ...(phase.number === undefined ? {} : { number: phase.number }),
      name: phase.name || phase.heading || phase.key,
      date: today(ports),
      deliverables: phase.tasks.map(deliverableOf),
      gates: gate.criteria.map((criterion) => ({
        passed: criterion.state === 'passed',
        text: gateLine(criterion),
      })),
      tests: testsOf(evidence),
      notes: notesOf(phase, gate, options.note),
    },
    2,
  );
  return finish(file, text, await append(ports, track, file, text, true, options.signal));
}

/** Why no completion report can be written about a phase now; undefined: one can. */
export function phaseReportRefusal(gate: Gate, saysDone: boolean): EditRefusal | undefined {
  const decision = decide(gate);
  const open = failedCriteria(gate).some(({ id }) => id === 'tasks');
  if (!open && (decision.outcome === 'PASS' || saysDone)) return undefined;
  const fired = decision.lines.find(({ state }) => state === 'fired');
  return {
    code: 'phase-not-verified',
    message: `“${gate.title}” is not complete: ${fired?.because ?? ''} A report that says so would not be true.`,
  };
}

// --- contents ---

/** `vouched`: a person approved the gate, and so answers for what nothing else answered. */
function rowOf(criterion: Criterion, vouched: boolean): ReportRow {
  const note = criterion.note ?? '';
  if (criterion.waived) {
    const why = criterion.waived.note === undefined ? '' : `: ${criterion.waived.note}`;
    return {
      name: criterion.name,
      status: 'N/A (waived)',
      issues: `Waived by ${criterion.waived.by}${why}. Was ${criterion.state}${note === '' ? '' : `: ${note}`}`,
    };
  }
  if (criterion.state === 'open' && criterion.required && vouched) {
    return {
      name: criterion.name,
      status: 'PASS',
      issues: 'Checked by the person who approved; no other evidence.',
    };
  }
  const status = { passed: 'PASS', failed: 'FAIL', open: 'OPEN', notApplicable: 'N/A' }[criterion.state];
  return { name: criterion.name, status, issues: note };
}

function personsWord(gate: Gate): Gate['reviews'][number] | undefined {
  return gate.reviews.findLast(
    ({ round, decision }) =>
      round === gate.round &&
      (decision === 'APPROVE' || decision === 'REQUEST_CHANGES' || decision === 'REJECT'),
  );
}

function verdictOf(gate: Gate): 'PASS' | 'FAIL' | undefined {
  const said = personsWord(gate);
  if (said) return said.decision === 'APPROVE' ? 'PASS' : 'FAIL';
  const { outcome } = decide(gate);
  return outcome === 'PASS' || outcome === 'FAIL' ? outcome : undefined;
}

function deliverableOf(task: Task): { done: boolean; text: string; link?: string } {
  const link = [task.commits.join(', '), task.files.slice(0, 3).join(', ')].filter((part) => part !== '');
  const skipped = task.marker === 'skipped' ? ' (skipped)' : '';
  return {
    done: task.marker === 'done',
    text: `${task.text}${skipped}`,
    ...(link.length > 0 ? { link: link.join('; ') } : {}),
  };
}

function gateLine(criterion: Criterion): string {
  if (criterion.waived) {
    return `${criterion.name} (waived by ${criterion.waived.by}${criterion.waived.note === undefined ? '' : `: ${criterion.waived.note}`})`;
  }
  const byHand = criterion.evidence.find(({ how }) => how === 'byHand');
  const source = byHand ? ` (confirmed by ${byHand.note ?? 'a person'})` : '';
  return `${criterion.name}${criterion.state === 'open' ? ' (not verified)' : ''}${source}${criterion.note === undefined || criterion.state === 'open' ? '' : `: ${criterion.note}`}`;
}

/** Test counts from files whose metric-gate criterion names the kind of test; a file that names none is unit tests. */
function testsOf(evidence: GateEvidence): Partial<Record<'Unit' | 'Integration' | 'E2E', string>> {
  const found: Partial<Record<'Unit' | 'Integration' | 'E2E', string>> = {};
  for (const { results, feeds } of evidence.results ?? []) {
    if (results.format !== 'junit') continue;
    const count = (name: string) => results.metrics.find((metric) => metric.name === name)?.value;
    const passed = count('passed');
    if (passed === undefined) continue;
    const failed = (count('failures') ?? 0) + (count('errors') ?? 0);
    const names = (feeds ?? []).map(({ criterion }) => criterion).join(' ');
    const kind = /e2e|end.?to.?end/i.test(names)
      ? 'E2E'
      : /integration/i.test(names)
        ? 'Integration'
        : 'Unit';
    found[kind] = `${passed} passing${failed > 0 ? `, ${failed} failing` : ''}`;
  }
  return found;
}

function notesOf(phase: Phase, gate: Gate, note: string | undefined): string[] {
  return [
    ...(note?.trim() ? note.trim().split(/\r\n|\n|\r/) : []),
    ...(phase.checkpoint ? [`Checkpoint ${phase.checkpoint}`] : []),
    ...gate.contradictions,
  ].filter((line) => line.trim() !== '');
}

// --- places ---

function reportFileFor(track: Track, kind: 'plan' | 'execution'): string | undefined {
  const { plan, evaluationReport: own } = track.documents;
  if (kind === 'plan') return plan;
  if (own !== undefined) return own;
  const inPlan = track.reports.some(({ file, report }) => file === plan && report.kind === 'execution');
  return inPlan ? plan : join(track.folder ?? track.root, 'evaluation-report.md');
}

/** Reports in plan.md are sections of it; in a file of their own they are its titles. */
function levelIn(track: Track, file: string): number {
  return file === track.documents.plan ? 2 : 1;
}

async function append(
  ports: Pick<Ports, 'editor'>,
  track: Track,
  file: string,
  text: string,
  exists: boolean,
  signal: AbortSignal | undefined,
): Promise<EditOutcome> {
  if (!exists) {
    const created = await ports.editor.create({ root: track.root, file, text: `${text}\n` });
    // Somebody has just made it: then it is added to.
    if (!('refused' in created) || created.refused.code !== 'exists') return created;
  }
  return ports.editor.edit({
    root: track.root,
    file,
    change: (current) => appendReportEdits(current, text),
    ...(signal ? { signal } : {}),
  });
}

function finish(file: string, text: string, outcome: EditOutcome): ReportOutcome {
  return 'refused' in outcome ? outcome : { file, changed: outcome.changed, text };
}

function today(ports: Pick<Ports, 'clock'>): string {
  return ports.clock().toISOString().slice(0, 10);
}

function refuse(code: string, message: string): { readonly refused: EditRefusal } {
  return { refused: { code, message } };
}
