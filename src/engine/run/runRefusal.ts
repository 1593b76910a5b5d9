import type { EditRefusal } from '../../model/edit';
import type { Track } from '../../model/track';
import { nextActionOf } from '../../rules/nextAction';
import { TrackGoneError } from '../../store/trackSource';
import { stepRefusal } from '../stepPreview';
import type { RunOptions } from './openRun';

/**
 * Why nothing runs on a track. Asked before the track is taken: the folder of a run lies in `.message-bus`, which by
 * itself makes a track one of the evaluate-loop.
 */
export async function runRefusal({
  ports,
  signal,
}: Pick<RunOptions, 'ports' | 'signal'>): Promise<EditRefusal | undefined> {
  try {
    return trackRunRefusal(await ports.tracks.read(signal));
  } catch (error) {
    if (error instanceof TrackGoneError) return { code: 'track-gone', message: error.message };
    throw error;
  }
}

/** The same of a track as it was read. A loop of its own decides what is next in a run; without one nothing can be run. */
export function trackRunRefusal(track: Track): EditRefusal | undefined {
  return stepRefusal(track, nextActionOf(track), track.loop !== undefined);
}
