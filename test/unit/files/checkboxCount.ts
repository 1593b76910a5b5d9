/**
 * A second opinion on how many check-box lines a Markdown text has outside fenced code: line by line with three regular
 * expressions, nothing shared with the product.
 */
export function countCheckboxLines(text: string): number {
  let fence: string | undefined;
  let count = 0;
  for (const line of text.split(/\r\n|\r|\n/)) {
    const mark = /^\s*(?:>\s*)*(?:[-*+]\s+|\d+[.)]\s+)?(`{3,}|~{3,})(.*)$/.exec(line);
    if (mark) {
      const run = mark[1] ?? '';
      const rest = mark[2] ?? '';
      if (fence === undefined && !(run.startsWith('`') && rest.includes('`'))) {
        fence = run;
        continue;
      }
      if (fence?.startsWith(run.charAt(0)) && run.length >= fence.length && rest.trim() === '') {
        fence = undefined;
        continue;
      }
    }
    if (fence === undefined && /^\s*(?:>\s*)*(?:[-*+]|\d{1,9}[.)])\s+\[.?\]/u.test(line)) {
      count++;
    }
  }
  return count;
}
