import { join, relative, sep } from 'node:path';
import { containedPath } from './contain';
import type { Pace } from './pace';
import type { ReadingDisk } from './disk';

/** Where tests write by themselves, relative to the project folder. Looked at when settings name nothing. */
export const usualResultPaths: readonly string[] = [
  'coverage/coverage-summary.json',
  'coverage/lcov.info',
  'coverage/cobertura-coverage.xml',
  'coverage.xml',
  'lcov.info',
  'junit.xml',
  'reports/junit.xml',
  'test-results.xml',
  'test-results/*.xml',
  'target/surefire-reports/TEST-*.xml',
  'build/test-results/test/*.xml',
];

/** Files of one pattern; more are as many as a person never looks at. */
const mostFiles = 100;
const mostFolders = 500;

export function isPattern(path: string): boolean {
  return /[*?]/.test(path);
}

/**
 * The files that a pattern names, sorted, relative to the folder with `/`: `*` and `?` stand for characters of one name,
 * `**` for folders. Only below the folder, without following links out of it; hidden folders and node_modules only where
 * the pattern names them. At most 100 files and 500 folders are looked at; `more` says that there may be others.
 */
export async function filesOfPattern(
  folder: string,
  pattern: string,
  disk: Pick<ReadingDisk, 'readFolder'>,
  pace: Pace,
  signal?: AbortSignal,
): Promise<{ readonly files: readonly string[]; readonly more: boolean }> {
  const parts = pattern.split(/[\\/]+/).filter((part) => part !== '' && part !== '.');
  const files = new Set<string>();
  let looked = 0;
  let more = false;

  async function walk(at: string, rest: readonly string[]): Promise<void> {
    await pace.breathe(signal);
    const [part, ...below] = rest;
    if (part === undefined || part === '..') return;
    if (files.size >= mostFiles || ++looked > mostFolders) {
      more = true;
      return;
    }
    if ((await containedPath(folder, at)) === undefined) return;
    // What cannot be listed holds no results that could be read.
    const entries = await disk.readFolder(at).catch(() => []);
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    const matches = matcher(part);
    for (const { name, kind } of entries) {
      const path = join(at, name);
      if (part === '**') {
        const isHidden = name.startsWith('.') || name === 'node_modules';
        if (kind === 'folder' && !isHidden) await walk(path, rest);
        continue;
      }
      if (!matches(name)) continue;
      if (below.length > 0 && kind !== 'file') await walk(path, below);
      else if (below.length === 0 && kind !== 'folder')
        files.add(relative(folder, path).split(sep).join('/'));
      if (files.size >= mostFiles) break;
    }
    if (part === '**') await walk(at, below);
  }

  await walk(folder, parts);
  return { files: [...files].slice(0, mostFiles), more: more || files.size >= mostFiles };
}

/** No regular expression of the pattern: many stars in one would take for ever. */
function matcher(part: string): (name: string) => boolean {
  if (!isPattern(part)) return (name) => name === part;
  return (name) => {
    let [p, n, star, resume] = [0, 0, -1, 0];
    while (n < name.length) {
      if (p < part.length && part[p] !== '*' && (part[p] === '?' || part[p] === name[n])) {
        p++;
        n++;
      } else if (part[p] === '*') {
        star = p++;
        resume = n;
      } else if (star !== -1) {
        p = star + 1;
        n = ++resume;
      } else return false;
    }
    while (part[p] === '*') p++;
    return p === part.length;
  };
}
