import { join } from 'node:path';
import { setImmediate as soon } from 'node:timers/promises';
import { workerStatusesEdits, type WorkerStatusEntry } from '../../files/busWriting';
import { jsonEdits } from '../../files/jsonEdit';
import { parseWorkerStatus } from '../../files/messageBusFiles';
import type { EditRefusal, EditResult } from '../../model/edit';
import type { FileEditor } from '../../store/fileEditor';
import type { RunContext } from '../run/runContext';

/** Says in worker-status.json how a worker of ours stands; `gone` takes it out: it counts as no attempt. */
export async function setWorkerStatus(
  context: RunContext,
  workerId: string,
  entry: Omit<WorkerStatusEntry, 'heartbeat'> | 'gone',
): Promise<EditRefusal | undefined> {
  const { editor, clock } = context.ports;
  const heartbeat = clock().toISOString();
  const wanted = entry === 'gone' ? entry : { ...entry, heartbeat };
  const batch = batches.get(editor);
  // One after the other what is said of one worker.
  if (batch && !batch.entries.has(workerId)) {
    batch.entries.set(workerId, wanted);
    return batch.written;
  }
  const entries = new Map([[workerId, wanted]]);
  const written = soon().then(() => {
    if (batches.get(editor)?.entries === entries) batches.delete(editor);
    return edit(context, (text) => statusEdits(context, text, entries));
  });
  batches.set(editor, { entries, written });
  return written;
}

/** What is said of workers at the same moment is one edit: of a file that all workers of a run are in. */
const batches = new WeakMap<
  FileEditor,
  { readonly entries: Map<string, Wanted>; readonly written: Promise<EditRefusal | undefined> }
>();

type Wanted = WorkerStatusEntry | 'gone';

function statusEdits(context: RunContext, text: string, wanted: ReadonlyMap<string, Wanted>): EditResult {
  let known: ReadonlyMap<string, string | undefined> | undefined;
  // For a worker whose start a killed run did not write there any more.
  const startOf = (id: string): string | undefined => {
    known ??= new Map(parseWorkerStatus(text).workers.map((worker) => [worker.workerId, worker.startedAt]));
    return (
      known.get(id) ?? context.log.state().run.workers.find(({ workerId }) => workerId === id)?.startedAt
    );
  };
  const entries = new Map(
    [...wanted].map(([id, entry]): [string, Wanted] => {
      if (entry === 'gone') return [id, entry];
      const startedAt = entry.startedAt ?? startOf(id);
      return [id, { ...entry, ...(startedAt === undefined ? {} : { startedAt }) }];
    }),
  );
  return workerStatusesEdits(text, entries);
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
