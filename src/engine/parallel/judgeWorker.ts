import { agentOutcome, type Statement } from '../../rules/agentOutcome';
import type { TaskMessage } from '../../store/taskMessages';
import type { AgentEnd } from '../run/agentJob';

export type WorkerVerdict =
  | { readonly verdict: 'complete'; readonly commit?: string }
  | { readonly verdict: 'failed'; readonly why: string }
  /** It ended while no loop was watching, and left no word: most likely the computer went down with it. */
  | { readonly verdict: 'interrupted'; readonly why: string }
  /** Trying again would not help it (exit code 4, FORMATS §4.5; or its BLOCKED line): a person is asked at once. */
  | { readonly verdict: 'blocked'; readonly why: string }
  /** Nobody says how it ended, or two sources say opposite things: a person decides. */
  | { readonly verdict: 'unclear'; readonly why: string };

/** What a worker left behind. */
export interface WorkerEvidence {
  readonly workerId: string;
  readonly taskId: string;
  readonly end: Pick<AgentEnd, 'how' | 'exitCode' | 'output' | 'why'>;
  /** What was posted about its task, the oldest first. */
  readonly messages: readonly TaskMessage[];
  /** plan.md has its task ticked. It was not when the worker was started. */
  readonly ticked: boolean;
}

/**
 * How a worker's attempt ended (DESIGN §7): what it posted on the bus comes first, then the tick in plan.md, then what it
 * printed, then its exit code; sources that contradict each other are for a person. One that was killed or stopped and
 * has said nothing has failed; one that is lost and has said nothing was interrupted.
 */
export function judgeWorker(evidence: WorkerEvidence): WorkerVerdict {
  const { workerId, taskId, end } = evidence;
  const own = evidence.messages.filter(({ source }) => source === workerId);
  const last = own.at(-1);
  if (last?.type === 'TASK_FAILED' && own.some(({ type }) => type === 'TASK_COMPLETE')) {
    return { verdict: 'unclear', why: `${workerId} posted TASK_COMPLETE and later TASK_FAILED.` };
  }
  const said = statementOf(last, workerId) ?? (evidence.ticked ? tick(taskId) : undefined);
  const printed = end.output.json !== undefined || Object.keys(end.output.markers).length > 0;
  if (!said && !printed && (end.how !== 'exited' || end.exitCode === undefined)) {
    return {
      verdict: end.how === 'lost' ? 'interrupted' : 'failed',
      why:
        end.why ?? (end.how === 'exited' ? 'It was killed before it said how it went.' : howItEnded[end.how]),
    };
  }
  const outcome = agentOutcome({
    role: 'worker',
    output: end.output,
    ...(said ? { metadata: said } : {}),
    ...(end.exitCode === undefined ? {} : { exitCode: end.exitCode }),
    evidence: { what: 'a TASK_COMPLETE on the bus, or its task ticked in plan.md', present: false },
  });
  if (outcome.outcome === 'person') {
    return {
      verdict: 'unclear',
      why:
        said || printed
          ? outcome.why
          : `It ended with exit code 0, but neither the bus, plan.md nor its output says how.`,
    };
  }
  if (outcome.outcome === 'passed' || outcome.outcome === 'skipped') {
    const commit = own.findLast((message) => message.commit !== undefined)?.commit ?? printedCommit(end);
    return { verdict: 'complete', ...(commit === undefined ? {} : { commit }) };
  }
  const reasons = outcome.reasons.filter((reason) => reason !== '').join('; ');
  const why = reasons === '' ? howItEnded[end.how] : reasons;
  // Whoever stopped it had a reason of their own.
  const ownEnd = end.how === 'exited' || end.how === 'lost';
  const blocked = ownEnd && (outcome.outcome === 'blocked' || end.exitCode === 4);
  return { verdict: blocked ? 'blocked' : 'failed', why };
}

const howItEnded: Readonly<Record<AgentEnd['how'], string>> = {
  exited: 'It ended without saying how it went.',
  stopped: 'It was stopped.',
  timeLimit: 'It took longer than it may.',
  outputLimit: 'It printed more than it may.',
  notStarted: 'It could not be started.',
  lost: 'Its process is gone, and nothing says how it ended.',
};

function statementOf(message: TaskMessage | undefined, workerId: string): Statement | undefined {
  if (!message) return undefined;
  const complete = message.type === 'TASK_COMPLETE';
  return {
    says: complete ? 'passed' : 'failed',
    where: `${workerId} posted ${message.type} on queue.jsonl`,
    reasons: complete ? [] : [message.error ?? 'it gave no reason'],
  };
}

function tick(taskId: string): Statement {
  return { says: 'passed', where: `plan.md has ${taskId} ticked`, reasons: [] };
}

/** The last commit of its COMMITS line. */
function printedCommit({ output }: WorkerEvidence['end']): string | undefined {
  return output.markers.COMMITS?.text.match(/\b[0-9a-f]{7,40}\b/g)?.at(-1);
}
