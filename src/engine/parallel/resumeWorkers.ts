import type { OurWorker } from '../../rules/parallel';
import type { RunContext } from '../run/runContext';
import { cleanUpWorkers } from './cleanUpWorkers';
import type { Execution } from './execution';
import { completeTask, failTask, reopen, withdrawTask, type Unwritten } from './finishTask';
import { recordProgress } from './recordProgress';
import type { WorkersInHand } from './workersInHand';

/**
 * Goes on where a run was broken off: workers that still run, or whose end nobody recorded, are taken in hand; and what
 * was recorded in the journal is written again wherever it may be missing: TASK_COMPLETE and TASK_FAILED that the queue
 * does not have, marks, statuses, locks. Each of these writes changes nothing where it was made already.
 */
export async function resumeWorkers(execution: Execution, hand: WorkersInHand): Promise<void> {
  const { context } = execution;
  for (const agent of context.desk.running) if (agent.job.role === 'worker') hand.follow(agent);
  for (const open of context.log.state().open) {
    const { workerId, task } = open.intent;
    if (task === undefined || hand.has(workerId)) continue;
    const agent = await context.desk.adopt(open);
    if (agent) hand.follow(agent);
    else await withdrawTask(execution, { workerId, taskId: task });
  }
  const { run } = context.log.state();
  if (run.workers.length === 0 && run.completed.length === 0) return cleanUpWorkers(context);
  const refused = await Promise.all([...completions(execution), ...failures(execution, hand)]);
  for (const one of refused) if (one) context.emit({ event: 'warning', message: one.message });
  await cleanUpWorkers(context);
  const last = context.log.state().run.completed.at(-1);
  const unwritten = await recordProgress(execution, last === undefined ? undefined : noted(context, last));
  if (unwritten) context.emit({ event: 'warning', message: unwritten.message });
}

function completions(execution: Execution): Promise<Unwritten>[] {
  const { context, messages, graph } = execution;
  const { run, unmarked } = context.log.state();
  const completed = new Set(run.completed);
  const boxless = new Set(run.boxless);
  // An older plan.md may have been put back since: what is complete stays so.
  const open = graph.nodes.flatMap(({ id, taskId, state }) =>
    completed.has(id) && !boxless.has(id) && taskId !== undefined && state !== 'done' && state !== 'skipped'
      ? [id]
      : [],
  );
  return [
    ...run.workers
      .filter(({ state, taskId }) => state === 'complete' && !completed.has(taskId))
      .map(({ taskId, workerId }) => {
        const commit = messages.about(taskId).findLast(({ source }) => source === workerId)?.commit;
        return completeTask(execution, {
          taskId,
          worker: workerId,
          ...(commit === undefined ? {} : { commit }),
        });
      }),
    ...[...new Set([...unmarked.map(({ task }) => task), ...open])].map((task) => {
      const worker = run.workers.findLast(({ taskId, state }) => taskId === task && state === 'complete');
      return completeTask(execution, {
        ...noted(context, task),
        ...(worker ? { worker: worker.workerId } : {}),
      });
    }),
  ];
}

function failures(execution: Execution, hand: WorkersInHand): Promise<Unwritten>[] {
  const { run } = execution.context.log.state();
  const completed = new Set(run.completed);
  return run.workers.flatMap((worker) => {
    const failed = worker.state === 'failed' || worker.state === 'blocked';
    if (failed && !isPosted(execution, worker))
      return [failTask(execution, worker, worker.error ?? 'it gave no reason')];
    const idle = failed || worker.state === 'stopped';
    return idle && !completed.has(worker.taskId) && !hand.isAt(worker.taskId)
      ? [reopen(execution, worker.taskId)]
      : [];
  });
}

function isPosted({ messages }: Execution, { workerId, taskId }: OurWorker): boolean {
  return messages.about(taskId).some(({ type, source }) => type === 'TASK_FAILED' && source === workerId);
}

/** A completion as the journal has it. */
export function noted(
  { log }: RunContext,
  taskId: string,
): { readonly taskId: string; readonly commit?: string } {
  const entry = log.entries.findLast((one) => one.kind === 'completed' && one.task === taskId);
  const commit = entry?.kind === 'completed' ? entry.commit : undefined;
  return { taskId, ...(commit === undefined ? {} : { commit }) };
}
