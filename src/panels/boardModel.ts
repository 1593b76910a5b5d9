import type { Track } from '../model/track';
import type { BoardModel } from '../shared/boardModel';

/** What the Board panel shows of a track. */
export function boardModelOf(track: Track, o: { readAt: number }): BoardModel {
  return { name: track.name, trackId: track.id, readAt: o.readAt };
}
