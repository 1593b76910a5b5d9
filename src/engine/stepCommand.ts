import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import type { LoopStep } from '../model/loopState';
import type { Track } from '../model/track';
import { invocationFor } from '../rules/agentInvocation';
import type { NextAction } from '../rules/evaluateLoop';
import {
  claudeProvider,
  commandOf,
  isChat,
  type AgentProvider,
  type ChatProvider,
  type StepProvider,
} from './agentProvider';
import type { AgentCommand, AgentInvocation, ChatInvocation } from './ports';
import { overrideFile } from './run/promptOverrides';
import { stepPrompt } from './run/stepPrompt';

/** How a face wants steps to be done. */
export interface StepSettings {
  /** Default: claude. */
  readonly provider?: StepProvider;
  /** The project's own prompt templates (readPromptOverrides), for a provider that is sent their text. */
  readonly promptOverrides?: Readonly<Record<string, string>>;
  /** Absolute folder that agents run in and that paths are relative to. Default: the folder around the conductor directory. */
  readonly projectRoot?: string;
  /** Absolute path of tracks.md, when it is not `tracks.md` in the root. */
  readonly registryFile?: string;
}

/**
 * The exact command that a dispatch or resume would start; undefined for actions without an agent. A program is given the
 * slash command of the step, a chat the text of its template.
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
  if ((next.kind !== 'dispatch' && next.kind !== 'resume') || !step) return undefined;
  const root = projectRootOf(track, settings.projectRoot);
  const trackDir = relativePath(root, track.folder ?? track.root);
  const provider = settings.provider ?? claudeProvider;
  const mode = track.loop?.executionMode;
  const invocation = invocationFor(step, {
    superpowers: track.metadata?.superpowerEnhanced ?? false,
    trackId: track.id,
    trackDir,
    ...(next.resumeFrom === undefined ? {} : { resumeFrom: next.resumeFrom }),
    ...(next.fixCycle === undefined ? {} : { fixCycle: next.fixCycle }),
    ...(mode ? { mode: mode === 'PARALLEL' ? 'parallel' : 'sequential' } : {}),
  });
  if (isChat(provider)) {
    return chatInvocation(provider, track, next, {
      ...settings,
      step,
      root,
      trackDir,
      agent: invocation.agent,
    });
  }
  return commandOf(provider, {
    prompt: invocation.prompt,
    track: track.id,
    trackDir,
    root,
    step,
    agent: invocation.agent,
  });
}

function chatInvocation(
  provider: ChatProvider,
  track: Track,
  next: NextAction,
  o: StepSettings & {
    readonly step: LoopStep;
    readonly root: string;
    readonly trackDir: string;
    readonly agent: string;
  },
): ChatInvocation | undefined {
  const { step } = o;
  if (step === 'COMPLETE') return undefined;
  const inRoot = (...names: string[]): string => relativePath(o.root, join(track.root, ...names));
  const [patterns, errors] = [inRoot('knowledge', 'patterns.md'), inRoot('knowledge', 'errors.json')];
  const prompt = stepPrompt(track, {
    step,
    prompts: 'text',
    overrides: o.promptOverrides ?? {},
    fileOf: (name) => overrideFile(track.root, name),
    next,
    trackDir: o.trackDir,
    tracksFile: o.registryFile === undefined ? inRoot('tracks.md') : relativePath(o.root, o.registryFile),
    decisionLog: inRoot('decision-log.md'),
    // Only a run looks it up beforehand.
    knowledge: `Read \`${patterns}\` and \`${errors}\`, where they are there, for what fits this goal.`,
  });
  return {
    chat: provider.title,
    prompt: prompt.trim(),
    cwd: o.root,
    name: `${o.agent}: ${track.id}`,
    track,
    step,
  };
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

function relativePath(from: string, to: string): string {
  return relative(from, to).split(sep).join('/');
}
