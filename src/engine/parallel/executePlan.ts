import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { eventFileName } from '../../files/busWriting';
import type { EscalationRequest } from '../../model/escalationRequest';
import type { EscalationTrigger } from '../../rules/loopFacts';
import { parallelDecisions, type ParallelDecision } from '../../rules/parallel';
import { plainTaskId } from '../../rules/taskGraph/graphTask';
import { TaskMessages } from '../../store/taskMessages';
import { answersTaken } from '../escalation/answersTaken';
import type { RunContext } from '../run/runContext';
import { RunJournalError } from '../run/runJournal';
import { ensureBus, postEvent } from './bus';
import { gathering, pauseOf, type Execution } from './execution';
import { completeTask, isMarked, reopen, type Unwritten } from './finishTask';
import { PlanMarks } from './planMarks';
import { PlanReading } from './planReading';
import { recordEnd } from './recordEnd';
import { recordProgress } from './recordProgress';
import { noted, resumeWorkers } from './resumeWorkers';
import { broken, RunBroken } from './runBroken';
import { SignsOfLife } from './signsOfLife';
import type { StartDecision } from './startWorker';
import { confirmStarts, startWorkers } from './startWorkers';
import { taskEscalations } from './taskEscalations';
import { TaskQuestions } from './taskQuestions';
import { WorkersInHand, type EndedAgent } from './workersInHand';

type Escalations = readonly EscalationRequest<EscalationTrigger>[];

export type ExecuteResult =
  | { readonly outcome: 'passed'; readonly why: string }
  | {
      readonly outcome: 'person';
      readonly escalations: Escalations;
      /** Ids of those that were told when they were decided ('escalated'). */
      readonly told?: ReadonlySet<string>;
    }
  | {
      readonly outcome: 'stopped';
      /** What a person who was asked said to further workers; absent: it was stopped or held up. */
      readonly declined?: 'no' | 'later';
    };

/** Rounds in a row in which the same things could not be written, until a person is asked. */
const mostTries = 3;
/** How many times the tick of one task is made again after somebody took it away, until a person is asked. */
const mostTicks = 10;

/**
 * Carries out EXECUTE with workers in parallel (spec 003, "Parallel Execution System"): reads the track, decides by the
 * rules (parallelDecisions), starts, stops and records, waits for the end of a worker or for five seconds, and reads
 * again, until everything is complete or only a person can go on. Goes on where an earlier run was broken off; whatever
 * becomes of it, no worker of ours runs any more when it has ended.
 *
 * @param hold Once it is aborted nothing is started any more; those at work end, are recorded, and then the run stops.
 *
 * Throws TrackGoneError, and what the desk throws for defects.
 */
export async function executePlan(
  context: RunContext,
  hold: AbortSignal = new AbortController().signal,
): Promise<ExecuteResult> {
  const run = new ParallelExecute(context, hold);
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

class ParallelExecute {
  private readonly context: RunContext;
  private readonly messages: TaskMessages;
  private readonly reading: PlanReading;
  private readonly plan: PlanMarks;
  private readonly readied = new Set<string>();
  private readonly hand = new WorkersInHand();
  private readonly life: SignsOfLife;
  private readonly questions: TaskQuestions;
  private readonly halts: EscalationRequest<EscalationTrigger>[] = [];
  /** A person does not want more workers: as with `hold`. */
  private declined: 'no' | 'later' | undefined;
  /** Somebody else stopped a worker: as with `hold`. */
  private interfered = false;
  private failedRounds = 0;
  /** Tasks that were ticked since plan.md was read. */
  private ticked: readonly string[] = [];
  /** How many times the tick of a task was made again, by task. */
  private readonly ticks = new Map<string, number>();

  constructor(
    given: RunContext,
    private readonly hold: AbortSignal,
  ) {
    this.context = gathering(given);
    this.messages = new TaskMessages(given.place.root, join(given.place.bus, 'queue.jsonl'));
    this.reading = new PlanReading(this.context, this.messages);
    this.plan = new PlanMarks(given.ports.editor, pauseOf(given));
    this.life = new SignsOfLife(this.context);
    this.questions = new TaskQuestions(this.context);
  }

  async run(): Promise<ExecuteResult> {
    const made = await ensureBus(this.context);
    if (made) return { outcome: 'person', escalations: [broken(made.message)] };
    await this.reading.read();
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
    await this.reading.read().catch(() => undefined);
    try {
      await this.recordEnds(ended);
      // What is asked about those that had ended before must be there for the next run.
      if (this.reading.track) await this.ask(this.decide());
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
    await this.takeAnswers();
    const decisions = this.decide();
    await this.ask(decisions);
    const { refused, recorded } = await this.carryOut(decisions);
    this.failedRounds = (unwritten ?? refused) ? this.failedRounds + 1 : 0;
    if (this.failedRounds >= mostTries) this.halt(broken((unwritten ?? refused)!.message));
    const end = await this.ending(decisions);
    if (end) return end;
    await this.life.beat(this.hand.running);
    if (!recorded || unwritten || refused) await this.hand.wait(this.context);
    return undefined;
  }

  private async read(): Promise<void> {
    await this.reading.read();
    this.ticked = [];
  }

  private decide(): ParallelDecision[] {
    const { track, graph } = this.execution();
    const { run } = this.context.log.state();
    const ours = new Set(run.workers.map(({ workerId }) => workerId));
    // A snapshot keeps the tail of the queue only: what scrolled out of it stays complete. Of our own workers the
    // journal knows better.
    const inSight = new Set(
      track.bus?.messages.flatMap(({ payload }) => {
        const id = payload['task_id'];
        return typeof id === 'string' || typeof id === 'number' ? [plainTaskId(String(id))] : [];
      }),
    );
    const others = this.messages
      .completed((source) => source === undefined || !ours.has(source))
      .filter((id) => !inSight.has(id));
    return parallelDecisions(
      graph,
      track.bus,
      {
        ...run,
        completed: others.length === 0 ? run.completed : [...new Set([...run.completed, ...others])],
        // Whether plan.md shows these is seen when it is read again.
        boxless: [...(run.boxless ?? []), ...this.ticked],
      },
      this.context.settings.parallel,
      this.context.ports.clock(),
    );
  }

  // --- going on ---

  /** `recorded`: something is complete that was not before, so that there may be more to do at once. */
  private async carryOut(
    decisions: readonly ParallelDecision[],
  ): Promise<{ readonly refused: Unwritten; readonly recorded: boolean }> {
    const starts: StartDecision[] = [];
    const done: Promise<Unwritten>[] = [];
    let recorded = false;
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
          recorded ||= !isMarked(this.context, decision.taskId);
          done.push(this.recordDone(decision.taskId, decision.because));
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
    const refused = (await Promise.all(done)).find((one) => one !== undefined);
    if (done.length > 0) await this.progress();
    return { refused: (await this.start(starts)) ?? refused, recorded };
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
    const again = isMarked(this.context, taskId);
    if (again && !this.mayTickAgain(taskId)) return undefined;
    const posted = this.messages.about(taskId).findLast((message) => message.commit !== undefined)?.commit;
    const commit = noted(this.context, taskId).commit ?? posted;
    const refused = await completeTask(this.execution(), {
      taskId,
      ...(commit === undefined ? {} : { commit }),
    });
    if (refused) return refused;
    if (again) {
      const message = `plan.md did not show any more that ${taskId} is complete: somebody wrote an older text back. It is ticked again.`;
      this.context.emit({ event: 'warning', message });
    } else this.context.emit({ event: 'task', task: taskId, state: 'complete', why: because });
    return undefined;
  }

  /** Who writes an old plan.md back again and again cannot be outrun. */
  private mayTickAgain(taskId: string): boolean {
    const ticks = (this.ticks.get(taskId) ?? 0) + 1;
    this.ticks.set(taskId, ticks);
    if (ticks <= mostTicks) return true;
    this.halt(
      broken(
        `${taskId} is complete and was ticked in plan.md ${mostTicks + 1} times, and each time somebody took the tick away. Find out which program writes an older plan.md back and end it; then start the run again.`,
      ),
    );
    return false;
  }

  private async start(decisions: readonly StartDecision[]): Promise<Unwritten> {
    if (decisions.length === 0 || this.halts.length > 0 || this.isHeld) return undefined;
    if (this.context.signal.aborted) return undefined;
    const answer = await confirmStarts(this.context, decisions);
    if (answer !== 'yes') this.declined = answer;
    // A question may have come up while a person was asked, or while workers are prepared.
    if (this.isHeld) return undefined;
    const { refused, halt } = await startWorkers(this.execution(), decisions, this.hand, () => this.isHeld);
    if (halt) this.halt(halt);
    return refused;
  }

  // --- ends of workers ---

  /** Judges the workers that have ended since, and records what became of their tasks. */
  private async recordEnds(ended: readonly EndedAgent[]): Promise<Unwritten> {
    if (ended.length === 0) return undefined;
    let last: Parameters<typeof recordProgress>[1];
    const results = await Promise.all(
      ended.map(async (one) => {
        const { completed, refused, stopped } = await recordEnd(this.execution(), one);
        if (completed) last = completed;
        if (stopped) this.interfered = true;
        return refused;
      }),
    );
    this.ticked = ended
      .flatMap(({ agent }) => agent.job.task ?? [])
      .filter((id) => isMarked(this.context, id));
    await this.progress(last);
    for (const refused of results)
      if (refused) this.context.emit({ event: 'warning', message: refused.message });
    return results.find((refused) => refused !== undefined);
  }

  // --- a person ---

  /** What a person answers while the run goes on counts at once. */
  private async takeAnswers(): Promise<void> {
    const { log } = this.context;
    for (const note of answersTaken(this.execution().track, log.state())) await log.append(note);
  }

  /** What concerns one task or group stays so until a person has answered; whether all is stuck is seen at the end. */
  private async ask(decisions: readonly ParallelDecision[]): Promise<void> {
    const lasting = decisions.filter(
      (decision) =>
        decision.kind === 'escalate' && decision.trigger !== 'stuck' && decision.trigger !== 'deadlock',
    );
    await this.questions.tell(this.execution().track, this.escalations(lasting));
  }

  private escalations(decisions: readonly ParallelDecision[]): Escalations {
    return taskEscalations(
      decisions,
      this.execution().graph,
      this.context.log.state().run,
      this.context.place,
    );
  }

  /** Nothing is started any more; what runs may end, and then a person is asked. */
  private halt(why: EscalationRequest<EscalationTrigger>): void {
    if (!this.halts.some(({ id }) => id === why.id)) this.halts.push(why);
  }

  // --- the end ---

  private async ending(decisions: readonly ParallelDecision[]): Promise<ExecuteResult | undefined> {
    if (this.hand.running.length > 0) return undefined;
    if (this.halts.length > 0) return this.person([...this.halts, ...this.escalations(decisions)]);
    if (this.isHeld)
      return { outcome: 'stopped', ...(this.declined === undefined ? {} : { declined: this.declined }) };
    const finish = decisions.find((decision) => decision.kind === 'finish');
    if (finish?.outcome === 'passed') return this.passed(finish.because);
    const going = decisions.some(({ kind }) => kind === 'start' || kind === 'retry' || kind === 'recordDone');
    const asks = decisions.some(
      (decision) =>
        decision.kind === 'escalate' && (decision.trigger === 'stuck' || decision.trigger === 'deadlock'),
    );
    return finish || (asks && !going) ? this.person(this.escalations(decisions)) : undefined;
  }

  private async person(escalations: Escalations): Promise<ExecuteResult> {
    await this.questions.withdraw(this.execution().track);
    return { outcome: 'person', escalations, told: this.questions.told };
  }

  /** Undefined: somebody took a tick away meanwhile. Nothing has passed that plan.md does not show. */
  private async passed(why: string): Promise<ExecuteResult | undefined> {
    await this.read();
    const passes = this.decide().some((now) => now.kind === 'finish' && now.outcome === 'passed');
    if (!passes) return undefined;
    await this.progress();
    await this.questions.withdraw(this.execution().track);
    const name = eventFileName('PARALLEL_COMPLETE', this.context.place.trackId);
    const refused = await postEvent(this.context, name);
    if (refused) this.context.emit({ event: 'warning', message: refused.message });
    return { outcome: 'passed', why };
  }

  // --- small things ---

  private get isHeld(): boolean {
    return this.declined !== undefined || this.interfered || this.hold.aborted;
  }

  private execution(): Execution {
    const { track, graph } = this.reading;
    if (!track || !graph) throw new Error('The track was not read yet.');
    const { context, messages, plan, readied } = this;
    return { context, messages, plan, readied, track, graph };
  }

  private async progress(last?: { taskId: string; commit?: string }): Promise<void> {
    const refused = await recordProgress(this.execution(), last);
    if (refused) this.context.emit({ event: 'warning', message: refused.message });
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
