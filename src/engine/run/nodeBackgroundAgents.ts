import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:fs';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasCode } from '../../store/ioError';
import { agentStartError } from '../agentStartError';
import { AgentStartError, type AgentExit, type AgentInvocation } from '../ports';
import { agentMark, endProcessesOf, findAgent, isAgent, type NamedProcess } from './agentProcesses';
import { whyNotOpened } from './outputFile';
import { endGroup, groupExists } from './processGroup';
import { NodeProcesses, type Processes } from './processes';
import type { AgentProcess, BackgroundAgents, BackgroundOptions, StopOptions } from './runPorts';

/** How often a process that is not our child is looked at, in ms. */
const adoptedLookMs = 250;

/**
 * Agents as processes of this computer, each the leader of a process group of its own, so that neither the end of our
 * process nor Ctrl+C in our terminal ends them, and so that they can be ended with all that they started. What left the
 * group is known by the mark in its environment.
 *
 * A running agent does not keep our process alive by itself: who waits for one (RunAgents) does. Windows: batch files
 * (`claude.cmd`) are not started, see agentStartError; a process is told from another one by its id alone.
 */
export class NodeBackgroundAgents implements BackgroundAgents {
  private readonly processes: Processes;
  private readonly graceMs: number;

  constructor(o: { readonly processes?: Processes; readonly graceMs?: number } = {}) {
    this.processes = o.processes ?? new NodeProcesses();
    this.graceMs = o.graceMs ?? 5000;
  }

  async start(invocation: AgentInvocation, o: BackgroundOptions): Promise<AgentProcess> {
    const output = await openOutput(o.outputFile, invocation.name);
    let started: { readonly pid: number; readonly finished: Promise<AgentExit> };
    try {
      started = await startChild(invocation, { ...o.environment, [agentMark]: o.outputFile }, output.fd);
    } finally {
      await output.close();
    }
    const { pid, finished } = started;
    const known = { pid, processStart: await this.processes.startOf(pid), outputFile: o.outputFile };
    return new GroupProcess(known, finished, true, this);
  }

  async adopt(outputFile: string, named?: NamedProcess): Promise<AgentProcess | undefined> {
    let found: Pick<NamedProcess, 'pid' | 'processStart'>;
    if (named) {
      if (!(await isAgent(named, outputFile, this.processes))) return undefined;
      found = named;
    } else {
      const pid = await findAgent(outputFile);
      if (pid === undefined) return undefined;
      found = { pid, processStart: await this.processes.startOf(pid) };
    }
    const { pid, processStart } = found;
    const finished = new Promise<AgentExit>((resolve) => {
      const look = async (): Promise<void> => {
        if (!(await this.processes.alive(pid, processStart))) resolve({ exitCode: undefined });
        else setTimeout(() => void look(), adoptedLookMs).unref();
      };
      void look();
    });
    return new GroupProcess({ pid, processStart, outputFile }, finished, false, this);
  }

  endLeftBehind(outputFile: string): Promise<number> {
    return endProcessesOf(outputFile, this.graceMs);
  }

  /**
   * Ends the group of a process, if it is still that process's group: an id that belongs to another process by now is
   * never signalled. While something of a group lives the system gives its id to no new process, so a group without its
   * leader is what the leader left behind. Then everything else that has the mark of the agent.
   */
  async end(one: {
    readonly pid: number;
    readonly processStart: string | undefined;
    readonly sureAlive: boolean;
    readonly hasEnded: boolean;
    /** Nothing of its group is left. */
    readonly isGone: boolean;
    readonly outputFile: string;
    readonly force: boolean;
  }): Promise<void> {
    const graceMs = one.force ? 0 : this.graceMs;
    if (!one.isGone && (await this.isStillIts(one))) await endGroup(one.pid, graceMs);
    await endProcessesOf(one.outputFile, graceMs);
  }

  private async isStillIts(one: {
    readonly pid: number;
    readonly processStart: string | undefined;
    readonly sureAlive: boolean;
    readonly hasEnded: boolean;
  }): Promise<boolean> {
    const { pid, processStart } = one;
    if (one.sureAlive || (!one.hasEnded && (await this.processes.alive(pid, processStart)))) return true;
    const start = await this.processes.startOf(pid);
    return start === undefined || start === processStart;
  }
}

class GroupProcess implements AgentProcess {
  private hasEnded = false;
  /** Nothing of its group was left when it ended: from then on the id may be anybody's. */
  private isGone = false;
  private stopping: Promise<void> | undefined;

  constructor(
    private readonly known: {
      readonly pid: number;
      readonly processStart: string | undefined;
      readonly outputFile: string;
    },
    readonly finished: Promise<AgentExit>,
    /** Our own child: its id is not given away before we have heard of its end. */
    private readonly isChild: boolean,
    private readonly agents: NodeBackgroundAgents,
  ) {
    void finished.then(() => {
      this.hasEnded = true;
      this.isGone = process.platform === 'win32' || !groupExists(this.pid);
    });
  }

  get pid(): number {
    return this.known.pid;
  }

  get processStart(): string | undefined {
    return this.known.processStart;
  }

  stop(o: StopOptions = {}): Promise<void> {
    this.stopping ??= this.end(o.force === true).catch((error: unknown) => {
      this.stopping = undefined;
      throw error;
    });
    return this.stopping;
  }

  private async end(force: boolean): Promise<void> {
    const { known, hasEnded, isGone } = this;
    await this.agents.end({ ...known, hasEnded, isGone, force, sureAlive: this.isChild && !hasEnded });
    // What tells of the end of another's child does not keep us alive; this does.
    const stayAwake = setInterval(() => undefined, adoptedLookMs);
    await this.finished;
    clearInterval(stayAwake);
  }
}

/** The file itself, not what a symbolic link in its place points at (Windows has no such flag). */
async function openOutput(file: string, name: string): Promise<FileHandle> {
  const noFollow = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW;
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | noFollow;
  try {
    return await open(file, flags).catch(async (error: unknown) => {
      if (!hasCode(error, 'ENOENT')) throw error;
      await mkdir(dirname(file), { recursive: true });
      return open(file, flags);
    });
  } catch (error) {
    throw new AgentStartError(
      'failed',
      `${name} was not started: its output cannot be kept in ${file}: ${whyNotOpened(error)}.`,
    );
  }
}

function startChild(
  invocation: AgentInvocation,
  environment: Readonly<Record<string, string>>,
  output: number,
): Promise<{ pid: number; finished: Promise<AgentExit> }> {
  return new Promise((resolve, reject) => {
    let child: ChildProcess;
    try {
      child = spawn(invocation.executable, invocation.args, {
        cwd: invocation.cwd,
        env: { ...process.env, ...environment },
        stdio: ['ignore', output, output],
        detached: true,
        windowsHide: true,
        shell: false,
      });
    } catch (error) {
      reject(agentStartError(invocation, error));
      return;
    }
    // From here on, not after 'spawn' was heard: a short process may have ended by then.
    const finished = new Promise<AgentExit>((settle) => {
      child.once('exit', (code) => settle({ exitCode: code ?? undefined }));
    });
    child.unref();
    child.once('spawn', () => resolve({ pid: child.pid!, finished }));
    child.on('error', (error) => reject(agentStartError(invocation, error)));
  });
}
