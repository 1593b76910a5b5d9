import * as vscode from 'vscode';
import { l10n } from 'vscode';
import type { SettableMarker } from '../../model/marker';
import type { PanelName } from '../../shared/protocol';
import type { DocumentKind } from '../../model/track';
import type { Command, CommandContext, WindowContext } from './commandContext';

const mark = (marker: SettableMarker) => async (): Promise<Command> =>
  (await import('./markerCommands')).markTask(marker);
const open = (kind: DocumentKind & ('spec' | 'plan' | 'metadata')) => async (): Promise<Command> =>
  (await import('./trackCommands')).openDocument(kind);
const panel = (name: PanelName) => async (): Promise<Command> =>
  (await import('./panelCommands')).openTrackPanel(name);

/**
 * Every command of package.json. What a command does is loaded when it is first called, so that activate() pays for
 * none of it.
 */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  markTaskToDo: mark('todo'),
  markTaskInProgress: mark('doing'),
  markTaskDone: mark('done'),
  markTaskBlocked: mark('blocked'),
  markTaskSkipped: mark('skipped'),
  undoLastMarker: async () => (await import('./markerCommands')).undoLastMarker,
  completePhase: async () => (await import('./phaseCommands')).completePhase,
  stepLoop: async () => (await import('./loopCommands')).stepLoop,
  runLoop: async () => (await import('./runCommands')).runLoop,
  pauseAfterStep: async () => (await import('./runCommands')).pauseAfterStep,
  stopLoop: async () => (await import('./runCommands')).stopLoop,
  stopAgent: async () => (await import('./runCommands')).stopAgent,
  stopAllAgents: async () => (await import('./runCommands')).stopAllAgents,
  retryTask: async () => (await import('./runCommands')).retryTask,
  conveneBoard: async () => (await import('./runCommands')).conveneBoard,
  showAgentOutput: async () => (await import('./runCommands')).showAgentOutput,
  showAgents: async () => (await import('./runCommands')).showAgents,
  recordOutcome: async () => (await import('./loopCommands')).recordOutcome,
  resumeTrack: async () => (await import('./loopCommands')).resumeTrack,
  pauseTrack: async () => (await import('./stateCommands')).pauseTrack,
  blockTrack: async () => (await import('./stateCommands')).blockTrack,
  unblockTrack: async () => (await import('./stateCommands')).unblockTrack,
  setStep: async () => (await import('./stateCommands')).setStep,
  migrateMetadata: async () => (await import('./stateCommands')).migrateMetadata,
  toggleSuperpowers: async () => (await import('./stateCommands')).toggleSuperpowers,
  repair: async () => (await import('./repairCommands')).repair,
  answer: async () => (await import('./answerCommands')).answer,
  resolve: async () => (await import('./repairCommands')).resolve,
  newTrack: async () => (await import('./trackCommands')).newTrack,
  initializeConductor: async () => (await import('./trackCommands')).initializeConductor,
  openTrack: panel('track'),
  openGraph: panel('graph'),
  reviewGate: panel('gate'),
  openBoard: panel('board'),
  openSpec: open('spec'),
  openPlan: open('plan'),
  openMetadata: open('metadata'),
  chooseFolder: async () => (await import('./viewCommands')).chooseFolder,
  refresh: async () => (await import('./viewCommands')).refresh,
  filterTracks: async () => (await import('./viewCommands')).filterTracks,
  clearFilter: async () => (await import('./viewCommands')).clearFilter,
  sortTracks: async () => (await import('./viewCommands')).sortTracks,
  copyTaskId: async () => (await import('./viewCommands')).copyTaskId,
  copyTrackId: async () => (await import('./viewCommands')).copyTrackId,
  showLog: async () => (await import('./viewCommands')).showLog,
  copyDiagnostics: async () => (await import('./viewCommands')).copyDiagnostics,
};

/** @param ready gives what a command works with; asked by the first command. */
export function registerCommands(
  window: WindowContext,
  ready: () => Promise<CommandContext>,
): vscode.Disposable {
  return vscode.Disposable.from(
    ...Object.entries(commands).map(([name, load]) =>
      vscode.commands.registerCommand(`conductor.${name}`, async (...args: unknown[]) => {
        try {
          const [run, context] = await Promise.all([load(), ready()]);
          await run(context, ...args);
        } catch (error) {
          // Refusals are values; what arrives here is a defect of ours or of the machine.
          window.log.error(`conductor.${name}`, error);
          window.dialogs.tell(
            'error',
            l10n.t('{0} failed: {1}', name, error instanceof Error ? error.message : String(error)),
            {
              [l10n.t('Show Log')]: () => window.log.show(),
              [l10n.t('Try Again')]: () => vscode.commands.executeCommand(`conductor.${name}`, ...args),
            },
          );
        }
      }),
    ),
  );
}
