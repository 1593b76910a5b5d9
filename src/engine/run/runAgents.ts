import { mkdir } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { EditRefusal } from '../../model/edit';
import { loopSteps, type LoopStep } from '../../model/loopState';
import { later, laterWaits, waitedUntil, waitingFrom, type Wait } from '../../rules/parallel/workTime';
import { containedNewPath, containedPath } from '../../store/contain';
import { reasonOf } from '../../store/ioError';
import { megabytes } from '../../store/limits';
import { commandOf } from '../agentProvider';
import { AgentStartError } from '../ports';
import { agentEnvironment } from './agentEnvironment';
import {
  agentRoles,
  type AgentDesk,
  type AgentJob,
  type AgentRole,
  type RunningAgent,
  type StartResult,
} from './agentJob';
import { AgentRun, type AlreadyOver } from './agentRun';
import { largestOutput, outputSize } from './outputFile';
import type { RunPlace, RunSettings } from './runContext';
import type { RunEventBody } from './runEvent';
import type { RunLog } from './runLog';
import type { AgentProcess, RunPorts } from './runPorts';
import type { OpenAgent } from './runState';

export interface RunAgentsOptions {
  readonly ports: RunPorts;
  readonly place: RunPlace;
  readonly settings: RunSettings;
  readonly log: RunLog;
  emit(event: RunEventBody): void;
  /** Once it is aborted no process is started any more. */
  readonly signal?: AbortSignal;
  /** Bytes that an agent may print before it is stopped; default 64 MB. */
  readonly outputLimit?: number;
}

/** How often running agents are looked at, in ms: a flood of output fills a disk in seconds. */
const lookMs = 100;
/** A prompt of more bytes than this is no argument: Linux takes 128 kB in one, Windows 32 kB in all. */
const longestArgument = process.platform === 'win32' ? 24_000 : 100_000;
/** A look that comes later than this, in ms, says that the computer slept. */
const sleptMs = 2 * 60_000;

/** The agents of one run, as processes: the journal knows of each before it starts and after its end was judged. */
export class RunAgents implements AgentDesk {
  /** Newest last. Also those that have ended: something that they left behind may still run. */
  private readonly agents: AgentRun[] = [];
  private readonly starting = new Set<Promise<unknown>>();
  /** Why all are being stopped, while they are; more than one may ask for it. */
  private readonly stops: string[] = [];
  private watching = false;
  /** Ends the watch's wait once nothing runs, so that no timer keeps the process alive. */
  private wake = new AbortController();

  constructor(private readonly o: RunAgentsOptions) {}

  get running(): readonly RunningAgent[] {
    return this.live;
  }

  start(job: AgentJob, prepare?: () => Promise<EditRefusal | undefined>): Promise<StartResult> {
    const started = this.begin(job, prepare);
    this.starting.add(started);
    const forget = (): boolean => this.starting.delete(started);
    started.then(forget, forget);
    return started;
  }

  async adopt(open: OpenAgent): Promise<RunningAgent | undefined> {
    const { ports, log } = this.o;
    const job = jobOf(open);
    const since = timeOf(open, log);
    const outputFile = this.outputFileOf(job.id);
    const found = await ports.agents.adopt(outputFile, open.process);
    if (found) {
      const { pid, processStart } = found;
      const started = { pid, ...(processStart === undefined ? {} : { processStart }) };
      if (!open.process) await log.append({ kind: 'spawned', workerId: job.id, ...started });
      return this.take(job, since, found, true, this.limitOf(job));
    }
    const left = await this.endLeftBehind(job.id);
    if (!open.process && left === 0 && (await outputSize(outputFile)) === 0) {
      const why = 'The loop ended before it was started.';
      await log.append({ kind: 'cancelled', workerId: job.id, why });
      return undefined;
    }
    const { pid = 0 } = open.process ?? {};
    const why = open.process
      ? `Process ${pid} ended while no loop was watching.`
      : 'It was started, and ended while no loop was watching.';
    return this.take(job, since, { pid, how: 'lost', why }, true);
  }

  /** What an agent that is gone left running would work on beside the next one. */
  private async endLeftBehind(id: string): Promise<number> {
    try {
      const left = await this.o.ports.agents.endLeftBehind(this.outputFileOf(id));
      if (left > 0) {
        const message = `${id} was gone, but ${left === 1 ? 'a process' : `${left} processes`} that it had started still ran: ended.`;
        this.o.emit({ event: 'warning', message });
      }
      return left;
    } catch (error) {
      this.warn(id, error);
      return 1;
    }
  }

  async stopAll(why: string): Promise<void> {
    this.stops.push(why);
    try {
      do {
        await Promise.allSettled(this.starting);
        await Promise.all(this.live.map((agent) => agent.stop('stopped', why)));
      } while (this.starting.size > 0 || this.live.length > 0);
      await Promise.all(this.agents.map((agent) => agent.endProcess()));
    } finally {
      this.stops.splice(this.stops.indexOf(why), 1);
    }
  }

  async letWait(ids: ReadonlySet<string>): Promise<void> {
    const { ports, log } = this.o;
    for (const agent of this.live) {
      const workerId = agent.job.id;
      const waits = ids.has(workerId);
      if (waits === agent.isWaiting) continue;
      agent.letWait(waits, ports.clock());
      await log.append({ kind: waits ? 'waiting' : 'waited', workerId });
    }
  }

  private get live(): AgentRun[] {
    return this.agents.filter((agent) => !agent.isOver);
  }

  private get stopReason(): string | undefined {
    return this.stops[0] ?? (this.o.signal?.aborted ? 'The run is being stopped.' : undefined);
  }

  private async begin(
    job: AgentJob,
    prepare: (() => Promise<EditRefusal | undefined>) | undefined,
  ): Promise<StartResult> {
    const { ports, log } = this.o;
    if (basename(job.id) !== job.id || job.id.includes('\\'))
      throw new RangeError(`${job.id} is no file name.`);
    const { id: workerId, agent, role, step, task, attempt, locks } = job;
    const ofTask = task === undefined ? {} : { task };
    if (this.stopReason !== undefined) {
      return {
        cancelled: { code: 'run-stopping', message: `${workerId} was not started: ${this.stopReason}` },
      };
    }
    await log.append({ kind: 'intent', workerId, agent, role, step, ...ofTask, attempt, locks: [...locks] });
    let cancelled: EditRefusal | undefined;
    try {
      cancelled = await prepare?.();
    } catch (error) {
      await log.append({ kind: 'cancelled', workerId, why: reasonOf(error) });
      throw error;
    }
    if (cancelled) {
      await log.append({ kind: 'cancelled', workerId, why: cancelled.message });
      return { cancelled };
    }
    // What was prepared is in place, so its caller hears of an agent that was stopped, not of none.
    const stopped = this.stopReason;
    if (stopped !== undefined) {
      const over: AlreadyOver = { pid: 0, how: 'stopped', why: stopped };
      return { running: this.take(job, { startedAt: ports.clock().toISOString() }, over, false) };
    }
    let process: AgentProcess;
    try {
      process = await this.spawn(job);
    } catch (error) {
      // Who said no to this agent stopped the run with it: that is no failure to ask about.
      if (error instanceof AgentStartError && error.code === 'cancelled' && this.stopReason !== undefined) {
        const over: AlreadyOver = { pid: 0, how: 'stopped', why: this.stopReason };
        return { running: this.take(job, { startedAt: ports.clock().toISOString() }, over, false) };
      }
      const why = error instanceof Error ? error.message : String(error);
      const ended = { how: 'notStarted', outcome: 'failed', why } as const;
      await log.append({ kind: 'ended', workerId, ...ended });
      this.o.emit({ event: 'agent-ended', id: workerId, ...ofTask, ...ended });
      if (error instanceof AgentStartError) return { notStarted: error };
      throw error;
    }
    const { pid, processStart } = process;
    try {
      await log.append({
        kind: 'spawned',
        workerId,
        pid,
        ...(processStart === undefined ? {} : { processStart }),
      });
    } catch (error) {
      // Nobody would know of it after a crash.
      await process.stop().catch((stillRuns: unknown) => this.warn(job.id, stillRuns));
      throw error;
    }
    const startedAt = ports.clock().toISOString();
    return { running: this.take(job, { startedAt }, process, false, this.limitOf(job)) };
  }

  private async spawn(job: AgentJob): Promise<AgentProcess> {
    const { ports, place, settings } = this.o;
    const name = `${job.agent}: ${place.trackId}`;
    const outputFile = this.outputFileOf(job.id);
    const answerFile = job.answerFile ?? join(place.runFolder, 'answers', `${job.id}.json`);
    for (const file of [outputFile, answerFile]) {
      // The output's own name is not followed when it is opened; Windows cannot be told so.
      const own = file === outputFile && globalThis.process.platform !== 'win32';
      if ((await (own ? containedNewPath : containedPath)(place.root, file)) === undefined) {
        throw new AgentStartError(
          'failed',
          `${name} was not started: ${file} leads out of ${place.root}. Remove the symbolic link.`,
        );
      }
    }
    // Who opens the output makes its folder where it is not there.
    try {
      await mkdir(dirname(answerFile), { recursive: true });
    } catch (error) {
      throw new AgentStartError(
        'failed',
        `${name} was not started: ${dirname(answerFile)} could not be made: ${reasonOf(error)}.`,
      );
    }
    const invocation = commandOf(settings.provider, {
      prompt: await this.promptFor(job, name),
      track: place.trackId,
      trackDir: slashed(relative(place.projectRoot, place.trackFolder)),
      root: place.projectRoot,
      step: job.step,
      agent: job.agent,
    });
    return ports.agents.start(invocation, {
      outputFile,
      environment: agentEnvironment(job, place, { answer: answerFile, output: outputFile }),
    });
  }

  /** A prompt that is too long to be an argument goes into a file, and the agent is told to read that. */
  private async promptFor(job: AgentJob, name: string): Promise<string> {
    if (Buffer.byteLength(job.prompt) <= longestArgument) return job.prompt;
    const { ports, place } = this.o;
    const file = join(place.runFolder, 'prompts', `${job.id}.md`);
    const made = await ports.editor.create({ root: place.root, file, text: job.prompt });
    if ('refused' in made) {
      throw new AgentStartError('failed', `${name} was not started: ${made.refused.message}`);
    }
    return `Read the file ${slashed(relative(place.projectRoot, file))} from its first line to its last, and do what it says.`;
  }

  /** From here on the agent is one of the desk. */
  private take(
    job: RunningAgent['job'],
    time: AgentTime,
    source: AgentProcess | AlreadyOver,
    adopted: boolean,
    timeLimitMs?: number,
  ): AgentRun {
    const { log, outputLimit = largestOutput } = this.o;
    const outputFile = this.outputFileOf(job.id);
    const limits = { outputLimit, ...(timeLimitMs === undefined ? {} : { timeLimitMs }) };
    const run = new AgentRun(
      { job, outputFile, ...time, adopted, ...limits, log, emit: (event) => this.o.emit(event) },
      source,
    );
    this.agents.push(run);
    if (run.isOver) return run;
    const { id, role, agent, step, task, attempt } = job;
    const ofTask = task === undefined ? {} : { task };
    const { pid } = run;
    this.o.emit({
      event: 'agent-started',
      id,
      role,
      agent,
      step,
      ...ofTask,
      attempt,
      pid,
      adopted,
      ...(adopted ? { startedAt: run.startedAt } : {}),
      outputFile,
    });
    void run.finished.then(() => {
      if (this.live.length === 0) this.wake.abort();
    });
    if (!this.watching) void this.watchOver();
    return run;
  }

  /** One watch for all: it also keeps our process alive while an agent runs. */
  private async watchOver(): Promise<void> {
    const { ports } = this.o;
    this.watching = true;
    while (this.live.length > 0) {
      this.wake = new AbortController();
      const before = ports.clock().getTime();
      await ports.sleep(lookMs, this.wake.signal);
      const late = ports.clock().getTime() - before - lookMs;
      if (late > sleptMs) await this.slept(late);
      await Promise.all(this.live.map((agent) => this.look(agent)));
    }
    this.watching = false;
  }

  /** The computer slept: that counts against nobody. */
  private async slept(ms: number): Promise<void> {
    const { log } = this.o;
    for (const agent of this.live) agent.shift(ms);
    this.o.emit({ event: 'suspended', ms });
    try {
      await log.append({ kind: 'suspended', ms });
    } catch (error) {
      // Whoever writes next hears of it as well, and stops the run.
      this.warn('The sleep of the computer was not written down', error);
    }
  }

  private async look(agent: AgentRun): Promise<void> {
    const { ports, outputLimit = largestOutput } = this.o;
    if (agent.timeLimitMs !== undefined && agent.overtime(ports.clock()) > 0) {
      void agent.stop('timeLimit', `It ran longer than ${durationText(agent.timeLimitMs)}.`);
    } else if ((await outputSize(agent.outputFile)) > outputLimit) {
      void agent.stop('outputLimit', `It printed more than ${megabytes(outputLimit)}.`);
    }
  }

  private warn(about: string, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.o.emit({ event: 'warning', message: `${about}: ${message}` });
  }

  private outputFileOf(id: string): string {
    return join(this.o.place.runFolder, `${id}.log`);
  }

  /** Workers have no limit of ours: whoever starts them gives them one, or stops them. */
  private limitOf(job: { readonly role: AgentRole; readonly timeLimitMs?: number }): number | undefined {
    return job.timeLimitMs ?? (job.role === 'worker' ? undefined : this.o.settings.agentTimeLimitMs);
  }
}

/** The parts of a job that the journal has kept. */
function jobOf({ intent }: OpenAgent): RunningAgent['job'] {
  const { workerId: id, agent, task, attempt, locks } = intent;
  const step = loopSteps.find((one): one is LoopStep => one === intent.step) ?? 'EXECUTE';
  const role = agentRoles.find((one) => one === intent.role) ?? (task === undefined ? 'executor' : 'worker');
  return { id, role, agent, step, ...(task === undefined ? {} : { task }), attempt, locks };
}

/** Since when an agent works, and when it waited for a person. */
interface AgentTime {
  /** ISO */
  readonly startedAt: string;
  readonly waits?: readonly Wait[];
}

/** Of an earlier run: what the computer slept, and the time in which no loop ran, is taken off. */
function timeOf({ intent: { workerId } }: OpenAgent, { entries }: RunLog): AgentTime {
  let startedAt: string | undefined;
  let waits: readonly Wait[] = [];
  let last = new Date(0).toISOString();
  for (const entry of entries) {
    const { at } = entry;
    const unwatched =
      entry.kind === 'suspended'
        ? entry.ms
        : entry.kind === 'run-started'
          ? Math.max(0, Date.parse(at) - Date.parse(last))
          : 0;
    if (startedAt !== undefined && unwatched > 0) {
      startedAt = later(startedAt, unwatched);
      waits = laterWaits(waits, unwatched);
    }
    last = at;
    if (!('workerId' in entry) || entry.workerId !== workerId) continue;
    if (entry.kind === 'intent' || entry.kind === 'spawned') startedAt = at;
    else if (entry.kind === 'waiting') waits = waitingFrom(waits, at);
    else if (entry.kind === 'waited') waits = waitedUntil(waits, at);
  }
  return { startedAt: startedAt ?? last, waits };
}

function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} minutes`;
}

function slashed(path: string): string {
  return path.split(sep).join('/');
}
