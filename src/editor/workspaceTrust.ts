import { l10n } from 'vscode';
import { AgentStartError, type AgentCommand } from '../engine/ports';

/** @throws AgentStartError in a workspace that is not trusted: nothing may start there (DESIGN §7). */
export function refuseUntrusted(invocation: AgentCommand, isTrusted: boolean): void {
  if (isTrusted) return;
  throw new AgentStartError(
    'untrusted',
    l10n.t(
      '{0} was not started: this workspace is not trusted. Trust it with "Workspaces: Manage Workspace Trust", then try again.',
      invocation.name,
    ),
  );
}
