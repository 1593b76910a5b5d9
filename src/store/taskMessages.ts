import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { parseQueueLines } from '../files/messageBusFiles';
import { plainTaskId } from '../rules/taskGraph/graphTask';
import { containedPath } from './contain';
import { hasCode } from './ioError';

/** TASK_COMPLETE or TASK_FAILED. */
export interface TaskMessage {
  readonly type: 'TASK_COMPLETE' | 'TASK_FAILED';
  readonly source?: string;
  /** Of a completion, when it is one. */
  readonly commit?: string;
  readonly error?: string;
}

const partSize = 1024 * 1024;
/** How much of what was read is compared, to see that the file was only added to. */
const proofSize = 512;
const needles = ['"TASK_COMPLETE"', '"TASK_FAILED"'].map((text) => Buffer.from(text));

/**
 * Which tasks were ever said to be complete or failed on a queue.jsonl, however long ago: a snapshot keeps its tail only,
 * and a completion must never be forgotten or posted twice. Reads only what is new; a file that was cut or replaced is
 * read anew.
 */
export class TaskMessages {
  private byTask = new Map<string, TaskMessage[]>();
  private offset = 0;
  private inode: number | undefined;
  /** The bytes just before the offset. */
  private proof = Buffer.alloc(0);

  constructor(
    private readonly root: string,
    private readonly file: string,
  ) {}

  /** Oldest first. */
  about(taskId: string): readonly TaskMessage[] {
    return this.byTask.get(plainTaskId(taskId)) ?? [];
  }

  /** Plain ids of tasks that somebody completed, as `count` says of the source of the message. */
  completed(count: (source: string | undefined) => boolean): string[] {
    return [...this.byTask].flatMap(([id, messages]) =>
      messages.some(({ type, source }) => type === 'TASK_COMPLETE' && count(source)) ? [id] : [],
    );
  }

  /** Takes in what was added. A file that is not there says nothing. Throws errors of the disk, and for what is no file. */
  async read(): Promise<void> {
    const path = await containedPath(this.root, this.file);
    let handle: FileHandle | undefined;
    try {
      if (path === undefined) return this.startAgain(undefined);
      // Opening a pipe would keep us waiting for its writer. Windows has none, nor this flag.
      const { O_RDONLY, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;
      handle = await open(path, O_RDONLY! | O_NONBLOCK);
      const facts = await handle.stat();
      if (!facts.isFile()) throw new Error('it is not a regular file');
      if (facts.ino !== this.inode || !(await this.wasOnlyAddedTo(handle, facts.size)))
        this.startAgain(facts.ino);
      await this.readFrom(handle, facts.size);
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
      this.startAgain(undefined);
    } finally {
      await handle?.close();
    }
  }

  private startAgain(inode: number | undefined): void {
    this.byTask = new Map();
    this.offset = 0;
    this.inode = inode;
    this.proof = Buffer.alloc(0);
  }

  /** False also for a file that was cut and has grown past the offset again. */
  private async wasOnlyAddedTo(handle: FileHandle, size: number): Promise<boolean> {
    if (size < this.offset) return false;
    const { length } = this.proof;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, this.offset - length);
    return buffer.subarray(0, bytesRead).equals(this.proof);
  }

  private async readFrom(handle: FileHandle, size: number): Promise<void> {
    let most = partSize;
    while (this.offset < size) {
      const length = Math.min(most, size - this.offset);
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, this.offset);
      const part = buffer.subarray(0, bytesRead);
      const end = part.lastIndexOf(0x0a) + 1;
      if (end > 0) {
        this.take(part.subarray(0, end));
        this.offset += end;
        this.proof = Buffer.concat([this.proof, part.subarray(Math.max(0, end - proofSize), end)]).subarray(
          -proofSize,
        );
        most = partSize;
      } else if (length < most || bytesRead < length) return;
      // One line that is longer than this says nothing that we could use, but what follows it does.
      else most *= 2;
    }
  }

  private take(lines: Buffer): void {
    const starts = new Set<number>();
    for (const needle of needles) {
      for (let at = lines.indexOf(needle); at >= 0; at = lines.indexOf(needle, at + 1))
        starts.add(lines.lastIndexOf(0x0a, at) + 1);
    }
    for (const start of [...starts].sort((a, b) => a - b)) {
      const line = lines.subarray(start, lines.indexOf(0x0a, start) + 1).toString('utf8');
      for (const { type, source, payload } of parseQueueLines(line, 1).messages) {
        const { task_id: id, commit_sha: commit, error } = payload;
        if (type !== 'TASK_COMPLETE' && type !== 'TASK_FAILED') continue;
        if (typeof id !== 'string' && typeof id !== 'number') continue;
        const key = plainTaskId(String(id));
        const message: TaskMessage = {
          type,
          ...(source === undefined ? {} : { source }),
          ...(typeof commit === 'string' && /^[0-9a-f]{7,40}$/i.test(commit) ? { commit } : {}),
          ...(typeof error === 'string' ? { error } : {}),
        };
        const known = this.byTask.get(key);
        if (known) known.push(message);
        else this.byTask.set(key, [message]);
      }
    }
  }
}
