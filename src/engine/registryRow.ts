import { join } from 'node:path';
import { setTrackStatusEdits, type TrackStatus } from '../files/tracksEdit';
import type { LoopState } from '../model/loopState';
import type { Track } from '../model/track';
import { statusCategory } from '../rules/trackGroup';
import { metadataFileOf } from './metadataEdit';
import type { Ports } from './ports';

/** Where the registry of a track's root lies, when the caller does not know it better. */
export function registryFileOf(track: Track, known?: string): string {
  return known ?? join(track.root, 'tracks.md');
}

/** The id that the registry knows the track by. */
export function registryIdOf(track: Track): string {
  return track.entry?.id ?? track.id;
}

/**
 * Makes the track's entry in tracks.md say what metadata.json says now. Only what the entry has a place for; tracks
 * that are not registered are left alone. A refusal is returned as a sentence: metadata.json is already written, and
 * the difference shows as drift with its repair.
 */
export async function updateRegistryRow(
  ports: Pick<Ports, 'editor'>,
  track: Track,
  status: TrackStatus,
  registryFile?: string,
): Promise<{ readonly file?: string; readonly warning?: string }> {
  if (!track.entry || Object.keys(status).length === 0) return {};
  const file = registryFileOf(track, registryFile);
  const outcome = await ports.editor.edit({
    root: track.root,
    file,
    change: (text) => {
      const result = setTrackStatusEdits(text, registryIdOf(track), status);
      // An entry without a place for it says nothing that could be wrong.
      return 'refused' in result && result.refused.code === 'no-status-place' ? { edits: [] } : result;
    },
  });
  if ('refused' in outcome)
    return { warning: `tracks.md still says what it said: ${outcome.refused.message}` };
  return outcome.changed ? { file } : {};
}

/**
 * Takes the Status cell along when a person changes the track's own status (pause, block, and back). Only where the
 * cell meant the same as that status did before: one that disagreed is left as it is, so that the disagreement is
 * still told afterwards and not written over unseen.
 */
export async function followRegistryStatus(
  ports: Pick<Ports, 'editor'>,
  track: Track,
  status: { readonly before: string | undefined; readonly after: string | undefined },
  registryFile?: string,
): Promise<{ readonly file?: string; readonly warning?: string }> {
  const { before, after } = status;
  const cell = track.entry?.status;
  if (cell === undefined || after === undefined) return {};
  const agreed = before === undefined || statusCategory(cell) === statusCategory(before);
  return agreed ? updateRegistryRow(ports, track, { status: after }, registryFile) : {};
}

/** After the loop's step was written to metadata.json: its place in tracks.md, and what to tell of both. */
export async function afterStepWritten(
  ports: Pick<Ports, 'editor'>,
  track: Track,
  written: { readonly why: string; readonly changed: boolean; readonly loop: Pick<LoopState, 'step'> },
  registryFile?: string,
): Promise<{
  readonly why: string;
  readonly files: readonly string[];
  readonly warnings: readonly string[];
}> {
  const row =
    track.entry?.step === undefined
      ? {}
      : await updateRegistryRow(ports, track, { step: written.loop.step }, registryFile);
  return {
    why: written.why,
    files: [
      ...(written.changed ? [metadataFileOf(track)] : []),
      ...(row.file === undefined ? [] : [row.file]),
    ],
    warnings: row.warning === undefined ? [] : [row.warning],
  };
}
