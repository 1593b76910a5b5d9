import type { Criterion, Gate } from '../../model/gate';
import type { LoopState } from '../../model/loopState';
import type { Track } from '../../model/track';
import { nextAction } from '../evaluateLoop';
import { businessSyncKnown, loopFactsOf, trackCategory } from '../nextAction';
import { failedCriteria, openCriteria } from './decide';
import { gateStanding, gateTransition, reasonsOf, type GateVerdict, type LoopGate } from './gateTransition';

/** Whether a person may do something now: what it would write, or why not. */
export type Permission =
  | {
      readonly allowed: true;
      /** What it writes, and what follows. */
      readonly effect: string;
      /** What a person should know before doing it. */
      readonly caution?: string;
    }
  | {
      readonly allowed: false;
      /** Code of the refusal that the engine would give. */
      readonly code: string;
      /** Shown beside the disabled button. */
      readonly because: string;
    };

export interface GateActions {
  readonly approve: Permission;
  readonly requestChanges: Permission;
  readonly reject: Permission;
  /** By criterion id. */
  readonly waive: Readonly<Record<string, Permission>>;
  /** By id of a criterion that is waived: taking the waiver back, as long as anything can be written at the gate. */
  readonly withdraw: Readonly<Record<string, Permission>>;
  /** By criterion id: an answer or value entered by hand. */
  readonly enter: Readonly<Record<string, Permission>>;
  /** Questions that Approve has to be given an answer to. */
  readonly asks: readonly 'businessSync'[];
}

/** What a person may do at a gate now. The engine asks the same on the text that it writes to. */
export function gateActionsOf(track: Track, gate: Gate): GateActions {
  const closed = closedBecause(track, gate);
  return {
    approve: closed ?? approveAt(track, gate),
    requestChanges: closed ?? sendBackAt(track, gate, 'REQUEST_CHANGES'),
    reject: closed ?? sendBackAt(track, gate, 'REJECT'),
    waive: Object.fromEntries(gate.criteria.map((criterion) => [criterion.id, closed ?? waiving(criterion)])),
    withdraw: Object.fromEntries(
      gate.criteria
        .filter(({ waived }) => waived !== undefined)
        .map((criterion) => [criterion.id, closed ?? withdrawing(criterion)]),
    ),
    enter: Object.fromEntries(
      gate.criteria.map((criterion) => [criterion.id, closed ?? entering(criterion)]),
    ),
    asks:
      gate.kind === 'EVALUATE_EXECUTION' && businessSyncKnown(track.loop) === undefined
        ? ['businessSync']
        : [],
  };
}

/** Criteria that forbid an approval: required, not waived, and failed; where nothing may be left open, open ones too. */
export function approvalBlockers(gate: Gate): Criterion[] {
  // A phase is signed off part by part, and before a production deploy nothing is left open. Elsewhere a person who
  // approves vouches for what nobody answered; but a condition of the board that is not shown to be met is unmet.
  const answersAll = gate.kind === 'PHASE_COMPLETION' || gate.kind === 'PRE_LAUNCH';
  return [
    ...failedCriteria(gate),
    ...openCriteria(gate).filter(({ group }) => answersAll || group === 'conditions'),
  ];
}

// --- what holds for every action ---

function closedBecause(track: Track, gate: Gate): Permission | undefined {
  if (track.archived) return no('archived', 'The track is archived: restore its folder before changing it.');
  if (track.folder === undefined) {
    return no('no-folder', 'tracks.md names the track, but it has no folder on disk.');
  }
  if (track.documents.metadata !== undefined && !track.metadata) {
    return no(
      'metadata-invalid',
      'metadata.json cannot be read, so nothing is written to it. Correct it first.',
    );
  }
  if (trackCategory(track) === 'paused') {
    return no('paused', `The track is paused (status “${track.status}”): resume it first.`);
  }
  if (track.documents.metadata === undefined && gate.kind !== 'PHASE_COMPLETION' && !isLoopGate(gate.kind)) {
    return no(
      'metadata-missing',
      'The track has no metadata.json, where decisions are recorded. Create it first (repair “Create metadata.json”).',
    );
  }
  return undefined;
}

// --- approve ---

function approveAt(track: Track, gate: Gate): Permission {
  const standing = standingProblem(track, gate, 'APPROVE');
  if (standing) return standing;
  const blockers = approvalBlockers(gate);
  const [first] = blockers;
  if (first) {
    const more = blockers.length - 1;
    return no(
      'approval-forbidden',
      `${first.name} ${wordOf(first)}${more > 0 ? `, and ${more} more` : ''}: approving is only possible once ${more > 0 ? 'they are' : 'it is'} fixed${first.state === 'open' ? ' or answered' : ''}, or waived with a reason.`,
    );
  }
  const open = openCriteria(gate);
  const waived = gate.criteria.filter((criterion) => criterion.waived);
  const optional = gate.criteria.filter(
    (criterion) => !criterion.required && criterion.state === 'failed' && !criterion.waived,
  );
  const cautions = [
    open.length > 0
      ? `Nothing answers ${list(open)}: approving says that you have checked ${open.length === 1 ? 'it' : 'them'} yourself.`
      : undefined,
    waived.length > 0 ? `Waived: ${list(waived)}.` : undefined,
    optional.length > 0 ? `Missed though not required: ${list(optional)}. That stays on record.` : undefined,
  ].filter((part) => part !== undefined);
  return {
    allowed: true,
    effect: effectOf(track, gate, { decision: 'APPROVE', reasons: [], at: '' }),
    ...(cautions.length > 0 ? { caution: cautions.join(' ') } : {}),
  };
}

function sendBackAt(track: Track, gate: Gate, decision: 'REQUEST_CHANGES' | 'REJECT'): Permission {
  const standing = standingProblem(track, gate, decision);
  if (standing) return standing;
  return { allowed: true, effect: effectOf(track, gate, { decision, reasons: reasonsOf(gate), at: '' }) };
}

/** Why the loop (or the phase) does not stand where this decision could be taken. */
function standingProblem(
  track: Track,
  gate: Gate,
  decision: GateVerdict['decision'],
): Permission | undefined {
  if (gate.kind === 'PHASE_COMPLETION') {
    const phase = track.plan?.phases.find(({ key }) => `phase:${key}` === gate.id);
    return phase?.saysDone && decision === 'APPROVE'
      ? no('outcome-recorded', 'plan.md says already that the phase is complete.')
      : undefined;
  }
  const { loop } = track;
  if (!isLoopGate(gate.kind) || !loop) return undefined;
  switch (gateStanding(loop, gate.kind)) {
    case 'here':
      return undefined;
    case 'passed':
      if (decision === 'APPROVE') return no('outcome-recorded', `${gate.kind} has passed already.`);
      return undefined;
    case 'sentBack':
      if (decision === 'APPROVE') return undefined;
      return no('outcome-recorded', `${gate.kind} has failed already, and the work was sent back.`);
    case 'blocked':
      return no(
        'step-blocked',
        `${gate.kind} is blocked and waits for a person: resolve what blocks it first.`,
      );
    case 'elsewhere':
      return no('gate-not-open', `The loop is at ${placeOf(loop)}: ${gate.kind} is not open now.`);
  }
}

// --- one criterion ---

function waiving(criterion: Criterion): Permission {
  if (criterion.notWaivable !== undefined) return no('not-waivable', criterion.notWaivable);
  if (criterion.waived) return no('waived-already', `${criterion.name} is waived already.`);
  if (criterion.state === 'passed' || criterion.state === 'notApplicable') {
    return no('nothing-to-waive', `${criterion.name} holds nothing up.`);
  }
  return {
    allowed: true,
    effect: `${criterion.name} no longer holds the gate up in this round; it stays visible as waived, with your note, in gate_reviews[] of metadata.json.`,
  };
}

function withdrawing({ name }: Criterion): Permission {
  return {
    allowed: true,
    effect: `${name} counts again; the waiver stays on record in gate_reviews[] of metadata.json.`,
  };
}

function entering(criterion: Criterion): Permission {
  const byHand = criterion.evidence.some(({ how }) => how === 'byHand');
  const answered =
    criterion.minimum === undefined
      ? criterion.state !== 'open' && !byHand
      : criterion.value !== undefined && !byHand;
  if (answered) {
    return no(
      'answered-by-file',
      `${criterion.name} is answered by what was read; that cannot be overruled by hand.`,
    );
  }
  if (criterion.group === 'conditions' || criterion.group === 'board') {
    return no('entered-elsewhere', 'Votes and conditions are entered in the board panel.');
  }
  return {
    allowed: true,
    effect: 'Marked as entered by hand, with who and when, in gate_reviews[] of metadata.json.',
  };
}

// --- words ---

function effectOf(track: Track, gate: Gate, verdict: GateVerdict): string {
  const recorded = 'The decision is recorded in gate_reviews[] of metadata.json.';
  if (gate.kind === 'PHASE_COMPLETION') {
    return verdict.decision === 'APPROVE'
      ? `The phase heading in plan.md is marked complete. ${recorded}`
      : `${recorded} plan.md stays as it is.`;
  }
  const { loop } = track;
  if (!isLoopGate(gate.kind) || !loop) return `${recorded} The loop stays where it is.`;
  const facts = loopFactsOf(track);
  const result = gateTransition(loop, facts, gate.kind, verdict);
  if ('refused' in result) return result.refused.message;
  const checkpoint = result.loop.checkpoints[gate.kind];
  const wrote = `${gate.kind} becomes ${checkpoint?.status ?? result.loop.stepStatus}, verdict ${checkpoint?.verdict ?? '–'}`;
  if (result.loop.step !== gate.kind || result.loop.stepStatus === 'BLOCKED') {
    const fix =
      result.loop.fixCycleCount > loop.fixCycleCount
        ? ` (fix cycle ${result.loop.fixCycleCount} of ${result.loop.maxFixCycles})`
        : '';
    const stop = result.loop.stepStatus === 'BLOCKED' ? ', blocked until a person lets it go on' : '';
    return `${wrote}; the loop goes to ${result.loop.step}${fix}${stop}. ${recorded}`;
  }
  const then = nextAction(result.loop, { ...facts, unmetBoardConditions: [] });
  const next = then.kind === 'complete' ? 'the next step of the loop completes the track.' : then.why;
  return `${wrote}; ${next} ${recorded}`;
}

function placeOf(loop: LoopState): string {
  return `${loop.writtenStep || loop.step} / ${loop.writtenStepStatus || loop.stepStatus}`;
}

function wordOf(criterion: Criterion): string {
  if (criterion.state === 'open') return 'is not answered';
  if (criterion.minimum !== undefined) {
    return criterion.value === undefined
      ? `has no value (minimum ${criterion.minimum})`
      : `is ${Math.round(criterion.value * 10) / 10}, below ${criterion.minimum}`;
  }
  return criterion.group === 'conditions' ? 'is unmet' : 'failed';
}

function list(criteria: readonly Criterion[]): string {
  const shown = criteria.slice(0, 3).map(({ name }) => name);
  const more = criteria.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function no(code: string, because: string): Permission {
  return { allowed: false, code, because };
}

export function isLoopGate(kind: Gate['kind']): kind is LoopGate {
  return kind === 'EVALUATE_PLAN' || kind === 'EVALUATE_EXECUTION';
}
