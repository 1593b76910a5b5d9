import type { Track } from '../model/track';
import { applyEvent } from '../rules/evaluateLoop';
import { editLoop, written, type LoopEditOutcome } from './loopEdit';
import type { Ports } from './ports';

/**
 * Writes that the agent of the present step has really started (spec 003, "Checkpoint Update Protocol" 1). Refuses
 * `state-moved` when somebody was faster, which an agent that writes its own start may be.
 */
export function recordStart(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  agent: string | undefined,
): Promise<LoopEditOutcome> {
  const at = ports.clock().toISOString();
  return editLoop(
    ports,
    track,
    (current) => {
      const result = applyEvent(current.loop, current.facts, {
        kind: 'started',
        at,
        ...(agent === undefined ? {} : { agent }),
      });
      return 'refused' in result ? result : written(result, current.metadata, at);
    },
    { at },
  );
}
