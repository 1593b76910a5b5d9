import * as vscode from 'vscode';
import { l10n } from 'vscode';
import { recordOutcome } from '../../engine/recordOutcome';
import type { StepDone, StepResult } from '../../engine/stepDone';
import type { StepOptions } from '../../engine/stepLoop';
import type { StepSettings } from '../../engine/stepCommand';
import type { Track } from '../../model/track';
import { businessSyncKnown } from '../../rules/nextAction';
import { agentProvider } from '../agentProviders';
import { refOf } from '../views/trackNodes';
import { stepStatusWord, writtenStep } from '../views/words';
import { tellRefusal, type CommandContext } from './commandContext';

/** How this window wants steps to be done; undefined when the settings are wrong, which is then told. */
export function stepSettings(context: CommandContext, track: Track): StepSettings | undefined {
  const provider = agentProvider();
  if ('wrong' in provider) {
    context.dialogs.tell('error', provider.wrong, openAgentSettings());
    return undefined;
  }
  const registryFile = context.source.root(track.root)?.registryFile;
  return { provider, ...(registryFile === undefined ? {} : { registryFile }) };
}

export function openAgentSettings(): Readonly<Record<string, () => unknown>> {
  return {
    [l10n.t('Open Settings')]: () =>
      vscode.commands.executeCommand('workbench.action.openSettings', 'conductor.agent'),
  };
}

/** Track, step and status, above every question about them. */
export function titleOf(track: Track): string {
  const { loop } = track;
  return loop ? `${track.name} · ${writtenStep(loop)} · ${stepStatusWord(loop.stepStatus)}` : track.name;
}

/** Asks what the outcome needs, then writes it. False: cancelled or refused. */
export async function record(
  context: CommandContext,
  track: Track,
  outcome: 'passed' | 'failed' | 'skipped',
  settings: StepSettings,
): Promise<boolean> {
  const details = await askOutcome(context, track, outcome);
  if (!details) return false;
  const result = await recordOutcome(context.ports, track, { ...settings, ...details, outcome });
  tellStep(context, track, result);
  return !('refused' in result);
}

async function askOutcome(
  context: CommandContext,
  track: Track,
  outcome: 'passed' | 'failed' | 'skipped',
): Promise<Pick<StepOptions, 'reasons' | 'businessSync' | 'unmetBoardConditions'> | undefined> {
  if (outcome !== 'passed') {
    const text = await context.dialogs.input({
      title: titleOf(track),
      placeholder:
        outcome === 'failed'
          ? l10n.t('What failed? A semicolon stands between several reasons.')
          : l10n.t('Why is it skipped?'),
      validate: (value) => (value.trim() === '' ? l10n.t('Give the reason.') : undefined),
    });
    if (text === undefined) return undefined;
    return {
      reasons: text
        .split(';')
        .map((reason) => reason.trim())
        .filter((reason) => reason !== ''),
    };
  }
  if (track.loop?.step !== 'EVALUATE_EXECUTION') return {};
  const conditions = track.metadata?.boardConditions ?? [];
  let unmetBoardConditions: readonly string[] = [];
  if (conditions.length > 0) {
    const met = await context.dialogs.pickMany(
      {
        title: titleOf(track),
        placeholder: l10n.t('Which conditions of the board are met? An unmet one fails the evaluation.'),
      },
      conditions.map((condition) => ({ label: condition, value: condition })),
    );
    if (met === undefined) return undefined;
    unmetBoardConditions = conditions.filter((condition) => !met.includes(condition));
  }
  if (unmetBoardConditions.length > 0 || businessSyncKnown(track.loop) !== undefined) {
    return { unmetBoardConditions };
  }
  const businessSync = await askBusinessSync(context, track);
  return businessSync === undefined ? undefined : { businessSync, unmetBoardConditions };
}

export async function askBusinessSync(context: CommandContext, track: Track): Promise<boolean | undefined> {
  return context.dialogs.pick(
    {
      title: titleOf(track),
      placeholder: l10n.t(
        'Did the track change pricing, models, deliverables, personas or revenue assumptions?',
      ),
    },
    [
      { label: l10n.t('No, complete the track'), value: false },
      { label: l10n.t('Yes, sync business documents first'), value: true },
    ],
  );
}

/** Tells what a step did; anything left undone is said with it. */
export function tellStep(context: CommandContext, track: Track, result: StepResult): void {
  const place = track.documents.metadata === undefined ? undefined : { file: track.documents.metadata };
  if ('refused' in result) {
    const retry = (): unknown => vscode.commands.executeCommand('conductor.stepLoop', refOf(track));
    // What is wrong with an agent is put right in the settings, not in a file of the track.
    const isAgent = result.refused.code.startsWith('agent-');
    tellRefusal(context, result.refused, isAgent ? { retry, more: openAgentSettings() } : { place, retry });
    return;
  }
  context.log.info(`${track.id}: ${result.did} (${result.row}). ${result.why}`, ...result.files);
  for (const warning of result.warnings) context.dialogs.tell('warning', `${track.name}: ${warning}`);
  context.dialogs.note(`$(check) ${track.name}: ${doneText(result)}`);
}

function doneText(result: StepDone): string {
  switch (result.did) {
    case 'dispatched':
      return l10n.t('{0} started', result.loop.step);
    case 'resumed':
      return l10n.t('{0} resumed', result.loop.step);
    case 'advanced':
      return l10n.t('now at {0}', result.loop.step);
    case 'unblocked':
      return l10n.t('{0} may start again', result.loop.step);
    case 'escalated':
      return l10n.t('it needs you now');
    case 'recorded':
      return l10n.t('recorded; now at {0}', result.loop.step);
    case 'completed':
      return l10n.t('complete');
  }
}
