/**
 * Character classes for regular expressions. Near enough to `\p{L}` and `\p{Extended_Pictographic}` for the words of
 * headings and labels; those cost some milliseconds each to compile, which would be most of the time of a first read.
 */

/** Inside brackets: letters of the scripts in the basic plane. */
export const letters =
  'A-Za-z\\u00AA\\u00B5\\u00BA\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u1FFF\\u2C00-\\u2DFF\\u3005-\\uD7FF\\uF900-\\uFDFF\\uFE70-\\uFEFE';

/** One emoji or symbol, without brackets. */
export const emoji = '(?:[\\u2300-\\u2BFF\\uFE0F\\u200D]|[\\uD83C-\\uD83E][\\uDC00-\\uDFFF])';

const anyEmoji = new RegExp(emoji, 'g');

/** The text without emoji. */
export function withoutEmoji(text: string): string {
  return text.replace(anyEmoji, '');
}
