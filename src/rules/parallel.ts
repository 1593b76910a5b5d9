import { pathsCollide, plainFilePath } from '../model/filePath';
import type { MessageBus } from '../model/messageBus';
import { expiredLocks } from './busRules';
import { groupKnots } from './parallel/groupKnots';
import type { ParallelDecision, WaitsFor } from './parallel/parallelDecision';
import { attemptsOf, type TaskAttempts } from './parallel/taskAttempts';
import { dependentsOf } from './parallel/taskFlow';
import { foreignDeadlocks, workerAborts, type WorkersNow } from './parallel/workerAborts';
import type { OurWorker, ParallelRun, ParallelSettings } from './parallel/parallelRun';
import { workedMs } from './parallel/workTime';
import type { TaskGraph, TaskLane, TaskNode } from './taskGraph';

export { parallelAllowed, type ParallelAnswer } from './parallel/parallelAllowed';
export type { ParallelDecision, WaitsFor } from './parallel/parallelDecision';
export { defaultParallelSettings, emptyRun } from './parallel/parallelRun';
export type { OurWorker, ParallelRun, ParallelSettings } from './parallel/parallelRun';
export { pausedBy, unblockedBy } from './parallel/taskFlow';

/**
 * What a parallel run does now (spec 003, "Parallel Execution", "Failure Isolation", "Deadlock Detection"; FORMATS §4.9).
 * Total and deterministic: depends on its arguments only, and says about each open task why it does not go on. Other
 * tools' workers and locks are respected, never stopped or released.
 *
 * The caller carries the decisions out, notes them in `run`, and asks again after every change.
 */
export function parallelDecisions(
  graph: TaskGraph,
  bus: MessageBus | undefined,
  run: ParallelRun,
  settings: ParallelSettings,
  now: Date,
): ParallelDecision[] {
  return new Scheduler(graph, bus, run, settings, now).decide();
}

class Scheduler {
  private readonly bus: MessageBus | undefined;
  private readonly attempts: (id: string) => TaskAttempts;
  private readonly nodes: ReadonlyMap<string, TaskNode>;
  private readonly done: ReadonlySet<string>;
  /** Open tasks that a person must look at, and why. */
  private readonly halted = new Map<string, Extract<ParallelDecision, { kind: 'escalate' }>>();
  private readonly paused: ReadonlyMap<string, string>;
  private readonly conflicting: ReadonlySet<string>;
  private readonly groups: ReadonlyMap<string, TaskLane>;
  private readonly knots: ReadonlyMap<string, readonly string[]>;
  private readonly foreignLocks: readonly {
    readonly path: string;
    readonly workerId: string;
    /** It says neither when it was taken nor when it ends. */
    readonly endless: boolean;
  }[];
  private readonly running: readonly OurWorker[];
  private readonly overdue: ReadonlyMap<string, string>;

  constructor(
    private readonly graph: TaskGraph,
    bus: MessageBus | undefined,
    private readonly run: ParallelRun,
    private readonly settings: ParallelSettings,
    private readonly now: Date,
  ) {
    this.bus = bus && withoutEnded(bus, run);
    this.attempts = attemptsOf(bus, run, now, settings.workerTimeoutMs);
    this.nodes = new Map(graph.nodes.map((node) => [node.id, node]));
    this.done = new Set(graph.nodes.filter((node) => this.isDone(node)).map(({ id }) => id));
    this.running = run.workers.filter(({ state }) => state === 'running');
    this.conflicting = new Set(graph.conflicts.flatMap(({ tasks }) => tasks));
    this.groups = new Map(graph.lanes.filter(({ kind }) => kind === 'group').map((lane) => [lane.id, lane]));
    this.knots = groupKnots(this.groups.values(), this.nodes);
    const ours = new Set(run.workers.map(({ workerId }) => workerId));
    const expired = bus ? new Set(expiredLocks(bus, now).map(({ lock }) => lock)) : undefined;
    this.foreignLocks = (bus?.locks ?? [])
      .filter((lock) => !ours.has(lock.workerId) && !expired?.has(lock))
      .map(({ path, workerId, acquiredAt, expiresAt }) => ({
        path: plainFilePath(path),
        workerId,
        endless: acquiredAt === undefined && expiresAt === undefined,
      }));
    this.overdue = this.overdueGroups();
    this.findHalted();
    this.paused = this.findPaused();
  }

  decide(): ParallelDecision[] {
    const { running, bus, nodes, overdue } = this;
    const workers: WorkersNow = { running, bus, nodes, overdue };
    const aborts = workerAborts(workers, this.settings, this.now);
    const decisions: ParallelDecision[] = [...aborts];
    const stopping = new Set(aborts.map(({ workerId }) => workerId));
    // Who is being stopped still has its files and its place until its process has ended.
    const taken = this.running.flatMap((worker) =>
      this.pathsOf(worker.taskId, worker.locks).map((path) => ({ path, by: worker.workerId })),
    );
    let free = Math.max(0, Math.floor(this.settings.maxWorkers) || 0) - this.running.length;
    for (const node of this.graph.nodes) {
      const decision = this.decideTask(node, stopping, taken, free);
      if (!decision) continue;
      decisions.push(decision);
      if (decision.kind !== 'start' && decision.kind !== 'retry') continue;
      free -= 1;
      taken.push(...this.pathsOf(node.id, []).map((path) => ({ path, by: `the worker of ${node.id}` })));
    }
    for (const [group, because] of this.overdue) {
      decisions.push({
        kind: 'escalate',
        id: `group-timeout:${group}`,
        trigger: 'group-timeout',
        group,
        because,
      });
    }
    decisions.push(
      ...foreignDeadlocks(workers, this.now),
      ...this.finishedGroups(),
      ...this.ending(decisions),
    );
    return decisions;
  }

  // --- one task ---

  private decideTask(
    node: TaskNode,
    stopping: ReadonlySet<string>,
    taken: readonly { readonly path: string; readonly by: string }[],
    free: number,
  ): ParallelDecision | undefined {
    const { id: taskId } = node;
    const wait = (waits: WaitsFor, because: string): ParallelDecision => ({
      kind: 'wait',
      taskId,
      for: waits,
      because,
    });
    const known = this.attempts(taskId);
    if (known.ours) {
      const { workerId } = known.ours;
      return wait(
        'running',
        stopping.has(workerId) ? `${workerId} is being stopped.` : `${workerId} is at it.`,
      );
    }
    const halted = this.halted.get(taskId);
    if (halted) return halted;
    if (this.done.has(taskId)) {
      if (node.state === 'done' || node.state === 'skipped' || node.ghost === 'missing') return undefined;
      if (node.taskId === undefined || this.run.boxless?.includes(taskId)) return undefined;
      return {
        kind: 'recordDone',
        taskId,
        because: `It is complete (${known.complete}), but plan.md does not say so yet.`,
      };
    }
    if (known.other) {
      const { workerId, silentMs } = known.other;
      const silent =
        silentMs === undefined ? '' : `, though it has been silent for ${Math.floor(silentMs / 60_000)} min`;
      return wait('otherWorker', `${workerId}, which this run did not start, is at it${silent}.`);
    }
    const pausedFor = this.paused.get(taskId);
    if (pausedFor !== undefined)
      return wait('paused', `${pausedFor} needs a person first, and it depends on it.`);
    if (node.marker === 'doing' && !known.begun) {
      return wait(
        'person',
        `plan.md:${node.line} marks it [~], and no worker is known: somebody may be at it. Mark it [ ] to have it started.`,
      );
    }
    const open = node.dependsOn.filter((id) => !this.done.has(id));
    if (open.length > 0) return wait('dependency', `It depends on ${listed(open)}.`);
    if (node.group !== undefined && this.overdue.has(node.group))
      return wait('group', this.overdue.get(node.group)!);
    const held = this.groupWaitsFor(node);
    if (held.length > 0)
      return wait('group', `Its group ${node.group} starts when ${listed(held)} ${are(held)} complete.`);
    const files = this.pathsOf(taskId, []);
    for (const path of files) {
      const user = taken.find((other) => pathsCollide(other.path, path));
      if (user) return wait('files', `${user.by} works on ${user.path}.`);
      const lock = this.foreignLocks.find((other) => pathsCollide(other.path, path));
      if (lock) {
        const holder = `${lock.workerId}, which this run did not start, holds the lock of ${lock.path}`;
        // Nobody would ever hear of it, were it waited for.
        return lock.endless
          ? wait('person', `${holder}, and it has no end. Remove it from locks.json if that worker is gone.`)
          : wait('files', `${holder}.`);
      }
    }
    if (free <= 0) return wait('workers', `All ${this.settings.maxWorkers} workers are busy.`);
    const attempt = known.failures.length - this.forgiven(taskId) + 1;
    const retry = known.failures.length > 0;
    return {
      kind: retry ? 'retry' : 'start',
      taskId,
      ...(node.group === undefined ? {} : { group: node.group }),
      attempt: retry ? Math.max(2, attempt) : 1,
      locks: this.needsLocks(node) ? files : [],
      because: retry
        ? `${known.failures.at(-1)!.worker} failed: ${known.failures.at(-1)!.error.slice(0, 300)}. ${this.settings.retries} retries are allowed.`
        : node.dependsOn.length === 0
          ? 'It depends on nothing.'
          : `${listed(node.dependsOn)} ${are(node.dependsOn)} complete.`,
    };
  }

  private isDone(node: TaskNode): boolean {
    return node.state === 'done' || node.state === 'skipped' || this.attempts(node.id).complete !== undefined;
  }

  private forgiven(taskId: string): number {
    const { forgiven } = this.run;
    return forgiven && Object.hasOwn(forgiven, taskId) ? forgiven[taskId]! : 0;
  }

  /** A group that does not promise to be free of conflicts, or that breaks the promise, works with locks. */
  private needsLocks(node: TaskNode): boolean {
    if (this.conflicting.has(node.id)) return true;
    return node.group === undefined || this.groups.get(node.group)?.conflictFree !== true;
  }

  private pathsOf(taskId: string, locks: readonly string[]): string[] {
    const files = this.nodes.get(taskId)?.files ?? [];
    return [...new Set([...files, ...locks].map(plainFilePath))].filter((path) => path !== '');
  }

  /**
   * A group is ready when every dependency of every task in it is complete (FORMATS §4.8). One that waits for a person
   * does not hold up the tasks that do not need it (spec 003, "Failure Isolation").
   */
  private groupWaitsFor(node: TaskNode): string[] {
    const lane = node.group === undefined ? undefined : this.groups.get(node.group);
    if (!lane) return [];
    const members = new Set(this.knots.get(lane.id) ?? lane.tasks);
    const needs = new Set(
      lane.tasks.filter((id) => !this.done.has(id)).flatMap((id) => this.nodes.get(id)?.dependsOn ?? []),
    );
    return [...needs].filter(
      (id) => !members.has(id) && !this.done.has(id) && !this.halted.has(id) && !this.paused.has(id),
    );
  }

  // --- what needs a person ---

  private findHalted(): void {
    const halt = (
      taskId: string,
      trigger: 'task-failed' | 'contradiction' | 'blocked',
      because: string,
    ): void => {
      this.halted.set(taskId, { kind: 'escalate', id: `${trigger}:${taskId}`, trigger, taskId, because });
    };
    const circles = new Map(this.graph.cycles.flatMap((cycle) => cycle.map((id) => [id, cycle] as const)));
    for (const node of this.graph.nodes) {
      const { id } = node;
      const { contradiction, blocked, failures, ours, other } = this.attempts(id);
      if (node.state === 'done' || node.state === 'skipped') continue;
      if (contradiction !== undefined)
        halt(id, 'contradiction', `${contradiction}: a person says which of them is true.`);
      else if (this.done.has(id)) continue;
      else if (node.ghost === 'missing')
        halt(id, 'blocked', `Tasks depend on ${id}, which neither the dag nor plan.md has.`);
      else if (circles.has(id))
        halt(id, 'blocked', `${listed(circles.get(id)!)} wait for each other in a circle.`);
      else if (node.marker === 'blocked') halt(id, 'blocked', `plan.md:${node.line} marks it [!].`);
      else if (node.marker === 'unclear')
        halt(id, 'blocked', `plan.md:${node.line} has a marker with no known meaning.`);
      else if (node.needsPerson)
        halt(id, 'blocked', `${id} is for a person to do and to tick (plan.md:${node.line}).`);
      else if (blocked !== undefined && !ours && !other) halt(id, 'blocked', blocked);
      else if (!ours && !other && failures.length - this.forgiven(id) > this.settings.retries) {
        const told = failures.map(({ worker, error }) => `${worker}: ${error.slice(0, 200)}`);
        // The same said by each of them is said once.
        const [first] = failures;
        const same = failures.length > 1 && failures.every(({ error }) => error === first?.error);
        const errors = same ? `Each time: ${first?.error.slice(0, 200)}` : told.join('; ');
        halt(id, 'task-failed', `It failed ${failures.length} times. ${errors}`);
      }
    }
  }

  /** Dependents of what needs a person → that task. */
  private findPaused(): ReadonlyMap<string, string> {
    const paused = new Map<string, string>();
    for (const id of this.halted.keys()) {
      for (const dependent of dependentsOf(this.graph, [id])) {
        if (!this.done.has(dependent) && !this.halted.has(dependent) && !paused.has(dependent))
          paused.set(dependent, id);
      }
    }
    return paused;
  }

  // --- workers and groups ---

  private overdueGroups(): ReadonlyMap<string, string> {
    const overdue = new Map<string, string>();
    for (const [id, lane] of this.groups) {
      if (lane.tasks.every((task) => this.done.has(task))) continue;
      const members = new Set(lane.tasks);
      const from =
        this.run.groupTimeFrom && Object.hasOwn(this.run.groupTimeFrom, id)
          ? Date.parse(this.run.groupTimeFrom[id]!)
          : undefined;
      const workers = this.run.workers.filter(({ taskId }) => members.has(taskId));
      if (workers.length === 0) continue;
      const since = workedMs(
        from ?? Math.min(...workers.map(({ startedAt }) => Date.parse(startedAt))),
        workers.flatMap(({ waits }) => waits ?? []),
        this.now.getTime(),
      );
      if (since > this.settings.groupTimeoutMs) {
        overdue.set(
          id,
          `Group ${id} has taken ${Math.floor(since / 60_000)} min; its limit is ${Math.floor(this.settings.groupTimeoutMs / 60_000)}.`,
        );
      }
    }
    return overdue;
  }

  private finishedGroups(): ParallelDecision[] {
    const finished = new Set(this.run.finishedGroups);
    return [...this.groups.values()].flatMap((lane): ParallelDecision[] => {
      if (finished.has(lane.id) || lane.tasks.length === 0) return [];
      if (lane.tasks.some((id) => this.attempts(id).ours || this.attempts(id).other)) return [];
      const open = lane.tasks.filter((id) => !this.done.has(id) || this.halted.has(id));
      if (open.length === 0)
        return [
          {
            kind: 'finishGroup',
            group: lane.id,
            outcome: 'complete',
            because: 'All its tasks are complete.',
          },
        ];
      if (!open.every((id) => this.halted.has(id) || this.paused.has(id))) return [];
      return [
        {
          kind: 'finishGroup',
          group: lane.id,
          outcome: 'partial',
          because: `${listed(open)} ${open.length === 1 ? 'needs' : 'need'} a person; the others are complete.`,
        },
      ];
    });
  }

  /** The run is over, or it is stuck: then a person hears why. */
  private ending(decisions: readonly ParallelDecision[]): ParallelDecision[] {
    if (this.running.length > 0) return [];
    const moving = decisions.some(
      (d) =>
        d.kind === 'start' ||
        d.kind === 'retry' ||
        d.kind === 'recordDone' ||
        d.kind === 'abort' ||
        (d.kind === 'wait' && (d.for === 'otherWorker' || d.for === 'files')),
    );
    if (moving) return [];
    const open = this.graph.nodes.filter(({ id, ghost }) => ghost !== 'missing' && !this.done.has(id));
    if (open.length === 0 && this.halted.size === 0) {
      return [{ kind: 'finish', outcome: 'passed', because: 'All tasks are complete.' }];
    }
    const because = `${listed(open.map(({ id }) => id))} cannot go on.`;
    if (decisions.some(({ kind }) => kind === 'escalate'))
      return [{ kind: 'finish', outcome: 'failed', because }];
    const reasons = decisions.flatMap((d) => (d.kind === 'wait' ? [`${d.taskId}: ${d.because}`] : []));
    return [
      {
        kind: 'escalate',
        id: 'stuck',
        trigger: 'stuck',
        because: `Nothing runs and nothing can start. ${reasons.slice(0, 5).join(' ')}`,
      },
    ];
  }
}

/** A worker of ours that has ended waits for nobody, whatever it said last. */
function withoutEnded(bus: MessageBus, run: ParallelRun): MessageBus {
  const ended = new Set(
    run.workers.filter(({ state }) => state !== 'running').map(({ workerId }) => workerId),
  );
  return { ...bus, waiting: bus.waiting.filter(({ source }) => !ended.has(source)) };
}

function listed(ids: readonly string[]): string {
  return ids.length <= 5 ? ids.join(', ') : `${ids.slice(0, 4).join(', ')} and ${ids.length - 4} more`;
}

function are(ids: readonly string[]): string {
  return ids.length === 1 ? 'is' : 'are';
}
