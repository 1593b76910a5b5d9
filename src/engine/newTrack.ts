import { join } from 'node:path';
import { applyEdits } from '../files/textEdit';
import { newTrackFiles, trackIdOf } from '../files/projectFiles';
import { addTrackEdits, newTracksText } from '../files/tracksEdit';
import type { EditRefusal } from '../model/edit';
import type { RootSnapshot } from '../model/root';
import type { Track } from '../model/track';
import type { EditOutcome } from '../store/fileEditor';
import type { Ports } from './ports';

export interface NewTrackOptions {
  readonly name: string;
  /** `feature` unless said. Open set (FORMATS §4.2). */
  readonly type?: string;
  readonly description?: string;
  readonly priority?: string;
  /** Folder name. By default a slug of the name and today's date: `user-login_20260131`. */
  readonly id?: string;
  readonly signal?: AbortSignal;
}

/** `written` says exactly what is on disk now, also when a later file was refused. Absolute paths, in order. */
export type NewTrackResult =
  | { readonly id: string; readonly folder: string; readonly written: readonly string[] }
  | { readonly refused: EditRefusal; readonly written: readonly string[] };

/**
 * Makes a track (FORMATS §4.6, new-track): folder with metadata.json (v3), spec.md and plan.md, then the entry in
 * tracks.md, in that file's own form.
 *
 * The folder comes first: a track that is not registered yet is shown and can be repaired, an entry that leads
 * nowhere misleads other programs. metadata.json is created exclusively before anything else, so of two processes
 * that make the same track one wins and the other is refused with nothing written.
 *
 * @param root As read with its archive: an archived track's id is taken too.
 */
export async function newTrack(
  ports: Pick<Ports, 'editor' | 'clock'>,
  root: RootSnapshot,
  options: NewTrackOptions,
): Promise<NewTrackResult> {
  const name = options.name.trim();
  const date = localDate(ports.clock());
  const id = options.id ?? trackIdOf(name, date);
  const refusal = nameRefusal(name) ?? idRefusal(id) ?? takenRefusal(root, id);
  if (refusal) return { refused: refusal, written: [] };

  const type = options.type ?? 'feature';
  const files = newTrackFiles({
    id,
    name,
    type,
    date,
    description: options.description,
    priority: options.priority,
  });
  const folder = join(root.path, 'tracks', id);
  const written: string[] = [];

  for (const fileName of ['metadata.json', 'spec.md', 'plan.md'] as const) {
    const file = join(folder, fileName);
    const outcome = await ports.editor.create({ root: root.path, file, text: files[fileName] });
    if ('refused' in outcome) return { refused: afterPart(outcome.refused, written), written };
    written.push(file);
  }

  const registryFile = root.registryFile ?? join(root.path, 'tracks.md');
  const entry = { id, name, type, status: 'new', created: date, priority: options.priority };
  const outcome = await registerTrack(ports, root.path, registryFile, entry, options.signal);
  if ('refused' in outcome) return { refused: afterPart(outcome.refused, written), written };
  if (outcome.changed) written.push(registryFile);
  return { id, folder, written };
}

type RegistryLine = Parameters<typeof addTrackEdits>[1];

/** Adds the entry to tracks.md, and makes the file when the root has none. */
async function registerTrack(
  ports: Pick<Ports, 'editor'>,
  root: string,
  file: string,
  entry: RegistryLine,
  signal: AbortSignal | undefined,
): Promise<EditOutcome> {
  const fresh = newTracksText();
  const first = addTrackEdits(fresh, entry);
  if ('refused' in first) return first;
  const created = await ports.editor.create({ root, file, text: applyEdits(fresh, first.edits) });
  if (!('refused' in created) || created.refused.code !== 'exists') return created;
  return ports.editor.edit({ root, file, change: (text) => addTrackEdits(text, entry), signal });
}

function afterPart(refusal: EditRefusal, written: readonly string[]): EditRefusal {
  if (written.length === 0) return refusal;
  return { code: refusal.code, message: `${refusal.message} Written before that: ${written.join(', ')}.` };
}

function nameRefusal(name: string): EditRefusal | undefined {
  if (name === '') return { code: 'name-empty', message: 'A track needs a name.' };
  // A line break or control character would tear the entry in tracks.md.
  if (/\p{Cc}/u.test(name)) {
    return { code: 'name-invalid', message: 'A track name is one line without control characters.' };
  }
  return undefined;
}

/** Folder names that mean something else below `tracks/`. */
const reservedIds = new Set(['archive', '_archive']);

function idRefusal(id: string): EditRefusal | undefined {
  const why =
    id.length > 120
      ? 'it is longer than 120 characters'
      : !/^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*$/u.test(id)
        ? 'it may hold only letters, digits, "-", "_" and ".", and starts with a letter or digit'
        : id.endsWith('.') || /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(id)
          ? 'no Windows machine could hold a folder of that name'
          : reservedIds.has(id.toLowerCase())
            ? 'that folder holds archived tracks'
            : undefined;
  if (why === undefined) return undefined;
  return { code: 'id-invalid', message: `"${id}" cannot be a track id: ${why}. Give another id.` };
}

/**
 * An id is taken by any track of the root, archived ones included, in any letter case. A short name (the id without
 * its date) is taken by live tracks only: FORMATS §3.1, the new-track command refuses a short name in use.
 */
function takenRefusal(root: RootSnapshot, id: string): EditRefusal | undefined {
  const wanted = id.toLowerCase();
  const all = [...root.tracks, ...(root.archive.tracks ?? [])];
  const same = all.find((track) => idsOf(track).some((other) => other.toLowerCase() === wanted));
  if (same) {
    return {
      code: 'exists',
      message: `There is already a track ${same.id}${same.archived ? ' in the archive' : ''} (${placeOf(same)}). Choose another name or id.`,
    };
  }
  const short = shortName(wanted);
  const namesake = root.tracks.find((track) => shortName(track.id.toLowerCase()) === short);
  if (namesake) {
    return {
      code: 'short-name-taken',
      message: `The short name "${short}" is already used by track ${namesake.id} (${placeOf(namesake)}). Choose another name or id.`,
    };
  }
  return undefined;
}

function idsOf(track: Track): string[] {
  return [track.id, track.metadata?.id, track.entry?.id].filter((id) => id !== undefined);
}

function placeOf(track: Track): string {
  return track.folder ?? `registered in ${join(track.root, 'tracks.md')}:${track.entry?.line ?? 1}`;
}

function shortName(id: string): string {
  return id.replace(/_\d{8}$/, '');
}

/** Today where the person is: `YYYY-MM-DD`. */
export function localDate(now: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
