import {
  agentProviderSchema,
  builtInProviders,
  claudeProvider,
  copilotChat,
  unknownPlaceholder,
  type AgentProvider,
} from '../engine/agentProvider';
import { NegativeAnswer, UsageError } from './failure';

/**
 * The agent that `--agent` or CONDUCTOR_AGENT names: a built-in one, or a program of one's own as JSON, e.g.
 * `{"executable": "gemini", "args": ["--prompt", "{prompt}"]}`. Claude when neither is given.
 * @throws UsageError
 * @throws NegativeAnswer when its arguments hold a placeholder that does not exist.
 */
export function agentChoice(
  option: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): AgentProvider {
  const written = option ?? environment.CONDUCTOR_AGENT;
  if (written === undefined || written.trim() === '') return claudeProvider;
  const source = option === undefined ? 'CONDUCTOR_AGENT' : '--agent';
  if (written.trimStart().startsWith('{')) return customAgent(written, source);
  const known = builtInProviders.find((provider) => provider.name === written);
  if (known) return known;
  if (written === copilotChat.name) {
    throw new UsageError(
      `${source}: ${copilotChat.title} works in VS Code only: it has no process of its own that could be started here.`,
      'copilot is the GitHub Copilot CLI.',
    );
  }
  throw new UsageError(
    `${source}: there is no built-in agent "${written}" (there is: ${builtInProviders.map(({ name }) => name).join(', ')}).`,
    'Another program is named as JSON: {"executable": "…", "args": ["…", "{prompt}"]}.',
  );
}

function customAgent(json: string, source: string): AgentProvider {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new UsageError(
      `${source} is no valid JSON: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
  const result = agentProviderSchema.safeParse({ name: 'custom', ...(value as object) });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  // The same words as in the editor's settings.
  if (issue?.code === 'custom' && issue.params?.['code'] === unknownPlaceholder)
    throw new NegativeAnswer(unknownPlaceholder, `${source}: ${issue.message}`);
  throw new UsageError(
    `${source}: ${issue?.path.map(String).join('.') ?? ''} ${issue?.message ?? ''}`.trim(),
  );
}
