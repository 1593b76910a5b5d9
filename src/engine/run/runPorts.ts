import type { Track } from '../../model/track';
import type { AgentExit, AgentInvocation, Ports } from '../ports';
import type { NamedProcess } from './agentProcesses';
import type { Processes } from './processes';

/** The world outside a run. Each face (VS Code, command line, tests) brings its own. */
export interface RunPorts extends Pick<Ports, 'editor' | 'clock' | 'git'> {
  readonly agents: BackgroundAgents;
  readonly processes: Processes;
  readonly tracks: TrackSource;
  /** A new random id (UUID v4). */
  newId(): string;
  /** Resolves after so many milliseconds, or at once when the signal is aborted. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Asks the person at this face before something is done (run modes); `later` when nobody can be asked here. */
  confirm(question: Confirmation): Promise<'yes' | 'no' | 'later'>;
}

export interface Confirmation {
  /** What would be done, in a sentence. */
  readonly what: string;
  readonly why: string;
  /** `dispatch`: an agent would start; `gate`: a gate was passed; `spec`: PLAN would begin, and nobody has written the spec. */
  readonly kind: 'dispatch' | 'gate' | 'spec';
  /** What a person should look at first; absolute. */
  readonly file?: string;
  readonly command?: AgentInvocation;
}

/** Reads the track of a run from the disk, as it is now. */
export interface TrackSource {
  /** Throws TrackGoneError (store/trackSource.ts) when the track is not there any more. */
  read(signal?: AbortSignal): Promise<Track>;
}

/**
 * Starts agents whose output goes to a file, in a process group of their own: they outlive us, and what they print is
 * not lost when we end.
 */
export interface BackgroundAgents {
  /**
   * Resolves when the process has really started. Rejects with AgentStartError when it did not; then nothing runs.
   * Standard output and error are appended to `outputFile`; standard input is empty.
   */
  start(invocation: AgentInvocation, o: BackgroundOptions): Promise<AgentProcess>;
  /**
   * The agent with this output file that an earlier run started, when it still lives. Its exit code stays unknown.
   * `named` is what the journal says of its process, which is believed only when the system says the same (isAgent);
   * without it the agent is looked for (not on Windows). Undefined: it is gone, or nobody can tell that it is ours.
   */
  adopt(outputFile: string, named?: NamedProcess): Promise<AgentProcess | undefined>;
  /**
   * Ends what an agent that is gone has left running, wherever the system tells of it.
   * @returns how many processes there were.
   * @throws AgentStopError when one runs on.
   */
  endLeftBehind(outputFile: string): Promise<number>;
}

export interface StopOptions {
  /** It is not asked first. */
  readonly force?: boolean;
}

export interface BackgroundOptions {
  /** Absolute; made when it is not there. */
  readonly outputFile: string;
  /** Added to our own environment. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface AgentProcess {
  readonly pid: number;
  readonly processStart?: string;
  /** Settles when the process ends; never rejects. */
  readonly finished: Promise<AgentExit>;
  /**
   * Ends the process and all that it started: politely, and with force after five seconds. Resolves when it has ended;
   * nothing of it runs any more then. A process that has ended already may have left others running: they are ended, too.
   * A process that has got its id since is not touched. Rejects with AgentStopError when one runs on.
   */
  stop(o?: StopOptions): Promise<void>;
}
