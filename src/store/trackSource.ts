import { join } from 'node:path';
import type { Track } from '../model/track';
import { RootReader } from './rootReader';

/** The track's folder is not there any more, or holds no track. The message says so. */
export class TrackGoneError extends Error {
  override readonly name = 'TrackGoneError';
}

export interface TrackPlace {
  /** Absolute path of the conductor directory. */
  readonly root: string;
  /** Absolute */
  readonly trackFolder: string;
  /** Absolute; what symbolic links inside the root may lead to. Default: the root. */
  readonly workspaceFolder?: string;
  /** Absolute path of tracks.md, when it is not `tracks.md` in the root. */
  readonly registryFile?: string;
}

/**
 * Reads one track of a root, again and again, as it is on the disk at the time of the call. Only the track's folder and
 * the registry are asked of the disk again; what did not change keeps its object.
 */
export class DiskTrackSource {
  readonly #reader: RootReader;
  readonly #places: readonly string[];
  #turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly place: TrackPlace) {
    this.#reader = new RootReader({ path: place.root, workspaceFolder: place.workspaceFolder ?? place.root });
    this.#places = [place.trackFolder, place.registryFile ?? join(place.root, 'tracks.md')];
  }

  /** Reads take turns. Throws TrackGoneError, and the signal's reason. */
  read(signal?: AbortSignal): Promise<Track> {
    const reading = this.#turn.then(async () => {
      this.#reader.expire(this.#places);
      const snapshot = await this.#reader.read(false, signal);
      const track = snapshot?.tracks.find(({ folder }) => folder === this.place.trackFolder);
      if (track) return track;
      throw new TrackGoneError(
        `${this.place.trackFolder} holds no track any more: it was removed, renamed or archived. Nothing was written.`,
      );
    });
    this.#turn = reading.catch(() => undefined);
    return reading;
  }
}
