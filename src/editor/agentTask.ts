import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { l10n } from 'vscode';
import { AgentStartError, type AgentExit, type AgentInvocation } from '../engine/ports';

/** Task type of package.json (`taskDefinitions`). */
export const agentTaskType = 'conductor';

/** An agent that runs as a VS Code task, in a terminal of its own. */
export interface AgentTask {
  readonly pid: number;
  /** Settles when the process ends; never rejects. */
  readonly finished: Promise<AgentExit>;
  /** Asks VS Code to end the task. */
  terminate(): void;
}

/**
 * Starts an agent as a VS Code task: executable and argument array go to the process as they stand, no shell reads them.
 * Resolves when the process has really started; rejects with AgentStartError when it did not. The signal cancels only the
 * start.
 */
export async function startAgentTask(
  invocation: AgentInvocation,
  o: { readonly environment?: Readonly<Record<string, string>>; readonly signal?: AbortSignal } = {},
): Promise<AgentTask> {
  const { signal } = o;
  const run = randomUUID();
  const task = agentTask(invocation, run, o.environment);
  const disposables: vscode.Disposable[] = [];
  const stop = (): void => {
    for (const disposable of disposables.splice(0)) disposable.dispose();
  };
  const isOurs = (execution: vscode.TaskExecution): boolean => execution.task.definition['run'] === run;

  let ended!: (exit: AgentExit) => void;
  const finished = new Promise<AgentExit>((resolve) => (ended = resolve));
  // Listening begins before the task does: a short process may be over before executeTask() answers.
  const started = new Promise<number>((resolve, reject) => {
    const failed = (error: AgentStartError): void => {
      stop();
      reject(error);
    };
    let isRunning = false;
    disposables.push(
      vscode.tasks.onDidStartTaskProcess(({ execution, processId }) => {
        // VS Code reports a process that could not be started as one without an id.
        if (!isOurs(execution) || processId === undefined) return;
        isRunning = true;
        resolve(processId);
      }),
      vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
        if (!isOurs(execution)) return;
        if (!isRunning) failed(couldNotStart(invocation, exitCode));
        else {
          stop();
          ended({ exitCode });
        }
      }),
      vscode.tasks.onDidEndTask(({ execution }) => {
        if (!isOurs(execution)) return;
        if (!isRunning) failed(couldNotStart(invocation, undefined));
        // The end of the process, with its exit code, is told by its own event; a killed task has only this one.
        else setTimeout(() => (stop(), ended({ exitCode: undefined })), 1000);
      }),
    );
    const cancel = (): void =>
      failed(new AgentStartError('cancelled', l10n.t('Starting {0} was cancelled.', invocation.name)));
    if (signal?.aborted) cancel();
    else signal?.addEventListener('abort', cancel, { once: true });
  });
  // Whoever fails first, the other promise must not stay unhandled.
  started.catch(() => undefined);
  try {
    if (signal?.aborted) await started;
    const execution = await vscode.tasks.executeTask(task);
    const pid = await started.catch((error: unknown) => {
      execution.terminate();
      throw error;
    });
    return { pid, finished, terminate: () => execution.terminate() };
  } catch (error) {
    stop();
    if (error instanceof AgentStartError) throw error;
    throw new AgentStartError(
      'failed',
      l10n.t(
        '{0} could not be started: {1}',
        invocation.name,
        error instanceof Error ? error.message : String(error),
      ),
    );
  }
}

function agentTask(
  invocation: AgentInvocation,
  run: string,
  environment: Readonly<Record<string, string>> | undefined,
): vscode.Task {
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(invocation.cwd));
  const task = new vscode.Task(
    { type: agentTaskType, agent: invocation.executable, run },
    folder ?? vscode.TaskScope.Workspace,
    invocation.name,
    'Conductor',
    new vscode.ProcessExecution(invocation.executable, [...invocation.args], {
      cwd: invocation.cwd,
      ...(environment ? { env: { ...environment } } : {}),
    }),
    [],
  );
  task.presentationOptions = {
    reveal: vscode.TaskRevealKind.Always,
    panel: vscode.TaskPanelKind.New,
    focus: false,
    echo: true,
    showReuseMessage: false,
  };
  return task;
}

function couldNotStart(invocation: AgentInvocation, exitCode: number | undefined): AgentStartError {
  return new AgentStartError(
    exitCode === undefined || exitCode === 127 ? 'not-found' : 'failed',
    l10n.t(
      '{0} did not start: "{1}" could not be run in {2}. Install it, or name another program in the setting conductor.agents.',
      invocation.name,
      invocation.executable,
      invocation.cwd,
    ),
  );
}
