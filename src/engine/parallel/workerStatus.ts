import { join } from 'node:path';
import { removeWorkersEdits, workerStatusEdits, type WorkerStatusEntry } from '../../files/busWriting';
import { jsonEdits } from '../../files/jsonEdit';
import { parseWorkerStatus } from '../../files/messageBusFiles';
import type { EditRefusal, EditResult } from '../../model/edit';
import type { RunContext } from '../run/runContext';

/** Says in worker-status.json how a worker of ours stands; `gone` takes it out: it counts as no attempt. */
export async function setWorkerStatus(
  context: RunContext,
  workerId: string,
  entry: Omit<WorkerStatusEntry, 'heartbeat'> | 'gone',
): Promise<EditRefusal | undefined> {
  const heartbeat = context.ports.clock().toISOString();
  return edit(context, (text) => {
    if (entry === 'gone') return removeWorkersEdits(text, [workerId]);
    const startedAt = entry.startedAt ?? startOf(context, text, workerId);
    return workerStatusEdits(text, workerId, {
      ...entry,
      heartbeat,
      ...(startedAt === undefined ? {} : { startedAt }),
    });
  });
}

/** For a worker whose start a killed run did not write there any more. */
function startOf(context: RunContext, text: string, workerId: string): string | undefined {
  const known = parseWorkerStatus(text).workers.find((worker) => worker.workerId === workerId);
  return (
    known?.startedAt ??
    context.log.state().run.workers.find((worker) => worker.workerId === workerId)?.startedAt
  );
}

/**
 * A sign of life of workers whose processes we see running (FORMATS §4.9: every five minutes). What they say of their
 * own progress stays as it is; one that has no entry, or says that it has ended, gets none.
 */
export async function beatFor(
  context: RunContext,
  workerIds: ReadonlySet<string>,
): Promise<EditRefusal | undefined> {
  const at = context.ports.clock().toISOString();
  return edit(context, (text) => {
    const alive = parseWorkerStatus(text).workers.filter(
      ({ workerId, status, lastHeartbeat }) =>
        workerIds.has(workerId) && /^(RUNNING|BLOCKED)$/i.test(status) && (lastHeartbeat ?? '') < at,
    );
    return jsonEdits(
      text,
      alive.map(({ workerId }) => ({ path: [workerId, 'last_heartbeat'], value: at })),
    );
  });
}

async function edit(
  { ports, place }: RunContext,
  change: (text: string) => EditResult,
): Promise<EditRefusal | undefined> {
  const outcome = await ports.editor.edit({
    root: place.root,
    file: join(place.bus, 'worker-status.json'),
    change,
  });
  return 'refused' in outcome ? outcome.refused : undefined;
}
