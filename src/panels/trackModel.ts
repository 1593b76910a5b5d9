import type { Track } from '../model/track';
import type { TrackModel } from '../shared/trackModel';

/** What the Track panel shows of a track. */
export function trackModelOf(track: Track, o: { readAt: number }): TrackModel {
  return { name: track.name, trackId: track.id, readAt: o.readAt };
}
