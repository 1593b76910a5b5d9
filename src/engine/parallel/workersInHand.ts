import type { ParallelDecision } from '../../rules/parallel';
import type { AgentEnd, RunningAgent } from '../run/agentJob';
import type { RunContext } from '../run/runContext';

/** How often the bus is looked at while nothing ends (FORMATS §4.9, timings). */
const tickMs = 5_000;
/** Workers of a group often end together; what they leave is recorded together. */
const lingerMs = 50;

/** Why a worker is being stopped, and what that counts as. */
export interface Stop {
  readonly counts: 'failed' | 'stopped';
  readonly why: string;
  /** Posted when it has ended and its locks are released. */
  readonly message?: Extract<ParallelDecision, { kind: 'abort' }>['message'];
}

/** A worker that has ended; `stop` when it was us who ended it. */
export interface EndedAgent {
  readonly agent: RunningAgent;
  readonly end: AgentEnd;
  readonly stop?: Stop;
}

/** The workers of this run, from their start until their end has been taken. */
export class WorkersInHand {
  private readonly agents = new Map<string, RunningAgent>();
  private readonly stops = new Map<string, Stop>();
  private readonly ended: { readonly agent: RunningAgent; readonly end: AgentEnd }[] = [];
  private wake: () => void = () => undefined;

  get running(): readonly RunningAgent[] {
    return [...this.agents.values()];
  }

  isAt(taskId: string): boolean {
    return this.running.some(({ job }) => job.task === taskId);
  }

  has(workerId: string): boolean {
    return this.agents.has(workerId);
  }

  follow(agent: RunningAgent): void {
    this.agents.set(agent.job.id, agent);
    void agent.finished.then((end) => {
      this.ended.push({ agent, end });
      this.wake();
    });
  }

  /** Ends a worker, once; its end comes with the others. */
  stop(workerId: string, how: 'stopped' | 'timeLimit', stop: Stop): void {
    const agent = this.agents.get(workerId);
    if (!agent || this.stops.has(workerId)) return;
    this.stops.set(workerId, stop);
    void agent.stop(how, stop.why);
  }

  /** Resolves when none runs any more. */
  async stopAll(why: string): Promise<void> {
    for (const { job } of this.running) this.stop(job.id, 'stopped', { counts: 'stopped', why });
    await Promise.all(this.running.map(({ finished }) => finished));
  }

  /** Those that have ended since; they are in hand no more. */
  takeEnded(): EndedAgent[] {
    return this.ended.splice(0).map(({ agent, end }) => {
      const { id } = agent.job;
      const stop = this.stops.get(id);
      this.agents.delete(id);
      this.stops.delete(id);
      return { agent, end, ...(stop ? { stop } : {}) };
    });
  }

  /** Until a worker ends, the run is stopped, or it is time to look again. */
  async wait({ ports, signal }: RunContext): Promise<void> {
    if (signal.aborted) return;
    if (this.ended.length === 0) {
      const awake = new AbortController();
      this.wake = () => awake.abort();
      await ports.sleep(tickMs, AbortSignal.any([awake.signal, signal]));
      this.wake = () => undefined;
    }
    if (this.ended.length > 0) await ports.sleep(lingerMs, signal);
  }
}
