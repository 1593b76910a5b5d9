import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { l10n } from 'vscode';
import { taskGraphDot, taskGraphMermaid } from '../../../rules/graphExport';
import { taskGraphSvg } from '../../../rules/graphSvg';
import type { Reply } from '../../../shared/protocol';
import type { PanelView } from '../panelKind';
import { pictureFor } from './pictures';

const kinds = {
  svg: { name: 'SVG', ends: ['svg'] },
  mermaid: { name: 'Mermaid', ends: ['mmd'] },
  dot: { name: 'Graphviz DOT', ends: ['dot', 'gv'] },
  png: { name: 'PNG', ends: ['png'] },
} as const;

/** The drawn graph as a text of this form. */
export function graphText(view: PanelView, form: 'svg' | 'mermaid' | 'dot'): string {
  const { picture } = pictureFor(view.track);
  const title = l10n.t('{0}: task graph', view.track.name);
  if (form === 'svg') return taskGraphSvg(picture.graph, picture.layout, title);
  return form === 'mermaid' ? taskGraphMermaid(picture.graph) : taskGraphDot(picture.graph, title);
}

/** Asks where, and writes the file there. Cancelled: nothing happens and nothing is said. */
export async function saveExport(
  view: PanelView,
  form: keyof typeof kinds,
  bytes: Uint8Array,
): Promise<Reply> {
  const { name, ends } = kinds[form];
  const start = vscode.Uri.joinPath(
    vscode.Uri.file(dirname(view.track.root)),
    `${view.track.id.replace(/[^\w.-]+/g, '-')}.${ends[0]}`,
  );
  const title = l10n.t('Save Graph as {0}', name);
  const uri = await view.context.dialogs.saveFile(title, start, { [name]: ends });
  if (!uri) return { ok: true };
  try {
    await vscode.workspace.fs.writeFile(uri, bytes);
  } catch (error) {
    return {
      ok: false,
      message: l10n.t(
        '{0} could not be written: {1} Choose another place.',
        uri.fsPath,
        error instanceof Error ? error.message : String(error),
      ),
    };
  }
  return { ok: true, message: l10n.t('Saved as {0}.', uri.fsPath) };
}

/** Is it a PNG? A page's bytes are not trusted. */
export function isPng(bytes: Uint8Array): boolean {
  const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
  return signature.every((byte, i) => bytes[i] === byte);
}
