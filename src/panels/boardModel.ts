import { join, sep } from 'node:path';
import { sessionPathIn } from '../files/boardPaths';
import type { Track } from '../model/track';
import { keepsVotes } from '../rules/keepsVotes';
import { isQuickReview, sessionVerdict, type SessionVerdict } from '../rules/sessionVerdict';
import type {
  BoardModel,
  BoardSessionModel,
  BoardSource,
  Notice,
  SessionChoice,
  Verdict,
} from '../shared/boardModel';
import type { PanelState, PlaceLink } from '../shared/protocol';
import { conditionModels } from './board/conditions';
import { directorModels } from './board/directors';
import { discussionModel } from './board/discussion';
import { phaseModels, whyMet } from './board/phases';
import { dissentModels, resolutionModel } from './board/resolution';
import { chosenSession, shownSessions, type ShownSession } from './board/sessions';
import { clip, durationWord, outcomeWord } from './board/words';

export interface BoardModelOptions {
  /** Epoch ms. */
  readonly readAt: number;
  /** The meeting to look at, as SessionChoice names it; default the newest. */
  readonly item?: string;
  /** Why nothing can be written to the track. */
  readonly frozen?: string;
  /** The bus's board folder has a resolution.md. */
  readonly resolutionFile?: string;
}

const mostNotices = 20;

/** What the Board panel shows of a track (DESIGN §6, Board): the meeting asked for, or what there is instead. */
export function boardStateOf(track: Track, o: BoardModelOptions): PanelState<BoardModel> {
  const model = boardModelOf(track, o);
  if (model.session || model.conditions.length > 0 || model.notices.length > 0) {
    return { status: 'ready', model };
  }
  return {
    status: 'empty',
    title: 'The board has not met on this track.',
    detail:
      'Meetings are read from board_sessions of metadata.json and, while they run, from .message-bus/board. They appear here by themselves: the board meets on the plan of a major track, reviews each execution, and meets before a launch.',
  };
}

/** What the Board panel shows of a track. */
export function boardModelOf(track: Track, o: BoardModelOptions): BoardModel {
  const sessions = shownSessions(track);
  const shown = chosenSession(sessions, o.item);
  const conditions = conditionModels(track, shown);
  const metadata = track.documents.metadata;
  const conditionsFrozen =
    o.frozen ??
    (metadata === undefined
      ? 'Conditions are kept in metadata.json, and this track has none. Create it first: Conductor: Repair Track.'
      : undefined);
  return {
    name: clip(track.name, 500),
    trackId: track.id,
    readAt: o.readAt,
    ...(shown ? { session: sessionModel(track, shown, o) } : {}),
    sessions: sessions.map((session) => choiceOf(session, session === shown)),
    conditions,
    notices: noticesOf(track, shown),
    ...(o.frozen === undefined ? {} : { frozen: o.frozen }),
    ...(conditionsFrozen === undefined ? {} : { conditionsFrozen }),
    conditionWrites: ['metadata.json: board_conditions, board_condition_evidence'],
    sources: sourcesOf(track, shown),
  };
}

function sessionModel(track: Track, shown: ShownSession, o: BoardModelOptions): BoardSessionModel {
  const { session } = shown;
  const quick = isQuickReview(session);
  const verdict = sessionVerdict(session);
  const running = isRunning(shown, verdict);
  const about = { quick, running };
  const duration = durationWord(session.startedAt, endOf(shown, running));
  const why = whyMet(track, session.checkpoint);
  const frozen = o.frozen ?? unaddressable(shown);
  const file: PlaceLink | undefined =
    shown.onBus && o.resolutionFile !== undefined ? { file: o.resolutionFile } : undefined;
  return {
    item: shown.item,
    id: clip(session.sessionId, 500),
    title: titleOf(session.checkpoint),
    verdict: verdictOf(shown, verdict, running),
    ...(session.checkpoint === undefined ? {} : { checkpoint: clip(session.checkpoint, 60) }),
    kind: kindOf(session.checkpoint, quick),
    ...(duration === undefined ? {} : { duration }),
    ...(session.startedAt === undefined ? {} : { startedAt: session.startedAt }),
    ...(session.proposal === undefined
      ? {}
      : { proposal: clip([session.proposal, leadOf(session.context)].filter(Boolean).join(' – '), 1000) }),
    phases: phaseModels(shown, verdict, about),
    ...(why === undefined ? {} : { whyMet: why }),
    directors: directorModels(shown, about),
    discussion: discussionModel(session, { ...about, kept: shown.kept, onBus: shown.onBus }),
    resolution: resolutionModel(shown, verdict, { ...about, ...(file ? { file } : {}) }),
    dissent: dissentModels(shown, verdict),
    ...(frozen === undefined ? {} : { frozen }),
    writes: writesOf(track, shown, shown.kept),
    voteWrites: writesOf(track, shown, keepsVotes(track, session.sessionId)),
    quick,
    votes: Object.fromEntries(
      Object.entries(session.votes).map(([key, vote]) => [key, { verdict: vote.verdict }]),
    ),
  };
}

/** What stands before the first heading: the sections below it are for the directors. */
function leadOf(context: string | undefined): string | undefined {
  return context?.split(/^#/m, 1)[0]?.trim();
}

/** A meeting on the bus that nobody has resolved and that is not marked as complete. */
function isRunning({ session, kept }: ShownSession, { verdict }: SessionVerdict): boolean {
  return !kept && verdict === undefined && !/^complete/i.test(session.status?.trim() ?? '');
}

function verdictOf({ session }: ShownSession, verdict: SessionVerdict, running: boolean): Verdict {
  if (verdict.verdict !== undefined) {
    // The count belongs to the verdict that it gives, and to no other.
    const counted = verdict.resolution?.verdict === verdict.verdict && !session.resolvedBy;
    const word = outcomeWord(verdict.verdict, counted ? verdict.resolution : undefined);
    if (verdict.contradiction !== undefined) return { ...word, word: `${word.word}, disputed` };
    return session.resolvedBy
      ? { ...word, word: `${word.word} by ${clip(session.resolvedBy.by, 40)}` }
      : word;
  }
  if (session.verdict !== undefined) return outcomeWord(session.verdict);
  if (!running) return { standing: 'open', word: 'No verdict' };
  const status = session.status === undefined ? 'Running' : clip(session.status.trim(), 40).toLowerCase();
  return { standing: 'inProgress', word: status.charAt(0).toUpperCase() + status.slice(1) };
}

function choiceOf(shown: ShownSession, current: boolean): SessionChoice {
  const verdict = sessionVerdict(shown.session);
  const at = shown.session.timestamp ?? shown.session.startedAt;
  return {
    item: shown.item,
    checkpoint: clip(shown.session.checkpoint ?? 'No checkpoint', 60),
    verdict: verdictOf(shown, verdict, isRunning(shown, verdict)),
    ...(at === undefined ? {} : { at }),
    current,
  };
}

function titleOf(checkpoint: string | undefined): string {
  switch (checkpoint?.trim().toUpperCase()) {
    case 'EVALUATE_PLAN':
      return 'Board on the plan';
    case 'EVALUATE_EXECUTION':
      return 'Board on the execution';
    case 'PRE_LAUNCH':
      return 'Board before launch';
    case 'CONFLICT':
      return 'Board on a conflict';
    default:
      return 'Board';
  }
}

function kindOf(checkpoint: string | undefined, quick: boolean): string {
  if (quick) return 'Quick review';
  switch (checkpoint?.trim().toUpperCase()) {
    case 'PRE_LAUNCH':
      return 'Security and operations';
    case 'CONFLICT':
      return 'Tie-breaker';
    default:
      return 'Full meeting';
  }
}

/** When a meeting that is over ended: the last thing that is known of it. */
function endOf({ session, kept }: ShownSession, running: boolean): string | undefined {
  if (running) return undefined;
  if (kept && session.timestamp !== undefined) return session.timestamp;
  const times = Object.values(session.votes)
    .map((vote) => vote.timestamp)
    .filter((time) => !Number.isNaN(Date.parse(time ?? '')));
  return times.sort((a, b) => Date.parse(a ?? '') - Date.parse(b ?? '')).at(-1);
}

function unaddressable({ addressable }: ShownSession): string | undefined {
  return addressable
    ? undefined
    : 'This meeting has no session_id that can be used, so nothing can be written to it. Give it one in the file.';
}

// --- where it stands ---

function writesOf(track: Track, { onBus, session, item }: ShownSession, inMetadata: boolean): string[] {
  return [
    ...(inMetadata ? [`metadata.json ${pathWord(track, session.sessionId) ?? item}`] : []),
    ...(onBus
      ? ['.message-bus/board/votes.json', `.message-bus/board/session-${session.sessionId}.json`]
      : []),
  ];
}

/** "board_sessions[0]" */
function pathWord(track: Track, sessionId: string): string | undefined {
  const path = track.metadata && sessionPathIn(track.metadata.raw, sessionId);
  return path
    ?.map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i > 0 ? '.' : ''}${part}`))
    .join('');
}

function sourcesOf(track: Track, shown: ShownSession | undefined): BoardSource[] {
  const metadata = track.documents.metadata;
  const kept = shown?.kept ? pathWord(track, shown.session.sessionId) : undefined;
  const file = shown?.onBus && track.bus ? sessionFile(track.bus.folder, shown.session.sessionId) : undefined;
  return [
    ...(metadata === undefined
      ? []
      : [
          { text: kept === undefined ? 'metadata.json' : `metadata.json ${kept}`, place: { file: metadata } },
        ]),
    ...(file === undefined ? [] : [{ text: '.message-bus/board', place: { file } }]),
  ];
}

function sessionFile(bus: string, sessionId: string): string {
  return join(bus, 'board', `session-${sessionId}.json`);
}

/** Files of the board that could not be read as they are, and what the places say against each other. */
function noticesOf(track: Track, shown: ShownSession | undefined): Notice[] {
  const board = track.bus ? join(track.bus.folder, 'board') + sep : undefined;
  const files = [
    ...(track.bus?.problems ?? []).filter(({ file }) => board !== undefined && file.startsWith(board)),
    ...track.problems.filter(
      ({ file, code }) => file === track.documents.metadata && /json|metadata-invalid/.test(code),
    ),
  ];
  return [
    ...files.map((problem): Notice => ({
      text: `${clip(problem.message, 500)} It may be in the middle of being written.`,
      place: { file: problem.file, ...(problem.line === undefined ? {} : { line: problem.line }) },
    })),
    ...(shown?.disagreements ?? []).map((one): Notice => ({
      text: `metadata.json and votes.json disagree on the vote of ${clip(one.director, 40)}: ${clip(one.kept, 40)} and ${clip(one.bus, 40)}. metadata.json counts.`,
    })),
  ].slice(0, mostNotices);
}
