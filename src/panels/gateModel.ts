import type { Track } from '../model/track';
import type { GateModel } from '../shared/gateModel';

/** What the Gate panel shows of a track. */
export function gateModelOf(track: Track, o: { readAt: number }): GateModel {
  return { name: track.name, trackId: track.id, readAt: o.readAt };
}
