import type { EditRefusal } from '../../model/edit';
import type { EscalationRequest } from '../../model/escalationRequest';
import type { LoopState, LoopStep } from '../../model/loopState';
import type { Track } from '../../model/track';
import { agentOutcome, metadataStatement } from '../../rules/agentOutcome';
import type { EscalationTrigger } from '../../rules/loopFacts';
import type { NextAction } from '../../rules/nextAction';
import { attendQuestions } from '../leads/attendQuestions';
import { recordOutcome } from '../recordOutcome';
import { recordStart } from '../recordStart';
import type { AgentEnd, RunningAgent } from './agentJob';
import { registryOf, type RunContext } from './runContext';
import { stepJob } from './stepJob';

/** Where the agent of a step leaves the loop. */
export type StepEnd =
  /** The outcome is written (by us or by the agent itself): read again, and go on. */
  | { readonly end: 'recorded' }
  /** Nobody said how it ended, because an earlier run was broken off: the step is resumed. */
  | { readonly end: 'again' }
  | {
      readonly end: 'person';
      readonly escalations: readonly EscalationRequest<EscalationTrigger>[];
      /** To be called once they are written: only then the journal may say that the agent has ended. */
      settle?(): Promise<void>;
    }
  | { readonly end: 'stopped' }
  | { readonly end: 'refused'; readonly refused: EditRefusal };

/** Starts the agent of the next step, waits for its end while its questions are attended to, and records the outcome. */
export async function runStepAgent(
  context: RunContext,
  track: Track,
  next: NextAction,
  more: { readonly knowledge?: string },
): Promise<StepEnd> {
  const job = await stepJob(context, track, next, more);
  const start = await context.desk.start(job);
  if ('cancelled' in start) {
    return start.cancelled.code === 'run-stopping'
      ? { end: 'stopped' }
      : { end: 'refused', refused: start.cancelled };
  }
  if ('notStarted' in start) {
    return {
      end: 'person',
      escalations: [
        {
          trigger: 'agent-not-started',
          description: start.notStarted.message,
          context: [next.why],
        },
      ],
    };
  }
  const before = await writeStart(context, track, next);
  return judged(context, start.running, track, before);
}

/**
 * Goes on with an agent that an earlier run started, alive or not. Its step is the present one, or it has written an
 * outcome of it and moved on.
 */
export async function resumeStepAgent(
  context: RunContext,
  agent: RunningAgent,
  track: Track,
  next: NextAction,
  since: string,
): Promise<StepEnd> {
  const { loop } = track;
  if (loop && wroteOutcome(loop, agent, since))
    return judged(context, agent, track, loopAtStart(loop, agent));
  if (loop?.stepStatus === 'IN_PROGRESS') return judged(context, agent, track, loopAtStart(loop, agent));
  // One that has ended is not written down as begun: what it may have left in the checkpoint would be lost.
  return judged(context, agent, track, agent.isOver ? loop : await writeStart(context, track, next));
}

/** Whether the checkpoint of an adopted agent's step holds an outcome of that very run. */
export function wroteOutcome(loop: LoopState, agent: RunningAgent, since: string): boolean {
  const step = stepOf(agent);
  const checkpoint = loop.checkpoints[step];
  if (!checkpoint || !outcomes.has(checkpoint.status)) return false;
  // A step in progress was begun with an empty checkpoint.
  if (loop.step === step && loop.stepStatus === 'IN_PROGRESS') return true;
  const written = Date.parse(checkpoint.completedAt ?? checkpoint.lastUpdated ?? '');
  return written >= Date.parse(since);
}

const outcomes: ReadonlySet<string> = new Set(['PASSED', 'FAILED', 'PARTIAL_FAIL', 'SKIPPED']);

/**
 * The loop as an adopted agent found it: its step without an outcome, and in progress, unless the run was killed before
 * it wrote that.
 */
function loopAtStart(loop: LoopState, agent: RunningAgent): LoopState {
  const step = stepOf(agent);
  const { checkpoints } = loop;
  const begun = checkpoints[step] && {
    ...checkpoints[step],
    status: 'IN_PROGRESS' as const,
    completedAt: undefined,
    lastUpdated: undefined,
  };
  const unwritten = loop.stepStatus === 'NOT_STARTED' && (loop.step === step || loop.step === 'NOT_STARTED');
  return {
    ...loop,
    ...(unwritten ? {} : { step, stepStatus: 'IN_PROGRESS' as const }),
    checkpoints: begun ? { ...checkpoints, [step]: begun } : checkpoints,
  };
}

function stepOf({ job: { step } }: RunningAgent): LoopStep {
  return step === 'NOT_STARTED' ? 'PLAN' : step;
}

/** The loop as it is once the agent runs. An agent that wrote its own start was faster, as the protocol asks of it. */
async function writeStart(
  context: RunContext,
  track: Track,
  next: NextAction,
): Promise<LoopState | undefined> {
  const written = await recordStart(context.ports, track, next.agent, registryOf(context));
  if (!('refused' in written)) {
    for (const message of written.warnings) context.emit({ event: 'warning', message });
    return written.loop;
  }
  if (written.refused.code !== 'state-moved' && written.refused.code !== 'not-startable') {
    context.emit({
      event: 'warning',
      message: `The agent runs, but IN_PROGRESS could not be written: ${written.refused.message}`,
    });
  }
  return track.loop;
}

async function judged(
  context: RunContext,
  agent: RunningAgent,
  track: Track,
  before: LoopState | undefined,
): Promise<StepEnd> {
  const [end, questions] = await Promise.all([agent.finished, attendQuestions(context, agent.finished)]);
  if (end.how === 'stopped') {
    await agent.settle('failed', end.why ?? 'It was stopped.');
    if (questions.userOnly.length > 0) return { end: 'person', escalations: questions.userOnly };
    // Answered before the agent had ended.
    return questions.heldUp && !context.signal.aborted ? { end: 'again' } : { end: 'stopped' };
  }
  const now = await context.ports.tracks.read();
  const evaluates = agent.job.step === 'EVALUATE_PLAN' || agent.job.step === 'EVALUATE_EXECUTION';
  const metadata = before && metadataStatement(before, now.loop);
  const evidence = evidenceOf(agent, track, now);
  const outcome = agentOutcome({
    role: evaluates ? 'evaluator' : 'worker',
    output: end.output,
    ...(metadata ? { metadata } : {}),
    ...(end.exitCode === undefined ? {} : { exitCode: end.exitCode }),
    ...(evidence ? { evidence } : {}),
  });
  if (outcome.outcome === 'person') {
    const why = end.why === undefined ? outcome.why : `${end.why} ${outcome.why}`;
    const silent = end.output.json === undefined && Object.keys(end.output.markers).length === 0;
    // The interruption was ours, not the agent's: the transition table resumes a step that is in progress.
    if (end.how === 'lost' && metadata === undefined && silent) {
      await agent.settle('failed', why);
      return { end: 'again' };
    }
    return {
      end: 'person',
      settle: () => agent.settle('person', why),
      escalations: [
        {
          trigger: 'agent-unclear',
          description: `What became of ${agent.job.step}? ${why}`,
          context: [
            ...outcome.lines.map(({ text, because }) => `${text}: ${because}`),
            `Output: ${agent.outputFile}`,
          ],
        },
        ...questions.userOnly,
      ],
    };
  }
  const recordedAs = await recorded(context, agent, now, before, outcome, questions.userOnly, end);
  const settle = (): Promise<void> => agent.settle(outcome.outcome, outcome.reasons.join('; ') || undefined);
  if (recordedAs.end === 'person') return { ...recordedAs, settle };
  // Last, so that a run that is broken off before it judges the agent again.
  await settle();
  return recordedAs;
}

async function recorded(
  context: RunContext,
  agent: RunningAgent,
  now: Track,
  before: LoopState | undefined,
  outcome: {
    readonly outcome: 'passed' | 'failed' | 'blocked' | 'skipped';
    readonly reasons: readonly string[];
  },
  questions: readonly EscalationRequest<EscalationTrigger>[],
  end: AgentEnd,
): Promise<StepEnd> {
  const { loop } = now;
  // The agent took the next step itself, as the protocol asks.
  const moved =
    !loop ||
    !before ||
    loop.step !== before.step ||
    (loop.stepStatus !== 'IN_PROGRESS' && loop.stepStatus !== before.stepStatus);
  if (outcome.outcome === 'blocked' && !(moved && loop && loop.stepStatus !== 'NOT_STARTED')) {
    return {
      end: 'person',
      escalations: [
        {
          trigger: 'agent-escalated',
          description: outcome.reasons.join('; ') || 'The agent is blocked and gave no reason.',
          context: [`Output: ${end.outputFile}`],
        },
        ...questions,
      ],
    };
  }
  if (!moved && outcome.outcome !== 'blocked') {
    const evaluation = loop.step === 'EVALUATE_PLAN' || loop.step === 'EVALUATE_EXECUTION';
    const result = await recordOutcome(context.ports, now, {
      outcome: outcome.outcome,
      reasons: outcome.reasons,
      by: 'agent',
      began: { agent: agent.job.agent, at: agent.startedAt },
      // After an evaluation that passed come the board and the gate.
      stay: evaluation && outcome.outcome === 'passed',
      ...registryOf(context),
    });
    if ('refused' in result) {
      // Somebody was faster: what is on the disk decides.
      if (result.refused.code !== 'state-moved' && result.refused.code !== 'outcome-recorded')
        return { end: 'refused', refused: result.refused };
    } else {
      context.emit({
        event: 'recorded',
        from: loop.step,
        step: result.loop.step,
        stepStatus: result.loop.stepStatus,
        why: result.why,
      });
      if (result.escalation) {
        const { trigger, step, description, options } = result.escalation;
        context.emit({ event: 'escalated', trigger, step, description, options });
      }
    }
  }
  return questions.length > 0 ? { end: 'person', escalations: questions } : { end: 'recorded' };
}

/** What a run of the step had to leave behind. Objects of a track are the same as long as their file is. */
function evidenceOf(
  agent: RunningAgent,
  before: Track,
  now: Track,
): { readonly what: string; readonly present: boolean } | undefined {
  switch (agent.job.step) {
    case 'NOT_STARTED':
    case 'PLAN':
    case 'FIX':
      // An adopted agent began before this reading: nobody knows what plan.md was then.
      return agent.adopted
        ? undefined
        : { what: 'plan.md changed', present: now.plan !== undefined && now.plan !== before.plan };
    case 'EXECUTE': {
      const { total, done, skipped } = now.progress;
      return { what: 'all tasks of plan.md are ticked', present: total > 0 && done + skipped === total };
    }
    default:
      return undefined;
  }
}
