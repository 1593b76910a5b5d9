import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { stripVTControlCharacters } from 'node:util';
import { hasCode } from '../../store/ioError';

/** At most so many bytes are read at once; of more only the end is shown. */
const most = 64 * 1024;
/** A line without an end is shown in pieces of this many characters. */
const longestLine = 4000;

/** What a file that somebody appends to has got since the last look. */
export interface TailRead {
  /** Whole lines, without control sequences. */
  readonly lines: readonly string[];
  /** So many bytes were left out before them. */
  readonly skipped: number;
}

/** Follows one file by its end, in bounded memory. It is opened for each look only. */
export class OutputTail {
  #offset = 0;
  #rest = '';
  #decoder = new StringDecoder('utf8');

  constructor(
    readonly file: string,
    /** Whose output it is. */
    readonly id = '',
  ) {}

  /** The new whole lines; nothing while the file is not there. Throws what the system says of other failures. */
  async read(): Promise<TailRead> {
    let handle;
    try {
      const noFollow = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW;
      handle = await open(this.file, constants.O_RDONLY | constants.O_NONBLOCK | noFollow);
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return { lines: [], skipped: 0 };
      throw error;
    }
    try {
      const { size } = await handle.stat();
      // Cut or replaced: from its beginning.
      if (size < this.#offset) this.#from(0);
      let skipped = 0;
      if (size - this.#offset > most) {
        skipped = size - most - this.#offset;
        this.#from(size - most);
      }
      const { bytesRead, buffer } = await handle.read(
        Buffer.alloc(size - this.#offset),
        0,
        size - this.#offset,
        this.#offset,
      );
      this.#offset += bytesRead;
      const lines = this.#lines(this.#decoder.write(buffer.subarray(0, bytesRead)));
      // Where the reading begins in the middle, so does the first line.
      return { lines: skipped > 0 ? lines.slice(1) : lines, skipped };
    } finally {
      await handle.close();
    }
  }

  /** The last line when nothing ends it. */
  end(): readonly string[] {
    const rest = this.#rest + this.#decoder.end();
    this.#rest = '';
    return rest === '' ? [] : [clean(rest)];
  }

  #from(offset: number): void {
    this.#offset = offset;
    this.#rest = '';
    this.#decoder = new StringDecoder('utf8');
  }

  #lines(text: string): string[] {
    const parts = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = parts.pop() ?? '';
    while (this.#rest.length > longestLine) {
      parts.push(this.#rest.slice(0, longestLine));
      this.#rest = this.#rest.slice(longestLine);
    }
    return parts.map(clean);
  }
}

function clean(line: string): string {
  return stripVTControlCharacters(line).trimEnd();
}
