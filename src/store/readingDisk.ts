import { open, readdir, readFile, realpath, stat } from 'node:fs/promises';

/** What tells one state of a file from another without reading it. */
export interface FileStamp {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
  readonly dev: number;
  readonly kind: 'file' | 'folder' | 'other';
}

export interface FolderEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
}

/** What reading asks of the disk; errors are those of node:fs. Tests put here what a test disk cannot do (EACCES, EIO). */
export interface ReadingDisk {
  /** Follows links. */
  stat(path: string): Promise<FileStamp>;
  readFile(path: string): Promise<Uint8Array>;
  /** Up to `length` bytes from `position` on; fewer at the end. */
  readPart(path: string, position: number, length: number): Promise<Uint8Array>;
  readFolder(path: string): Promise<FolderEntry[]>;
  realPath(path: string): Promise<string>;
}

export const readingDisk: ReadingDisk = {
  async stat(path) {
    const found = await stat(path);
    return {
      size: found.size,
      mtimeMs: found.mtimeMs,
      ctimeMs: found.ctimeMs,
      ino: found.ino,
      dev: found.dev,
      kind: found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other',
    };
  },
  readFile: (path) => readFile(path),
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
  async readFolder(path) {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.map((entry) => ({
      name: entry.name,
      kind: entry.isFile()
        ? 'file'
        : entry.isDirectory()
          ? 'folder'
          : entry.isSymbolicLink()
            ? 'link'
            : 'other',
    }));
  },
  realPath: (path) => realpath(path),
};
