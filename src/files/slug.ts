const longest = 48;

/**
 * A short name for a text, fit for an id: letters (of any script), digits and marks in lower case, NFC, the rest as single
 * dashes. A text that is longer than 48 characters is cut and gets a hash of the whole, so that equal beginnings differ.
 */
export function slugOf(text: string): string {
  const slug = text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, '-')
    .replace(/^-|-$/g, '');
  if (slug.length <= longest) {
    return slug || 'untitled';
  }
  const cut = slug
    .slice(0, longest)
    .replace(/[\uD800-\uDBFF]$/, '')
    .replace(/-$/, '');
  return `${cut}-${hash(slug)}`;
}

/** FNV-1a, 32 bits, in base 36. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  }
  return (value >>> 0).toString(36);
}
