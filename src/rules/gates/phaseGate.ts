import type { Criterion, Evidence, Gate } from '../../model/gate';
import type { Phase } from '../../model/plan';
import type { Track } from '../../model/track';
import { phaseCompletion, type PhaseCheck, type PhaseCheckName } from '../phaseCompletion';
import type { GateEvidence } from './gateEvidence';
import { reviewsOf, withPersonsEntries } from './personsEntries';
import { testEvidence } from './testEvidence';

export function phaseGateId(phaseKey: string): string {
  return `phase:${phaseKey}`;
}

const questions: Readonly<Record<PhaseCheckName, string>> = {
  Tasks: 'Every task of the phase is done or skipped',
  Deliverables: 'All deliverables of spec.md are present, match their acceptance criteria, no placeholders',
  'Quality Gates': 'All relevant quality gates have passed, no console errors or warnings',
  Testing: 'Unit and integration tests pass, manual testing completed per checklist',
  Documentation: 'Code is documented where non-obvious, README updated if public APIs changed',
  'Sign-off': 'Self-review completed, changes committed with proper message, tracks.md updated',
};

/** Completion of a phase (spec 003, "Phase Completion Verification Protocol"): its tasks, then the five parts. */
export function phaseGate(track: Track, phase: Phase, evidence: GateEvidence): Gate {
  const id = phaseGateId(phase.key);
  const reviews = reviewsOf(id, track.metadata?.gateReviews ?? []);
  const reports = track.reports.map(({ report }) => report);
  const checks = track.plan ? phaseCompletion(track.plan, phase.key, { reports }).checks : [];
  const isOver = phase.saysDone;
  const criteria = checks.map((check) => withEvidence(criterionOf(check, track, phase), evidence, isOver));
  const name = phase.heading === '' ? 'Tasks before the first phase' : phase.heading;
  return {
    id,
    kind: 'PHASE_COMPLETION',
    title: name,
    round: 1,
    evaluated: criteria.some(({ state }) => state !== 'open'),
    criteria: withPersonsEntries(criteria, reviews, 1),
    failureReasons: [],
    earlier: [],
    reviews,
    contradictions: saysDoneTooSoon(track, phase, criteria),
    ...(phase.checkpoint === undefined || phase.checkpoint === ''
      ? {}
      : { statedVerdict: `checkpoint ${phase.checkpoint}` }),
  };
}

/** The name of a check as phaseCompletion knows it. */
export function phaseCheckOf(criterionId: string): PhaseCheckName | undefined {
  return (Object.keys(questions) as PhaseCheckName[]).find((name) => idOf(name) === criterionId);
}

function idOf(name: PhaseCheckName): string {
  return name.toLowerCase().replace(/[^a-z]+/g, '-');
}

function criterionOf(check: PhaseCheck, track: Track, phase: Phase): Criterion {
  const file = track.documents.plan;
  const evidence: Evidence[] = [];
  if (check.name === 'Tasks' && file !== undefined) {
    const line = Number(/ on line (\d+)\.$/.exec(check.why)?.[1] ?? phase.line);
    evidence.push({ file, line, how: 'read' });
  } else if (check.passed !== undefined) {
    const report = track.reports.findLast(
      ({ report: r }) => (r.kind === 'phase' || r.kind === 'execution') && r.verdict !== undefined,
    );
    if (report) evidence.push({ file: report.file, line: report.report.line, how: 'read' });
  }
  return {
    id: idOf(check.name),
    name: check.name,
    group: 'protocol',
    question: questions[check.name],
    required: true,
    state: check.passed === undefined ? 'open' : check.passed ? 'passed' : 'failed',
    note: check.why,
    evidence,
    ...(check.name === 'Tasks'
      ? { notWaivable: 'A heading that says done over open tasks would be a lie: finish or skip them.' }
      : {}),
  };
}

function withEvidence(criterion: Criterion, evidence: GateEvidence, isOver: boolean): Criterion {
  // What is on disk today says nothing about a phase that was completed then.
  if (isOver) return criterion;
  if (criterion.id === idOf('Testing')) {
    const seen = testEvidence(evidence.results ?? []);
    if (!seen) return criterion;
    const failed = seen.passed === false;
    return {
      ...criterion,
      state: failed ? 'failed' : criterion.state,
      // Passing files leave the manual tests to a person.
      note:
        failed || criterion.state === 'open'
          ? `${seen.note}.${failed ? '' : ` ${criterion.note ?? ''}`}`
          : criterion.note,
      evidence: [...seen.evidence, ...criterion.evidence],
    };
  }
  if (criterion.id === idOf('Sign-off') && evidence.git && criterion.state === 'open') {
    const { uncommitted } = evidence.git;
    const git =
      uncommitted === 0
        ? 'Git: everything is committed.'
        : `Git: ${uncommitted} ${uncommitted === 1 ? 'file is' : 'files are'} not committed.`;
    return { ...criterion, note: `${git} ${criterion.note ?? ''}`.trim() };
  }
  return criterion;
}

function saysDoneTooSoon(track: Track, phase: Phase, criteria: readonly Criterion[]): string[] {
  const tasks = criteria.find(({ id }) => id === idOf('Tasks'));
  return phase.saysDone && tasks?.state === 'failed'
    ? [`plan.md:${phase.line} says that the phase is done, but ${tasks.note ?? 'tasks are open.'}`]
    : [];
}
