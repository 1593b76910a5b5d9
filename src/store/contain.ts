import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { hasCode } from './ioError';

/** True if `path` is `folder` or lies below it. Compares strings only: give it two real paths to be sure. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/**
 * The real path of `path` (relative to `root`, or absolute) when it lies inside `root` after every symbolic link on the
 * way has been followed; `undefined` when it does not, when the way cannot be followed (loop, dangling link), or when
 * there is no root. What does not exist yet is judged by the nearest folder that does. DESIGN §4, "contained".
 */
export async function containedPath(root: string, path: string): Promise<string | undefined> {
  if (path.includes('\0')) return undefined;
  const asked = resolve(root, path);
  const real = await realPathOf(asked);
  if (real === undefined) return undefined;
  // Without any link on the way there is none on the way to the root either.
  if (real === asked && isInside(resolve(root), real)) return real;
  const realRoot = await realPathOf(resolve(root));
  return realRoot !== undefined && isInside(realRoot, real) ? real : undefined;
}

/**
 * The same for a file that is to be made by a call that follows no link at the file's own name and takes no name that is
 * there (O_EXCL, link): only the way to it counts.
 */
export async function containedNewPath(root: string, path: string): Promise<string | undefined> {
  if (path.includes('\0')) return undefined;
  const asked = resolve(root, path);
  const folder = await containedPath(root, dirname(asked));
  return folder === undefined ? undefined : join(folder, basename(asked));
}

/** Real path of a path whose last parts need not exist; `undefined` for a loop, a dangling link, or no permission. */
async function realPathOf(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT') || (await isLink(path))) return undefined;
    const parent = dirname(path);
    if (parent === path) return undefined;
    const realParent = await realPathOf(parent);
    return realParent === undefined ? undefined : join(realParent, basename(path));
  }
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink();
  } catch {
    // Not there at all: nothing to be a link.
    return false;
  }
}
