let canvas: CanvasRenderingContext2D | null | undefined;
let family = '';

/** Width of a text in the page's own letters, px. `font`: weight and size. */
export function textWidth(text: string, font: string): number {
  canvas ??= document.createElement('canvas').getContext('2d');
  family ||= getComputedStyle(document.body).fontFamily;
  if (!canvas) return 0;
  canvas.font = `${font} ${family}`;
  return canvas.measureText(text).width;
}

/** A text cut with "…" so that it is no wider than this many px. */
export function fitText(text: string, width: number, font: string): string {
  // What cannot fit by far is not measured in full.
  const start = text.slice(0, 200);
  if (start === text && textWidth(text, font) <= width) return text;
  let [low, high] = [0, start.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (textWidth(`${start.slice(0, middle)}…`, font) <= width) low = middle;
    else high = middle - 1;
  }
  const cut = start.slice(0, low).replace(/[\uD800-\uDBFF]$/, '');
  return `${cut.trimEnd()}…`;
}
