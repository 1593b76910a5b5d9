import * as vscode from 'vscode';
import { l10n } from 'vscode';
import {
  agentProviderSchema,
  claudeProvider,
  editorProviders,
  type StepProvider,
} from '../engine/agentProvider';
import type { AgentCommand, AgentInvocation } from '../engine/ports';

/** The agent that `conductor.agent.provider` names, or what is wrong with the settings and what to do. */
export function agentProvider(): StepProvider | { readonly wrong: string } {
  const settings = vscode.workspace.getConfiguration('conductor');
  const name = settings.get<string>('agent.provider', claudeProvider.name);
  const own = settings.get<Record<string, unknown>>('agents', {});
  if (Object.hasOwn(own, name)) {
    const value = own[name];
    const read = agentProviderSchema.safeParse(
      typeof value === 'object' && value !== null ? { args: ['{prompt}'], ...value, name } : value,
    );
    if (read.success) return read.data;
    const why = read.error.issues
      .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
      .join('; ');
    return {
      wrong: l10n.t('The setting conductor.agents does not describe "{0}" well: {1}', name, why),
    };
  }
  return (
    editorProviders.find((provider) => provider.name === name) ?? {
      wrong: l10n.t(
        'The setting conductor.agent.provider names "{0}", which is neither in conductor.agents nor one of {1}.',
        name,
        editorProviders.map((provider) => provider.name).join(', '),
      ),
    }
  );
}

/** Exactly what would be started or sent, as a person can read and copy it. */
export function commandText(command: AgentCommand): string {
  return 'chat' in command ? command.prompt : commandLine(command);
}

/** The command as a person can read it, and paste it into a POSIX shell. We never pass it through one. */
export function commandLine({ executable, args }: AgentInvocation): string {
  return [executable, ...args].map(quoted).join(' ');
}

function quoted(argument: string): string {
  if (/^[\w@%+=:,./-]+$/.test(argument)) return argument;
  // The prompts of spec 003 hold single quotes; between double ones they read best.
  if (argument.includes("'") && !/["$`\\!]/.test(argument)) return `"${argument}"`;
  return `'${argument.replaceAll("'", "'\\''")}'`;
}
