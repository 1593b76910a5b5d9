import { realpath } from 'node:fs/promises';
import { runGit } from './gitProcess';

/** One commit as a person recognises it. */
export interface CommitSummary {
  /** Full sha. */
  readonly sha: string;
  readonly shortSha: string;
  readonly subject: string;
  readonly author: string;
  /** ISO 8601 */
  readonly date: string;
}

/** Short sha of HEAD; `undefined` without a repository, without a commit, or without git. */
export async function headCommit(cwd: string): Promise<string | undefined> {
  return lineOf(await git(cwd, ['rev-parse', '--short', '--verify', '--quiet', 'HEAD']));
}

/** Top folder of the working tree that holds `cwd`; `undefined` when it is in none, or without git. */
export async function repositoryRoot(cwd: string): Promise<string | undefined> {
  const top = lineOf(await git(cwd, ['rev-parse', '--show-toplevel']));
  // git writes / on Windows too; the real path is how this platform spells it.
  return top === undefined ? undefined : realpath(top).catch(() => top);
}

/** What a commit says of itself; `undefined` when there is no such commit, or it is not a plain hexadecimal name. */
export async function commitSummary(cwd: string, sha: string): Promise<CommitSummary | undefined> {
  // Anything else could be an option or a range.
  if (!/^[0-9a-f]{4,64}$/i.test(sha)) return undefined;
  const format = ['%H', '%h', '%an', '%aI', '%s'].join('%x00');
  const shown = lineOf(await git(cwd, ['log', '-1', '--no-show-signature', `--format=${format}`, sha, '--']));
  const [full, shortSha, author, date, subject] = shown?.split('\0') ?? [];
  if (full === undefined || shortSha === undefined || author === undefined || date === undefined)
    return undefined;
  return { sha: full, shortSha, author, date, subject: subject ?? '' };
}

/** The name that git has for whoever works here (`user.name`); `undefined` when it has none, or without git. */
export async function personName(cwd: string): Promise<string | undefined> {
  const name = lineOf(await git(cwd, ['config', '--get', 'user.name']));
  // It is written into files of one line: no line break, and no more than a name.
  return name
    ?.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    .trim()
    .slice(0, 120);
}

/** Output of git as `runGit` gives it; `undefined` when there is none, or not all of it. */
async function git(cwd: string, args: readonly string[]): Promise<string | undefined> {
  const result = await runGit(cwd, args);
  return 'unavailable' in result || result.cut ? undefined : result.output;
}

function lineOf(output: string | undefined): string | undefined {
  const line = output?.trim();
  return line === '' ? undefined : line;
}
