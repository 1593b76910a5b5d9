import { l10n } from 'vscode';
import { isChat, type AgentProvider } from '../../engine/agentProvider';
import type { StepSettings } from '../../engine/stepCommand';
import type { Track } from '../../model/track';
import type { CommandContext } from '../commands/commandContext';
import { openAgentSettings, stepSettings } from '../commands/loopOutcome';

/** How this window wants runs to be done. Undefined: the settings are wrong, or name a chat; then that was told. */
export function runAgent(
  context: CommandContext,
  track: Track,
): (StepSettings & { readonly provider: AgentProvider }) | undefined {
  const settings = stepSettings(context, track);
  if (!settings?.provider) return undefined;
  const { provider } = settings;
  if (!isChat(provider)) return { ...settings, provider };
  context.dialogs.tell(
    'error',
    l10n.t(
      '{0} cannot do a run: it has no process that a run could follow, stop or resume. Nothing was started. Use Step Loop with it, or choose another agent, e.g. copilot (GitHub Copilot CLI).',
      provider.title,
    ),
    openAgentSettings(),
  );
  return undefined;
}
