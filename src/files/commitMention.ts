import type { TextRange } from '../model/plan';

/** How a commit is written on a task line (FORMATS §10.1, sha-tail and comment-tail). */
export type CommitForm =
  | 'comment' // <!-- commit: abc1234 -->
  | 'commentSha' // <!-- abc1234 -->
  | 'brackets' // [abc1234], [commit: abc1234]
  | 'parens' // (abc1234), *(abc1234)*
  | 'bare' // abc1234
  | 'backticks'; // `abc1234`

/** A commit, or the place kept for one, on a line. */
export interface CommitMention {
  readonly form: CommitForm;
  /** Of the commit itself or of the placeholder's word, in the text that was searched. */
  readonly range: TextRange;
  /** Absent for a placeholder: `pending`, `TBD`, …. */
  readonly sha?: string;
  /** What has to be written in `range` before the commit: 'commit: ' when the placeholder stands for the key too. */
  readonly prefix?: string;
}

const placeholder = /^(?:pending|tbd|todo|none|n\/a|sha|hash|<sha>|\?+|-+|\.{3})$/i;

/** True for 7 to 40 hexadecimal digits that look like a commit and not like a number. */
export function isSha(word: string): boolean {
  return /^[0-9a-f]{7,40}$/i.test(word) && (/[a-f]/i.test(word) || word.length === 7 || word.length === 40);
}

/**
 * The commits named in the content of a comment: `abc1234`, `commit: abc1234`, `commit: pending`, `commit-sha`.
 * @param offset where the content begins, in the text that the ranges are to be about
 */
export function commitsInComment(content: string, offset: number): CommitMention[] | undefined {
  const match = /^(\s*)(commit[-_ ]sha|commit|sha|checkpoint)?(\s*[:=]?\s*)(\S*?)\s*$/i.exec(
    content.slice(0, 120),
  );
  if (!match) {
    return undefined;
  }
  const [, space = '', key, separator = '', value = ''] = match;
  const start = offset + space.length + (key?.length ?? 0) + separator.length;
  const range = { start, end: start + value.length };
  if (isSha(value) || (key && /^[0-9a-f]{7,40}$/i.test(value))) {
    return [{ form: key ? 'comment' : 'commentSha', range, sha: value }];
  }
  if (!key) {
    return undefined;
  }
  if (value === '' && /sha$/i.test(key) && separator.trim() === '') {
    const keyStart = offset + space.length;
    return [{ form: 'comment', range: { start: keyStart, end: keyStart + key.length }, prefix: 'commit: ' }];
  }
  if (value === '' && separator.includes(':')) {
    const at = offset + space.length + key.length + separator.indexOf(':') + 1;
    return [{ form: 'comment', range: { start: at, end: at }, prefix: ' ' }];
  }
  return placeholder.test(value) ? [{ form: 'comment', range }] : undefined;
}

const openers: Readonly<Record<string, string>> = { ']': '[', ')': '(' };

/**
 * The commits at the very end of a text, in brackets, parentheses, back-ticks or bare, and where that tail begins.
 * Looks at the last few hundred characters only.
 */
export function commitTail(
  text: string,
  end: number,
): { start: number; mentions: CommitMention[] } | undefined {
  const last = text.charAt(end - 1);
  if (last === '*' && text.charAt(end - 2) === ')') {
    const inner = commitTail(text, end - 1);
    return inner && text.charAt(inner.start - 1) === '*' ? { ...inner, start: inner.start - 1 } : undefined;
  }
  const from = Math.max(0, end - 300);
  const opener = openers[last];
  if (opener) {
    const start = text.lastIndexOf(opener, end - 1);
    if (start < from) {
      return undefined;
    }
    const form = opener === '[' ? 'brackets' : 'parens';
    const mentions = commitsInGroup(text.slice(start + 1, end - 1), start + 1, form);
    return mentions && { start, mentions };
  }
  if (last === '`') {
    const start = text.lastIndexOf('`', end - 2);
    const word = text.slice(start + 1, end - 1);
    if (start < from || !isSha(word)) {
      return undefined;
    }
    return { start, mentions: [{ form: 'backticks', range: { start: start + 1, end: end - 1 }, sha: word }] };
  }
  let start = end;
  while (start > from && isHexDigit(text.charCodeAt(start - 1))) {
    start--;
  }
  if (end - start < 7) {
    return undefined;
  }
  const word = text.slice(start, end);
  const stands = start === 0 || /\s/.test(text.charAt(start - 1));
  // Bare, it must not be a word (`effaced`) or a number (`1000000`).
  if (!stands || !isSha(word) || !/[a-f]/i.test(word) || !/\d/.test(word)) {
    return undefined;
  }
  return { start, mentions: [{ form: 'bare', range: { start, end }, sha: word }] };
}

function isHexDigit(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70);
}

/** `abc1234`, `commit: abc1234, def5678`, `checkpoint: TBD`, … between brackets; undefined when it says anything else. */
function commitsInGroup(content: string, offset: number, form: CommitForm): CommitMention[] | undefined {
  const match = /^(\s*(?:commits?|sha|checkpoint|hash)\b\s*:?\s*)?(.*)$/i.exec(content);
  const key = match?.[1] ?? '';
  const rest = match?.[2] ?? '';
  const mentions: CommitMention[] = [];
  for (const word of rest.matchAll(/[^\s,;+&`]+/g)) {
    if (!isSha(word[0]) && !(key !== '' && /^[0-9a-f]{7,40}$/i.test(word[0]))) {
      // Words of a sentence: `(done in commit abc1234)` is no tail of ours.
      if (mentions.length > 0 || key === '' || !placeholder.test(rest.trim())) {
        return undefined;
      }
      const start = offset + key.length + word.index;
      return [{ form, range: { start, end: start + word[0].length } }];
    }
    const start = offset + key.length + word.index;
    mentions.push({ form, range: { start, end: start + word[0].length }, sha: word[0] });
  }
  if (mentions.length > 0) {
    return mentions;
  }
  if (/:\s*$/.test(key) && rest === '') {
    const at = offset + key.length;
    return [{ form, range: { start: at, end: at }, prefix: key.endsWith(' ') ? '' : ' ' }];
  }
  return undefined;
}
