import { basename, join } from 'node:path';
import { commands, Disposable, l10n, RelativePattern, Uri, workspace } from 'vscode';
import { markerWord } from '../../model/marker';
import { trackModelOf } from '../../panels/trackModel';
import { timelinePicture } from '../../panels/track/timeline';
import { timelineOf } from '../../rules/timeline';
import type { Reply } from '../../shared/protocol';
import type { TrackModel, TrackRequest } from '../../shared/trackModel';
import { openPlace } from '../commands/commandContext';
import { findTask } from '../commands/targets';
import { seenRun } from '../runs/seenRun';
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
    const run = seenRun(context.runs, refOf(track));
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
        ...(run ? { run } : {}),
        spec,
        timeline: timelinePicture(timelineOf({ track, commits, now: words.now }), words, remarks),
        ...(root?.registryFile === undefined ? {} : { registryFile: root.registryFile }),
        ...(source.snapshot.watchProblem === undefined ? {} : { watchProblem: source.snapshot.watchProblem }),
      }),
    };
  },
  follow(context, subject, changed) {
    const about = (): string =>
      JSON.stringify([
        context.needsYou.items.filter(
          ({ root, trackKey }) => root === subject.root && trackKey === subject.key,
        ),
        seenRun(context.runs, subject),
      ]);
    let shown = about();
    const look = (): void => {
      const now = about();
      if (now === shown) return;
      shown = now;
      changed();
    };
    // The store reads no spec.md: it decides nothing.
    const specs = workspace.createFileSystemWatcher(
      new RelativePattern(Uri.file(join(subject.root, subject.key)), '*.md'),
    );
    const isSpec = (uri: Uri): void => {
      if (/^spec\.md$/i.test(basename(uri.fsPath))) changed();
    };
    return Disposable.from(
      specs,
      specs.onDidChange(isSpec),
      specs.onDidCreate(isSpec),
      specs.onDidDelete(isSpec),
      // Heartbeats and locks go stale without any file changing.
      context.needsYou.onDidChange(look),
      context.runs.onDidChange(({ root, key }) => {
        if (root === subject.root && key === subject.key) look();
      }),
    );
  },
  handle(view, request) {
    switch (request.kind) {
      case 'command':
        return run(request.command, refOf(view.track));
      case 'mark':
        // One after the other: the second press of Space is not to overtake the first.
        return (marking = marking.then(
          () => mark(view, request),
          () => mark(view, request),
        ));
      case 'repair':
        return run('repair', {
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
let marking: Promise<Reply> = Promise.resolve(done);

/** The side bar's own command, which asks and tells by itself. */
async function run(command: string, argument: unknown): Promise<Reply> {
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
    // The person may take their time over the questions: nothing waits for them.
    const node = { kind: 'task', id: '', track: refOf(track), file: target.file, task: target.task };
    void markTask(request.marker)(context, node).catch((error: unknown) => context.log.error(error as Error));
    return done;
  }
  const outcome = await markTarget(context, target, { marker: request.marker });
  // The person does not want it after all.
  if (!outcome) return { ok: false };
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
