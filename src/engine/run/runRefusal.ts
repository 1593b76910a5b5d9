import type { EditRefusal } from '../../model/edit';
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
    const track = await ports.tracks.read(signal);
    const next = nextActionOf(track);
    return track.loop ? stepRefusal(track, next, true) : stepRefusal(track, next);
  } catch (error) {
    if (error instanceof TrackGoneError) return { code: 'track-gone', message: error.message };
    throw error;
  }
}
