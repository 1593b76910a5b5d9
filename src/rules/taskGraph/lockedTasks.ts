import { pathsCollide, plainFilePath } from '../../model/filePath';
import type { FileLock, MessageBus } from '../../model/messageBus';
import { expiredLocks } from '../busRules';
import type { TaskNode } from './taskNode';

/**
 * Tasks that could start but for a file that a worker of another task has locked (spec 003, "Worker Protocol" 2): ready
 * as far as the plan goes, but they cannot start now. A lock that has expired may be taken over and holds nobody up.
 */
export function withLocks(nodes: readonly TaskNode[], bus: MessageBus | undefined, now: Date): TaskNode[] {
  const expired = new Set(bus ? expiredLocks(bus, now).map(({ lock }) => lock) : []);
  const locks = (bus?.locks ?? [])
    .filter((lock) => !expired.has(lock))
    .map((lock) => ({ lock, path: plainFilePath(lock.path) }));
  if (locks.length === 0) return [...nodes];
  return nodes.map((node) => {
    if (!node.canStart) return node;
    const files = node.files.map(plainFilePath);
    const held = locks.filter(({ path }) => files.some((file) => pathsCollide(file, path)));
    if (held.length === 0) return node;
    return {
      ...node,
      canStart: false,
      remarks: [...node.remarks, ...held.slice(0, 3).map(({ lock }) => lockedBy(lock))],
    };
  });
}

function lockedBy({ path, workerId, expiresAt }: FileLock): string {
  return `It cannot start now: ${workerId} has locked ${path}${expiresAt === undefined ? '' : ` until ${expiresAt}`} (locks.json).`;
}
