/** A text that fits on one line of Markdown: no line breaks, real or literal, and nothing that opens a comment there. */
export function oneLine(text: string): string {
  return text
    .replace(/\\n/g, ' ')
    .replace(/[\s\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/<!--/g, '<! --')
    .replace(/-->/g, '-- >')
    .trim();
}
