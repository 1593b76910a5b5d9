import type { EditResult } from '../model/edit';
import type { KnownError, KnownPattern } from '../model/knowledge';
import { jsonEdits } from './jsonEdit';
import { readJson } from './jsonText';
import { countField, field, itemsOf, recordOf, textField, textsOf } from './looseValues';
import { oneLine } from './oneLine';
import { eolAt } from './textEdit';
import { tracksLines, type TracksLine } from './tracksLines';

/** knowledge/patterns.md and knowledge/errors.json (FORMATS §4.15). Readers never throw. */

/** Patterns: `### name` below a category heading, and list items directly below one. Placeholders are none. */
export function parsePatterns(text: string): KnownPattern[] {
  const patterns: { name: string; category: string; text: string; line: number }[] = [];
  let category = '';
  let current: (typeof patterns)[number] | undefined;
  for (const { text: written, kind, number } of tracksLines(text)) {
    const heading = kind === 'text' ? /^(#{1,6})\s+(.*?)\s*#*$/.exec(written.trim()) : null;
    if (heading) {
      current = undefined;
      if (heading[1]!.length <= 2) category = heading[2]!.replace(/\s+Patterns$/i, '');
      else patterns.push((current = { name: heading[2]!, category, text: '', line: number }));
      continue;
    }
    if (current) {
      current.text = `${current.text}\n${written}`.trimStart();
      continue;
    }
    const item = kind === 'text' ? /^[-*+]\s+(.+)$/.exec(written)?.[1] : undefined;
    if (item === undefined || category === '') continue;
    patterns.push({ name: item.replace(/[*`]/g, '').slice(0, 80), category, text: item, line: number });
  }
  return patterns.map((pattern) => ({ ...pattern, text: pattern.text.trim() }));
}

/** Errors of both forms; anything else in the file is left out. */
export function parseKnownErrors(text: string): KnownError[] {
  const root = readJson(text).value;
  return itemsOf(field(recordOf(root), 'errors') ?? (Array.isArray(root) ? root : [])).flatMap(
    (item): KnownError[] => {
      const record = recordOf(item);
      const problem = textField(record, 'problem', 'symptom', 'context', 'pattern');
      if (problem === undefined) return [];
      const [id, pattern, category] = [
        textField(record, 'id'),
        textField(record, 'pattern'),
        textField(record, 'category'),
      ];
      return [
        {
          ...(id === undefined ? {} : { id }),
          ...(pattern === undefined ? {} : { pattern }),
          ...(category === undefined ? {} : { category }),
          problem,
          solution: textField(record, 'solution', 'resolution', 'code_fix') ?? '',
          occurrences: countField(record, 'occurrences') ?? 1,
        },
      ];
    },
  );
}

export interface NewPattern {
  readonly name: string;
  readonly category: string;
  readonly track: string;
  /** YYYY-MM-DD */
  readonly date: string;
  readonly problem: string;
  readonly solution: string;
  readonly gotchas?: string;
}

/**
 * Adds a pattern at the end of its category's section, in place of the section's "(add as discovered)"; a category that
 * the file does not have gets a section at the end. A pattern of that name is there already: no edits.
 */
export function addPatternEdits(text: string, pattern: NewPattern): EditResult {
  const name = oneLine(pattern.name);
  const category = oneLine(pattern.category) || 'General';
  if (parsePatterns(text).some((known) => known.name.toLowerCase() === name.toLowerCase()))
    return { edits: [] };
  const eol = eolAt(text, text.length);
  const entry = [
    `### ${name}`,
    '',
    `**Category:** ${category}`,
    `**Discovered:** ${oneLine(pattern.track)}, ${pattern.date}`,
    `**Problem:** ${oneLine(pattern.problem)}`,
    `**Solution:** ${oneLine(pattern.solution)}`,
    ...(pattern.gotchas ? [`**Gotchas:** ${oneLine(pattern.gotchas)}`] : []),
  ].join(eol);
  const lines = tracksLines(text);
  const section = (line: TracksLine): string | undefined =>
    line.kind === 'text' ? /^##\s+(.*?)\s*$/.exec(line.text)?.[1] : undefined;
  const start = lines.findIndex((line) => {
    const heading = section(line);
    return (
      heading !== undefined &&
      heading.toLowerCase().replace(/\s+patterns$/, '') === category.toLowerCase().replace(/\s+patterns$/, '')
    );
  });
  if (start < 0) {
    const gap = text === '' ? '' : text.endsWith(eol) ? eol : eol + eol;
    return {
      edits: [
        {
          start: text.length,
          end: text.length,
          text: `${gap}## ${category} Patterns${eol}${eol}${entry}${eol}`,
        },
      ],
    };
  }
  const next = lines.findIndex((line, i) => i > start && line.kind === 'text' && /^#{1,2}\s/.test(line.text));
  const body = lines.slice(start + 1, next < 0 ? undefined : next);
  const said = body.filter(({ kind }) => kind !== 'blank');
  const only =
    said.length === 1 && /^\(add as discovered\)$/i.test(said[0]!.text.trim()) ? said[0] : undefined;
  if (only) return { edits: [{ start: only.start, end: only.end, text: entry }] };
  const last = said.at(-1) ?? lines[start]!;
  return { edits: [{ start: last.end, end: last.end, text: `${eol}${eol}${entry}` }] };
}

/**
 * Adds an error with the next free id `err-<nnn>`. One that is known (same pattern) is counted once more instead, once for
 * each track (`discovered_in`, and our own key `seen_in`), so that the same retrospective written twice counts once.
 */
export function addErrorEdits(
  text: string,
  error: {
    readonly pattern: string;
    readonly category: string;
    readonly context: string;
    readonly problem: string;
    readonly solution: string;
    readonly track: string;
    readonly date: string;
  },
): EditResult {
  const start = text.trim() === '' ? '{\n  "version": 1,\n  "errors": []\n}\n' : text;
  const whole = (result: EditResult): EditResult =>
    'refused' in result || start === text
      ? result
      : {
          edits: [
            {
              start: 0,
              end: text.length,
              text: result.edits.reduceRight(
                (done, e) => done.slice(0, e.start) + e.text + done.slice(e.end),
                start,
              ),
            },
          ],
        };
  const written = itemsOf(field(recordOf(readJson(start).value), 'errors'));
  const known = written.findIndex((item) => textField(recordOf(item), 'pattern') === error.pattern);
  if (known >= 0) {
    const entry = recordOf(written[known]);
    const seenIn = textsOf(field(entry, 'seen_in'));
    if (textField(entry, 'discovered_in') === error.track || seenIn.includes(error.track))
      return { edits: [] };
    return jsonEdits(text, [
      { path: ['errors', known, 'occurrences'], value: (countField(entry, 'occurrences') ?? 1) + 1 },
      { path: ['errors', known, 'last_seen'], value: error.date },
      { path: ['errors', known, 'seen_in'], value: [...seenIn, error.track] },
    ]);
  }
  const ids = written.map((item) =>
    Number(/^err-(\d+)$/.exec(textField(recordOf(item), 'id') ?? '')?.[1] ?? 0),
  );
  const id = `err-${String(ids.reduce((a, b) => Math.max(a, b), 0) + 1).padStart(3, '0')}`;
  const { pattern, category, context, problem, solution, track, date } = error;
  return whole(
    jsonEdits(start, [
      {
        path: ['errors', -1],
        value: {
          id,
          pattern,
          category,
          context,
          problem,
          solution,
          code_fix: null,
          occurrences: 1,
          last_seen: date,
          discovered_in: track,
        },
      },
    ]),
  );
}
