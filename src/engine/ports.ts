import type { LoopStep } from '../model/loopState';
import type { Track } from '../model/track';
import type { FileEditor } from '../store/fileEditor';

/**
 * The world outside the engine. Every use case takes the ports that it needs as its first argument, so that each
 * face (VS Code, command line, tests) brings its own.
 */
export interface Ports {
  readonly editor: FileEditor;
  /** The current time. The engine never asks the system clock itself. */
  clock(): Date;
  readonly agents: AgentRunner;
  readonly git: GitPort;
}

/** What the engine asks of git; `undefined` when there is no repository, no commit or no git. */
export interface GitPort {
  /** Short sha of HEAD. */
  headCommit(cwd: string): Promise<string | undefined>;
}

/** One exact command. Never a shell string: the arguments go to the process as they stand (DESIGN §7). */
export interface AgentInvocation {
  readonly executable: string;
  readonly args: readonly string[];
  /** Absolute folder that it runs in: the project root. */
  readonly cwd: string;
  /** What a person reads on the terminal tab or in a message, e.g. "loop-planner: login_20260101". */
  readonly name: string;
}

/** A prompt for a chat inside the editor, which has no process. */
export interface ChatInvocation {
  /** Title of the chat, e.g. "Copilot Chat". */
  readonly chat: string;
  /** Sent exactly so. */
  readonly prompt: string;
  readonly cwd: string;
  /** As of AgentInvocation. */
  readonly name: string;
  /** Whose files say when it is over: the track as it was before the start, and the step that is asked for. */
  readonly track: Track;
  readonly step: LoopStep;
}

/** How an agent is asked to do a step. */
export type AgentCommand = AgentInvocation | ChatInvocation;

/** Starts agents: a VS Code task, a chat, a child process, a fake in tests. */
export interface AgentRunner {
  /**
   * Resolves when the process has really started (the chat has taken the prompt), not when it was asked for. Rejects with AgentStartError when it
   * did not start; then nothing runs. The signal cancels only the start.
   */
  start(command: AgentCommand, signal?: AbortSignal): Promise<StartedAgent>;
}

export interface StartedAgent {
  /** Settles when the process ends; never rejects. `exitCode` is absent when it was killed or the host cannot tell. */
  readonly finished: Promise<AgentExit>;
}

export interface AgentExit {
  readonly exitCode: number | undefined;
  /**
   * Who said that an agent without a process has ended: the files of its track, or a person. `nobody`: it is not
   * followed any more, and nothing is known of its end.
   */
  readonly saidBy?: 'files' | 'person' | 'nobody';
}

export type AgentStartErrorCode = 'not-found' | 'untrusted' | 'cancelled' | 'failed';

/** Why an agent did not start. The message says what happened, where, and what to do. */
export class AgentStartError extends Error {
  override readonly name = 'AgentStartError';

  constructor(
    readonly code: AgentStartErrorCode,
    message: string,
  ) {
    super(message);
  }
}
