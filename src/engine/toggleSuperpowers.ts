import type { JsonChange } from '../files/jsonEdit';
import type { Metadata } from '../model/metadata';
import type { Track } from '../model/track';
import type { TrackChangeResult } from './blockTrack';
import { noLoop } from './loopEdit';
import { editMetadata, metadataFileOf, touched } from './metadataEdit';
import type { Ports } from './ports';

/**
 * Lets a track use superpowers, or the legacy agents again (spec 003, "Migration Path"): sets `superpower_enhanced`, or
 * removes the flag. Only at a clean checkpoint: refuses `step-in-progress` while a step runs.
 *
 * @param o.enable Default: the opposite of what the track says now.
 */
export async function toggleSuperpowers(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  o: { readonly enable?: boolean; readonly signal?: AbortSignal } = {},
): Promise<TrackChangeResult> {
  if (!track.loop) return { refused: noLoop(track) };
  // What the person saw decides, not what the file says when the edit is asked again.
  const enable = o.enable ?? !(track.metadata?.superpowerEnhanced ?? false);
  const at = ports.clock().toISOString();
  const outcome = await editMetadata(
    ports,
    track,
    (metadata) => {
      if (metadata.superpowerEnhanced === enable) return [];
      const status = metadata.loop?.stepStatus ?? 'NOT_STARTED';
      if (status === 'IN_PROGRESS' || status === 'BOARD_REVIEW') {
        return {
          refused: {
            code: 'step-in-progress',
            message: `${metadata.loop?.step} is ${status}. The agents of a track are changed only between steps: wait for the outcome, or record it.`,
          },
        };
      }
      return [...flagChanges(metadata, enable), ...touched(metadata, at)];
    },
    o.signal ? { signal: o.signal } : {},
  );
  if ('refused' in outcome) return outcome;
  return {
    why: enable
      ? `${track.id} uses superpowers from its next step on.`
      : `${track.id} uses the legacy agents from its next step on.`,
    files: outcome.changed ? [metadataFileOf(track)] : [],
    warnings: [],
  };
}

function flagChanges(metadata: Metadata, enable: boolean): JsonChange[] {
  if (enable) return [{ path: ['superpower_enhanced'], value: true }];
  const loop = metadata.raw['loop_state'];
  // Real files have the flag at the root, in loop_state, or in both (FORMATS §4.2).
  const inLoop = typeof loop === 'object' && loop !== null && 'superpower_enhanced' in loop;
  return [
    { path: ['superpower_enhanced'], value: undefined },
    ...(inLoop ? [{ path: ['loop_state', 'superpower_enhanced'], value: undefined }] : []),
  ];
}
