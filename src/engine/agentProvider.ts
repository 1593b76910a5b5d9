import * as z from 'zod';
import type { AgentInvocation } from './ports';

/**
 * A program that runs agents, as data (DESIGN §7). Each argument is one argument of the process, never a shell string.
 * Placeholders: `{prompt}`, `{track}`, `{trackDir}`, `{root}` (the project root), `{step}`, `{agent}`.
 */
export const agentProviderSchema = z.object({
  /** What a setting names it by. */
  name: z.string().min(1),
  executable: z.string().min(1),
  args: z
    .array(z.string())
    .refine((args) => args.some((arg) => arg.includes('{prompt}')), 'One argument must hold {prompt}.'),
});
export type AgentProvider = Readonly<{ name: string; executable: string; args: readonly string[] }>;

/** Spec 003: `claude --print "/loop-planner <track>"`. */
export const claudeProvider: AgentProvider = {
  name: 'claude',
  executable: 'claude',
  args: ['--print', '{prompt}'],
};

/** What the placeholders stand for. */
export interface InvocationValues {
  readonly prompt: string;
  readonly track: string;
  readonly trackDir: string;
  /** Absolute; also the folder that the process runs in. */
  readonly root: string;
  readonly step: string;
  readonly agent: string;
}

/** The exact command. Placeholders are filled once: what a value holds is never read as a placeholder again. */
export function commandOf(provider: AgentProvider, values: InvocationValues): AgentInvocation {
  const known: Readonly<Record<string, string>> = { ...values };
  const fill = (text: string) =>
    text.replace(/\{(\w+)\}/g, (whole, name: string) => (Object.hasOwn(known, name) ? known[name]! : whole));
  return {
    executable: provider.executable,
    args: provider.args.map(fill),
    cwd: values.root,
    name: `${values.agent}: ${values.track}`,
  };
}
