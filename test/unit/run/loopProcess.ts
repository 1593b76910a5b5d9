import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { RunEvent } from '../../../src/engine/run/runEvent';
import { program } from '../cli/conductorProcess';
import { scriptedProvider, type ScriptedProject } from './scriptedProject';

export interface LoopEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly events: readonly RunEvent[];
  /** Lines that were no JSON object. */
  readonly torn: readonly string[];
  readonly stderr: string;
}

export interface LoopProcess {
  readonly pid: number;
  readonly events: RunEvent[];
  /** Resolves with the first event that fits, also one that has been; rejects when the loop ends without it. */
  until(fits: (event: RunEvent) => boolean): Promise<RunEvent>;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<LoopEnd>;
}

/** `conductor run <track> --json` with scripted agents, as a process of its own. */
export async function startLoop(
  project: ScriptedProject,
  words: readonly string[] = [],
): Promise<LoopProcess> {
  return startConductor(project, ['run', project.trackId, '--json', '--agent', scriptedProvider, ...words]);
}

/** Any command that streams events. */
export async function startConductor(
  project: ScriptedProject,
  words: readonly string[],
): Promise<LoopProcess> {
  const child = spawn(process.execPath, [await program(), ...words], {
    cwd: project.folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const events: RunEvent[] = [];
  const torn: string[] = [];
  const waiting = new Set<() => void>();
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  createInterface({ input: child.stdout }).on('line', (line) => {
    try {
      events.push(JSON.parse(line) as RunEvent);
    } catch {
      torn.push(line);
    }
    for (const look of waiting) look();
  });
  let over = false;
  const ended = once(child, 'close').then(([code, signal]): LoopEnd => {
    over = true;
    for (const look of waiting) look();
    return { code: code as number | null, signal: signal as NodeJS.Signals | null, events, torn, stderr };
  });
  return {
    pid: child.pid ?? 0,
    events,
    until: (fits) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = events.find(fits);
          if (found) resolve(found);
          else if (over)
            reject(new Error(`The loop ended before. ${stderr} ${JSON.stringify(events.at(-1))}`));
          else return;
          waiting.delete(look);
        };
        waiting.add(look);
        look();
      }),
    kill: (signal) => child.kill(signal),
    ended,
  };
}

/** Runs the loop to its end. */
export async function runLoopToEnd(
  project: ScriptedProject,
  words: readonly string[] = [],
): Promise<LoopEnd> {
  return (await startLoop(project, words)).ended;
}

/** Agents of a project that live, with all that they started: by their environment where the system shows it. */
export function livingAgents(project: ScriptedProject): number[] {
  const told = project.log().flatMap(({ pid, child }) => (child === undefined ? [pid] : [pid, child]));
  if (process.platform !== 'linux') return [...new Set(told)].filter(isAlive);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/environ`, 'utf8')
          .split('\0')
          .includes(`CONDUCTOR_ROOT=${project.folder}`);
      } catch {
        // Gone meanwhile, or another user's.
        return false;
      }
    })
    .map(Number);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
