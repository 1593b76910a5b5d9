import { join } from 'node:path';
import * as vscode from 'vscode';
import { l10n } from 'vscode';
import { releaseLock } from '../../engine/releaseLock';
import { repairTrack } from '../../engine/repairTrack';
import type { NeedsYouAction, NeedsYouItem } from '../../model/needsYou';
import type { Problem, RepairKind } from '../../model/problem';
import type { Track } from '../../model/track';
import { openPlace, tellOutcome, type Command, type CommandContext } from './commandContext';
import { tellChange } from './stateCommands';
import { findTask, targetTrack } from './targets';

export function repairWord(repair: RepairKind): string {
  switch (repair) {
    case 'registerTrack':
      return l10n.t('Add It to tracks.md');
    case 'updateRegistryStatus':
      return l10n.t('Correct tracks.md');
    case 'updateMetadataStatus':
      return l10n.t('Correct metadata.json');
    case 'createMetadata':
      return l10n.t('Create metadata.json');
    case 'removeStaleLock':
      return l10n.t('Remove the Stale Lock');
  }
}

/** Repair: what a problem offers. From a problem's row it is done; else the person chooses among the track's. */
export const repair: Command = async (context, argument) => {
  const title = l10n.t('Repair');
  const track = await targetTrack(context, argument, title, (t) => repairs(t).length > 0);
  if (!track) return;
  const wanted = repairOfRow(argument);
  const found = repairs(track);
  const problem =
    found.find(
      (candidate) =>
        candidate.repair === wanted?.repair && candidate.file === (wanted?.file ?? candidate.file),
    ) ??
    (found.length === 1
      ? found[0]
      : await context.dialogs.pick(
          { title: `${title}: ${track.name}`, placeholder: l10n.t('What should be repaired?') },
          found.map((value) => ({
            label: value.repair ? repairWord(value.repair) : '',
            detail: value.message,
            value,
          })),
        ));
  if (problem?.repair) await doRepair(context, track, problem.repair, problem.file);
};

function repairs(track: Track): readonly Problem[] {
  return track.problems.filter(({ repair: kind }) => kind !== undefined);
}

/** The repair and the file that a problem's row names. */
function repairOfRow(argument: unknown): { repair: string; file: string | undefined } | undefined {
  if (typeof argument !== 'object' || argument === null || !('argument' in argument)) return undefined;
  const { argument: kind } = argument;
  if (typeof kind !== 'string') return undefined;
  const place = 'place' in argument ? argument.place : undefined;
  const file = typeof place === 'object' && place !== null && 'file' in place ? place.file : undefined;
  return { repair: kind, file: typeof file === 'string' ? file : undefined };
}

async function doRepair(
  context: CommandContext,
  track: Track,
  kind: RepairKind,
  file: string,
): Promise<void> {
  const registryFile = context.source.root(track.root)?.registryFile;
  const result = await repairTrack(context.ports, track, kind, {
    ...(registryFile === undefined ? {} : { registryFile }),
    ...(kind === 'removeStaleLock' ? { lock: file } : {}),
  });
  tellChange(context, track, result, () => doRepair(context, track, kind, file));
  await context.source.refresh();
}

/** Resolve: what an item of Needs You offers; with several ways the person chooses. */
export const resolve: Command = async (context, argument) => {
  const title = l10n.t('Resolve');
  const item = itemOf(context, argument) ?? (await pickItem(context, title));
  if (!item) return;
  const action =
    item.actions.length === 1
      ? item.actions[0]
      : await context.dialogs.pick(
          { title: item.what, placeholder: item.why.split('\n')[0] },
          item.actions.map((value) => ({ label: value.label, value })),
        );
  if (action) await takeAction(context, item, action);
};

function itemOf(context: CommandContext, argument: unknown): NeedsYouItem | undefined {
  const id = typeof argument === 'object' && argument !== null && 'id' in argument ? argument.id : undefined;
  return singleItems(context).find((item) => item.id === id);
}

/** All items, and those that others gather. */
function singleItems(context: CommandContext): NeedsYouItem[] {
  return context.needsYou.items.flatMap((item) => [item, ...(item.parts ?? [])]);
}

async function pickItem(context: CommandContext, title: string): Promise<NeedsYouItem | undefined> {
  await context.source.start();
  const items = singleItems(context).filter(({ actions }) => actions.length > 0);
  if (items.length === 0) {
    context.dialogs.tell('info', l10n.t('Nothing needs you now.'));
    return undefined;
  }
  return context.dialogs.pick(
    { title, placeholder: l10n.t('What should be resolved?') },
    items.map((value) => ({
      label: value.what,
      ...(value.trackName === undefined ? {} : { description: value.trackName }),
      detail: value.why,
      value,
    })),
  );
}

/** Does one of the actions that an item of Needs You offers. */
export async function takeAction(
  context: CommandContext,
  item: NeedsYouItem,
  action: NeedsYouAction,
): Promise<void> {
  const ref = item.trackKey === undefined ? undefined : { root: item.root, key: item.trackKey };
  const run = (command: string): Thenable<unknown> =>
    vscode.commands.executeCommand(`conductor.${command}`, {
      track: ref,
      ...(action.argument === undefined ? {} : { argument: action.argument }),
    });
  switch (action.kind) {
    case 'open':
      if (item.file !== undefined) await openPlace({ file: item.file, line: item.line });
      return;
    case 'repair':
      await run('repair');
      return;
    case 'releaseLock': {
      const track = ref && context.source.track(ref);
      const lock = action.argument;
      if (!track?.bus || lock === undefined) return;
      tellOutcome(context, await releaseLock(context.ports, track, lock), {
        done: l10n.t('The lock on {0} is released.', lock),
        place: { file: join(track.bus.folder, 'locks.json') },
        retry: () => takeAction(context, item, action),
      });
      return;
    }
    case 'markTask': {
      const target =
        ref && action.argument !== undefined ? findTask(context, ref, action.argument) : undefined;
      if (target) {
        const { markTask } = await import('./markerCommands');
        const node = { kind: 'task', id: '', track: ref, file: target.file, task: target.task };
        // A task that only a person may tick waits to be ticked; a blocked one to be taken up again.
        await markTask(item.kind === 'gate' ? 'done' : 'todo')(context, node);
      }
      return;
    }
    case 'allowFixCycle': {
      const { allowFixCycle } = await import('./stateCommands');
      await allowFixCycle(context, { track: ref });
      return;
    }
    case 'answer': {
      const { answer } = await import('./answerCommands');
      await answer(context, { track: ref, argument: action.argument, answer: action.answer });
      return;
    }
    case 'unblockTrack':
    case 'stepLoop':
    case 'runLoop':
    case 'stopLoop':
    case 'recordOutcome':
    case 'setStep':
      await run(action.kind);
  }
}
