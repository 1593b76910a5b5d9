/** A path of the project in the one form in which paths of plans, locks and agents are compared. */
export function plainFilePath(path: string): string {
  const parts: string[] = [];
  const written = path.trim().replaceAll('\\', '/');
  for (const part of written.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  const folder = /(?:\/|\/\*\*?)$/.test(written) && parts.length > 0;
  if (parts.at(-1) === '**' || parts.at(-1) === '*') parts.pop();
  return parts.join('/') + (folder ? '/' : '');
}

/** Whether two plain paths mean the same file, or one a folder (`src/ui/`) that holds the other. */
export function pathsCollide(a: string, b: string): boolean {
  if (a === '' || b === '') return false;
  if (a === b) return true;
  return (
    (a.endsWith('/') && b.startsWith(a)) ||
    (b.endsWith('/') && a.startsWith(b)) ||
    `${a}/` === b ||
    `${b}/` === a
  );
}
