import { workerIdFor } from '../../files/workerFiles';
import type { EscalationRequest } from '../../model/escalationRequest';
import type { EscalationTrigger } from '../../rules/loopFacts';
import { promptRefusal, readPromptOverrides } from '../run/promptOverrides';
import type { RunContext } from '../run/runContext';
import type { Execution } from './execution';
import type { Unwritten } from './finishTask';
import { notStarted } from './runBroken';
import { startWorker, type StartDecision } from './startWorker';
import type { WorkersInHand } from './workersInHand';

export interface Started {
  /** What could not be written, so that a worker was not started. */
  readonly refused?: Unwritten;
  /** Why no worker can be started. */
  readonly halt?: EscalationRequest<EscalationTrigger>;
}

/** Starts the workers of several tasks side by side and takes them in hand. `isHeld`: nothing is to be started any more. */
export async function startWorkers(
  execution: Execution,
  decisions: readonly StartDecision[],
  hand: WorkersInHand,
  isHeld: () => boolean,
): Promise<Started> {
  const { context, track } = execution;
  const taken = new Set([
    ...context.log.state().run.workers.map(({ workerId }) => workerId),
    ...(track.bus?.workers ?? []).map(({ workerId }) => workerId),
  ]);
  try {
    const overrides = await readPromptOverrides(context.place.root);
    const results = await Promise.allSettled(
      decisions.map((decision) => {
        const workerId = workerIdFor(decision.taskId, context.ports.clock(), taken);
        taken.add(workerId);
        return startOne(execution, decision, workerId, overrides, hand, isHeld);
      }),
    );
    // Each was waited for: none is started behind our back.
    const failed = results.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
    const started = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const halt = started.find((one) => one.halt)?.halt;
    return { refused: started.find((one) => one.refused)?.refused, ...(halt ? { halt } : {}) };
  } catch (error) {
    const refused = promptRefusal(error);
    if (!refused) throw error;
    return { halt: notStarted(refused.message) };
  }
}

async function startOne(
  execution: Execution,
  decision: StartDecision,
  workerId: string,
  overrides: Readonly<Record<string, string>>,
  hand: WorkersInHand,
  isHeld: () => boolean,
): Promise<Started> {
  const { taskId, kind, because } = decision;
  const node = execution.graph.nodes.find(({ id }) => id === taskId);
  if (!node) return {};
  const started = await startWorker(execution, decision, node, workerId, overrides, isHeld);
  if ('running' in started) {
    hand.follow(started.running);
    execution.context.emit({
      event: 'task',
      task: taskId,
      state: kind === 'retry' ? 'retried' : 'started',
      worker: workerId,
      why: because,
    });
  }
  if ('notStarted' in started) return { halt: notStarted(started.notStarted) };
  return 'refused' in started ? { refused: started.refused } : {};
}

/** What a person who confirms every start says to these; yes where nobody is asked, no when the run is stopped meanwhile. */
export async function confirmStarts(
  { settings, ports, signal }: RunContext,
  decisions: readonly StartDecision[],
): Promise<'yes' | 'no' | 'later'> {
  if (settings.mode !== 'confirm-all') return 'yes';
  const tasks = decisions.map(({ taskId }) => taskId).join(', ');
  const aborted = new Promise<'no'>((resolve) =>
    signal.addEventListener('abort', () => resolve('no'), { once: true }),
  );
  return Promise.race([
    ports.confirm({
      kind: 'dispatch',
      what: `Start ${decisions.length === 1 ? 'a worker' : `${decisions.length} workers`} for ${tasks}.`,
      why: decisions[0]!.because,
    }),
    aborted,
  ]);
}
