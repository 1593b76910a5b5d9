import * as z from 'zod';
import type { AgentInvocation } from './ports';

/** What an argument of a provider may hold in braces; InvocationValues says what each stands for. */
export const placeholders = ['prompt', 'track', 'trackDir', 'root', 'step', 'agent'] as const;
export type Placeholder = (typeof placeholders)[number];

/** Machine name of what is wrong with a provider that uses another. */
export const unknownPlaceholder = 'agent-placeholder';

/** As in our prompt templates: `{name}` is a placeholder, `{{name}}` the text `{name}`. Other braces are text. */
const inBraces = /\{\{([A-Za-z_]\w*)\}\}|\{([A-Za-z_]\w*)\}/g;

/**
 * A program that runs agents, as data (DESIGN §7). Each argument is one argument of the process, never a shell string,
 * with placeholders in it. One that does not exist is refused here: the agent would be given the word in braces itself.
 */
export const agentProviderSchema = z
  .object({
    /** What a setting names it by. */
    name: z.string().min(1),
    executable: z.string().min(1),
    args: z
      .array(z.string())
      .refine((args) => namesIn(args).includes('prompt'), 'One argument must hold {prompt}.'),
    /** What a loop tells it: the slash commands of spec 003, or the text of our prompt templates. See promptsOf. */
    prompts: z.enum(['commands', 'text']).optional(),
  })
  .superRefine(({ name, args }, context) => {
    const unknown = namesIn(args).filter((one) => !isPlaceholder(one));
    if (unknown.length > 0)
      context.addIssue({
        code: 'custom',
        message: unknownPlaceholders(name, unknown),
        params: { code: unknownPlaceholder },
      });
  });

/** The words in single braces, each once. */
function namesIn(args: readonly string[]): string[] {
  const found = args.flatMap((arg) => [...arg.matchAll(inBraces)].map(([, , name]) => name));
  return [...new Set(found.filter((name) => name !== undefined))];
}

function isPlaceholder(name: string): name is Placeholder {
  return placeholders.some((one) => one === name);
}

function unknownPlaceholders(provider: string, unknown: readonly string[]): string {
  const named = unknown.map((name) => `{${name}}`).join(', ');
  const [is, words] = unknown.length === 1 ? ['is no placeholder', 'word'] : ['are no placeholders', 'words'];
  return `The arguments of the agent "${provider}" hold ${named}, which ${is}. There are ${placeholders
    .map((name) => `{${name}}`)
    .join(', ')}. For the ${words} in braces write two: ${unknown.map((name) => `{{${name}}}`).join(', ')}.`;
}

export type AgentProvider = Readonly<{
  name: string;
  executable: string;
  args: readonly string[];
  prompts?: 'commands' | 'text';
}>;

/**
 * An agent inside the editor: a chat that is sent a prompt. It has no process, so nobody can follow, stop or resume it;
 * a step can be given to it, a run cannot.
 */
export interface ChatProvider {
  readonly kind: 'chat';
  /** What a setting names it by. */
  readonly name: string;
  /** What a person reads. */
  readonly title: string;
}

/** Who can do one step. A run needs an AgentProvider. */
export type StepProvider = AgentProvider | ChatProvider;

export function isChat(provider: StepProvider): provider is ChatProvider {
  return 'kind' in provider;
}

/** Spec 003: `claude --print "/loop-planner <track>"`. */
export const claudeProvider: AgentProvider = {
  name: 'claude',
  executable: 'claude',
  args: ['--print', '{prompt}'],
  prompts: 'commands',
};

/**
 * Agents that need no setting. None of them is told to do without its own questions for permission: who wants that adds
 * the program's flag in a provider of their own.
 */
export const builtInProviders: readonly AgentProvider[] = [
  claudeProvider,
  { name: 'gemini', executable: 'gemini', args: ['--prompt', '{prompt}'], prompts: 'text' },
  { name: 'codex', executable: 'codex', args: ['exec', '{prompt}'], prompts: 'text' },
  // GitHub Copilot CLI: only the answer is printed, and nobody is asked who is not there.
  {
    name: 'copilot',
    executable: 'copilot',
    args: ['-s', '--no-ask-user', '-p', '{prompt}'],
    prompts: 'text',
  },
];

/** GitHub Copilot Chat, as VS Code has it: the text of our templates, in agent mode. */
export const copilotChat: ChatProvider = { kind: 'chat', name: 'copilot-chat', title: 'Copilot Chat' };

/** What the settings of an editor can name without describing it. */
export const editorProviders: readonly StepProvider[] = [...builtInProviders, copilotChat];

/**
 * How a loop talks to a provider: a chat has no slash commands of ours. A program that does not say is taken for what its name says (a "claude" of one's own has
 * the same slash commands), else it gets text, which every agent understands.
 */
export function promptsOf(provider: StepProvider): 'commands' | 'text' {
  if (isChat(provider)) return 'text';
  return provider.prompts ?? builtInProviders.find(({ name }) => name === provider.name)?.prompts ?? 'text';
}

/** What the placeholders stand for. */
export interface InvocationValues extends Readonly<Record<Placeholder, string>> {
  readonly prompt: string;
  readonly track: string;
  readonly trackDir: string;
  /** Absolute; also the folder that the process runs in. */
  readonly root: string;
  readonly step: string;
  readonly agent: string;
}

/**
 * The exact command. Placeholders are filled once: what a value holds is never read as a placeholder again. A prompt that
 * begins with a dash (front matter, a list) would be taken for an option: an empty line comes before it.
 */
export function commandOf(provider: AgentProvider, values: InvocationValues): AgentInvocation {
  const given = { ...values, prompt: values.prompt.replace(/^-/, '\n-') };
  const fill = (text: string) =>
    text.replace(inBraces, (whole, literal: string | undefined, name: string) =>
      literal !== undefined ? `{${literal}}` : isPlaceholder(name) ? given[name] : whole,
    );
  return {
    executable: provider.executable,
    args: provider.args.map(fill),
    cwd: values.root,
    name: `${values.agent}: ${values.track}`,
  };
}
