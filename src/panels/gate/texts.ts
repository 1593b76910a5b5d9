/** No text of a file is shown longer than this; the file has it all. */
const longest = 2000;

/** At most so many characters, and never half of one. */
export function short(text: string, most: number = longest): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** "a", "a and b", "a, b and c" */
export function listed(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`;
}

/** "1 check", "6 checks" */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${String(count)} ${count === 1 ? one : many}`;
}

/** "86", "66.7"; what is no number is called that. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return 'not a number';
  const rounded = Math.round(value * 10) / 10;
  return Math.abs(rounded) >= 1e15 ? rounded.toExponential(3) : String(rounded);
}
