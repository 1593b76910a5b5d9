import { join } from 'node:path';
import { completeTrackInIndexEdits } from '../files/indexFile';
import { completeTrackEdits } from '../files/tracksEdit';
import type { EditRefusal } from '../model/edit';
import type { LoopState } from '../model/loopState';
import type { Metadata } from '../model/metadata';
import type { Track } from '../model/track';
import { applyEvent, nextAction } from '../rules/evaluateLoop';
import { nextActionOf } from '../rules/nextAction';
import { statusCategory } from '../rules/trackGroup';
import { editLoop, withBusinessSync, written } from './loopEdit';
import { editMetadata, metadataFileOf, statusKey, touched, trackRefusal } from './metadataEdit';
import { localDate } from './newTrack';
import type { Ports } from './ports';
import { registryFileOf, registryIdOf } from './registryRow';

export interface CompleteOptions {
  /** One line for the table of completed tracks. */
  readonly summary?: string;
  /** A person's answer to whether business documents must be synced, where the files do not say. */
  readonly businessSync?: boolean;
  readonly registryFile?: string;
  readonly signal?: AbortSignal;
}

export type CompleteResult =
  | {
      /** The loop as written; absent for tracks without one. */
      readonly loop?: LoopState;
      readonly files: readonly string[];
      readonly warnings: readonly string[];
    }
  | { readonly refused: EditRefusal };

/**
 * Marks a track complete (FORMATS §4.4, completion writes): metadata.json first (status, completed_at, COMPLETE /
 * PASSED), then the row in tracks.md, then index.md. When the process dies in between, what is left shows as drift, and
 * asking again does what is missing.
 *
 * A track with a loop completes only from a passed evaluation or business sync (the machine says so), one without a
 * loop when all tasks of plan.md are done. Otherwise refuses `not-complete` with the rule.
 */
export async function completeTrack(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  o: CompleteOptions = {},
): Promise<CompleteResult> {
  const never = trackRefusal(track);
  if (never) return { refused: never };
  const next = nextActionOf(track);
  if (next.kind !== 'complete' && next.kind !== 'done') {
    return { refused: { code: 'not-complete', message: `${track.id} is not complete yet. ${next.why}` } };
  }
  const now = ports.clock();
  const files: string[] = [];
  const warnings: string[] = [];
  const state = await completeMetadata(ports, track, now.toISOString(), o);
  if ('refused' in state) return state;
  if (state.changed) files.push(metadataFileOf(track));

  const date = localDate(now);
  if (track.registered) {
    const file = registryFileOf(track, o.registryFile);
    const outcome = await ports.editor.edit({
      root: track.root,
      file,
      change: (text) =>
        completeTrackEdits(text, registryIdOf(track), {
          completed: date,
          ...(o.summary === undefined ? {} : { summary: o.summary }),
        }),
    });
    if ('refused' in outcome)
      warnings.push(`tracks.md does not say that the track is complete: ${outcome.refused.message}`);
    else if (outcome.changed) files.push(file);
  } else {
    warnings.push('tracks.md has no entry for the track, so it does not say that it is complete.');
  }

  const index = join(track.root, 'index.md');
  const outcome = await ports.editor.edit({
    root: track.root,
    file: index,
    change: (text) => completeTrackInIndexEdits(text, { id: track.id, name: track.name, date }),
  });
  if (!('refused' in outcome)) {
    if (outcome.changed) files.push(index);
  } else if (outcome.refused.code !== 'file-missing') {
    warnings.push(`index.md was not updated: ${outcome.refused.message}`);
  }
  return { ...(state.loop ? { loop: state.loop } : {}), files, warnings };
}

async function completeMetadata(
  ports: Pick<Ports, 'editor'>,
  track: Track,
  at: string,
  o: CompleteOptions,
): Promise<{ readonly changed: boolean; readonly loop?: LoopState } | { readonly refused: EditRefusal }> {
  const signal = o.signal ? { signal: o.signal } : {};
  if (track.loop) {
    return editLoop(
      ports,
      track,
      ({ metadata, loop, facts }) => {
        const answered = withBusinessSync(loop, o.businessSync);
        const done = nextAction(answered, facts);
        const finished = { extra: statusChanges(track, metadata, at) };
        if (done.kind === 'done') {
          return { loop, row: done.row ?? '', why: done.why, completed: true, ...finished };
        }
        if (done.kind !== 'complete') {
          return {
            refused: { code: 'not-complete', message: `${track.id} is not complete yet. ${done.why}` },
          };
        }
        const result = applyEvent(answered, facts, { kind: 'advance', at });
        return 'refused' in result ? result : written(result, metadata, at, finished);
      },
      { at, ...signal },
    );
  }
  // A track without loop and without metadata.json has only its registry entry to say so.
  if (track.documents.metadata === undefined) return { changed: false };
  return editMetadata(
    ports,
    track,
    (metadata) => [...statusChanges(track, metadata, at), ...touchedIf(track, metadata, at)],
    signal,
  );
}

function touchedIf(track: Track, metadata: Metadata, at: string) {
  return statusChanges(track, metadata, at).length > 0 ? touched(metadata, at) : [];
}

function statusChanges(track: Track, metadata: Metadata, at: string) {
  const already = metadata.status !== undefined && statusCategory(metadata.status) === 'done';
  // Each dialect has its own word (FORMATS §4.2, §3.1).
  const word = track.dialect === 'evaluate-loop' ? 'complete' : 'completed';
  return [
    ...(already ? [] : [{ path: [statusKey(metadata)], value: word }]),
    ...(metadata.completedAt === undefined && (track.loop !== undefined || !already)
      ? [{ path: ['completed_at'], value: at }]
      : []),
  ];
}
