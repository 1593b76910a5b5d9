import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { processes } from './processGroup';

/**
 * Id of the process that was started in a group of its own with `variable=value` in its environment. What it started
 * itself has the same environment, but leads no group. Undefined: there is none, or the system does not tell (Windows).
 */
export async function findProcess(variable: string, value: string): Promise<number | undefined> {
  if (process.platform === 'win32') return undefined;
  const leaders = (await processes()).filter(
    ({ pid, group, zombie }) => pid === group && !zombie && pid !== process.pid,
  );
  const wanted = `${variable}=${value}`;
  if (process.platform !== 'linux') {
    const { stdout } = await promisify(execFile)('ps', ['-Eww', '-axo', 'pid=,command='], {
      maxBuffer: 2 ** 26,
    });
    const words = new Map(
      stdout.split('\n').map((line) => [Number.parseInt(line, 10), ` ${line} `] as const),
    );
    return leaders.find(({ pid }) => words.get(pid)?.includes(` ${wanted} `))?.pid;
  }
  for (const { pid } of leaders) {
    if ((await environmentOf(pid)).includes(wanted)) return pid;
  }
  return undefined;
}

async function environmentOf(pid: number): Promise<string[]> {
  try {
    return (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0');
  } catch {
    // It ended, or belongs to somebody else: then it is none of our agents.
    return [];
  }
}
