import type { Criterion, Gate } from '../../model/gate';
import type { Task } from '../../model/plan';
import type { LocatedReport, Track } from '../../model/track';
import { conditionKey, boardConditionsOf } from '../boardConditions';
import { tasksOf } from '../progress';
import { conditionCriteria, sessionAt, sessionCriterion, usesBoard } from './boardCriterion';
import { evaluatorCriteria, evaluatorWords, failedBefore } from './evaluators';
import type { GateEvidence } from './gateEvidence';
import { asDecided, reviewsOf, withPersonsEntries } from './personsEntries';
import { aboutEvaluation, sourcesOf } from './planGate';
import {
  checkCriterion,
  executionChecks,
  furtherRows,
  rowFor,
  stateOf,
  verdictCriterion,
  type Contradictions,
} from './reportChecks';
import { earlierRounds, roundBegan, roundsOf } from './rounds';
import { testEvidence } from './testEvidence';

/** Steps at which test results on disk are about this evaluation. While fixes are made they are about the next one. */
const resultsCount = new Set(['EXECUTE', 'EVALUATE_EXECUTION']);
/** Steps before the first evaluation: that tasks are open is then no failure. */
const notReached = new Set(['NOT_STARTED', 'PLAN', 'EVALUATE_PLAN', 'EXECUTE']);

/** EVALUATE_EXECUTION (spec 003, step 4): the six checks, the specialised evaluators, the board and its conditions. */
export function executionGate(track: Track, evidence: GateEvidence): Gate {
  const step = 'EVALUATE_EXECUTION';
  const reviews = reviewsOf(step, track.metadata?.gateReviews ?? []);
  const rounds = roundsOf(track, step, reviews);
  const contradictions: Contradictions = [];
  const from = sourcesOf(track, rounds);
  const report = rounds.present;
  const at = track.loop?.step ?? 'NOT_STARTED';
  const isKnown = knownRows(track, report);
  const checks = executionChecks.map((check) => {
    const criterion = checkCriterion(check, from, contradictions);
    if (check.id === 'tests') {
      return resultsCount.has(at) ? withTestResults(criterion, evidence, contradictions) : criterion;
    }
    // At FIX plan.md has the tasks of the fix, which this round's evaluation could not know.
    const aboutPlan = (check.id === 'plan-updated' || check.id === 'leftover') && at !== 'FIX';
    return aboutPlan ? withPlan(criterion, track, !notReached.has(at), contradictions) : criterion;
  });
  const uses = usesBoard(track);
  const criteria = [
    ...checks,
    ...furtherRows(report, isKnown),
    ...evaluatorCriteria(track, from, failedBefore(track, rounds, reviews)),
    sessionCriterion(
      track,
      sessionAt(track, ['EVALUATE_EXECUTION', 'QUICK_REVIEW']),
      {
        name: 'Board Quick Review',
        question: 'Quick review of the board at every evaluation',
        since: roundBegan(track, step, rounds, reviews),
        required: uses && (at === 'EVALUATE_EXECUTION' || notReached.has(at)),
        missing: uses
          ? 'Spec 003 asks for a quick review at every evaluation; none is recorded.'
          : 'This track has had no board.',
      },
      contradictions,
    ),
    ...conditionCriteria(track, report, step),
  ];
  const verdict = verdictCriterion(from, criteria, contradictions);
  return {
    id: step,
    kind: step,
    title: 'Evaluate execution',
    round: rounds.round,
    evaluated: rounds.evaluated,
    ...aboutEvaluation(report?.report.fields, report, from.checkpoint, rounds.decided),
    criteria: asDecided(
      withPersonsEntries([...criteria, ...verdict], reviews, rounds.round),
      rounds.decided,
      from.metadataFile,
      contradictions,
    ),
    ...(rounds.decided ? { decided: rounds.decided } : {}),
    earlier: earlierRounds(track, step, rounds, (past) => statesOf(past, isKnown), reviews),
    reviews,
    contradictions,
  };
}

function knownRows(
  track: Track,
  report: LocatedReport | undefined,
): (row: { readonly name: string }) => boolean {
  const conditions = new Set(boardConditionsOf(track, report).map(({ text }) => conditionKey(text)));
  return ({ name }) =>
    evaluatorWords.test(name) ||
    /^board\b/i.test(name.trim()) ||
    // "Business doc sync needed: YES" is a question about the next step, not a check.
    /^business doc/i.test(name.trim()) ||
    conditions.has(conditionKey(name)) ||
    executionChecks.some(({ words }) => words.test(name.trim()));
}

function statesOf(
  report: LocatedReport,
  isKnown: (row: { readonly name: string }) => boolean,
): Readonly<Record<string, Criterion['state']>> {
  return Object.fromEntries([
    ...executionChecks.flatMap((check): [string, Criterion['state']][] => {
      const row = rowFor(report, check.words);
      return row ? [[check.id, stateOf(row)]] : [];
    }),
    ...furtherRows(report, isKnown).map(({ id, state }) => [id, state] as const),
    ...report.report.checks
      .filter((row) => evaluatorWords.test(row.name))
      .map((row) => [evaluatorWords.exec(row.name)![0].toLowerCase(), stateOf(row)] as const),
  ]);
}

/** A failing test in a file is a failing test, whatever a report says. */
function withTestResults(
  criterion: Criterion,
  evidence: GateEvidence,
  contradictions: Contradictions,
): Criterion {
  const seen = testEvidence(evidence.results ?? []);
  if (!seen) return criterion;
  if (seen.passed === undefined) return { ...criterion, evidence: [...criterion.evidence, ...seen.evidence] };
  const disagree =
    (criterion.state === 'passed' && !seen.passed) || (criterion.state === 'failed' && seen.passed);
  if (disagree) {
    contradictions.push(
      `${criterion.name}: the evaluation says ${criterion.state}, the test results say ${seen.note}.`,
    );
  }
  return {
    ...criterion,
    state: seen.passed && criterion.state !== 'failed' ? 'passed' : 'failed',
    note: criterion.state === 'failed' && criterion.note ? `${seen.note}. ${criterion.note}` : seen.note,
    evidence: [...seen.evidence, ...criterion.evidence],
  };
}

/** What plan.md itself says: tasks that are open are open, whatever a report says. */
function withPlan(
  criterion: Criterion,
  track: Track,
  reached: boolean,
  contradictions: Contradictions,
): Criterion {
  const tasks = tasksOf(track.plan);
  const file = track.documents.plan;
  if (tasks.length === 0 || file === undefined) return criterion;
  const isDone = (task: Task) => task.marker === 'done' || task.marker === 'skipped';
  const open = tasks.filter((task) => !isDone(task));
  const skipped = tasks.filter((task) => task.marker === 'skipped');
  const done = tasks.length - open.length - skipped.length;
  const count = `${done} of ${tasks.length} tasks are done${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`;
  const place = (task: Task | undefined) => [
    { file, ...(task ? { line: task.line } : {}), how: 'read' as const },
  ];
  const [first] = open;
  if (first) {
    if (criterion.state === 'passed' && reached) {
      contradictions.push(
        `${criterion.name}: the evaluation says passed, but ${count}; first open: “${first.text}” (plan.md:${first.line}).`,
      );
    }
    return {
      ...criterion,
      state: reached ? 'failed' : 'open',
      note: `${count}; first open: “${first.text}”.`,
      evidence: [...place(first), ...criterion.evidence],
    };
  }
  if (criterion.state === 'failed') return criterion;
  if (criterion.state === 'open') {
    // That boxes are ticked is not that descriptions are true, and a skipped task may be leftover work or not.
    const settled = criterion.id === 'leftover' && skipped.length === 0;
    return {
      ...criterion,
      state: settled ? 'passed' : 'open',
      note: settled
        ? `${count}.`
        : criterion.id === 'leftover'
          ? `${count}: whether that is leftover work, a person says.`
          : `${count}; whether the descriptions are accurate, an evaluation says.`,
      evidence: place(skipped[0] ?? tasks[0]),
    };
  }
  return {
    ...criterion,
    note: criterion.note === undefined ? `${count}.` : `${count}. ${criterion.note}`,
    evidence: [...place(tasks[0]), ...criterion.evidence],
  };
}
