import { constants } from 'node:fs';
import { lstat, open, type FileHandle } from 'node:fs/promises';
import { AgentOutputReader } from '../../files/agentOutput';
import type { AgentOutput } from '../../model/agentOutput';
import { hasCode, reasonOf } from '../../store/ioError';
import { megabytes } from '../../store/limits';

/** An agent that prints more than this many bytes is stopped; of its output so much is read. */
export const largestOutput = 64 * 1024 * 1024;

const partBytes = 64 * 1024;

export interface OutputReading {
  readonly output: AgentOutput;
  /** A sentence: why it is not all of it. */
  readonly trouble?: string;
}

/** What an agent's output file says, read in constant memory. Never throws: what cannot be read says nothing. */
export async function readOutputFile(file: string, limit: number): Promise<OutputReading> {
  const reader = new AgentOutputReader();
  try {
    // An agent may have put anything in its place: a link is not followed, and nothing waits for a pipe.
    const careful = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const handle = await open(file, constants.O_RDONLY | careful);
    try {
      const facts = await handle.stat();
      if (!facts.isFile()) return { output: reader.end(), trouble: `Its output file ${file} is no file.` };
      await readInto(reader, handle, Math.min(facts.size, limit));
      return {
        output: reader.end(),
        ...(facts.size > limit
          ? { trouble: `Only the first ${megabytes(limit)} of its output were read.` }
          : {}),
      };
    } finally {
      await handle.close();
    }
  } catch (error) {
    return {
      output: reader.end(),
      trouble: `Its output file ${file} could not be read: ${whyNotOpened(error)}.`,
    };
  }
}

/** The first bytes of a file; fewer when it has become shorter. */
async function readInto(reader: AgentOutputReader, handle: FileHandle, most: number): Promise<void> {
  for (let at = 0; at < most;) {
    // Each part is one of its own: the reader may keep it.
    const part = Buffer.alloc(Math.min(partBytes, most - at));
    const { bytesRead } = await handle.read(part, 0, part.length, at);
    if (bytesRead === 0) return;
    reader.push(part.subarray(0, bytesRead));
    at += bytesRead;
  }
}

/** Bytes that an agent has printed so far; 0 when nobody can tell. Never throws. */
export async function outputSize(file: string): Promise<number> {
  try {
    return (await lstat(file)).size;
  } catch {
    // Without its file there is nothing to measure; that it cannot be read is said when the agent has ended.
    return 0;
  }
}

/** Why the file itself could not be opened: links in its place are not followed. */
export function whyNotOpened(error: unknown): string {
  return hasCode(error, 'ELOOP') ? 'a symbolic link stands in its place' : reasonOf(error);
}
