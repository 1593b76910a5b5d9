import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { AgentProvider } from '../../../../src/engine/agentProvider';
import type { AgentJob } from '../../../../src/engine/run/agentJob';
import { NodeBackgroundAgents } from '../../../../src/engine/run/nodeBackgroundAgents';
import { NodeProcesses } from '../../../../src/engine/run/processes';
import { RunAgents } from '../../../../src/engine/run/runAgents';
import type { RunContext, RunPlace } from '../../../../src/engine/run/runContext';
import type { RunEntry } from '../../../../src/engine/run/runEntry';
import type { RunEventBody } from '../../../../src/engine/run/runEvent';
import { RunJournal } from '../../../../src/engine/run/runJournal';
import { RunLog } from '../../../../src/engine/run/runLog';
import type { BackgroundAgents, RunPorts } from '../../../../src/engine/run/runPorts';
import { defaultParallelSettings } from '../../../../src/rules/parallel';
import { DiskFileEditor } from '../../../../src/store/fileEditor';
import { temporaryFolder } from '../../cli/conductorProcess';

/** Waits until it holds: processes take their time, and how much nobody knows. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 1000; tries++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`In 10 s it never came about that ${what}.`);
}

/** Really runs: neither gone, nor a zombie that nobody asked for. */
export function runs(pid: number): Promise<boolean> {
  return new NodeProcesses().alive(pid);
}

/** The number that a process wrote into a file. */
export async function pidIn(file: string): Promise<number> {
  await until(
    `${file} holds a process id`,
    () => existsSync(file) && /^\d+$/.test(readFileSync(file, 'utf8')),
  );
  return Number(readFileSync(file, 'utf8'));
}

/** An agent that is this script, run by Node; what it is told is its first argument. */
export function scripted(script: string): AgentProvider {
  return { name: 'scripted', executable: process.execPath, args: ['-e', script, '--', '{prompt}'] };
}

const journals: RunJournal[] = [];

/** For afterEach. */
export async function closeScenes(): Promise<void> {
  await Promise.all(journals.splice(0).map((journal) => journal.close()));
}

export interface SceneOptions {
  /** Time limit of agents. */
  readonly limitMs?: number;
  readonly outputLimit?: number;
  readonly signal?: AbortSignal;
  readonly agents?: BackgroundAgents;
  readonly trackId?: string;
  /** The project; default: a new one. */
  readonly folder?: string;
  /** Go on with the journal of this one, which was broken off. */
  readonly in?: Scene;
}

/** A run of one track in a temporary folder: real files, real processes; only its clock and its waits are quick. */
export class Scene {
  readonly events: RunEventBody[] = [];
  readonly place: RunPlace;
  readonly ports: RunPorts;
  readonly context: RunContext;
  readonly desk: RunAgents;
  /** What sleeps of ours were asked for, in ms. */
  readonly waits: number[] = [];
  /** The computer's clock is so many ms ahead of what it was. */
  ahead = 0;
  /** By so many ms every sleep of ours takes longer than it was asked to, for the clock. */
  everySleep = 0;

  private constructor(
    readonly folder: string,
    readonly journal: RunJournal,
    readonly log: RunLog,
    place: RunPlace,
    provider: AgentProvider,
    o: SceneOptions,
  ) {
    this.place = place;
    const processes = new NodeProcesses();
    this.ports = {
      editor: new DiskFileEditor({ settleMs: 0 }),
      clock: () => this.now(),
      git: { headCommit: () => Promise.resolve(undefined) },
      agents: o.agents ?? new NodeBackgroundAgents({ processes, graceMs: 300 }),
      processes,
      tracks: { read: () => Promise.reject(new Error('No track is read here.')) },
      newId: randomUUID,
      sleep: (ms, signal) =>
        new Promise((resolve) => {
          this.waits.push(ms);
          this.ahead += this.everySleep;
          const timer = setTimeout(resolve, Math.min(ms, 20));
          signal?.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
        }),
      confirm: () => Promise.resolve('yes'),
    };
    const settings = {
      provider,
      mode: 'through',
      parallel: defaultParallelSettings,
      agentTimeLimitMs: o.limitMs ?? 60_000,
      onUserQuestion: 'stop',
    } as const;
    const emit = (event: RunEventBody): void => void this.events.push(event);
    const { ports } = this;
    const { signal: stopped, outputLimit } = o;
    this.desk = new RunAgents({ settings, emit, place, log, ports, signal: stopped, outputLimit });
    const { signal } = new AbortController();
    this.context = { ports, settings, place, log, desk: this.desk, emit, signal };
  }

  static async make(provider: AgentProvider, o: SceneOptions = {}): Promise<Scene> {
    const folder = o.folder ?? o.in?.folder ?? temporaryFolder();
    const trackId = o.trackId ?? o.in?.place.trackId ?? 'login';
    const root = join(folder, 'conductor');
    const trackFolder = join(root, 'tracks', trackId);
    const bus = join(trackFolder, '.message-bus');
    const runFolder = join(bus, 'run');
    mkdirSync(runFolder, { recursive: true });
    const place = { root, projectRoot: folder, trackFolder, trackId, bus, runFolder };
    const journal = await RunJournal.open(runFolder);
    journals.push(journal);
    const log = new RunLog(journal, () => new Date());
    await log.append({ kind: 'run-started', runId: 'r1', host: hostname(), pid: 1, mode: 'through' });
    return new Scene(folder, journal, log, place, provider, o);
  }

  now(): Date {
    return new Date(Date.now() + this.ahead);
  }

  job(more: Partial<AgentJob> = {}): AgentJob {
    return {
      id: `executor-EXECUTE-20260101000000-${randomUUID().slice(0, 4)}`,
      role: 'executor',
      agent: 'loop-executor',
      prompt: 'Do it.',
      step: 'EXECUTE',
      attempt: 1,
      locks: [],
      ...more,
    };
  }

  /** Kinds of the journal's entries since the start of the run, as they stand on the disk. */
  kinds(): string[] {
    return this.entries().map(({ kind }) => kind);
  }

  entries(): RunEntry[] {
    const text = readFileSync(this.journal.file, 'utf8').trim();
    return text
      .split('\n')
      .map((line) => JSON.parse(line) as RunEntry)
      .filter(({ kind }) => kind !== 'run-started');
  }
}
