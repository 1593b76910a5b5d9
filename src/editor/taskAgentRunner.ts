import * as vscode from 'vscode';
import type { AgentInvocation, StartedAgent } from '../engine/ports';
import { startAgentTask } from './agentTask';
import { refuseUntrusted } from './workspaceTrust';

/**
 * Runs agents as VS Code tasks, each in a terminal of its own: executable and argument array go to the process as they
 * stand, no shell reads them. Nothing starts in a workspace that is not trusted (DESIGN §7).
 */
export class TaskAgentRunner {
  readonly #isTrusted: () => boolean;

  constructor(isTrusted: () => boolean = () => vscode.workspace.isTrusted) {
    this.#isTrusted = isTrusted;
  }

  async start(invocation: AgentInvocation, signal?: AbortSignal): Promise<StartedAgent> {
    refuseUntrusted(invocation, this.#isTrusted());
    const { finished } = await startAgentTask(invocation, signal ? { signal } : {});
    return { finished };
  }
}
