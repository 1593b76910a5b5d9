import { readdir, readFile } from 'node:fs/promises';
import { ConductorReader } from '../../src/store/conductorReader';
import { concurrently, readsAtOnce } from '../../src/store/pace';
import type { ReadingDisk } from '../../src/store/disk';
import { readingDisk } from '../../src/store/readingDisk';

/** What one read of a directory takes from the disk. */
export interface Touched {
  folders: string[];
  files: string[];
}

/** Reads a directory as the store does, and notes every folder and file that it opens. */
export async function touchedBy(folder: string): Promise<Touched> {
  const folders = new Set<string>();
  const files = new Set<string>();
  const noting: ReadingDisk = {
    ...readingDisk,
    readFolder(path) {
      folders.add(path);
      return readingDisk.readFolder(path);
    },
    readFile(path) {
      files.add(path);
      return readingDisk.readFile(path);
    },
    readPart(path, position, length) {
      files.add(path);
      return readingDisk.readPart(path, position, length);
    },
  };
  const reader = new ConductorReader({ folders: [folder], extraRoots: [] }, noting);
  await reader.search();
  await reader.read(() => true, undefined);
  return { folders: [...folders], files: [...files] };
}

/**
 * The least that reading can cost: the same folders listed and the same files read, as many at a time as the store does,
 * and each line looked at once for a check box or a heading.
 * @returns how many were found, so that no work can be left out
 */
export async function bareRead(
  touched: Touched,
): Promise<{ boxes: number; headings: number; bytes: number }> {
  const found = { boxes: 0, headings: 0, bytes: 0 };
  await concurrently(touched.folders, readsAtOnce, (path) => readdir(path, { withFileTypes: true }));
  await concurrently(touched.files, readsAtOnce, async (path) => {
    const text = await readFile(path, 'utf8');
    found.bytes += text.length;
    for (const match of text.matchAll(
      /^[ \t]*(?:[-*+]|\d+\.)[ \t]+\[(.)\][ \t]*(.*)$|^(#{1,6})[ \t]+(.*)$/gm,
    ))
      if (match[3] === undefined) found.boxes++;
      else found.headings++;
  });
  return found;
}
