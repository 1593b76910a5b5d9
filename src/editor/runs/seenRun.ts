import type { SeenRun } from '../../panels/track/running';
import type { TrackRef } from '../views/trackNodes';
import type { RunController } from './runController';
import { agentsOf, holderText, leftAgents } from './runRows';

/** What a panel shows of the run on a track; undefined: nothing runs there, and nothing was left. */
export function seenRun(runs: RunController, track: TrackRef): SeenRun | undefined {
  const run = runs.runOf(track);
  if (run) {
    const { now } = run.activity;
    return { state: run.phase, ...(now === undefined ? {} : { said: now }), agents: agentsOf(run) };
  }
  const foreign = runs.foreignOf(track);
  if (!foreign) return undefined;
  const { holder } = foreign.inspection;
  return {
    state: foreign.kind,
    ...(foreign.kind === 'elsewhere' && holder ? { said: holderText(holder) } : {}),
    agents: leftAgents(foreign),
  };
}
