import { unlink } from 'node:fs/promises';
import type { EditRefusal } from '../model/edit';
import { containedPath } from './contain';
import { hasCode, reasonOf } from './ioError';

/**
 * Removes a file that we made ourselves; one that is not there is removed already. Refuses `outside-root`,
 * `not-writable`, `io-error`.
 */
export async function removeFile(root: string, file: string): Promise<EditRefusal | undefined> {
  const path = await containedPath(root, file);
  if (path === undefined) {
    return {
      code: 'outside-root',
      message: `${file} does not lie in ${root} once links are followed, so it was not removed.`,
    };
  }
  try {
    await unlink(path);
    return undefined;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    const code = hasCode(error, 'EACCES', 'EPERM', 'EROFS') ? 'not-writable' : 'io-error';
    return { code, message: `${path} was not removed: ${reasonOf(error)}.` };
  }
}
