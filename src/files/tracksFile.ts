import type { Registry, RegistryEntry } from '../model/registry';
import { readTracks } from './tracksReader';

/**
 * tracks.md in any of its forms: headings, lists, tables, comments, several in one file (FORMATS §11, VARIATIONS §2).
 * Never throws; linear. A track that stands in two places gives two entries; a check list that has neither link nor
 * id gives none. An entry whose `marker` has no `markerRange` says so by an emoji or by standing in a table of
 * completed tracks.
 */
export function parseTracks(text: string): Registry {
  const read = readTracks(text);
  const entries = read.entries.map((entry): RegistryEntry => {
    const { id, name, marker, markerRange, status, step, progress, links, section } = entry;
    const { form, line, endLine, archived, cells } = entry;
    return {
      id,
      name,
      marker,
      markerRange,
      status,
      step,
      progress,
      links,
      section,
      form,
      line,
      endLine,
      archived,
      cells,
    };
  });
  return { entries, problems: read.problems };
}
