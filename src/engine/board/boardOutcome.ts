import { directorKeyIn } from '../../files/boardPaths';
import { oneLine } from '../../files/oneLine';
import { directors, type BoardSession, type Director } from '../../model/board';
import type { EscalationRequest } from '../../model/escalationRequest';
import type { Track } from '../../model/track';
import { tieBlockerId } from '../../rules/boardDue';
import { resolveBoard } from '../../rules/boardResolution';
import type { EscalationTrigger } from '../../rules/loopFacts';
import { isQuickReview, sessionVerdict } from '../../rules/sessionVerdict';

export type BoardOutcome =
  | {
      readonly verdict: 'APPROVED' | 'APPROVED_WITH_REVIEW' | 'REJECTED';
      readonly sessionId: string;
      /** "<text> (<director>)" */
      readonly conditions: readonly string[];
      /** Why it was rejected, "<text> (<director>)"; empty for approvals. */
      readonly reasons: readonly string[];
    }
  | { readonly verdict: 'ESCALATE'; readonly escalation: EscalationRequest<EscalationTrigger> }
  /** The session stays and is gone on with later. */
  | { readonly verdict: 'stopped' };

/** What a resolved session came to. `absent`: why directors are missing. */
export function outcomeOf(
  track: Track,
  session: BoardSession,
  absent: ReadonlyMap<Director, string> = new Map(),
): BoardOutcome {
  const { sessionId, conditions } = session;
  const whole = withBus(track, session);
  const { verdict = 'ESCALATE' } = sessionVerdict(whole);
  const { why } = resolveBoard(whole.votes, isQuickReview(whole));
  switch (verdict) {
    case 'APPROVED':
    case 'APPROVED_WITH_REVIEW':
      return { verdict, sessionId, conditions, reasons: [] };
    case 'REJECTED':
      return { verdict, sessionId, conditions, reasons: rejectionReasons(whole, why) };
    case 'ESCALATE':
      return { verdict, escalation: tie(whole, why, absent) };
  }
}

/** What metadata.json keeps of a session, with what only the bus has: why directors said what they said. */
function withBus(track: Track, session: BoardSession): BoardSession {
  const onBus = track.bus?.board;
  if (!onBus || onBus === session || onBus.sessionId !== session.sessionId) return session;
  return {
    ...session,
    assessments: { ...onBus.assessments, ...session.assessments },
    votes: Object.fromEntries(
      Object.entries(session.votes).map(([director, vote]) => {
        const { conditions = [] } = onBus.votes[directorKeyIn(onBus.votes, director)] ?? {};
        return [director, vote.conditions.length > 0 ? vote : { ...vote, conditions }];
      }),
    ),
  };
}

function rejectionReasons(session: BoardSession, why: string): string[] {
  const reasons = directors.flatMap((director) => {
    const vote = session.votes[directorKeyIn(session.votes, director)];
    if (!vote || !/^reject/i.test(vote.verdict.trim())) return [];
    const { concerns = [] } = session.assessments[directorKeyIn(session.assessments, director)] ?? {};
    return [...concerns, ...vote.conditions].map((text) => signed(text, director));
  });
  const person = session.resolvedBy;
  return [
    ...new Set([
      ...(person ? [`${person.by} resolved it: ${person.note ?? 'rejected'}`] : []),
      ...reasons,
      ...(reasons.length === 0 && !person ? [`The board rejected it (${session.sessionId}): ${why}`] : []),
    ]),
  ];
}

function tie(
  session: BoardSession,
  why: string,
  absent: ReadonlyMap<Director, string>,
): EscalationRequest<EscalationTrigger> {
  const { sessionId, checkpoint } = session;
  return {
    id: tieBlockerId(sessionId),
    trigger: 'board-tie',
    description: `The board could not decide at ${checkpoint ?? 'an unnamed checkpoint'} (session ${sessionId}): ${why}`,
    context: directors.map((director) => {
      const vote = session.votes[directorKeyIn(session.votes, director)];
      if (!vote) return `${director}: no vote${absent.has(director) ? ` (${absent.get(director)})` : ''}`;
      const { concerns = [] } = session.assessments[directorKeyIn(session.assessments, director)] ?? {};
      return [`${director}: ${vote.verdict}`, ...concerns.slice(0, 2).map(oneLine)].join('; ');
    }),
    subject: sessionId,
  };
}

/** "<text> (<director>)", whether the text says so already or not. */
export function signed(text: string, director: string): string {
  const line = oneLine(text);
  return line.endsWith(`(${director})`) ? line : `${line} (${director})`;
}
