import * as vscode from 'vscode';
import { l10n } from 'vscode';
import { chooseGate } from '../../panels/gate/choose';
import { gateModelOf } from '../../panels/gateModel';
import type { GateModel, GateRequest, ReviewAsked } from '../../shared/gateModel';
import type { PanelState, PanelSubject, Reply } from '../../shared/protocol';
import { openPlace } from '../commands/commandContext';
import { gateRequest } from './gate/gateRequest';
import { readEvidence } from './gate/readEvidence';
import { reportOf, writeReport } from './gate/reports';
import { reviewAsked } from './gate/reviewAsked';
import { ResultsWatch } from './gate/watchResults';
import type { PanelKind, PanelView } from './panelKind';

/** Reviews the gates of a track (DESIGN §6, "Gate review"). */
export const gatePanel: PanelKind<GateModel, GateRequest> = {
  name: 'gate',
  word: 'Gate',
  request: gateRequest,
  model,
  follow(_context, subject, changed) {
    const watch = new ResultsWatch(changed);
    const key = watchKey(subject);
    watches.set(key, watch);
    // Then the working tree may be looked at.
    const trust = vscode.workspace.onDidGrantWorkspaceTrust(changed);
    return {
      dispose: () => {
        trust.dispose();
        watch.dispose();
        if (watches.get(key) === watch) watches.delete(key);
      },
    };
  },
  handle(view, request) {
    switch (request.kind) {
      case 'turn':
        view.turnTo(request.gate);
        return Promise.resolve({ ok: true });
      case 'review':
        return review(view, request);
      case 'report':
        return report(view, request.gate, request.note);
      case 'settings':
        return openSettings();
    }
  },
};

/** One for each open panel: there is one of a kind for each track. */
const watches = new Map<string, ResultsWatch>();

function watchKey({ root, key }: PanelSubject): string {
  return `${root}\u0000${key}`;
}

async function model(view: PanelView): Promise<PanelState<GateModel>> {
  const { track, context, subject } = view;
  const readAt = context.ports.clock();
  const { evidence, remarks, problems, base, usualIn, by } = await readEvidence(track, view.signal);
  const files = (evidence.results ?? []).map(({ file }) => file);
  watches.get(watchKey(subject))?.watch(files, usualIn);
  const chosen = chooseGate(track, evidence, subject.item);
  if (!chosen) {
    return {
      status: 'empty',
      title: l10n.t('This track has no gates yet.'),
      detail: l10n.t(
        'Gates come from the loop in metadata.json (EVALUATE_PLAN, EVALUATE_EXECUTION) and from the phases of plan.md that have tasks. "{0}" has neither: write a plan, or migrate its metadata. The panel fills when they are there.',
        track.name,
      ),
    };
  }
  const report = reportOf(track, chosen.gate, readAt.toISOString().slice(0, 10));
  return {
    status: 'ready',
    model: gateModelOf(track, chosen, {
      readAt: readAt.getTime(),
      base,
      notices: problems,
      remarks,
      ...(by === undefined ? {} : { by }),
      ...(report ? { report } : {}),
    }),
  };
}

async function review(view: PanelView, asked: ReviewAsked): Promise<Reply> {
  const { context } = view;
  // Whatever has been watched and told so far: decided is on what the files say now.
  await context.source.refresh();
  const track = context.source.track(view.subject);
  if (!track) return { ok: false, message: l10n.t('This track is no longer there; nothing was done.') };
  const { evidence, by } = await readEvidence(track);
  const registryFile = context.source.root(track.root)?.registryFile;
  const reply = await reviewAsked(context.ports, track, evidence, asked, {
    ...(by === undefined ? {} : { by }),
    ...(registryFile === undefined ? {} : { registryFile }),
    // Whether it was written or refused: what is shown next comes from the disk.
    afterwards: () => context.source.refresh(),
  });
  if (reply.ok) context.log.info(`${track.id}, ${asked.gate}: ${asked.decision}. ${reply.message ?? ''}`);
  else context.log.warn(`${track.id}, ${asked.gate}: ${asked.decision} was refused.`, reply.message);
  view.refresh();
  const unsaved = reply.ok ? unsavedOf(view) : undefined;
  return unsaved === undefined
    ? reply
    : {
        ok: true,
        message: l10n.t(
          '{0} {1} has unsaved changes: save it to write this to disk.',
          reply.message ?? '',
          unsaved,
        ),
      };
}

/** A file of the track that is open with unsaved changes: what is written goes there, and the disk shows it when saved. */
function unsavedOf({ track }: PanelView): string | undefined {
  const files = [track.documents.metadata, track.documents.plan];
  return vscode.workspace.textDocuments.find(({ isDirty, uri }) => isDirty && files.includes(uri.fsPath))?.uri
    .fsPath;
}

async function report(view: PanelView, gateId: string, note: string | undefined): Promise<Reply> {
  const { track, context } = view;
  const { evidence } = await readEvidence(track);
  const chosen = chooseGate(track, evidence, gateId);
  if (!chosen || chosen.missing !== undefined) {
    return { ok: false, message: l10n.t('{0} has no such gate any more. Nothing was written.', track.name) };
  }
  const outcome = await writeReport(context.ports, track, chosen.gate, chosen.evidence, note);
  if ('refused' in outcome) {
    context.log.warn(`${track.id}, ${gateId}: ${outcome.refused.message}`);
    return { ok: false, message: outcome.refused.message };
  }
  await context.source.refresh();
  view.refresh();
  const line = await lineOf(outcome.file, outcome.text);
  await openPlace({ file: outcome.file, ...(line === undefined ? {} : { line }) });
  return {
    ok: true,
    message: outcome.changed
      ? l10n.t('The report was written into {0}.', outcome.file)
      : l10n.t('{0} holds this report already.', outcome.file),
  };
}

/** Where the report begins that was written last. */
async function lineOf(file: string, text: string): Promise<number | undefined> {
  const head = text.trim().split('\n')[0] ?? '';
  const document = await vscode.workspace.openTextDocument(file);
  const at = document.getText().lastIndexOf(head);
  return head === '' || at < 0 ? undefined : document.positionAt(at).line + 1;
}

async function openSettings(): Promise<Reply> {
  await vscode.commands.executeCommand('workbench.action.openSettings', 'conductor.gates.testResults');
  return { ok: true };
}
