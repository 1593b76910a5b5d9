import type { LoggedCommit } from '../model/timeline';
import { runGit, type GitOptions, type GitUnavailable } from './gitProcess';

export interface GitLogQuery extends Pick<GitOptions, 'signal' | 'timeoutMs'> {
  /** Commits that touch one of these, absolute or relative to the folder. Default: the folder itself. */
  readonly paths?: readonly string[];
  /** Commits that a plan names, 7 to 64 hexadecimal digits; anything else is ignored. */
  readonly commits?: readonly string[];
  /** Default 200. */
  readonly limit?: number;
}

export interface GitLog {
  /** Newest first, each once. */
  readonly commits: readonly LoggedCommit[];
  /** There are more: beyond the limit, or git was stopped. */
  readonly more: boolean;
  /** The history begins later than the project: a shallow clone. */
  readonly shallow: boolean;
  /** Of the named commits those that the repository does not have. */
  readonly unknown: readonly string[];
}

/** More are not looked up: a plan has one or two a task. */
const mostNamed = 2_000;
const fields = ['%H', '%h', '%an', '%cI', '%s'];

/**
 * The commits that touch a track's folder, and those that its plan names, wherever they are. Only reads; see runGit.
 * Without a repository, without git and the like `unavailable` says why.
 * @throws the signal's reason when aborted
 */
export async function gitLog(
  folder: string,
  query: GitLogQuery = {},
): Promise<GitLog | { readonly unavailable: GitUnavailable }> {
  const { paths = ['.'], limit = 200 } = query;
  const most = Math.max(1, Math.min(10_000, Math.trunc(limit)));
  const options = { signal: query.signal, timeoutMs: query.timeoutMs };
  const asked = await runGit(folder, ['rev-parse', '--is-shallow-repository'], options);
  if ('unavailable' in asked) return asked;
  const named = [...new Set(query.commits?.filter((sha) => /^[0-9a-f]{7,64}$/i.test(sha)))].slice(
    0,
    mostNamed,
  );
  const [head, known] = await Promise.all([
    runGit(folder, ['rev-parse', '--verify', '--quiet', 'HEAD'], options),
    fullNames(folder, named, options),
  ]);
  if ('unavailable' in known) return known;
  // A repository without a commit has no HEAD.
  const touching: Log | { readonly unavailable: GitUnavailable } =
    'unavailable' in head || paths.length === 0
      ? { commits: [], cut: false }
      : await log(folder, [`--max-count=${most + 1}`, 'HEAD', '--', ...paths], options);
  if ('unavailable' in touching) return touching;
  const full = [...known.full.values()];
  const others: Log | { readonly unavailable: GitUnavailable } =
    full.length === 0
      ? { commits: [], cut: false }
      : await log(folder, ['--no-walk=unsorted', '--stdin'], { ...options, input: `${full.join('\n')}\n` });
  if ('unavailable' in others) return others;
  const all = [
    ...new Map([...touching.commits, ...others.commits].map((one) => [one.sha, one])).values(),
  ].sort((a, b) => Date.parse(b.date) - Date.parse(a.date));
  return {
    commits: all.slice(0, most),
    more: all.length > most || touching.cut || others.cut,
    shallow: asked.output.trim() === 'true',
    unknown: named.filter((sha) => !known.full.has(sha)),
  };
}

interface Log {
  readonly commits: readonly LoggedCommit[];
  readonly cut: boolean;
}

async function log(
  folder: string,
  args: readonly string[],
  options: GitOptions,
): Promise<Log | { readonly unavailable: GitUnavailable }> {
  const format = `--format=${fields.join('%x00')}`;
  const shown = await runGit(
    folder,
    ['log', '-z', '--no-show-signature', '--no-color', '--encoding=UTF-8', format, ...args],
    options,
  );
  if ('unavailable' in shown) return shown;
  const values = shown.output.split('\0');
  const commits: LoggedCommit[] = [];
  // What follows the last NUL is nothing, or a part of a commit.
  for (let i = 0; i + fields.length < values.length; i += fields.length) {
    const [sha = '', shortSha = '', author = '', date = '', subject = ''] = values.slice(
      i,
      i + fields.length,
    );
    commits.push({ sha, shortSha, author, date, subject });
  }
  return { commits, cut: shown.cut };
}

/** The full names of commits that exist, by the short name that was given. */
async function fullNames(
  folder: string,
  named: readonly string[],
  options: GitOptions,
): Promise<{ readonly full: ReadonlyMap<string, string> } | { readonly unavailable: GitUnavailable }> {
  if (named.length === 0) return { full: new Map() };
  const checked = await runGit(folder, ['cat-file', '--batch-check=%(objectname) %(objecttype)'], {
    ...options,
    input: named.map((sha) => `${sha}^{commit}\n`).join(''),
  });
  if ('unavailable' in checked) return checked;
  const full = new Map<string, string>();
  checked.output.split('\n').forEach((line, i) => {
    const [sha = '', type] = line.split(' ');
    const asked = named[i];
    // A branch may be called like a commit; that is not meant.
    if (asked !== undefined && type === 'commit' && sha.startsWith(asked.toLowerCase())) full.set(asked, sha);
  });
  return { full };
}
