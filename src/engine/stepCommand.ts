import { dirname, isAbsolute, relative, sep } from 'node:path';
import type { Track } from '../model/track';
import { invocationFor } from '../rules/agentInvocation';
import type { NextAction } from '../rules/evaluateLoop';
import { claudeProvider, commandOf, type AgentProvider } from './agentProvider';
import type { AgentInvocation } from './ports';

/** How a face wants steps to be done. */
export interface StepSettings {
  /** Default: claude. */
  readonly provider?: AgentProvider;
  /** Absolute folder that agents run in and that paths are relative to. Default: the folder around the conductor directory. */
  readonly projectRoot?: string;
  /** Absolute path of tracks.md, when it is not `tracks.md` in the root. */
  readonly registryFile?: string;
}

/** The exact command that a dispatch or resume would start; undefined for actions without an agent. */
export function stepCommand(
  track: Track,
  next: NextAction,
  settings: StepSettings = {},
): AgentInvocation | undefined {
  if ((next.kind !== 'dispatch' && next.kind !== 'resume') || !next.step) return undefined;
  const root = projectRootOf(track, settings.projectRoot);
  const trackDir = relativePath(root, track.folder ?? track.root);
  const mode = track.loop?.executionMode;
  const invocation = invocationFor(next.step, {
    superpowers: track.metadata?.superpowerEnhanced ?? false,
    trackId: track.id,
    trackDir,
    ...(next.resumeFrom === undefined ? {} : { resumeFrom: next.resumeFrom }),
    ...(next.fixCycle === undefined ? {} : { fixCycle: next.fixCycle }),
    ...(mode ? { mode: mode === 'PARALLEL' ? 'parallel' : 'sequential' } : {}),
  });
  return commandOf(settings.provider ?? claudeProvider, {
    prompt: invocation.prompt,
    track: track.id,
    trackDir,
    root,
    step: next.step,
    agent: invocation.agent,
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

function relativePath(from: string, to: string): string {
  return relative(from, to).split(sep).join('/');
}
