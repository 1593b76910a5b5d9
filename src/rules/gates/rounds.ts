import type { Criterion, FixedItem, GateReview, GateRound } from '../../model/gate';
import type { Checkpoint, LoopState } from '../../model/loopState';
import type { Phase } from '../../model/plan';
import type { LocatedReport, Track } from '../../model/track';
import { recordedVerdict, verdictEvidence } from './reportChecks';

export type EvaluationStep = 'EVALUATE_PLAN' | 'EVALUATE_EXECUTION';

/** The evaluations of one step, told apart by round. */
export interface Rounds {
  readonly round: number;
  /** The report of the present round. */
  readonly present?: LocatedReport;
  /** The checkpoint, when it speaks of the present round. */
  readonly checkpoint?: Checkpoint;
  readonly evaluated: boolean;
  /** The verdict that a person gave in the present round. */
  readonly decided?: GateReview;
  /** Reports of earlier rounds, oldest first. */
  readonly past: readonly { readonly round: number; readonly report: LocatedReport }[];
}

const outcomeOpen = new Set(['NOT_STARTED', 'IN_PROGRESS', 'BOARD_REVIEW']);

/**
 * Which report belongs to which round. Agents append a report for each round or write over the last one, and some
 * forget to move the step, so: a number that the report states decides; else a report is of an earlier round when
 * the loop is at the step again and waits for an evaluation, and either the checkpoint has recorded an outcome since,
 * or the report is dated before the fix (or the revised plan) was done. `reviews` are those of this step: a round that
 * a person decided is the present one until the loop waits for another evaluation.
 */
export function roundsOf(
  track: Pick<Track, 'loop' | 'reports'>,
  step: EvaluationStep,
  reviews: readonly GateReview[] = [],
): Rounds {
  const { loop } = track;
  const kinds = step === 'EVALUATE_PLAN' ? ['plan'] : ['execution', 'other'];
  const reports = track.reports.filter(({ report }) => kinds.includes(report.kind));
  const awaiting = loop?.step === step && outcomeOpen.has(loop.stepStatus);
  const count = (step === 'EVALUATE_PLAN' ? loop?.planRevisionCount : loop?.fixCycleCount) ?? 0;
  // At FIX the cycle that follows the evaluation is counted already, and so is the revision at PLAN.
  const sentBack =
    (step === 'EVALUATE_EXECUTION' && loop?.step === 'FIX') ||
    (step === 'EVALUATE_PLAN' && loop?.step === 'PLAN');
  const expected = sentBack ? Math.max(1, count) : count + 1;
  const numbered: { round: number; report: LocatedReport }[] = [];
  for (const report of reports) {
    const before = numbered.at(-1)?.round ?? 0;
    numbered.push({ round: Math.max(statedRound(report) ?? before + 1, before), report });
  }
  const last = numbered.at(-1);
  const checkpoint = loop?.checkpoints[step];
  const said = awaiting ? undefined : reviews.findLast(isVerdict);
  // Taking a verdict back and giving another does not take back the count of cycles: then the moment tells.
  const isNow =
    said && (said.round >= expected || (said.at !== undefined && said.at === checkpoint?.completedAt));
  if (said && isNow && (statedRound(last?.report) ?? 0) <= said.round) {
    const isOfIt = last && (statedRound(last.report) === said.round || answers(last.report, said));
    return {
      round: said.round,
      ...(isOfIt ? { present: last.report } : {}),
      ...(checkpoint ? { checkpoint } : {}),
      evaluated: true,
      decided: said,
      past: isOfIt ? numbered.slice(0, -1) : numbered,
    };
  }
  const isPresent = last !== undefined && (!awaiting || speaksOfNow(last, loop, step, expected));
  if (last && isPresent) {
    return {
      round: statedRound(last.report) ?? Math.max(last.round, expected),
      present: last.report,
      ...(checkpoint && !awaiting ? { checkpoint } : {}),
      evaluated: true,
      past: numbered.slice(0, -1),
    };
  }
  const recorded = !awaiting && recordedVerdict(checkpoint) !== undefined;
  return {
    round: Math.max(expected, (last?.round ?? 0) + 1),
    ...(recorded && checkpoint ? { checkpoint } : {}),
    evaluated: recorded,
    past: numbered,
  };
}

/**
 * When the present round began, as far as anything tells: the last of what ended earlier rounds (a person's verdict, the
 * fix or the revised plan). Undefined in a first round, and where nothing tells. ISO.
 */
export function roundBegan(
  track: Pick<Track, 'loop'>,
  step: EvaluationStep,
  rounds: Rounds,
  reviews: readonly GateReview[],
): string | undefined {
  if (rounds.round < 2) return undefined;
  const ended = rounds.decided?.at ?? rounds.checkpoint?.completedAt;
  const times = [
    ...reviews.filter((review) => isVerdict(review) && review.round < rounds.round).map(({ at }) => at),
    track.loop?.checkpoints[step === 'EVALUATE_PLAN' ? 'PLAN' : 'FIX']?.completedAt,
    // While the loop waits for this round, the checkpoint may still have the time of the one before.
    rounds.checkpoint ? undefined : track.loop?.checkpoints[step]?.completedAt,
  ];
  return times
    .filter((time) => time !== undefined)
    .filter((time) => !Number.isNaN(Date.parse(time)) && (ended === undefined || isBefore(time, ended)))
    .sort((a, b) => Date.parse(a) - Date.parse(b))
    .at(-1);
}

/** A day tells nothing about the hour: on the same day a time without one is not before. */
export function isBefore(time: string, other: string): boolean {
  if (time.length <= 10 || other.length <= 10) return time.slice(0, 10) < other.slice(0, 10);
  return Date.parse(time) < Date.parse(other);
}

/** Whether a person decided about a whole gate, not about one criterion. */
export function isVerdict({ decision, criterion }: GateReview): boolean {
  return criterion === undefined && ['APPROVE', 'REQUEST_CHANGES', 'REJECT'].includes(decision);
}

/** A report that names no round is the one that the person had, unless the entry says that there was none. */
function answers(report: LocatedReport, said: GateReview): boolean {
  return statedRound(report) === undefined && said.evaluated !== false;
}

/** A round as the report or its fields state it. */
export function statedRound(located: LocatedReport | undefined): number | undefined {
  if (!located) return undefined;
  const { report } = located;
  const field = Object.entries(report.fields).find(([name]) => /^(?:evaluation )?round$/i.test(name))?.[1];
  const written =
    /\b(?:round|re-?evaluation)\s*#?(\d{1,3})\b/i.exec(report.title)?.[1] ??
    /^\s*#?(\d{1,3})\b/.exec(field ?? '')?.[1];
  const round = Number(written);
  return written !== undefined && round >= 1 ? round : undefined;
}

function speaksOfNow(
  last: { readonly round: number; readonly report: LocatedReport },
  loop: LoopState | undefined,
  step: EvaluationStep,
  expected: number,
): boolean {
  const stated = statedRound(last.report);
  if (stated !== undefined) return stated >= expected;
  const since = loop?.checkpoints[step === 'EVALUATE_PLAN' ? 'PLAN' : 'FIX']?.completedAt;
  const date = dateOf(last.report);
  if (since !== undefined && date !== undefined) {
    // A day tells nothing about the hour: on the same day the next question decides.
    const length = Math.min(date.length, since.length, date.includes('T') ? 16 : 10);
    const [then, fixed] = [date.slice(0, length), since.slice(0, length)];
    if (then !== fixed) return then > fixed;
  }
  const checkpoint = loop?.checkpoints[step];
  return expected === 1 && recordedVerdict(checkpoint) === undefined && checkpoint?.verdict === undefined;
}

/** ISO date, with the time where the report has it. */
export function dateOf({ report }: LocatedReport): string | undefined {
  const field = Object.entries(report.fields).find(([name]) =>
    /^(?:date|evaluated(?: at)?)$/i.test(name),
  )?.[1];
  const found = /\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?/.exec(field ?? '')?.[0];
  return found?.replace(' ', 'T');
}

/** Earlier rounds as they are shown beside the present one, newest first. */
export function earlierRounds(
  track: Track,
  step: EvaluationStep,
  rounds: Rounds,
  statesOf: (report: LocatedReport) => Readonly<Record<string, Criterion['state']>>,
  reviews: readonly GateReview[],
): GateRound[] {
  const found: GateRound[] = rounds.past
    .filter(({ round }) => round < rounds.round)
    .map(({ round, report }) => ({
      round,
      ...(report.report.verdict === undefined ? {} : { verdict: report.report.verdict }),
      ...(dateOf(report) === undefined ? {} : { at: dateOf(report)! }),
      evidence: [verdictEvidence(report)],
      states: statesOf(report),
      failureReasons: report.report.failureReasons,
      fixed: step === 'EVALUATE_EXECUTION' ? fixedIn(track, round) : [],
    }));
  // A round whose report was written over may still be known from what was decided or fixed in it. Only rounds that
  // something names are looked at: the count in a file may be any number.
  const named = new Set([...reviews.map(({ round }) => round), ...fixCyclesOf(track)]);
  for (const round of named) {
    if (round >= rounds.round || found.some((known) => known.round === round)) continue;
    const review = reviews.findLast((r) => r.round === round && r.criterion === undefined);
    const fixed = step === 'EVALUATE_EXECUTION' ? fixedIn(track, round) : [];
    if (!review && fixed.length === 0) continue;
    found.push({
      round,
      ...(review ? { verdict: review.decision } : {}),
      ...(review?.at === undefined ? {} : { at: review.at }),
      evidence: [],
      states: {},
      failureReasons: review?.note === undefined ? [] : [review.note],
      fixed,
    });
  }
  return found.sort((a, b) => b.round - a.round);
}

/** The fix cycles that plan.md or the FIX checkpoint know something of. */
function fixCyclesOf(track: Track): number[] {
  const cycle = track.loop?.checkpoints.FIX?.cycle;
  return [...fixPhases(track).map(({ cycle: n }) => n), ...(cycle === undefined ? [] : [cycle])];
}

function fixPhases(track: Track): { readonly cycle: number; readonly phase: Phase }[] {
  const phases = track.plan?.phases.filter((phase) => /\bfix(?:es)?\b/i.test(phase.heading)) ?? [];
  return phases.map((phase, i) => ({ cycle: cycleOf(phase) ?? i + 1, phase }));
}

/** What fix cycle n did: done tasks of its phase in plan.md, and what the FIX checkpoint lists while it is the last. */
function fixedIn(track: Track, cycle: number): FixedItem[] {
  const phase = fixPhases(track).find((candidate) => candidate.cycle === cycle)?.phase;
  const file = track.documents.plan;
  const tasks = (phase?.tasks ?? []).filter((task) => task.marker === 'done');
  const fix = track.loop?.checkpoints.FIX;
  const applied = fix?.cycle === cycle ? (fix.fixesApplied ?? []) : [];
  const known = new Set(tasks.flatMap((task) => task.commits));
  return [
    ...tasks.map((task) => ({
      text: task.text,
      ...(task.commit === undefined ? {} : { commit: task.commit }),
      evidence: file === undefined ? [] : [{ file, line: task.line, how: 'read' as const }],
    })),
    ...applied
      .filter((item) => item.commit === undefined || !known.has(item.commit))
      .map((item) => ({
        text: item.fix ?? item.issue ?? '',
        ...(item.commit === undefined ? {} : { commit: item.commit }),
        evidence:
          track.documents.metadata === undefined
            ? []
            : [{ file: track.documents.metadata, how: 'read' as const, note: 'fixes_applied' }],
      })),
  ];
}

function cycleOf(phase: Phase): number | undefined {
  const written = /\b(?:cycle|round)\s*#?(\d{1,3})\b/i.exec(phase.heading)?.[1];
  return written === undefined ? undefined : Number(written);
}
