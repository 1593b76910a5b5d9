import * as vscode from 'vscode';
import { l10n } from 'vscode';
import { isChat, type StepProvider } from '../../engine/agentProvider';
import type { AgentCommand, AgentExit } from '../../engine/ports';
import { outcomeAfterAgent, recordOutcome } from '../../engine/recordOutcome';
import type { StepDone } from '../../engine/stepDone';
import type { Track } from '../../model/track';
import { commandText } from '../agentProviders';
import { confirmAgent } from '../settings';
import { refOf } from '../views/trackNodes';
import type { CommandContext } from './commandContext';
import { record, stepSettings, tellStep } from './loopOutcome';

/**
 * Before an agent starts: the workspace must be trusted, and the person has seen the exact command (DESIGN §7). The
 * first time is counted for each program with its argument list (before the placeholders are filled), in each workspace.
 * A chat has no command: what is sent to it is shown.
 */
export async function confirmStart(
  context: CommandContext,
  command: AgentCommand,
  provider: StepProvider | undefined,
  warnings: readonly string[] = [],
  /** Said below the command. */
  note?: string,
): Promise<boolean> {
  if (!vscode.workspace.isTrusted) {
    context.dialogs.tell(
      'warning',
      l10n.t('Agents are not started in a workspace that is not trusted. Nothing was started.'),
      { [l10n.t('Manage Trust')]: () => vscode.commands.executeCommand('workbench.trust.manage') },
    );
    return false;
  }
  const mode = confirmAgent();
  const approved = `agent.approved:${JSON.stringify(identityOf(command, provider))}`;
  if (mode === 'never' || (mode === 'firstTime' && context.memory.get(approved) === true)) return true;
  const start = l10n.t('Start');
  const answer = await context.dialogs.confirm(
    l10n.t('Start {0}?', command.name),
    [
      ...warnings.map((warning) => `⚠ ${warning}`),
      'chat' in command
        ? l10n.t('This is sent to {0}, in agent mode:', command.chat)
        : l10n.t('This program is started, with exactly these arguments and without a shell:'),
      commandText(command),
      l10n.t('In {0}', command.cwd),
      ...(note === undefined ? [] : [note]),
    ].join('\n\n'),
    start,
  );
  if (answer !== start) return false;
  await context.memory.update(approved, true);
  return true;
}

/** What a person approves once and for all: the program with its arguments, or the chat. */
function identityOf(command: AgentCommand, provider: StepProvider | undefined): readonly unknown[] {
  if ('chat' in command) return ['chat', command.chat];
  return provider && !isChat(provider) ? [provider.executable, provider.args] : [command.executable];
}

/** Waits for a started agent, shows that it runs, and then finds out what became of the step. */
export function followAgent(context: CommandContext, track: Track, done: StepDone): void {
  const ref = refOf(track);
  context.tracks.setRunning(ref, true);
  void (async () => {
    try {
      const exit = await done.agent?.finished;
      context.tracks.setRunning(ref, false);
      // A later start is followed in its place, or the window closes.
      if (exit?.saidBy === 'nobody') return;
      await settle(context, track, done, exit);
    } catch (error) {
      context.tracks.setRunning(ref, false);
      context.log.error(`${track.id}: the end of the agent could not be judged.`, error);
    }
  })();
}

/** What the agent wrote decides: metadata first; when it wrote nothing, the person is asked. */
async function settle(
  context: CommandContext,
  track: Track,
  done: StepDone,
  end: AgentExit | undefined,
): Promise<void> {
  await context.source.refresh();
  const now = context.source.track(refOf(track));
  const exit = exitText(end);
  const name = done.agent?.command.name ?? track.name;
  context.log.info(`${name}: ${exit}`);
  const found = outcomeAfterAgent(done.loop, now?.loop);
  // The agent took the next step itself, as the protocol asks; or somebody took the track away.
  if (!now || found?.outcome === 'moved') {
    context.dialogs.note(end?.saidBy ? l10n.t('{0} has ended ({1})', name, exit) : `${name}: ${exit}`);
    return;
  }
  const settings = stepSettings(context, now);
  if (!settings) return;
  if (found) {
    const { outcome, reasons } = found;
    tellStep(
      context,
      now,
      await recordOutcome(context.ports, now, { ...settings, outcome, reasons, by: 'agent' }),
    );
    return;
  }
  context.dialogs.tell(
    end?.exitCode === 0 || end?.saidBy ? 'info' : 'warning',
    l10n.t('{0} has ended ({1}) and wrote no outcome of {2}. What became of it?', name, exit, done.loop.step),
    {
      [l10n.t('Passed')]: () => recordNow(context, now, 'passed'),
      [l10n.t('Failed…')]: () => recordNow(context, now, 'failed'),
      [l10n.t('Later')]: () => undefined,
    },
  );
}

function exitText(end: AgentExit | undefined): string {
  if (end?.saidBy === 'files') return l10n.t('the files of the track say so');
  if (end?.saidBy === 'person') return l10n.t('as you said');
  return end?.exitCode === undefined ? l10n.t('it was ended') : l10n.t('exit code {0}', end.exitCode);
}

async function recordNow(context: CommandContext, seen: Track, outcome: 'passed' | 'failed'): Promise<void> {
  const track = context.source.track(refOf(seen)) ?? seen;
  const settings = stepSettings(context, track);
  if (settings) await record(context, track, outcome, settings);
}
