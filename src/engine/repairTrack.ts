import { dirname, join } from 'node:path';
import { addTrackEdits, newTracksText, setTrackStatusEdits, type TrackStatus } from '../files/tracksEdit';
import { applyEdits } from '../files/textEdit';
import type { SettableMarker } from '../model/marker';
import type { RepairKind } from '../model/problem';
import type { Track } from '../model/track';
import { allTasksDone } from '../rules/progress';
import { statusCategory, type StatusCategory } from '../rules/trackGroup';
import type { EditOutcome } from '../store/fileEditor';
import { LockBusyError, withLock } from '../store/lock';
import type { TrackChangeResult } from './blockTrack';
import { completeTrack } from './completeTrack';
import { loopStateJson } from './loopChanges';
import { editMetadata, metadataFileOf, statusKey, touched, trackRefusal } from './metadataEdit';
import { localDate } from './newTrack';
import type { Ports } from './ports';
import { registryFileOf, registryIdOf } from './registryRow';

export interface RepairOptions {
  readonly registryFile?: string;
  /** `removeStaleLock`: the lock folder that the problem names. */
  readonly lock?: string;
  readonly signal?: AbortSignal;
}

/** Does one repair of model/problem.ts. Asking for one that is not needed any more changes nothing. */
export async function repairTrack(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  repair: RepairKind,
  o: RepairOptions = {},
): Promise<TrackChangeResult> {
  if (repair === 'removeStaleLock') return removeStaleLock(track, o);
  const never = trackRefusal(track);
  if (never) return { refused: never };
  switch (repair) {
    case 'registerTrack':
      return registerTrack(ports, track, o);
    case 'updateRegistryStatus':
      return updateRegistryStatus(ports, track, o);
    case 'updateMetadataStatus':
      return updateMetadataStatus(ports, track, o);
    case 'createMetadata':
      return createMetadata(ports, track);
  }
}

async function registerTrack(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  o: RepairOptions,
): Promise<TrackChangeResult> {
  const file = registryFileOf(track, o.registryFile);
  const entry = {
    id: track.id,
    name: track.name,
    type: track.metadata?.type ?? 'feature',
    status: track.status ?? 'new',
    created: track.metadata?.createdAt?.slice(0, 10) ?? localDate(ports.clock()),
    ...(track.metadata?.priority === undefined ? {} : { priority: track.metadata.priority }),
  };
  const edited = await ports.editor.edit({
    root: track.root,
    file,
    change: (text) => addTrackEdits(text, entry),
    ...(o.signal ? { signal: o.signal } : {}),
  });
  if (!('refused' in edited) || edited.refused.code !== 'file-missing') {
    return result(edited, file, `tracks.md has an entry for ${track.id}.`);
  }
  const fresh = newTracksText();
  const added = addTrackEdits(fresh, entry);
  if ('refused' in added) return added;
  const created = await ports.editor.create({ root: track.root, file, text: applyEdits(fresh, added.edits) });
  return result(created, file, `tracks.md was made, with an entry for ${track.id}.`);
}

async function updateRegistryStatus(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  o: RepairOptions,
): Promise<TrackChangeResult> {
  const state = stateOf(track);
  const file = registryFileOf(track, o.registryFile);
  if (state === 'done' && track.loop?.source === 'metadata') {
    // The whole of it, as if completion had not been interrupted: the row moves to the completed tracks.
    const completed = await completeTrack(ports, track, {
      ...(o.registryFile === undefined ? {} : { registryFile: o.registryFile }),
      ...(o.signal ? { signal: o.signal } : {}),
    });
    return 'refused' in completed
      ? completed
      : { why: `tracks.md says that ${track.id} is complete.`, ...completed };
  }
  const wanted: TrackStatus = {
    marker: markerOf[state],
    // The track's own word for the state, unless that word is what is wrong.
    status:
      track.metadata?.status !== undefined && statusCategory(track.metadata.status) === state
        ? track.metadata.status
        : wordOf[state],
    ...(track.loop?.source === 'metadata' && track.entry?.step !== undefined
      ? { step: track.loop.step }
      : {}),
  };
  const edited = await ports.editor.edit({
    root: track.root,
    file,
    change: (text) => setTrackStatusEdits(text, registryIdOf(track), wanted),
    ...(o.signal ? { signal: o.signal } : {}),
  });
  return result(edited, file, `tracks.md says what the files of ${track.id} say.`);
}

async function updateMetadataStatus(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  o: RepairOptions,
): Promise<TrackChangeResult> {
  const at = ports.clock().toISOString();
  const state = stateOf(track);
  const word =
    state === 'done' ? (track.dialect === 'evaluate-loop' ? 'complete' : 'completed') : wordOf[state];
  const outcome = await editMetadata(
    ports,
    track,
    (metadata) => {
      const now = metadata.status === undefined ? 'unclear' : statusCategory(metadata.status);
      if (now === state) return [];
      return [
        { path: [statusKey(metadata)], value: word },
        ...(state === 'done' && metadata.completedAt === undefined && track.loop
          ? [{ path: ['completed_at'], value: at }]
          : []),
        ...touched(metadata, at),
      ];
    },
    o.signal ? { signal: o.signal } : {},
  );
  return result(outcome, metadataFileOf(track), `metadata.json says “${word}”.`);
}

/** The missing metadata.json: with loop_state for an evaluate-loop track (FORMATS §4.2, fallback), else Google's keys. */
async function createMetadata(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
): Promise<TrackChangeResult> {
  const at = ports.clock().toISOString();
  const file = metadataFileOf(track);
  const status = track.entry?.status ?? wordOf[stateOf(track)];
  const value = track.loop
    ? {
        version: 2,
        track_id: track.id,
        type: 'feature',
        status: track.loop.step === 'PLAN' ? status : 'in_progress',
        created_at: at,
        updated_at: at,
        loop_state: loopStateJson(track.loop),
        lead_consultations: [],
        discovered_work: [],
        blockers: [],
      }
    : {
        track_id: track.id,
        type: 'feature',
        status,
        created_at: at,
        updated_at: at,
        description: track.name,
      };
  const created = await ports.editor.create({
    root: track.root,
    file,
    text: `${JSON.stringify(value, null, 2)}\n`,
  });
  return result(created, file, 'metadata.json was made from what plan.md and tracks.md say.');
}

/**
 * Removes a lock that its program left behind, by taking it over and letting it go: so a lock that somebody still
 * holds stays, and refuses `file-busy`.
 */
async function removeStaleLock(track: Track, o: RepairOptions): Promise<TrackChangeResult> {
  const lock = o.lock ?? (track.folder === undefined ? undefined : join(track.folder, '.metadata.lock'));
  if (lock === undefined)
    return { refused: { code: 'no-folder', message: `${track.id} has no folder on disk.` } };
  if (track.folder === undefined || dirname(lock) !== track.folder) {
    return {
      refused: { code: 'outside-track', message: `${lock} does not lie in the folder of ${track.id}.` },
    };
  }
  const file = lock.endsWith('.metadata.lock')
    ? join(dirname(lock), 'metadata.json')
    : lock.replace(/\.lock$/i, '');
  try {
    await withLock(file, { waitMs: 0, ...(o.signal ? { signal: o.signal } : {}) }, () => Promise.resolve());
    return { why: `The lock ${lock} is gone.`, files: [lock], warnings: [] };
  } catch (error) {
    if (error instanceof LockBusyError) return { refused: { code: 'file-busy', message: error.message } };
    throw error;
  }
}

// --- what is true of a track ---

type State = Extract<StatusCategory, 'notStarted' | 'running' | 'done'>;

/** As drift measures it: the loop where metadata.json has one, else plan.md. */
function stateOf(track: Track): State {
  const { loop, progress } = track;
  if (loop?.source === 'metadata') {
    if (loop.step === 'COMPLETE' && loop.stepStatus === 'PASSED') return 'done';
    const fresh = loop.step === 'NOT_STARTED' || (loop.step === 'PLAN' && loop.stepStatus === 'NOT_STARTED');
    return fresh ? 'notStarted' : 'running';
  }
  if (progress.total === 0) {
    const category = track.metadata?.status === undefined ? 'unclear' : statusCategory(track.metadata.status);
    return category === 'done' || category === 'notStarted' ? category : 'running';
  }
  if (allTasksDone(progress)) return 'done';
  return progress.done + progress.doing > 0 ? 'running' : 'notStarted';
}

const markerOf: Readonly<Record<State, SettableMarker>> = {
  notStarted: 'todo',
  running: 'doing',
  done: 'done',
};
const wordOf: Readonly<Record<State, string>> = {
  notStarted: 'new',
  running: 'in_progress',
  done: 'completed',
};

function result(outcome: EditOutcome, file: string, why: string): TrackChangeResult {
  if ('refused' in outcome) return outcome;
  return { why, files: outcome.changed ? [file] : [], warnings: [] };
}
