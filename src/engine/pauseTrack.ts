import type { Track } from '../model/track';
import { statusCategory } from '../rules/trackGroup';
import { restoredStatus, type TrackChangeResult } from './blockTrack';
import { editMetadata, metadataFileOf, statusKey, touched, type MetadataChange } from './metadataEdit';
import type { Ports } from './ports';
import { followRegistryStatus } from './registryRow';

export interface PauseOptions {
  readonly reason?: string;
  readonly registryFile?: string;
  readonly signal?: AbortSignal;
}

/**
 * Pauses a track: status `paused`, the status before under `paused_from`, the reason under `pause_reason`. Spec 003 has
 * no form for it; nothing else of the track changes, the loop least of all, and the Status cell of tracks.md only where
 * it said the same as metadata.json. Refuses `already-paused` and `complete`.
 */
export async function pauseTrack(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  o: PauseOptions = {},
): Promise<TrackChangeResult> {
  const at = ports.clock().toISOString();
  const reason = o.reason?.trim();
  let done = false;
  return change(ports, track, o, `${track.id} is paused.`, (metadata) => {
    const category = metadata.status === undefined ? 'unclear' : statusCategory(metadata.status);
    if (category === 'paused') {
      if (done) return [];
      return { refused: { code: 'already-paused', message: `${track.id} is paused already.` } };
    }
    if (category === 'done' || category === 'cancelled' || category === 'archived') {
      return {
        refused: {
          code: 'complete',
          message: `${track.id} is ${metadata.status}: there is nothing to pause.`,
        },
      };
    }
    done = true;
    return [
      { path: [statusKey(metadata)], value: 'paused' },
      { path: ['paused_from'], value: metadata.status ?? null },
      ...(reason === undefined || reason === '' ? [] : [{ path: ['pause_reason'], value: reason }]),
      ...touched(metadata, at),
    ];
  });
}

/** Takes up a paused track: its status becomes what it was before. Refuses `not-paused`. */
export async function resumeTrack(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  o: Omit<PauseOptions, 'reason'> = {},
): Promise<TrackChangeResult> {
  const at = ports.clock().toISOString();
  let done = false;
  return change(ports, track, o, `${track.id} goes on.`, (metadata) => {
    const restored = restoredStatus(metadata, 'paused_from', 'paused');
    if (restored.length === 0) {
      if (done) return [];
      return {
        refused: {
          code: 'not-paused',
          message: `${track.id} is not paused (status “${metadata.status ?? 'none'}”).`,
        },
      };
    }
    done = true;
    return [
      ...restored,
      ...('pause_reason' in metadata.raw ? [{ path: ['pause_reason'], value: undefined }] : []),
      ...touched(metadata, at),
    ];
  });
}

async function change(
  ports: Pick<Ports, 'editor'>,
  track: Track,
  o: Omit<PauseOptions, 'reason'>,
  why: string,
  decide: MetadataChange,
): Promise<TrackChangeResult> {
  const status: { before?: string; after?: string } = {};
  const outcome = await editMetadata(
    ports,
    track,
    (metadata) => {
      const changes = decide(metadata);
      if ('refused' in changes) return changes;
      const value = changes.find(({ path }) => path[0] === statusKey(metadata))?.value;
      if (typeof value === 'string') Object.assign(status, { before: metadata.status, after: value });
      return changes;
    },
    o.signal ? { signal: o.signal } : {},
  );
  if ('refused' in outcome) return outcome;
  const { before, after } = status;
  const row = await followRegistryStatus(ports, track, { before, after }, o.registryFile);
  return {
    why,
    files: [
      ...(outcome.changed ? [metadataFileOf(track)] : []),
      ...(row.file === undefined ? [] : [row.file]),
    ],
    warnings: row.warning === undefined ? [] : [row.warning],
  };
}
