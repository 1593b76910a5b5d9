import type { EditRefusal } from '../../model/edit';
import type { EscalationRequest } from '../../model/escalationRequest';
import type { Track } from '../../model/track';
import { evaluationOf, type BoardDue } from '../../rules/boardDue';
import type { EscalationTrigger } from '../../rules/loopFacts';
import { holdBoard } from '../board/boardMeeting';
import { overruleEvaluation } from '../board/overrule';
import { boardProposal } from '../board/proposal';
import { registryOf, type RunContext } from './runContext';

export type MeetingEnd =
  | { readonly end: 'resolved'; readonly verdict: string; readonly session: string }
  | { readonly end: 'person'; readonly escalations: readonly EscalationRequest<EscalationTrigger>[] }
  | { readonly end: 'refused'; readonly verdict: string; readonly refused: EditRefusal }
  | { readonly end: 'stopped' };

/**
 * Convenes the board and lets its verdict count (spec 003, "When Board is Invoked"): what it rejects fails the evaluation
 * that had passed, so that the loop goes back to PLAN or on to FIX with its reasons.
 */
export async function meet(
  context: RunContext,
  track: Track,
  due: Pick<BoardDue, 'checkpoint' | 'quick'>,
  proposal: string = boardProposal(track, due.checkpoint),
): Promise<MeetingEnd> {
  const outcome = await holdBoard(context, { checkpoint: due.checkpoint, quick: due.quick, proposal });
  switch (outcome.verdict) {
    case 'stopped':
      return { end: 'stopped' };
    case 'ESCALATE':
      return { end: 'person', escalations: [outcome.escalation] };
    case 'REJECTED': {
      const now = await context.ports.tracks.read();
      const result = await overruleEvaluation(context.ports, now, {
        step: evaluationOf(due.checkpoint),
        reasons: outcome.reasons,
        ...registryOf(context),
      });
      if ('refused' in result) return { end: 'refused', verdict: outcome.verdict, refused: result.refused };
      return { end: 'resolved', verdict: outcome.verdict, session: outcome.sessionId };
    }
    case 'APPROVED':
    case 'APPROVED_WITH_REVIEW':
      return { end: 'resolved', verdict: outcome.verdict, session: outcome.sessionId };
  }
}
