import { join } from 'node:path';
import type { Director } from '../../model/board';
import type { LoopStep } from '../../model/loopState';
import { readText } from '../../store/readText';
import type { AgentStartError } from '../ports';
import type { AgentEnd, AgentJob, RunningAgent } from '../run/agentJob';
import { agentIdFor } from '../run/agentId';
import type { RunContext } from '../run/runContext';
import type { RunEntry } from '../run/runEntry';

/** What directors are asked in one phase of a meeting. */
export interface DirectorQuestion {
  /** Digits of the session's id. */
  readonly stamp: string;
  readonly checkpoint: string;
  readonly step: LoopStep;
  readonly phase: 'assess' | 'discuss' | 'vote';
  /** `discuss`: 1-based. */
  readonly round?: number;
  promptFor(director: Director, answerFile: string): string;
  /**
   * Writes an answer down, or says what is wrong with it. `answer` is undefined when the file is not there; `last`:
   * nobody is asked again. Called again after a crash: what is written down already is not written twice.
   */
  take(
    director: Director,
    answer: string | undefined,
    end: AgentEnd,
    last: boolean,
  ): Promise<string | undefined>;
}

export interface DirectorsAnswered {
  /** Directors that gave no answer that counts, and why. */
  readonly missing: ReadonlyMap<Director, string>;
  readonly stopped: boolean;
  /** No process could be started at all; nobody is to blame but the program. */
  readonly notStarted?: AgentStartError;
}

/** A director whose answer does not count is asked once more. */
const mostAttempts = 2;
const largestAnswer = 256 * 1024;

/**
 * Asks directors, all at once, each as an agent of the run. One that an earlier run started is taken over, with what it
 * has answered; who has failed twice is missing, whichever run saw it. What a director wrote counts, however its
 * process ended.
 */
export async function askDirectors(
  context: RunContext,
  question: DirectorQuestion,
  asked: readonly Director[],
): Promise<DirectorsAnswered> {
  const missing = new Map<Director, string>();
  let notStarted: AgentStartError | undefined;
  let stopped = false;
  const results = await Promise.allSettled(
    asked.map(async (director) => {
      const result = await ask(context, question, director);
      if (result === 'stopped') stopped = true;
      else if (result !== 'answered' && 'missing' in result) missing.set(director, result.missing);
      else if (result !== 'answered') notStarted = result.notStarted;
    }),
  );
  // Only when nobody works on it any more the first trouble is told.
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return { missing, stopped: stopped || context.signal.aborted, ...(notStarted ? { notStarted } : {}) };
}

/** Ends directors that an earlier run left behind and whose meeting is over or given up. */
export async function dismissDirectors(context: RunContext, stamp: string): Promise<void> {
  for (const open of context.log.state().open) {
    const id = open.intent.workerId;
    if (open.intent.role !== 'director' || stampIn(id) === stamp) continue;
    const agent = agentOf(context, id) ?? (await context.desk.adopt(open));
    if (!agent) continue;
    await agent.stop('stopped', 'Its meeting is over.');
    await agent.settle('failed', 'Its meeting is over.');
  }
}

/** Whether an earlier run saw the director through this question: its answer was judged and counts. */
export function hasAnswered(context: RunContext, question: DirectorQuestion, director: Director): boolean {
  return endsOf(context.log.entries, prefixOf(question, director)).some(
    ({ outcome }) => outcome === 'passed',
  );
}

type Asked = 'answered' | 'stopped' | { readonly missing: string } | { readonly notStarted: AgentStartError };

async function ask(context: RunContext, question: DirectorQuestion, director: Director): Promise<Asked> {
  const prefix = prefixOf(question, director);
  for (;;) {
    const failed = endsOf(context.log.entries, prefix).filter(
      ({ outcome, how }) =>
        outcome !== 'passed' && (how === 'exited' || how === 'timeLimit' || how === 'outputLimit'),
    );
    let agent = await openAgent(context, prefix);
    if (!agent) {
      if (context.signal.aborted) return 'stopped';
      const why = failed.at(-1)?.why ?? 'it gave no answer';
      if (failed.length >= mostAttempts) return { missing: why };
      const started = await context.desk.start(jobFor(context, question, director, failed.length + 1));
      if ('notStarted' in started) return { notStarted: started.notStarted };
      if ('cancelled' in started) {
        if (context.signal.aborted || started.cancelled.code === 'run-stopping') return 'stopped';
        return { missing: started.cancelled.message };
      }
      agent = started.running;
    }
    const end = await agent.finished;
    const file = answerFileOf(context, agent.job.id);
    const answer = await readText(context.place.root, file, largestAnswer);
    const last = failed.length + 1 >= mostAttempts;
    let problem: string | undefined;
    try {
      problem =
        'problem' in answer
          ? answer.problem
          : await question.take(director, 'text' in answer ? answer.text : undefined, end, last);
    } catch (error) {
      // It answered; only we could not write it down. Open in the journal, it is taken over by the next run.
      if (context.signal.aborted) return 'stopped';
      throw error;
    }
    if (problem === undefined) {
      await agent.settle('passed');
      return 'answered';
    }
    const why = `${director}: ${problem}${endWords(end)}`;
    await agent.settle('failed', why);
    if (end.how === 'stopped') return context.signal.aborted ? 'stopped' : { missing: why };
  }
}

function endWords({ how, exitCode, why }: AgentEnd): string {
  if (how === 'exited') return exitCode === undefined || exitCode === 0 ? '' : ` (exit code ${exitCode})`;
  return why === undefined ? ` (${how})` : ` (${why})`;
}

function jobFor(
  context: RunContext,
  question: DirectorQuestion,
  director: Director,
  attempt: number,
): AgentJob {
  const { stamp, checkpoint, step, phase, round } = question;
  const used = new Set(
    context.log.entries.flatMap((entry) => (entry.kind === 'intent' ? [entry.workerId] : [])),
  );
  let id: string;
  do {
    id = agentIdFor('director', subjectOf(question, director), timeOf(stamp), context.ports.newId());
  } while (used.has(id));
  const answerFile = answerFileOf(context, id);
  return {
    id,
    role: 'director',
    agent: director,
    prompt: question.promptFor(director, answerFile),
    step,
    attempt,
    locks: [],
    answerFile,
    environment: {
      CONDUCTOR_DIRECTOR: director,
      CONDUCTOR_BOARD_PHASE: phase,
      CONDUCTOR_BOARD_ROUND: round === undefined ? '' : String(round),
      CONDUCTOR_BOARD_CHECKPOINT: checkpoint,
    },
  };
}

function answerFileOf(context: RunContext, id: string): string {
  return join(context.place.runFolder, 'answers', `${id}.json`);
}

/** An agent of this question that runs, or that an earlier run left open. */
async function openAgent(context: RunContext, prefix: string): Promise<RunningAgent | undefined> {
  for (const open of context.log.state().open) {
    const id = open.intent.workerId;
    if (!id.startsWith(prefix)) continue;
    const agent = agentOf(context, id) ?? (await context.desk.adopt(open));
    if (agent) return agent;
  }
  return undefined;
}

function agentOf(context: RunContext, id: string): RunningAgent | undefined {
  return context.desk.running.find(({ job }) => job.id === id);
}

/** `director-CSO-discuss2-20260201120000-` */
function prefixOf(question: DirectorQuestion, director: Director): string {
  return `director-${subjectOf(question, director)}-${question.stamp}-`;
}

function subjectOf({ phase, round }: DirectorQuestion, director: Director): string {
  return `${director}-${phase}${round ?? ''}`;
}

function stampIn(id: string): string | undefined {
  return /-(\d{14})-[0-9a-f]+$/.exec(id)?.[1];
}

function timeOf(stamp: string): Date {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(stamp) ?? [];
  return new Date(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
}

/** How the agents with this prefix ended, oldest first. */
function endsOf(entries: readonly RunEntry[], prefix: string): Extract<RunEntry, { kind: 'ended' }>[] {
  return entries.filter((entry) => entry.kind === 'ended' && entry.workerId.startsWith(prefix)) as Extract<
    RunEntry,
    { kind: 'ended' }
  >[];
}
