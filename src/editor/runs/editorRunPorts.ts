import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { setTimeout as timeout } from 'node:timers/promises';
import * as vscode from 'vscode';
import { l10n } from 'vscode';
import { AgentStartError, type AgentInvocation } from '../../engine/ports';
import { NodeBackgroundAgents } from '../../engine/run/nodeBackgroundAgents';
import { NodeProcesses } from '../../engine/run/processes';
import type { BackgroundAgents, Confirmation, RunPorts } from '../../engine/run/runPorts';
import { DiskTrackSource } from '../../store/trackSource';
import { commandLine } from '../agentProviders';
import { openPlace, type CommandContext } from '../commands/commandContext';
import { agentsRunIn } from '../settings';
import { refuseUntrusted } from '../workspaceTrust';
import type { RunTrack } from './runController';
import { SavedFileEditor } from './savedFileEditor';
import { TaskBackgroundAgents } from './taskBackgroundAgents';

/** What a run in this window may ask of its surroundings, beyond what commands have. */
export interface RunSurroundings {
  readonly registryFile?: string;
  readonly workspaceFolder?: string;
  /** Aborted when the run is to stop: no answer is waited for any more. */
  readonly signal: AbortSignal;
  /** Asked before each start of an agent; false: it is not started. */
  mayStart(invocation: AgentInvocation): Promise<boolean>;
}

/** The world of a run as VS Code has it. */
export function editorRunPorts(
  context: CommandContext,
  track: RunTrack,
  surroundings: RunSurroundings,
): RunPorts {
  const { registryFile, workspaceFolder, signal: stopped } = surroundings;
  const processes = new NodeProcesses();
  const background = new NodeBackgroundAgents({ processes });
  const agents = agentsRunIn() === 'terminal' ? new TaskBackgroundAgents(background, processes) : background;
  const inTurn = turns();
  return {
    editor: new SavedFileEditor(context.ports.editor, {
      signal: stopped,
      ask: (document) => askToSave(context, track, document),
    }),
    clock: () => context.ports.clock(),
    git: context.ports.git,
    agents: guarded(agents, (invocation) =>
      inTurn(() => orWhenStopped(stopped, false, () => surroundings.mayStart(invocation))),
    ),
    processes,
    tracks: new DiskTrackSource({
      root: track.root,
      trackFolder: track.folder,
      ...(registryFile === undefined ? {} : { registryFile }),
      ...(workspaceFolder === undefined ? {} : { workspaceFolder }),
    }),
    newId: randomUUID,
    sleep: async (ms, signal) => {
      try {
        await timeout(ms, undefined, signal ? { signal } : {});
      } catch {
        // Aborted: that is an answer too.
      }
    },
    confirm: (question) =>
      inTurn(() => orWhenStopped(stopped, 'later', () => confirm(context, track, question))),
  };
}

/** The agents of this computer, for what needs no run: ending what an earlier one left. */
export function backgroundAgents(): BackgroundAgents {
  return new NodeBackgroundAgents();
}

/** Nothing starts in a workspace that is not trusted, nor what a person does not want. */
function guarded(
  agents: BackgroundAgents,
  mayStart: (invocation: AgentInvocation) => Promise<boolean>,
): BackgroundAgents {
  return {
    start: async (invocation, o) => {
      refuseUntrusted(invocation, vscode.workspace.isTrusted);
      if (!(await mayStart(invocation))) {
        throw new AgentStartError('cancelled', l10n.t('{0} was not started: you said no.', invocation.name));
      }
      return agents.start(invocation, o);
    },
    adopt: (outputFile, named) => agents.adopt(outputFile, named),
    endLeftBehind: (outputFile) => agents.endLeftBehind(outputFile),
  };
}

/** A closed question counts as an answer that is still to come. */
async function confirm(
  { dialogs }: CommandContext,
  track: RunTrack,
  { what, why, command, kind, file }: Confirmation,
): Promise<'yes' | 'no' | 'later'> {
  const yes =
    kind === 'dispatch' ? l10n.t('Start') : kind === 'spec' ? l10n.t('Plan Anyway') : l10n.t('Go On');
  const no = kind === 'spec' ? l10n.t('Open Spec') : l10n.t('Stop Loop');
  const answer = await dialogs.confirm(
    `${track.name}: ${what}`,
    [why, ...(command ? [commandLine(command), l10n.t('In {0}', command.cwd)] : [])].join('\n\n'),
    yes,
    no,
  );
  if (answer === no && kind === 'spec' && file !== undefined) await openPlace({ file });
  return answer === yes ? 'yes' : answer === no ? 'no' : 'later';
}

function askToSave({ dialogs }: CommandContext, track: RunTrack, document: vscode.TextDocument): void {
  dialogs.tell(
    'warning',
    l10n.t(
      '{0}: the run waits for {1} to be saved, which has unsaved changes.',
      track.name,
      basename(document.fileName),
    ),
    { [l10n.t('Save')]: () => document.save() },
  );
}

/** VS Code cannot close a question; when the run is stopped, its answer counts no more. */
function orWhenStopped<T>(signal: AbortSignal, instead: T, ask: () => Promise<T>): Promise<T> {
  if (signal.aborted) return Promise.resolve(instead);
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve(instead);
    signal.addEventListener('abort', stop, { once: true });
    ask()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', stop));
  });
}

/** One question at a time: a second one waits until the first is answered. */
function turns(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const done = last.then(task);
    last = done.catch(() => undefined);
    return done;
  };
}
