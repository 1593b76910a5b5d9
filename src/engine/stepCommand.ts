import { dirname, isAbsolute, relative, sep } from 'node:path';
import type { Track } from '../model/track';
import type { NextAction } from '../rules/evaluateLoop';
import {
  claudeProvider,
  commandOf,
  isChat,
  promptsOf,
  type AgentProvider,
  type StepProvider,
} from './agentProvider';
import type { AgentCommand, AgentInvocation } from './ports';
import { stepPrompt } from './run/stepPrompt';

/** How a face wants steps to be done. */
export interface StepSettings {
  /** Default: claude. */
  readonly provider?: StepProvider;
  /** The project's own prompt templates (readPromptOverrides). */
  readonly promptOverrides?: Readonly<Record<string, string>>;
  /** PLAN would be made from a spec.md that nobody has written yet (untouchedSpec): that is said. */
  readonly isSpecUntouched?: boolean;
  /** Absolute folder that agents run in and that paths are relative to. Default: the folder around the conductor directory. */
  readonly projectRoot?: string;
  /** Absolute path of tracks.md, when it is not `tracks.md` in the root. */
  readonly registryFile?: string;
}

/**
 * The exact command that a dispatch or resume would start; undefined for actions without an agent. What it tells the
 * agent is what a run tells it (stepPrompt): the slash command of the step, or the text of its template.
 * @throws PromptTemplateError when a template of the project cannot be used (promptRefusal tells).
 */
export function stepCommand(
  track: Track,
  next: NextAction,
  settings: StepSettings & { readonly provider?: AgentProvider },
): AgentInvocation | undefined;
export function stepCommand(
  track: Track,
  next: NextAction,
  settings?: StepSettings,
): AgentCommand | undefined;
export function stepCommand(
  track: Track,
  next: NextAction,
  settings: StepSettings = {},
): AgentCommand | undefined {
  const { step } = next;
  if ((next.kind !== 'dispatch' && next.kind !== 'resume') || !step || step === 'COMPLETE') return undefined;
  const projectRoot = projectRootOf(track, settings.projectRoot);
  const trackFolder = track.folder ?? track.root;
  const { provider = claudeProvider, registryFile } = settings;
  const mode = track.loop?.executionMode;
  const { agent, prompt } = stepPrompt(
    track,
    step,
    { root: track.root, projectRoot, trackFolder, ...(registryFile === undefined ? {} : { registryFile }) },
    {
      prompts: promptsOf(provider),
      overrides: settings.promptOverrides ?? {},
      next,
      ...(mode ? { mode: mode === 'PARALLEL' ? 'parallel' : 'sequential' } : {}),
    },
  );
  if (isChat(provider)) {
    const name = `${agent}: ${track.id}`;
    return { chat: provider.title, prompt: prompt.trim(), cwd: projectRoot, name, track, step };
  }
  return commandOf(provider, {
    prompt,
    track: track.id,
    trackDir: relative(projectRoot, trackFolder).split(sep).join('/'),
    root: projectRoot,
    step,
    agent,
  });
}

/** A root that does not lie in the named project keeps to the folder around it. */
function projectRootOf(track: Track, named: string | undefined): string {
  if (named !== undefined) {
    const inside = relative(named, track.root);
    if (inside !== '' && inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside))
      return named;
  }
  return dirname(track.root);
}
