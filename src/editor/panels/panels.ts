import * as vscode from 'vscode';
import type { PanelName, PanelSubject } from '../../shared/protocol';
import { keptState } from '../../shared/requests';
import type { CommandContext } from '../commands/commandContext';
import { OpenPanel } from './openPanel';
import type { PanelKind } from './panelKind';

/** A kind whose model and requests only it knows. */
type AnyKind = PanelKind<unknown, unknown>;

const kinds: Readonly<Record<PanelName, () => Promise<AnyKind>>> = {
  track: async () => (await import('./trackPanel')).trackPanel,
  graph: async () => (await import('./graphPanel')).graphPanel,
  gate: async () => (await import('./gatePanel')).gatePanel,
  board: async () => (await import('./boardPanel')).boardPanel,
};

const open = new Set<OpenPanel<unknown, unknown>>();

export function viewType(panel: PanelName): string {
  return `conductor.${panel}`;
}

/** Opens the panel of a track, or brings the one that is open to the front: one panel of a kind for each track. */
export async function openPanel(
  context: CommandContext,
  name: PanelName,
  subject: PanelSubject,
): Promise<void> {
  for (const panel of open) {
    if (
      panel.kind.name === name &&
      panel.subject.root === subject.root &&
      panel.subject.key === subject.key
    ) {
      panel.reveal(subject.item);
      return;
    }
  }
  const kind = await kinds[name]();
  const column = vscode.window.activeTextEditor?.viewColumn ?? vscode.ViewColumn.Active;
  const webviewPanel = vscode.window.createWebviewPanel(viewType(name), kind.word, column, {
    enableFindWidget: name !== 'graph',
  });
  show(context, kind, webviewPanel, subject);
}

/** Fills a panel that VS Code has kept over a reload of the window. */
export async function restorePanel(
  context: CommandContext,
  name: PanelName,
  webviewPanel: vscode.WebviewPanel,
  state: unknown,
): Promise<void> {
  const kept = keptState.safeParse(state);
  if (!kept.success) {
    // Nothing says what it looked at; an empty tab would be worse than none.
    context.log.info(`A ${name} panel was kept without saying of which track; it was closed.`);
    webviewPanel.dispose();
    return;
  }
  show(context, await kinds[name](), webviewPanel, kept.data.subject);
}

function show(
  context: CommandContext,
  kind: AnyKind,
  panel: vscode.WebviewPanel,
  subject: PanelSubject,
): void {
  panel.iconPath = vscode.Uri.joinPath(context.extensionUri, 'media', 'conductor.svg');
  const dist = vscode.Uri.joinPath(context.extensionUri, 'dist', 'webview');
  const opened = new OpenPanel(context, kind, panel, subject, dist);
  open.add(opened);
  panel.onDidDispose(() => open.delete(opened));
}
