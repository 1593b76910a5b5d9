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

/** Starts agents: a VS Code task, a child process, a fake in tests. */
export interface AgentRunner {
  /**
   * Resolves when the process has really started, not when it was asked for. Rejects with AgentStartError when it
   * did not start; then nothing runs. The signal cancels only the start.
   */
  start(invocation: AgentInvocation, signal?: AbortSignal): Promise<StartedAgent>;
}

export interface StartedAgent {
  /** Settles when the process ends; never rejects. `exitCode` is absent when it was killed or the host cannot tell. */
  readonly finished: Promise<AgentExit>;
}

export interface AgentExit {
  readonly exitCode: number | undefined;
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
