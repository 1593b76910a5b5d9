/**
 * Text that can stand on one line of any format: no control characters (XML forbids most of them), no halves of
 * surrogate pairs, no marks that turn the direction of what follows, line breaks as spaces.
 */
export function plainLine(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/[\p{Cs}\uFFFE\uFFFF\u202A-\u202E\u2066-\u2069]/gu, '')
    .replace(/ {2,}/g, ' ')
    .trim();
}

/** For text and attributes of XML. */
export function xmlText(text: string): string {
  return plainLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** For a label of Mermaid inside quotes: whatever is no letter, digit or harmless mark becomes an entity code. */
export function mermaidText(text: string): string {
  return plainLine(text).replace(
    /[^\p{L}\p{M}\p{N} .,:/_()-]/gu,
    (character) => `#${character.codePointAt(0)!};`,
  );
}

/** For a string of DOT inside quotes. */
export function dotText(text: string): string {
  return plainLine(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}

const letters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * The beginning of a text that is about `width` px wide, with “…” when something is missing. Without a font at hand
 * letters are taken to be 0.53 of its size wide, and those of East Asia as wide as high.
 */
export function cutToWidth(text: string, width: number, fontSize: number): string {
  let used = 0;
  let end = 0;
  const room = width - fontSize;
  const plain = plainLine(text);
  for (const { segment, index } of letters.segment(plain)) {
    const wide =
      /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60]|\p{Extended_Pictographic}/u;
    used += fontSize * (wide.test(segment) ? 1 : 0.53);
    if (used <= room) end = index + segment.length;
    if (used > width) return `${plain.slice(0, end).trimEnd()}…`;
  }
  return plain;
}
