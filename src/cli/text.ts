import { stripVTControlCharacters } from 'node:util';

/**
 * Text from a file made safe for a terminal: control characters, which could move the cursor or change colours,
 * become visible; line breaks become spaces; characters that reorder text are dropped.
 */
export function printable(text: string): string {
  return text
    .replace(/[\r\n\t]+/g, ' ')
    .replace(/[\u0000-\u001f]/g, (control) => String.fromCharCode(0x2400 + control.charCodeAt(0)))
    .replace(/[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '');
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** Emoji and the East Asian scripts that terminals draw two columns wide. */
const wide =
  /^(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}])/u;
const zeroWidth = /^[\u200b-\u200f\u2060\ufeff\p{Mn}\p{Me}]+$/u;

/** Columns that a text takes on a terminal; styles take none. */
export function displayWidth(text: string): number {
  const plain = stripVTControlCharacters(text);
  if (/^[\u0020-\u007e]*$/.test(plain)) return plain.length;
  let width = 0;
  for (const { segment } of segmenter.segment(plain)) {
    width += zeroWidth.test(segment) ? 0 : wide.test(segment) ? 2 : 1;
  }
  return width;
}

/** Pads on the right to a display width. */
export function padTo(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

/** Plain text cut to a display width, with an ellipsis where something is missing. */
export function clip(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const { segment } of segmenter.segment(text)) {
    const next = displayWidth(segment);
    if (used + next > width - 1) break;
    kept += segment;
    used += next;
  }
  return kept + '…';
}

/** Rows of cells → lines with aligned columns, two blanks between them, nothing trailing. */
export function table(rows: readonly (readonly string[])[], indent = ''): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, displayWidth(cell))));
  }
  // A column that is empty in every row takes no room.
  return rows.map((row) =>
    (
      indent +
      row
        .map((cell, i) => ({ cell, width: widths[i] ?? 0 }))
        .filter(({ width }) => width > 0)
        .map(({ cell, width }) => padTo(cell, width))
        .join('  ')
    ).trimEnd(),
  );
}

/** A call as a person may type it in a shell. */
export function typed(...words: readonly string[]): string {
  return words
    .map((word) => (/^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');
}
