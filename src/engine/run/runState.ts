import type { OurWorker, ParallelRun } from '../../rules/parallel';
import { later, laterWaits, waitedUntil, waitingFrom, type Wait } from '../../rules/parallel/workTime';
import type { RunEntry, RunEntryOf, RunMode } from './runEntry';

/** What the journal adds up to: everything that our loop must know after a crash and cannot read elsewhere. */
export interface RunState {
  /** Absent: no loop ever ran on this track. */
  readonly runId?: string;
  readonly mode?: RunMode;
  readonly iteration: number;
  /** True when the last run was ended, not broken off. */
  readonly ended: boolean;
  readonly run: ParallelRun;
  /** Agents whose end is not written down, of this run or of an earlier one. */
  readonly open: readonly OpenAgent[];
  /** Recorded completions that plan.md may not show yet. */
  readonly unmarked: readonly RunEntryOf<'completed'>[];
  /** Answers of a person, by question. */
  readonly answers: ReadonlyMap<string, string>;
}

/** An agent that was to be started. Without `process` nobody knows whether it was. */
export interface OpenAgent {
  readonly intent: RunEntryOf<'intent'>;
  readonly process?: {
    readonly pid: number;
    readonly processStart?: string;
    /** Computer of the loop that started it; absent when the journal does not say. */
    readonly host?: string;
  };
}

/** Total: an entry that fits nothing before it changes nothing. Linear in the entries. */
export function runStateOf(entries: readonly RunEntry[]): RunState {
  const fold = new RunFold();
  for (const entry of entries) fold.take(entry);
  return fold.state();
}

/** The same, entry by entry. */
export class RunFold {
  private runId: string | undefined;
  private mode: RunMode | undefined;
  private iteration = 0;
  private ended = false;
  private workers = new Map<string, OurWorker>();
  private completed = new Map<string, RunEntryOf<'completed'>>();
  /** Whether plan.md has a box for it. */
  private marked = new Map<string, 'shown' | 'boxless'>();
  private finishedGroups = new Set<string>();
  private forgiven = new Map<string, number>();
  private groupTimeFrom = new Map<string, string>();
  private answers = new Map<string, string>();
  private readonly open = new Map<string, OpenAgent>();
  private readonly earlier = new Map<string, OurWorker>();
  private last: string | undefined;
  private host: string | undefined;

  take(entry: RunEntry): void {
    this.follow(entry);
    this.last = entry.at;
  }

  private follow(entry: RunEntry): void {
    switch (entry.kind) {
      case 'run-started':
        if (entry.runId !== this.runId) this.begin(entry.runId);
        // The time in which no loop ran counts against nobody.
        else if (this.last !== undefined)
          this.shift(Math.max(0, Date.parse(entry.at) - Date.parse(this.last)));
        this.mode = entry.mode;
        this.host = entry.host;
        this.ended = false;
        return;
      case 'iteration':
        this.iteration = entry.iteration;
        return;
      case 'intent':
        this.open.set(entry.workerId, { intent: entry });
        if (entry.task !== undefined) {
          this.workers.set(entry.workerId, {
            workerId: entry.workerId,
            taskId: entry.task,
            startedAt: entry.at,
            state: 'running',
            locks: entry.locks,
          });
        }
        return;
      case 'cancelled':
        this.open.delete(entry.workerId);
        this.workers.delete(entry.workerId);
        return;
      case 'spawned': {
        const open = this.open.get(entry.workerId);
        if (!open) return;
        const { pid, processStart } = entry;
        this.open.set(entry.workerId, {
          ...open,
          process: {
            pid,
            ...(processStart === undefined ? {} : { processStart }),
            ...(this.host === undefined ? {} : { host: this.host }),
          },
        });
        this.change(entry.workerId, { startedAt: entry.at });
        return;
      }
      case 'ended': {
        this.open.delete(entry.workerId);
        this.waits(entry.workerId, (waits) => waitedUntil(waits, entry.at));
        this.change(entry.workerId, endOf(entry));
        return;
      }
      case 'completed':
        this.completed.set(entry.task, entry);
        return;
      case 'plan-marked':
        this.marked.set(entry.task, entry.boxless === true ? 'boxless' : 'shown');
        return;
      case 'group-finished':
        this.finishedGroups.add(entry.group);
        return;
      case 'forgiven':
        this.forgiven.set(entry.task, entry.failures);
        return;
      case 'more-time':
        this.groupTimeFrom.set(entry.group, entry.at);
        return;
      case 'answered':
        this.answers.set(entry.question, entry.answer);
        return;
      case 'suspended':
        this.shift(entry.ms);
        return;
      case 'waiting':
        this.waits(entry.workerId, (waits) => waitingFrom(waits, entry.at));
        return;
      case 'waited':
        this.waits(entry.workerId, (waits) => waitedUntil(waits, entry.at));
        return;
      case 'run-ended':
        this.ended = true;
        return;
    }
  }

  state(): RunState {
    return {
      ...(this.runId === undefined ? {} : { runId: this.runId }),
      ...(this.mode === undefined ? {} : { mode: this.mode }),
      iteration: this.iteration,
      ended: this.ended,
      run: {
        workers: [...this.workers.values()],
        completed: [...this.completed.keys()],
        boxless: [...this.marked].flatMap(([task, how]) => (how === 'boxless' ? [task] : [])),
        earlier: [...this.earlier.values()],
        finishedGroups: [...this.finishedGroups],
        forgiven: Object.fromEntries(this.forgiven),
        groupTimeFrom: Object.fromEntries(this.groupTimeFrom),
      },
      open: [...this.open.values()],
      unmarked: [...this.completed.values()].filter(({ task }) => !this.marked.has(task)),
      answers: this.answers,
    };
  }

  /**
   * A new run starts clean. But a process that an earlier one left behind is still there, and so is a completion that
   * nobody else may have: one that plan.md does not show. One that it showed is plan.md's, where a person may take it back.
   */
  private begin(runId: string): void {
    this.runId = runId;
    this.iteration = 0;
    for (const [workerId, worker] of this.workers) {
      if (this.open.has(workerId)) continue;
      this.earlier.set(workerId, worker);
      this.workers.delete(workerId);
    }
    for (const [task, how] of this.marked) {
      if (how !== 'shown') continue;
      this.completed.delete(task);
      this.marked.delete(task);
    }
    this.finishedGroups = new Set();
    this.forgiven = new Map();
    this.groupTimeFrom = new Map();
    this.answers = new Map();
  }

  private change(workerId: string, change: Partial<OurWorker>): void {
    const worker = this.workers.get(workerId);
    if (worker) this.workers.set(workerId, { ...worker, ...change });
  }

  private waits(workerId: string, change: (waits: readonly Wait[]) => readonly Wait[]): void {
    const before = this.workers.get(workerId)?.waits ?? [];
    const waits = change(before);
    if (waits !== before && waits.length > 0) this.change(workerId, { waits });
  }

  /** Workers that have ended count, too: the limit of a group is counted from the start of its first one. */
  private shift(ms: number): void {
    for (const { workerId, startedAt } of this.workers.values()) {
      this.change(workerId, { startedAt: later(startedAt, ms) });
      this.waits(workerId, (waits) => laterWaits(waits, ms));
    }
    for (const [group, from] of this.groupTimeFrom) this.groupTimeFrom.set(group, later(from, ms));
  }
}

function endOf({ how, outcome, why }: RunEntryOf<'ended'>): Pick<OurWorker, 'state' | 'error'> {
  if (outcome === 'passed' || outcome === 'skipped') return { state: 'complete' };
  if (outcome === 'stopped' || how === 'notStarted') return { state: 'stopped' };
  const state = outcome === 'person' ? 'unclear' : outcome === 'blocked' ? 'blocked' : 'failed';
  return { state, error: why ?? outcome };
}
