import type { RunLog } from '../run/runLog';
import { postMessage } from './bus';
import type { Execution } from './execution';
import { unlockFiles } from './fileLocks';
import {
  completeTask,
  failTask,
  setAside,
  withdrawTask,
  type EndedWorker,
  type Unwritten,
} from './finishTask';
import { judgeWorker } from './judgeWorker';
import type { EndedAgent, Stop } from './workersInHand';

export interface RecordedEnd {
  /** It completed its task. */
  readonly completed?: { readonly taskId: string; readonly commit?: string };
  readonly refused?: Unwritten;
  /** Somebody else stopped it: a person, or who stops all agents since a question must be answered first. */
  readonly stopped?: true;
}

/** Judges a worker that has ended, says so in the journal, and records what became of its task. */
export async function recordEnd(execution: Execution, ended: EndedAgent): Promise<RecordedEnd> {
  const { context } = execution;
  const { agent, end, stop } = ended;
  const { id: workerId, task: taskId = '' } = agent.job;
  const worker: EndedWorker = { workerId, taskId };
  const judged = judgeWorker({
    workerId,
    taskId,
    end: stop ? { ...end, why: stop.why } : end,
    messages: execution.messages.about(taskId),
    ticked: execution.graph.nodes.find(({ id }) => id === taskId)?.state === 'done',
  });
  const tell = (state: 'complete' | 'failed' | 'stopped', why: string): void =>
    context.emit({ event: 'task', task: taskId, state, worker: workerId, why });
  switch (judged.verdict) {
    case 'complete': {
      await agent.settle('passed');
      const done = { taskId, ...(judged.commit === undefined ? {} : { commit: judged.commit }) };
      const refused = await completeTask(execution, { ...done, worker: workerId });
      tell('complete', `${workerId} completed it.`);
      return { completed: done, refused };
    }
    case 'failed': {
      if (isNoFault(ended)) {
        await agent.settle('stopped', judged.why);
        await withdrawTask(execution, worker);
        tell('stopped', judged.why);
        return stop ? {} : { stopped: true };
      }
      if (stop?.message) await resolveDeadlock(execution, worker, stop.message);
      await agent.settle('failed', judged.why);
      const refused = await failTask(execution, worker, judged.why);
      tell('failed', judged.why);
      return { refused };
    }
    case 'interrupted': {
      const times = interruptionsOf(context.log, taskId) + 1;
      if (times < mostInterruptions) {
        await agent.settle('stopped', judged.why);
        await withdrawTask(execution, worker);
        tell('stopped', `${judged.why} That is no failure: it is started again (interruption ${times}).`);
        return {};
      }
      // A worker that takes the loop, or the computer, down with it would do so for ever.
      const why = `It was interrupted ${times} times: each time the loop and its process were gone, and nothing says how it ended. Either the computer went down so often, or this task brings it down.`;
      await agent.settle('blocked', why);
      const refused = await failTask(execution, worker, why);
      tell('failed', why);
      return { refused };
    }
    case 'blocked': {
      await agent.settle('blocked', judged.why);
      const refused = await failTask(execution, worker, judged.why);
      tell('failed', judged.why);
      return { refused };
    }
    case 'unclear':
      await agent.settle('person', judged.why);
      await setAside(execution, worker);
      tell('failed', judged.why);
      return {};
  }
}

/** So many interruptions of one task, and a person is asked. */
const mostInterruptions = 3;

/** How many workers of a task were interrupted in this run, since a person last said that it is to be tried again. */
function interruptionsOf(log: RunLog, taskId: string): number {
  const workers = new Set(
    log.state().run.workers.flatMap((worker) => (worker.taskId === taskId ? [worker.workerId] : [])),
  );
  let count = 0;
  for (const entry of log.entries) {
    if (entry.kind === 'forgiven' && entry.task === taskId) count = 0;
    if (entry.kind !== 'ended' || !workers.has(entry.workerId)) continue;
    if (entry.how === 'lost' && entry.outcome === 'stopped') count += 1;
  }
  return count;
}

/** Stopped for a reason that is not its own, before it had said anything: the attempt counts for nothing. */
function isNoFault({ end, stop }: EndedAgent): boolean {
  return stop ? stop.counts === 'stopped' : end.how === 'stopped';
}

/** The victim has ended: its locks go first, so that whoever reads the message can go on. */
async function resolveDeadlock(
  { context }: Execution,
  worker: EndedWorker,
  message: NonNullable<Stop['message']>,
): Promise<void> {
  const refused =
    (await unlockFiles(context, worker)) ?? (await postMessage(context, message.type, message.payload));
  if (refused) context.emit({ event: 'warning', message: refused.message });
}
