import * as vscode from 'vscode';
import { l10n } from 'vscode';
import type { MarkHistory } from '../../engine/undoMark';
import type { Ports } from '../../engine/ports';
import type { EditRefusal } from '../../model/edit';
import type { EditOutcome } from '../../store/fileEditor';
import type { ConductorSource } from '../conductorSource';
import type { Dialogs } from '../dialogs';
import type { NeedsYouList } from '../needsYouList';
import type { AgentOutputChannel } from '../runs/agentOutputChannel';
import type { RunController } from '../runs/runController';
import { openCommand } from '../views/treeItems';
import type { Place } from '../views/trackNodes';
import type { TracksView } from '../views/tracksView';

/** What the views and the window give to every command. */
export interface WindowContext {
  readonly source: ConductorSource;
  readonly tracks: TracksView;
  readonly needsYou: NeedsYouList;
  readonly runs: RunController;
  readonly agentOutput: AgentOutputChannel;
  readonly log: vscode.LogOutputChannel;
  /** What this workspace remembers: commands of agents that were approved. */
  readonly memory: vscode.Memento;
  readonly version: string;
  readonly extensionUri: vscode.Uri;
  /** Exchanged by tests. */
  dialogs: Dialogs;
}

/** What every command works with: the window, and the engine's way to the world, which is loaded with the first command. */
export interface CommandContext extends WindowContext {
  readonly ports: Ports;
  readonly history: MarkHistory;
}

/** A command: its arguments are whatever VS Code hands over (a row, several rows, a file), or nothing from the palette. */
export type Command = (context: CommandContext, ...args: readonly unknown[]) => Promise<void>;

export async function openPlace(place: Place): Promise<void> {
  const { command, arguments: args = [] } = openCommand(place);
  await vscode.commands.executeCommand(command, ...(args as unknown[]));
}

/** Tells that something was not done: what, where, what to do; with a way to the place, and to try again. */
export function tellRefusal(
  { dialogs, log }: Pick<CommandContext, 'dialogs' | 'log'>,
  refusal: EditRefusal,
  o: { place?: Place; retry?: () => unknown; more?: Readonly<Record<string, () => unknown>> } = {},
): void {
  log.warn(`${refusal.code}: ${refusal.message}`);
  const { place, retry } = o;
  dialogs.tell('error', refusal.message, {
    ...o.more,
    ...(place ? { [l10n.t('Open File')]: () => openPlace(place) } : {}),
    ...(retry ? { [l10n.t('Try Again')]: retry } : {}),
    [l10n.t('Show Log')]: () => log.show(),
  });
}

/** Tells how an edit went: nothing to say when it simply worked, beyond a word in the status bar. */
export function tellOutcome(
  context: CommandContext,
  outcome: EditOutcome,
  o: { done: string; place?: Place; retry?: () => unknown },
): void {
  if ('refused' in outcome) {
    tellRefusal(context, outcome.refused, o);
    return;
  }
  if (outcome.where === 'buffer' && outcome.changed) {
    // The views show what is on disk, so the person must know why they have not changed.
    context.dialogs.tell(
      'info',
      `${o.done} ${l10n.t('The file has unsaved changes: save it to write this to disk.')}`,
    );
    return;
  }
  context.dialogs.note(`$(check) ${o.done}`);
}
