import { cleanUpOf } from '../../rules/parallel/cleanUp';
import type { EditRefusal } from '../../model/edit';
import type { RunContext } from '../run/runContext';
import { gathering } from './execution';
import { unlockFiles } from './fileLocks';
import { removeWorkerFile } from './workerFile';
import { setWorkerStatus } from './workerStatus';

/**
 * Takes away what our workers that have ended left behind (spec 003, "Cleanup ephemeral workers"): their locks, a status
 * that still says RUNNING, their files. What cannot be taken away is told as a warning; nothing of others is touched.
 */
export async function cleanUpWorkers(given: RunContext): Promise<void> {
  const context = gathering(given);
  const { run } = context.log.state();
  if (run.workers.length === 0) return;
  const { bus } = await context.ports.tracks.read();
  if (!bus) return;
  const workers = new Map(run.workers.map((worker) => [worker.workerId, worker]));
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
