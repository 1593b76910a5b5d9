import type { TextEdit } from '../model/edit';

const lineBreak = /[\r\n]/g;

/**
 * Applies edits, all worked out on the same text. They may come in any order; insertions at one place keep the order given.
 * @throws RangeError when two edits overlap or one lies outside the text: a mistake of the caller, never of the file.
 */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const ordered = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  let result = '';
  let done = 0;
  for (const edit of ordered) {
    if (edit.start < done || edit.end < edit.start || edit.end > text.length) {
      throw new RangeError(`Edit [${edit.start}, ${edit.end}) overlaps another or lies outside the text.`);
    }
    result += text.slice(done, edit.start) + edit.text;
    done = edit.end;
  }
  return result + text.slice(done);
}

/** Offset of the first character of each line. Lines end with LF, CR LF or a lone CR. */
export function lineOffsets(text: string): number[] {
  const offsets = [0];
  let end = endOfLine(text, 0);
  while (end < text.length) {
    const next = startOfNextLine(text, end);
    offsets.push(next);
    end = endOfLine(text, next);
  }
  return offsets;
}

/** Offset of the line break that ends the line which `offset` lies in, or the length of the text. */
export function endOfLine(text: string, offset: number): number {
  lineBreak.lastIndex = offset;
  return lineBreak.exec(text)?.index ?? text.length;
}

/** Offset after the line break that stands at `end`. */
export function startOfNextLine(text: string, end: number): number {
  return text.charCodeAt(end) === 13 && text.charCodeAt(end + 1) === 10 ? end + 2 : end + 1;
}

/**
 * The line break to use for a line added near `offset`: that of its own line, else of the line before, else the first
 * in the text, else LF.
 */
export function eolAt(text: string, offset: number): string {
  const end = endOfLine(text, offset);
  if (end < text.length) {
    return text.slice(end, startOfNextLine(text, end));
  }
  let before = offset;
  while (before > 0 && text.charCodeAt(before - 1) !== 10 && text.charCodeAt(before - 1) !== 13) {
    before--;
  }
  if (before > 0) {
    return text.startsWith('\r\n', before - 2) ? '\r\n' : text.charAt(before - 1);
  }
  return '\n';
}
