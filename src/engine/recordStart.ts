import type { EditRefusal } from '../model/edit';
import type { Track } from '../model/track';
import { metadataStatement } from '../rules/agentOutcome';
import { applyEvent } from '../rules/evaluateLoop';
import { editLoop, written } from './loopEdit';
import type { Ports } from './ports';
import type { StepSettings } from './stepCommand';
import { stepDone, type StepDone, type StepResult } from './stepDone';

/**
 * Writes that the agent of the present step has really started (spec 003, "Checkpoint Update Protocol" 1), then the
 * track's row in tracks.md. Refuses `state-moved` when somebody was faster, which an agent that writes its own start
 * may be.
 */
export async function recordStart(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  agent: string | undefined,
  o: StepSettings & { readonly did?: StepDone['did'] } = {},
): Promise<StepResult> {
  const at = ports.clock().toISOString();
  const outcome = await editLoop(
    ports,
    track,
    (current) => {
      // An agent may be so fast that its outcome is there first: that it began is history, and no new fix cycle.
      if (track.loop && metadataStatement(track.loop, current.loop)) return outcomeIsThere(track);
      const result = applyEvent(current.loop, current.facts, {
        kind: 'started',
        at,
        ...(agent === undefined ? {} : { agent }),
      });
      return 'refused' in result ? result : written(result, current.metadata, at);
    },
    { at },
  );
  return stepDone(ports, track, o.did ?? 'dispatched', outcome, o);
}

function outcomeIsThere(track: Track): { readonly refused: EditRefusal } {
  return {
    refused: {
      code: 'state-moved',
      message: `The agent of ${track.id} has written its outcome already, so its start is not written any more.`,
    },
  };
}
