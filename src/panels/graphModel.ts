import type { Track } from '../model/track';
import type { GraphModel } from '../shared/graphModel';

/** What the Graph panel shows of a track. */
export function graphModelOf(track: Track, o: { readAt: number }): GraphModel {
  return { name: track.name, trackId: track.id, readAt: o.readAt };
}
