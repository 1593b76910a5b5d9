import { readFile, stat } from 'node:fs/promises';
import type { LoopStep } from '../../model/loopState';
import type { Track } from '../../model/track';
import { decodeText } from '../../files/textFile';
import type { PlaceLink } from '../../shared/protocol';
import { containedPath } from '../../store/contain';
import { largestFile } from '../../store/limits';

/**
 * Where the files tell of a step: its checkpoint in metadata.json, else loop_state there, else plan.md when the loop was
 * inferred. Undefined when nothing does.
 */
export async function stepPlace(track: Track, step: LoopStep): Promise<PlaceLink | undefined> {
  const { loop, documents } = track;
  const file = documents.metadata;
  if (file === undefined || loop?.source === 'inferred') {
    return documents.plan === undefined ? undefined : { file: documents.plan };
  }
  const text = await textOf(track.root, file);
  if (text === undefined) return { file };
  const { getNodeValue, parseTree, findNodeAtLocation } = await import('jsonc-parser');
  const tree = parseTree(text);
  const holders = [['loop_state', 'checkpoints'], ['checkpoints']];
  const raw = JSON.stringify(loop?.checkpoints[step]?.raw);
  for (const holder of tree ? holders : []) {
    const members = findNodeAtLocation(tree!, holder)?.children ?? [];
    // A key may be spelled as the project spells it; then the value tells which one was read.
    const found =
      members.find(({ children }) => children?.[0]?.value === step) ??
      members.find(
        ({ children }) =>
          raw !== undefined && children?.[1] && JSON.stringify(getNodeValue(children[1])) === raw,
      );
    if (found) return { file, line: lineAt(text, found.offset) };
  }
  const state = tree && findNodeAtLocation(tree, ['loop_state']);
  return { file, ...(state?.parent ? { line: lineAt(text, state.parent.offset) } : {}) };
}

async function textOf(root: string, file: string): Promise<string | undefined> {
  const real = await containedPath(root, file);
  if (real === undefined) return undefined;
  try {
    const found = await stat(real);
    if (!found.isFile() || found.size > largestFile) return undefined;
    return decodeText(await readFile(real))?.text;
  } catch {
    // It went away meanwhile: opening it will say so.
    return undefined;
  }
}

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}
