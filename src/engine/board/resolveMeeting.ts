import { directors, type BoardSession, type BoardVote, type Director } from '../../model/board';
import { resolveBoard } from '../../rules/boardResolution';
import type { BoardCheckpoint } from '../../rules/boardDue';
import { newConditionChanges } from '../boardConditions';
import { editMetadata, touched } from '../metadataEdit';
import type { RunContext } from '../run/runContext';
import { postResolution } from './boardMessages';
import { outcomeOf, signed, type BoardOutcome } from './boardOutcome';
import { BoardFileError, type BoardRecord } from './boardRecord';

export interface MeetingVotes {
  readonly session: BoardSession;
  readonly quick: boolean;
  readonly checkpoint: BoardCheckpoint;
  readonly votes: Readonly<Record<string, BoardVote>>;
  readonly absent: ReadonlyMap<Director, string>;
}

/**
 * Phase 4 of a meeting (spec 003, "Deliberation Protocol"): the verdict by the rule, resolution.md, BOARD_RESOLVE with
 * its event files, the short form in metadata.json, and COMPLETE as the very last, since it says that all of that is
 * there. Throws BoardFileError.
 */
export async function resolveMeeting(
  context: RunContext,
  record: BoardRecord,
  { session, quick, checkpoint, votes, absent }: MeetingVotes,
): Promise<BoardOutcome> {
  const { sessionId } = session;
  const at = context.ports.clock().toISOString();
  const { verdict, why } = resolveBoard(votes, quick);
  const conditions = [
    ...new Set(
      directors.flatMap((director) =>
        (votes[director]?.conditions ?? []).map((text) => signed(text, director)),
      ),
    ),
  ];
  const dissent = dissentOf(session, votes, verdict);
  await record.resolve({
    sessionId,
    checkpoint: session.checkpoint ?? checkpoint,
    at,
    proposal: session.proposal ?? '',
    verdict,
    why,
    votes,
    conditions,
    discussion: session.discussion,
    dissent,
  });
  await postResolution(context, session, { verdict, votes, conditions, at });

  const track = await context.ports.tracks.read();
  const summary = Object.fromEntries(
    Object.entries(votes).map(([director, vote]) => [director, vote.verdict]),
  );
  const kept = await editMetadata(context.ports, track, (metadata) => {
    if (metadata.boardSessions.some((known) => known.sessionId === sessionId)) return [];
    return [
      {
        path: ['board_sessions', -1],
        value: {
          session_id: sessionId,
          checkpoint: session.checkpoint ?? checkpoint,
          verdict,
          vote_summary: summary,
          conditions,
          timestamp: at,
        },
      },
      ...(verdict === 'APPROVED' || verdict === 'APPROVED_WITH_REVIEW'
        ? newConditionChanges(metadata, conditions)
        : []),
      ...touched(metadata, at),
    ];
  });
  if ('refused' in kept) throw new BoardFileError(kept.refused);
  await record.patch(sessionId, [
    { path: ['verdict'], value: verdict },
    { path: ['vote_summary'], value: summary },
    { path: ['conditions'], value: conditions },
    { path: ['dissent'], value: dissent },
    // A meeting that was killed between an answer and its count has counted too few.
    { path: ['phases', 'assess', 'complete'], value: Object.keys(session.assessments).length },
    { path: ['phases', 'vote', 'complete'], value: Object.keys(session.votes).length },
    { path: ['phases', 'resolve', 'status'], value: 'COMPLETE' },
    { path: ['completed_at'], value: at },
    { path: ['status'], value: 'COMPLETE' },
  ]);
  context.emit({ event: 'board', session: sessionId, checkpoint, phase: 'resolve', verdict, why });
  const now = await context.ports.tracks.read();
  const written = now.metadata?.boardSessions.find((known) => known.sessionId === sessionId);
  return outcomeOf(now, written ?? { ...session, verdict, votes, conditions }, absent);
}

/** Who was outvoted, and what they said. */
function dissentOf(
  session: BoardSession,
  votes: Readonly<Record<string, BoardVote>>,
  verdict: string,
): string[] {
  if (verdict === 'ESCALATE') return [];
  const outvoted = verdict === 'REJECTED' ? /^(?:approve|concerns)/i : /^reject/i;
  return directors.flatMap((director) => {
    const vote = votes[director];
    if (!vote || !outvoted.test(vote.verdict.trim())) return [];
    const { concerns = [], keyPoints = [] } = session.assessments[director] ?? {};
    const said = (verdict === 'REJECTED' ? keyPoints : concerns).slice(0, 3).join('; ');
    return [signed(said === '' ? vote.verdict : `${vote.verdict}: ${said}`, director)];
  });
}
