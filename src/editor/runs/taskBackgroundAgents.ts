import { open } from 'node:fs/promises';
import { constants } from 'node:fs';
import { hostname } from 'node:os';
import { l10n } from 'vscode';
import { AgentStartError, type AgentInvocation } from '../../engine/ports';
import { agentMark, type NamedProcess } from '../../engine/run/agentProcesses';
import type { Processes } from '../../engine/run/processes';
import type { AgentProcess, BackgroundAgents, BackgroundOptions } from '../../engine/run/runPorts';
import { reasonOf } from '../../store/ioError';
import { startAgentTask } from '../agentTask';

/**
 * Agents of a run as VS Code tasks, each in a terminal of its own (`conductor.agent.runIn`: terminal). What they print
 * stands in the terminal only, so their output file stays empty: metadata.json, else the exit code, tells the outcome.
 * The terminal's process leads a group of its own, as background agents do; what finds, follows and ends those does it
 * here too.
 */
export class TaskBackgroundAgents implements BackgroundAgents {
  readonly #background: Pick<BackgroundAgents, 'adopt' | 'endLeftBehind'>;
  readonly #processes: Processes;

  constructor(background: Pick<BackgroundAgents, 'adopt' | 'endLeftBehind'>, processes: Processes) {
    this.#background = background;
    this.#processes = processes;
  }

  async start(invocation: AgentInvocation, o: BackgroundOptions): Promise<AgentProcess> {
    await emptyOutput(o.outputFile, invocation.name);
    const task = await startAgentTask(invocation, {
      environment: { ...o.environment, [agentMark]: o.outputFile },
    });
    const { pid, finished } = task;
    const processStart = await this.#processes.startOf(pid);
    const one = { pid, ...(processStart === undefined ? {} : { processStart }) };
    let hasEnded = false;
    void finished.then(() => (hasEnded = true));
    return {
      ...one,
      finished,
      stop: async () => {
        // VS Code ends only the process itself; the group goes with it.
        if (!hasEnded) {
          const named = { ...one, host: hostname() };
          await (await this.#background.adopt(o.outputFile, named))?.stop();
        }
        task.terminate();
        await finished;
        await this.#background.endLeftBehind(o.outputFile);
      },
    };
  }

  adopt(outputFile: string, named?: NamedProcess): Promise<AgentProcess | undefined> {
    return this.#background.adopt(outputFile, named);
  }

  endLeftBehind(outputFile: string): Promise<number> {
    return this.#background.endLeftBehind(outputFile);
  }
}

async function emptyOutput(file: string, name: string): Promise<void> {
  const noFollow = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW;
  try {
    await (await open(file, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | noFollow)).close();
  } catch (error) {
    throw new AgentStartError(
      'failed',
      l10n.t('{0} was not started: {1} cannot be written: {2}.', name, file, reasonOf(error)),
    );
  }
}
