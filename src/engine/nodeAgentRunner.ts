import { spawn, type ChildProcess } from 'node:child_process';
import { agentStartError } from './agentStartError';
import { AgentStartError, type AgentCommand, type AgentRunner, type StartedAgent } from './ports';

export interface NodeAgentRunnerOptions {
  /** Where the agent's standard output goes: to ours, or to our standard error when ours carries JSON. */
  readonly output?: 'stdout' | 'stderr';
}

/**
 * Starts agents as child processes that share this terminal (DESIGN §7): an argument array, never a shell, so that
 * nothing in a track's name or path can be read as a command.
 */
export class NodeAgentRunner implements AgentRunner {
  constructor(private readonly options: NodeAgentRunnerOptions = {}) {}

  start(invocation: AgentCommand, signal?: AbortSignal): Promise<StartedAgent> {
    return new Promise((resolve, reject) => {
      if ('chat' in invocation) {
        reject(
          new AgentStartError(
            'failed',
            `${invocation.name} was not started: ${invocation.chat} lives inside VS Code and has no process of its own.`,
          ),
        );
        return;
      }
      if (signal?.aborted) {
        reject(new AgentStartError('cancelled', `${invocation.name} was not started: cancelled.`));
        return;
      }
      let child: ChildProcess;
      try {
        child = spawn(invocation.executable, invocation.args, {
          cwd: invocation.cwd,
          stdio: ['inherit', this.options.output === 'stderr' ? process.stderr : 'inherit', 'inherit'],
          shell: false,
        });
      } catch (error) {
        // Some errors come at once: an argument with a zero byte, one that is too long, a batch file on Windows.
        reject(agentStartError(invocation, error));
        return;
      }
      // A terminal sends Ctrl+C to the agent as well as to us; a plain kill reaches only us, and is passed on.
      const passOn = (): boolean => child.kill('SIGTERM');
      process.on('SIGTERM', passOn);
      const finished = new Promise<{ exitCode: number | undefined }>((settle) => {
        // 'exit', not 'close': the stdio is shared, and a grandchild may hold it open long after the agent ended.
        child.once('exit', (code) => {
          process.off('SIGTERM', passOn);
          settle({ exitCode: code ?? undefined });
        });
      });
      child.once('spawn', () => resolve({ finished }));
      child.on('error', (error) => {
        process.off('SIGTERM', passOn);
        reject(agentStartError(invocation, error));
      });
    });
  }
}
