import { join } from 'node:path';
import type { EditRefusal } from '../../model/edit';
import type { EscalationRequest } from '../../model/escalationRequest';
import type { Track } from '../../model/track';
import { boardDue, type BoardDue } from '../../rules/boardDue';
import { optionsFor } from '../../rules/escalationOptions';
import { gateAhead } from '../../rules/gateAhead';
import { maxIterations, type EscalationTrigger } from '../../rules/loopFacts';
import { loopFactsOf, nextActionOf, type NextAction } from '../../rules/nextAction';
import { parallelAllowed } from '../../rules/parallel';
import { taskGraphOf } from '../../rules/taskGraph';
import { TrackGoneError } from '../../store/trackSource';
import { answersTaken } from '../escalation/answersTaken';
import { completeTrack } from '../completeTrack';
import { escalate } from '../escalation/escalate';
import { briefBeforePlan } from '../knowledge/briefBeforePlan';
import { endLeftKnowledgeManager } from '../knowledge/knowledgeManager';
import { holdRetrospective } from '../knowledge/retrospective';
import { attendQuestions } from '../leads/attendQuestions';
import { cleanUpWorkers } from '../parallel/cleanUpWorkers';
import { executePlan } from '../parallel/executePlan';
import { recordOutcome } from '../recordOutcome';
import { recordStart } from '../recordStart';
import type { StepResult } from '../stepDone';
import { stepWithoutAgent } from '../stepLoop';
import { untouchedSpec, untouchedSpecText } from '../untouchedSpec';
import { writeCompletionReports } from './completionReports';
import { meet } from './meet';
import { promptRefusal } from './promptOverrides';
import { withRun, type OpenRun, type RunOptions } from './openRun';
import { registryOf, type RunContext } from './runContext';
import type { RunEntryOf } from './runEntry';
import { RunJournalError } from './runJournal';
import { failuresInARow } from './failuresInARow';
import { runRefusal, trackRunRefusal } from './runRefusal';
import { resumeStepAgent, runStepAgent, wroteOutcome, type StepEnd } from './stepAgent';

export interface RunControl {
  /** Read between steps. */
  pauseAfterStep: boolean;
}

export interface RunEnd {
  readonly outcome: RunEntryOf<'run-ended'>['outcome'];
  readonly why: string;
  readonly iterations: number;
}

export type RunResult = RunEnd | { readonly refused: EditRefusal };

/** What one turn of the loop came to; absent: the next turn. */
type Ending = Pick<RunEnd, 'outcome' | 'why'> | undefined;

/**
 * Runs a track's evaluate-loop until it is complete or a person is needed (spec 003, "V3 Evaluate-Loop Diagram").
 * It never does the work itself: it reads the state on the disk, decides by the rules, starts agents, records what they
 * wrote, and reads again. Broken off at any point, it goes on from what is on the disk.
 *
 * Refuses `loop-running` (with the holder named), `no-loop`, `archived`, `no-folder`, `paused`, `metadata-invalid`.
 */
export async function runLoop(
  o: RunOptions & { readonly control?: Readonly<RunControl> },
): Promise<RunResult> {
  const refused = await runRefusal(o);
  if (refused) return { refused };
  return withRun(o, (run) => new LoopRun(run, o.control).go());
}

class LoopRun {
  private readonly context: RunContext;
  private iteration: number;
  /** Refusals in a row: a file that somebody writes all the time, or that cannot be written, does not turn us for ever. */
  private refusals = 0;

  constructor(
    private readonly run: OpenRun,
    private readonly control: Readonly<RunControl> | undefined,
  ) {
    this.context = run.context;
    this.iteration = run.resumed ? run.context.log.state().iteration : 0;
  }

  async go(): Promise<RunResult> {
    const { context, run } = this;
    const first = await context.ports.tracks.read(context.signal);
    const refused = trackRunRefusal(first);
    if (refused) return { refused };
    context.emit({
      event: 'run-started',
      runId: run.runId,
      mode: context.settings.mode,
      resumed: run.resumed,
      step: first.loop!.step,
      stepStatus: first.loop!.stepStatus,
    });
    const end = await this.turns();
    if (run.isHeld()) await this.endLeftBehind();
    if (run.isHeld()) await context.log.append({ kind: 'run-ended', outcome: end.outcome, why: end.why });
    context.emit({ event: 'run-ended', ...end, iterations: this.iteration });
    return { ...end, iterations: this.iteration };
  }

  private async turns(): Promise<NonNullable<Ending>> {
    let turn = 0;
    for (;;) {
      const ending = await this.halted(turn);
      if (ending) return ending;
      turn += 1;
      const end = await this.turn(turn === 1).catch((error: unknown) => this.broken(error));
      if (end) return end;
    }
  }

  private halted(turn: number): Promise<Ending> | Ending {
    if (this.context.signal.aborted) return { outcome: 'stopped', why: 'A person stopped the run.' };
    if (!this.run.isHeld())
      return {
        outcome: 'stopped',
        why: 'Another loop took the track over, or the folder of the run was removed.',
      };
    if (turn > 0 && this.control?.pauseAfterStep === true)
      return { outcome: 'stopped', why: 'Paused after this step, as a person asked.' };
    return undefined;
  }

  /** What stops a run that nobody foresaw is told as what it is; the state on the disk is the last one recorded. */
  private broken(error: unknown): Ending {
    if (this.context.signal.aborted) return { outcome: 'stopped', why: 'A person stopped the run.' };
    if (error instanceof RunJournalError || error instanceof TrackGoneError)
      return { outcome: 'failed', why: error.message };
    const prompt = promptRefusal(error);
    if (prompt) return { outcome: 'failed', why: prompt.message };
    throw error;
  }

  private async turn(first: boolean): Promise<Ending> {
    const { context } = this;
    const track = await context.ports.tracks.read(context.signal);
    for (const note of answersTaken(track, context.log.state())) await context.log.append(note);

    if (first) await endLeftKnowledgeManager(context);
    const taken = first ? await this.takeOver(track) : undefined;
    if (taken) return this.ended(taken);

    const next = nextActionOf(track);
    // A step that waits for a person, or that the table does not know, comes before everything else.
    if (next.kind !== 'escalate' && next.kind !== 'none' && next.kind !== 'done') {
      // An evaluation that an unmet condition fails needs no board to say so.
      const due = loopFactsOf(track).unmetBoardConditions.length > 0 ? undefined : boardDue(track);
      if (due && !this.hasMet(track, due)) {
        return this.atLimit(track, due.why) ?? this.board(track, due);
      }
      const gate = await this.gate(track);
      if (gate) return gate;
    }
    this.iteration += 1;
    await context.log.append({ kind: 'iteration', iteration: this.iteration });
    context.emit({
      event: 'next',
      iteration: this.iteration,
      kind: next.kind,
      why: next.why,
      ...(next.step === undefined ? {} : { step: next.step }),
      ...(next.row === undefined ? {} : { row: next.row }),
    });
    switch (next.kind) {
      case 'dispatch':
      case 'resume':
        return this.dispatch(track, next);
      case 'done':
        return this.complete(track);
      case 'escalate':
        if (next.recorded) return { outcome: 'person', why: next.why };
        break;
      case 'none':
      case 'implement':
      case 'plan':
        return { outcome: 'person', why: next.why };
      case 'advance':
      case 'unblock':
      case 'complete':
        break;
    }
    return this.stepped(track, await stepWithoutAgent(context.ports, track, registryOf(this.context)));
  }

  // --- limits ---

  private atLimit(track: Track, why: string): Promise<Ending> | undefined {
    if (this.iteration <= maxIterations) return undefined;
    return this.ask(track, [
      {
        trigger: 'max-iterations',
        description: `${maxIterations} iterations in this run: the safety limit is reached (escalation trigger 5).`,
        context: [why],
      },
    ]);
  }

  /** The transition table starts the agent of a failed PLAN or BUSINESS_SYNC again; one that cannot work would go on for ever. */
  private failsAgainAndAgain(track: Track, next: NextAction): Promise<Ending> | undefined {
    const { step } = next;
    if (step !== 'PLAN' && step !== 'BUSINESS_SYNC') return undefined;
    const failures = failuresInARow(this.context.log.entries, step);
    if (failures.length < mostFailures) return undefined;
    return this.ask(track, [
      {
        id: `agent-failed:${step}`,
        trigger: 'agent-failed',
        subject: step,
        description: `The agent of ${step} failed ${failures.length} times in a row: ${failures.at(-1)?.why}`,
        context: failures.map(
          ({ agent, why }, i) =>
            `Attempt ${i + 1}: ${why} Output: ${join(this.context.place.runFolder, `${agent}.log`)}`,
        ),
      },
    ]);
  }

  // --- agents ---

  private async dispatch(track: Track, next: NextAction): Promise<Ending> {
    const { context } = this;
    const limit = this.atLimit(track, next.why) ?? this.failsAgainAndAgain(track, next);
    if (limit) return limit;
    const unwritten = await this.specFirst(track, next);
    if (unwritten) return unwritten;
    if (context.settings.mode === 'confirm-all') {
      const answer = await context.ports.confirm({
        kind: 'dispatch',
        what: `Start ${next.agent ?? next.step ?? 'the agent'} for ${next.step}.`,
        why: next.why,
      });
      if (answer !== 'yes') return this.notConfirmed(answer, `${next.step} waits for your confirmation.`);
    }
    if (next.step === 'EXECUTE') {
      const parallel = this.inParallel(track);
      context.emit({ event: 'execution', parallel: parallel.parallel, why: parallel.why });
      if (parallel.parallel) return this.execute(track);
    }
    const knowledge = next.step === 'PLAN' ? (await briefBeforePlan(context, track)).text : undefined;
    return this.ended(await runStepAgent(context, track, next, knowledge === undefined ? {} : { knowledge }));
  }

  /** A plan from a spec that nobody has written is no plan for anything: that is said first, once a run. */
  private async specFirst(track: Track, next: NextAction): Promise<Ending> {
    const { context } = this;
    const { mode, askAboutSpec = mode !== 'through' } = context.settings;
    if (context.log.state().answers.has(specQuestion)) return undefined;
    const file = await untouchedSpec(track, next);
    if (file === undefined) return undefined;
    if (askAboutSpec) {
      const why = untouchedSpecText;
      const answer = await context.ports.confirm({
        kind: 'spec',
        what: 'Plan from the template?',
        why,
        file,
      });
      if (answer === 'later') return this.notConfirmed(answer, `${why} Write ${file} first.`);
      if (answer === 'no') return { outcome: 'stopped', why: `${why} The plan waits for it.` };
    } else context.emit({ event: 'warning', message: untouchedSpecText });
    await context.log.append({ kind: 'answered', question: specQuestion, answer: 'yes' });
    return undefined;
  }

  /** What was begun in parallel goes on in parallel, also when too few tasks are left to begin so. */
  private inParallel(track: Track): { readonly parallel: boolean; readonly why: string } {
    const { context } = this;
    const { run, open } = context.log.state();
    const begun = run.workers.length > 0 && track.loop?.stepStatus === 'IN_PROGRESS';
    // A killed run left workers behind: an executor beside them would do the same tasks.
    const left = open.some(({ intent }) => intent.task !== undefined);
    if (begun || left) return { parallel: true, why: 'The workers of this run go on.' };
    return parallelAllowed(taskGraphOf(track), track.loop!, context.settings.parallel.maxWorkers);
  }

  private async execute(track: Track): Promise<Ending> {
    const { context } = this;
    if (track.loop?.stepStatus !== 'IN_PROGRESS') {
      const started = await recordStart(
        context.ports,
        track,
        'parallel-dispatcher',
        registryOf(this.context),
      );
      if ('refused' in started) return this.refused(started.refused);
    }
    // Who attends to questions ends before the work does when it fails: then nothing is left to go on.
    const halt = new AbortController();
    const hold = new AbortController();
    const work = executePlan(
      { ...context, signal: AbortSignal.any([context.signal, halt.signal]) },
      hold.signal,
    );
    const attending = attendQuestions(context, work, () => hold.abort()).finally(() => halt.abort());
    // Both have ended before anything is said: nothing of the run writes any more after it.
    const [worked, attended] = await Promise.allSettled([work, attending]);
    if (worked.status === 'rejected') throw worked.reason;
    if (attended.status === 'rejected') throw attended.reason;
    const [result, questions] = [worked.value, attended.value];
    const now = await context.ports.tracks.read();
    switch (result.outcome) {
      case 'stopped':
        if (questions.userOnly.length > 0) return this.ask(now, questions.userOnly);
        if (result.declined)
          return this.notConfirmed(result.declined, 'EXECUTE waits for your confirmation.');
        // Answered while the last workers were at it.
        if (questions.heldUp && !context.signal.aborted) return undefined;
        return { outcome: 'stopped', why: 'A person stopped the run.' };
      case 'person':
        return this.ask(now, [...result.escalations, ...questions.userOnly], result.told);
      case 'passed':
        return this.stepped(
          now,
          await recordOutcome(context.ports, now, {
            outcome: 'passed',
            by: 'agent',
            reasons: [],
            ...registryOf(this.context),
          }),
        );
    }
  }

  /** Agents that an earlier run left behind: who does the present step, or has done it, is judged; others are not needed. */
  private async takeOver(track: Track): Promise<StepEnd | undefined> {
    const { context } = this;
    const next = nextActionOf(track);
    let end: StepEnd | undefined;
    for (const open of context.log.state().open) {
      // Workers, directors and leads are taken over by who asked for them.
      if (open.intent.task !== undefined || ownedElsewhere.has(open.intent.role ?? '')) continue;
      const agent = await context.desk.adopt(open);
      if (!agent) continue;
      const present = (next.kind === 'resume' || next.kind === 'dispatch') && agent.job.step === next.step;
      const waits = next.kind === 'escalate' && next.recorded === true;
      const done = !waits && track.loop !== undefined && wroteOutcome(track.loop, agent, open.intent.at);
      if ((present || done) && end === undefined)
        end = await resumeStepAgent(context, agent, track, next, open.intent.at);
      else {
        await agent.stop('stopped', 'Its step has ended meanwhile.');
        await agent.settle('failed', 'Its step has ended meanwhile.');
      }
    }
    return end?.end === 'again' ? undefined : end;
  }

  /** Agents of a killed run that nobody took over, because a person came first: nothing runs on unseen. */
  private async endLeftBehind(): Promise<void> {
    const { desk, log } = this.context;
    // Workers end as those of a stopped run do: what they have completed is recorded, what not is open again.
    if (log.state().open.some(({ intent }) => intent.task !== undefined))
      await executePlan({ ...this.context, signal: AbortSignal.abort() });
    const known = new Set(desk.running.map(({ job }) => job.id));
    for (const open of log.state().open) {
      if (known.has(open.intent.workerId)) continue;
      const agent = await desk.adopt(open);
      if (!agent) continue;
      const why = 'The run has ended, and nobody waits for it.';
      await agent.stop('stopped', why);
      await agent.settle('stopped', why);
    }
  }

  // --- board and gates ---

  private async board(track: Track, due: BoardDue): Promise<Ending> {
    this.iteration += 1;
    await this.context.log.append({ kind: 'iteration', iteration: this.iteration });
    const meeting = await meet(this.context, track, due);
    switch (meeting.end) {
      case 'stopped':
        return { outcome: 'stopped', why: 'A person stopped the run.' };
      case 'person':
        return this.ask(await this.context.ports.tracks.read(), meeting.escalations);
      case 'refused':
        return this.refused(meeting.refused);
      case 'resolved': {
        this.refusals = 0;
        const round = roundOf(track, due);
        if (round !== undefined) {
          await this.context.log.append({ kind: 'answered', question: round, answer: meeting.verdict });
        }
        return undefined;
      }
    }
  }

  /** Whether this run's board has spoken about this very evaluation. Times tell it as well, unless clocks disagree. */
  private hasMet(track: Track, due: BoardDue): boolean {
    const round = roundOf(track, due);
    return round !== undefined && this.context.log.state().answers.has(round);
  }

  private async gate(track: Track): Promise<Ending> {
    const { context } = this;
    if (context.settings.mode === 'through' || !track.loop) return undefined;
    const gate = gateAhead(track.loop);
    if (!gate || context.log.state().answers.has(gate.key)) return undefined;
    const answer = await context.ports.confirm({
      kind: 'gate',
      what: gate.what,
      why: `${gate.gate} passed.`,
    });
    if (answer !== 'yes')
      return this.notConfirmed(answer, `The gate ${gate.gate} waits for your confirmation.`);
    await context.log.append({ kind: 'answered', question: gate.key, answer });
    return undefined;
  }

  private notConfirmed(answer: 'no' | 'later', why: string): Ending {
    if (this.context.signal.aborted) return { outcome: 'stopped', why: 'A person stopped the run.' };
    if (answer === 'no') return { outcome: 'stopped', why: `${why} You said no.` };
    return {
      outcome: 'person',
      why: `${why} Nobody can be asked here: run it where you can be, or in the mode “through”.`,
    };
  }

  // --- ends ---

  private async complete(track: Track): Promise<Ending> {
    // A run that was broken off after metadata.json was written left the registry behind; asking again does the rest.
    const completed = await completeTrack(this.context.ports, track, registryOf(this.context));
    const warnings = 'refused' in completed ? [completed.refused.message] : completed.warnings;
    for (const message of warnings) this.context.emit({ event: 'warning', message });
    await writeCompletionReports(this.context);
    await cleanUpWorkers(this.context);
    await holdRetrospective(this.context, track);
    if (this.context.signal.aborted) return { outcome: 'stopped', why: 'A person stopped the run.' };
    return { outcome: 'complete', why: `${track.name} is complete.` };
  }

  private async ended(end: StepEnd): Promise<Ending> {
    switch (end.end) {
      case 'recorded':
      case 'again':
        this.refusals = 0;
        return undefined;
      case 'stopped':
        return { outcome: 'stopped', why: 'A person stopped the run.' };
      case 'refused':
        return this.refused(end.refused);
      case 'person': {
        const ending = await this.ask(await this.context.ports.tracks.read(), end.escalations);
        await end.settle?.();
        return ending;
      }
    }
  }

  private stepped(track: Track, result: StepResult): Ending {
    if ('refused' in result) return this.refused(result.refused);
    this.refusals = 0;
    for (const message of result.warnings) this.context.emit({ event: 'warning', message });
    this.context.emit({
      event: 'recorded',
      from: track.loop?.step ?? result.loop.step,
      step: result.loop.step,
      stepStatus: result.loop.stepStatus,
      why: result.why,
    });
    const { escalation } = result;
    if (!escalation) return undefined;
    this.context.emit({
      event: 'escalated',
      trigger: escalation.trigger,
      step: escalation.step,
      description: escalation.description,
      options: escalation.options,
    });
    return { outcome: 'person', why: escalation.description };
  }

  /** Somebody else wrote between our look and our write: look again. Anything else is for a person. */
  private refused(refused: EditRefusal): Ending {
    const passing = new Set(['state-moved', 'outcome-recorded', 'not-startable', 'locked']);
    this.refusals += 1;
    if (passing.has(refused.code) && this.refusals <= 5) return undefined;
    return { outcome: 'person', why: refused.message };
  }

  /** Writes what a person is asked; nothing goes on at this track until it is answered. */
  private async ask(
    track: Track,
    requests: readonly EscalationRequest<EscalationTrigger>[],
    /** Ids of those that were told when they came up. */
    told: ReadonlySet<string> = new Set(),
  ): Promise<Ending> {
    const { context } = this;
    const result = await escalate(context.ports, track, requests, registryOf(this.context));
    for (const request of requests) {
      // A question of an agent was told when it was asked.
      if (request.id?.startsWith('question:') || told.has(request.id ?? '')) continue;
      context.emit({
        event: 'escalated',
        trigger: request.trigger,
        step: request.step ?? track.loop?.step ?? 'NOT_STARTED',
        description: request.description,
        options: optionsFor(request.trigger, request.subject).map(({ label }) => label),
      });
    }
    const why = requests.map(({ description }) => description).join(' ');
    if (!('refused' in result)) return { outcome: 'person', why };
    return { outcome: 'person', why: `${why} It could not be written down: ${result.refused.message}` };
  }
}

/** In the journal: what a person was told about the spec, in this run. */
const specQuestion = 'untouched-spec';

/** As often as a task is tried (spec 003, "Failure Isolation"). */
const mostFailures = 3;

/** The evaluation that a board speaks about; undefined while none has passed. */
function roundOf(track: Track, due: BoardDue): string | undefined {
  const gate = track.loop && gateAhead(track.loop);
  return gate && `board:${due.checkpoint}:${gate.key}`;
}

const ownedElsewhere: ReadonlySet<string> = new Set([
  'worker',
  'director',
  'lead',
  'knowledge-manager',
  'retrospective',
]);
