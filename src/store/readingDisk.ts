import {
  closeSync,
  constants,
  openSync,
  readdir,
  readdirSync,
  readFile,
  readFileSync,
  stat,
  statSync,
  type Dirent,
  type Stats,
} from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import type { FileStamp, FolderEntry, ReadingDisk } from './disk';
import { promptDisk, type DirectDisk } from './promptDisk';

/*
 * The callback functions of node:fs need half the processor time of those in node:fs/promises.
 */
const statOf = (path: string): Promise<Stats> =>
  new Promise((resolve, reject) => stat(path, (error, found) => (error ? reject(error) : resolve(found))));
const bytesOf = (path: string): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    readFile(path, (error, bytes) => (error ? reject(error) : resolve(bytes))),
  );
const entriesOf = (path: string): Promise<Dirent[]> =>
  new Promise((resolve, reject) =>
    readdir(path, { withFileTypes: true }, (error, entries) => (error ? reject(error) : resolve(entries))),
  );

/** Never holds up the process, whatever the disk does. */
export const backgroundDisk: ReadingDisk = {
  stat: async (path) => stampOf(await statOf(path)),
  readFile: bytesOf,
  async readPart(path, position, length) {
    const file = await open(path, 'r');
    try {
      const bytes = Buffer.alloc(length);
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return bytes.subarray(0, filled);
    } finally {
      await file.close();
    }
  },
  readFolder: async (path) => (await entriesOf(path)).map(entryOf),
  realPath: (path) => realpath(path),
};

/** Answers before the call returns: only for a disk that is awake. */
export const directDisk: DirectDisk = {
  stat: (path) => stampOf(statSync(path)),
  readFile(path) {
    // Without O_NONBLOCK, opening a pipe that took a file's place would wait for its other end.
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return readFileSync(file);
    } finally {
      closeSync(file);
    }
  },
  readFolder: (path) => readdirSync(path, { withFileTypes: true }).map(entryOf),
};

export const readingDisk: ReadingDisk = promptDisk(directDisk, backgroundDisk);

function stampOf(found: Stats): FileStamp {
  return {
    size: found.size,
    mtimeMs: found.mtimeMs,
    ctimeMs: found.ctimeMs,
    ino: found.ino,
    dev: found.dev,
    kind: found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other',
  };
}

function entryOf(entry: Dirent): FolderEntry {
  return {
    name: entry.name,
    kind: entry.isFile()
      ? 'file'
      : entry.isDirectory()
        ? 'folder'
        : entry.isSymbolicLink()
          ? 'link'
          : 'other',
  };
}
