import type { Criterion, GateReview } from '../../model/gate';
import type { LocatedReport, Track } from '../../model/track';
import { isVerdict, type Rounds } from './rounds';
import { passes, rowEvidence, stateOf, verdictEvidence, type Sources } from './reportChecks';

/** Specialised evaluators (spec 003, "Specialized Evaluators"), what they check, and the words of types they serve. */
export const evaluators = [
  {
    name: 'eval-ui-ux',
    checks: 'Design tokens, visual consistency, responsive, component states, accessibility',
    types: /\b(?:ui|ux|screens?|design|components?|frontend|front-end)\b/i,
  },
  {
    name: 'eval-code-quality',
    checks: 'Build, type safety, code patterns, error handling, dead code, tests',
    types:
      /\b(?:features?|infrastructure|infra|refactor(?:ing)?|bug-?fix|bug|fix|quality|architecture|chore|performance)\b/i,
  },
  {
    name: 'eval-integration',
    checks: 'API contracts, auth flows, data persistence, error recovery, env config',
    types: /\b(?:integrations?|apis?|databases?|auth|third-party|backend|back-end)\b/i,
  },
  {
    name: 'eval-business-logic',
    checks: 'Product rules, feature correctness, edge cases, state transitions, data flow',
    types: /\b(?:business|logic|business-logic|core|state|pricing)\b/i,
  },
] as const;

/** Evaluators that a track's type asks for; a type of several words asks for several. None for docs, research, … */
export function evaluatorsFor(type: string | undefined): string[] {
  const words = (type ?? '').replaceAll('_', '-');
  return evaluators.filter(({ types }) => types.test(words)).map(({ name }) => name);
}

export const evaluatorWords = /\beval-[a-z][a-z-]*/i;

/** Evaluators that failed in the round before the present one: a fix is only one when they have looked again. */
export function failedBefore(
  track: Pick<Track, 'loop'>,
  rounds: Rounds,
  reviews: readonly GateReview[],
): string[] {
  const before = rounds.round - 1;
  const rows = rounds.past.findLast(({ round }) => round === before)?.report.report.checks ?? [];
  // What the checkpoint lists while the loop waits is of the round before.
  const ran = rounds.checkpoint ? [] : (track.loop?.checkpoints.EVALUATE_EXECUTION?.evaluatorsRun ?? []);
  const decided = reviews.findLast((review) => isVerdict(review) && review.round === before)?.criteria ?? [];
  return [
    ...rows
      .filter((row) => stateOf(row) === 'failed')
      .map(({ name }) => evaluatorWords.exec(name)?.[0] ?? ''),
    ...ran.filter(({ verdict }) => /^fail/i.test(verdict?.trim() ?? '')).map(({ evaluator }) => evaluator),
    ...decided.filter(({ id, state }) => state === 'failed' && /^eval-/i.test(id)).map(({ id }) => id),
  ].map((name) => name.trim().toLowerCase());
}

/** One criterion for each evaluator that the track's type asks for, that ran, or that failed before. All must pass. */
export function evaluatorCriteria(track: Track, from: Sources, before: readonly string[] = []): Criterion[] {
  const { report, checkpoint } = from;
  const asked = evaluatorsFor(track.metadata?.type);
  const applied = appliedIn(report);
  const ran = checkpoint?.evaluatorsRun ?? [];
  const rows = (report?.report.checks ?? []).filter((row) => evaluatorWords.test(row.name));
  const names = new Set(
    [
      ...asked,
      ...before,
      ...applied,
      ...ran.map((run) => run.evaluator),
      ...rows.map((row) => evaluatorWords.exec(row.name)?.[0] ?? ''),
    ].map((name) => name.trim().toLowerCase()),
  );
  names.delete('');
  const namesAny = applied.length > 0 || ran.length > 0 || rows.length > 0;
  return [...names].map((name): Criterion => {
    const about = evaluators.find((known) => known.name === name);
    const base = {
      id: name,
      name,
      group: 'evaluators',
      required: true,
      ...(about ? { question: about.checks } : {}),
    } as const;
    const row = rows.findLast((r) => evaluatorWords.exec(r.name)?.[0]?.toLowerCase() === name);
    const run = ran.findLast((r) => r.evaluator.trim().toLowerCase() === name);
    const runFailed = run?.verdict !== undefined && /^fail/i.test(run.verdict.trim());
    const runPassed = run?.verdict !== undefined && /^pass/i.test(run.verdict.trim());
    const runEvidence = {
      ...(from.metadataFile === undefined ? {} : { file: from.metadataFile }),
      how: 'read' as const,
      note: 'evaluators_run',
    };
    const issues = run && run.issues.length > 0 ? run.issues.join('; ') : undefined;
    if (row && report) {
      const state = runFailed ? 'failed' : stateOf(row);
      const note = row.note ?? issues;
      return {
        ...base,
        state,
        ...(note === undefined ? {} : { note }),
        evidence: [rowEvidence(report.file, row), ...(runFailed ? [runEvidence] : [])],
      };
    }
    if (runFailed || runPassed) {
      return {
        ...base,
        state: runFailed ? 'failed' : 'passed',
        ...(issues === undefined ? {} : { note: issues }),
        evidence: [runEvidence],
      };
    }
    const isApplied = applied.includes(name) || (run !== undefined && run.verdict === undefined);
    if (report && passes(report) && !report.report.contradictory && (isApplied || !namesAny)) {
      return {
        ...base,
        state: 'passed',
        note: `No verdict of its own; covered by the verdict ${report.report.verdict}.`,
        evidence: [verdictEvidence(report)],
      };
    }
    return {
      ...base,
      state: 'open',
      note: before.includes(name)
        ? `It failed in the round before${report && namesAny ? ', and the evaluation does not name it' : ''}.`
        : report && namesAny && !isApplied
          ? `The type “${track.metadata?.type}” asks for it, but the evaluation does not name it.`
          : 'Nothing answers it yet.',
      evidence: [],
    };
  });
}

/** "Evaluators Applied: eval-code-quality, eval-business-logic" */
function appliedIn(report: LocatedReport | undefined): string[] {
  const field = Object.entries(report?.report.fields ?? {}).find(([name]) =>
    /^evaluators?(?: applied| dispatched| run)?$/i.test(name),
  )?.[1];
  return [...(field ?? '').matchAll(new RegExp(evaluatorWords.source, 'gi'))].map(([name]) =>
    name.toLowerCase(),
  );
}
