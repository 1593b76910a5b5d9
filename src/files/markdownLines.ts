import { endOfLine, startOfNextLine } from './textEdit';
import type { TextRange } from '../model/plan';

/** What a line is, as far as a plan cares. */
export type LineKind =
  | 'blank'
  | 'heading' // `# …`, or a line underlined with `===` or `---`
  | 'item' // list item: `- …`, `* …`, `+ …`, `1. …`, `1) …`
  | 'text'
  | 'rule' // `---`, `***`, `___`, and the underline of a heading
  | 'comment' // HTML comment that begins its line, with all lines that it spans
  | 'fence' // opening or closing line of fenced code
  | 'fenced' // inside fenced code
  | 'frontmatter'; // between `---` lines at the top of the file

/** One line. Offsets are UTF-16 offsets into the whole text. */
export interface MarkdownLine {
  /** 1-based */
  readonly number: number;
  readonly start: number;
  /** Without the line break. */
  readonly end: number;
  readonly kind: LineKind;
  /** White space (and quote marks) that the line begins with. */
  readonly lead: string;
  /** Columns before the first character (after quote marks), a tab reaching the next multiple of four. */
  readonly indent: number;
  /** Behind one or more `>`. */
  readonly quoted: boolean;
  /** 1–6 for headings, else 0. */
  readonly level: number;
  /** Of headings, items, text: where what is said begins: after `#`, bullet and box. */
  readonly contentStart: number;
  /** Of items with a check box: range of the character between the brackets, empty for `[]`. */
  readonly box?: TextRange;
}

interface Fence {
  readonly character: number;
  readonly length: number;
  readonly quoted: boolean;
}

/** Codes of the characters that make up Markdown. */
const Char = {
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

/**
 * Splits a Markdown text into lines and says what each one is. Tolerant where CommonMark is strict: fences and items
 * count at any indentation, a fence that is never closed reaches to the end. One pass, linear in the length of the text.
 */
export function scanLines(text: string): MarkdownLine[] {
  return new LineScanner(text).scan();
}

class LineScanner {
  private readonly lines: MarkdownLine[] = [];
  private fence: Fence | undefined;
  private inComment = false;
  private inFrontmatter: boolean;
  /** Offset of the next `-->` at or after the place last asked about; -1 when there is none. */
  private nextCommentEnd: number | undefined;

  constructor(private readonly text: string) {
    this.inFrontmatter = hasFrontmatter(text);
  }

  scan(): MarkdownLine[] {
    const { text } = this;
    let start = 0;
    const onlyLf = !text.includes('\r');
    for (;;) {
      const lf = onlyLf ? text.indexOf('\n', start) : -1;
      const end = !onlyLf ? endOfLine(text, start) : lf < 0 ? text.length : lf;
      this.addLine(start, end);
      if (end >= text.length) {
        return this.lines;
      }
      start = startOfNextLine(text, end);
    }
  }

  private addLine(start: number, end: number): void {
    const { text } = this;
    let at = start;
    let indent = 0;
    let quoted = false;
    const skipSpace = (): void => {
      for (; at < end && isSpace(text.charCodeAt(at)); at++) {
        indent += text.charCodeAt(at) === Char.Tab ? 4 - (indent % 4) : 1;
      }
    };
    skipSpace();
    while (at < end && text.charCodeAt(at) === Char.Greater) {
      quoted = true;
      at++;
      indent = 0;
      if (text.charCodeAt(at) === Char.Space) {
        at++;
      }
      skipSpace();
    }

    const add = (
      kind: LineKind,
      more: { level?: number; contentStart?: number; box?: TextRange } = {},
    ): void => {
      this.lines.push({
        number: this.lines.length + 1,
        start,
        end,
        kind,
        lead: at === start ? '' : text.slice(start, at),
        indent,
        quoted,
        level: more.level ?? 0,
        contentStart: more.contentStart ?? at,
        box: more.box,
      });
    };

    if (this.fence?.quoted && !quoted) {
      this.fence = undefined; // the quotation that held it is over
    }
    if (this.fence) {
      const closes = this.closesFence(this.fence, at, end);
      if (closes) {
        this.fence = undefined;
      }
      if (this.inComment && this.endsComment(start, end)) {
        this.inComment = false;
        this.fence = undefined;
      }
      add(closes ? 'fence' : 'fenced');
      return;
    }
    if (at === end) {
      add(this.inComment ? 'comment' : 'blank');
      return;
    }

    const first = text.charCodeAt(at);
    const opened = this.fenceAt(at, end, quoted);
    if (opened && !this.inFrontmatter) {
      this.fence = opened;
      add('fence');
      return;
    }

    if (this.inComment) {
      if (this.endsComment(start, end)) {
        this.inComment = false;
      }
      add('comment', this.itemAt(at, end));
      return;
    }
    if (this.inFrontmatter) {
      const isMark = text.startsWith('---', at) || text.startsWith('...', at);
      if (this.lines.length > 0 && isMark) {
        this.inFrontmatter = false;
      }
      const item = this.itemAt(at, end);
      add(item?.box ? 'item' : 'frontmatter', item);
      return;
    }
    if (first === Char.Less && text.startsWith('<!--', at)) {
      const close = this.commentEndAfter(at + 4);
      // Without an end anywhere it is text: what follows must not vanish.
      if (close >= 0) {
        this.inComment = close >= end;
        add('comment');
        return;
      }
    }
    if (first === Char.Hash && !(indent > 3)) {
      const heading = headingAt(text, at, end);
      if (heading) {
        add('heading', heading);
        return;
      }
    }
    const underline = ruleCharacter(text, at, end);
    if (underline !== 0) {
      this.underlinePrevious(underline, end - at);
      add('rule');
      return;
    }
    const item = this.itemAt(at, end);
    if (item) {
      if (!item.box) {
        this.fence = this.fenceAt(item.contentStart, end, quoted);
      }
      add('item', item);
      return;
    }
    add('text');
  }

  private fenceAt(at: number, end: number, quoted: boolean): Fence | undefined {
    const character = this.text.charCodeAt(at);
    if (character !== Char.Backtick && character !== Char.Tilde) {
      return undefined;
    }
    const length = runLength(this.text, at, end);
    if (length < 3) {
      return undefined;
    }
    if (character === Char.Backtick) {
      for (let i = at + length; i < end; i++) {
        if (this.text.charCodeAt(i) === Char.Backtick) {
          return undefined; // inline code that begins the line
        }
      }
    }
    return { character, length, quoted };
  }

  private closesFence(fence: Fence, at: number, end: number): boolean {
    if (this.text.charCodeAt(at) !== fence.character) {
      return false;
    }
    const length = runLength(this.text, at, end);
    return length >= fence.length && isBlank(this.text, at + length, end);
  }

  private endsComment(start: number, end: number): boolean {
    const close = this.commentEndAfter(start);
    return close >= 0 && close < end;
  }

  private commentEndAfter(offset: number): number {
    // Asked with growing offsets only, so the whole text is searched once.
    if (this.nextCommentEnd === undefined || (this.nextCommentEnd >= 0 && this.nextCommentEnd < offset)) {
      this.nextCommentEnd = this.text.indexOf('-->', offset);
    }
    return this.nextCommentEnd;
  }

  private itemAt(at: number, end: number): { contentStart: number; box?: TextRange } | undefined {
    const { text } = this;
    let after = at;
    const first = text.charCodeAt(at);
    if (first === Char.Minus || first === Char.Star || first === Char.Plus) {
      after = at + 1;
    } else {
      while (after < end && after - at < 10 && isDigit(text.charCodeAt(after))) {
        after++;
      }
      const mark = text.charCodeAt(after);
      if (after === at || after === end || (mark !== Char.Dot && mark !== Char.RightParen)) {
        return undefined;
      }
      after++;
    }
    if (after < end && !isSpace(text.charCodeAt(after))) {
      return undefined;
    }
    while (after < end && isSpace(text.charCodeAt(after))) {
      after++;
    }
    const box = boxAt(text, after, end);
    return box ? { contentStart: skipSpaces(text, box.end + 1, end), box } : { contentStart: after };
  }

  /** Makes the line before a heading when the rule at hand underlines it. */
  private underlinePrevious(character: number, length: number): void {
    const title = this.lines.at(-1);
    const before = this.lines.at(-2);
    if (
      title?.kind !== 'text' ||
      title.quoted ||
      title.indent > 3 ||
      before?.kind === 'text' ||
      '*|_[<!'.includes(this.text.charAt(title.contentStart))
    ) {
      return;
    }
    const isTitle = character === Char.Equals;
    // Three dashes below a long line are meant as a rule.
    if (
      isTitle ||
      (character === Char.Minus && (length > 3 || length >= (title.end - title.contentStart) / 2))
    ) {
      this.lines[this.lines.length - 1] = { ...title, kind: 'heading', level: isTitle ? 1 : 2 };
    }
  }
}

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

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isBlank(text: string, from: number, end: number): boolean {
  return skipSpaces(text, from, end) === end;
}

function skipSpaces(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && isSpace(text.charCodeAt(at))) {
    at++;
  }
  return at;
}

function runLength(text: string, at: number, end: number): number {
  const character = text.charCodeAt(at);
  let after = at + 1;
  while (after < end && text.charCodeAt(after) === character) {
    after++;
  }
  return after - at;
}

function headingAt(
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
function ruleCharacter(text: string, at: number, end: number): number {
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

/** True when the text begins with a block between `---` lines that looks like YAML. */
function hasFrontmatter(text: string): boolean {
  if (!text.startsWith('---')) {
    return false;
  }
  const firstEnd = endOfLine(text, 0);
  if (!isBlank(text, 3, firstEnd) || firstEnd >= text.length) {
    return false;
  }
  const second = startOfNextLine(text, firstEnd);
  if (!/^[\p{L}\w][\p{L}\w -]{0,60}:/u.test(text.slice(second, second + 64))) {
    return false;
  }
  let start = second;
  while (start < text.length) {
    const end = endOfLine(text, start);
    if (end - start === 3 && (text.startsWith('---', start) || text.startsWith('...', start))) {
      return true;
    }
    start = startOfNextLine(text, end);
  }
  return false;
}
