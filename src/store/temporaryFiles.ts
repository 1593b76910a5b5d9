import { randomUUID } from 'node:crypto';
import { readdir, stat, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { hasCode } from './ioError';
import { isOwnerGone, lockPathOf } from './lock';

/** Beside a new file: what it is made of before it gets its name. It says whose it is, since no lock guards it. */
export function temporaryForNew(path: string): string {
  const owner = [process.pid, randomUUID(), encodeURIComponent(hostname())].join('~');
  return join(dirname(path), `.${basename(path)}.new-${owner}.tmp`);
}

/** Beside a file that is changed, while its lock is held. */
export function temporaryForEdit(path: string): string {
  return join(dirname(path), `${editStart(path)}${randomUUID()}.tmp`);
}

/** Whether a name in the folder of `path` is one that temporaryForEdit gives. */
export function isTemporaryForEdit(path: string, name: string): boolean {
  const start = editStart(path);
  return name.startsWith(start) && /^[0-9a-f-]{36}\.tmp$/.test(name.slice(start.length));
}

/**
 * Removes what a killed program left in a folder: beginnings of new files whose process is gone from this computer, and of
 * changed files whose lock nobody holds. A folder that is not there holds none.
 */
export async function removeLeftTemporaries(folder: string): Promise<void> {
  let names: readonly string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return;
    throw error;
  }
  for (const name of names) {
    if (!(await isLeft(folder, name))) continue;
    try {
      await unlink(join(folder, name));
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
    }
  }
}

async function isLeft(folder: string, name: string): Promise<boolean> {
  const [, pid, host] = /\.new-(\d{1,10})~[0-9a-f-]{36}~(.+)\.tmp$/.exec(name) ?? [];
  if (pid !== undefined && host !== undefined) return isOwnerGone(Number(pid), host);
  const edited = /^\.(.+)\.edit-[0-9a-f-]{36}\.tmp$/.exec(name)?.[1];
  if (edited === undefined) return false;
  try {
    await stat(lockPathOf(join(folder, edited)));
    return false;
  } catch (error) {
    return hasCode(error, 'ENOENT');
  }
}

function editStart(path: string): string {
  return `.${basename(path)}.edit-`;
}
