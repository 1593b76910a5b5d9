import { directorKeyIn, votePathIn } from '../files/boardPaths';
import type { JsonChange } from '../files/jsonEdit';
import type { BoardSession, BoardVote, Director } from '../model/board';
import type { EditRefusal } from '../model/edit';
import type { Track } from '../model/track';
import { resolveBoard } from '../rules/boardResolution';
import { keepsVotes } from '../rules/keepsVotes';
import { isQuickReview } from '../rules/sessionVerdict';
import type { EditOutcome } from '../store/fileEditor';
import type { TrackChangeResult } from './blockTrack';
import { newConditionChanges } from './boardConditions';
import {
  directorOf,
  editBoardFiles,
  editKeptSession,
  sessionFileName,
  unknownDirector,
  unknownSession,
  type KeptSession,
} from './boardFiles';
import { editMetadata, metadataFileOf, touched } from './metadataEdit';
import type { Ports } from './ports';

type BoardPorts = Pick<Ports, 'editor' | 'clock'>;

export interface VoteRequest {
  readonly sessionId: string;
  readonly director: string;
  readonly verdict: 'APPROVE' | 'REJECT' | 'CONCERNS' | 'ABSTAIN';
  /** 0–1 */
  readonly confidence?: number;
  /** Needed when a vote that is there is corrected. */
  readonly note?: string;
  /** Who; default `person`. */
  readonly by?: string;
  readonly signal?: AbortSignal;
}

/**
 * Casts a director's vote in a person's place, or corrects it. Written where the session's votes are: in metadata.json,
 * and in votes.json of the bus while the session is there. A verdict that stands follows the votes by the rule, unless a person
 * gave it. Who changed what from what goes to `vote_corrections[]` of the session.
 *
 * Refuses `director-unknown`, `confidence-invalid`, `session-unknown`, `same-vote`, `note-missing`, and what the editor
 * refuses. The bus is written last: what it refuses is a warning when metadata.json has the vote already.
 */
export async function castVote(
  ports: BoardPorts,
  track: Track,
  request: VoteRequest,
): Promise<TrackChangeResult> {
  const { sessionId, confidence, verdict } = request;
  const director = directorOf(request.director);
  if (!director) return { refused: unknownDirector(request.director) };
  if (confidence !== undefined && !(confidence >= 0 && confidence <= 1)) {
    return refuse('confidence-invalid', 'Confidence is a number from 0 to 1.');
  }
  const running = busSession(track, sessionId);
  const inMetadata = keepsVotes(track, sessionId);
  const shown = inMetadata ? sessionOf(track, sessionId) : running;
  if (!shown) return { refused: unknownSession(sessionId) };
  const refused = voteRefusal(shown, director, request);
  if (refused) return { refused };

  const at = ports.clock().toISOString();
  const before = voteOf(shown, director);
  const why = `${director} votes ${verdict}${before ? ` (was ${before.verdict})` : ''}, entered by ${request.by ?? 'person'}.`;
  const kept = !inMetadata
    ? undefined
    : await editKeptSession(
        ports,
        track,
        sessionId,
        at,
        (current) => {
          // The editor asks again after other programs wrote: our own vote needs no second one.
          if (current.session.corrections?.some((c) => c.at === at && c.director === director)) return [];
          return (
            refusedAs(voteRefusal(current.session, director, request)) ?? [
              ...keptVote(current, director, request, at),
              ...followUp(current.path, current.session, director, request, at),
            ]
          );
        },
        request.signal,
      );
  const key = running ? directorKeyIn(running.votes, director) : director;
  return afterBus(
    ports,
    track,
    why,
    kept,
    !running
      ? []
      : [
          {
            file: 'votes.json',
            begin: {},
            changes: Object.entries({
              final_verdict: verdict,
              confidence,
              timestamp: at,
              by: request.by ?? 'person',
            }).flatMap(([name, value]) => (value === undefined ? [] : [{ path: [key, name], value }])),
          },
          { file: sessionFileName(sessionId), changes: followUp([], running, director, request, at) },
        ],
    request.signal,
  );
}

export interface TieRequest {
  readonly sessionId: string;
  readonly verdict: 'APPROVED' | 'APPROVED_WITH_REVIEW' | 'REJECTED';
  readonly note: string;
  readonly by?: string;
  readonly signal?: AbortSignal;
}

/**
 * A person resolves what the board could not (spec 003, "Resolution Rules": a tie escalates to the user): the session's
 * verdict, with `resolved_by`. A session that is only on the bus gets its short form in metadata.json, as at the end
 * of every session. After an approval its conditions join `board_conditions`.
 *
 * Refuses `note-missing`, `session-unknown`, `resolved-already`, `not-escalated` when the votes decide by themselves,
 * and what the editor refuses.
 */
export async function resolveTie(
  ports: BoardPorts,
  track: Track,
  request: TieRequest,
): Promise<TrackChangeResult> {
  const { sessionId, verdict } = request;
  const note = request.note.trim();
  if (note === '') return refuse('note-missing', 'Say why you decide so: others will read it.');
  const shown = sessionOf(track, sessionId);
  if (!shown) return { refused: unknownSession(sessionId) };
  const refused = tieRefusal(shown);
  if (refused) return { refused };

  const at = ports.clock().toISOString();
  const resolvedBy = { by: request.by ?? 'person', at, note };
  const approves = verdict !== 'REJECTED';
  const why = `${verdict.replaceAll('_', ' ')}: ${resolvedBy.by} resolved what the votes left open.`;
  const kept = isKept(track, sessionId)
    ? await editKeptSession(
        ports,
        track,
        sessionId,
        at,
        ({ metadata, session, path }) => {
          if (session.resolvedBy?.at === at) return [];
          return (
            refusedAs(tieRefusal(session)) ?? [
              { path: [...path, 'verdict'], value: verdict },
              { path: [...path, 'resolved_by'], value: resolvedBy },
              ...(approves ? newConditionChanges(metadata, session.conditions) : []),
            ]
          );
        },
        request.signal,
      )
    : await editMetadata(
        ports,
        track,
        (metadata) => {
          const now = metadata.boardSessions.find((session) => session.sessionId === sessionId);
          if (now?.resolvedBy?.at === at) return [];
          if (now)
            return {
              refused: {
                code: 'state-moved',
                message: `Session ${sessionId} has just been recorded in metadata.json. Look at it again.`,
              },
            };
          return [
            { path: ['board_sessions', -1], value: shortForm(shown, verdict, at, resolvedBy) },
            ...(approves ? newConditionChanges(metadata, shown.conditions) : []),
            ...touched(metadata, at),
          ];
        },
        request.signal ? { signal: request.signal } : {},
      );
  const running = busSession(track, sessionId);
  return afterBus(
    ports,
    track,
    why,
    kept,
    !running
      ? []
      : [
          {
            file: sessionFileName(sessionId),
            changes: [
              { path: ['verdict'], value: verdict },
              { path: ['resolved_by'], value: resolvedBy },
            ],
          },
        ],
    request.signal,
  );
}

// --- what may be done ---

/** Why a vote cannot be cast on the session as it is; undefined: it can. */
function voteRefusal(
  session: BoardSession,
  director: Director,
  request: VoteRequest,
): EditRefusal | undefined {
  const before = voteOf(session, director);
  if (!before) return undefined;
  const same =
    before.verdict.trim().toUpperCase() === request.verdict &&
    (request.confidence === undefined || before.confidence === request.confidence);
  if (same) return { code: 'same-vote', message: `${director} has voted ${request.verdict} already.` };
  if (!request.note?.trim()) {
    return {
      code: 'note-missing',
      message: `${director} has voted ${before.verdict}: say why the vote is corrected.`,
    };
  }
  return undefined;
}

/** Why a session is no tie that a person resolves; undefined: it is. */
export function tieRefusal(session: BoardSession): EditRefusal | undefined {
  if (session.resolvedBy) {
    return {
      code: 'resolved-already',
      message: `${session.resolvedBy.by} has resolved this session already: ${session.verdict}.`,
    };
  }
  const resolution = resolveBoard(session.votes, isQuickReview(session));
  if (resolution.verdict === 'ESCALATE') return undefined;
  return {
    code: 'not-escalated',
    message: `The votes decide by themselves: ${resolution.why} Correct a vote if one of them is wrong.`,
  };
}

// --- what is written ---

/** The vote in the form that the session has its votes in: a word in vote_summary, an object in votes. */
function keptVote(kept: KeptSession, director: Director, request: VoteRequest, at: string): JsonChange[] {
  const { path, value } = votePathIn(kept.raw, director);
  const place = [...kept.path, ...path];
  const by = request.by ?? 'person';
  if (typeof value === 'object' && value !== null) {
    const key =
      ['final_verdict', 'verdict', 'vote'].find((name) => Object.hasOwn(value, name)) ?? 'final_verdict';
    return [
      { path: [...place, key], value: request.verdict },
      ...(request.confidence === undefined
        ? []
        : [{ path: [...place, 'confidence'], value: request.confidence }]),
      { path: [...place, 'timestamp'], value: at },
      { path: [...place, 'by'], value: by },
    ];
  }
  const isList = typeof path.at(-1) === 'number';
  return [
    {
      path: place,
      value: isList ? { director, final_verdict: request.verdict, timestamp: at, by } : request.verdict,
    },
  ];
}

/** The record of the vote, and the verdict that follows from it where one stands that no person gave. */
function followUp(
  path: readonly (string | number)[],
  session: BoardSession,
  director: Director,
  request: VoteRequest,
  at: string,
): JsonChange[] {
  const before = voteOf(session, director);
  const note = request.note?.trim();
  const correction = {
    director,
    ...(before ? { from: before.verdict } : {}),
    to: request.verdict,
    ...(note ? { note } : {}),
    by: request.by ?? 'person',
    at,
  };
  const votes = { ...session.votes, [directorKeyIn(session.votes, director)]: { verdict: request.verdict } };
  const { verdict } = resolveBoard(votes, isQuickReview(session));
  const written = session.verdict
    ?.trim()
    .toUpperCase()
    .replace(/[\s-]+/g, '_');
  const follows = written !== undefined && written !== verdict && !session.resolvedBy;
  return [
    { path: [...path, 'vote_corrections', -1], value: correction },
    ...(follows ? [{ path: [...path, 'verdict'], value: verdict }] : []),
  ];
}

/** Spec 003, "Board Session Tracking". */
function shortForm(
  session: BoardSession,
  verdict: TieRequest['verdict'],
  at: string,
  resolvedBy: object,
): Record<string, unknown> {
  return {
    session_id: session.sessionId,
    ...(session.checkpoint === undefined ? {} : { checkpoint: session.checkpoint }),
    verdict,
    vote_summary: Object.fromEntries(Object.entries(session.votes).map(([key, vote]) => [key, vote.verdict])),
    conditions: session.conditions,
    timestamp: at,
    resolved_by: resolvedBy,
  };
}

/** Writes the bus after metadata.json. `kept` undefined: the session is only on the bus, whose refusal then counts. */
async function afterBus(
  ports: BoardPorts,
  track: Track,
  why: string,
  kept: EditOutcome | undefined,
  edits: Parameters<typeof editBoardFiles>[2],
  signal: AbortSignal | undefined,
): Promise<TrackChangeResult> {
  if (kept && 'refused' in kept) return kept;
  const done = await editBoardFiles(ports, track, edits, signal);
  const [first] = done;
  if (!kept && first && 'refused' in first.outcome) return first.outcome;
  return {
    why,
    files: [
      ...(kept?.changed ? [metadataFileOf(track)] : []),
      ...done.flatMap(({ file, outcome }) => ('changed' in outcome && outcome.changed ? [file] : [])),
    ],
    warnings: done.flatMap(({ outcome }) =>
      'refused' in outcome ? [`The message bus still says what it said: ${outcome.refused.message}`] : [],
    ),
  };
}

// --- helpers ---

/** The session as metadata.json keeps it, else that of the bus. */
function sessionOf(track: Track, sessionId: string): BoardSession | undefined {
  const kept = track.boardSessions.find((session) => session.sessionId === sessionId);
  return kept ?? busSession(track, sessionId);
}

function busSession(track: Track, sessionId: string): BoardSession | undefined {
  return track.bus?.board?.sessionId === sessionId ? track.bus.board : undefined;
}

/** Whether metadata.json keeps the session. */
function isKept(track: Track, sessionId: string): boolean {
  return track.metadata?.boardSessions.some((session) => session.sessionId === sessionId) ?? false;
}

function voteOf(session: BoardSession, director: Director): BoardVote | undefined {
  const key = directorKeyIn(session.votes, director);
  return Object.hasOwn(session.votes, key) ? session.votes[key] : undefined;
}

function refusedAs(refused: EditRefusal | undefined): { readonly refused: EditRefusal } | undefined {
  return refused ? { refused } : undefined;
}

function refuse(code: string, message: string): { readonly refused: EditRefusal } {
  return { refused: { code, message } };
}
