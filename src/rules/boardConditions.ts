import type { BoardSession, ConditionEvidence } from '../model/board';
import type { Evidence } from '../model/gate';
import type { ReportCheck } from '../model/evaluationReport';
import type { LocatedReport, Track } from '../model/track';

/** A condition of the board, and whether it has been met (spec 003, "Board Session Tracking"; FORMATS §4.10). */
export interface BoardCondition {
  /** As written, director included: "Add caching layer (CA)". */
  readonly text: string;
  /** "CA" */
  readonly director?: string;
  /** The session that made it, when one lists it. */
  readonly sessionId?: string;
  /** `unmet`: an evaluation looked and found it unmet, or somebody said so. `open`: nobody has said. */
  readonly state: 'met' | 'unmet' | 'open';
  /** The checkpoint that it is due at, when it is not EVALUATE_EXECUTION. */
  readonly due?: string;
  readonly note?: string;
  readonly evidence: readonly Evidence[];
}

type ConditionSource = Pick<Track, 'metadata' | 'boardSessions' | 'loop' | 'documents'>;

/**
 * Conditions that hold: `board_conditions` of metadata.json and those of sessions that approved. What the newest
 * evaluation found unmet is unmet; else the newest entry of board_condition_evidence[] tells, else a row of the
 * report that names the condition, else it is open.
 */
export function boardConditionsOf(track: ConditionSource, report?: LocatedReport): BoardCondition[] {
  const { metadata } = track;
  const listed = new Map<string, { text: string; session?: BoardSession }>();
  for (const session of track.boardSessions.filter(approved)) {
    for (const text of session.conditions) {
      const key = conditionKey(text);
      if (key !== '' && !listed.has(key)) listed.set(key, { text, session });
    }
  }
  for (const text of metadata?.boardConditions ?? []) {
    const key = conditionKey(text);
    if (key !== '' && !listed.has(key)) listed.set(key, { text });
  }
  const unmet = new Set(unmetConditions(track).map(conditionKey));
  return [...listed].map(([key, { text, session }]) => {
    const entries =
      metadata?.conditionEvidence.filter((entry) => conditionKey(entry.condition) === key) ?? [];
    const said = entries.findLast((entry) => !entry.added);
    const row = report?.report.checks.findLast((check) => conditionKey(check.name) === key);
    const director = /\(([A-Z]{2,3})\)\s*$/.exec(text)?.[1];
    const due =
      entries.findLast((entry) => entry.due !== undefined)?.due ??
      (session?.checkpoint === 'PRE_LAUNCH' ? 'PRE_LAUNCH' : undefined);
    return {
      text,
      ...(director === undefined ? {} : { director }),
      ...(session ? { sessionId: session.sessionId } : {}),
      ...(due === undefined ? {} : { due }),
      ...answerOf(unmet.has(key), said, row, report, track),
    };
  });
}

/** The same condition, however it is punctuated and whoever signed it. */
export function conditionKey(text: string): string {
  return text
    .replace(/\([A-Z]{2,3}\)\s*$/, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** What the evaluation recorded as unmet in its checkpoint. */
export function unmetConditions(track: Pick<Track, 'loop'>): readonly string[] {
  const list = track.loop?.checkpoints.EVALUATE_EXECUTION?.raw['unmet_board_conditions'];
  return Array.isArray(list) ? list.filter((item): item is string => typeof item === 'string') : [];
}

function approved(session: BoardSession): boolean {
  return /^approved?\b/i.test((session.verdict ?? '').replaceAll('_', ' ').trim());
}

function answerOf(
  unmet: boolean,
  said: ConditionEvidence | undefined,
  row: ReportCheck | undefined,
  report: LocatedReport | undefined,
  track: ConditionSource,
): Pick<BoardCondition, 'state' | 'note' | 'evidence'> {
  const metadata = track.documents.metadata === undefined ? {} : { file: track.documents.metadata };
  if (unmet) {
    return {
      state: 'unmet',
      note: 'The evaluation recorded it as unmet.',
      evidence: [{ ...metadata, how: 'read', note: 'unmet_board_conditions' }],
    };
  }
  if (said) {
    const who = `${said.by}${said.at === undefined ? '' : `, ${said.at}`}`;
    return {
      state: said.met ? 'met' : 'unmet',
      ...(said.note === undefined ? {} : { note: said.note }),
      evidence: [
        {
          ...(said.file === undefined ? {} : { file: said.file }),
          ...(said.line === undefined ? {} : { line: said.line }),
          how: 'byHand',
          note: who,
        },
      ],
    };
  }
  if (row && report && (row.status === 'pass' || row.status === 'fail')) {
    return {
      state: row.status === 'pass' ? 'met' : 'unmet',
      ...(row.note === undefined ? {} : { note: row.note }),
      evidence: [{ file: report.file, line: row.line, how: 'read' }],
    };
  }
  return { state: 'open', evidence: [] };
}
