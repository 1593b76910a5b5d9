import { basename, relative, sep } from 'node:path';
import { busFolderName } from './busReader';
import { isForeignName } from './findRoots';
import { isArchiveName, isPassing } from './trackFolders';

/** What is known of a path when it is judged; nothing before it was looked at. */
export type PathKind = 'file' | 'folder' | undefined;

const deepestTrack = 4;

/**
 * Whether a path in a conductor directory can change what is shown: documents, JSON files, the message bus, and the
 * folders on the way to them. Archived tracks only once somebody opened them.
 */
export function concerns(root: string, path: string, kind: PathKind, archiveOpen: boolean): boolean {
  const parts = relative(root, path).split(sep);
  if (parts[0] === '') return true;
  if (parts[0] === '..') return false;
  const name = basename(path);
  if (name !== '.metadata.lock' && parts.some(isPassing)) return false;
  if (parts.some(isForeignName)) return false;
  if (kind !== 'folder' && !mayBeRead(name, kind)) return false;
  const [top = '', second = ''] = parts;
  if (isArchiveName(top)) return parts.length === 1 || archiveOpen;
  if (top.toLowerCase() !== 'tracks') return parts.length === 1 && kind !== 'folder';
  if (isArchiveName(second) && parts.length > 2 && !archiveOpen) return false;
  const bus = parts.indexOf(busFolderName);
  if (parts.some((part, index) => part.startsWith('.') && index !== bus && part !== '.metadata.lock'))
    return false;
  // tracks/<domain>/<sub-domain>/<id>/<file>, and the bus two levels below that.
  const depth = bus === -1 ? parts.length : bus;
  const deepest = isArchiveName(second) ? deepestTrack + 8 : deepestTrack + 1;
  return depth <= deepest && (bus === -1 || parts.length - bus <= 3);
}

function mayBeRead(name: string, kind: PathKind): boolean {
  return kind === undefined || /\.(md|json|jsonl|event)$/i.test(name);
}

/** True if the name's ending says that it is a file that no format knows: a picture, source code, … */
export function looksForeign(name: string): boolean {
  return /\.[a-z][a-z0-9]{0,4}$/i.test(name) && !mayBeRead(name, 'file');
}
