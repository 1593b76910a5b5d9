import type { EditResult } from '../model/edit';
import { applyEdits } from '../files/textEdit';

/**
 * Whether `text`, which another program wrote right after our edit, still has the edit in it: it read our text and
 * changed something else; or it wrote back an older text and took the edit away.
 *
 * Most changes can say so themselves: on a text that has them they return no edits. A change that can be made twice
 * (it adds a line) is judged by its lines, and in doubt it counts as carried: better an edit that has to be made
 * again by hand than one that is there twice.
 */
export function stillCarries(
  change: (text: string) => EditResult,
  edit: { readonly before: string; readonly after: string },
  text: string,
): boolean {
  if (asksForNothing(change, text)) return true;
  if (asksForNothing(change, edit.after)) return false;
  const before = countLines(edit.before);
  const after = countLines(edit.after);
  const there = countLines(text);
  const added = [...after].filter(([line, count]) => count > (before.get(line) ?? 0));
  if (added.length > 0) return added.some(([line]) => (there.get(line) ?? 0) > (before.get(line) ?? 0));
  return [...before].some(
    ([line, count]) => count > (after.get(line) ?? 0) && (there.get(line) ?? 0) < count,
  );
}

function asksForNothing(change: (text: string) => EditResult, text: string): boolean {
  const result = change(text);
  return !('refused' in result) && applyEdits(text, result.edits) === text;
}

function countLines(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of text.split(/\r\n|\n|\r/)) counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
}
