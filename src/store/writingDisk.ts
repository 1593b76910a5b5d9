import { closeSync, constants, fstatSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { access, link, mkdir, open, readdir, readFile, stat, unlink } from 'node:fs/promises';
import { hasCode } from './ioError';

/** Identity and nature of a file at one moment. */
export interface FileFacts {
  readonly size: number;
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly ino: number;
  readonly mtimeMs: number;
  readonly isFile: boolean;
}

/** An open file that stays readable although its name leads elsewhere by now. */
export interface OpenFile {
  /** The whole content as it is now. */
  read(): Uint8Array;
  /** True if `path` leads to this very file. */
  isAt(path: string): boolean;
  close(): void;
}

/**
 * What writing asks of the disk; errors are those of node:fs. The synchronous ones are those between the last
 * comparison and the rename, where no other work of this process may come in between. Tests put a full disk here.
 */
export interface WritingDisk {
  facts(path: string): Promise<FileFacts>;
  read(path: string): Promise<Uint8Array>;
  /** Makes a new file, with its bytes on the disk when this returns; fails with EEXIST when there is one. */
  writeNew(path: string, bytes: Uint8Array, facts?: Pick<FileFacts, 'mode' | 'uid' | 'gid'>): Promise<void>;
  /** A second name for the same file; fails with EEXIST when the name is taken. */
  link(from: string, to: string): Promise<void>;
  makeFolders(path: string): Promise<void>;
  names(folder: string): Promise<string[]>;
  canWrite(path: string): Promise<boolean>;
  /** One that is not there is removed already. */
  remove(path: string): Promise<void>;
  openSync(path: string): OpenFile;
  renameSync(from: string, to: string): void;
}

export const writingDisk: WritingDisk = {
  async facts(path) {
    const found = await stat(path);
    const { size, uid, gid, ino, mtimeMs } = found;
    return { size, uid, gid, ino, mtimeMs, mode: found.mode & 0o7777, isFile: found.isFile() };
  },
  read: (path) => readFile(path),
  async writeNew(path, bytes, facts) {
    const file = await open(path, 'wx', facts?.mode ?? 0o666);
    try {
      if (bytes.length > 0) await file.writeFile(bytes);
      if (facts) {
        // The umask took bits away; and a file of somebody else stays theirs where we may say so (root).
        await file.chmod(facts.mode);
        if (facts.uid !== process.getuid?.()) await file.chown(facts.uid, facts.gid).catch(() => undefined);
      }
      // An empty file has nothing that could be lost but its name.
      if (bytes.length > 0) await file.sync();
    } finally {
      await file.close();
    }
  },
  link: (from, to) => link(from, to),
  async makeFolders(path) {
    await mkdir(path, { recursive: true });
  },
  names: (folder) => readdir(folder),
  async canWrite(path) {
    try {
      await access(path, constants.W_OK);
      return true;
    } catch {
      return false;
    }
  },
  async remove(path) {
    try {
      await unlink(path);
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
    }
  },
  openSync: openForReading,
  renameSync,
};

function openForReading(path: string): OpenFile {
  const descriptor = openSync(path, 'r');
  return {
    read() {
      const bytes = Buffer.alloc(fstatSync(descriptor).size);
      let length = 0;
      while (length < bytes.length) {
        const count = readSync(descriptor, bytes, length, bytes.length - length, length);
        if (count === 0) break;
        length += count;
      }
      return bytes.subarray(0, length);
    },
    isAt(other) {
      const there = statSync(other, { throwIfNoEntry: false, bigint: true });
      const here = fstatSync(descriptor, { bigint: true });
      return there !== undefined && there.ino === here.ino && there.dev === here.dev;
    },
    close: () => closeSync(descriptor),
  };
}
