import {
  isWaiting,
  laterWaits,
  waitedUntil,
  waitingFrom,
  workedMs,
  type Wait,
} from '../../rules/parallel/workTime';
import type { AgentProcess, StopOptions } from './runPorts';
import type { AgentEnd, RunningAgent } from './agentJob';
import { readOutputFile } from './outputFile';
import type { RunEntryOf } from './runEntry';
import type { RunEventBody } from './runEvent';
import type { RunLog } from './runLog';

export interface AgentRunOptions {
  readonly job: RunningAgent['job'];
  readonly outputFile: string;
  /** ISO */
  readonly startedAt: string;
  readonly adopted: boolean;
  /** When it waited for a person, as an earlier run noted it. */
  readonly waits?: readonly Wait[];
  /** Absent: nobody watches its time. */
  readonly timeLimitMs?: number;
  /** So many bytes of its output are read. */
  readonly outputLimit: number;
  readonly log: RunLog;
  emit(event: RunEventBody): void;
}

/** What is known of an agent whose process nobody follows. */
export interface AlreadyOver {
  /** 0: it never had one, or nobody knows it. */
  readonly pid: number;
  readonly how: 'lost' | 'stopped';
  readonly why: string;
}

/** One agent of a desk, from the start of its process until its end was judged. */
export class AgentRun implements RunningAgent {
  readonly pid: number;
  readonly finished: Promise<AgentEnd>;
  private started: number;
  private waits: readonly Wait[];
  private ending: Pick<AgentEnd, 'how' | 'why'> | undefined;
  private over = false;
  private settled: Promise<void> | undefined;
  /** Settles when its process could not be ended: nobody waits for it any more. */
  private readonly given: Promise<{ readonly exitCode: undefined }>;
  private giveUp!: () => void;

  constructor(
    private readonly o: AgentRunOptions,
    private readonly source: AgentProcess | AlreadyOver,
  ) {
    this.pid = source.pid;
    this.started = Date.parse(o.startedAt);
    this.waits = o.waits ?? [];
    this.given = new Promise((resolve) => (this.giveUp = () => resolve({ exitCode: undefined })));
    this.finished = this.end();
  }

  get job(): RunningAgent['job'] {
    return this.o.job;
  }

  get startedAt(): string {
    return new Date(this.started).toISOString();
  }

  get adopted(): boolean {
    return this.o.adopted;
  }

  get outputFile(): string {
    return this.o.outputFile;
  }

  get isOver(): boolean {
    return this.over;
  }

  /** By how many ms it is over its time; negative while it has some. */
  overtime(now: Date): number {
    const { timeLimitMs } = this.o;
    if (timeLimitMs === undefined) return -Infinity;
    return workedMs(this.started, this.waits, now.getTime()) - timeLimitMs;
  }

  get timeLimitMs(): number | undefined {
    return this.o.timeLimitMs;
  }

  /** The computer slept. */
  shift(ms: number): void {
    this.started += ms;
    this.waits = laterWaits(this.waits, ms);
  }

  /** It waits for the answer of a person; meanwhile its time does not count. */
  get isWaiting(): boolean {
    return isWaiting(this.waits);
  }

  letWait(waits: boolean, now: Date): void {
    this.waits = (waits ? waitingFrom : waitedUntil)(this.waits, now.toISOString());
  }

  async stop(how: 'stopped' | 'timeLimit' | 'outputLimit', why: string): Promise<AgentEnd> {
    if (!this.over) this.ending ??= { how, why };
    // A flood goes on while it is asked to end.
    await this.endProcess({ force: how === 'outputLimit' });
    return this.finished;
  }

  /** Also what an agent that has ended left running. */
  async endProcess(o: StopOptions = {}): Promise<void> {
    if ('how' in this.source) return;
    try {
      await this.source.stop(o);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.o.emit({ event: 'warning', message: `${this.job.id}: ${message}` });
      if (this.ending) this.ending = { ...this.ending, why: `${this.ending.why ?? ''} ${message}`.trim() };
      this.giveUp();
    }
  }

  settle(outcome: RunEntryOf<'ended'>['outcome'], why?: string): Promise<void> {
    this.settled ??= this.write(outcome, why);
    return this.settled;
  }

  private async end(): Promise<AgentEnd> {
    const { outputFile } = this.o;
    let ending: Pick<AgentEnd, 'how' | 'why' | 'exitCode'>;
    if ('how' in this.source) {
      this.over = true;
      ending = { how: this.source.how, why: this.source.why };
    } else {
      const { exitCode } = await Promise.race([this.source.finished, this.given]);
      this.over = true;
      ending = this.ending ?? { how: 'exited', ...(exitCode === undefined ? {} : { exitCode }) };
    }
    // One that never ran has no file.
    if (this.source.pid === 0 && ending.how === 'stopped') {
      return { ...ending, output: { markers: {}, lines: 0 }, outputFile, startedAt: this.startedAt };
    }
    const { output, trouble } = await readOutputFile(outputFile, this.o.outputLimit);
    const why = [ending.why, trouble].filter((text) => text !== undefined).join(' ');
    return { ...ending, ...(why === '' ? {} : { why }), output, outputFile, startedAt: this.startedAt };
  }

  private async write(outcome: RunEntryOf<'ended'>['outcome'], why: string | undefined): Promise<void> {
    const { how, exitCode, why: ended } = await this.finished;
    const { id, task } = this.job;
    const because = why ?? ended;
    const facts = {
      how,
      outcome,
      ...(exitCode === undefined ? {} : { exitCode }),
      ...(because === undefined ? {} : { why: because }),
    };
    await this.o.log.append({ kind: 'ended', workerId: id, ...facts });
    this.o.emit({ event: 'agent-ended', id, ...(task === undefined ? {} : { task }), ...facts });
  }
}
