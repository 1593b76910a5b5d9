import type { EditResult, TextEdit } from '../model/edit';
import { eolAt } from './textEdit';
import { headingOf, tracksLines, type TracksLine } from './tracksLines';
import { oneLine } from './oneLine';

export interface CompletedTrack {
  readonly id: string;
  readonly name: string;
  /** YYYY-MM-DD */
  readonly date: string;
}

/**
 * What a completed track changes in index.md, by heading (FORMATS §4.1, §15): a line on top of "Recent Completions",
 * its lines out of "Current Focus", the date of "Last Updated". A part that the file does not have, or writes in
 * another form, stays as it is; no form is known at all: no edits.
 */
export function completeTrackInIndexEdits(text: string, track: CompletedTrack): EditResult {
  const lines = tracksLines(text);
  return {
    edits: [
      ...completionEdits(text, section(lines, /^recent(?:ly)?\s+complet/i), track),
      ...focusEdits(text, section(lines, /^current\s+focus/i), track),
      ...updatedEdits(lines, track.date),
    ],
  };
}

const bullet = /^(\s*[-*+]\s+)(.*)$/;
const noneYet = /^\s*[*_(]*(?:none\b|no\b|\(add|nothing\b)[^|]{0,60}$/i;

interface IndexSection {
  readonly head: TracksLine;
  readonly body: readonly TracksLine[];
}

/** The section whose heading says `name`, up to the next heading that is not below it. */
function section(lines: readonly TracksLine[], name: RegExp): IndexSection | undefined {
  const start = lines.findIndex((line) => line.kind === 'text' && name.test(titleOf(line)));
  const head = lines[start];
  if (!head) return undefined;
  const level = headingOf(head.text)?.level ?? 1;
  const length = lines
    .slice(start + 1)
    .findIndex((line) => line.kind === 'text' && (headingOf(line.text)?.level ?? 7) <= level);
  return { head, body: lines.slice(start + 1, length < 0 ? undefined : start + 1 + length) };
}

/** Text of a heading, without emoji and emphasis in front; '' for other lines. */
function titleOf(line: TracksLine): string {
  return (headingOf(line.text)?.content ?? '').replace(/^[^\p{L}\p{N}]+/u, '');
}

function completionEdits(text: string, found: IndexSection | undefined, track: CompletedTrack): TextEdit[] {
  const named = new RegExp(wordPattern(track.id), 'u');
  if (!found || found.body.some((line) => named.test(line.text))) return [];
  const said = found.body.filter((line) => line.kind === 'text');
  const first = said[0];
  const entry = `${track.date}: ${oneLine(track.name)} (\`${track.id}\`)`;
  const eol = eolAt(text, found.head.start);
  if (!first) return [{ start: found.head.end, end: found.head.end, text: `${eol}${eol}- ${entry}` }];
  if (said.length === 1 && noneYet.test(first.text.replace(bullet, '$2'))) {
    return [{ start: first.start, end: first.end, text: `${bullet.exec(first.text)?.[1] ?? '- '}${entry}` }];
  }
  const item = said.find((line) => bullet.test(line.text));
  // A table or prose: its form is its author's business.
  if (!item || said.some((line) => line.text.trimStart().startsWith('|'))) return [];
  return [
    { start: item.start, end: item.start, text: `${bullet.exec(item.text)?.[1] ?? '- '}${entry}${eol}` },
  ];
}

function focusEdits(text: string, found: IndexSection | undefined, track: CompletedTrack): TextEdit[] {
  const said = found?.body.filter((line) => line.kind === 'text') ?? [];
  const own = said.filter(
    (line) => bullet.test(line.text) && new RegExp(wordPattern(track.id), 'u').test(line.text),
  );
  const last = own.at(-1);
  if (!last) return [];
  // The heading must not stand over nothing.
  const kept = own.length < said.length ? undefined : last;
  return own.map((line) =>
    line === kept
      ? { start: line.start, end: line.end, text: 'No active track.' }
      : { start: line.start, end: line.next, text: '' },
  );
}

/** The id, not as a part of a longer one. */
function wordPattern(id: string): string {
  const escaped = id.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return `(?<![\\p{L}\\p{N}_-])${escaped}(?![\\p{L}\\p{N}_-])`;
}

function updatedEdits(lines: readonly TracksLine[], date: string): TextEdit[] {
  const line = lines.find((l) => l.kind === 'text' && /^[-*_>\s]*last[ -]updated\b/i.test(l.text));
  const stamp =
    line &&
    /\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?/.exec(line.text);
  if (!line || !stamp || stamp[0] === date) return [];
  const start = line.start + stamp.index;
  return [{ start, end: start + stamp[0].length, text: date }];
}
