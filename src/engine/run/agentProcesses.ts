import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { hasCode } from '../../store/ioError';
import { AgentStopError } from './processGroup';
import { inParts, listProcesses, mayBeEnded, type ListedProcess } from './processList';
import type { Processes } from './processes';

/**
 * Every process of an agent has the path of the agent's output file in its environment under this name, what it started
 * itself too, wherever that has gone. No text in a file can put it there: it is what tells a process of ours from one
 * that somebody only names.
 */
export const agentMark = 'CONDUCTOR_OUTPUT';

/** A process that a journal names: a file that lies in the repository, so anybody may have written it. */
export interface NamedProcess {
  readonly pid: number;
  readonly processStart?: string;
  /** Of the loop that wrote it. */
  readonly host?: string;
}

/** How often it is looked for what still runs, in ms: first, and at most. */
const firstLookMs = 20;
const longestLookMs = 200;

/**
 * Whether a process that is named is really the agent with this output file, and runs: on this computer, started when it
 * says, the leader of its group, and with the mark in its environment. Windows tells none of the last three.
 */
export async function isAgent(
  { pid, processStart, host }: NamedProcess,
  outputFile: string,
  processes: Processes,
): Promise<boolean> {
  if (host !== hostname() || pid <= 1 || pid === process.pid) return false;
  if (!(await processes.alive(pid, processStart))) return false;
  if (process.platform === 'win32') return true;
  if (processStart === undefined || (await processes.startOf(pid)) !== processStart) return false;
  if ((await markOf(pid)) !== outputFile) return false;
  const list = await listProcesses();
  return mayBeEnded(pid, list) && list.some((one) => one.pid === pid && one.group === pid);
}

/**
 * The agent with this output file, which nothing names: it leads a group, and no process of the same agent started it.
 * When the agent is gone this may be something that it had started as the leader of a group. Not on Windows.
 */
export async function findAgent(outputFile: string): Promise<number | undefined> {
  const all = await processesOf(outputFile);
  const pids = new Set(all.map(({ pid }) => pid));
  return all.find(({ pid, group, parent }) => pid === group && !pids.has(parent))?.pid;
}

/**
 * Ends every process with the mark of this agent, in whatever session or group it is: politely, and with force when it
 * still runs after `graceMs`. Windows tells of none.
 * @returns how many there were.
 * @throws AgentStopError when one runs on, `graceMs` (at least a second) after force.
 */
export async function endProcessesOf(outputFile: string, graceMs: number): Promise<number> {
  const ended = new Set<number>();
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const withinMs = signal === 'SIGKILL' ? Math.max(graceMs, 1000) : graceMs;
    let look = firstLookMs;
    const told = new Set<number>();
    for (let waited = 0; ; waited += look) {
      const left = await processesOf(outputFile);
      if (left.length === 0) return ended.size;
      if (waited >= withinMs) {
        if (signal === 'SIGKILL') throw new AgentStopError(left[0]!.pid);
        break;
      }
      // Told once; one that was started meanwhile is told as well.
      for (const { pid } of left.filter((one) => !told.has(one.pid))) {
        told.add(pid);
        ended.add(pid);
        await tell(pid, signal, outputFile);
      }
      look = Math.min(look * 1.5, longestLookMs, withinMs - waited);
      await sleep(look);
    }
  }
  return ended.size;
}

async function tell(pid: number, signal: NodeJS.Signals, outputFile: string): Promise<void> {
  // Asked again: the list took its time, and its id may be another's by now.
  if ((await markOf(pid)) !== outputFile) return;
  try {
    process.kill(pid, signal);
  } catch (error) {
    // Gone meanwhile; or not ours to end, which is found out when it does not go.
    if (!hasCode(error, 'ESRCH', 'EPERM')) throw error;
  }
}

async function processesOf(outputFile: string): Promise<readonly ListedProcess[]> {
  if (process.platform === 'win32') return [];
  return (await marked()).get(outputFile) ?? [];
}

type Marked = ReadonlyMap<string, readonly ListedProcess[]>;
let making: Promise<unknown> = Promise.resolve();
let next: Promise<Marked> | undefined;

/** A list that is begun after it was asked for. Who asks while one is made shares the next: many agents end at once. */
function marked(): Promise<Marked> {
  next ??= making.then(() => {
    next = undefined;
    const made = markedNow();
    making = made.catch(() => undefined);
    return made;
  });
  return next;
}

/** The processes of our user that run with a mark, by its value, and that may be ended. */
async function markedNow(): Promise<Marked> {
  const [list, markOfOne] = await Promise.all([listProcesses(), marksNow()]);
  const running = list.filter(({ zombie }) => !zombie);
  const marks = await inParts(running, ({ pid }) => markOfOne(pid));
  const byMark = new Map<string, ListedProcess[]>();
  for (const [i, one] of running.entries()) {
    const mark = marks[i];
    if (mark === undefined || !mayBeEnded(one.pid, list)) continue;
    byMark.set(mark, [...(byMark.get(mark) ?? []), one]);
  }
  return byMark;
}

async function marksNow(): Promise<(pid: number) => Promise<string | undefined>> {
  if (process.platform === 'linux') return linuxMark;
  const lines = await linesWithEnvironment(['-x']);
  const marks = new Map(lines.map((line) => [Number.parseInt(line, 10), markIn(line)]));
  return (pid) => Promise.resolve(marks.get(pid));
}

async function markOf(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') return linuxMark(pid);
  const [line = ''] = await linesWithEnvironment(['-p', String(pid)]);
  return markIn(line);
}

async function linuxMark(pid: number): Promise<string | undefined> {
  try {
    if ((await stat(`/proc/${pid}`)).uid !== process.geteuid?.()) return undefined;
    const variables = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0');
    return variables.find((one) => one.startsWith(`${agentMark}=`))?.slice(agentMark.length + 1);
  } catch {
    // It ended, or belongs to somebody else: then it is none of our agents.
    return undefined;
  }
}

/** `ps` shows the environment of our own user's processes only, behind the command, with blanks between. */
async function linesWithEnvironment(which: readonly string[]): Promise<readonly string[]> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-Eww', ...which, '-o', 'pid=,command='], {
      maxBuffer: 2 ** 26,
    });
    return stdout.split('\n');
  } catch {
    // It fails when no process fits.
    return [];
  }
}

/** Paths may hold blanks: the value goes on until the next variable. */
function markIn(line: string): string | undefined {
  return new RegExp(` ${agentMark}=(.*?)(?: [A-Za-z_][A-Za-z0-9_]*=|\\s*$)`).exec(line)?.[1];
}
