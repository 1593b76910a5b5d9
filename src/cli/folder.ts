import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Call } from './command';
import { UsageError } from './failure';

/**
 * The folder that `status` and `validate` look at: their argument, else `--dir`.
 * @throws UsageError when it is no folder.
 */
export async function folderOf(call: Pick<Call, 'arguments' | 'folder'>): Promise<string> {
  const [word] = call.arguments;
  return word === undefined ? call.folder : requireFolder(resolve(call.folder, word));
}

/** @throws UsageError when there is no folder of that path. */
export async function requireFolder(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new UsageError(`There is no folder ${path}.`);
  if (!found.isDirectory()) throw new UsageError(`${path} is not a folder.`);
  return path;
}
