import type { Track } from '../model/track';

/**
 * Whether metadata.json has the votes of the session, or is to have them. While the meeting runs on the bus it may only
 * name it: one vote alone there would stand for all, and those on the bus would count no more.
 */
export function keepsVotes(track: Pick<Track, 'metadata' | 'bus'>, sessionId: string): boolean {
  const kept = track.metadata?.boardSessions.find((session) => session.sessionId === sessionId);
  if (!kept) return false;
  return Object.keys(kept.votes).length > 0 || track.bus?.board?.sessionId !== sessionId;
}
