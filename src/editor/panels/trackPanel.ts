import { basename } from 'node:path';
import { commands, l10n } from 'vscode';
import { markerWord } from '../../model/marker';
import { trackModelOf } from '../../panels/trackModel';
import { timelinePicture } from '../../panels/track/timeline';
import { timelineOf } from '../../rules/timeline';
import type { Reply } from '../../shared/protocol';
import type { TrackModel, TrackRequest } from '../../shared/trackModel';
import { openPlace } from '../commands/commandContext';
import { findTask } from '../commands/targets';
import { refOf } from '../views/trackNodes';
import type { PanelKind, PanelView } from './panelKind';
import { specOf } from './specDocument';
import { stepPlace } from './stepPlace';
import { trackCommits } from './trackCommits';
import { trackRequest } from './trackRequests';

export const trackPanel: PanelKind<TrackModel, TrackRequest> = {
  name: 'track',
  word: 'Track',
  request: trackRequest,
  async model(view) {
    const { track, context, signal } = view;
    const { source, needsYou, ports } = context;
    const root = source.root(track.root);
    const words = { now: ports.clock().getTime() };
    const [spec, { commits, remarks }] = await Promise.all([
      specOf(track),
      trackCommits(track, words.now, () => {
        if (!signal.aborted) view.refresh();
      }),
    ]);
    return {
      status: 'ready',
      model: trackModelOf(track, {
        readAt: root?.readAt ?? words.now,
        words,
        needsYou: needsYou.items.filter((item) => item.root === track.root && item.trackKey === track.key),
        spec,
        timeline: timelinePicture(timelineOf({ track, commits, now: words.now }), words, remarks),
        ...(root?.registryFile === undefined ? {} : { registryFile: root.registryFile }),
        ...(source.snapshot.watchProblem === undefined ? {} : { watchProblem: source.snapshot.watchProblem }),
      }),
    };
  },
  handle(view, request) {
    switch (request.kind) {
      case 'command':
        return run(view, request.command, refOf(view.track));
      case 'mark':
        return mark(view, request);
      case 'repair':
        return run(view, 'repair', {
          track: refOf(view.track),
          argument: request.repair,
          place: { file: request.file },
        });
      case 'resolve':
        return resolve(view, request.item, request.action);
      case 'openStep':
        return openStep(view, request.step);
    }
  },
};

const done: Reply = { ok: true };

/** The side bar's own command, which asks and tells by itself. */
async function run(_view: PanelView, command: string, argument: unknown): Promise<Reply> {
  await commands.executeCommand(`conductor.${command}`, argument);
  return done;
}

async function mark(view: PanelView, request: TrackRequest & { kind: 'mark' }): Promise<Reply> {
  const { context, track } = view;
  const target = findTask(context, refOf(track), request.task);
  if (!target) {
    return {
      ok: false,
      message: l10n.t('plan.md has changed and this task is no longer in it. Look at the plan as it is now.'),
    };
  }
  const { markTarget, markTask } = await import('../commands/markerCommands');
  if (request.asked) {
    const node = { kind: 'task', id: '', track: refOf(track), file: target.file, task: target.task };
    await markTask(request.marker)(context, node);
    return done;
  }
  const outcome = await markTarget(context, target, { marker: request.marker });
  if (!outcome) return done;
  if ('refused' in outcome) return { ok: false, message: outcome.refused.message };
  if (outcome.changed && outcome.where === 'buffer') {
    return {
      ok: true,
      message: l10n.t(
        '{0} is {1} in the open editor. The file has unsaved changes: save it to write this to disk.',
        target.task.number ?? target.task.text,
        markerWord[request.marker],
      ),
    };
  }
  return done;
}

async function resolve(view: PanelView, id: string, index: number): Promise<Reply> {
  const item = view.context.needsYou.items.find((candidate) => candidate.id === id);
  const action = item?.actions[index];
  if (!item || !action) {
    view.refresh();
    return { ok: false, message: l10n.t('This is settled already. The panel shows what is left.') };
  }
  const { takeAction } = await import('../commands/repairCommands');
  await takeAction(view.context, item, action);
  return done;
}

async function openStep(
  { track }: PanelView,
  step: (TrackRequest & { kind: 'openStep' })['step'],
): Promise<Reply> {
  const place = await stepPlace(track, step);
  if (!place) return { ok: false, message: l10n.t('No file of this track tells of {0}.', step) };
  try {
    await openPlace(place);
    return done;
  } catch (error) {
    return {
      ok: false,
      message: l10n.t(
        '{0} could not be opened: {1}',
        basename(place.file),
        error instanceof Error ? error.message : String(error),
      ),
    };
  }
}
