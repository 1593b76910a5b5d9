import type { Checkpoint, LoopState } from '../model/loopState';
import type { Track } from '../model/track';
import { applyEvent, nextAction, type LoopEvent } from '../rules/evaluateLoop';
import { editLoop, sameState, written } from './loopEdit';
import type { Ports } from './ports';
import type { StepSettings } from './stepCommand';
import { stepDone, type StepResult } from './stepDone';

export interface RecordOptions extends StepSettings {
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly reasons?: readonly string[];
  /** A person's answer where the files do not say. */
  readonly businessSync?: boolean;
  /** Board conditions that a person found unmet: then a passed evaluation counts as failed. */
  readonly unmetBoardConditions?: readonly string[];
  /** Who reports the outcome. Default: a person. */
  readonly by?: 'person' | 'agent';
  /** Who did the step and since when (ISO), where its start may not be written down. */
  readonly began?: { readonly agent: string; readonly at: string };
  /** True: only the outcome is written; where it leads is a step of its own (a board or a gate comes first). */
  readonly stay?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Records what became of the present step, then goes where that leads (next step, or escalation), in one write:
 * spec 003, "Checkpoint Update Protocol". Completing a track stays a step of its own.
 */
export async function recordOutcome(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  o: RecordOptions,
): Promise<StepResult> {
  const at = ports.clock().toISOString();
  const reasons = o.reasons ?? [];
  const by = o.by ?? 'person';
  const outcome = await editLoop(
    ports,
    track,
    (current) => {
      const facts = {
        ...current.facts,
        unmetBoardConditions: o.unmetBoardConditions ?? current.facts.unmetBoardConditions,
      };
      const event = outcomeEvent(o, reasons, at);
      const recorded = applyEvent(current.loop, facts, event);
      if ('refused' in recorded) return recorded;
      const history = {
        reason: reasons.length > 0 ? reasons.join('; ') : `${reportedStep(current.loop)} ${o.outcome}`,
        by,
      };
      const then = nextAction(recorded.loop, facts);
      const limit =
        then.escalation?.trigger === 'fix-cycle-limit' || then.escalation?.trigger === 'plan-revision-limit';
      if (o.stay === true || (then.kind !== 'advance' && !limit))
        return written(recorded, current.metadata, at, { history });
      const moved = applyEvent(recorded.loop, facts, { kind: 'advance', at });
      // The outcome holds even where a person has to say what comes next.
      if ('refused' in moved) return written(recorded, current.metadata, at, { history });
      return written(
        { ...moved, row: `${recorded.row}, ${moved.row}`, why: `${recorded.why} ${moved.why}` },
        current.metadata,
        at,
        { history },
      );
    },
    { at, ...(o.signal ? { signal: o.signal } : {}) },
  );
  return stepDone(ports, track, 'recorded', outcome, o);
}

/** A track that has not begun has only one step to report on. */
function reportedStep({ step }: LoopState): LoopState['step'] {
  return step === 'NOT_STARTED' ? 'PLAN' : step;
}

/**
 * What the files say about an agent's run after it has ended (DESIGN §7: metadata first). `before` is the loop as it
 * was written when the agent started, `now` the loop as it is read after the end. Undefined: nobody wrote an outcome,
 * ask a person.
 */
export function outcomeAfterAgent(
  before: LoopState,
  now: LoopState | undefined,
):
  | { readonly outcome: 'moved' | 'passed' | 'failed' | 'skipped'; readonly reasons: readonly string[] }
  | undefined {
  if (!now) return undefined;
  const checkpoint = now.checkpoints[before.step];
  const reasons = checkpoint?.failureReasons ?? [];
  // What stood there before the start says nothing about this run.
  const untouched = sameCheckpoint(checkpoint, before.checkpoints[before.step]);
  if (untouched && sameState(now, before)) return undefined;
  // The agent took the next step itself, as the protocol asks.
  if (now.step !== before.step || now.stepStatus !== 'IN_PROGRESS') return { outcome: 'moved', reasons };
  if (untouched) return undefined;
  switch (checkpoint?.status) {
    case 'PASSED':
      return { outcome: 'passed', reasons };
    case 'FAILED':
    case 'PARTIAL_FAIL':
      return { outcome: 'failed', reasons };
    case 'SKIPPED':
      return { outcome: 'skipped', reasons };
    default:
      return undefined;
  }
}

function sameCheckpoint(a: Checkpoint | undefined, b: Checkpoint | undefined): boolean {
  return a?.status === b?.status && a?.completedAt === b?.completedAt && a?.lastUpdated === b?.lastUpdated;
}

function outcomeEvent(
  o: Pick<RecordOptions, 'outcome' | 'businessSync' | 'began'>,
  reasons: readonly string[],
  at: string,
): LoopEvent {
  const began = o.began === undefined ? {} : { began: o.began };
  switch (o.outcome) {
    case 'failed':
      return { kind: 'failed', reasons, at, ...began };
    case 'skipped':
      return { kind: 'skipped', at, ...began, ...(reasons.length > 0 ? { reason: reasons.join('; ') } : {}) };
    case 'passed':
      return {
        kind: 'passed',
        at,
        ...began,
        ...(reasons.length > 0 ? { notes: reasons.join('; ') } : {}),
        ...(o.businessSync === undefined ? {} : { businessSync: o.businessSync }),
      };
  }
}
