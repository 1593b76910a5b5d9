import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { hasCode } from '../../store/ioError';

/** A process that could not be ended. The message names it and says what to do. */
export class AgentStopError extends Error {
  override readonly name = 'AgentStopError';

  constructor(readonly pid: number) {
    super(
      `Process ${pid}, or something that it started, still runs although it was told to end with force. End it by hand.`,
    );
  }
}

/** How soon it is looked again whether a group has gone, in ms: first, and at most. */
const firstLookMs = 20;
const longestLookMs = 200;

/**
 * Ends a process group: politely (SIGTERM), and with force (SIGKILL) when something of it still runs after `graceMs`.
 * Resolves when none of it runs any more. Windows has no groups: the process and its children are ended with force.
 * @throws AgentStopError when something runs on, `graceMs` after force.
 */
export async function endGroup(group: number, graceMs: number): Promise<void> {
  if (process.platform === 'win32') return endTree(group);
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!(await groupRuns(group))) return;
    signalGroup(group, signal);
    if (await groupGone(group, graceMs)) return;
  }
  throw new AgentStopError(group);
}

/** Whether a process of the group runs. A zombie has ended, only nobody asked yet. */
export async function groupRuns(group: number): Promise<boolean> {
  if (!groupExists(group)) return false;
  const runs = (list: readonly GroupMember[]): boolean =>
    list.some((one) => one.group === group && !one.zombie);
  // Twice, since a list takes its time: one that ended on it may have started another one behind its back.
  return runs(await sharedList()) || runs(await processes());
}

/** Whether the group has members, zombies included. */
export function groupExists(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch (error) {
    return !hasCode(error, 'ESRCH');
  }
}

let listing: Promise<GroupMember[]> | undefined;

/** Whoever asks while a list is being made gets that one: many groups may be ended at once. */
function sharedList(): Promise<GroupMember[]> {
  listing ??= processes().finally(() => (listing = undefined));
  return listing;
}

interface GroupMember {
  readonly pid: number;
  readonly group: number;
  readonly zombie: boolean;
}

/** All processes of this computer that the system shows. */
export async function processes(): Promise<GroupMember[]> {
  if (process.platform === 'linux') {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    return (await Promise.all(pids.map(linuxMember))).filter((one) => one !== undefined);
  }
  const { stdout } = await promisify(execFile)('ps', ['-axo', 'pid=,pgid=,stat='], { maxBuffer: 2 ** 24 });
  return [...stdout.matchAll(/^\s*(\d+)\s+(\d+)\s+(\S)/gm)].map(([, pid, group, state]) => ({
    pid: Number(pid),
    group: Number(group),
    zombie: state === 'Z',
  }));
}

async function linuxMember(pid: string): Promise<GroupMember | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // Behind the name in brackets, which may hold anything: state, parent, group.
    const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { pid: Number(pid), group: Number(group), zombie: state === 'Z' || state === 'X' };
  } catch {
    // It ended while we looked.
    return undefined;
  }
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    // Gone meanwhile; or not ours to end, which is found out when it does not go.
    if (!hasCode(error, 'ESRCH', 'EPERM')) throw error;
  }
}

async function groupGone(group: number, withinMs: number): Promise<boolean> {
  let look = firstLookMs;
  for (let waited = 0; waited < withinMs; waited += look) {
    look = Math.min(look * 1.5, longestLookMs, withinMs - waited);
    await sleep(look);
    if (!(await groupRuns(group))) return true;
  }
  return false;
}

async function endTree(pid: number): Promise<void> {
  try {
    await promisify(execFile)('taskkill', ['/PID', String(pid), '/T', '/F'], { windowsHide: true });
  } catch {
    // It also fails for a process that has ended meanwhile.
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    throw new AgentStopError(pid);
  }
}
