const longest = 48;

/**
 * A short name for a text, fit for an id: letters (of any script), digits and marks in lower case, NFC, the rest as single
 * dashes. A text that is longer than 48 characters is cut and gets a hash of the whole, so that equal beginnings differ.
 */
export function slugOf(text: string): string {
  const slug = hyphenate(text);
  if (slug.length <= longest) {
    return slug || 'untitled';
  }
  let end = longest;
  const last = slug.charCodeAt(end - 1);
  if (last === 0x2d || (last >= 0xd800 && last < 0xdc00)) {
    end--; // no dash at the end, no half of a character
  }
  return `${slug.slice(0, end)}-${hash(slug)}`;
}

function hyphenate(text: string): string {
  const plain = text.toLowerCase();
  // Most text is ASCII with a dash or arrow in it; the classes of Unicode cost more.
  const dashed = notAscii.test(plain)
    ? plain
        .normalize('NFC')
        .replace(/\uFE0F/g, '')
        .replace(/[^\p{L}\p{N}\p{M}]+/gu, '-')
    : plain.replace(/[^a-z0-9]+/g, '-');
  const start = dashed.startsWith('-') ? 1 : 0;
  return dashed.slice(start, dashed.endsWith('-') ? Math.max(start, dashed.length - 1) : undefined);
}

/** Anything but ASCII, dashes, quotes and arrows. */
const notAscii = /[^\0-\x7F\u2010-\u2027\u2190-\u21FF]/;

/** FNV-1a, 32 bits, in base 36. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  }
  return (value >>> 0).toString(36);
}
