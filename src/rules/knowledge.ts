import type { KnownError, KnownPattern } from '../model/knowledge';
import type { RuleLine } from '../model/ruleLine';

/** Upper bound of what a planner is handed (FORMATS §4.15). */
export const knowledgeTokens = 500;

/** Tokens of a text, counted as one for each three bytes of UTF-8 begun: an estimate on the high side. */
export function tokensOf(text: string): number {
  return Math.ceil(bytesOf(text) / bytesPerToken);
}

const bytesPerToken = 3;
const utf8 = new TextEncoder();

function bytesOf(text: string): number {
  return utf8.encode(text).length;
}

export interface KnowledgeBrief {
  /** Markdown for the planner; '' when nothing matches. */
  readonly text: string;
  readonly tokens: number;
  readonly patterns: readonly KnownPattern[];
  readonly errors: readonly KnownError[];
}

/**
 * What is known that matches a goal: entries that share words with it, best first (a word in the name or category
 * counts three times; ties in file order), at most three patterns and three errors, whole, within `most` tokens.
 */
export function knowledgeFor(
  goal: string,
  known: { readonly patterns: readonly KnownPattern[]; readonly errors: readonly KnownError[] },
  most: number = knowledgeTokens,
): KnowledgeBrief {
  const words = new Set(wordsOf(goal));
  const score = (title: string, body: string): number => {
    const shared = (text: string): number => new Set(wordsOf(text).filter((word) => words.has(word))).size;
    return 3 * shared(title) + shared(body);
  };
  const best = <T>(items: readonly T[], scoreOf: (item: T) => number): T[] =>
    items
      .map((item) => ({ item, points: scoreOf(item) }))
      .filter(({ points }) => points > 0)
      .sort((a, b) => b.points - a.points)
      .slice(0, 3)
      .map(({ item }) => item);
  const candidates = [
    ...best(known.patterns, (p) => score(`${p.name} ${p.category}`, p.text)).map((pattern) => ({
      pattern,
      line: patternLine(pattern),
    })),
    ...best(known.errors, (e) => score(e.category ?? '', `${e.problem} ${e.solution}`)).map((error) => ({
      error,
      line: errorLine(error),
    })),
  ];
  const patterns: KnownPattern[] = [];
  const errors: KnownError[] = [];
  let text = '';
  for (const candidate of candidates) {
    const longer = text === '' ? candidate.line : `${text}\n${candidate.line}`;
    if (tokensOf(longer) > most) continue;
    text = longer;
    if ('pattern' in candidate) patterns.push(candidate.pattern);
    else errors.push(candidate.error);
  }
  return { text, tokens: tokensOf(text), patterns, errors };
}

/** Everything that is known, a line each, in file order. */
export function knowledgeLines(known: {
  readonly patterns: readonly KnownPattern[];
  readonly errors: readonly KnownError[];
}): string[] {
  return [...known.patterns.map(patternLine), ...known.errors.map(errorLine)];
}

/** Those items, in their order, whose lines fit whole into so many tokens together, with the breaks between them. */
export function itemsWithin<T>(items: readonly T[], lineOf: (item: T) => string, most: number): T[] {
  const kept: T[] = [];
  let room = most * bytesPerToken;
  for (const item of items) {
    const left = kept.length === 0 ? room : room - 1;
    if (left <= 0) break;
    const line = lineOf(item);
    // No character takes less than a byte: what is too long already need not be measured.
    if (line.length > left) continue;
    const bytes = bytesOf(line);
    if (bytes > left) continue;
    kept.push(item);
    room = left - bytes;
  }
  return kept;
}

function patternLine({ name, category, text }: KnownPattern): string {
  return `- Pattern “${oneLine(name)}” (${oneLine(category)}): ${oneLine(text)}`;
}

function errorLine({ id, problem, solution }: KnownError): string {
  return `- Error to watch for${id ? ` (${id})` : ''}: ${oneLine(problem)} → ${oneLine(solution)}`;
}

/** Whether a completed track gets a retrospective (FORMATS §4.15: when it is skipped). */
export function retrospectiveDue(track: {
  readonly fixCycles: number;
  readonly consultations: number;
  readonly tasks: number;
  readonly docsOnly: boolean;
}): { readonly due: boolean; readonly lines: readonly RuleLine[] } {
  const rules: [string, string, boolean][] = [
    [
      'No fix cycles and no consultations → skipped',
      `${track.fixCycles} fix cycles, ${track.consultations} consultations.`,
      track.fixCycles === 0 && track.consultations === 0,
    ],
    ['Fewer than 3 tasks → skipped', `${track.tasks} tasks.`, track.tasks < 3],
    [
      'Only documents were changed → skipped',
      track.docsOnly ? 'So it is.' : 'Code was changed, too.',
      track.docsOnly,
    ],
    ['Otherwise → due', '', true],
  ];
  const fired = rules.findIndex(([, , holds]) => holds);
  return {
    due: fired === rules.length - 1,
    lines: rules.map(([text, because], i) => ({
      text,
      because: i > fired ? '' : because,
      state: i < fired ? 'passedOver' : i === fired ? 'fired' : 'notReached',
    })),
  };
}

const idle = new Set([
  'the',
  'and',
  'for',
  'with',
  'that',
  'this',
  'from',
  'into',
  'add',
  'new',
  'use',
  'are',
  'not',
  'when',
]);

function wordsOf(text: string): string[] {
  return (text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? [])
    .filter((word) => !idle.has(word))
    .map((word) => word.replace(/(?:ing|ed|es|s)$/, ''));
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
