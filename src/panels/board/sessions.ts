import type { BoardSession, BoardVote } from '../../model/board';
import type { Track } from '../../model/track';

/** What has a longer id is no id. */
const longestId = 500;

/** A meeting with all that both places keep of it. */
export interface ShownSession {
  /** Its id, or `#<n>` where that is missing or endless. */
  readonly item: string;
  readonly session: BoardSession;
  /** Metadata.json keeps it; where in its list. */
  readonly kept: boolean;
  /** The bus's board folder holds it. */
  readonly onBus: boolean;
  /** It has an id that it can be named by. */
  readonly addressable: boolean;
  /** Where metadata.json and the bus say different things of a director. */
  readonly disagreements: readonly Disagreement[];
}

export interface Disagreement {
  readonly director: string;
  /** As metadata.json writes it; this one counts. */
  readonly kept: string;
  /** As votes.json writes it. */
  readonly bus: string;
}

/** The meetings of a track, oldest first, each with what the bus still holds of it. */
export function shownSessions(track: Pick<Track, 'boardSessions' | 'bus'>): ShownSession[] {
  const running = track.bus?.board;
  return track.boardSessions.map((session, i) => {
    const addressable = session.sessionId.trim() !== '' && session.sessionId.length <= longestId;
    const base = {
      item: addressable ? session.sessionId : `#${i + 1}`,
      kept: session.source === 'metadata',
      addressable,
    };
    const onBus = addressable && running?.sessionId === session.sessionId;
    if (!onBus || running === session || session.source === 'bus') {
      return { ...base, session, onBus: session.source === 'bus', disagreements: [] };
    }
    return { ...base, ...withBus(session, running), onBus: true };
  });
}

/** The meeting that an item names, else the newest. */
export function chosenSession(
  sessions: readonly ShownSession[],
  item: string | undefined,
): ShownSession | undefined {
  return sessions.find((session) => session.item === item) ?? sessions.at(-1);
}

/** The short form of metadata.json, with what only the bus keeps: assessments, remarks, confidence. */
function withBus(kept: BoardSession, bus: BoardSession): Pick<ShownSession, 'session' | 'disagreements'> {
  const voted = Object.keys(kept.votes).length > 0;
  const onBus = new Map(Object.entries(bus.votes).map(([key, vote]) => [nameOf(key), vote]));
  const votes = voted
    ? Object.fromEntries(
        Object.entries(kept.votes).map(([key, vote]) => [key, completed(vote, onBus.get(nameOf(key)))]),
      )
    : bus.votes;
  const startedAt = kept.startedAt ?? bus.startedAt;
  const resolvedBy = kept.resolvedBy ?? bus.resolvedBy;
  const repeated = [...(kept.repeated ?? []), ...(bus.repeated ?? [])];
  return {
    session: {
      ...bus,
      ...kept,
      status: kept.status ?? bus.status,
      verdict: kept.verdict ?? bus.verdict,
      checkpoint: kept.checkpoint ?? bus.checkpoint,
      proposal: kept.proposal ?? bus.proposal,
      votes,
      assessments: { ...bus.assessments, ...kept.assessments },
      discussion: kept.discussion.length > 0 ? kept.discussion : bus.discussion,
      conditions: kept.conditions.length > 0 ? kept.conditions : bus.conditions,
      dissent: kept.dissent.length > 0 ? kept.dissent : bus.dissent,
      timestamp: kept.timestamp ?? bus.timestamp,
      ...(startedAt === undefined ? {} : { startedAt }),
      ...(resolvedBy ? { resolvedBy } : {}),
      ...(repeated.length > 0 ? { repeated } : {}),
    },
    disagreements: !voted
      ? []
      : Object.entries(kept.votes).flatMap(([key, vote]) => {
          const other = onBus.get(nameOf(key));
          return other && nameOf(other.verdict) !== nameOf(vote.verdict)
            ? [{ director: key, kept: vote.verdict, bus: other.verdict }]
            : [];
        }),
  };
}

/** A vote of metadata.json is often one word; the rest of the same vote stands on the bus. */
function completed(kept: BoardVote, bus: BoardVote | undefined): BoardVote {
  if (!bus || nameOf(bus.verdict) !== nameOf(kept.verdict)) return kept;
  const confidence = kept.confidence ?? bus.confidence;
  const timestamp = kept.timestamp ?? bus.timestamp;
  const by = kept.by ?? bus.by;
  return {
    verdict: kept.verdict,
    conditions: kept.conditions.length > 0 ? kept.conditions : bus.conditions,
    ...(confidence === undefined ? {} : { confidence }),
    ...(timestamp === undefined ? {} : { timestamp }),
    ...(by === undefined ? {} : { by }),
  };
}

/** Names and verdicts are compared without case. */
export function nameOf(written: string): string {
  return written.trim().toUpperCase();
}
