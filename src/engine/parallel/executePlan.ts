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
import { readPromptOverrides } from '../run/promptOverrides';
import type { RunContext } from '../run/runContext';
import { RunJournalError } from '../run/runJournal';
import { ensureBus, postEvent } from './bus';
import { gathering, pauseOf, type Execution } from './execution';
import { lockFiles } from './fileLocks';
import { completeTask, reopen, type Unwritten } from './finishTask';
import { PlanMarks } from './planMarks';
import { recordEnd } from './recordEnd';
import { recordProgress } from './recordProgress';
import { resumeWorkers } from './resumeWorkers';
import { startWorker, type StartDecision } from './startWorker';
import { taskEscalations } from './taskEscalations';
import { WorkersInHand, type EndedAgent } from './workersInHand';
import { beatFor } from './workerStatus';

type Escalations = readonly EscalationRequest<EscalationTrigger>[];

export type ExecuteResult =
  | { readonly outcome: 'passed'; readonly why: string }
  | { readonly outcome: 'person'; readonly escalations: Escalations }
  | { readonly outcome: 'stopped' };

/** How often workers get a sign of life (FORMATS §4.9, timings). */
const beatMs = 5 * 60_000;
/** How often, in ms, and how many times plan.md is looked at before it is believed that tasks are gone from it. */
const lookMs = 1_000;
const looks = 3;
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

class ParallelExecute {
  private readonly context: RunContext;
  private readonly messages: TaskMessages;
  private readonly plan: PlanMarks;
  private readonly hand = new WorkersInHand();
  private readonly halts: EscalationRequest<EscalationTrigger>[] = [];
  private track!: Track;
  private graph!: TaskGraph;
  /** Somebody does not want more workers: nothing is started any more, and when all have ended, the run stops. */
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
    await resumeWorkers(this.execution(), this.hand);
    for (;;) {
      if (this.context.signal.aborted) return this.stop();
      const end = await this.round();
      if (end) return end;
    }
  }

  /** Stops all and records what became of them, as far as it can be recorded. */
  async stopWorkers(why: string): Promise<void> {
    await this.hand.stopAll(why);
    const ended = this.hand.takeEnded();
    // What was read last will do when it is that which cannot be read any more.
    await this.read().catch(() => undefined);
    try {
      await this.recordEnds(ended);
    } catch (error) {
      await this.reopenAll(ended);
      throw error;
    }
  }

  /** Without a journal nothing can be recorded; but a task that we took from its worker is not marked as begun. */
  private async reopenAll(ended: readonly EndedAgent[]): Promise<void> {
    for (const { agent, end } of ended) {
      const isOpen = end.how === 'stopped' && !end.output.markers['TASK COMPLETE'];
      if (isOpen && agent.job.task !== undefined) await reopen(this.execution(), agent.job.task);
    }
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
    const ended = this.hand.takeEnded();
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
    if (!recorded || unwritten || carried) await this.hand.wait(this.context);
    return undefined;
  }

  private async read(): Promise<void> {
    await this.messages.read().catch((error: unknown) => {
      throw new RunBroken(
        `${join(this.context.place.bus, 'queue.jsonl')} cannot be read (${reasonOf(error)}), so nobody can say which tasks are complete. Make it readable, then start the run again.`,
      );
    });
    for (let look = 1; ; look++) {
      const track = await this.context.ports.tracks.read();
      if (track === this.track) return;
      const graph = taskGraphOf(track);
      const empty = !track.plan || graph.nodes.length === 0;
      // Somebody may be in the middle of writing plan.md: that tasks are gone is believed when it stays so.
      if (look === looks || !(empty || lostTasks(this.graph, graph))) {
        if (empty) throw new RunBroken(noTasks(track));
        this.track = track;
        this.graph = graph;
        return;
      }
      await this.context.ports.sleep(lookMs, this.context.signal);
    }
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
    const timely = cause === 'workerTimeout' || cause === 'groupTimeout';
    this.hand.stop(workerId, timely ? 'timeLimit' : 'stopped', {
      // The limit of the group and a task that is no more are not the worker's fault.
      counts: cause === 'groupTimeout' || cause === 'notNeeded' ? 'stopped' : 'failed',
      why: because,
      ...(message ? { message } : {}),
    });
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
        this.hand.follow(started.running);
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

  /** Judges the workers that have ended since, and records what became of their tasks. */
  private async recordEnds(ended: readonly EndedAgent[]): Promise<Unwritten> {
    if (ended.length === 0) return undefined;
    let last: Parameters<typeof recordProgress>[1];
    const results = await Promise.all(
      ended.map(async (one) => {
        const { completed, refused, stopped } = await recordEnd(this.execution(), one);
        if (completed) last = completed;
        if (stopped) this.declined = true;
        return refused;
      }),
    );
    await this.progress(last);
    for (const refused of results)
      if (refused) this.context.emit({ event: 'warning', message: refused.message });
    return results.find((refused) => refused !== undefined);
  }

  // --- the end ---

  private async ending(decisions: readonly ParallelDecision[]): Promise<ExecuteResult | undefined> {
    if (this.hand.running.length > 0) return undefined;
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
    const { running } = this.hand;
    if (now - this.beatAt < beatMs || running.length === 0) return;
    this.beatAt = now;
    const refusals = await Promise.all([
      beatFor(this.context, new Set(running.map(({ job }) => job.id))),
      ...running.map(({ job }) =>
        lockFiles(this.context, { workerId: job.id, taskId: job.task ?? '' }, job.locks),
      ),
    ]);
    for (const refused of refusals) {
      if (refused) this.context.emit({ event: 'warning', message: refused.message });
    }
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

function lostTasks(before: TaskGraph | undefined, now: TaskGraph): boolean {
  const ids = new Set(now.nodes.map(({ id }) => id));
  return before?.nodes.some(({ id }) => !ids.has(id)) ?? false;
}

function noTasks({ documents, folder, root }: Track): string {
  const file = documents.plan ?? join(folder ?? root, 'plan.md');
  return `${file} cannot be read any more, or has no tasks, so nobody can say what is left to do: the workers were stopped. Restore it, then start the run again.`;
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
