import type { JsonChange } from '../files/jsonEdit';
import type { EditRefusal } from '../model/edit';
import type { Criterion, DecidedCriterion, Gate, GateDecision, ReviewDecision } from '../model/gate';
import type { Checkpoint } from '../model/loopState';
import type { Track } from '../model/track';
import { unmetConditions } from '../rules/boardConditions';
import { decide, openCriteria } from '../rules/gates/decide';
import { gateActionsOf, isLoopGate, type Permission } from '../rules/gates/gateActions';
import type { GateEvidence } from '../rules/gates/gateEvidence';
import { gateTransition, reasonsOf, type LoopGate } from '../rules/gates/gateTransition';
import { gateById } from '../rules/gates/gatesOf';
import { phaseCheckOf } from '../rules/gates/phaseGate';
import type { TrackChangeResult } from './blockTrack';
import { completePhase } from './completePhase';
import { editLoop, written } from './loopEdit';
import { editMetadata, metadataFileOf, touched } from './metadataEdit';
import type { Ports } from './ports';
import { afterStepWritten } from './registryRow';

export interface ReviewRequest {
  /** The gate as the person saw it: the decision is refused (`state-moved`) when its round is over by now. */
  readonly gate: Pick<Gate, 'id' | 'kind' | 'round'>;
  readonly decision: ReviewDecision;
  /** WAIVE, UNWAIVE, ENTER: id of the criterion. */
  readonly criterion?: string;
  /** ENTER: the value of a metric, or whether a check passes. */
  readonly value?: number;
  readonly passed?: boolean;
  /** Needed for REQUEST_CHANGES, REJECT and WAIVE. */
  readonly note?: string;
  /** APPROVE at EVALUATE_EXECUTION: whether business documents must be synced, where the files do not say. */
  readonly businessSync?: boolean;
  /** What bears on the gate besides the track, as the person saw it. */
  readonly evidence?: GateEvidence;
  /**
   * How many decisions on this gate the person saw: refused (`state-moved`) when there are others by now, so that the
   * same decision, sent twice, is written once.
   */
  readonly reviews?: number;
  /** Who decides; default `person`. */
  readonly by?: string;
  readonly registryFile?: string;
  readonly signal?: AbortSignal;
}

/**
 * Writes what a person decides at a gate. The outcome goes where spec 003 keeps it, through the loop's own transitions
 * (checkpoint status, verdict, failure_reasons, next step) and in the same write to the audit list `gate_reviews[]`.
 * A phase is marked complete in plan.md; metric gates and PRE_LAUNCH have no step, so they are only recorded.
 *
 * What a person may do is asked of the rules again, on the text that is written to. Refuses `approval-forbidden` while
 * a required criterion has failed and is not waived; `note-missing`, `value-missing`, `criterion-unknown`,
 * `gate-unknown`, `gate-not-open`, `outcome-recorded`, `step-blocked`, `not-waivable`, `nothing-to-waive`,
 * `answered-by-file`, `state-moved`, and what the machine or the editor refuses.
 */
export async function reviewGate(
  ports: Pick<Ports, 'editor' | 'clock' | 'git'>,
  track: Track,
  request: ReviewRequest,
): Promise<TrackChangeResult> {
  const missing = missingIn(request);
  if (missing) return { refused: missing };
  switch (request.decision) {
    case 'WAIVE':
    case 'UNWAIVE':
    case 'ENTER':
      return recordOnly(ports, track, request);
    case 'APPROVE':
    case 'REQUEST_CHANGES':
    case 'REJECT':
      if (isLoopGate(request.gate.kind)) return reviewStep(ports, track, request, request.gate.kind);
      if (request.gate.kind === 'PHASE_COMPLETION' && request.decision === 'APPROVE') {
        return approvePhase(ports, track, request);
      }
      return recordOnly(ports, track, request);
  }
}

/** Criteria that a verdict keeps; more than a gate of the spec has. */
const mostCriteria = 40;

type Verdict = 'APPROVE' | 'REQUEST_CHANGES' | 'REJECT';

// --- gates that are steps of the loop ---

async function reviewStep(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  request: ReviewRequest,
  step: LoopGate,
): Promise<TrackChangeResult> {
  const at = ports.clock().toISOString();
  const decision = request.decision as Verdict;
  let asked = false;
  const outcome = await editLoop(
    ports,
    track,
    ({ metadata, loop, facts }) => {
      // Asked again after other programs wrote, our own entry may be there.
      const seen = gateNow({ ...track, metadata, loop }, request, asked ? at : undefined);
      asked = true;
      if ('refused' in seen) return seen;
      const { gate, rule } = seen;
      const reasons = decision === 'APPROVE' ? [] : [...noteOf(request), ...reasonsOf(gate)];
      const result = gateTransition(loop, facts, step, {
        decision,
        reasons,
        ...(request.note === undefined ? {} : { note: request.note.trim() }),
        ...(request.businessSync === undefined ? {} : { businessSync: request.businessSync }),
        at,
      });
      if ('refused' in result) return result;
      const before = loop.checkpoints[step];
      return written(result, metadata, at, {
        history: {
          reason: `${step} ${decision}${request.note?.trim() ? `: ${request.note.trim()}` : ''}`,
          by: 'person',
        },
        extra: [
          ...itemsChanges(step, before, decision, reasons),
          ...unmetChanges(track, step, decision),
          reviewEntry(request, gate, rule, at, before),
        ],
      });
    },
    { at, ...(request.signal ? { signal: request.signal } : {}) },
  );
  if ('refused' in outcome) return outcome;
  return afterStepWritten(ports, track, outcome, request.registryFile);
}

/** `failure_items` is the same under another name: where the file has it, it must not say something else. */
function itemsChanges(
  step: LoopGate,
  before: Checkpoint | undefined,
  decision: Verdict,
  reasons: readonly string[],
): JsonChange[] {
  const items = before?.raw['failure_items'];
  if (!Array.isArray(items)) return [];
  const inObjects = items.some((item) => typeof item === 'object' && item !== null);
  return [
    {
      path: ['loop_state', 'checkpoints', step, 'failure_items'],
      value: decision === 'APPROVE' ? [] : inObjects ? reasons.map((issue) => ({ issue })) : [...reasons],
    },
  ];
}

/** Conditions that an approval found met or waived no longer hold the evaluation up; gate_reviews[] keeps the list. */
function unmetChanges(track: Track, step: LoopGate, decision: Verdict): JsonChange[] {
  if (step !== 'EVALUATE_EXECUTION' || decision !== 'APPROVE' || unmetConditions(track).length === 0)
    return [];
  return [{ path: ['loop_state', 'checkpoints', step, 'unmet_board_conditions'], value: [] }];
}

// --- phases ---

async function approvePhase(
  ports: Pick<Ports, 'editor' | 'clock' | 'git'>,
  track: Track,
  request: ReviewRequest,
): Promise<TrackChangeResult> {
  const seen = gateNow(track, request);
  if ('refused' in seen) return seen;
  const phaseKey = seen.gate.id.slice('phase:'.length);
  const named = (state: (criterion: Criterion) => boolean) =>
    seen.gate.criteria.filter(state).flatMap(({ id }) => phaseCheckOf(id) ?? []);
  const outcome = await completePhase(ports, track, phaseKey, {
    confirmed: Object.fromEntries(named(({ state }) => state === 'passed').map((name) => [name, true])),
    waived: named(({ waived }) => waived !== undefined),
    ...(request.signal ? { signal: request.signal } : {}),
  });
  if ('refused' in outcome) return outcome;
  const plan = track.documents.plan;
  // plan.md is written: from here on nothing is refused any more.
  const recorded = await recordOnly(ports, track, request, true);
  const done = {
    why: `“${seen.gate.title}” is marked complete.`,
    files: outcome.changed && plan !== undefined ? [plan] : [],
  };
  return 'refused' in recorded
    ? {
        ...done,
        warnings: [`The decision could not be recorded in gate_reviews[]: ${recorded.refused.message}`],
      }
    : { ...done, files: [...done.files, ...recorded.files], warnings: recorded.warnings };
}

// --- what is only recorded ---

async function recordOnly(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  request: ReviewRequest,
  decided = false,
): Promise<TrackChangeResult> {
  const at = ports.clock().toISOString();
  let why = '';
  /** How many entries there were when ours was worked out first. */
  let entries: number | undefined;
  const outcome = await editMetadata(
    ports,
    track,
    (metadata) => {
      // The editor asks again after other programs wrote: our own entry needs no second one.
      if (entries !== undefined && metadata.gateReviews.slice(entries).some((review) => review.at === at))
        return [];
      const now = { ...track, metadata, ...(metadata.loop ? { loop: metadata.loop } : {}) };
      const seen = decided ? plainGate(now, request) : gateNow(now, request);
      if ('refused' in seen) return seen;
      why = wordsFor(request, seen.gate);
      entries ??= metadata.gateReviews.length;
      return [reviewEntry(request, seen.gate, seen.rule, at, undefined), ...touched(metadata, at)];
    },
    request.signal ? { signal: request.signal } : {},
  );
  if ('refused' in outcome) return outcome;
  return { why, files: outcome.changed ? [metadataFileOf(track)] : [], warnings: [] };
}

function wordsFor(request: ReviewRequest, gate: Gate): string {
  const criterion = gate.criteria.find(({ id }) => id === request.criterion)?.name ?? '';
  switch (request.decision) {
    case 'WAIVE':
      return `${criterion} is waived at “${gate.title}”.`;
    case 'UNWAIVE':
      return `${criterion} is no longer waived at “${gate.title}”.`;
    case 'ENTER':
      return `${criterion} at “${gate.title}” is entered by hand: ${request.value ?? (request.passed ? 'passes' : 'fails')}.`;
    case 'APPROVE':
      return `“${gate.title}” is approved.`;
    case 'REQUEST_CHANGES':
      return `Changes are requested at “${gate.title}”.`;
    case 'REJECT':
      return `“${gate.title}” is rejected.`;
  }
}

// --- the gate on the current text ---

interface SeenGate {
  readonly gate: Gate;
  readonly rule: GateDecision;
}

/** The gate as it is now, if the person may still do what they asked for. `own`: when an entry of ours was made. */
function gateNow(
  track: Track,
  request: ReviewRequest,
  own?: string,
): SeenGate | { readonly refused: EditRefusal } {
  const seen = plainGate(track, request);
  if ('refused' in seen) return seen;
  const { gate } = seen;
  const others = gate.reviews.filter(({ at }) => own === undefined || at !== own).length;
  if (request.reviews !== undefined && others !== request.reviews) {
    return {
      refused: {
        code: 'state-moved',
        message: `Something was decided at “${gate.title}” meanwhile. Nothing was written; look again and repeat.`,
      },
    };
  }
  if (gate.round !== request.gate.round) {
    return {
      refused: {
        code: 'state-moved',
        message: `“${gate.title}” is in round ${gate.round} by now, not in round ${request.gate.round}. Nothing was written; look again and repeat.`,
      },
    };
  }
  if (request.criterion !== undefined && !gate.criteria.some(({ id }) => id === request.criterion)) {
    return {
      refused: {
        code: 'criterion-unknown',
        message: `“${gate.title}” has no criterion “${request.criterion.slice(0, 80)}” (any more). Look at the gate again.`,
      },
    };
  }
  const permission = permissionFor(track, gate, request);
  if (permission && !permission.allowed) {
    return { refused: { code: permission.code, message: permission.because } };
  }
  return seen;
}

function plainGate(track: Track, request: ReviewRequest): SeenGate | { readonly refused: EditRefusal } {
  const gate = gateById(track, request.gate.id, request.evidence);
  if (!gate) {
    return {
      refused: {
        code: 'gate-unknown',
        message: `${track.id} has no gate “${request.gate.id.slice(0, 80)}” (any more). Look at the track again.`,
      },
    };
  }
  return { gate, rule: decide(gate) };
}

function permissionFor(track: Track, gate: Gate, request: ReviewRequest): Permission | undefined {
  const actions = gateActionsOf(track, gate);
  const id = request.criterion ?? '';
  switch (request.decision) {
    case 'APPROVE':
      return actions.approve;
    case 'REQUEST_CHANGES':
      return actions.requestChanges;
    case 'REJECT':
      return actions.reject;
    case 'WAIVE':
      return Object.hasOwn(actions.waive, id) ? actions.waive[id] : undefined;
    case 'ENTER':
      return (
        entersNothing(gate, request) ?? (Object.hasOwn(actions.enter, id) ? actions.enter[id] : undefined)
      );
    case 'UNWAIVE':
      return Object.hasOwn(actions.withdraw, id)
        ? actions.withdraw[id]
        : { allowed: false, code: 'not-waived', because: 'That criterion is not waived.' };
  }
}

function entersNothing(gate: Gate, request: ReviewRequest): Permission | undefined {
  const isMetric = gate.criteria.find(({ id }) => id === request.criterion)?.minimum !== undefined;
  if (isMetric ? Number.isFinite(request.value) : request.passed !== undefined) return undefined;
  return {
    allowed: false,
    code: 'value-missing',
    because: isMetric ? 'Give a number for the metric.' : 'Say whether the check passes.',
  };
}

// --- what is written ---

function reviewEntry(
  request: ReviewRequest,
  gate: Gate,
  rule: GateDecision,
  at: string,
  replaced: Checkpoint | undefined,
): JsonChange {
  const fired = rule.lines.find(({ state }) => state === 'fired');
  const isVerdict = request.criterion === undefined;
  const waived = gate.criteria.filter((criterion) => criterion.waived).map(({ id }) => id);
  const open = openCriteria(gate).map(({ id }) => id);
  const value: Record<string, unknown> = {
    gate: gate.id,
    round: gate.round,
    decision: request.decision,
    criterion: request.criterion,
    value: request.decision === 'ENTER' ? request.value : undefined,
    passed: request.decision === 'ENTER' ? request.passed : undefined,
    note: noteOf(request)[0],
    outcome: isVerdict ? rule.outcome : undefined,
    score: isVerdict ? rule.score : undefined,
    rule: isVerdict && fired ? `${fired.text}: ${fired.because}` : undefined,
    waived: isVerdict && waived.length > 0 ? waived : undefined,
    unanswered: isVerdict && open.length > 0 ? open : undefined,
    evaluated: isVerdict ? gate.evaluated : undefined,
    criteria: isVerdict ? criteriaNow(gate) : undefined,
    // What the evaluator had recorded, and this decision writes over.
    replaced: replacedBy(replaced),
    by: request.by ?? 'person',
    at,
  };
  return {
    path: ['gate_reviews', -1],
    value: Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)),
  };
}

/** At later steps what answered a criterion may be gone: what the person saw is kept, in short. */
function criteriaNow({ criteria }: Gate): DecidedCriterion[] | undefined {
  const counting = criteria.filter(({ state }) => state !== 'notApplicable').slice(0, mostCriteria);
  if (counting.length === 0) return undefined;
  return counting.map(({ id, state, note }) => ({
    id,
    state,
    ...(note === undefined
      ? {}
      : { note: note.length > 160 ? `${note.slice(0, 159).replace(/[\uD800-\uDBFF]$/, '')}…` : note }),
  }));
}

function replacedBy(checkpoint: Checkpoint | undefined): Record<string, unknown> | undefined {
  if (!checkpoint || checkpoint.status === 'NOT_STARTED') return undefined;
  const { raw } = checkpoint;
  return Object.fromEntries(
    ['status', 'verdict', 'failure_reasons', 'failure_items', 'unmet_board_conditions', 'completed_at']
      .map((key) => [key, raw[key]] as const)
      .filter(([, value]) => value !== undefined && value !== null),
  );
}

function noteOf(request: ReviewRequest): string[] {
  const note = request.note?.trim();
  return note ? [note] : [];
}

function missingIn(request: ReviewRequest): EditRefusal | undefined {
  const { decision } = request;
  const needsNote = decision === 'REQUEST_CHANGES' || decision === 'REJECT' || decision === 'WAIVE';
  if (needsNote && noteOf(request).length === 0) {
    return {
      code: 'note-missing',
      message: 'Say why: others will read it, and whoever fixes it works from it.',
    };
  }
  const aboutOne = decision === 'WAIVE' || decision === 'UNWAIVE' || decision === 'ENTER';
  if (aboutOne && request.criterion === undefined) {
    return { code: 'criterion-unknown', message: 'Name the criterion that this is about.' };
  }
  return undefined;
}
