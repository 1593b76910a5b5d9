import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { setImmediate as soon, setTimeout as sleep } from 'node:timers/promises';
import type { EditRefusal } from '../model/edit';
import { mostLineBytes } from '../files/busWriting';
import { containedPath } from './contain';
import { hasCode, reasonOf } from './ioError';

export type AppendOutcome = { readonly appended: true } | { readonly refused: EditRefusal };

/**
 * Adds one line to a file that many programs add to (queue.jsonl; spec 003, "Message Bus"), with one write at the end of
 * the file, and waits until it is on the disk. Lines of several writers never lie inside one another. Nothing that is
 * there is changed; but a last line without its end, which a crash of another writer left, is ended first. Lines of one
 * process come in the order of the calls; those that are asked for together go to the disk together.
 *
 * Refuses `outside-root`, `file-missing`, `not-a-file`, `not-writable`, `disk-full`, `io-error`. When it refuses, no whole
 * line was added.
 * @param line with its line break
 * @throws RangeError for what is not exactly one line, or is longer than `mostLineBytes`
 */
export async function appendLine(root: string, file: string, line: string): Promise<AppendOutcome> {
  const bytes = Buffer.from(line);
  if (line === '' || line.indexOf('\n') !== line.length - 1)
    throw new RangeError('Not one line with its line break.');
  if (bytes.length > mostLineBytes) throw new RangeError(`A line of ${bytes.length} bytes.`);
  return new Promise((done, failed) => {
    const place = `${root}\0${file}`;
    const queue = waiting.get(place);
    if (queue) queue.push({ bytes, done, failed });
    else {
      waiting.set(place, [{ bytes, done, failed }]);
      void work(root, file, place);
    }
  });
}

interface WaitingLine {
  readonly bytes: Buffer;
  readonly done: (outcome: AppendOutcome) => void;
  readonly failed: (error: unknown) => void;
}

/** Lines of this process that are not written yet, by root and file. */
const waiting = new Map<string, WaitingLine[]>();

async function work(root: string, file: string, place: string): Promise<void> {
  await soon();
  for (;;) {
    const batch = waiting.get(place)!.splice(0);
    if (batch.length === 0) break;
    try {
      const outcomes = await addLines(
        root,
        file,
        batch.map(({ bytes }) => bytes),
      );
      for (const [i, { done }] of batch.entries()) done(outcomes[i]!);
    } catch (error) {
      for (const { failed } of batch) failed(error);
    }
  }
  waiting.delete(place);
}

/** One outcome for each line. */
async function addLines(root: string, file: string, lines: readonly Buffer[]): Promise<AppendOutcome[]> {
  const all = (outcome: AppendOutcome): AppendOutcome[] => lines.map(() => outcome);
  const path = await containedPath(root, file);
  if (path === undefined) {
    return all(
      refused(
        'outside-root',
        `${file} does not lie in ${root} once links are followed, so nothing was written.`,
      ),
    );
  }
  let handle: FileHandle | undefined;
  let written = 0;
  const outcomes = (refusal: AppendOutcome): AppendOutcome[] =>
    lines.map((_line, i) => (i < written ? { appended: true } : refusal));
  try {
    // Windows has neither of the two; elsewhere the last one keeps a pipe from holding us up.
    const { O_RDWR, O_APPEND, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;
    handle = await open(path, O_RDWR! | O_APPEND! | O_NOFOLLOW | O_NONBLOCK);
    const facts = await handle.stat();
    if (!facts.isFile()) return all(refused('not-a-file', `${path} is not a file, so nothing was written.`));
    let torn = false;
    while (written < lines.length && !torn) {
      const part = fitting(lines.slice(written));
      const added = await addOnce(handle, part, written === 0 ? facts.size : undefined);
      written += added;
      torn = added < part.length;
    }
    if (written > 0) await handle.datasync();
    return outcomes(
      refused(
        'disk-full',
        `Only a part of a line could be added to ${path}. Make room and try again: the part is passed over.`,
      ),
    );
  } catch (error) {
    const refusal = refusalOf(error, path);
    if (!refusal) throw error;
    // Those before the one that failed are there; whether they are on the disk is known only now.
    const synced = written > 0 && (await handle?.datasync().then(yes, no));
    return synced ? outcomes(refusal) : all(refusal);
  } finally {
    await handle?.close();
  }
}

const yes = (): boolean => true;
const no = (): boolean => false;

/** The first ones, as many as one write of `mostLineBytes` may hold; at least one. */
function fitting(lines: readonly Buffer[]): readonly Buffer[] {
  let size = 0;
  const first = lines.findIndex((line, i) => (size += line.length) > mostLineBytes && i > 0);
  return first < 0 ? lines : lines.slice(0, first);
}

/** Adds lines with one write. How many of them are there as a whole. */
async function addOnce(
  handle: FileHandle,
  lines: readonly Buffer[],
  size: number | undefined,
): Promise<number> {
  const start = (await endsLine(handle, size)) ? 0 : 1;
  const { bytesWritten } = await handle.write(
    Buffer.concat(start === 0 ? lines : [Buffer.from('\n'), ...lines]),
  );
  let end = start;
  const torn = lines.findIndex((line) => (end += line.length) > bytesWritten);
  return torn < 0 ? lines.length : torn;
}

function refusalOf(error: unknown, path: string): { readonly refused: EditRefusal } | undefined {
  const because = `Nothing was added to ${path}: ${reasonOf(error)}.`;
  if (hasCode(error, 'ENOENT')) return refused('file-missing', because);
  if (hasCode(error, 'EISDIR', 'ENXIO')) return refused('not-a-file', because);
  if (hasCode(error, 'ENOSPC', 'EDQUOT')) return refused('disk-full', `${because} Make room and try again.`);
  if (hasCode(error, 'EACCES', 'EPERM', 'EROFS')) return refused('not-writable', because);
  if (error instanceof Error && 'syscall' in error) return refused('io-error', because);
  return undefined;
}

/** Whether the last line has its end. Another writer's line may be on its way: it is given a moment to be whole. */
async function endsLine(handle: FileHandle, sizeNow: number | undefined): Promise<boolean> {
  for (let looks = 1; ; looks += 1) {
    const size = (looks === 1 ? sizeNow : undefined) ?? (await handle.stat()).size;
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
