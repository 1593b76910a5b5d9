import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { hasCode } from '../../store/ioError';

/** What the engine asks about processes of this computer. */
export interface Processes {
  /**
   * When the process started, as a text that only serves to be compared: a process id is used again, together with
   * this it is not. `undefined` when there is no such process or the system does not tell.
   */
  startOf(pid: number): Promise<string | undefined>;
  /** Whether that very process runs. Without `processStart` the id alone decides. */
  alive(pid: number, processStart?: string): Promise<boolean>;
}

/** Asks the operating system: `/proc` where there is one, else `ps`; on Windows the id alone. */
export class NodeProcesses implements Processes {
  async startOf(pid: number): Promise<string | undefined> {
    if (process.platform === 'linux') return linuxProcess(pid)?.start;
    if (process.platform === 'win32') return undefined;
    try {
      const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)], {
        env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
      });
      return stdout.trim().replace(/\W+/g, '-') || undefined;
    } catch {
      // `ps` fails for a process that is not there.
      return undefined;
    }
  }

  async alive(pid: number, processStart?: string): Promise<boolean> {
    try {
      process.kill(pid, 0);
    } catch (error) {
      if (!hasCode(error, 'EPERM')) return false;
    }
    if (process.platform === 'linux' && linuxProcess(pid)?.zombie) return false;
    if (processStart === undefined) return true;
    const start = await this.startOf(pid);
    return start === undefined || start === processStart;
  }
}

/** The same as long as this process lives. */
let bootId: string | undefined;

/** Clock ticks since the computer was started, with the id of that start. A zombie has ended; only nobody asked yet. */
function linuxProcess(pid: number): { start: string; zombie: boolean } | undefined {
  try {
    // No disk is asked: the kernel answers at once.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
    // The name stands in brackets and may hold anything; the state is the first field behind it, the start the 20th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { start: `${bootId}-${fields[19]}`, zombie: fields[0] === 'Z' };
  } catch {
    return undefined;
  }
}
