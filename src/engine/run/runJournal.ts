import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as soon } from 'node:timers/promises';
import { reasonOf } from '../../store/ioError';
import { megabytes } from '../../store/limits';
import { runEntrySchema, type RunEntry } from './runEntry';

/** A journal above this is not read, neither to go on with it nor to look at it: 64 MB, some 100,000 agents. */
const largestJournal = 64 * 1024 * 1024;

/** Why a journal of so many bytes is not read, and what to do; undefined: it is. */
export function journalTooLarge(file: string, bytes: number): string | undefined {
  if (bytes <= largestJournal) return undefined;
  return `${file} is too large to be read: ${megabytes(bytes)}, ${megabytes(largestJournal)} are the most. Stop what still runs on this track, then move the file away: the next run begins a new one, and goes by plan.md and metadata.json.`;
}

/** The journal cannot be read or written. The message says what happened, where, and what to do. */
export class RunJournalError extends Error {
  override readonly name = 'RunJournalError';

  constructor(
    readonly file: string,
    message: string,
  ) {
    super(message);
  }
}

/** A whole line that is no entry we know: written by a newer version, or damaged. It stays in the file. */
export interface UnreadLine {
  /** 1-based */
  readonly line: number;
  readonly why: string;
}

/**
 * `journal.jsonl` of a run folder: what our loop did, one entry a line, on the disk before the loop goes on. Only who
 * holds the track's run (runLock.ts) may open it.
 */
export class RunJournal {
  private turn: Promise<void> = Promise.resolve();
  /** Lines that wait for their turn, and the write that they will be in. */
  private lines: string[] = [];
  private next: Promise<void> | undefined;

  private constructor(
    readonly file: string,
    private readonly handle: FileHandle,
    /** What it held when it was opened, oldest first. */
    readonly entries: readonly RunEntry[],
    readonly unread: readonly UnreadLine[],
  ) {}

  /** Opens it, or makes it. A last line that a crash cut off is taken away. Throws RunJournalError. */
  static async open(runFolder: string): Promise<RunJournal> {
    const file = join(runFolder, 'journal.jsonl');
    let handle: FileHandle | undefined;
    try {
      // The file itself, not what a symbolic link in its place points at (Windows has no such flag).
      const noFollow = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW;
      handle = await open(file, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | noFollow);
      const tooLarge = journalTooLarge(file, (await handle.stat()).size);
      if (tooLarge !== undefined) throw new RunJournalError(file, tooLarge);
      const bytes = await handle.readFile();
      const { entries, unread, tornFrom, lineOpen } = readJournal(bytes);
      if (tornFrom !== undefined) await handle.truncate(tornFrom);
      else if (lineOpen) await writeAll(handle, Buffer.from('\n'));
      await handle.sync();
      await syncFolder(runFolder);
      return new RunJournal(file, handle, entries, unread);
    } catch (error) {
      await handle?.close();
      if (error instanceof RunJournalError) throw error;
      throw new RunJournalError(
        file,
        `${file} could not be opened: ${reasonOf(error)}. No loop can run on this track until it can.`,
      );
    }
  }

  /** Resolves when the entry is on the disk. Entries are written in the order of the calls. Throws RunJournalError. */
  append(entry: RunEntry): Promise<void> {
    this.lines.push(`${JSON.stringify(runEntrySchema.parse(entry))}\n`);
    if (this.next) return this.next;
    // What comes while others are being written goes to the disk together: workers start and end in groups.
    const written = this.turn.then(async () => {
      await soon();
      this.next = undefined;
      return this.write(this.lines.splice(0).join(''));
    });
    this.next = written;
    this.turn = written.catch(() => undefined);
    return written;
  }

  async close(): Promise<void> {
    await this.turn;
    await this.handle.close();
  }

  private async write(line: string): Promise<void> {
    let before: number | undefined;
    try {
      const { size, nlink } = await this.handle.stat();
      // Whoever deleted the message bus took the journal's name away: what is written now could never be read again.
      if (nlink === 0) throw new Error('it was deleted');
      before = size;
      await writeAll(this.handle, Buffer.from(line));
      await this.handle.datasync();
    } catch (error) {
      // Half a line in the middle would spoil the next one; when this fails too, opening it takes the half away.
      if (before !== undefined) await this.handle.truncate(before).catch(() => undefined);
      throw new RunJournalError(
        this.file,
        `${this.file} could not be written: ${reasonOf(error)}. The loop stops here; nothing is lost.`,
      );
    }
  }
}

/** What the bytes of a journal say. */
export interface JournalReading {
  readonly entries: readonly RunEntry[];
  readonly unread: readonly UnreadLine[];
  /** Byte offset of a last line that was cut off. */
  readonly tornFrom?: number;
  /** The last line is whole, only its line end is missing. */
  readonly lineOpen: boolean;
}

/** Never throws. A last line without its end counts only when it is a whole entry: no beginning of an entry is one. */
export function readJournal(bytes: Uint8Array): JournalReading {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = buffer.lastIndexOf(0x0a) + 1;
  const entries: RunEntry[] = [];
  const unread: UnreadLine[] = [];
  buffer
    .subarray(0, end)
    .toString('utf8')
    .split('\n')
    .forEach((text, i) => {
      if (text.trim() === '') return;
      const read = entryOf(text);
      if ('entry' in read) entries.push(read.entry);
      else unread.push({ line: i + 1, why: read.why });
    });
  if (end === buffer.length) return { entries, unread, lineOpen: false };
  const last = entryOf(buffer.subarray(end).toString('utf8'));
  if (!('entry' in last)) return { entries, unread, tornFrom: end, lineOpen: false };
  return { entries: [...entries, last.entry], unread, lineOpen: true };
}

function entryOf(text: string): { readonly entry: RunEntry } | { readonly why: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { why: 'it is no JSON' };
  }
  const read = runEntrySchema.safeParse(value);
  return read.success ? { entry: read.data } : { why: 'it is no entry of a journal that this version knows' };
}

async function writeAll(handle: FileHandle, bytes: Buffer): Promise<void> {
  for (let from = 0; from < bytes.length;) {
    from += (await handle.write(bytes, from, bytes.length - from)).bytesWritten;
  }
}

/** So that the new file's name survives a power cut as well. Not every system lets a folder be synced. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch {
    // Some network file systems refuse it; the entries themselves are synced.
  } finally {
    await handle.close();
  }
}
