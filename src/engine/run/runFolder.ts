import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { containedPath } from '../../store/contain';
import { reasonOf } from '../../store/ioError';

/** Why the folder of a run cannot be used. The message says what happened, where, and what to do. */
export class RunFolderError extends Error {
  override readonly name = 'RunFolderError';

  constructor(
    readonly folder: string,
    message: string,
  ) {
    super(message);
  }
}

/**
 * `<track>/.message-bus/run/`, made when it is not there: the journal of our runs on this track, and who holds them.
 * Real path, inside `root` after every symbolic link has been followed (DESIGN §4, "contained"). Throws RunFolderError.
 */
export async function runFolderOf(root: string, trackFolder: string): Promise<string> {
  const wanted = join(trackFolder, '.message-bus', 'run');
  const folder = await containedPath(root, wanted);
  if (folder === undefined) {
    throw new RunFolderError(
      wanted,
      `${wanted} leads out of ${root} (or in a circle), so no run is kept there. Remove the symbolic link.`,
    );
  }
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw new RunFolderError(folder, `${folder} could not be made: ${reasonOf(error)}.`);
  }
  return folder;
}
