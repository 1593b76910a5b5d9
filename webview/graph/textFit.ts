/** Fonts of the boxes, as a canvas takes them. */
export interface Fonts {
  readonly id: string;
  readonly name: string;
  readonly small: string;
  readonly smallMono: string;
  readonly pin: string;
  readonly icon: string;
  readonly lane: string;
}

const letters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
let pen: CanvasRenderingContext2D | null | undefined;
const widths = new Map<string, number>();

/** Width of a text, px. */
export function textWidth(text: string, font: string): number {
  const key = `${font}\n${text}`;
  const known = widths.get(key);
  if (known !== undefined) return known;
  pen ??= document.createElement('canvas').getContext('2d');
  if (!pen) return text.length * 7;
  pen.font = font;
  const { width } = pen.measureText(text);
  if (widths.size > 50_000) widths.clear();
  widths.set(key, width);
  return width;
}

/** The beginning of a text that fits, with “…” where something is missing. */
export function cutToFit(text: string, room: number, font: string): string {
  // No letter is narrower than 1 px: what lies beyond cannot be seen.
  const start = text.length > room + 40 ? text.slice(0, Math.max(0, Math.floor(room)) + 40) : text;
  if (start === text && textWidth(text, font) <= room) return text;
  const pieces = [...letters.segment(start)].map(({ segment }) => segment);
  let [low, high] = [0, pieces.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (textWidth(`${pieces.slice(0, middle).join('')}…`, font) <= room) low = middle;
    else high = middle - 1;
  }
  return `${pieces.slice(0, low).join('').trimEnd()}…`;
}

/** A text that may run from right to left, kept from turning what stands beside it. */
export function isolated(text: string): string {
  return `\u2068${text}\u2069`;
}
