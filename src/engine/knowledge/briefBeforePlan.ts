import { join } from 'node:path';
import { parseKnownErrors, parsePatterns } from '../../files/knowledgeFiles';
import { headingOf, tracksLines } from '../../files/tracksLines';
import type { Track } from '../../model/track';
import { knowledgeFor, tokensOf } from '../../rules/knowledge';
import { readText } from '../../store/readText';
import { editOrCreate } from '../editOrCreate';
import type { RunContext } from '../run/runContext';
import { askKnowledgeManager, type ChosenKnowledge } from './knowledgeManager';

/** Characters of a goal that are looked at. */
const longestGoal = 8000;

export interface KnowledgeHandedOn {
  /** Markdown for the planner; '' when nothing matches. */
  readonly text: string;
  /** At most 500. */
  readonly tokens: number;
  /** Where it stands for whoever wants to see it. */
  readonly file?: string;
}

/**
 * What earlier tracks learnt that matches the goal of this one (FORMATS §4.15, knowledge manager), for the planner: from
 * `knowledge/patterns.md` and `knowledge/errors.json`, at most 500 tokens. It is chosen by words in common; in a project
 * that has a prompt for the knowledge manager by that agent, and by words where its choice cannot be used (a warning). It is kept as `knowledge-brief.md` in the run's folder, which is emptied when nothing matches. Files that are missing
 * hold nothing; one that cannot be read is a warning, and planning goes on without it.
 */
export async function briefBeforePlan(context: RunContext, track: Track): Promise<KnowledgeHandedOn> {
  const { ports, place } = context;
  const [patterns, errors, goal] = await Promise.all([
    textOf(context, join(place.root, 'knowledge', 'patterns.md')),
    textOf(context, join(place.root, 'knowledge', 'errors.json')),
    goalOf(context, track),
  ]);
  const brief = await briefFor(context, goal, {
    patterns: parsePatterns(patterns),
    errors: parseKnownErrors(errors),
  });
  const file = join(place.runFolder, 'knowledge-brief.md');
  const text = brief.text === '' ? '' : `${brief.text}\n`;
  const written = await editOrCreate(ports, {
    root: place.root,
    file,
    change: (now) => ({ edits: now === text ? [] : [{ start: 0, end: now.length, text }] }),
  });
  if ('refused' in written) {
    context.emit({
      event: 'warning',
      message: `knowledge-brief.md was not kept: ${written.refused.message}`,
    });
  }
  context.emit({
    event: 'knowledge',
    patterns: brief.patterns,
    errors: brief.errors,
    tokens: tokensOf(brief.text),
    by: brief.by,
  });
  return {
    text: brief.text,
    tokens: tokensOf(brief.text),
    ...(brief.text === '' || 'refused' in written ? {} : { file }),
  };
}

async function briefFor(
  context: RunContext,
  goal: string,
  known: Parameters<typeof knowledgeFor>[1],
): Promise<ChosenKnowledge & { readonly by: 'rule' | 'agent' }> {
  const chosen = await askKnowledgeManager(context, goal, known);
  if (chosen && !('unusable' in chosen)) return { ...chosen, by: 'agent' };
  if (chosen && !context.signal.aborted) {
    context.emit({
      event: 'warning',
      message: `What the planner is told of earlier tracks was chosen by words in common, not by the knowledge manager: ${chosen.unusable}.`,
    });
  }
  const { text, patterns, errors } = knowledgeFor(goal, known);
  return { text, patterns: patterns.length, errors: errors.length, by: 'rule' };
}

/** What a track is about: its name and description, the title of spec.md, and its Goal, Overview or Summary. */
async function goalOf(context: RunContext, track: Track): Promise<string> {
  const spec = await textOf(context, track.documents.spec ?? join(context.place.trackFolder, 'spec.md'));
  return [track.name, track.metadata?.description ?? '', goalIn(spec)].join('\n').slice(0, longestGoal);
}

/** The title, and the first section that says what is wanted; without one, what stands before the first section. */
export function goalIn(spec: string): string {
  const lines = tracksLines(spec).filter(({ kind }) => kind === 'text' || kind === 'blank');
  const headings = lines.flatMap((line, at) => {
    const heading = headingOf(line.text);
    return heading ? [{ ...heading, at }] : [];
  });
  const title = headings[0]?.level === 1 ? headings[0] : undefined;
  const goal = headings.find(({ content }) =>
    /^(?:\d+[.)]\s*)?(?:goals?|overview|summary|objectives?|purpose|description)\b/i.test(content),
  );
  const from = goal ?? title;
  const to = headings.find(
    ({ at, level }) => at > (from?.at ?? -1) && level <= Math.max(2, from?.level ?? 2),
  );
  const body = lines
    .slice((from?.at ?? -1) + 1, to?.at)
    .map(({ text }) => text)
    .join('\n');
  return [title?.content ?? '', body.trim()].join('\n').trim();
}

async function textOf(context: RunContext, file: string): Promise<string> {
  const read = await readText(context.place.root, file);
  if ('text' in read) return read.text;
  if ('problem' in read)
    context.emit({ event: 'warning', message: `The planner goes on without it: ${read.problem}` });
  return '';
}
