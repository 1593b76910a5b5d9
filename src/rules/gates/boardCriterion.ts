import type { BoardSession } from '../../model/board';
import type { Criterion, Evidence } from '../../model/gate';
import type { Track } from '../../model/track';
import { sessionVerdict } from '../sessionVerdict';
import { boardConditionsOf, type BoardCondition } from '../boardConditions';
import type { LocatedReport } from '../../model/track';
import type { Contradictions } from './reportChecks';
import { isBefore } from './rounds';

/**
 * Whether the project holds board meetings at all. Spec 003 asks for them at many gates; most projects hold none, and
 * what nobody uses must not keep every gate open.
 */
export function usesBoard(track: Pick<Track, 'boardSessions' | 'metadata'>): boolean {
  return track.boardSessions.length > 0 || (track.metadata?.boardConditions.length ?? 0) > 0;
}

/** The last session held at one of these checkpoints. */
export function sessionAt(
  track: Pick<Track, 'boardSessions'>,
  checkpoints: readonly string[],
): BoardSession | undefined {
  return track.boardSessions.findLast((session) =>
    checkpoints.includes((session.checkpoint ?? '').trim().toUpperCase()),
  );
}

/** Where a session can be read. */
export function sessionEvidence(track: Track, session: BoardSession): Evidence {
  const file =
    session.source === 'bus' && track.bus
      ? `${track.bus.folder}/board/session-${session.sessionId}.json`
      : track.documents.metadata;
  return { ...(file === undefined ? {} : { file }), how: 'read', note: session.sessionId };
}

/** A board session as one criterion: its resolution by the rule, with the rule's reason. */
export function sessionCriterion(
  track: Track,
  session: BoardSession | undefined,
  about: {
    readonly name: string;
    readonly question: string;
    readonly missing: string;
    readonly required: boolean;
    /** When the round began: a session held before it was about an earlier round. */
    readonly since?: string | undefined;
  },
  contradictions: Contradictions,
): Criterion {
  const base = { id: 'board', name: about.name, group: 'board', question: about.question } as const;
  if (!session) {
    return {
      ...base,
      required: about.required,
      state: about.required ? 'open' : 'notApplicable',
      note: about.missing,
      evidence: [],
    };
  }
  const { verdict, resolution, contradiction } = sessionVerdict(session);
  const held = session.timestamp ?? session.startedAt;
  if (held !== undefined && about.since !== undefined && isBefore(held, about.since)) {
    const said = (verdict ?? session.verdict ?? session.status ?? 'no verdict').replaceAll('_', ' ');
    return {
      ...base,
      required: about.required,
      state: about.required ? 'open' : 'notApplicable',
      note: `In an earlier round (${held.slice(0, 10)}): ${said}. The board has not met about this round.`,
      evidence: [sessionEvidence(track, session)],
    };
  }
  if (contradiction !== undefined) contradictions.push(contradiction);
  const why = resolution?.why ?? (session.resolvedBy?.note || undefined);
  const word = verdict?.replaceAll('_', ' ') ?? session.verdict ?? session.status ?? 'no verdict';
  return {
    ...base,
    required: true,
    state:
      verdict === 'REJECTED' ? 'failed' : verdict === undefined || verdict === 'ESCALATE' ? 'open' : 'passed',
    note: [
      word,
      why,
      session.resolvedBy ? `Resolved by ${session.resolvedBy.by}.` : undefined,
      verdict === 'ESCALATE' ? 'A person resolves it.' : undefined,
    ]
      .filter((part) => part !== undefined)
      .join('. ')
      .replaceAll('..', '.'),
    evidence: [sessionEvidence(track, session)],
  };
}

/** Conditions of the board as criteria of a gate; those that are due elsewhere do not count here. */
export function conditionCriteria(
  track: Track,
  report: LocatedReport | undefined,
  at: 'EVALUATE_EXECUTION' | 'PRE_LAUNCH',
): Criterion[] {
  return boardConditionsOf(track, report).map((condition): Criterion => {
    const later = at === 'EVALUATE_EXECUTION' && condition.due !== undefined && condition.due !== at;
    const note =
      later && condition.state !== 'met'
        ? `Due at ${condition.due}: not held against this gate.`
        : (condition.note ?? (condition.state === 'open' ? 'Nobody has said whether it is met.' : undefined));
    return {
      id: conditionId(condition),
      name: condition.text,
      group: 'conditions',
      question: 'Board conditions of EVALUATE_PLAN are met',
      state: condition.state === 'met' ? 'passed' : condition.state === 'unmet' ? 'failed' : 'open',
      required: !later,
      ...(note === undefined ? {} : { note }),
      evidence: condition.evidence,
    };
  });
}

function conditionId(condition: BoardCondition): string {
  return `condition:${condition.text}`;
}
