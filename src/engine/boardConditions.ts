import type { JsonChange } from '../files/jsonEdit';
import { oneLine } from '../files/oneLine';
import type { EditRefusal } from '../model/edit';
import type { Metadata } from '../model/metadata';
import type { Track } from '../model/track';
import { boardConditionsOf, conditionKey, unmetConditions } from '../rules/boardConditions';
import { sessionPathIn } from '../files/boardPaths';
import type { TrackChangeResult } from './blockTrack';
import { directorOf, editBoardFiles, sessionFileName, unknownDirector, unknownSession } from './boardFiles';
import { editMetadata, metadataFileOf, touched } from './metadataEdit';
import type { Ports } from './ports';

type BoardPorts = Pick<Ports, 'editor' | 'clock'>;

export interface ConditionRequest {
  readonly text: string;
  /** Who asks for it: becomes "<text> (<director>)". */
  readonly director?: string;
  /** The session that it belongs to. */
  readonly sessionId?: string;
  /** The checkpoint that it is due at, when that is not EVALUATE_EXECUTION: `PRE_LAUNCH`. */
  readonly due?: string;
  readonly note?: string;
  /** Who adds it; default `person`. */
  readonly by?: string;
  readonly signal?: AbortSignal;
}

/**
 * Adds a condition to `board_conditions`, and to its session, also on the bus while that is there. Who added it is kept
 * in `board_condition_evidence[]`. Refuses `condition-empty`, `condition-exists`, `director-unknown`,
 * `session-unknown`, and what the editor refuses.
 */
export async function addCondition(
  ports: BoardPorts,
  track: Track,
  request: ConditionRequest,
): Promise<TrackChangeResult> {
  const director = request.director === undefined ? undefined : directorOf(request.director);
  if (request.director !== undefined && !director) return { refused: unknownDirector(request.director) };
  const words = oneLine(request.text);
  if (conditionKey(words) === '') return refuse('condition-empty', 'Say what the condition is.');
  const text = director && !words.endsWith(`(${director})`) ? `${words} (${director})` : words;
  const { sessionId } = request;
  const running =
    sessionId !== undefined && track.bus?.board?.sessionId === sessionId ? track.bus.board : undefined;
  const isKept = track.metadata?.boardSessions.some((session) => session.sessionId === sessionId) ?? false;
  if (sessionId !== undefined && !running && !isKept) return { refused: unknownSession(sessionId) };

  const at = ports.clock().toISOString();
  const outcome = await editMetadata(
    ports,
    track,
    (metadata) => {
      if (isAdded(metadata, text, at)) return [];
      const known = boardConditionsOf({ ...track, metadata, boardSessions: metadata.boardSessions });
      const inSession = metadata.boardSessions.find((session) => session.sessionId === sessionId)?.conditions;
      if (
        [...known.map((c) => c.text), ...(inSession ?? [])].some(
          (c) => conditionKey(c) === conditionKey(text),
        )
      ) {
        return refuse('condition-exists', `The board has this condition already: “${text}”.`);
      }
      const path = sessionId === undefined ? undefined : sessionPathIn(metadata.raw, sessionId);
      return [
        ...newConditionChanges(metadata, [text]),
        ...(path ? [{ path: [...path, 'conditions', -1], value: text }] : []),
        {
          path: ['board_condition_evidence', -1],
          value: {
            condition: text,
            met: false,
            added: true,
            ...(request.due === undefined ? {} : { due: request.due }),
            ...noteIn(request),
            by: request.by ?? 'person',
            at,
          },
        },
        ...touched(metadata, at),
      ];
    },
    request.signal ? { signal: request.signal } : {},
  );
  if ('refused' in outcome) return outcome;
  // The list in the session file, once there, stands for those of the votes too.
  const onBus = !running
    ? []
    : await editBoardFiles(
        ports,
        track,
        [
          {
            file: sessionFileName(running.sessionId),
            changes: [{ path: ['conditions'], value: [...running.conditions, text] }],
          },
        ],
        request.signal,
      );
  return {
    why: `Condition added: ${text}.`,
    files: [
      ...(outcome.changed ? [metadataFileOf(track)] : []),
      ...onBus.flatMap(({ file, outcome: o }) => ('changed' in o && o.changed ? [file] : [])),
    ],
    warnings: onBus.flatMap(({ outcome: o }) =>
      'refused' in o ? [`The message bus still says what it said: ${o.refused.message}`] : [],
    ),
  };
}

export interface MarkConditionRequest {
  /** As the board wrote it. */
  readonly condition: string;
  readonly met: boolean;
  /** Where it can be seen, for a condition that is met: a file, or a note that shows it. */
  readonly file?: string;
  readonly line?: number;
  readonly note?: string;
  readonly by?: string;
  readonly signal?: AbortSignal;
}

/**
 * Marks a condition met with its evidence, or unmet with a note, in `board_condition_evidence[]`; the list of the board
 * stays as the board wrote it. What the evaluation keeps as unmet follows, because a loop with an unmet condition
 * fails (spec 003). Refuses `condition-unknown`, `evidence-missing`, `note-missing`, and what the editor refuses.
 */
export async function markCondition(
  ports: BoardPorts,
  track: Track,
  request: MarkConditionRequest,
): Promise<TrackChangeResult> {
  const key = conditionKey(request.condition);
  const file = request.file?.trim();
  const note = request.note?.trim();
  if (request.met && !file && !note) {
    return refuse('evidence-missing', 'Show where it is met: a file, or a note that says how you know.');
  }
  if (!request.met && !note) return refuse('note-missing', 'Say why it is not met: others will read it.');
  const at = ports.clock().toISOString();
  let text = request.condition;
  const outcome = await editMetadata(
    ports,
    track,
    (metadata) => {
      if (
        metadata.conditionEvidence.some((e) => !e.added && e.at === at && conditionKey(e.condition) === key)
      )
        return [];
      // Sessions that are only on the bus have conditions too.
      const sessions = [
        ...metadata.boardSessions,
        ...track.boardSessions.filter(({ source }) => source === 'bus'),
      ];
      const known = boardConditionsOf({ ...track, metadata, boardSessions: sessions }).find(
        (condition) => conditionKey(condition.text) === key,
      );
      if (!known) {
        return refuse(
          'condition-unknown',
          `The board has no condition “${request.condition.slice(0, 120)}” (any more). Look at the board again.`,
        );
      }
      text = known.text;
      return [
        {
          path: ['board_condition_evidence', -1],
          value: {
            condition: text,
            met: request.met,
            ...(file ? { evidence: request.line === undefined ? file : `${file}:${request.line}` } : {}),
            ...noteIn(request),
            by: request.by ?? 'person',
            at,
          },
        },
        ...unmetListChanges(metadata, text, request.met),
        ...touched(metadata, at),
      ];
    },
    request.signal ? { signal: request.signal } : {},
  );
  if ('refused' in outcome) return outcome;
  return {
    why: `Condition ${request.met ? 'met' : 'not met'}: ${text}.`,
    files: outcome.changed ? [metadataFileOf(track)] : [],
    warnings: [],
  };
}

/** Conditions that `board_conditions` does not list yet, added where the file keeps that list. */
export function newConditionChanges(metadata: Metadata, texts: readonly string[]): JsonChange[] {
  const known = new Set(metadata.boardConditions.map(conditionKey));
  const { raw } = metadata;
  const loop = raw['loop_state'];
  const inLoop =
    raw['board_conditions'] === undefined &&
    typeof loop === 'object' &&
    loop !== null &&
    'board_conditions' in loop;
  const path = inLoop ? ['loop_state', 'board_conditions', -1] : ['board_conditions', -1];
  return texts.filter((text) => !known.has(conditionKey(text))).map((text) => ({ path, value: text }));
}

function unmetListChanges(metadata: Metadata, condition: string, met: boolean): JsonChange[] {
  const { loop } = metadata;
  if (!loop) return [];
  const listed = unmetConditions({ loop });
  const others = listed.filter((text) => conditionKey(text) !== conditionKey(condition));
  const isListed = others.length < listed.length;
  if (isListed !== met) return [];
  const path = ['loop_state', 'checkpoints', 'EVALUATE_EXECUTION', 'unmet_board_conditions'];
  return [{ path, value: met ? others : [...listed, condition] }];
}

function isAdded(metadata: Metadata, text: string, at: string): boolean {
  return metadata.conditionEvidence.some(
    (entry) => entry.added && entry.at === at && entry.condition === text,
  );
}

function noteIn(request: { readonly note?: string }): { readonly note?: string } {
  const note = request.note?.trim();
  return note ? { note } : {};
}

function refuse(code: string, message: string): { readonly refused: EditRefusal } {
  return { refused: { code, message } };
}
