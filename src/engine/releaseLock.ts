import { join } from 'node:path';
import { jsonEdits } from '../files/jsonEdit';
import { parseLocks } from '../files/messageBusFiles';
import type { EditResult } from '../model/edit';
import type { Track } from '../model/track';
import { expiredLocks } from '../rules/busRules';
import type { EditOutcome } from '../store/fileEditor';
import type { Ports } from './ports';

/**
 * Takes an expired lock out of locks.json of a track's message bus (spec 003, "Deadlock Detection": 30-minute lock
 * timeout with auto-release). Only that entry goes. Refuses `no-bus`, `lock-not-expired` when its holder has renewed
 * it or another worker holds it by now, and what the editor refuses; a lock that is gone already is no edit.
 */
export async function releaseLock(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  path: string,
  signal?: AbortSignal,
): Promise<EditOutcome> {
  const { bus } = track;
  if (!bus) return { refused: { code: 'no-bus', message: `${track.id} has no message bus.` } };
  const seen = bus.locks.find((lock) => lock.path === path);
  return ports.editor.edit({
    root: track.root,
    file: join(bus.folder, 'locks.json'),
    change: (text): EditResult => {
      const { locks } = parseLocks(text);
      const lock = locks.find((candidate) => candidate.path === path);
      if (!lock) return { edits: [] };
      const isExpired = expiredLocks({ ...bus, locks: [lock] }, ports.clock()).length > 0;
      if (!isExpired || (seen && seen.workerId !== lock.workerId)) {
        return {
          refused: {
            code: 'lock-not-expired',
            message: `${lock.workerId} holds ${path}${lock.expiresAt === undefined ? '' : ` until ${lock.expiresAt}`}; the lock has not expired, so it was not released.`,
          },
        };
      }
      return jsonEdits(text, [{ path: [path], value: undefined }]);
    },
    ...(signal ? { signal } : {}),
  });
}
