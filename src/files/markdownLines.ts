import type { TextRange } from '../model/plan';
import {
  boxAt,
  Char,
  headingAt,
  isBlank,
  isDigit,
  isSpace,
  ruleCharacter,
  runLength,
  skipSpaces,
} from './lineSyntax';
import { endOfLine, startOfNextLine } from './textEdit';

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

/** What a line holds after white space and quote marks. */
interface LineContent {
  readonly kind: LineKind;
  readonly level?: number;
  readonly contentStart?: number;
  readonly box?: TextRange;
}

interface LineItem extends LineContent {
  readonly kind: 'item';
  readonly contentStart: number;
}

/** Lines of which there is no more to say; one object for all of a kind. */
const plain = {
  blank: { kind: 'blank' },
  text: { kind: 'text' },
  rule: { kind: 'rule' },
  comment: { kind: 'comment' },
  fence: { kind: 'fence' },
  fenced: { kind: 'fenced' },
} as const satisfies Record<string, LineContent>;

interface Fence {
  readonly character: number;
  readonly length: number;
  readonly quoted: boolean;
}

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
    for (; at < end; at++) {
      const code = text.charCodeAt(at);
      if (isSpace(code)) {
        indent += code === Char.Tab ? 4 - (indent % 4) : 1;
      } else if (code === Char.Greater) {
        quoted = true;
        indent = 0;
        // The space behind a quote mark belongs to the mark.
        if (text.charCodeAt(at + 1) === Char.Space) at++;
      } else {
        break;
      }
    }
    const content = this.contentOf(start, at, end, indent, quoted);
    this.lines.push({
      number: this.lines.length + 1,
      start,
      end,
      kind: content.kind,
      lead: at === start ? '' : text.slice(start, at),
      indent,
      quoted,
      level: content.level ?? 0,
      contentStart: content.contentStart ?? at,
      box: content.box,
    });
  }

  /** @param at where the line's first character stands that is neither space nor quote mark */
  private contentOf(start: number, at: number, end: number, indent: number, quoted: boolean): LineContent {
    const { text } = this;
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
      return closes ? plain.fence : plain.fenced;
    }
    if (at === end) {
      return this.inComment ? plain.comment : plain.blank;
    }

    const opened = this.fenceAt(at, end, quoted);
    if (opened && !this.inFrontmatter) {
      this.fence = opened;
      return plain.fence;
    }
    if (this.inComment) {
      if (this.endsComment(start, end)) {
        this.inComment = false;
      }
      return { ...this.itemAt(at, end), kind: 'comment' };
    }
    if (this.inFrontmatter) {
      const isMark = text.startsWith('---', at) || text.startsWith('...', at);
      if (this.lines.length > 0 && isMark) {
        this.inFrontmatter = false;
      }
      const item = this.itemAt(at, end);
      return item?.box ? item : { ...item, kind: 'frontmatter' };
    }
    const first = text.charCodeAt(at);
    if (first === Char.Less && text.startsWith('<!--', at)) {
      const close = this.commentEndAfter(at + 4);
      // Without an end anywhere it is text: what follows must not vanish.
      if (close >= 0) {
        this.inComment = close >= end;
        return plain.comment;
      }
    }
    if (first === Char.Hash && indent <= 3) {
      const heading = headingAt(text, at, end);
      if (heading) {
        return { kind: 'heading', ...heading };
      }
    }
    const underline = ruleCharacter(text, at, end);
    if (underline !== 0) {
      this.underlinePrevious(underline, end - at);
      return plain.rule;
    }
    const item = this.itemAt(at, end);
    if (item && !item.box) {
      this.fence = this.fenceAt(item.contentStart, end, quoted);
    }
    return item ?? plain.text;
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

  private itemAt(at: number, end: number): LineItem | undefined {
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
    return { kind: 'item', contentStart: box ? skipSpaces(text, box.end + 1, end) : after, box };
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
