import type { Track } from '../../model/track';
import { applyEvent } from '../../rules/evaluateLoop';
import type { EvaluatingStep } from '../../rules/overruled';
import type { TrackChangeResult } from '../blockTrack';
import { editLoop, written } from '../loopEdit';
import type { Ports } from '../ports';
import { afterStepWritten } from '../registryRow';

export interface OverruleRequest {
  readonly step: EvaluatingStep;
  /** The board's reasons: what the planner or the fixer gets to read. */
  readonly reasons: readonly string[];
  readonly registryFile?: string;
  readonly signal?: AbortSignal;
}

/**
 * Lets the board's rejection count: the evaluation that had passed becomes FAILED with the board's reasons, also when
 * its agent has moved on to the next step, which has not begun. One write of metadata.json, then the row in tracks.md.
 * Refuses `not-overrulable` anywhere else, and what the machine or the editor refuses.
 */
export async function overruleEvaluation(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  request: OverruleRequest,
): Promise<TrackChangeResult> {
  const at = ports.clock().toISOString();
  const { step, reasons } = request;
  const outcome = await editLoop(
    ports,
    track,
    (current) => {
      const result = applyEvent(current.loop, current.facts, { kind: 'overruled', step, reasons, at });
      if ('refused' in result) return result;
      const reason = `The board rejected it: ${reasons.join('; ')}`;
      return written(result, current.metadata, at, { history: { reason, by: 'agent' } });
    },
    { at, ...(request.signal ? { signal: request.signal } : {}) },
  );
  if ('refused' in outcome) return outcome;
  return afterStepWritten(ports, track, outcome, request.registryFile);
}
