import { readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { EditRefusal } from '../../model/edit';
import type { MessageBus } from '../../model/messageBus';
import type { OurWorker } from '../../rules/parallel';
import { cleanUpOf } from '../../rules/parallel/cleanUp';
import type { RunContext } from '../run/runContext';
import { gathering } from './execution';
import { unlockFiles } from './fileLocks';
import { removeWorkerFile, workerFilePath } from './workerFile';
import { setWorkerStatus } from './workerStatus';

/**
 * Takes away what our workers that have ended left behind (spec 003, "Cleanup ephemeral workers"): their locks, a status
 * that still says RUNNING, their files. What cannot be taken away is told as a warning; nothing of others is touched.
 */
export async function cleanUpWorkers(given: RunContext): Promise<void> {
  const context = gathering(given);
  const { workers: present, earlier = [] } = context.log.state().run;
  if (present.length === 0 && earlier.length === 0) return;
  const { bus } = await context.ports.tracks.read();
  if (!bus) return;
  const run = { workers: present, earlier: await leftSomething(context, earlier, bus) };
  const workers = new Map([...run.earlier, ...run.workers].map((worker) => [worker.workerId, worker]));
  const unlocked = new Set<string>();
  const refusals = await Promise.all(
    cleanUpOf(run, bus).map(async (left): Promise<EditRefusal | undefined> => {
      const { workerId } = left;
      const { taskId } = workers.get(workerId)!;
      switch (left.kind) {
        case 'unlock':
          // All of a worker's locks go together.
          if (unlocked.has(workerId)) return undefined;
          unlocked.add(workerId);
          return unlockFiles(context, { workerId, taskId });
        case 'settleStatus': {
          if (left.status === 'gone') return setWorkerStatus(context, workerId, 'gone');
          const known = bus.workers.find((worker) => worker.workerId === workerId);
          const progressPct = left.status === 'COMPLETE' ? 100 : (known?.progress ?? 0);
          return setWorkerStatus(context, workerId, { taskId, status: left.status, progressPct });
        }
        case 'removeWorkerFile':
          return removeWorkerFile(context, workerId);
      }
    }),
  );
  const messages = new Set(refusals.flatMap((refused) => refused?.message ?? []));
  for (const message of messages) context.emit({ event: 'warning', message });
}

/**
 * Workers of earlier runs of which something is still there that should not be: a run that could not write, or that was
 * killed at its end, left it behind.
 */
async function leftSomething(
  context: RunContext,
  earlier: readonly OurWorker[],
  bus: MessageBus,
): Promise<readonly OurWorker[]> {
  if (earlier.length === 0) return [];
  const files = new Set(await readdir(dirname(workerFilePath(context, 'any'))).catch(() => []));
  const holders = new Set(bus.locks.map(({ workerId }) => workerId));
  const running = new Set(
    bus.workers.filter(({ status }) => /^(RUNNING|BLOCKED)$/i.test(status)).map(({ workerId }) => workerId),
  );
  return earlier.filter(
    ({ workerId }) =>
      holders.has(workerId) ||
      running.has(workerId) ||
      files.has(basename(workerFilePath(context, workerId))),
  );
}
