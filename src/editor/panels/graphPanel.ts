import * as vscode from 'vscode';
import { l10n } from 'vscode';
import { markerWord, type SettableMarker } from '../../model/marker';
import type { Track } from '../../model/track';
import { dispatchOf, graphModelOf, placesOf } from '../../panels/graphModel';
import type { GraphModel, GraphRequest } from '../../shared/graphModel';
import type { Reply } from '../../shared/protocol';
import { Pace } from '../../store/pace';
import { refOf } from '../views/trackNodes';
import { graphText, isPng, saveExport } from './graph/exports';
import { collapse, graphOf, pictureFor } from './graph/pictures';
import { graphRequest } from './graph/request';
import type { PanelKind, PanelView } from './panelKind';

export const graphPanel: PanelKind<GraphModel, GraphRequest> = {
  name: 'graph',
  word: 'Graph',
  request: graphRequest,
  async model({ track, context, signal }) {
    // Of ten thousand tasks each of the three takes a while; others get their turn between them.
    const pace = new Pace();
    graphOf(track);
    await pace.breathe(signal);
    const shown = pictureFor(track);
    if (shown.whole.nodes.length === 0) return { status: 'empty', ...nothingToDraw(track) };
    await pace.breathe(signal);
    return {
      status: 'ready',
      model: graphModelOf(track, { readAt: context.ports.clock().getTime(), ...shown }),
    };
  },
  async handle(view, request): Promise<Reply> {
    switch (request.kind) {
      case 'mark':
        return mark(view, request.task, request.marker, request.quick);
      case 'dispatch':
        return dispatch(view, request.task);
      case 'writeDag':
        return writeDag(view);
      case 'collapse':
        collapse(view.track, request.phases);
        view.refresh();
        return { ok: true };
      case 'export':
        return saveExport(view, request.form, new TextEncoder().encode(graphText(view, request.form)));
      case 'copyMermaid':
        await vscode.env.clipboard.writeText(graphText(view, 'mermaid'));
        return { ok: true, message: l10n.t('Copied as Mermaid.') };
      case 'exportPng':
        if (!isPng(request.png)) return { ok: false, message: l10n.t('This is no PNG; nothing was saved.') };
        return saveExport(view, 'png', request.png);
    }
  },
};

function nothingToDraw(track: Track): { title: string; detail: string } {
  const { plan } = track.documents;
  return plan === undefined
    ? {
        title: l10n.t('There is no plan to draw yet.'),
        detail: l10n.t(
          '"{0}" has no plan.md. Write one, or let the planner do it with Step Loop; the graph appears by itself.',
          track.name,
        ),
      }
    : {
        title: l10n.t('The plan has no tasks.'),
        detail: l10n.t(
          '{0} holds no task: no check box below a phase, and no dag block. Add tasks to it; the graph appears by itself.',
          plan,
        ),
      };
}

/** Step Loop shows what would be started, with its exact command, and asks. */
async function dispatch({ track }: PanelView, task: string): Promise<Reply> {
  const { graph } = pictureFor(track).picture;
  const { node, why } = dispatchOf(track, placesOf(graph));
  const first = node === undefined ? undefined : graph.nodes[node];
  if (!first || (first.id !== task && first.taskId !== task)) return { ok: false, message: why };
  await vscode.commands.executeCommand('conductor.stepLoop', refOf(track));
  return { ok: true };
}

async function writeDag({ context, track }: PanelView): Promise<Reply> {
  const { writeDag: writeDagOf } = await import('../../engine/writeDag');
  const write = l10n.t('Write DAG');
  const answer = await context.dialogs.confirm(
    l10n.t('Write the derived graph into plan.md of "{0}"?', track.name),
    l10n.t(
      'A dag block with the tasks and dependencies as they are drawn is inserted before the first phase of {0}; parallel groups are written only where the plan names them. Nothing else of the file changes. From then on the block, not the order of the tasks, says what waits for what.',
      track.documents.plan ?? 'plan.md',
    ),
    write,
  );
  if (answer !== write) return { ok: true };
  const outcome = await writeDagOf(context.ports, track);
  if ('refused' in outcome) return { ok: false, message: outcome.refused.message };
  return {
    ok: true,
    message:
      outcome.where === 'buffer' && outcome.changed
        ? l10n.t('The dag block is in the open editor. Save plan.md to write it to disk.')
        : l10n.t('plan.md has its dag block now.'),
  };
}

async function mark(view: PanelView, id: string, marker: SettableMarker, quick: boolean): Promise<Reply> {
  const { findTask } = await import('../commands/targets');
  const { askAndMark, markTarget } = await import('../commands/markerCommands');
  const target = findTask(view.context, refOf(view.track), id);
  if (!target) {
    return {
      ok: false,
      message: l10n.t('plan.md has no task "{0}" any more. Look at the plan as it is now.', id),
    };
  }
  const outcome = quick
    ? await markTarget(view.context, target, { marker })
    : await askAndMark(view.context, target, marker);
  if (!outcome) return { ok: true };
  if ('refused' in outcome) return { ok: false, message: outcome.refused.message };
  const said = l10n.t('{0} is {1}.', target.task.number ?? target.task.text, markerWord[marker]);
  return {
    ok: true,
    message:
      outcome.where === 'buffer' && outcome.changed
        ? `${said} ${l10n.t('plan.md has unsaved changes: save it to write this to disk.')}`
        : said,
  };
}
