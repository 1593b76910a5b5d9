import { parseQueueLines, type QueueReading } from '../files/messageBusFiles';
import type { BusMessage } from '../model/messageBus';
import type { Problem, TextProblem } from '../model/problem';
import type { DiskView } from './diskView';
import { reasonOf } from './ioError';
import { Pace } from './pace';
import { skimQueueLines, type SkimmedLines } from './queueSkim';
import type { FileStamp } from './disk';

/** What queue.jsonl says so far. The same object as long as nothing was added. */
export interface QueueState {
  /** The last messages, newest last. */
  readonly messages: readonly BusMessage[];
  /** Whole lines in the file. */
  readonly messageCount: number;
  /** The last message of each source whose last message is BLOCKED, by line, however long ago it was written. */
  readonly blocked: readonly BusMessage[];
  readonly problems: readonly Problem[];
}

const mostMessages = 500;
const mostProblems = 20;
/** More sources that wait than this are no queue of workers (5 at once, FORMATS §4.9). */
const mostBlocked = 1_000;
/** In bytes. Longer lines are left out: nothing that grows without a line break is kept in memory. */
const longestLine = 256 * 1024;
const partSize = 256 * 1024;
/**
 * In bytes. So much at the end of what is new is read message by message; what comes before it is only looked through
 * (skimQueueLines), since parsing a million lines takes seconds.
 */
const bytesParsedWhole = 4 * 1024 * 1024;
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
  #blocked = new Map<string, BusMessage>();
  /** #offset is inside of a line that is left out for its length. */
  #inLongLine = false;
  /** The last lines that were only looked through, while that goes on. */
  #skimmed: SkimmedLines[] = [];

  constructor(
    private readonly view: DiskView,
    private readonly file: string,
    private readonly parsedWhole = bytesParsedWhole,
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
    if (stamp.kind === 'other') {
      // A pipe would keep us waiting for its writer.
      this.#startAgain();
      return (this.#state = this.#nothing('not-a-file', 'queue.jsonl is not a regular file.'));
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
      this.#state = this.#nothing('unreadable', `${this.file} could not be read: ${reasonOf(error)}.`);
    }
    return this.#state;
  }

  #nothing(code: string, message: string): QueueState {
    const problem: Problem = { file: this.file, severity: 'error', code, message };
    return { messages: [], messageCount: 0, blocked: [], problems: [problem] };
  }

  #startAgain(): void {
    this.#offset = 0;
    this.#lines = 0;
    this.#proof = new Uint8Array();
    this.#messages = [];
    this.#problems = [];
    this.#blocked = new Map();
    this.#inLongLine = false;
    this.#skimmed = [];
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
      const skim = size - position > this.parsedWhole;
      const length = Math.min(partSize, size - position);
      let part = await this.view.disk.readPart(this.file, position, length);
      if (part.length === 0) break;
      position += part.length;
      if (this.#inLongLine) part = this.#afterLongLine(part);
      const bytes = rest.length === 0 ? part : Buffer.concat([rest, part]);
      const end = bytes.lastIndexOf(newline) + 1;
      if (end > 0 && skim) this.#skim(bytes.subarray(0, end));
      else if (end > 0) this.#take(bytes.subarray(0, end));
      rest = bytes.subarray(end);
      if (rest.length > longestLine) {
        this.#beginLongLine(rest);
        rest = new Uint8Array();
      }
    }
    this.#endSkim();
    return rest;
  }

  #beginLongLine(start: Uint8Array): void {
    const line = this.#lines + 1;
    this.#problems.push({
      line,
      severity: 'warning',
      code: 'queue-line-too-long',
      message: `Line ${line} of queue.jsonl is longer than ${longestLine / 1024} kB: it is left out. The lines around it were read.`,
    });
    this.#pass(start);
    this.#inLongLine = true;
  }

  /** What follows the line that is left out; nothing while it goes on. */
  #afterLongLine(part: Uint8Array): Uint8Array {
    const end = part.indexOf(newline) + 1;
    if (end === 0) {
      this.#pass(part);
      return new Uint8Array();
    }
    this.#pass(part.subarray(0, end));
    this.#lines++;
    this.#inLongLine = false;
    return part.subarray(end);
  }

  #take(lines: Uint8Array): void {
    this.#endSkim();
    const read = parseQueueLines(utf8(lines), this.#lines + 1);
    this.#keep(read);
    noteBlocked(this.#blocked, read.messages);
    this.#lines += read.wholeLines;
    this.#pass(lines);
  }

  #keep({ messages, problems }: Pick<QueueReading, 'messages' | 'problems'>): void {
    this.#messages = this.#messages.concat(messages).slice(-mostMessages);
    this.#problems = this.#problems.concat(problems).slice(-mostProblems);
  }

  /** Looks through lines of which only the last ones may be among the last messages. */
  #skim(lines: Uint8Array): void {
    const skimmed = skimQueueLines(
      lines,
      this.#lines + 1,
      (source) => (source === undefined ? this.#blocked.size > 0 : this.#blocked.has(source)),
      (messages) => noteBlocked(this.#blocked, messages),
    );
    this.#skimmed.push(skimmed);
    let kept = this.#skimmed.reduce((sum, part) => sum + part.lines, 0);
    for (let [first] = this.#skimmed; first && kept - first.lines >= mostMessages; [first] = this.#skimmed) {
      kept -= first.lines;
      this.#skimmed.shift();
      this.#keep({ messages: [], problems: first.problems });
    }
    this.#lines += skimmed.lines;
    this.#pass(lines);
  }

  /** The last lines that were looked through are read after all. */
  #endSkim(): void {
    for (const { bytes, firstLine } of this.#skimmed.splice(0)) {
      this.#keep(parseQueueLines(utf8(bytes), firstLine));
    }
  }

  /** These bytes, from #offset on, are dealt with. */
  #pass(bytes: Uint8Array): void {
    this.#offset += bytes.length;
    const proof = Buffer.concat([this.#proof, bytes.subarray(-proofSize)]);
    this.#proof = Uint8Array.from(proof.subarray(-proofSize));
  }

  #summarise(rest: Uint8Array): QueueState {
    const torn = rest.length === 0 ? [] : parseQueueLines(utf8(rest), this.#lines + 1).messages;
    const blocked = new Map(this.#blocked);
    noteBlocked(blocked, torn);
    return {
      messages: [...this.#messages, ...torn].slice(-mostMessages),
      messageCount: this.#lines + torn.length,
      blocked: [...blocked.values()],
      problems: this.#problems.map((problem) => ({ ...problem, file: this.file })),
    };
  }
}

/**
 * Keeps in `blocked` the last message of each source that says BLOCKED last, in the order of lines. A task that is complete
 * waits for nothing, whoever completed it.
 */
function noteBlocked(blocked: Map<string, BusMessage>, messages: readonly BusMessage[]): void {
  for (const message of messages) {
    if (message.source === undefined) continue;
    blocked.delete(message.source);
    if (message.type === 'BLOCKED') blocked.set(message.source, message);
    if (message.type !== 'TASK_COMPLETE') continue;
    const task = message.payload['task_id'];
    if (task === undefined) continue;
    for (const [source, waiting] of blocked) {
      if (waiting.payload['task_id'] === task) blocked.delete(source);
    }
  }
  for (const oldest of blocked.keys()) {
    if (blocked.size <= mostBlocked) break;
    blocked.delete(oldest);
  }
}

function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
