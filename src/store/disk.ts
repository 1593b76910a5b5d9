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
