import { join } from 'node:path';
import type { EditRefusal } from '../../model/edit';
import type { Track } from '../../model/track';
import { containedPath } from '../../store/contain';
import { seenHolder } from './inspectRun';
import type { Processes } from './processes';
import { loopRunningWords } from './runLock';

/** Why no agent is started by hand on a track now: a loop runs on it, and would have a second one at its step. */
export async function loopRunning(
  { root, folder }: Pick<Track, 'root' | 'folder'>,
  processes: Processes,
): Promise<EditRefusal | undefined> {
  const holders = folder && (await containedPath(root, join(folder, '.message-bus', 'run', 'holder')));
  const holder = holders && (await seenHolder(holders, processes));
  if (!holder || holder.sign === 'gone') return undefined;
  return { code: 'loop-running', message: loopRunningWords(holder, holder.sign === 'silent') };
}
