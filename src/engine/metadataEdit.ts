import { join } from 'node:path';
import { applyEdits } from '../files/textEdit';
import { jsonEdits, type JsonChange } from '../files/jsonEdit';
import { parseMetadata } from '../files/metadataFile';
import type { EditRefusal, EditResult } from '../model/edit';
import type { Metadata } from '../model/metadata';
import type { Track } from '../model/track';
import type { EditOutcome } from '../store/fileEditor';
import type { Ports } from './ports';

/** Works out changes on metadata.json as it is now, or says why not. May be asked several times. */
export type MetadataChange = (
  metadata: Metadata,
) => readonly JsonChange[] | { readonly refused: EditRefusal };

export interface MetadataEditOptions {
  /** What a missing metadata.json begins as; absent: refuse `metadata-missing`. */
  readonly begin?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
}

/**
 * One semantic change of a track's metadata.json, on its current text. Refuses `metadata-invalid` (such a file is
 * never written), `metadata-missing`, `state-moved` when the file appears while it is being created, and what the
 * change or the editor refuses.
 */
export async function editMetadata(
  ports: Pick<Ports, 'editor'>,
  track: Track,
  change: MetadataChange,
  options: MetadataEditOptions = {},
): Promise<EditOutcome> {
  const refused = trackRefusal(track);
  if (refused) return { refused };
  const file = metadataFileOf(track);
  if (track.documents.metadata !== undefined) {
    return ports.editor.edit({
      root: track.root,
      file,
      change: (text) => metadataEdits(text, file, change),
      ...(options.signal ? { signal: options.signal } : {}),
    });
  }
  if (!options.begin) {
    return {
      refused: {
        code: 'metadata-missing',
        message: `${track.id} has no metadata.json, where this would be written. Create it first (repair “Create metadata.json”).`,
      },
    };
  }
  const empty = `${JSON.stringify(options.begin, null, 2)}\n`;
  const result = metadataEdits(empty, file, change);
  if ('refused' in result) return result;
  const outcome = await ports.editor.create({
    root: track.root,
    file,
    text: applyEdits(empty, result.edits),
  });
  if ('refused' in outcome && outcome.refused.code === 'exists') {
    return {
      refused: {
        code: 'state-moved',
        message: `${file} has just appeared. Look at the track again, then repeat.`,
      },
    };
  }
  return outcome;
}

/** Absolute path of a track's metadata.json, there or not. */
export function metadataFileOf(track: Track): string {
  return track.documents.metadata ?? join(track.folder ?? track.root, 'metadata.json');
}

/** Why nothing is ever written to a track: it is archived, or has no folder. */
export function trackRefusal(track: Track): EditRefusal | undefined {
  if (track.archived) {
    return { code: 'archived', message: `${track.id} is archived: restore its folder before changing it.` };
  }
  if (track.folder === undefined) {
    return { code: 'no-folder', message: `${track.id} is named in tracks.md but has no folder on disk.` };
  }
  return undefined;
}

/** The key that holds the track's status: `state` in files that have only that. */
export function statusKey(metadata: Metadata): 'status' | 'state' {
  return !('status' in metadata.raw) && 'state' in metadata.raw ? 'state' : 'status';
}

/** Keeps `updated_at` (or `updated`) true where the file has it, in its own precision. */
export function touched(metadata: Metadata, at: string): JsonChange[] {
  return ['updated_at', 'updated'].flatMap((key) => {
    const value = metadata.raw[key];
    if (typeof value !== 'string') return [];
    return [{ path: [key], value: /^\d{4}-\d\d-\d\d$/.test(value) ? at.slice(0, 10) : at }];
  });
}

function metadataEdits(text: string, file: string, change: MetadataChange): EditResult {
  const { metadata, problems, invalid } = parseMetadata(text);
  if (!metadata || invalid) {
    const first = problems.find((problem) => problem.severity === 'error') ?? problems[0];
    const where = first?.line === undefined ? file : `${file}:${first.line}`;
    return {
      refused: {
        code: 'metadata-invalid',
        message: `${where} cannot be read as JSON, so it was left as it is. ${first?.message ?? ''}`.trim(),
      },
    };
  }
  const changes = change(metadata);
  return 'refused' in changes ? changes : jsonEdits(text, changes);
}
