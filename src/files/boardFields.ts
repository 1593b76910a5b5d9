import type { BoardAssessment, BoardRemark, BoardSession, BoardVote } from '../model/board';
import {
  booleanField,
  field,
  itemsOf,
  numberField,
  recordOf,
  textField,
  textOf,
  textsOf,
  timeField,
  type Loose,
} from './looseValues';

/** Records of the board as they occur in metadata.json and on the bus, in one form (FORMATS §4.10). */

/** An entry of `board_sessions`: the short form of metadata.json, or the longer one of a session file. */
export function boardSessionOf(value: unknown, source: BoardSession['source']): BoardSession | undefined {
  const session = recordOf(value);
  if (!session) return undefined;
  const resolution = recordOf(field(session, 'resolution'));
  const proposal = recordOf(field(session, 'proposal'));
  return {
    sessionId: textField(session, 'session_id', 'sessionId', 'id') ?? '',
    checkpoint: textField(session, 'checkpoint'),
    status: textField(session, 'status'),
    verdict: textField(session, 'verdict', 'resolution') ?? textField(resolution, 'verdict'),
    votes: votesOf(
      field(session, 'votes') ?? field(session, 'vote_summary') ?? field(resolution, 'vote_summary'),
    ),
    assessments: assessmentsOf(field(session, 'assessments')),
    discussion: itemsOf(field(session, 'discussion')).flatMap((remark) => remarkOf(remark) ?? []),
    conditions: textsOf(field(session, 'conditions') ?? field(resolution, 'conditions'), ...conditionKeys),
    dissent: textsOf(field(session, 'dissent') ?? field(resolution, 'dissent'), ...conditionKeys),
    timestamp: timeField(session, 'timestamp', 'completed_at', 'started_at'),
    proposal: textField(session, 'proposal') ?? textField(proposal, 'proposal', 'title', 'context'),
    source,
  };
}

const conditionKeys = ['condition', 'text', 'description', 'message', 'opinion', 'reason'];

/** Director → vote, from an object of texts or of votes, or from a list of votes that name their director. */
export function votesOf(value: unknown): Record<string, BoardVote> {
  return byDirector(value, (vote) => {
    const record = recordOf(vote);
    if (!record) return { verdict: textOf(vote) ?? '', conditions: [] };
    return {
      verdict: textField(record, 'final_verdict', 'verdict', 'vote') ?? '',
      confidence: numberField(record, 'confidence'),
      conditions: textsOf(field(record, 'conditions'), ...conditionKeys),
      timestamp: timeField(record, 'timestamp'),
    };
  });
}

/** Director → assessment. */
export function assessmentsOf(value: unknown): Record<string, BoardAssessment> {
  return byDirector(value, (assessment) => {
    const record = recordOf(assessment) ?? {};
    return {
      verdict: textField(record, 'verdict', 'final_verdict') ?? textOf(assessment),
      score: numberField(record, 'score'),
      breakdown: Object.fromEntries(
        Object.keys(recordOf(field(record, 'breakdown')) ?? {}).flatMap((key) => {
          const score = numberField(recordOf(field(record, 'breakdown')), key);
          return score === undefined ? [] : [[key, score]];
        }),
      ),
      keyPoints: textsOf(field(record, 'key_points'), ...conditionKeys),
      concerns: textsOf(field(record, 'concerns'), 'concern', ...conditionKeys),
      recommendations: textsOf(field(record, 'recommendations'), 'recommendation', ...conditionKeys),
      raw: record,
    };
  });
}

/** A BOARD_DISCUSS payload. */
export function remarkOf(value: unknown): BoardRemark | undefined {
  const record = recordOf(value);
  const message = record ? textField(record, 'message', 'text') : textOf(value);
  if (message === undefined) return undefined;
  return {
    from: textField(record, 'from', 'director', 'source'),
    to: textField(record, 'to'),
    type: textField(record, 'type'),
    message,
    changesMyVerdict: booleanField(record, 'changes_my_verdict'),
    timestamp: timeField(record, 'timestamp'),
  };
}

function byDirector<T>(value: unknown, read: (item: unknown) => T): Record<string, T> {
  const record: Loose | undefined = recordOf(value);
  const entries: [string, T][] = record
    ? Object.entries(record).map(([director, item]) => [director, read(item)])
    : itemsOf(value).flatMap((item) => {
        const director = textField(recordOf(item), 'director', 'source', 'from');
        return director === undefined ? [] : [[director, read(item)]];
      });
  return Object.fromEntries(entries);
}
