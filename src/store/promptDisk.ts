import { Pace } from './pace';
import type { FileStamp, FolderEntry, ReadingDisk } from './disk';

/** What can be asked of a disk so that the answer is there when the call returns. */
export interface DirectDisk {
  stat(path: string): FileStamp;
  readFile(path: string): Uint8Array;
  readFolder(path: string): FolderEntry[];
}

/** An answer that takes longer than this, in ms, comes from a disk that could hold up the process. */
const slowMs = 2;
/** For so long after a quick answer, in ms, the disk counts as awake. */
const awakeMs = 250;

/**
 * Asks directly while the disk answers at once, else in the background. What the system has in memory it gives in
 * microseconds, a tenth of what a question in the background costs, and a cold read is made of thousands of them; but a
 * disk that sleeps, or lies behind a network, must not hold up the extension host. So the first question after a rest
 * goes to the background, and so do those after a slow answer, until one is quick again.
 *
 * @param now A clock in ms.
 */
export function promptDisk(
  direct: DirectDisk,
  background: ReadingDisk,
  now: () => number = () => performance.now(),
): ReadingDisk {
  const pace = new Pace();
  let awakeUntil = -Infinity;

  async function ask<T>(at: () => T, behind: () => Promise<T>): Promise<T> {
    // Answers that come at once would follow each other without a turn for the rest of the process.
    await pace.breathe();
    const from = now();
    const isDirect = from <= awakeUntil;
    try {
      return isDirect ? at() : await behind();
    } finally {
      const to = now();
      if (to - from <= slowMs) awakeUntil = to + awakeMs;
      else if (isDirect) awakeUntil = -Infinity;
    }
  }

  return {
    ...background,
    stat: (path) =>
      ask(
        () => direct.stat(path),
        () => background.stat(path),
      ),
    readFile: (path) =>
      ask(
        () => direct.readFile(path),
        () => background.readFile(path),
      ),
    readFolder: (path) =>
      ask(
        () => direct.readFolder(path),
        () => background.readFolder(path),
      ),
  };
}
