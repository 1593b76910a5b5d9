import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { initialConductorFiles } from '../files/projectFiles';
import type { EditRefusal } from '../model/edit';
import type { RootSnapshot } from '../model/root';
import { containedPath } from '../store/contain';
import { localDate } from './newTrack';
import type { Ports } from './ports';

export interface InitializeOptions {
  /** Absolute path of the project folder; `conductor/` is made in it. */
  readonly folder: string;
  /** By default the folder's name. */
  readonly projectName?: string;
  /** Roots that the folder already holds. */
  readonly existing: readonly RootSnapshot[];
}

export type InitializeResult =
  | {
      readonly root: string;
      readonly written: readonly string[];
      /** Files that were there before and stay as they are. */
      readonly kept: readonly string[];
    }
  | { readonly refused: EditRefusal; readonly written: readonly string[] };

/**
 * Makes a `conductor/` directory: the union of what the two known installers make (FORMATS §4.1). Where the folder
 * already holds a conductor root nothing is made, as `/conductor:setup` does. A file that is already there
 * (a `product.md` of a half-done setup, say) is never touched.
 */
export async function initializeConductor(
  ports: Pick<Ports, 'editor' | 'clock'>,
  options: InitializeOptions,
): Promise<InitializeResult> {
  const [existing] = options.existing;
  if (existing) {
    const done = existing.tracks.filter((track) => track.group === 'done').length;
    return {
      refused: {
        code: 'exists',
        message: `${existing.path} is already a conductor directory: ${existing.tracks.length} live tracks (${done} done), ${existing.archive.count} archived.`,
      },
      written: [],
    };
  }
  const root = join(options.folder, 'conductor');
  const files = initialConductorFiles({
    projectName: options.projectName ?? basename(options.folder),
    date: localDate(ports.clock()),
  });
  const written: string[] = [];
  const kept: string[] = [];
  for (const [relativePath, text] of Object.entries(files)) {
    const file = join(root, relativePath);
    // Contained in the project folder: `conductor` itself does not exist yet.
    const outcome = await ports.editor.create({ root: options.folder, file, text });
    if (!('refused' in outcome)) written.push(file);
    else if (outcome.refused.code === 'exists') kept.push(file);
    else {
      const before = written.length === 0 ? '' : ` Written before that: ${written.join(', ')}.`;
      return {
        refused: { code: outcome.refused.code, message: outcome.refused.message + before },
        written,
      };
    }
  }
  // Readers of every dialect look for the folder, and an editor of files makes none that stays empty.
  const tracks = await containedPath(options.folder, join(root, 'tracks'));
  if (tracks !== undefined) await mkdir(tracks, { recursive: true });
  return { root, written, kept };
}
