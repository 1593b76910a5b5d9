import type { LoopStep, StepStatus } from '../model/loopState';
import type { Track } from '../model/track';
import { applyEvent } from '../rules/evaluateLoop';
import { resolvedChanges, type TrackChangeResult } from './blockTrack';
import { editLoop, written } from './loopEdit';
import type { Ports } from './ports';
import { afterStepWritten } from './registryRow';

export interface SetStepOptions {
  readonly step: LoopStep;
  /** Default NOT_STARTED. Never IN_PROGRESS, BLOCKED, or COMPLETE: the machine refuses them. */
  readonly status?: StepStatus;
  /** Why; recorded in step_history with who and when. */
  readonly reason: string;
  /** Resolve all active blockers in the same write, with the same reason; else they stay and may hold the step up. */
  readonly resolveBlockers?: boolean;
  readonly registryFile?: string;
  readonly signal?: AbortSignal;
}

/** Sets the step of the loop by hand, and records it. Refuses `reason-empty`, and what the machine or editor refuses. */
export async function setStep(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  o: SetStepOptions,
): Promise<TrackChangeResult> {
  const reason = o.reason.trim();
  if (reason === '') {
    return {
      refused: { code: 'reason-empty', message: 'Say why the step is set by hand: others will read it.' },
    };
  }
  const at = ports.clock().toISOString();
  const outcome = await editLoop(
    ports,
    track,
    ({ metadata, loop, facts }) => {
      const result = applyEvent(loop, facts, {
        kind: 'set',
        step: o.step,
        status: o.status ?? 'NOT_STARTED',
        at,
      });
      if ('refused' in result) return result;
      const extra = o.resolveBlockers ? resolvedChanges(metadata, undefined, reason, at).changes : [];
      return written(result, metadata, at, { history: { reason, by: 'person' }, extra });
    },
    { at, ...(o.signal ? { signal: o.signal } : {}) },
  );
  if ('refused' in outcome) return outcome;
  return afterStepWritten(ports, track, outcome, o.registryFile);
}
