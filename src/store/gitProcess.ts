import { spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasCode, reasonOf } from './ioError';

/** Why git gave no answer. */
export interface GitUnavailable {
  readonly code: 'no-folder' | 'no-git' | 'no-repository' | 'not-trusted' | 'timeout' | 'failed';
  /** What happened, where, what to do: for a person. */
  readonly message: string;
}

export interface GitOutput {
  readonly output: string;
  /** True when it was cut at its limit of time or length. */
  readonly cut: boolean;
}

export interface GitOptions {
  readonly signal?: AbortSignal;
  /** Default 5,000. */
  readonly timeoutMs?: number;
  /** Output beyond this is not read. Default 4 MB. */
  readonly mostBytes?: number;
  readonly input?: string;
}

/**
 * Output of git, which only reads: no hooks, monitors, pagers, questions, locks, signatures, network, and never through
 * a shell. What it printed before its limits ran out is given as `cut`.
 * @throws the signal's reason when aborted; nothing else
 */
export async function runGit(
  folder: string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<GitOutput | { readonly unavailable: GitUnavailable }> {
  const { signal, timeoutMs = 5_000, mostBytes = 4 * 1024 * 1024, input } = options;
  signal?.throwIfAborted();
  // A folder that is gone would look like git that is gone.
  const missing = await missingFolder(folder);
  if (missing) return { unavailable: missing };
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['-C', folder, '-c', 'core.fsmonitor=false', ...args], {
      // Not the folder: Windows, and a PATH with "." in it, would start a program that lies there and is called git.
      cwd: dirname(process.execPath),
      windowsHide: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: environment(),
    });
    const chunks: Buffer[] = [];
    let length = 0;
    let errors = '';
    let cut: 'time' | 'length' | undefined;
    const end = (): void => {
      child.kill('SIGKILL');
      // Whatever git has started itself may hold its ends open.
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const stop = (why: 'time' | 'length'): void => {
      cut ??= why;
      end();
    };
    const timer = setTimeout(() => stop('time'), timeoutMs);
    signal?.addEventListener('abort', end, { once: true });
    child.stdout.on('data', (chunk: Buffer) => {
      if (cut) return;
      chunks.push(chunk);
      length += chunk.length;
      if (length > mostBytes) stop('length');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (errors.length < 4_000) errors += chunk.toString('utf8');
    });
    // It may end before it has read everything; its exit code tells what of it.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input ?? '');
    const settle = (result: GitOutput | { readonly unavailable: GitUnavailable }): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      if (signal?.aborted) reject(signal.reason as Error);
      else resolve(result);
    };
    child.on('error', (error) => settle({ unavailable: notStarted(error) }));
    child.on('close', (code) => {
      const output = Buffer.concat(chunks).toString('utf8');
      if (cut === 'time' && output === '') settle({ unavailable: tooSlow(folder, timeoutMs) });
      else if (cut !== undefined || code === 0) settle({ output, cut: cut !== undefined });
      else settle({ unavailable: refusalOf(folder, errors, code) });
    });
  });
}

/**
 * That of this process, without what would lead git to another repository (VS Code may have been started by git, as its
 * editor), and with what keeps it from writing, asking and fetching, whatever the configuration of a repository says.
 */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^GIT_(?!CONFIG|CEILING|EXEC_PATH$)/i.test(name),
  );
  return {
    ...Object.fromEntries(own),
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_LITERAL_PATHSPECS: '1',
    LC_ALL: 'C',
  };
}

async function missingFolder(folder: string): Promise<GitUnavailable | undefined> {
  try {
    if ((await stat(folder)).isDirectory()) return undefined;
    return { code: 'no-folder', message: `${folder} is not a folder.` };
  } catch (error) {
    return { code: 'no-folder', message: `${folder} cannot be read: ${reasonOf(error)}.` };
  }
}

function notStarted(error: Error): GitUnavailable {
  return hasCode(error, 'ENOENT')
    ? { code: 'no-git', message: 'git is not installed, or not in the PATH that VS Code was started with.' }
    : { code: 'failed', message: `git could not be started: ${reasonOf(error)}.` };
}

function tooSlow(folder: string, timeoutMs: number): GitUnavailable {
  return {
    code: 'timeout',
    message: `git did not answer within ${timeoutMs / 1000} s in ${folder}; it was stopped.`,
  };
}

function refusalOf(folder: string, errors: string, code: number | null): GitUnavailable {
  if (/not a git repository/i.test(errors)) {
    return { code: 'no-repository', message: `${folder} is in no git repository.` };
  }
  if (/dubious ownership|safe\.directory/i.test(errors)) {
    return {
      code: 'not-trusted',
      message: `git does not read ${folder}, because its repository belongs to somebody else. Add it to git's safe.directory if you trust it.`,
    };
  }
  const said = errors.trim().split('\n', 1)[0]?.slice(0, 300);
  return {
    code: 'failed',
    message: `git failed in ${folder}: ${said === undefined || said === '' ? `exit code ${code ?? 'none'}` : said}`,
  };
}
