import type { BoardSession } from '../model/board';
import { boardConvener } from '../model/board';
import type { Track } from '../model/track';
import { evaluatorDisagreement } from './evaluatorDisagreement';
import { hasPreLaunch } from './gates/preLaunchGate';
import { isBefore } from './gates/rounds';
import { majorBecause } from './majorTrack';
import { loopFactsOf } from './nextAction';
import { standingEvaluation, type EvaluatingStep } from './overruled';
import { sessionVerdict } from './sessionVerdict';

export type BoardCheckpoint = 'EVALUATE_PLAN' | 'EVALUATE_EXECUTION' | 'PRE_LAUNCH' | 'CONFLICT';

export interface BoardDue {
  readonly checkpoint: BoardCheckpoint;
  readonly quick: boolean;
  /** Names the condition of spec 003 that asks for the board, or the session that is to be gone on with. */
  readonly why: string;
}

/**
 * Whether the board must speak before the loop goes on (spec 003, "When Board is Invoked"): full at EVALUATE_PLAN of a
 * major track, as tie-breaker where the evaluators of a passed evaluation disagree, quick at each EVALUATE_EXECUTION,
 * and before a production deploy where the data names one. An evaluation with status BOARD_REVIEW asks for the board by
 * itself. From the disk's state only: a session that was broken off is due until it is resolved, and a verdict that was
 * not carried out yet (a rejection, a tie) is due until it is. Each round of an evaluation is asked about once.
 */
export function boardDue(track: Track): BoardDue | undefined {
  const { loop } = track;
  const standing = loop && standingEvaluation(loop, loopFactsOf(track));
  if (!standing) return undefined;
  if (standing.step === 'EVALUATE_PLAN') {
    const major = majorBecause(track);
    const because = standing.waitsForBoard
      ? 'EVALUATE_PLAN has status BOARD_REVIEW: the plan evaluator asks for the board.'
      : major === undefined
        ? undefined
        : `A major track (${major}): its plan goes to a full board meeting before EXECUTE.`;
    return dueAt(track, 'EVALUATE_PLAN', because);
  }
  const disagree = evaluatorDisagreement(track);
  return (
    dueAt(
      track,
      'CONFLICT',
      disagree === undefined ? undefined : `The evaluators disagree (${disagree}): the board breaks the tie.`,
    ) ??
    dueAt(
      track,
      'EVALUATE_EXECUTION',
      'EVALUATE_EXECUTION passed: each evaluation gets a quick review by the board.',
    ) ??
    dueAt(
      track,
      'PRE_LAUNCH',
      hasPreLaunch(track)
        ? 'The data of this track names PRE_LAUNCH: before a production deploy the board looks deep into security and operations.'
        : undefined,
    )
  );
}

/**
 * The session whose verdict about the present evaluation is to be carried out still: a rejection that the evaluation
 * does not show, or a tie that no person has resolved. Undefined: a board would have to meet.
 */
export function unansweredSession(track: Track, checkpoint: BoardCheckpoint): BoardSession | undefined {
  const { loop } = track;
  const standing = loop && standingEvaluation(loop, loopFactsOf(track));
  const session = lastSession(track, checkpoint);
  if (!session || standing?.step !== evaluationOf(checkpoint)) return undefined;
  const { verdict } = sessionVerdict(session);
  if (verdict === 'REJECTED') return session;
  return verdict === 'ESCALATE' && !isAnswered(track, session) ? session : undefined;
}

/** Whether a session of the bus has not been brought to its end there. */
export function isRunningSession(session: BoardSession): boolean {
  if (session.source !== 'bus') return false;
  const status = session.status?.trim().toUpperCase();
  if (status === undefined) return session.verdict === undefined && session.sessionId !== '';
  return ['ASSESSING', 'DISCUSSING', 'VOTING', 'RESOLVING'].includes(status);
}

/** The session on the bus that is not at its end; one of another program only while metadata.json has no verdict of it. */
export function runningSession(track: Pick<Track, 'bus' | 'boardSessions'>): BoardSession | undefined {
  const session = track.bus?.board;
  if (!session || !isRunningSession(session)) return undefined;
  if (session.convenedBy === boardConvener) return session;
  const kept = track.boardSessions.find(
    ({ sessionId, source }) => source === 'metadata' && sessionId === session.sessionId,
  );
  return kept && sessionVerdict(kept).verdict !== undefined ? undefined : session;
}

/** Whether a session is about a checkpoint. A quick review says EVALUATE_EXECUTION or QUICK_REVIEW (FORMATS §4.10). */
export function isAbout(session: Pick<BoardSession, 'checkpoint'>, checkpoint: BoardCheckpoint): boolean {
  const written = (session.checkpoint ?? '')
    .trim()
    .toUpperCase()
    .replace(/[\s-]+/g, '_');
  return written === checkpoint || (checkpoint === 'EVALUATE_EXECUTION' && written === 'QUICK_REVIEW');
}

/** Whether a session is about the round of the evaluation that stands now, as far as times tell. */
export function isOfThisRound(track: Track, checkpoint: BoardCheckpoint, session: BoardSession): boolean {
  const began = roundBegan(track, evaluationOf(checkpoint));
  const held = timeOf(session);
  return began === undefined || held === undefined || !isBefore(held, began);
}

function dueAt(track: Track, checkpoint: BoardCheckpoint, because: string | undefined): BoardDue | undefined {
  const quick = checkpoint === 'EVALUATE_EXECUTION';
  const due = (why: string): BoardDue => ({ checkpoint, quick, why });
  const running = runningSession(track);
  if (running && isAbout(running, checkpoint) && isOfThisRound(track, checkpoint, running)) {
    return due(`Board session ${running.sessionId} at ${checkpoint} was begun and is not resolved.`);
  }
  const last = lastSession(track, checkpoint);
  if (last) {
    const { verdict } = sessionVerdict(last);
    const unanswered = unansweredSession(track, checkpoint);
    if (unanswered && verdict === 'REJECTED') {
      return due(
        `Board session ${last.sessionId} rejected this evaluation, which still counts as ${track.loop?.stepStatus === 'BOARD_REVIEW' ? 'open' : 'passed'}.`,
      );
    }
    if (unanswered) return due(`Board session ${last.sessionId} could not decide, and no person has yet.`);
    if (verdict === 'APPROVED' || verdict === 'APPROVED_WITH_REVIEW') return undefined;
  }
  return because === undefined ? undefined : due(because);
}

/**
 * The newest resolved session about the present round. An approval counts for the round: while nothing was planned,
 * executed or fixed again it holds, also when the evaluator looks again. Anything else is about one evaluation.
 */
function lastSession(track: Track, checkpoint: BoardCheckpoint): BoardSession | undefined {
  const evaluated = track.loop?.checkpoints[evaluationOf(checkpoint)]?.startedAt;
  const sessions = track.boardSessions.filter((session) => {
    if (!isAbout(session, checkpoint) || isUnfinished(track, session)) return false;
    const { verdict } = sessionVerdict(session);
    if (verdict === undefined || !isOfThisRound(track, checkpoint, session)) return false;
    if (verdict === 'APPROVED' || verdict === 'APPROVED_WITH_REVIEW') return true;
    const held = timeOf(session);
    return evaluated === undefined || (held !== undefined && !isBefore(held, evaluated));
  });
  return sessions.reduce<BoardSession | undefined>((newest, session) => {
    const [a, b] = [newest && timeOf(newest), timeOf(session)];
    return a !== undefined && b !== undefined && isBefore(b, a) ? newest : session;
  }, undefined);
}

function isUnfinished(track: Track, session: BoardSession): boolean {
  return session.source === 'bus' && runningSession(track)?.sessionId === session.sessionId;
}

/** A person's answer to the tie: resolved in the session itself, or the wish for another meeting. */
function isAnswered(track: Track, session: BoardSession): boolean {
  const asked = track.metadata?.blockers.filter(
    ({ id, trigger }) =>
      trigger === 'board-tie' && id.replace(/#\d+$/, '') === tieBlockerId(session.sessionId),
  );
  return asked !== undefined && asked.length > 0 && asked.every(({ active }) => !active);
}

/** Id of the blocker that asks a person about a session. */
export function tieBlockerId(sessionId: string): string {
  return `board:${sessionId}`;
}

/** The step that a checkpoint of the board is about. */
export function evaluationOf(checkpoint: BoardCheckpoint): EvaluatingStep {
  return checkpoint === 'EVALUATE_PLAN' ? 'EVALUATE_PLAN' : 'EVALUATE_EXECUTION';
}

/** When what is evaluated now was done: the plan, the execution or the fix. Else when the evaluation began. */
function roundBegan(track: Track, step: EvaluatingStep): string | undefined {
  const checkpoints = track.loop?.checkpoints;
  const work = step === 'EVALUATE_PLAN' ? [checkpoints?.PLAN] : [checkpoints?.EXECUTE, checkpoints?.FIX];
  const times = work.flatMap((checkpoint) => [checkpoint?.startedAt, checkpoint?.completedAt]);
  const known = times.filter((time) => time !== undefined && !Number.isNaN(Date.parse(time)));
  return known.sort((a, b) => Date.parse(a!) - Date.parse(b!)).at(-1) ?? checkpoints?.[step]?.startedAt;
}

function timeOf(session: BoardSession): string | undefined {
  return session.resolvedBy?.at ?? session.timestamp ?? session.startedAt;
}
