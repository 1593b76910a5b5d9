import type {
  BoardAssessment,
  BoardRemark,
  BoardSession,
  BoardVote,
  ConditionEvidence,
  PersonsWord,
  RepeatedVote,
  VoteCorrection,
} from '../model/board';
import {
  booleanField,
  countField,
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
  const resolvedBy = recordOf(field(session, 'resolved_by'));
  const startedAt = timeField(session, 'started_at');
  const context = textField(proposal, 'context');
  const quick = booleanField(proposal, 'quick_mode');
  const convenedBy = textField(session, 'convened_by');
  const discuss = recordOf(field(recordOf(field(session, 'phases')), 'discuss'));
  const rounds = countField(discuss, 'rounds');
  const maxRounds = countField(discuss, 'max_rounds');
  const repeated = repeatedVotesOf(field(session, 'votes') ?? field(session, 'vote_summary'));
  const corrections = itemsOf(field(session, 'vote_corrections')).flatMap((item) => correctionOf(item) ?? []);
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
    ...(context === undefined ? {} : { context }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(rounds === undefined ? {} : { rounds }),
    ...(maxRounds === undefined ? {} : { maxRounds }),
    ...(repeated.length > 0 ? { repeated } : {}),
    ...(resolvedBy ? { resolvedBy: personsWordOf(resolvedBy) } : {}),
    ...(quick === undefined ? {} : { quick }),
    ...(convenedBy === undefined ? {} : { convenedBy }),
    ...(corrections.length > 0 ? { corrections } : {}),
    source,
  };
}

const conditionKeys = ['condition', 'text', 'description', 'message', 'opinion', 'reason'];

/** Director → vote, from an object of texts or of votes, or from a list of votes that name their director. */
export function votesOf(value: unknown): Record<string, BoardVote> {
  return byDirector(value, voteOf);
}

function voteOf(vote: unknown): BoardVote {
  const record = recordOf(vote);
  if (!record) return { verdict: textOf(vote) ?? '', conditions: [] };
  return {
    verdict: textField(record, 'final_verdict', 'verdict', 'vote') ?? '',
    confidence: numberField(record, 'confidence'),
    conditions: textsOf(field(record, 'conditions'), ...conditionKeys),
    timestamp: timeField(record, 'timestamp'),
    ...(textField(record, 'by') === undefined ? {} : { by: textField(record, 'by') }),
  };
}

/** Votes that a later one of the same director replaces: in a list, or under another spelling of the name. */
export function repeatedVotesOf(value: unknown): RepeatedVote[] {
  const record = recordOf(value);
  const all = record
    ? Object.entries(record).map(([director, vote]) => ({ director, vote }))
    : itemsOf(value).flatMap((vote) => {
        const director = textField(recordOf(vote), 'director', 'source', 'from');
        return director === undefined ? [] : [{ director, vote }];
      });
  const nameOf = (director: string): string => director.trim().toUpperCase();
  const last = new Map(all.map(({ director }, i) => [nameOf(director), i]));
  return all.flatMap(({ director, vote }, i) =>
    last.get(nameOf(director)) === i ? [] : [{ director, verdict: voteOf(vote).verdict }],
  );
}

/** `board_condition_evidence[]`: our own key of metadata.json. */
export function conditionEvidenceOf(value: unknown): ConditionEvidence[] {
  return itemsOf(value).flatMap((item) => {
    const record = recordOf(item);
    const condition = textField(record, 'condition');
    if (!record || condition === undefined) return [];
    const place = /^(.*?)(?::(\d{1,9}))?$/s.exec(textField(record, 'evidence') ?? '');
    const due = textField(record, 'due');
    return [
      {
        ...personsWordOf(record),
        condition,
        met: booleanField(record, 'met') ?? false,
        ...(place?.[1] ? { file: place[1] } : {}),
        ...(place?.[1] && place[2] !== undefined ? { line: Number(place[2]) } : {}),
        ...(due === undefined ? {} : { due }),
        ...(booleanField(record, 'added') ? { added: true } : {}),
      },
    ];
  });
}

function correctionOf(value: unknown): VoteCorrection | undefined {
  const record = recordOf(value);
  const director = textField(record, 'director');
  const to = textField(record, 'to');
  if (!record || director === undefined || to === undefined) return undefined;
  const from = textField(record, 'from');
  return { ...personsWordOf(record), director, to, ...(from === undefined ? {} : { from }) };
}

function personsWordOf(record: Loose): PersonsWord {
  const at = timeField(record, 'at', 'timestamp');
  const note = textField(record, 'note');
  return {
    by: textField(record, 'by') ?? 'person',
    ...(at === undefined ? {} : { at }),
    ...(note === undefined ? {} : { note }),
  };
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
  const round = countField(record, 'round', 'discussion_round');
  return {
    from: textField(record, 'from', 'director', 'source'),
    to: textField(record, 'to'),
    type: textField(record, 'type'),
    message,
    changesMyVerdict: booleanField(record, 'changes_my_verdict'),
    ...(round === undefined ? {} : { round }),
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
