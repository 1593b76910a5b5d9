import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { l10n } from 'vscode';
import type { AgentProvider } from '../../engine/agentProvider';
import type { AgentInvocation } from '../../engine/ports';
import type { RunOptions } from '../../engine/run/openRun';
import type { RunSettings } from '../../engine/run/runContext';
import type { RunMode } from '../../engine/run/runEntry';
import type { RunControl, RunResult } from '../../engine/run/runLoop';
import type { Track } from '../../model/track';
import { defaultParallelSettings } from '../../rules/parallel';
import { isInside } from '../../store/contain';
import { confirmStart } from '../commands/agentRun';
import type { CommandContext } from '../commands/commandContext';
import { personName } from '../personName';
import { agentTimeLimit, confirmAgent, workersMax, workerTimeLimit } from '../settings';
import { refOf } from '../views/trackNodes';
import { editorRunPorts } from './editorRunPorts';
import { runAgent } from './runAgent';
import type { RunTrack } from './runController';

/** What a run does: the loop, or a meeting of the board. */
export type RunBody = (o: RunOptions & { readonly control: RunControl }) => Promise<RunResult>;

export function runTrackOf(track: Track): RunTrack | undefined {
  return track.folder === undefined ? undefined : { ...refOf(track), name: track.name, folder: track.folder };
}

/**
 * Carries out a run on a track in this window, with progress that can be cancelled. Undefined: the person did not want
 * it, the settings are wrong (which was told), or a run of this window is at work on the track already.
 */
export async function carryOut(
  context: CommandContext,
  track: Track,
  o: { readonly title: string; readonly mode: RunMode; readonly takeOver?: boolean; readonly body: RunBody },
): Promise<RunResult | undefined> {
  const place = runTrackOf(track);
  if (!place || !track.folder) return undefined;
  const step = runAgent(context, track);
  if (!step) return undefined;
  const { provider } = step;
  if (!(await savedFirst(context, track, o.title))) return undefined;
  if (!(await mayStartAgents(context, track, provider))) return undefined;
  const settings = await runSettings(track, provider, o.mode);
  const { registryFile } = step;
  const { runs } = context;
  const mayStart = async (command: AgentInvocation): Promise<boolean> => {
    if (confirmAgent() !== 'always' || (await confirmStart(context, command, provider))) return true;
    // Who does not want the agent does not want the loop to go on without it.
    void runs.stop(place);
    return false;
  };
  const ended = await inProgress(context, place, o.title, () =>
    runs.start(place, o.mode, (handles) =>
      o.body({
        ...handles,
        ports: editorRunPorts(context, place, {
          ...(registryFile === undefined ? {} : { registryFile }),
          workspaceFolder: context.source.root(track.root)?.workspaceFolder ?? track.root,
          signal: handles.signal,
          mayStart,
        }),
        settings,
        face: 'VS Code',
        place: {
          root: track.root,
          projectRoot: dirname(track.root),
          trackFolder: place.folder,
          trackId: track.id,
          ...(registryFile === undefined ? {} : { registryFile }),
        },
        ...(o.takeOver === undefined ? {} : { takeOver: o.takeOver }),
      }),
    ),
  );
  await context.source.refresh();
  return ended?.result;
}

async function runSettings(track: Track, provider: AgentProvider, mode: RunMode): Promise<RunSettings> {
  const person = await personName(track.root);
  const workerTimeoutMs = workerTimeLimit();
  return {
    provider,
    mode,
    // A person has just started it.
    askAboutSpec: true,
    parallel: {
      ...defaultParallelSettings,
      maxWorkers: workersMax(),
      workerTimeoutMs,
      // A group must be given the time that its workers have.
      groupTimeoutMs: Math.max(defaultParallelSettings.groupTimeoutMs, 2 * workerTimeoutMs),
    },
    agentTimeLimitMs: agentTimeLimit(),
    ...(person === undefined ? {} : { person }),
    onUserQuestion: 'wait',
  };
}

/** The person has seen which program will be started; where every start is confirmed, each is asked about itself. */
async function mayStartAgents(
  context: CommandContext,
  track: Track,
  provider: AgentProvider,
): Promise<boolean> {
  if (vscode.workspace.isTrusted && confirmAgent() === 'always') return true;
  // What the first agent is told is only known once the run has begun: the knowledge brief, workers, a board.
  const command = {
    executable: provider.executable,
    args: provider.args,
    cwd: dirname(track.root),
    name: provider.name,
  };
  const note = l10n.t('In each step {0} is replaced by what that step asks of its agent.', '{prompt}');
  return confirmStart(context, command, provider, [], note);
}

/** A run reads and writes what is on disk: unsaved changes of the track's files would be in its way. */
async function savedFirst(context: CommandContext, track: Track, title: string): Promise<boolean> {
  const { folder } = track;
  const registry = context.source.root(track.root)?.registryFile;
  const dirty = vscode.workspace.textDocuments.filter(
    ({ isDirty, uri: { scheme, fsPath } }) =>
      isDirty &&
      scheme === 'file' &&
      (fsPath === registry || (folder !== undefined && isInside(folder, fsPath))),
  );
  if (dirty.length === 0) return true;
  const save = l10n.t('Save and Run');
  const answer = await context.dialogs.confirm(
    `${title}: ${track.name}`,
    l10n.t(
      'A run works on the files on disk, and these have unsaved changes: {0}',
      dirty.map(({ fileName }) => basename(fileName)).join(', '),
    ),
    save,
  );
  if (answer !== save) return false;
  const saved = await Promise.all(dirty.map((document) => document.save()));
  if (saved.includes(false)) {
    context.dialogs.tell('error', l10n.t('The files could not be saved. Nothing was started.'));
    return false;
  }
  await context.source.refresh();
  return true;
}

/** One notification a run, whose Cancel stops it; hidden, the run goes on in the status bar. */
function inProgress<T>(
  { runs }: CommandContext,
  track: RunTrack,
  title: string,
  task: () => Promise<T>,
): Thenable<T> {
  return vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: `${track.name}: ${title}`,
      cancellable: true,
    },
    async (progress, token) => {
      let said: string | undefined;
      const listening = runs.onDidChange(({ root, key }) => {
        const run = root === track.root && key === track.key ? runs.runOf(track) : undefined;
        if (!run) return;
        const { step, now } = run.activity;
        const message =
          run.phase === 'stopping'
            ? l10n.t('stopping its agents')
            : step !== undefined && now?.startsWith(step)
              ? now
              : [step, now].filter((part) => part !== undefined).join(': ');
        if (message !== said) progress.report({ message });
        said = message;
      });
      const cancelling = token.onCancellationRequested(() => void runs.stop(track));
      try {
        return await task();
      } finally {
        listening.dispose();
        cancelling.dispose();
      }
    },
  );
}
