import type { BoardSession } from '../model/board';
import type { BusMessage, FileLock, Waiting, WorkerStatus } from '../model/messageBus';
import type { TextProblem } from '../model/problem';
import { assessmentsOf, boardSessionOf, remarkOf, repeatedVotesOf, votesOf } from './boardFields';
import { readJson } from './jsonText';
import {
  field,
  itemsOf,
  numberField,
  recordOf,
  textField,
  textOf,
  timeField,
  type Loose,
} from './looseValues';
import { readResolution } from './resolutionFile';

/** The files of `<track>/.message-bus/` (spec 003, "Message Bus"; FORMATS §4.9–4.10). No reader here ever throws. */

// --- queue.jsonl ---

export interface QueueReading {
  /** In file order. */
  readonly messages: readonly BusMessage[];
  readonly problems: readonly TextProblem[];
  /**
   * Lines that a line break ends. What stands behind them may still be growing: a whole object there is among the
   * messages, with a line of `firstLine + wholeLines`, but read on from that line and put what is found in its place.
   */
  readonly wholeLines: number;
}

/**
 * Lines of queue.jsonl; `firstLine` is the 1-based number of the first. A torn last line is no problem; any other
 * line that is no message is reported and left out.
 */
export function parseQueueLines(text: string, firstLine: number): QueueReading {
  const messages: BusMessage[] = [];
  const problems: TextProblem[] = [];
  const lines = text.split('\n');
  const wholeLines = lines.length - 1;
  for (const [i, written] of lines.entries()) {
    const json = written.replace(/\r$/, '').replace(/^\uFEFF/, '');
    if (json.trim() === '') continue;
    const line = firstLine + i;
    const message = messageOf(json, line);
    if (message) messages.push(message);
    else if (i < wholeLines) problems.push(lineProblem(line));
  }
  return { messages, problems, wholeLines };
}

function messageOf(json: string, line: number): BusMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  const record = recordOf(value);
  const type = textField(record, 'type', 'event_type');
  if (!record || type === undefined) return undefined;
  const payload = payloadOf(record);
  return {
    id: textField(record, 'id'),
    type,
    source: textField(record, 'source', 'from') ?? textField(payload, 'worker_id'),
    timestamp: timeField(record, 'timestamp', 'ts', 'time'),
    payload,
    line,
  };
}

const envelope = new Set(['id', 'type', 'event_type', 'source', 'timestamp', 'payload', 'data']);

/** The payload; lines without one (retry entries, the fork's events) carry their fields beside the envelope. */
function payloadOf(record: Loose): Loose {
  const payload = field(record, 'payload') ?? field(record, 'data');
  const rest = Object.entries(record).filter(([key]) => !envelope.has(key));
  const inner = recordOf(payload) ?? (payload === undefined || payload === null ? {} : { data: payload });
  return Object.fromEntries([...rest, ...Object.entries(inner)]);
}

function lineProblem(line: number): TextProblem {
  return {
    line,
    severity: 'warning',
    code: 'queue-line-invalid',
    message: `Line ${line} of queue.jsonl is not a message (one JSON object with a type): it is left out. The lines around it were read.`,
  };
}

/** Who waits: the latest BLOCKED of each source that no later message of the same source follows. */
export function waitingOf(messages: readonly BusMessage[]): Waiting[] {
  const latest = new Map<string, BusMessage>();
  for (const message of messages) {
    if (message.source !== undefined) latest.set(message.source, message);
  }
  return [...latest].flatMap(([source, message]) => {
    const { payload } = message;
    const resource = textField(payload, 'resource', 'filepath');
    const waitingFor = textField(payload, 'waiting_for', 'blocked_by') ?? resource;
    if (message.type !== 'BLOCKED' || waitingFor === undefined) return [];
    return [
      {
        source,
        taskId: textField(payload, 'task_id'),
        waitingFor,
        resource,
        since: message.timestamp,
        line: message.line,
      },
    ];
  });
}

// --- locks.json, worker-status.json ---

/** locks.json: path → lock, or the short form path → worker id. */
export function parseLocks(text: string): { readonly locks: FileLock[]; readonly problems: TextProblem[] } {
  const { value, problems } = objectOf(text, 'locks.json');
  const locks = entriesOf(value, 'filepath', 'path').flatMap(([path, entry]): FileLock[] => {
    const lock = recordOf(entry);
    const workerId = textField(lock, 'worker_id', 'owner', 'locked_by') ?? textOf(entry);
    if (workerId === undefined) return [];
    return [
      {
        path,
        workerId,
        acquiredAt: timeField(lock, 'acquired_at', 'locked_at'),
        expiresAt: timeField(lock, 'expires_at'),
      },
    ];
  });
  return { locks, problems };
}

/** worker-status.json: worker id → status. */
export function parseWorkerStatus(text: string): {
  readonly workers: WorkerStatus[];
  readonly problems: TextProblem[];
} {
  const { value, problems } = objectOf(text, 'worker-status.json');
  const workers = entriesOf(value, 'worker_id', 'id').flatMap(([workerId, entry]): WorkerStatus[] => {
    const worker = recordOf(entry);
    const status = (textField(worker, 'status') ?? textOf(entry))?.toUpperCase();
    if (status === undefined) return [];
    return [
      {
        workerId,
        taskId: textField(worker, 'task_id'),
        status: status === 'COMPLETED' ? 'COMPLETE' : status,
        progress: numberField(worker, 'progress_pct', 'progress'),
        lastHeartbeat: timeField(worker, 'last_heartbeat', 'heartbeat'),
        startedAt: timeField(worker, 'started_at'),
      },
    ];
  });
  return { workers, problems };
}

/** Members by name; those of a list by the field that names them. */
function entriesOf(value: unknown, ...nameKeys: string[]): [string, unknown][] {
  const record = recordOf(value);
  if (record) return Object.entries(record);
  return itemsOf(value).flatMap((item): [string, unknown][] => {
    const name = textField(recordOf(item), ...nameKeys);
    return name === undefined ? [] : [[name, item]];
  });
}

/** The value of a small JSON file of the bus. An empty file is one that is just being written. */
function objectOf(text: string, file: string): { value: unknown; problems: TextProblem[] } {
  if (text.trim() === '') return { value: undefined, problems: [] };
  const read = readJson(text);
  if (read.problem) {
    return {
      value: read.value,
      problems: [{ ...read.problem, message: `${file}: ${read.problem.message}` }],
    };
  }
  if (typeof read.value === 'object' && read.value !== null) return { value: read.value, problems: [] };
  const problem: TextProblem = {
    line: 1,
    severity: 'warning',
    code: 'json-not-object',
    message: `${file} should hold an object; what it holds was left out.`,
  };
  return { value: undefined, problems: [problem] };
}

// --- board/ ---

/** Texts of the files in the bus's board folder; each may be missing. */
export interface BoardTexts {
  readonly session?: string;
  readonly assessments?: string;
  readonly votes?: string;
  readonly discussion?: string;
  readonly resolution?: string;
}

/** A problem of one of the board's files. */
export interface BoardTextProblem extends TextProblem {
  readonly part: keyof BoardTexts;
}

/** The board's session on the bus, put together from its files; undefined when they say nothing. */
export function parseBoardFiles(texts: BoardTexts): {
  readonly session?: BoardSession;
  readonly problems: readonly BoardTextProblem[];
} {
  const session = objectOf(texts.session ?? '', 'the session file');
  const assessments = objectOf(texts.assessments ?? '', 'assessments.json');
  const votes = objectOf(texts.votes ?? '', 'votes.json');
  const discussion = remarksOf(texts.discussion ?? '');
  const resolution = readResolution(texts.resolution ?? '');
  const problems = Object.entries({ session, assessments, votes, discussion }).flatMap(([part, read]) =>
    read.problems.map((problem): BoardTextProblem => ({ ...problem, part: part as keyof BoardTexts })),
  );
  const base = boardSessionOf(session.value ?? {}, 'bus');
  if (!base) return { problems };
  const repeated = [...(base.repeated ?? []), ...repeatedVotesOf(votes.value)];
  const whole: BoardSession = {
    ...base,
    sessionId: base.sessionId || resolution.sessionId || '',
    verdict: base.verdict ?? resolution.verdict,
    votes: { ...base.votes, ...votesOf(votes.value) },
    assessments: { ...base.assessments, ...assessmentsOf(assessments.value) },
    discussion: [...base.discussion, ...discussion.remarks],
    conditions:
      base.conditions.length > 0 ? base.conditions : conditionsOf(resolution.conditions, votes.value),
    dissent: base.dissent.length > 0 ? base.dissent : resolution.dissent,
    proposal: base.proposal ?? resolution.proposal,
    ...(repeated.length > 0 ? { repeated } : {}),
  };
  const says =
    session.value !== undefined ||
    whole.verdict !== undefined ||
    whole.discussion.length > 0 ||
    Object.keys(whole.votes).length > 0 ||
    Object.keys(whole.assessments).length > 0;
  return { session: says ? whole : undefined, problems };
}

/** Conditions of the resolution, else those of the votes, as "<text> (<director>)". */
function conditionsOf(resolved: readonly string[], votes: unknown): readonly string[] {
  if (resolved.length > 0) return resolved;
  return Object.entries(votesOf(votes)).flatMap(([director, vote]) =>
    vote.conditions.map((condition) => `${condition} (${director})`),
  );
}

/** discussion.jsonl: a BOARD_DISCUSS payload a line, or the whole message. */
function remarksOf(text: string): { remarks: BoardSession['discussion']; problems: TextProblem[] } {
  const problems: TextProblem[] = [];
  const lines = text.split('\n');
  const remarks = lines.flatMap((line, i) => {
    if (line.trim() === '') return [];
    const value = readJson(line);
    const record = recordOf(value.value);
    const remark = value.invalid ? undefined : remarkOf(recordOf(field(record, 'payload')) ?? record);
    if (!remark && i < lines.length - 1) {
      problems.push({
        line: i + 1,
        severity: 'warning',
        code: 'discussion-line-invalid',
        message: `Line ${i + 1} of discussion.jsonl is not a remark (one JSON object with a message): it is left out.`,
      });
    }
    return remark ? [remark] : [];
  });
  return { remarks, problems };
}
