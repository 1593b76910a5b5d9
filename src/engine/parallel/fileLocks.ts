import { join } from 'node:path';
import { eventFileName, lockEdits, lockMs, unlockEdits } from '../../files/busWriting';
import { parseLocks } from '../../files/messageBusFiles';
import type { EditRefusal } from '../../model/edit';
import type { RunContext } from '../run/runContext';
import { postEvent, postMessage } from './bus';

/** A worker and the task that it is at. */
export interface Holder {
  readonly workerId: string;
  readonly taskId: string;
}

/**
 * Locks all paths for a worker or none (spec 003, "Message Bus": `locks.json`), and says so on the bus. Its own locks are
 * renewed. Refuses `locked` with the holder named, and what the editor refuses.
 */
export async function lockFiles(
  context: RunContext,
  holder: Holder,
  paths: readonly string[],
): Promise<EditRefusal | undefined> {
  if (paths.length === 0) return undefined;
  const { ports, place } = context;
  const now = ports.clock();
  const locked = await ports.editor.edit({
    root: place.root,
    file: locksFile(context),
    change: (text) => lockEdits(text, { paths, workerId: holder.workerId, now }),
  });
  if ('refused' in locked) return locked.refused;
  const expires = new Date(now.getTime() + lockMs).toISOString();
  for (const filepath of paths) {
    const refused = await postMessage(
      context,
      'FILE_LOCK',
      { filepath, lock_type: 'exclusive', expires_at: expires },
      holder.workerId,
    );
    if (refused) return refused;
  }
  return undefined;
}

/** Releases everything that a worker of ours holds, and tells who waits for it. Nothing of others is touched. */
export async function unlockFiles(
  context: RunContext,
  { workerId, taskId }: Holder,
): Promise<EditRefusal | undefined> {
  const { ports, place } = context;
  let released: readonly string[] = [];
  const outcome = await ports.editor.edit({
    root: place.root,
    file: locksFile(context),
    change: (text) => {
      const paths = parseLocks(text)
        .locks.filter((lock) => lock.workerId === workerId)
        .map(({ path }) => path);
      // Asked again on its own result, it finds none any more.
      if (paths.length > 0) released = paths;
      return unlockEdits(text, { paths, workerId });
    },
  });
  if ('refused' in outcome) return outcome.refused;
  if (released.length === 0) return undefined;
  for (const filepath of released) {
    const refused = await postMessage(context, 'FILE_UNLOCK', { filepath, task_id: taskId }, workerId);
    if (refused) return refused;
  }
  return postEvent(context, eventFileName('FILE_UNLOCK', taskId));
}

function locksFile({ place }: RunContext): string {
  return join(place.bus, 'locks.json');
}
