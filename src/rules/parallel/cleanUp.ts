import type { MessageBus } from '../../model/messageBus';
import type { ParallelRun } from './parallelRun';

/** What is left of a worker of ours and must go (spec 003, "Cleanup ephemeral workers"). */
export type CleanUp =
  | { readonly kind: 'unlock'; readonly path: string; readonly workerId: string; readonly because: string }
  | {
      readonly kind: 'settleStatus';
      readonly workerId: string;
      /** `gone`: the worker goes out of worker-status.json. */
      readonly status: 'COMPLETE' | 'FAILED' | 'gone';
      readonly because: string;
    }
  | { readonly kind: 'removeWorkerFile'; readonly workerId: string; readonly because: string };

/**
 * What our workers that have ended left behind on the bus: locks, a status that still says RUNNING, their prompt files.
 * Nothing of other tools' workers is ever touched.
 */
export function cleanUpOf(
  run: Pick<ParallelRun, 'workers' | 'earlier'>,
  bus: MessageBus | undefined,
): CleanUp[] {
  return [...(run.earlier ?? []), ...run.workers].flatMap((worker): CleanUp[] => {
    if (worker.state === 'running') return [];
    const { workerId } = worker;
    const because = `${workerId} has ended (${worker.state}).`;
    const entry = bus?.workers.find((candidate) => candidate.workerId === workerId);
    // An attempt that does not count must not be counted by others, either.
    const status = worker.state === 'complete' ? 'COMPLETE' : worker.state === 'stopped' ? 'gone' : 'FAILED';
    return [
      ...(bus?.locks ?? [])
        .filter((lock) => lock.workerId === workerId)
        .map(({ path }) => ({ kind: 'unlock' as const, path, workerId, because })),
      ...(entry && entry.status.toUpperCase() !== status
        ? [{ kind: 'settleStatus' as const, workerId, status, because } as const]
        : []),
      { kind: 'removeWorkerFile', workerId, because },
    ];
  });
}
