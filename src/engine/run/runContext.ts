import type { ParallelSettings } from '../../rules/parallel';
import type { AgentProvider } from '../agentProvider';
import type { AgentDesk } from './agentJob';
import type { RunMode } from './runEntry';
import type { RunEventBody } from './runEvent';
import type { RunLog } from './runLog';
import type { RunPorts } from './runPorts';

/** Everything that a part of a run needs. Only who holds the track's run has one. */
export interface RunContext {
  readonly ports: RunPorts;
  readonly settings: RunSettings;
  readonly place: RunPlace;
  readonly log: RunLog;
  readonly desk: AgentDesk;
  emit(event: RunEventBody): void;
  /** Aborted when the run is to stop. Agents are stopped by who aborts it, not by who listens. */
  readonly signal: AbortSignal;
}

/** Where a run happens. All paths absolute unless said. */
export interface RunPlace {
  /** The conductor directory. */
  readonly root: string;
  /** Folder that agents run in; paths in prompts are relative to it. */
  readonly projectRoot: string;
  readonly trackFolder: string;
  readonly trackId: string;
  /** `<track>/.message-bus` */
  readonly bus: string;
  /** `<track>/.message-bus/run`: journal, holder, output of agents. */
  readonly runFolder: string;
  /** tracks.md, when it is not `tracks.md` in the root. */
  readonly registryFile?: string;
}

export interface RunSettings {
  readonly provider: AgentProvider;
  readonly mode: RunMode;
  /** Whether it is asked before a plan is made from a spec.md that is still the template. Default: unless `through`. */
  readonly askAboutSpec?: boolean;
  readonly parallel: ParallelSettings;
  /** Time limit of an agent that is no worker. */
  readonly agentTimeLimitMs: number;
  /** Who runs it: the name that decisions of a person are recorded under. */
  readonly person?: string;
  /** A question that only the user may answer: agents go on waiting for the answer, or are stopped (nobody is there). */
  readonly onUserQuestion: 'wait' | 'stop';
}

/** The registry of the run's root as an option of use cases, which find it themselves when nobody knows it better. */
export function registryOf({ place }: Pick<RunContext, 'place'>): { readonly registryFile?: string } {
  return place.registryFile === undefined ? {} : { registryFile: place.registryFile };
}
