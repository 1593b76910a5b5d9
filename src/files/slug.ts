const longest = 48;

/**
 * A short name for a text, fit for an id: letters (of any script), digits and marks in lower case, NFC, the rest as single
 * dashes. A text that is longer than 48 characters is cut and gets a hash of the whole, so that equal beginnings differ.
 */
export function slugOf(text: string): string {
  const slug = plainSlug(text) ?? anySlug(text);
  if (slug.length <= longest) {
    return slug || 'untitled';
  }
  const cut = slug
    .slice(0, longest)
    .replace(/[\uD800-\uDBFF]$/, '')
    .replace(/-$/, '');
  return `${cut}-${hash(slug)}`;
}

/** The same as `anySlug` for text of ASCII, dashes and arrows, as most is, at a fraction of the cost. */
function plainSlug(text: string): string | undefined {
  let slug = '';
  let wordStart = -1;
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : 0;
    const isWord = (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90);
    if (isWord) {
      if (wordStart < 0) {
        wordStart = i;
      }
      continue;
    }
    if (code > 127 && !isPunctuation(code)) {
      return undefined;
    }
    if (wordStart >= 0) {
      slug += slug === '' ? text.slice(wordStart, i) : `-${text.slice(wordStart, i)}`;
      wordStart = -1;
    }
  }
  return slug.toLowerCase();
}

/** Dashes, quotes and ellipsis (U+2010–U+2027), arrows (U+2190–U+21FF). */
function isPunctuation(code: number): boolean {
  return (code >= 0x2010 && code <= 0x2027) || (code >= 0x2190 && code <= 0x21ff);
}

function anySlug(text: string): string {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replace(/\uFE0F/g, '')
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, '-')
    .replace(/^-|-$/g, '');
}

/** FNV-1a, 32 bits, in base 36. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  }
  return (value >>> 0).toString(36);
}
