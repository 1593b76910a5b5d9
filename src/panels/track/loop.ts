import type { Checkpoint, LoopState } from '../../model/loopState';
import type { Track } from '../../model/track';
import { maxIterations } from '../../rules/loopFacts';
import type {
  DrawnStep,
  Limit,
  LoopEdge,
  LoopNode,
  LoopPicture,
  LoopWay,
  Status,
} from '../../shared/trackModel';
import { numberIn } from './raw';
import { spanOf, timeOf } from './times';
import { drawnSteps, presentStep, short, statusOf, stepName } from './words';

/** How far along the way to COMPLETE a step is. */
const rank: Readonly<Record<DrawnStep, number>> = {
  PLAN: 0,
  EVALUATE_PLAN: 1,
  EXECUTE: 2,
  EVALUATE_EXECUTION: 3,
  FIX: 3.5,
  BUSINESS_SYNC: 4,
  COMPLETE: 5,
};

/** The loop with the path that was taken, from the counters and checkpoints of `loop_state` (spec 003, "The Loop"). */
export function loopPicture(loop: LoopState): LoopPicture {
  const now = presentDrawn(loop);
  return {
    steps: drawnSteps.map((step) => nodeOf(loop, step, now)),
    edges: edgesOf(loop, now),
    remarks: remarksOf(loop, now),
  };
}

/** The step that is lit; none when the file names one that the loop does not have. */
export function presentDrawn(loop: LoopState): DrawnStep | undefined {
  const step = loop.step === 'NOT_STARTED' ? 'PLAN' : loop.step;
  const stepIsKnown = loop.understood || isWord(loop.writtenStep, step);
  return stepIsKnown ? step : undefined;
}

function isWord(written: string, step: string): boolean {
  return (
    written
      .trim()
      .toUpperCase()
      .replace(/[\s-]+/g, '_') === step
  );
}

/** The present step's status is the machine's; a step that was left is judged by its checkpoint (FORMATS §4.4). */
export function stepStatus(loop: LoopState, step: DrawnStep): Status {
  if (presentDrawn(loop) === step) {
    if (!loop.understood) return { sign: 'unclear', word: short(loop.writtenStepStatus || 'No status', 60) };
    return statusOf(loop.stepStatus, loop.writtenStepStatus);
  }
  const checkpoint = loop.checkpoints[step];
  if (step === 'BUSINESS_SYNC' && isOpen(checkpoint) && checkpoint?.required === false) {
    return { sign: 'skipped', word: 'Not required' };
  }
  const now = presentDrawn(loop);
  if (checkpoint === undefined && now !== undefined && passedBy(loop, step, now)) {
    return { sign: 'open', word: 'No checkpoint' };
  }
  return statusOf(checkpoint?.status ?? 'NOT_STARTED', writtenStatus(checkpoint));
}

function writtenStatus(checkpoint: Checkpoint | undefined): string | undefined {
  const written = checkpoint?.raw['status'];
  return typeof written === 'string' ? written : undefined;
}

function isOpen(checkpoint: Checkpoint | undefined): boolean {
  return checkpoint === undefined || checkpoint.status === 'NOT_STARTED';
}

function nodeOf(loop: LoopState, step: DrawnStep, now: DrawnStep | undefined): LoopNode {
  const checkpoint = loop.checkpoints[step];
  const detail = detailOf(loop, step, checkpoint);
  return {
    step,
    name: stepName[step],
    status: stepStatus(loop, step),
    ...(detail === undefined ? {} : { detail }),
    now: step === now,
    reached: step === now || !isOpen(checkpoint) || (now !== undefined && passedBy(loop, step, now)),
  };
}

/** Steps on the straight way before the present one have been passed, whatever was forgotten to be written. */
function passedBy(loop: LoopState, step: DrawnStep, now: DrawnStep): boolean {
  if (step === 'FIX') return loop.fixCycleCount > 0;
  if (step === 'BUSINESS_SYNC') return false;
  return rank[step] < rank[now];
}

function detailOf(loop: LoopState, step: DrawnStep, checkpoint: Checkpoint | undefined): string | undefined {
  if (step === 'FIX' && (checkpoint?.cycle ?? loop.fixCycleCount) > 0) {
    return `cycle ${String(checkpoint?.cycle ?? loop.fixCycleCount)}`;
  }
  if (checkpoint === undefined) return undefined;
  if (step === 'EVALUATE_EXECUTION' && loop.fixCycleCount > 0) {
    return `round ${String(fixesHandedBack(loop) + 1)}`;
  }
  return isOpen(checkpoint)
    ? undefined
    : spanOf(timeOf(checkpoint.startedAt), timeOf(checkpoint.completedAt));
}

/** How often the plan was sent back: as counted, or as the version of the plan shows where nobody counted. */
function planRevisions(loop: LoopState): number {
  const version = numberIn(loop.checkpoints.PLAN?.raw, 'plan_version') ?? 1;
  return Math.max(loop.planRevisionCount, Math.floor(version) - 1);
}

/** Fix cycles that have ended and gone back to the evaluation. */
function fixesHandedBack(loop: LoopState): number {
  const cycles = Math.max(loop.fixCycleCount, loop.step === 'FIX' ? 1 : 0);
  return loop.step === 'FIX' ? cycles - 1 : cycles;
}

function edgesOf(loop: LoopState, now: DrawnStep | undefined): LoopEdge[] {
  const { checkpoints } = loop;
  const revisions = planRevisions(loop);
  const has = (step: DrawnStep): boolean =>
    !isOpen(checkpoints[step]) || now === step || (now !== undefined && passedBy(loop, step, now));
  const once = (taken: boolean): number => (taken ? 1 : 0);
  const fixes = Math.max(loop.fixCycleCount, has('FIX') ? 1 : 0);
  const complete = now === 'COMPLETE';
  const synced = !isOpen(checkpoints.BUSINESS_SYNC) && checkpoints.BUSINESS_SYNC?.status !== 'SKIPPED';
  const inSync = now === 'BUSINESS_SYNC';
  // At PLAN after a revision, the way to the next evaluation is still ahead.
  const planned = now === 'PLAN' ? revisions : once(has('EVALUATE_PLAN')) + revisions;
  const counts: Readonly<Record<LoopWay, number>> = {
    planned,
    planFailed: revisions,
    planPassed: once(has('EXECUTE')),
    executed: once(has('EVALUATE_EXECUTION') || fixes > 0),
    failed: fixes,
    fixed: fixes > 0 ? fixesHandedBack({ ...loop, fixCycleCount: fixes }) : 0,
    toSync: once(inSync || synced),
    synced: once(complete && synced),
    noSync: once(complete && !synced),
  };
  return (Object.keys(counts) as LoopWay[]).map((way) => ({
    way,
    count: counts[way],
    label: labelOf(way, counts[way]),
  }));
}

const words: Readonly<Record<LoopWay, readonly [before: string, after?: string]>> = {
  planned: [''],
  planPassed: ['PASS'],
  planFailed: ['FAIL', 'revise plan'],
  executed: [''],
  failed: ['FAIL'],
  fixed: ['back'],
  toSync: ['PASS'],
  synced: ['PASS'],
  noSync: ['PASS', 'sync not required'],
};

function labelOf(way: LoopWay, count: number): string {
  const [before, after] = words[way];
  // A counter that somebody broke must not cover the picture; the limits beside it say it in full.
  const times = count > 999 ? '999+' : String(count);
  const counted = [before, count === 0 ? '' : `×${times}`].filter((part) => part !== '').join(' ');
  return after === undefined ? counted : `${counted}, ${after}`;
}

function remarksOf(loop: LoopState, now: DrawnStep | undefined): string[] {
  const remarks: string[] = [];
  if (now === undefined) {
    const written = loop.writtenStep === '' ? 'no step' : `“${presentStep(loop)}”`;
    remarks.push(
      `metadata.json names ${written} as the present step, which is no step of the loop, so none is lit.`,
    );
  } else if (!loop.understood) {
    const written = loop.writtenStepStatus === '' ? 'no status' : `“${short(loop.writtenStepStatus, 80)}”`;
    remarks.push(`metadata.json gives the present step ${written}, which is no status of the loop.`);
  }
  remarks.push(
    loop.source === 'metadata'
      ? 'Path and counts from loop_state in metadata.json.'
      : 'Inferred from plan.md and its reports: metadata.json has no loop_state.',
  );
  return remarks;
}

/** Counters and what they may reach: from data, except where spec 003 alone gives the limit. */
export function limitsOf(track: Track): Limit[] {
  const { loop } = track;
  if (!loop) return [];
  const file = loop.source === 'metadata' ? 'metadata.json' : 'inferred from plan.md';
  const state = track.metadata?.raw['loop_state'];
  const iterations = numberIn(state, 'iteration_count', 'iterations', 'loop_iterations');
  const mostIterations = numberIn(state, 'max_iterations') ?? maxIterations;
  return [
    { name: 'Fix cycles', value: loop.fixCycleCount, most: loop.maxFixCycles, source: file },
    {
      name: 'Plan revisions',
      value: planRevisions(loop),
      ...(loop.maxPlanRevisions === undefined ? {} : { most: loop.maxPlanRevisions }),
      source: file,
    },
    // Counted during a run only; a file that keeps no count shows no meter.
    ...(iterations === undefined
      ? []
      : [{ name: 'Loop iterations', value: iterations, most: mostIterations, source: file }]),
  ];
}
