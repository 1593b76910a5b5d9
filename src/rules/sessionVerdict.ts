import { directors, type BoardSession } from '../model/board';
import { resolveBoard, type BoardResolution } from './boardResolution';

/** Sessions without discussion: the review of each evaluation, and whatever calls itself quick (spec 003). */
export function isQuickReview(session: Pick<BoardSession, 'checkpoint'>): boolean {
  return session.checkpoint === 'EVALUATE_EXECUTION' || session.checkpoint === 'QUICK_REVIEW';
}

/** A session's verdict by the rule, beside the one that was written, and which of them holds. */
export interface SessionVerdict {
  /** Absent while there are no votes. */
  readonly resolution?: BoardResolution;
  /** As written, in the rule's words where it is one of them. */
  readonly written?: string;
  /** What holds: a person's decision, else the worse of rule and writing. Absent: nothing is decided yet. */
  readonly verdict?: BoardResolution['verdict'];
  /** Set when rule and writing disagree and no person has resolved it. */
  readonly contradiction?: string;
}

const rank: Readonly<Record<BoardResolution['verdict'], number>> = {
  APPROVED: 0,
  APPROVED_WITH_REVIEW: 1,
  ESCALATE: 2,
  REJECTED: 3,
};

/** The verdict of a session. A session whose five votes are not all in and that has no verdict yet is undecided. */
export function sessionVerdict(session: BoardSession): SessionVerdict {
  const voted = Object.keys(session.votes).length > 0;
  const resolution = voted ? resolveBoard(session.votes, isQuickReview(session)) : undefined;
  const written = verdictWord(session.verdict);
  const seen = {
    ...(resolution ? { resolution } : {}),
    ...(session.verdict === undefined ? {} : { written: written ?? session.verdict }),
  };
  if (written && session.resolvedBy) return { ...seen, verdict: written };
  // A session file of the bus that says no status is being written.
  const running =
    session.status === undefined
      ? session.source === 'bus'
      : !/^(?:complete|completed|resolved|done)$/i.test(session.status.trim());
  if (!resolution) return written ? { ...seen, verdict: written } : seen;
  if (!written) {
    // Who has not voted yet may turn it.
    const open = running && directors.some((director) => !Object.hasOwn(session.votes, director));
    const undecided = open || (running && resolution.verdict === 'ESCALATE');
    return undecided ? seen : { ...seen, verdict: resolution.verdict };
  }
  const same =
    written === resolution.verdict ||
    // What a chair writes of a close vote is no disagreement about the outcome.
    (rank[written] <= 1 && rank[resolution.verdict] <= 1);
  if (same) return { ...seen, verdict: written };
  return {
    ...seen,
    verdict: rank[written] > rank[resolution.verdict] ? written : resolution.verdict,
    contradiction: `Session ${session.sessionId || 'of the board'} says ${written.replaceAll('_', ' ')}, but its votes give ${resolution.verdict.replaceAll('_', ' ')} (${resolution.why})`,
  };
}

function verdictWord(written: string | undefined): BoardResolution['verdict'] | undefined {
  const word = written
    ?.trim()
    .toUpperCase()
    .replace(/[\s-]+/g, '_');
  switch (word) {
    case 'APPROVED':
    case 'APPROVE':
      return 'APPROVED';
    case 'APPROVED_WITH_REVIEW':
    case 'APPROVED_WITH_CONDITIONS':
      return 'APPROVED_WITH_REVIEW';
    case 'REJECTED':
    case 'REJECT':
      return 'REJECTED';
    case 'ESCALATE':
    case 'ESCALATED':
      return 'ESCALATE';
    default:
      return undefined;
  }
}
