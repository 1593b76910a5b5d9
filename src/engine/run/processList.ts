import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** A process as the list of the system shows it. */
export interface ListedProcess {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** It has ended; only nobody asked yet. */
  readonly zombie: boolean;
}

/** So many processes are asked at the same time. */
const atOnce = 64;

/** All processes of this computer that the system shows. Not on Windows. */
export async function listProcesses(): Promise<readonly ListedProcess[]> {
  if (process.platform === 'linux') {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    return (await inParts(pids, linuxProcess)).filter((one) => one !== undefined);
  }
  const { stdout } = await promisify(execFile)('ps', ['-axo', 'pid=,ppid=,pgid=,stat='], {
    maxBuffer: 2 ** 24,
  });
  return [...stdout.matchAll(/^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S)/gm)].map(([, pid, parent, group, state]) => ({
    pid: Number(pid),
    parent: Number(parent),
    group: Number(group),
    zombie: state === 'Z',
  }));
}

/** Never us, a process of our group, one that we descend from, or the first process of the system. */
export function mayBeEnded(pid: number, list: readonly ListedProcess[]): boolean {
  if (pid <= 1) return false;
  const byPid = new Map(list.map((one) => [one.pid, one]));
  const us = byPid.get(process.pid);
  if (us && byPid.get(pid)?.group === us.group) return false;
  const seen = new Set<number>();
  for (let one: number | undefined = process.pid; one !== undefined && !seen.has(one);) {
    if (one === pid) return false;
    seen.add(one);
    one = byPid.get(one)?.parent;
  }
  return true;
}

/** The answers in the order of the questions; a long list does not open a file for each at once. */
export async function inParts<T, R>(list: readonly T[], ask: (one: T) => Promise<R>): Promise<readonly R[]> {
  const answers: R[] = [];
  for (let from = 0; from < list.length; from += atOnce) {
    answers.push(...(await Promise.all(list.slice(from, from + atOnce).map(ask))));
  }
  return answers;
}

async function linuxProcess(pid: string): Promise<ListedProcess | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // Behind the name in brackets, which may hold anything: state, parent, group.
    const [state, parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return {
      pid: Number(pid),
      parent: Number(parent),
      group: Number(group),
      zombie: state === 'Z' || state === 'X',
    };
  } catch {
    // It ended while we looked.
    return undefined;
  }
}
