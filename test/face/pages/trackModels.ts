import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { specOf } from '../../../src/editor/panels/specDocument';
import type { Track } from '../../../src/model/track';
import type { RootSnapshot } from '../../../src/model/root';
import { trackModelOf } from '../../../src/panels/trackModel';
import { timelinePicture } from '../../../src/panels/track/timeline';
import { timelineOf } from '../../../src/rules/timeline';
import { needsYou } from '../../../src/rules/needsYou';
import type { TrackModel } from '../../../src/shared/trackModel';
import { readConductor } from '../../../src/store/readConductor';

/** Models as the host makes them, from real directories. */

const sample = path.resolve(import.meta.dirname, '../../../sample');
export const sampleNow = Date.parse('2026-11-18T10:45:00Z');

export async function rootIn(folder: string): Promise<RootSnapshot> {
  const { roots } = await readConductor({ folders: [folder] });
  const [root] = roots;
  if (!root) throw new Error(`No conductor directory in ${folder}.`);
  return root;
}

export async function sampleModel(id: string): Promise<TrackModel> {
  const root = await rootIn(sample);
  return modelOf(root, trackIn(root, id));
}

export function trackIn(root: RootSnapshot, id: string): Track {
  const track = root.tracks.find((candidate) => candidate.id === id);
  if (!track) throw new Error(`No track ${id} in ${root.path}.`);
  return track;
}

export async function modelOf(root: RootSnapshot, track: Track, now = sampleNow): Promise<TrackModel> {
  const words = { now, locale: 'en-GB', timeZone: 'UTC' };
  return trackModelOf(track, {
    readAt: now,
    words,
    needsYou: needsYou(root, new Date(now)).filter(({ trackKey }) => trackKey === track.key),
    spec: await specOf(track),
    timeline: timelinePicture(timelineOf({ track, now }), words),
    ...(root.registryFile === undefined ? {} : { registryFile: root.registryFile }),
  });
}

/** Writes a conductor directory of one track, reads it as the product does, and takes it away again. */
export async function modelOfFiles(
  files: Readonly<Record<string, string>>,
  o: { readonly id?: string; readonly registry?: string; readonly now?: number } = {},
): Promise<TrackModel> {
  const id = o.id ?? 'made_20260101';
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'track-page-'));
  try {
    const trackFolder = path.join(folder, 'conductor', 'tracks', id);
    await fs.mkdir(trackFolder, { recursive: true });
    await fs.writeFile(
      path.join(folder, 'conductor', 'tracks.md'),
      o.registry ?? `# Tracks\n\n## [~] Track: Made\n*Link: [./tracks/${id}/](./tracks/${id}/)*\n`,
    );
    for (const [name, text] of Object.entries(files)) await fs.writeFile(path.join(trackFolder, name), text);
    const root = await rootIn(folder);
    return await modelOf(root, trackIn(root, id), o.now);
  } finally {
    await fs.rm(folder, { recursive: true });
  }
}
