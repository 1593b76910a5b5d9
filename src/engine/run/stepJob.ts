import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Track } from '../../model/track';
import type { NextAction } from '../../rules/nextAction';
import { promptsOf } from '../agentProvider';
import { agentIdFor } from './agentId';
import type { AgentJob } from './agentJob';
import { readPromptOverrides } from './promptOverrides';
import type { RunContext } from './runContext';
import type { RunLog } from './runLog';
import { stepPrompt, stepRoles } from './stepPrompt';

/**
 * The job of the agent that does the next step: name, prompt, attempt.
 * @throws PromptTemplateError, PromptOverrideError when a template of the project cannot be used (promptRefusal tells).
 * @throws RangeError for an action without an agent.
 */
export async function stepJob(
  context: RunContext,
  track: Track,
  next: NextAction,
  more: {
    readonly knowledge?: string;
    /** Absolute; default: `knowledge-brief.md` in the run folder, when there is knowledge. */
    readonly knowledgeFile?: string;
    readonly conditions?: readonly string[];
  } = {},
): Promise<AgentJob> {
  const { place, ports, settings, log } = context;
  const { step } = next;
  if (step === undefined || step === 'COMPLETE') throw new RangeError(`No agent does ${step ?? next.kind}.`);
  const { role } = stepRoles[step];
  const knowledgeFile = knowledgeFileOf(place.runFolder, more);
  const { agent, prompt } = stepPrompt(track, step, place, {
    prompts: promptsOf(settings.provider),
    overrides: await readPromptOverrides(place.root),
    next,
    // Workers of a parallel run are started by us, a task each: one agent for the whole plan does one task after another.
    ...(step === 'EXECUTE' ? { mode: 'sequential' } : {}),
    ...(more.knowledge === undefined ? {} : { knowledge: more.knowledge }),
    ...(knowledgeFile === undefined ? {} : { knowledgeFile }),
    ...(more.conditions === undefined ? {} : { conditions: more.conditions }),
  });
  return {
    id: agentIdFor(role, step, ports.clock(), ports.newId()),
    role,
    agent,
    prompt,
    step,
    attempt: attemptOf(log, step),
    locks: [],
  };
}

function knowledgeFileOf(
  runFolder: string,
  more: { readonly knowledge?: string; readonly knowledgeFile?: string },
): string | undefined {
  if (more.knowledge === undefined || more.knowledge.trim() === '') return undefined;
  const file = more.knowledgeFile ?? join(runFolder, 'knowledge-brief.md');
  return existsSync(file) ? file : undefined;
}

/** How often this run has started an agent for the step, this time included. */
function attemptOf(log: RunLog, step: keyof typeof stepRoles): number {
  const { runId } = log.state();
  const { entries } = log;
  const from = entries.findIndex((entry) => entry.kind === 'run-started' && entry.runId === runId);
  const cancelled = new Set(entries.flatMap((entry) => (entry.kind === 'cancelled' ? [entry.workerId] : [])));
  const before = entries
    .slice(Math.max(from, 0))
    .filter(
      (entry) =>
        entry.kind === 'intent' &&
        entry.step === step &&
        entry.role === stepRoles[step].role &&
        !cancelled.has(entry.workerId),
    );
  return before.length + 1;
}
