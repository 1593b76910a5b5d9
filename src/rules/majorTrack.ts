import type { Track } from '../model/track';

/**
 * Why a track is a major one, which the board meets about before it is carried out (spec 003, "When Board is Invoked";
 * FORMATS §13, 22): type architecture, integration or infrastructure, five tasks or more, or priority P0. Undefined: it
 * is none.
 */
export function majorBecause(track: Pick<Track, 'metadata' | 'progress'>): string | undefined {
  const type = track.metadata?.type ?? '';
  if (/architect|integration|infrastructure/i.test(type)) return `type ${type}`;
  if (/^(?:p0|critical)$/i.test(track.metadata?.priority?.trim() ?? ''))
    return `priority ${track.metadata?.priority}`;
  if (track.progress.total >= 5) return `${track.progress.total} tasks`;
  return undefined;
}
