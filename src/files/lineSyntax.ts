import type { TextRange } from '../model/plan';

/** Codes of the characters that make up Markdown. */
export const Char = {
  Tab: 9,
  Space: 32,
  Hash: 35,
  LeftParen: 40,
  RightParen: 41,
  Star: 42,
  Plus: 43,
  Minus: 45,
  Dot: 46,
  Less: 60,
  Equals: 61,
  Greater: 62,
  LeftBracket: 91,
  RightBracket: 93,
  Underscore: 95,
  Backtick: 96,
  Tilde: 126,
} as const;

/** Range of the character between the brackets that begin at `at`, when they are a check box. */
export function boxAt(text: string, at: number, end: number): TextRange | undefined {
  if (text.charCodeAt(at) !== Char.LeftBracket) {
    return undefined;
  }
  const inside = at + 1;
  const code = text.codePointAt(inside);
  if (code === undefined || code === Char.LeftBracket || code === 10 || code === 13) {
    return undefined;
  }
  let close = inside;
  if (code !== Char.RightBracket) {
    close += code > 0xffff ? 2 : 1;
    if (text.charCodeAt(close) === 0xfe0f) {
      close++; // emoji presentation
    }
  }
  if (close >= end || text.charCodeAt(close) !== Char.RightBracket) {
    return undefined;
  }
  // `[1](page.md)` is a link; `[x](really) do it` is a box that lacks its space.
  if (
    text.charCodeAt(close + 1) === Char.LeftParen &&
    !' xX~/!-?'.includes(text.slice(inside, close) || '(')
  ) {
    return undefined;
  }
  return { start: inside, end: close };
}

/** Space, tab, no-break space, ideographic space, and a byte order mark that was left in the text. */
export function isSpace(code: number): boolean {
  return (
    code === Char.Space ||
    code === Char.Tab ||
    code === 0xa0 ||
    code === 0x3000 ||
    code === 0xfeff ||
    code === 11 ||
    code === 12
  );
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

export function isBlank(text: string, from: number, end: number): boolean {
  return skipSpaces(text, from, end) === end;
}

export function skipSpaces(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && isSpace(text.charCodeAt(at))) {
    at++;
  }
  return at;
}

export function runLength(text: string, at: number, end: number): number {
  const character = text.charCodeAt(at);
  let after = at + 1;
  while (after < end && text.charCodeAt(after) === character) {
    after++;
  }
  return after - at;
}

export function headingAt(
  text: string,
  at: number,
  end: number,
): { level: number; contentStart: number } | undefined {
  const level = runLength(text, at, end);
  const after = at + level;
  if (level > 6) {
    return undefined;
  }
  if (after < end && !isSpace(text.charCodeAt(after))) {
    // `##Phase 1` is meant as a heading; `#12` is a reference and `#tag` a tag.
    const next = text.charAt(after);
    if (level < 2 || !(next === '[' || next.toLowerCase() !== next.toUpperCase())) {
      return undefined;
    }
  }
  return { level, contentStart: skipSpaces(text, after, end) };
}

/** The character of a line that holds only three or more of `-`, `*`, `_` or `=` (and spaces for the first three), else 0. */
export function ruleCharacter(text: string, at: number, end: number): number {
  const character = text.charCodeAt(at);
  if (
    character !== Char.Minus &&
    character !== Char.Star &&
    character !== Char.Underscore &&
    character !== Char.Equals
  ) {
    return 0;
  }
  let count = 0;
  for (let i = at; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === character) {
      count++;
    } else if (!isSpace(code)) {
      return 0;
    }
  }
  return count >= 3 ? character : 0;
}
