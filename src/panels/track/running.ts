import type { PlaceLink } from '../../shared/protocol';
import type { RunPicture, Status, TrackCommand } from '../../shared/trackModel';
import { short } from './words';

/** What runs on a track, as the host knows it. */
export interface SeenRun {
  /** Of this window: running, pausing, stopping. Else: somebody else's, agents without a loop, or neither. */
  readonly state: 'running' | 'pausing' | 'stopping' | 'elsewhere' | 'detached' | 'brokenOff';
  /** What is next and why, or who runs it. */
  readonly said?: string;
  readonly agents: readonly {
    readonly id: string;
    /** Role and task. */
    readonly label: string;
    readonly attempt: number;
    /** ISO */
    readonly startedAt: string;
    readonly outputFile: string;
  }[];
}

/** So many agents are shown: twenty workers, with leads and directors beside them. */
const most = 40;

/** The run of a track in its panel. */
export function runPicture({ state, said, agents }: SeenRun): RunPicture {
  return {
    status: statusOf[state],
    atWork: state !== 'brokenOff',
    ...(said === undefined ? {} : { said: short(said, 600) }),
    agents: agents.slice(0, most).map(({ id, label, attempt, startedAt, outputFile }) => {
      const since = Date.parse(startedAt);
      const place: PlaceLink = { file: outputFile };
      const details = [
        attempt > 1 ? `attempt ${String(attempt)}` : undefined,
        state === 'detached' ? 'detached, still writing' : undefined,
      ].filter((detail) => detail !== undefined);
      return {
        id,
        label: short(label, 200),
        ...(details.length === 0 ? {} : { detail: details.join(', ') }),
        ...(Number.isNaN(since) ? {} : { since }),
        place,
      };
    }),
    acts: actsOf[state],
  };
}

const statusOf: Readonly<Record<SeenRun['state'], Status>> = {
  running: { sign: 'inProgress', word: 'Running' },
  pausing: { sign: 'inProgress', word: 'Pausing after this step' },
  stopping: { sign: 'inProgress', word: 'Stopping' },
  elsewhere: { sign: 'inProgress', word: 'Run elsewhere' },
  detached: { sign: 'concerns', word: 'Detached' },
  brokenOff: { sign: 'concerns', word: 'Broken off' },
};

const stop: { readonly label: string; readonly command: TrackCommand } = {
  label: 'Stop',
  command: 'stopLoop',
};
const resume: typeof stop = { label: 'Resume Run…', command: 'runLoop' };
const actsOf: Readonly<Record<SeenRun['state'], RunPicture['acts']>> = {
  running: [{ label: 'Pause After This Step', command: 'pauseAfterStep' }, stop],
  pausing: [stop],
  stopping: [],
  elsewhere: [],
  detached: [resume, stop],
  brokenOff: [resume],
};
