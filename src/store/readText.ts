import { decodeText } from '../files/textFile';
import { containedPath } from './contain';
import { hasCode, reasonOf } from './ioError';
import { largestFile, megabytes } from './limits';
import { readingDisk } from './readingDisk';

export type TextReading =
  | { readonly text: string }
  | { readonly missing: true }
  /** Why it cannot be read, in a sentence with the path. */
  | { readonly problem: string };

/** The text of one file inside `root`, links followed; `most` in bytes. Never throws for what it finds on disk. */
export async function readText(root: string, file: string, most = largestFile): Promise<TextReading> {
  const real = await containedPath(root, file);
  if (real === undefined)
    return { problem: `${file} does not lie in ${root} once links are followed, so it was not read.` };
  try {
    const { kind, size } = await readingDisk.stat(real);
    if (kind !== 'file') return { problem: `${file} is not a file.` };
    if (size > most)
      return { problem: `${file} has ${megabytes(size)} and was not read (limit ${megabytes(most)}).` };
    const decoded = decodeText(await readingDisk.readFile(real));
    return decoded ? { text: decoded.text } : { problem: `${file} is not a text file.` };
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return { missing: true };
    return { problem: `${file} cannot be read: ${reasonOf(error)}.` };
  }
}
