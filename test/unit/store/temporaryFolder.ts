import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder for the tests of one `describe`, made before them and removed after them. */
export interface TemporaryFolder {
  readonly path: string;
  /** Makes a folder in it. */
  make(...parts: string[]): string;
  /** Writes a file in it, with the folders on the way. */
  write(file: string, content: string | Uint8Array): string;
}

export function temporaryFolder(): TemporaryFolder {
  let path: string | undefined;
  before(() => {
    path = realpathSync(mkdtempSync(join(tmpdir(), 'conductor-store-')));
  });
  after(() => {
    if (path !== undefined) rmSync(path, { recursive: true, force: true });
  });
  const folder = {
    get path(): string {
      if (path === undefined) throw new Error('only within a test');
      return path;
    },
    make(...parts: string[]): string {
      const made = join(folder.path, ...parts);
      mkdirSync(made, { recursive: true });
      return made;
    },
    write(file: string, content: string | Uint8Array): string {
      const made = join(folder.path, file);
      mkdirSync(dirname(made), { recursive: true });
      writeFileSync(made, content);
      return made;
    },
  };
  return folder;
}
