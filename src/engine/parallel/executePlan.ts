import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { eventFileName } from '../../files/busWriting';
import { workerIdFor } from '../../files/workerFiles';
import type { EscalationRequest } from '../../model/escalationRequest';
import type { Track } from '../../model/track';
import type { EscalationTrigger } from '../../rules/loopFacts';
import { parallelDecisions, type ParallelDecision } from '../../rules/parallel';
import { taskGraphOf, type TaskGraph } from '../../rules/taskGraph';
import { plainTaskId } from '../../rules/taskGraph/graphTask';
import { reasonOf } from '../../store/ioError';
import { TaskMessages } from '../../store/taskMessages';
import { PromptTemplateError } from '../prompts/renderPrompt';
import type { AgentEnd, RunningAgent } from '../run/agentJob';
import { readPromptOverrides } from '../run/promptOverrides';
import type { RunContext } from '../run/runContext';
import { RunJournalError } from '../run/runJournal';
import { ensureBus, postEvent, postMessage } from './bus';
import { cleanUpWorkers } from './cleanUpWorkers';
import { gathering, pauseOf, type Execution } from './execution';
import { lockFiles, unlockFiles } from './fileLocks';
import { completeTask, failTask, reopen, setAside, withdrawTask, type Unwritten } from './finishTask';
import { judgeWorker } from './judgeWorker';
import { PlanMarks } from './planMarks';
import { recordProgress } from './recordProgress';
import { startWorker, type StartDecision } from './startWorker';
import { taskEscalations } from './taskEscalations';
import { beatFor } from './workerStatus';

type Escalations = readonly EscalationRequest<EscalationTrigger>[];

export type ExecuteResult =
  | { readonly outcome: 'passed'; readonly why: string }
  | { readonly outcome: 'person'; readonly escalations: Escalations }
  | { readonly outcome: 'stopped' };

/** How often the bus is looked at while nothing ends, and how often workers get a sign of life (FORMATS §4.9, timings). */
const tickMs = 5_000;
const lingerMs = 50;
const beatMs = 5 * 60_000;
/** Rounds in a row in which the same things could not be written, until a person is asked. */
const mostTries = 3;

/**
 * Carries out EXECUTE with workers in parallel (spec 003, "Parallel Execution System"): reads the track, decides by the
 * rules (parallelDecisions), starts, stops and records, waits for the end of a worker or for five seconds, and reads
 * again, until everything is complete or only a person can go on. Goes on where an earlier run was broken off; whatever
 * becomes of it, no worker of ours runs any more when it has ended.
 *
 * Throws TrackGoneError, and what the desk throws for defects.
 */
export async function executePlan(context: RunContext): Promise<ExecuteResult> {
  const run = new ParallelExecute(context);
  try {
    return await run.run();
  } catch (error) {
    await run.stopWorkers('The run was broken off.').catch(() => undefined);
    if (error instanceof RunJournalError || error instanceof RunBroken)
      return { outcome: 'person', escalations: [broken(error.message)] };
    if (context.signal.aborted) return { outcome: 'stopped' };
    throw error;
  }
}

/** What the run stands on is not there any more. The message says what, and what to do. */
class RunBroken extends Error {
  override readonly name = 'RunBroken';
}

/** Why a worker is being stopped, and what that counts as. */
interface Stop {
  readonly counts: 'failed' | 'stopped';
  readonly why: string;
  /** Posted when it has ended and its locks are released. */
  readonly message?: Extract<ParallelDecision, { kind: 'abort' }>['message'];
}

class ParallelExecute {
  private readonly context: RunContext;
  private readonly messages: TaskMessages;
  private readonly plan: PlanMarks;
  private readonly running = new Map<string, RunningAgent>();
  private readonly ended: { readonly agent: RunningAgent; readonly end: AgentEnd }[] = [];
  private readonly stops = new Map<string, Stop>();
  private readonly halts: EscalationRequest<EscalationTrigger>[] = [];
  private track!: Track;
  private graph!: TaskGraph;
  private wake: () => void = () => undefined;
  private declined = false;
  private failedRounds = 0;
  private beatAt: number;

  constructor(given: RunContext) {
    this.context = gathering(given);
    this.messages = new TaskMessages(given.place.root, join(given.place.bus, 'queue.jsonl'));
    this.plan = new PlanMarks(given.ports.editor, pauseOf(given));
    this.beatAt = given.ports.clock().getTime();
  }

  async run(): Promise<ExecuteResult> {
    const made = await ensureBus(this.context);
    if (made) return { outcome: 'person', escalations: [broken(made.message)] };
    await this.read();
    await this.resume();
    for (;;) {
      if (this.context.signal.aborted) return this.stop();
      const end = await this.round();
      if (end) return end;
    }
  }

  /** Stops all and records what became of them, as far as it can be recorded. */
  async stopWorkers(why: string): Promise<void> {
    for (const id of this.running.keys())
      if (!this.stops.has(id)) this.stops.set(id, { counts: 'stopped', why });
    await Promise.all([...this.running.values()].map((agent) => agent.stop('stopped', why)));
    await Promise.all([...this.running.values()].map(({ finished }) => finished));
    const ended = this.ended.splice(0);
    await this.read();
    await this.recordEnds(ended);
  }

  private async stop(): Promise<ExecuteResult> {
    await this.stopWorkers('The run was stopped.');
    return { outcome: 'stopped' };
  }

  /** One look at everything, and what follows from it. Undefined: look again. */
  private async round(): Promise<ExecuteResult | undefined> {
    if (!(await this.journalIsThere())) {
      throw new RunBroken(
        `${this.journal()} was deleted while the run went on, so it cannot be resumed from there: its workers were stopped. What plan.md and metadata.json say is true; start the run again.`,
      );
    }
    // What they said last is older than this reading.
    const ended = this.ended.splice(0);
    await this.read();
    const unwritten = await this.recordEnds(ended);
    const decisions = this.decide();
    const carried = await this.carryOut(decisions);
    this.failedRounds = (unwritten ?? carried) ? this.failedRounds + 1 : 0;
    if (this.failedRounds >= mostTries) this.halt(broken((unwritten ?? carried)!.message));
    const end = await this.ending(decisions);
    if (end) return end;
    await this.beat();
    const recorded = decisions.some(({ kind }) => kind === 'recordDone');
    if (!recorded || unwritten || carried) await this.wait();
    return undefined;
  }

  private async read(): Promise<void> {
    const [track] = await Promise.all([
      this.context.ports.tracks.read(),
      this.messages.read().catch((error: unknown) => {
        throw new RunBroken(
          `${join(this.context.place.bus, 'queue.jsonl')} cannot be read (${reasonOf(error)}), so nobody can say which tasks are complete. Make it readable, then start the run again.`,
        );
      }),
    ]);
    if (track === this.track) return;
    this.track = track;
    this.graph = taskGraphOf(track);
  }

  private decide(): ParallelDecision[] {
    const { run } = this.context.log.state();
    const ours = new Set(run.workers.map(({ workerId }) => workerId));
    // A snapshot keeps the tail of the queue only: what scrolled out of it stays complete. Of our own workers the
    // journal knows better.
    const inSight = new Set(
      this.track.bus?.messages.flatMap(({ payload }) => {
        const id = payload['task_id'];
        return typeof id === 'string' || typeof id === 'number' ? [plainTaskId(String(id))] : [];
      }),
    );
    const others = this.messages
      .completed((source) => source === undefined || !ours.has(source))
      .filter((id) => !inSight.has(id));
    return parallelDecisions(
      this.graph,
      this.track.bus,
      others.length === 0 ? run : { ...run, completed: [...new Set([...run.completed, ...others])] },
      this.context.settings.parallel,
      this.context.ports.clock(),
    );
  }

  // --- going on ---

  private async carryOut(decisions: readonly ParallelDecision[]): Promise<Unwritten> {
    const starts: StartDecision[] = [];
    const recorded: Promise<Unwritten>[] = [];
    for (const decision of decisions) {
      switch (decision.kind) {
        case 'start':
        case 'retry':
          starts.push(decision);
          break;
        case 'abort':
          this.abort(decision);
          break;
        case 'recordDone':
          recorded.push(this.recordDone(decision.taskId, decision.because));
          break;
        case 'finishGroup':
          await this.context.log.append({ kind: 'group-finished', group: decision.group });
          this.context.emit({
            event: 'group-finished',
            group: decision.group,
            outcome: decision.outcome,
            why: decision.because,
          });
          break;
        case 'wait':
        case 'escalate':
        case 'finish':
          break;
      }
    }
    const refused = (await Promise.all(recorded)).find((one) => one !== undefined);
    if (recorded.length > 0) await this.progress();
    return (await this.start(starts)) ?? refused;
  }

  /** Ends our worker; what it left behind is recorded when it has ended. */
  private abort({ workerId, cause, because, message }: Extract<ParallelDecision, { kind: 'abort' }>): void {
    const agent = this.running.get(workerId);
    if (!agent || this.stops.has(workerId)) return;
    const timely = cause === 'workerTimeout' || cause === 'groupTimeout';
    this.stops.set(workerId, {
      // The limit of the group and a task that is no more are not the worker's fault.
      counts: cause === 'groupTimeout' || cause === 'notNeeded' ? 'stopped' : 'failed',
      why: because,
      ...(message ? { message } : {}),
    });
    void agent.stop(timely ? 'timeLimit' : 'stopped', because);
  }

  private async recordDone(taskId: string, because: string): Promise<Unwritten> {
    const commit = this.messages.about(taskId).findLast((message) => message.commit !== undefined)?.commit;
    const refused = await completeTask(this.execution(), {
      taskId,
      ...(commit === undefined ? {} : { commit }),
    });
    if (!refused) this.context.emit({ event: 'task', task: taskId, state: 'complete', why: because });
    return refused;
  }

  private async start(decisions: readonly StartDecision[]): Promise<Unwritten> {
    if (decisions.length === 0 || this.halts.length > 0 || this.declined) return undefined;
    if (this.context.signal.aborted || !(await this.confirmed(decisions))) return undefined;
    const taken = new Set([
      ...this.context.log.state().run.workers.map(({ workerId }) => workerId),
      ...(this.track.bus?.workers ?? []).map(({ workerId }) => workerId),
    ]);
    const overrides = await readPromptOverrides(this.context.place.root);
    const results = await Promise.all(
      decisions.map((decision) => {
        const workerId = workerIdFor(decision.taskId, this.context.ports.clock(), taken);
        taken.add(workerId);
        return this.startOne(decision, workerId, overrides);
      }),
    );
    return results.find((refused) => refused !== undefined);
  }

  private async startOne(
    decision: StartDecision,
    workerId: string,
    overrides: Readonly<Record<string, string>>,
  ): Promise<Unwritten> {
    const { taskId, kind, because } = decision;
    const node = this.graph.nodes.find(({ id }) => id === taskId);
    if (!node) return undefined;
    try {
      const started = await startWorker(this.execution(), decision, node, workerId, overrides);
      if ('running' in started) {
        this.follow(started.running);
        this.context.emit({
          event: 'task',
          task: taskId,
          state: kind === 'retry' ? 'retried' : 'started',
          worker: workerId,
          why: because,
        });
      }
      if ('notStarted' in started) this.halt(notStarted(started.notStarted));
      return 'refused' in started ? started.refused : undefined;
    } catch (error) {
      if (!(error instanceof PromptTemplateError)) throw error;
      this.halt(notStarted(error.message));
      return undefined;
    }
  }

  private async confirmed(decisions: readonly StartDecision[]): Promise<boolean> {
    const { settings, ports, signal } = this.context;
    if (settings.mode !== 'confirm-all') return true;
    const tasks = decisions.map(({ taskId }) => taskId).join(', ');
    const aborted = new Promise<'no'>((resolve) =>
      signal.addEventListener('abort', () => resolve('no'), { once: true }),
    );
    const answer = await Promise.race([
      ports.confirm({
        kind: 'dispatch',
        what: `Start ${decisions.length === 1 ? 'a worker' : `${decisions.length} workers`} for ${tasks}.`,
        why: decisions[0]!.because,
      }),
      aborted,
    ]);
    this.declined = answer !== 'yes';
    return !this.declined;
  }

  // --- ends ---

  private follow(agent: RunningAgent): void {
    this.running.set(agent.job.id, agent);
    void agent.finished.then((end) => {
      this.ended.push({ agent, end });
      this.wake();
    });
  }

  /** Judges the workers that have ended since, and records what became of their tasks. */
  private async recordEnds(ended: typeof this.ended): Promise<Unwritten> {
    if (ended.length === 0) return undefined;
    let last: Parameters<typeof recordProgress>[1];
    const results = await Promise.all(
      ended.map(async ({ agent, end }) => {
        const { completed, refused } = await this.recordEnd(agent, end);
        if (completed) last = completed;
        return refused;
      }),
    );
    await this.progress(last);
    for (const refused of results)
      if (refused) this.context.emit({ event: 'warning', message: refused.message });
    return results.find((refused) => refused !== undefined);
  }

  private async recordEnd(
    agent: RunningAgent,
    end: AgentEnd,
  ): Promise<{ readonly completed?: { taskId: string; commit?: string }; readonly refused?: Unwritten }> {
    const { id: workerId, task: taskId = '' } = agent.job;
    const worker = { workerId, taskId };
    const stop = this.stops.get(workerId);
    this.running.delete(workerId);
    this.stops.delete(workerId);
    const node = this.graph.nodes.find(({ id }) => id === taskId);
    const judged = judgeWorker({
      workerId,
      taskId,
      end: stop ? { ...end, why: stop.why } : end,
      messages: this.messages.about(taskId),
      ticked: node?.state === 'done',
    });
    const said = (state: 'complete' | 'failed' | 'stopped', why: string): void =>
      this.context.emit({ event: 'task', task: taskId, state, worker: workerId, why });
    // Killed with the run, before it said anything: its attempt counts for nothing.
    const withdrawn =
      judged.verdict === 'failed' &&
      (stop?.counts === 'stopped' ||
        (stop === undefined && end.how === 'stopped' && this.context.signal.aborted));
    if (withdrawn) {
      await agent.settle('stopped', judged.why);
      await withdrawTask(this.execution(), worker);
      said('stopped', judged.why);
      return {};
    }
    switch (judged.verdict) {
      case 'complete': {
        await agent.settle('passed');
        const done = { taskId, ...(judged.commit === undefined ? {} : { commit: judged.commit }) };
        const refused = await completeTask(this.execution(), { ...done, worker: workerId });
        said('complete', `${workerId} completed it.`);
        return { completed: done, refused };
      }
      case 'failed': {
        if (stop?.message) await this.resolveDeadlock(worker, stop.message);
        await agent.settle('failed', judged.why);
        const refused = await failTask(this.execution(), worker, judged.why);
        said('failed', judged.why);
        return { refused };
      }
      case 'unclear':
        await agent.settle('person', judged.why);
        await setAside(this.execution(), worker);
        said('failed', judged.why);
        return {};
    }
  }

  /** The victim has ended: its locks go first, so that whoever reads the message can go on. */
  private async resolveDeadlock(
    worker: { readonly workerId: string; readonly taskId: string },
    message: NonNullable<Stop['message']>,
  ): Promise<void> {
    const refused =
      (await unlockFiles(this.context, worker)) ??
      (await postMessage(this.context, message.type, message.payload));
    if (refused) this.context.emit({ event: 'warning', message: refused.message });
  }

  // --- after a crash ---

  /** Takes over the workers that an earlier run left, and makes again what it may not have written to the end. */
  private async resume(): Promise<void> {
    const { log, desk } = this.context;
    const here = new Set(desk.running.map(({ job }) => job.id));
    for (const agent of desk.running) if (agent.job.role === 'worker') this.follow(agent);
    for (const open of log.state().open) {
      const { workerId, task } = open.intent;
      if (task === undefined || here.has(workerId)) continue;
      const agent = await desk.adopt(open);
      if (agent) this.follow(agent);
      else await withdrawTask(this.execution(), { workerId, taskId: task });
    }
    await this.redo();
  }

  private async redo(): Promise<void> {
    const { run, unmarked } = this.context.log.state();
    const completed = new Set(run.completed);
    const execution = this.execution();
    const worked = run.workers.filter(({ state, taskId }) => state === 'complete' && !completed.has(taskId));
    const refusals: Unwritten[] = await Promise.all([
      ...worked.map(({ taskId, workerId }) =>
        completeTask(execution, { ...this.known(taskId), worker: workerId }),
      ),
      ...unmarked.map(({ task, commit }) => {
        const worker = run.workers.findLast(({ taskId, state }) => taskId === task && state === 'complete');
        return completeTask(execution, {
          taskId: task,
          ...(commit === undefined ? {} : { commit }),
          ...(worker ? { worker: worker.workerId } : {}),
        });
      }),
      ...run.workers.filter(({ state }) => state === 'failed').map((worker) => this.failAgain(worker)),
      ...run.workers
        .filter(({ state, taskId }) => state === 'stopped' && !this.isAt(taskId) && !completed.has(taskId))
        .map(({ taskId }) => reopen(execution, taskId)),
    ]);
    const refused = refusals.find((one) => one !== undefined);
    if (refused) this.context.emit({ event: 'warning', message: refused.message });
    if (run.workers.length === 0) return;
    await cleanUpWorkers(this.context);
    if (worked.length > 0 || unmarked.length > 0) await this.progress(this.known(run.completed.at(-1)));
  }

  /** A failure of which the bus does not know yet. */
  private failAgain(worker: {
    workerId: string;
    taskId: string;
    error?: string;
  }): Promise<Unwritten> | undefined {
    const { workerId, taskId, error = 'it gave no reason' } = worker;
    const posted = this.messages
      .about(taskId)
      .some(({ source, type }) => source === workerId && type === 'TASK_FAILED');
    if (!posted) return failTask(this.execution(), worker, error);
    return this.isAt(taskId) ? undefined : reopen(this.execution(), taskId);
  }

  private isAt(taskId: string): boolean {
    return [...this.running.values()].some(({ job }) => job.task === taskId);
  }

  private known<T extends string | undefined>(taskId: T): { taskId: string; commit?: string } {
    const id = taskId ?? '';
    const commit = this.messages.about(id).findLast((message) => message.commit !== undefined)?.commit;
    return { taskId: id, ...(commit === undefined ? {} : { commit }) };
  }

  // --- the end ---

  private async ending(decisions: readonly ParallelDecision[]): Promise<ExecuteResult | undefined> {
    if (this.running.size > 0) return undefined;
    if (this.halts.length > 0) {
      const asked = this.escalations(decisions);
      return { outcome: 'person', escalations: [...this.halts, ...asked] };
    }
    if (this.declined) return { outcome: 'stopped' };
    const finish = decisions.find((decision) => decision.kind === 'finish');
    if (finish?.outcome === 'passed') return this.passed(finish.because);
    const going = decisions.some(({ kind }) => kind === 'start' || kind === 'retry' || kind === 'recordDone');
    const asks = decisions.some(
      (decision) =>
        decision.kind === 'escalate' && (decision.trigger === 'stuck' || decision.trigger === 'deadlock'),
    );
    if (finish || (asks && !going)) return { outcome: 'person', escalations: this.escalations(decisions) };
    return undefined;
  }

  private async passed(why: string): Promise<ExecuteResult> {
    await this.read();
    await this.progress();
    const name = eventFileName('PARALLEL_COMPLETE', this.context.place.trackId);
    const refused = await postEvent(this.context, name);
    if (refused) this.context.emit({ event: 'warning', message: refused.message });
    return { outcome: 'passed', why };
  }

  private escalations(decisions: readonly ParallelDecision[]): EscalationRequest<EscalationTrigger>[] {
    return taskEscalations(decisions, this.graph, this.context.log.state().run, this.context.place);
  }

  /** Nothing is started any more; what runs may end, and then a person is asked. */
  private halt(why: EscalationRequest<EscalationTrigger>): void {
    if (!this.halts.some(({ id }) => id === why.id)) this.halts.push(why);
  }

  // --- small things ---

  private execution(): Execution {
    return {
      context: this.context,
      messages: this.messages,
      plan: this.plan,
      track: this.track,
      graph: this.graph,
    };
  }

  private async progress(last?: { taskId: string; commit?: string }): Promise<void> {
    const refused = await recordProgress(this.execution(), last);
    if (refused) this.context.emit({ event: 'warning', message: refused.message });
  }

  /** Signs of life, and locks that would expire under their holders. */
  private async beat(): Promise<void> {
    const now = this.context.ports.clock().getTime();
    if (now - this.beatAt < beatMs || this.running.size === 0) return;
    this.beatAt = now;
    const refusals = await Promise.all([
      beatFor(this.context, new Set(this.running.keys())),
      ...[...this.running.values()].map(({ job }) =>
        lockFiles(this.context, { workerId: job.id, taskId: job.task ?? '' }, job.locks),
      ),
    ]);
    for (const refused of refusals) {
      if (refused) this.context.emit({ event: 'warning', message: refused.message });
    }
  }

  /** Until a worker ends, the run is stopped, or the time is up. */
  private async wait(): Promise<void> {
    if (this.context.signal.aborted) return;
    const awake = new AbortController();
    this.wake = () => awake.abort();
    if (this.ended.length === 0)
      await this.context.ports.sleep(tickMs, AbortSignal.any([awake.signal, this.context.signal]));
    this.wake = () => undefined;
    // Workers of a group often end together, and what they leave is recorded together.
    if (this.ended.length > 0) await this.context.ports.sleep(lingerMs, this.context.signal);
  }

  private journal(): string {
    return join(this.context.place.runFolder, 'journal.jsonl');
  }

  private async journalIsThere(): Promise<boolean> {
    return access(this.journal()).then(
      () => true,
      () => false,
    );
  }
}

function broken(message: string): EscalationRequest<EscalationTrigger> {
  return { id: 'run-broken:EXECUTE', trigger: 'run-broken', description: message, step: 'EXECUTE' };
}

function notStarted(message: string): EscalationRequest<EscalationTrigger> {
  return {
    id: 'agent-not-started:EXECUTE',
    trigger: 'agent-not-started',
    description: message,
    step: 'EXECUTE',
  };
}
