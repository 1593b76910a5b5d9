import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EditRefusal } from '../model/edit';
import { mostLineBytes } from '../files/busWriting';
import { containedPath } from './contain';
import { hasCode, reasonOf } from './ioError';

/**
 * Adds one line to a file that many programs add to (queue.jsonl; spec 003, "Message Bus"), with one write at the end of
 * the file, and waits until it is on the disk. Lines of several writers never lie inside one another. Nothing that is
 * there is changed; but a last line without its end, which a crash of another writer left, is ended first.
 *
 * Refuses `outside-root`, `file-missing`, `not-a-file`, `not-writable`, `disk-full`, `io-error`. When it refuses, no whole
 * line was added.
 * @param line with its line break
 * @throws RangeError for what is not exactly one line, or is longer than `mostLineBytes`
 */
export async function appendLine(
  root: string,
  file: string,
  line: string,
): Promise<{ readonly appended: true } | { readonly refused: EditRefusal }> {
  const bytes = Buffer.from(line);
  if (line === '' || line.indexOf('\n') !== line.length - 1)
    throw new RangeError('Not one line with its line break.');
  if (bytes.length > mostLineBytes) throw new RangeError(`A line of ${bytes.length} bytes.`);
  const path = await containedPath(root, file);
  if (path === undefined) {
    return refused(
      'outside-root',
      `${file} does not lie in ${root} once links are followed, so nothing was written.`,
    );
  }
  let handle: FileHandle | undefined;
  try {
    // Windows has neither of the two; elsewhere the last one keeps a pipe from holding us up.
    const { O_RDWR, O_APPEND, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;
    handle = await open(path, O_RDWR! | O_APPEND! | O_NOFOLLOW | O_NONBLOCK);
    const facts = await handle.stat();
    if (!facts.isFile()) return refused('not-a-file', `${path} is not a file, so nothing was written.`);
    const whole = (await endsLine(handle)) ? bytes : Buffer.concat([Buffer.from('\n'), bytes]);
    const { bytesWritten } = await handle.write(whole);
    if (bytesWritten < whole.length) {
      return refused(
        'disk-full',
        `Only a part of a line could be added to ${path}. Make room and try again: the part is passed over.`,
      );
    }
    await handle.datasync();
    return { appended: true };
  } catch (error) {
    const because = `Nothing was added to ${path}: ${reasonOf(error)}.`;
    if (hasCode(error, 'ENOENT')) return refused('file-missing', because);
    if (hasCode(error, 'EISDIR', 'ENXIO')) return refused('not-a-file', because);
    if (hasCode(error, 'ENOSPC', 'EDQUOT'))
      return refused('disk-full', `${because} Make room and try again.`);
    if (hasCode(error, 'EACCES', 'EPERM', 'EROFS')) return refused('not-writable', because);
    if (error instanceof Error && 'syscall' in error) return refused('io-error', because);
    throw error;
  } finally {
    await handle?.close();
  }
}

/** Whether the last line has its end. Another writer's line may be on its way: it is given a moment to be whole. */
async function endsLine(handle: FileHandle): Promise<boolean> {
  for (let looks = 1; ; looks += 1) {
    const { size } = await handle.stat();
    if (size === 0) return true;
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
    if (bytesRead === 0 || buffer[0] === 0x0a) return true;
    if (looks === 5) return false;
    await sleep(5);
  }
}

function refused(code: string, message: string): { readonly refused: EditRefusal } {
  return { refused: { code, message } };
}
