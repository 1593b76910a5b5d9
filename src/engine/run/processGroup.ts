import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { hasCode } from '../../store/ioError';
import { listProcesses, mayBeEnded, type ListedProcess } from './processList';

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
/** What was told to end with force has at least so long to go, in ms. */
const leastForceMs = 1000;

/**
 * Ends a process group: politely (SIGTERM), and with force (SIGKILL) when something of it still runs after `graceMs`; 0:
 * with force at once. Resolves when none of it runs any more. Windows has no groups: the process and its children are
 * ended with force.
 * @throws AgentStopError when something runs on after force.
 * @throws RangeError for a group that is never signalled: the system's (`kill(-1)` means everything), and our own.
 */
export async function endGroup(group: number, graceMs: number): Promise<void> {
  if (group <= 1 || group === process.pid) throw neverEnded(group);
  if (process.platform === 'win32') return endTree(group);
  if (!groupExists(group)) return;
  const list = await sharedList();
  if (list.some((one) => one.group === group && !mayBeEnded(one.pid, list))) throw neverEnded(group);
  for (const signal of graceMs > 0 ? (['SIGTERM', 'SIGKILL'] as const) : (['SIGKILL'] as const)) {
    if (!(await groupRuns(group))) return;
    signalGroup(group, signal);
    if (await groupGone(group, signal === 'SIGKILL' ? Math.max(graceMs, leastForceMs) : graceMs)) return;
  }
  throw new AgentStopError(group);
}

function neverEnded(group: number): RangeError {
  return new RangeError(`The process group ${group} is not an agent's, so it was left alone.`);
}

/** Whether a process of the group runs. A zombie has ended, only nobody asked yet. */
export async function groupRuns(group: number): Promise<boolean> {
  if (!groupExists(group)) return false;
  const runs = (list: readonly ListedProcess[]): boolean =>
    list.some((one) => one.group === group && !one.zombie);
  // Twice, since a list takes its time: one that ended on it may have started another one behind its back.
  return runs(await sharedList()) || runs(await listProcesses());
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

let listing: Promise<readonly ListedProcess[]> | undefined;

/** Whoever asks while a list is being made gets that one: many groups may be ended at once. */
function sharedList(): Promise<readonly ListedProcess[]> {
  listing ??= listProcesses().finally(() => (listing = undefined));
  return listing;
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
