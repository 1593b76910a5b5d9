import type { JsonChange } from '../files/jsonEdit';
import type { LoopState } from '../model/loopState';
import type { Metadata } from '../model/metadata';
import type { Track } from '../model/track';
import { inferLoopState } from '../rules/loopInference';
import { statusCategory } from '../rules/trackGroup';
import type { TrackChangeResult } from './blockTrack';
import { loopStateJson } from './loopChanges';
import { editMetadata, metadataFileOf, touched } from './metadataEdit';
import type { Ports } from './ports';

/**
 * Makes version 1 of metadata.json (no `version`, no `loop_state`) version 3 (FORMATS §4.2): every known and unknown
 * field stays, the loop state is inferred from plan.md and its reports, a finished track becomes COMPLETE / PASSED.
 * `superpower_enhanced` is not set: a migrated track keeps the legacy agents until a person says otherwise.
 * Refuses `not-version-1`.
 */
export async function migrateMetadata(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  o: { readonly signal?: AbortSignal } = {},
): Promise<TrackChangeResult> {
  const at = ports.clock().toISOString();
  const inferred = inferLoopState(
    track.plan,
    track.reports.map(({ report }) => report),
  );
  let migrated = false;
  let why = '';
  const outcome = await editMetadata(
    ports,
    track,
    (metadata) => {
      if (migrated && metadata.version === 3 && metadata.loop) return [];
      if (metadata.version >= 2 || 'loop_state' in metadata.raw) {
        return {
          refused: {
            code: 'not-version-1',
            message: `metadata.json of ${track.id} is version ${metadata.version}${metadata.loop ? ' and has a loop_state' : ''}; only version 1 is migrated.`,
          },
        };
      }
      migrated = true;
      const loop = loopOf(metadata, inferred);
      why = `metadata.json is version 3 now, at ${loop.step} / ${loop.stepStatus} as plan.md says.`;
      return [...versionChanges(track, metadata, loop), ...touched(metadata, at)];
    },
    o.signal ? { signal: o.signal } : {},
  );
  if ('refused' in outcome) return outcome;
  return { why, files: outcome.changed ? [metadataFileOf(track)] : [], warnings: [] };
}

function loopOf(metadata: Metadata, inferred: LoopState): LoopState {
  if (metadata.status === undefined || statusCategory(metadata.status) !== 'done') return inferred;
  return { ...inferred, step: 'COMPLETE', stepStatus: 'PASSED', checkpoints: {} };
}

function versionChanges(track: Track, metadata: Metadata, loop: LoopState): JsonChange[] {
  const missing = (key: string, value: unknown): JsonChange[] =>
    key in metadata.raw ? [] : [{ path: [key], value }];
  return [
    { path: ['version'], value: 3 },
    ...missing('track_id', metadata.id ?? track.id),
    ...missing('name', track.name),
    ...missing('status', metadata.status ?? 'new'),
    { path: ['loop_state'], value: loopStateJson(loop) },
    ...missing('lead_consultations', []),
    ...missing('discovered_work', []),
    ...missing('blockers', []),
  ];
}
