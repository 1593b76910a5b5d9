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

/** The panels of this window that are open and filled, or would be if they could be seen. */
export function openPanels(): readonly OpenPanel<unknown, unknown>[] {
  return [...open];
}

/** Opens the panel of a track, or brings the one that is open to the front: one panel of a kind for each track. */
export async function openPanel(
  context: CommandContext,
  name: PanelName,
  subject: PanelSubject,
): Promise<void> {
  // First, so that nothing can happen between the look for an open one and the making of another.
  const kind = await kinds[name]();
  const there = openOn(name, subject);
  if (there) {
    there.reveal(subject.item);
    return;
  }
  const panel = vscode.window.createWebviewPanel(viewType(name), '', vscode.ViewColumn.Active, {
    // The graph finds in its own way, whole words of nodes that may be out of sight.
    enableFindWidget: name !== 'graph',
  });
  show(context, kind, panel, subject, subject.item);
}

/** Fills a panel that VS Code has kept over a reload of the window. */
export async function restorePanel(
  context: CommandContext,
  name: PanelName,
  panel: vscode.WebviewPanel,
  state: unknown,
): Promise<void> {
  const kept = keptState.safeParse(state);
  if (!kept.success) {
    // Nothing says what it looked at; an empty tab would be worse than none.
    context.log.info(`A ${name} panel was kept without saying of which track; it was closed.`);
    panel.dispose();
    return;
  }
  let closed = false;
  const closing = panel.onDidDispose(() => (closed = true));
  const kind = await kinds[name]();
  closing.dispose();
  if (closed) return;
  // VS Code fills a tab when it is first seen; by then the track may have been opened in another one.
  const there = openOn(name, kept.data.subject);
  if (there) {
    panel.dispose();
    there.reveal(undefined);
  } else show(context, kind, panel, kept.data.subject, undefined);
}

function openOn(name: PanelName, { root, key }: PanelSubject): OpenPanel<unknown, unknown> | undefined {
  return [...open].find(
    ({ kind, subject }) => kind.name === name && subject.root === root && subject.key === key,
  );
}

function show(
  context: CommandContext,
  kind: AnyKind,
  panel: vscode.WebviewPanel,
  subject: PanelSubject,
  wanted: string | undefined,
): void {
  panel.iconPath = {
    light: vscode.Uri.joinPath(context.extensionUri, 'media', 'conductor-light.svg'),
    dark: vscode.Uri.joinPath(context.extensionUri, 'media', 'conductor-dark.svg'),
  };
  const dist = vscode.Uri.joinPath(context.extensionUri, 'dist', 'webview');
  const opened = new OpenPanel(context, kind, panel, subject, {
    dist,
    open: (other, of) => openPanel(context, other, of),
    ...(wanted === undefined ? {} : { wanted }),
  });
  open.add(opened);
  panel.onDidDispose(() => open.delete(opened));
}
