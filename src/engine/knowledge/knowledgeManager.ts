import { join, relative, sep } from 'node:path';
import * as z from 'zod';
import { readJson } from '../../files/jsonText';
import type { KnownError, KnownPattern } from '../../model/knowledge';
import { itemsWithin, knowledgeLines, knowledgeTokens } from '../../rules/knowledge';
import { readText } from '../../store/readText';
import { promptTemplate } from '../prompts/promptTemplates';
import { renderPrompt } from '../prompts/renderPrompt';
import { agentIdFor } from '../run/agentId';
import { overrideFile, readPromptOverrides } from '../run/promptOverrides';
import type { RunContext } from '../run/runContext';

/** Of what is known the agent is given at most so many tokens. */
const excerptTokens = 20_000;
/** It only reads and chooses: the planner does not wait longer for it. */
const longestMs = 10 * 60_000;
const template = 'knowledge-manager.md';
const role = 'knowledge-manager';

export interface ChosenKnowledge {
  /** At most 500 tokens; '' when nothing helps. */
  readonly text: string;
  /** How many of them the text holds. */
  readonly patterns: number;
  readonly errors: number;
}

/**
 * What the knowledge manager's agent chooses for a goal (FORMATS §4.15). A project has one when it has written down what
 * to ask it, as `prompts/knowledge-manager.md`: without that, and where nothing is known, undefined, and no agent starts.
 * `unusable`: why its choice cannot be used.
 * @throws PromptTemplateError, PromptOverrideError
 */
export async function askKnowledgeManager(
  context: RunContext,
  goal: string,
  known: { readonly patterns: readonly KnownPattern[]; readonly errors: readonly KnownError[] },
): Promise<ChosenKnowledge | { readonly unusable: string } | undefined> {
  const { desk, place, ports, settings } = context;
  const { from, text } = promptTemplate(template, await readPromptOverrides(place.root));
  const lines = knowledgeLines(known);
  if (from === 'built-in' || lines.length === 0 || context.signal.aborted) return undefined;
  const id = agentIdFor(role, 'PLAN', ports.clock(), ports.newId());
  const answerFile = join(place.runFolder, 'answers', `${id}.json`);
  const prompt = renderPrompt(
    text,
    {
      track_id: place.trackId,
      track_dir: relative(place.projectRoot, place.trackFolder).split(sep).join('/'),
      goal,
      token_limit: String(knowledgeTokens),
      excerpts: itemsWithin(lines, (line) => line, excerptTokens).join('\n'),
      answer_path: answerFile,
    },
    overrideFile(place.root, template),
  );
  if (settings.mode === 'confirm-all') {
    const said = await ports.confirm({
      kind: 'dispatch',
      what: `Start the knowledge manager of ${place.trackId}.`,
      why: 'It chooses what the planner is told of earlier tracks.',
    });
    if (said !== 'yes') return { unusable: 'nobody confirmed it' };
  }
  const start = await desk.start({
    id,
    role,
    agent: role,
    prompt,
    step: 'PLAN',
    attempt: 1,
    locks: [],
    answerFile,
    timeLimitMs: Math.min(longestMs, settings.agentTimeLimitMs),
  });
  if ('cancelled' in start) return { unusable: start.cancelled.message };
  if ('notStarted' in start) return { unusable: start.notStarted.message };
  const end = await start.running.finished;
  if (end.how === 'stopped') {
    await start.running.settle('stopped', end.why);
    return { unusable: end.why ?? 'it was stopped' };
  }
  const chosen = await readChoice(place.root, answerFile);
  if (!('unusable' in chosen)) {
    await start.running.settle('passed');
    return chosen;
  }
  const unusable = end.why === undefined ? chosen.unusable : `${chosen.unusable} (${end.why})`;
  await start.running.settle('failed', unusable);
  return { unusable };
}

/** Ends the knowledge manager of a run that was broken off: nobody waits for it, whatever comes first now. */
export async function endLeftKnowledgeManager({ desk, log }: RunContext): Promise<void> {
  for (const open of log.state().open) {
    if (open.intent.role !== role) continue;
    const agent = await desk.adopt(open);
    const why = 'The run that started it was broken off.';
    await agent?.stop('stopped', why);
    await agent?.settle('stopped', why);
  }
}

const said = z.string().trim().min(1);
const list = <T extends z.ZodType>(item: T): z.ZodDefault<z.ZodArray<T>> => z.array(item).default([]);
const choiceSchema = z.object({
  patterns_found: list(z.object({ name: said, summary: said })),
  errors_to_watch: list(z.object({ pattern: said, prevention: said })),
  similar_tracks: list(z.object({ track_id: said, relevance: said })),
  recommendations: list(said),
});

async function readChoice(
  root: string,
  file: string,
): Promise<ChosenKnowledge | { readonly unusable: string }> {
  const read = await readText(root, file, 512 * 1024);
  if ('missing' in read) return { unusable: `it wrote no answer to ${file}` };
  if ('problem' in read) return { unusable: read.problem };
  const json = readJson(read.text);
  if (json.invalid) return { unusable: `its answer is no valid JSON: ${json.problem?.message ?? ''}`.trim() };
  const parsed = choiceSchema.safeParse(json.value);
  if (!parsed.success)
    return { unusable: `its answer is not what was asked for: ${z.prettifyError(parsed.error)}` };
  const { patterns_found, errors_to_watch, similar_tracks, recommendations } = parsed.data;
  const line = (kind: 'pattern' | 'error' | 'more', text: string) => ({
    kind,
    text: `- ${text}`.replace(/\s+/g, ' '),
  });
  const all = [
    ...patterns_found.map(({ name, summary }) => line('pattern', `Pattern “${name}”: ${summary}`)),
    ...errors_to_watch.map(({ pattern, prevention }) =>
      line('error', `Error to watch for: ${pattern} → ${prevention}`),
    ),
    ...recommendations.map((text) => line('more', text)),
    ...similar_tracks.map(({ track_id, relevance }) =>
      line('more', `Similar track ${track_id}: ${relevance}`),
    ),
  ];
  const kept = itemsWithin(all, ({ text }) => text, knowledgeTokens);
  if (kept.length === 0 && all.length > 0)
    return { unusable: `each thing that it says is longer than ${knowledgeTokens} tokens` };
  const count = (wanted: string): number => kept.filter(({ kind }) => kind === wanted).length;
  return {
    text: kept.map(({ text }) => text).join('\n'),
    patterns: count('pattern'),
    errors: count('error'),
  };
}
