import type { GitState } from '../rules/gates/gateEvidence';
import { runGit, type GitOptions, type GitUnavailable } from './gitProcess';

/**
 * Branch, HEAD and what is not committed in the working tree that holds the folder. Changes inside of submodules are
 * theirs. Only reads; see runGit. A filter that the repository's configuration names is run on files that look changed.
 * @throws the signal's reason when aborted
 */
export async function gitState(
  folder: string,
  options: Pick<GitOptions, 'signal' | 'timeoutMs'> = {},
): Promise<{ readonly state: GitState } | { readonly unavailable: GitUnavailable }> {
  const [status, head] = await Promise.all([
    runGit(
      folder,
      ['status', '--porcelain=v2', '-z', '--branch', '--untracked-files=normal', '--ignore-submodules=dirty'],
      options,
    ),
    runGit(folder, ['rev-parse', '--short', '--verify', '--quiet', 'HEAD'], options),
  ]);
  if ('unavailable' in status) return status;
  if (status.cut) {
    return {
      unavailable: {
        code: 'timeout',
        message: `git status of ${folder} was too long to be read to its end.`,
      },
    };
  }
  const short = 'output' in head ? head.output.trim() : '';
  return { state: { ...parsed(status.output), ...(short === '' ? {} : { head: short }) } };
}

function parsed(output: string): GitState {
  const items = output.split('\0');
  let uncommitted = 0;
  let branch: string | undefined;
  for (let i = 0; i < items.length; i++) {
    const item = items[i]!;
    const name = /^# branch\.head (.*)$/s.exec(item)?.[1];
    if (name !== undefined && name !== '(detached)') branch = name;
    if (/^[12u?] /.test(item)) uncommitted++;
    // A file that was renamed has its earlier path behind it.
    if (item.startsWith('2 ')) i++;
  }
  return { uncommitted, ...(branch === undefined ? {} : { branch }) };
}
