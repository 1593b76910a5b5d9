import { parseQueueLines } from '../files/messageBusFiles';
import type { BusMessage } from '../model/messageBus';
import type { Problem, TextProblem } from '../model/problem';
import type { DiskView } from './diskView';
import { reasonOf } from './ioError';
import { Pace } from './pace';
import type { FileStamp } from './readingDisk';

/** What queue.jsonl says so far. The same object as long as nothing was added. */
export interface QueueState {
  /** The last messages, newest last. */
  readonly messages: readonly BusMessage[];
  /** Whole lines in the file. */
  readonly messageCount: number;
  /** Last message of each source, by line: who waits follows from them, however long ago they were written. */
  readonly lastOfSource: readonly BusMessage[];
  readonly problems: readonly Problem[];
}

const mostMessages = 500;
const mostProblems = 20;
const partSize = 256 * 1024;
/** How much of what was read is compared, to see that the file was only added to. */
const proofSize = 512;
const newline = 10;

/**
 * Reads an append-only file of lines as it grows: only the new bytes, as long as it was only added to. A file that was
 * cut, replaced or written anew is read from its start. A last line without its end is shown when it can be read,
 * and read again.
 */
export class QueueReader {
  #stamp: FileStamp | undefined;
  #state: QueueState | undefined;
  /** Up to here the lines are whole and read. */
  #offset = 0;
  #lines = 0;
  /** The bytes just before #offset. */
  #proof: Uint8Array = new Uint8Array();
  #messages: BusMessage[] = [];
  #problems: TextProblem[] = [];
  #lastOfSource = new Map<string, BusMessage>();

  constructor(
    private readonly view: DiskView,
    private readonly file: string,
  ) {}

  /** `undefined` when there is no such file. */
  async read(signal?: AbortSignal): Promise<QueueState | undefined> {
    const stamp = await this.view.stamp(this.file);
    if (stamp === this.#stamp) return this.#state;
    this.#stamp = stamp;
    if (!stamp) {
      this.#startAgain();
      return (this.#state = undefined);
    }
    try {
      if (!(await this.#wasOnlyAddedTo(stamp))) this.#startAgain();
      const rest = await this.#readLines(stamp.size, signal);
      this.#state = this.#summarise(rest);
    } catch (error) {
      signal?.throwIfAborted();
      // Nothing is known about where it stopped.
      this.#startAgain();
      this.#stamp = undefined;
      const message = `${this.file} could not be read: ${reasonOf(error)}.`;
      this.#state = {
        messages: [],
        messageCount: 0,
        lastOfSource: [],
        problems: [{ file: this.file, severity: 'error', code: 'unreadable', message }],
      };
    }
    return this.#state;
  }

  #startAgain(): void {
    this.#offset = 0;
    this.#lines = 0;
    this.#proof = new Uint8Array();
    this.#messages = [];
    this.#problems = [];
    this.#lastOfSource = new Map();
  }

  async #wasOnlyAddedTo(stamp: FileStamp): Promise<boolean> {
    if (this.#offset === 0) return true;
    if (stamp.size < this.#offset) return false;
    const there = await this.view.disk.readPart(
      this.file,
      this.#offset - this.#proof.length,
      this.#proof.length,
    );
    return Buffer.compare(there, this.#proof) === 0;
  }

  /** Reads the whole lines from #offset on; returns what stands after the last of them. */
  async #readLines(size: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const pace = new Pace();
    let rest: Uint8Array = new Uint8Array();
    let position = this.#offset;
    while (position < size) {
      await pace.breathe(signal);
      const part = await this.view.disk.readPart(this.file, position, Math.min(partSize, size - position));
      if (part.length === 0) break;
      position += part.length;
      const bytes = rest.length === 0 ? part : Buffer.concat([rest, part]);
      const end = bytes.lastIndexOf(newline) + 1;
      if (end > 0) this.#take(bytes.subarray(0, end));
      rest = bytes.subarray(end);
    }
    return rest;
  }

  #take(lines: Uint8Array): void {
    const read = parseQueueLines(Buffer.from(lines).toString('utf8'), this.#lines + 1);
    this.#messages = this.#messages.concat(read.messages).slice(-mostMessages);
    this.#problems = this.#problems.concat(read.problems).slice(-mostProblems);
    for (const message of read.messages) {
      if (message.source === undefined) continue;
      // Deleted first, so that the map stays in the order of lines.
      this.#lastOfSource.delete(message.source);
      this.#lastOfSource.set(message.source, message);
    }
    this.#offset += lines.length;
    this.#lines += countLines(lines);
    const proof = Buffer.concat([this.#proof, lines.subarray(-proofSize)]);
    this.#proof = Uint8Array.from(proof.subarray(-proofSize));
  }

  #summarise(rest: Uint8Array): QueueState {
    const torn =
      rest.length === 0 ? [] : parseQueueLines(Buffer.from(rest).toString('utf8'), this.#lines + 1).messages;
    const last = new Map(this.#lastOfSource);
    for (const message of torn) {
      if (message.source === undefined) continue;
      last.delete(message.source);
      last.set(message.source, message);
    }
    return {
      messages: [...this.#messages, ...torn].slice(-mostMessages),
      messageCount: this.#lines + torn.length,
      lastOfSource: [...last.values()],
      problems: this.#problems.map((problem) => ({ ...problem, file: this.file })),
    };
  }
}

function countLines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) count++;
  return count;
}
