import { existsSync } from 'node:fs';
import { win32 } from 'node:path';
import { codeOf } from '../store/ioError';
import { AgentStartError, type AgentInvocation } from './ports';

/** What the operating system's error at the start of an agent means for a person. */
export function agentStartError(
  { executable, cwd, name }: AgentInvocation,
  error: unknown,
  platform: NodeJS.Platform = process.platform,
): AgentStartError {
  const failed = (because: string): AgentStartError =>
    new AgentStartError('failed', `${name} was not started: ${because}`);
  if (!existsSync(cwd)) return failed(`its folder ${cwd} does not exist.`);
  const shim = platform === 'win32' ? batchFileFor(executable) : undefined;
  if (shim !== undefined) {
    return failed(
      `"${executable}" is the batch file ${shim}, which only a shell can start, and no shell ever reads what stands in a project. ` +
        'Name the program that it calls (for a package of npm: node, and the path of its .js file as the first argument) in the agent’s settings.',
    );
  }
  switch (codeOf(error)) {
    case 'ENOENT':
      return new AgentStartError(
        'not-found',
        `${name} was not started: there is no program "${executable}" on the PATH. Install it, or name another agent.`,
      );
    case 'EACCES':
      return failed(`"${executable}" may not be executed (permission denied).`);
    case 'E2BIG':
    case 'ENAMETOOLONG':
      return failed('its arguments and environment are longer than the system allows.');
    case 'ERR_INVALID_ARG_VALUE':
      return failed('one of its arguments holds a zero byte, which no program can be given.');
    default:
      return failed(`${error instanceof Error ? error.message : String(error)}.`);
  }
}

/**
 * Windows: the batch file (`claude.cmd`) that a shell would find for a name, when no program of that name comes first.
 * Node starts such files only through `cmd.exe`, which reads their arguments as commands.
 */
export function batchFileFor(
  executable: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
  exists: (path: string) => boolean = existsSync,
): string | undefined {
  const isBatch = (path: string): boolean => /\.(?:cmd|bat)$/i.test(path);
  if (win32.isAbsolute(executable) && isBatch(executable)) return executable;
  const value = (wanted: string): string =>
    Object.entries(environment).find(([name]) => name.toUpperCase() === wanted)?.[1] ?? '';
  const endings = win32.extname(executable)
    ? ['']
    : (value('PATHEXT') || '.COM;.EXE;.BAT;.CMD').split(';').filter((ending) => ending !== '');
  const folders = /[\\/]/.test(executable) ? [''] : value('PATH').split(';');
  for (const folder of folders) {
    for (const ending of endings) {
      const path = win32.join(folder, `${executable}${ending}`);
      if (exists(path)) return isBatch(path) ? path : undefined;
    }
  }
  return undefined;
}
