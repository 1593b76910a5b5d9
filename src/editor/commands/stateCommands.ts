import { l10n } from 'vscode';
import {
  blockTrack as blockTrackOf,
  unblockTrack as unblockTrackOf,
  type TrackChangeResult,
} from '../../engine/blockTrack';
import { migrateMetadata as migrateMetadataOf } from '../../engine/migrateMetadata';
import { pauseTrack as pauseTrackOf, resumeTrack } from '../../engine/pauseTrack';
import { setStep as setStepOf } from '../../engine/setStep';
import { toggleSuperpowers as toggleSuperpowersOf } from '../../engine/toggleSuperpowers';
import { loopSteps, type LoopStep, type StepStatus } from '../../model/loopState';
import type { Track } from '../../model/track';
import { isBlockedTrack } from '../../rules/nextAction';
import { refOf } from '../views/trackNodes';
import { stepStatusWord, stepWord } from '../views/words';
import { tellRefusal, type Command, type CommandContext } from './commandContext';
import { argumentIn, targetTrack } from './targets';

const isLive = (track: Track): boolean => !track.archived && track.folder !== undefined;
const isOpen = (track: Track): boolean => isLive(track) && track.group !== 'done';

export function registryOf(context: CommandContext, track: Track): { registryFile?: string } {
  const registryFile = context.source.root(track.root)?.registryFile;
  return registryFile === undefined ? {} : { registryFile };
}

/** Tells how a change of a track went. True: it was made, or there was nothing to change. */
export function tellChange(
  context: CommandContext,
  track: Track,
  result: TrackChangeResult,
  retry?: () => unknown,
): boolean {
  const file = track.documents.metadata;
  if ('refused' in result) {
    tellRefusal(context, result.refused, {
      ...(file === undefined ? {} : { place: { file } }),
      ...(retry ? { retry } : {}),
    });
    return false;
  }
  context.log.info(`${track.id}: ${result.why}`, ...result.files);
  for (const warning of result.warnings) context.dialogs.tell('warning', `${track.name}: ${warning}`);
  context.dialogs.note(`$(check) ${track.name}: ${result.why}`);
  return true;
}

async function askReason(
  context: CommandContext,
  title: string,
  placeholder: string,
): Promise<string | undefined> {
  const reason = await context.dialogs.input({
    title,
    placeholder,
    validate: (text) => (text.trim() === '' ? l10n.t('Give the reason.') : undefined),
  });
  return reason?.trim();
}

export const pauseTrack: Command = async (context, argument) => {
  const title = l10n.t('Pause Track');
  const track = await targetTrack(context, argument, title, (t) => isOpen(t) && t.group !== 'paused');
  if (!track) return;
  const reason = await context.dialogs.input({
    title: `${title}: ${track.name}`,
    placeholder: l10n.t('Why? It is kept in metadata.json; may be empty.'),
  });
  if (reason === undefined) return;
  const result = await pauseTrackOf(context.ports, track, { reason, ...registryOf(context, track) });
  tellChange(context, track, result, () => pauseTrack(context, argument));
};

/** Takes up a paused track. The track as it is afterwards; undefined when it was refused. */
export async function resume(context: CommandContext, track: Track): Promise<Track | undefined> {
  const result = await resumeTrack(context.ports, track, registryOf(context, track));
  if (!tellChange(context, track, result)) return undefined;
  await context.source.refresh();
  return context.source.track(refOf(track));
}

export const blockTrack: Command = async (context, argument) => {
  const title = l10n.t('Block Track');
  const track = await targetTrack(context, argument, title, isOpen);
  if (!track) return;
  const description = await askReason(
    context,
    `${title}: ${track.name}`,
    l10n.t('What blocks it? Whoever resolves it reads this.'),
  );
  if (description === undefined) return;
  const result = await blockTrackOf(context.ports, track, { description, ...registryOf(context, track) });
  tellChange(context, track, result, () => blockTrack(context, argument));
};

export const unblockTrack: Command = async (context, argument) => {
  const title = l10n.t('Unblock Track');
  const isBlocked = (t: Track): boolean => isLive(t) && (isBlockedTrack(t) || activeBlockers(t).length > 0);
  const track = await targetTrack(context, argument, title, isBlocked);
  if (!track) return;
  const blockerId = await whichBlocker(context, track, argumentIn(argument), title);
  if (blockerId === null) return;
  const reason = await askReason(context, `${title}: ${track.name}`, l10n.t('What resolved it?'));
  if (reason === undefined) return;
  const result = await unblockTrackOf(context.ports, track, {
    reason,
    ...(blockerId === undefined ? {} : { blockerId }),
    ...registryOf(context, track),
  });
  tellChange(context, track, result, () => unblockTrack(context, argument));
};

function activeBlockers(track: Track) {
  return track.metadata?.blockers.filter(({ active }) => active) ?? [];
}

/** The blocker that is resolved; undefined: all of them; null: cancelled. */
async function whichBlocker(
  context: CommandContext,
  track: Track,
  named: string | undefined,
  title: string,
): Promise<string | undefined | null> {
  const blockers = activeBlockers(track);
  if (named !== undefined && blockers.some(({ id }) => id === named)) return named;
  if (blockers.length <= 1) return undefined;
  const all = Symbol('all');
  const choice = await context.dialogs.pick<string | symbol>(
    { title: `${title}: ${track.name}`, placeholder: l10n.t('Which one is resolved?') },
    [
      ...blockers.map(({ id, description, blockedAt }) => ({
        label: description,
        ...(blockedAt === undefined ? {} : { description: blockedAt }),
        value: id,
      })),
      { label: l10n.t('All of them'), value: all },
    ],
  );
  if (choice === undefined) return null;
  return typeof choice === 'string' ? choice : undefined;
}

/** One fix cycle more than the limit: a person's decision, recorded with the reason. */
export const allowFixCycle: Command = async (context, argument) => {
  const title = l10n.t('Allow One More Fix Cycle');
  const track = await targetTrack(context, argument, title, (t) => t.loop?.stepStatus === 'BLOCKED');
  if (!track) return;
  const reason = await askReason(
    context,
    `${title}: ${track.name}`,
    l10n.t('Why is one more cycle worth it?'),
  );
  if (reason === undefined) return;
  const result = await unblockTrackOf(context.ports, track, {
    reason,
    allowFixCycle: true,
    ...registryOf(context, track),
  });
  tellChange(context, track, result, () => allowFixCycle(context, argument));
};

/** Statuses that a person may give a step; the machine refuses the others. */
const settable: readonly StepStatus[] = ['NOT_STARTED', 'PASSED', 'FAILED', 'SKIPPED'];

export const setStep: Command = async (context, argument) => {
  const title = l10n.t('Set Step');
  const track = await targetTrack(context, argument, title, (t) => isLive(t) && t.loop !== undefined);
  if (!track?.loop) return;
  const chosen = await pickStep(context, track, title, argumentIn(argument));
  if (!chosen) return;
  const { step, status } = chosen;
  const reason = await askReason(
    context,
    `${title}: ${track.name} · ${stepWord(step)}`,
    l10n.t('Why? It is recorded in step_history.'),
  );
  if (reason === undefined) return;
  const resolveBlockers = await alsoResolve(context, track, title);
  if (resolveBlockers === undefined) return;
  const result = await setStepOf(context.ports, track, {
    step,
    status,
    reason,
    resolveBlockers,
    ...registryOf(context, track),
  });
  tellChange(context, track, result, () => setStep(context, argument));
};

/** The step and status that a person gives a track. `named`: the step that was chosen already. */
export async function pickStep(
  context: Pick<CommandContext, 'dialogs'>,
  track: Track,
  title: string,
  named?: string,
): Promise<{ readonly step: LoopStep; readonly status: StepStatus } | undefined> {
  const steps = loopSteps.filter((step) => step !== 'NOT_STARTED' && step !== 'COMPLETE');
  const step =
    steps.find((candidate) => candidate === named && candidate !== track.loop?.step) ??
    (await context.dialogs.pick<LoopStep>(
      { title: `${title}: ${track.name}`, placeholder: l10n.t('Which step is the track at?') },
      steps.map((value) => ({
        label: stepWord(value),
        description: value === track.loop?.step ? l10n.t('now') : value,
        value,
      })),
    ));
  if (step === undefined) return undefined;
  const status = await context.dialogs.pick<StepStatus>(
    { title: `${title}: ${track.name} · ${stepWord(step)}`, placeholder: l10n.t('What is its status?') },
    settable.map((value) => ({ label: stepStatusWord(value), description: value, value })),
  );
  return status === undefined ? undefined : { step, status };
}

/** What blocks a track would go on blocking it at its new step: whether to resolve that too. Undefined: cancelled. */
async function alsoResolve(
  context: CommandContext,
  track: Track,
  title: string,
): Promise<boolean | undefined> {
  const blockers = activeBlockers(track);
  const [first] = blockers;
  if (!first) return false;
  const what =
    blockers.length === 1
      ? l10n.t('It has an active blocker: {0}', first.description)
      : l10n.t(
          'It has {0} active blockers: {1}',
          blockers.length,
          blockers.map(({ description }) => description).join('; '),
        );
  return context.dialogs.pick({ title: `${title}: ${track.name}`, placeholder: what }, [
    {
      label: blockers.length === 1 ? l10n.t('Resolve the Blocker Too') : l10n.t('Resolve the Blockers Too'),
      detail: what,
      value: true,
    },
    {
      label: l10n.t('Leave It Active'),
      detail: l10n.t('Set the step only: the loop goes on waiting for a person.'),
      value: false,
    },
  ]);
}

export const migrateMetadata: Command = async (context, argument) => {
  const title = l10n.t('Migrate Metadata');
  const track = await targetTrack(
    context,
    argument,
    title,
    (t) => isLive(t) && t.metadata !== undefined && t.metadata.version < 2,
  );
  if (!track) return;
  const yes = l10n.t('Migrate');
  const answer = await context.dialogs.confirm(
    l10n.t('Make the metadata of "{0}" version 3?', track.name),
    l10n.t(
      'Every field stays. The state of the loop is inferred from plan.md and its reports and added as loop_state; version becomes 3.',
    ),
    yes,
  );
  if (answer !== yes) return;
  tellChange(context, track, await migrateMetadataOf(context.ports, track), () =>
    migrateMetadata(context, argument),
  );
};

export const toggleSuperpowers: Command = async (context, argument) => {
  const title = l10n.t('Toggle Superpowers');
  const track = await targetTrack(context, argument, title, (t) => isOpen(t) && t.loop !== undefined);
  if (!track) return;
  tellChange(context, track, await toggleSuperpowersOf(context.ports, track), () =>
    toggleSuperpowers(context, argument),
  );
};
