import { basename } from 'node:path';
import * as vscode from 'vscode';
import { l10n } from 'vscode';
import { promptRefusal, readPromptOverrides } from '../../engine/run/promptOverrides';
import { stepLoop as stepLoopOf, type StepOptions } from '../../engine/stepLoop';
import { previewStep, type StepPreview } from '../../engine/stepPreview';
import type { StepSettings } from '../../engine/stepCommand';
import { untouchedSpec } from '../../engine/untouchedSpec';
import type { Track } from '../../model/track';
import { nextActionOf } from '../../rules/nextAction';
import { commandText } from '../agentProviders';
import type { Choice } from '../dialogs';
import { refOf } from '../views/trackNodes';
import { nextText, writtenStep } from '../views/words';
import { confirmStart, followAgent } from './agentRun';
import { openPlace, tellRefusal, type Command, type CommandContext } from './commandContext';
import { askBusinessSync, record, stepSettings, tellStep, titleOf } from './loopOutcome';
import { targetTrack } from './targets';

const hasLoop = (track: Track): boolean => track.loop !== undefined && track.group !== 'done';

type Way =
  'go' | 'resume' | 'passed' | 'failed' | 'block' | 'setStep' | 'unblock' | 'allowFixCycle' | 'copy' | 'open';

/** Step Loop: shows what will happen and why, then does it, or what the person chooses instead. */
export const stepLoop: Command = async (context, argument) => {
  const track = await targetTrack(context, argument, l10n.t('Step Loop'), hasLoop);
  if (!track) return;
  const prepared = await prepare(context, track);
  if (!prepared) return;
  const { settings, preview } = prepared;
  const way = await context.dialogs.pick(
    { title: titleOf(track), placeholder: preview.next.why },
    waysOf(track, preview),
  );
  const again = (command: string): Thenable<unknown> =>
    vscode.commands.executeCommand(`conductor.${command}`, refOf(track));
  switch (way) {
    case 'go':
      await step(context, track, preview, settings);
      return;
    case 'passed':
    case 'failed':
      await record(context, track, way, settings);
      return;
    case 'resume':
      await again('resumeTrack');
      return;
    case 'block':
      await again('blockTrack');
      return;
    case 'unblock':
      await again('unblockTrack');
      return;
    case 'setStep':
      await again('setStep');
      return;
    case 'allowFixCycle': {
      const { allowFixCycle } = await import('./stateCommands');
      await allowFixCycle(context, refOf(track));
      return;
    }
    case 'copy':
      if (preview.command) await vscode.env.clipboard.writeText(commandText(preview.command));
      return;
    case 'open':
      if (track.documents.metadata !== undefined) await openPlace({ file: track.documents.metadata });
      return;
    case undefined:
  }
};

/**
 * What a step would do, with the project's own templates. Undefined: the settings are wrong or a template cannot be
 * used, which was told.
 */
async function prepare(
  context: CommandContext,
  track: Track,
): Promise<{ readonly settings: StepSettings; readonly preview: StepPreview } | undefined> {
  const chosen = stepSettings(context, track);
  if (!chosen) return undefined;
  try {
    const settings = { ...chosen, promptOverrides: await readPromptOverrides(track.root) };
    const isSpecUntouched = (await untouchedSpec(track, nextActionOf(track))) !== undefined;
    return { settings, preview: previewStep(track, { ...settings, isSpecUntouched }) };
  } catch (error) {
    const refused = promptRefusal(error);
    if (!refused) throw error;
    const retry = (): unknown => vscode.commands.executeCommand('conductor.stepLoop', refOf(track));
    tellRefusal(context, refused, { retry });
    return undefined;
  }
}

/** What can be done now: first what the rule says, then what a person may decide instead. */
function waysOf(track: Track, { next, command, changes, refused, warnings }: StepPreview): Choice<Way>[] {
  const ways: Choice<Way>[] = [];
  if (!refused) {
    ways.push({
      label: nextText(next),
      iconPath: new vscode.ThemeIcon('debug-continue'),
      description: next.row,
      detail: [
        // The line is cut at its end: what a person must know stands first.
        ...warnings.map((warning) => `$(warning) ${warning}`),
        ...changes.map(({ file, what }) => `${basename(file)}: ${what}`),
        ...(command ? [commandText(command).replace(/\s+/g, ' ')] : []),
      ].join('  '),
      value: 'go',
    });
  }
  if (refused?.code === 'paused') {
    ways.push({
      label: l10n.t('Resume Track'),
      iconPath: new vscode.ThemeIcon('debug-start'),
      detail: l10n.t('Its status becomes what it was before the pause; then comes its next step'),
      value: 'resume',
    });
  }
  const waits = refused?.code === 'waits-for-person';
  const triggers = new Set([
    next.escalation?.trigger,
    ...(track.metadata?.blockers ?? []).filter((b) => b.active).map((b) => b.trigger),
  ]);
  if (waits && triggers.has('fix-cycle-limit')) {
    ways.push({
      label: l10n.t('Allow One More Fix Cycle'),
      iconPath: new vscode.ThemeIcon('tools'),
      value: 'allowFixCycle',
    });
  }
  if (waits || next.kind === 'unblock') {
    ways.push({
      label: l10n.t('Unblock Track…'),
      iconPath: new vscode.ThemeIcon('unlock'),
      detail: l10n.t('The reason is resolved: the step may start again'),
      value: 'unblock',
    });
  }
  if (next.kind === 'dispatch' || next.kind === 'resume') {
    const step = next.step ?? '';
    ways.push(
      {
        label: l10n.t('Record Passed'),
        iconPath: new vscode.ThemeIcon('pass'),
        detail: l10n.t('{0} was done elsewhere, and passed', step),
        value: 'passed',
      },
      {
        label: l10n.t('Record Failed…'),
        iconPath: new vscode.ThemeIcon('error'),
        detail: l10n.t('{0} was done elsewhere, and failed', step),
        value: 'failed',
      },
    );
  }
  if (!waits && refused?.code !== 'nothing-to-do') {
    ways.push({
      label: l10n.t('Block Track…'),
      iconPath: new vscode.ThemeIcon('circle-slash'),
      detail: l10n.t('Something outside stops it: write down what'),
      value: 'block',
    });
  }
  ways.push({
    label: l10n.t('Set Step…'),
    iconPath: new vscode.ThemeIcon('debug-step-into'),
    detail: l10n.t('By hand, with a reason that is recorded'),
    value: 'setStep',
  });
  if (command)
    ways.push({
      label: 'chat' in command ? l10n.t('Copy Prompt') : l10n.t('Copy Command'),
      iconPath: new vscode.ThemeIcon('copy'),
      value: 'copy',
    });
  if (track.documents.metadata !== undefined) {
    ways.push({ label: l10n.t('Open Metadata'), iconPath: new vscode.ThemeIcon('json'), value: 'open' });
  }
  return ways;
}

async function step(
  context: CommandContext,
  track: Track,
  preview: StepPreview,
  settings: StepSettings,
): Promise<void> {
  if (
    preview.command &&
    !(await confirmStart(context, preview.command, settings.provider, preview.warnings))
  ) {
    return;
  }
  let options: StepOptions = settings;
  if (preview.asks.includes('businessSync')) {
    const businessSync = await askBusinessSync(context, track);
    if (businessSync === undefined) return;
    options = { ...options, businessSync };
  }
  const result = await vscode.window.withProgress(
    {
      location: preview.command ? vscode.ProgressLocation.Notification : vscode.ProgressLocation.Window,
      title: `${track.name}: ${nextText(preview.next)}`,
      cancellable: preview.command !== undefined,
    },
    (_progress, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort());
      return stepLoopOf(context.ports, track, { ...options, signal: abort.signal });
    },
  );
  tellStep(context, track, result);
  if (!('refused' in result) && result.agent) followAgent(context, track, result);
}

/** Record Outcome: what became of the present step, as a person reports it. */
export const recordOutcome: Command = async (context, argument) => {
  const track = await targetTrack(context, argument, l10n.t('Record Outcome'), hasLoop);
  if (!track?.loop) return;
  const step = writtenStep(track.loop);
  const outcome = await context.dialogs.pick(
    { title: titleOf(track), placeholder: l10n.t('What became of {0}?', step) },
    [
      { label: l10n.t('Passed'), iconPath: new vscode.ThemeIcon('pass'), value: 'passed' as const },
      { label: l10n.t('Failed'), iconPath: new vscode.ThemeIcon('error'), value: 'failed' as const },
      {
        label: l10n.t('Skipped'),
        iconPath: new vscode.ThemeIcon('debug-step-over'),
        value: 'skipped' as const,
      },
    ],
  );
  if (outcome === undefined) return;
  const settings = stepSettings(context, track);
  if (settings) await record(context, track, outcome, settings);
};

/**
 * Resume Track (spec 003, Resumption Protocol): a paused one goes on; then what is next is offered: the step of the
 * loop, or for tracks without a loop the next open task.
 */
export const resumeTrack: Command = async (context, argument) => {
  const track = await targetTrack(
    context,
    argument,
    l10n.t('Resume Track'),
    ({ group }) => group === 'active' || group === 'paused' || group === 'ready',
    ({ group }) => group === 'paused',
  );
  if (!track) return;
  let current = track;
  if (track.group === 'paused') {
    const { resume } = await import('./stateCommands');
    const resumed = await resume(context, track);
    if (!resumed) return;
    current = resumed;
  }
  if (current.loop) {
    await stepLoop(context, refOf(current));
    return;
  }
  const next = nextActionOf(current);
  const file = current.documents.plan;
  if (next.kind === 'implement' && next.task && file !== undefined) {
    await openPlace({ file, line: next.task.line });
    context.dialogs.note(`${current.name}: ${next.why}`);
    return;
  }
  context.dialogs.tell('info', `${current.name}: ${next.why}`, {
    ...(file === undefined ? {} : { [l10n.t('Open Plan')]: () => openPlace({ file }) }),
  });
};
