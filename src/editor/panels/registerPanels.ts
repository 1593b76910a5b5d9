import * as vscode from 'vscode';
import { PANEL_NAMES } from '../../shared/protocol';
import type { CommandContext } from '../commands/commandContext';

/** Lets VS Code fill again the panels that were open when the window was closed or reloaded. */
export function registerPanels(context: () => Promise<CommandContext>): vscode.Disposable {
  return vscode.Disposable.from(
    ...PANEL_NAMES.map((name) =>
      vscode.window.registerWebviewPanelSerializer(`conductor.${name}`, {
        async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown) {
          const { restorePanel } = await import('./panels');
          await restorePanel(await context(), name, panel, state);
        },
      }),
    ),
  );
}
