import { pathsCollide, plainFilePath } from '../model/filePath';
import type { EditResult } from '../model/edit';
import { jsonEdits, type JsonChange } from './jsonEdit';
import { readJson } from './jsonText';
import { parseLocks } from './messageBusFiles';
import { applyEdits } from './textEdit';
import { fileNamePart } from './workerFiles';

/** What is written to `<track>/.message-bus/` (spec 003, "Message Bus"; FORMATS §4.9). Texts and edits only. */

/** Payloads by message type. */
export interface BusPayloads {
  BUS_INIT: { track_path: string; version: '1.0' };
  PROGRESS: { task_id: string; progress_pct: number; current_subtask: string };
  TASK_COMPLETE: {
    task_id: string;
    commit_sha: string | null;
    files_modified: readonly string[];
    unblocks: readonly string[];
  };
  TASK_FAILED: { task_id: string; error: string; stack_trace: string };
  FILE_LOCK: { filepath: string; lock_type: 'exclusive'; expires_at: string };
  FILE_UNLOCK: { filepath: string; task_id?: string };
  BLOCKED: { task_id: string; waiting_for: string; resource: string };
  WORKER_DISPATCHED: { worker_id: string; task_id: string; parallel_group: string | null };
  TASK_BLOCKED: { task_id: string; blocked_by: string; reason: string };
  DEADLOCK_RESOLVED: { cycle: readonly string[]; victim: string; action: string };
  BOARD_ASSESS: {
    director: string;
    verdict: string;
    score?: number;
    concerns: readonly string[];
    recommendations: readonly string[];
  };
  BOARD_DISCUSS: {
    from: string;
    to: string;
    type: string;
    message: string;
    changes_my_verdict: boolean;
    timestamp: string;
  };
  BOARD_VOTE: {
    director: string;
    final_verdict: string;
    confidence?: number;
    conditions: readonly string[];
    timestamp: string;
  };
  BOARD_RESOLVE: {
    verdict: string;
    vote_summary: Readonly<Record<string, string>>;
    conditions: readonly string[];
    timestamp: string;
  };
}

/** Longest line in bytes of UTF-8, line break included: what one append writes whole. */
export const mostLineBytes = 4096;

/**
 * One message as one whole line of queue.jsonl, line break included, at most `mostLineBytes` long: the longest texts of
 * the payload are cut, and say how much was left out. A list is never shortened. Refuses `message-too-long` when that
 * does not suffice.
 */
export function queueLine<T extends keyof BusPayloads>(
  type: T,
  payload: BusPayloads[T],
  o: { readonly id: string; readonly source: string; readonly at: Date },
): { readonly line: string } | { readonly refused: { readonly code: string; readonly message: string } } {
  const write = (body: unknown): string =>
    `${JSON.stringify({ id: o.id, type, source: o.source, timestamp: o.at.toISOString(), payload: body })}\n`;
  for (const most of [Infinity, 1200, 600, 300, 120, 60]) {
    const line = write(most === Infinity ? payload : shortened({ ...payload }, most));
    if (new TextEncoder().encode(line).length <= mostLineBytes) return { line };
  }
  return {
    refused: {
      code: 'message-too-long',
      message: `A ${type} message is longer than ${mostLineBytes} bytes and was not posted: its lists are too long.`,
    },
  };
}

/** The first line of a new queue. */
export function busInitLine(trackPath: string, at: Date): string {
  const result = queueLine(
    'BUS_INIT',
    { track_path: trackPath, version: '1.0' },
    { id: 'msg-init', source: 'orchestrator', at },
  );
  if ('refused' in result) throw new RangeError(result.refused.message);
  return result.line;
}

/** Files of a new bus, by path below `.message-bus/`; `events/` comes with its first file. */
export function newBusFiles(trackPath: string, at: Date): Readonly<Record<string, string>> {
  return {
    'queue.jsonl': busInitLine(trackPath, at),
    'locks.json': '{}\n',
    'worker-status.json': '{}\n',
    'board/assessments.json': '{}\n',
    'board/votes.json': '{}\n',
    'board/discussion.jsonl': '',
  };
}

function shortened(payload: Record<string, unknown>, most: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(payload).map(([key, value]) => {
      // Ids and paths are names: half of one would be another one.
      const name = /(?:_id|_sha|path|resource|waiting_for|director|victim)$/.test(key);
      if (typeof value !== 'string' || name || value.length <= most) return [key, value];
      const end = /[\uD800-\uDBFF]/.test(value[most - 1]!) ? most - 1 : most;
      return [key, `${value.slice(0, end)}… (${value.length - end} characters left out)`];
    }),
  );
}

// --- events/ ---

/** Names of signal files below `events/`. `about` is a task id, or a track id for the steps. */
export function eventFileName(
  event:
    | 'TASK_COMPLETE'
    | 'TASK_FAILED'
    | 'DEP_READY'
    | 'FILE_UNLOCK'
    | 'PLAN_COMPLETE'
    | 'PLAN_EVAL_COMPLETE'
    | 'EXECUTE_COMPLETE'
    | 'EXEC_EVAL_COMPLETE'
    | 'FIX_COMPLETE'
    | 'PARALLEL_COMPLETE'
    | 'BOARD_RESOLVE',
  about?: string,
): string {
  if (event === 'BOARD_RESOLVE' && about === undefined) return 'BOARD_RESOLVE.event';
  return `${event}_${about === undefined ? 'all' : fileNamePart(about)}.event`;
}

// --- locks.json ---

/** A lock is good for 30 minutes (spec 003, "Deadlock Detection"). */
export const lockMs = 30 * 60_000;

/**
 * Takes the locks of all `paths` or of none. A lock that has expired, or is the worker's own, is taken over. Refuses
 * `locked`, naming the holder, and what `jsonEdits` refuses.
 */
export function lockEdits(
  text: string,
  o: { readonly paths: readonly string[]; readonly workerId: string; readonly now: Date },
): EditResult {
  return onObject(text, (start) => {
    const { locks } = parseLocks(start);
    const changes: JsonChange[] = [];
    for (const path of new Set(o.paths.map(plainFilePath))) {
      if (path === '') continue;
      for (const lock of locks) {
        if (!pathsCollide(plainFilePath(lock.path), path)) continue;
        const expires = expiryOf(lock);
        if (lock.workerId !== o.workerId && !(expires !== undefined && expires <= o.now.getTime())) {
          const until = expires === undefined ? 'without an end' : `until ${new Date(expires).toISOString()}`;
          return {
            refused: {
              code: 'locked',
              message: `${path} was not locked: ${lock.workerId} holds ${lock.path} ${until}. Nothing was locked.`,
            },
          };
        }
        // The same file under another spelling must not stay there under the old holder.
        if (lock.path !== path) changes.push({ path: [lock.path], value: undefined });
      }
      changes.push({
        path: [path],
        value: {
          worker_id: o.workerId,
          acquired_at: o.now.toISOString(),
          expires_at: new Date(o.now.getTime() + lockMs).toISOString(),
        },
      });
    }
    return changes;
  });
}

/** Releases locks of a worker; one that is not there is released already. Refuses `not-owner`: then none is released. */
export function unlockEdits(
  text: string,
  o: { readonly paths: readonly string[]; readonly workerId: string },
): EditResult {
  return onObject(text, (start) => {
    const paths = new Set(o.paths.map(plainFilePath));
    const theirs = parseLocks(start).locks.filter((lock) => paths.has(plainFilePath(lock.path)));
    const foreign = theirs.find((lock) => lock.workerId !== o.workerId);
    if (foreign) {
      return {
        refused: {
          code: 'not-owner',
          message: `${foreign.path} was not unlocked: ${foreign.workerId} holds it, and only the owner unlocks.`,
        },
      };
    }
    return theirs.map(({ path }) => ({ path: [path], value: undefined }));
  });
}

function expiryOf(lock: { readonly acquiredAt?: string; readonly expiresAt?: string }): number | undefined {
  const time = (written: string | undefined): number =>
    written === undefined ? NaN : Date.parse(/Z$|[+-]\d\d:?\d\d$/i.test(written) ? written : `${written}Z`);
  const expires = time(lock.expiresAt);
  if (!Number.isNaN(expires)) return expires;
  const acquired = time(lock.acquiredAt);
  return Number.isNaN(acquired) ? undefined : acquired + lockMs;
}

// --- worker-status.json ---

export interface WorkerStatusEntry {
  readonly taskId: string;
  readonly status: 'RUNNING' | 'COMPLETE' | 'FAILED' | 'BLOCKED';
  /** 0–100 */
  readonly progressPct: number;
  /** ISO */
  readonly heartbeat: string;
  readonly startedAt?: string;
}

/** Sets the status of one worker; keys of it that we do not know stay. */
export function workerStatusEdits(text: string, workerId: string, entry: WorkerStatusEntry): EditResult {
  return workerStatusesEdits(text, new Map([[workerId, entry]]));
}

/** The same for several workers, by id; `gone` removes one. */
export function workerStatusesEdits(
  text: string,
  entries: ReadonlyMap<string, WorkerStatusEntry | 'gone'>,
): EditResult {
  return onObject(text, (_start, workers) =>
    [...entries].flatMap(([workerId, entry]) =>
      entry === 'gone'
        ? Object.hasOwn(workers, workerId)
          ? [{ path: [workerId], value: undefined }]
          : []
        : statusChanges(workers[workerId], workerId, entry),
    ),
  );
}

function statusChanges(known: unknown, workerId: string, entry: WorkerStatusEntry): JsonChange[] {
  const values = {
    task_id: entry.taskId,
    status: entry.status,
    progress_pct: Math.max(0, Math.min(100, Math.round(entry.progressPct) || 0)),
    last_heartbeat: entry.heartbeat,
    ...(entry.startedAt === undefined ? {} : { started_at: entry.startedAt }),
  };
  if (typeof known !== 'object' || known === null || Array.isArray(known))
    return [{ path: [workerId], value: values }];
  const now = known as Record<string, unknown>;
  const changed = Object.entries(values).filter(([key, value]) => now[key] !== value);
  // Each change reads the whole file again, so several are made as one.
  if (changed.length > 1) return [{ path: [workerId], value: { ...now, ...values } }];
  return changed.map(([key, value]) => ({ path: [workerId, key], value }));
}

/** An edit on a file that holds an object; an empty file is `{}`. Any other root is refused as `json-path`. */
function onObject(
  text: string,
  change: (
    start: string,
    root: Readonly<Record<string, unknown>>,
  ) => readonly JsonChange[] | Extract<EditResult, { refused: unknown }>,
): EditResult {
  const empty = text.trim() === '';
  const start = empty ? '{}\n' : text;
  const { value: root, invalid } = readJson(start);
  // It says why.
  if (invalid) return jsonEdits(start, []);
  if (typeof root !== 'object' || root === null || Array.isArray(root)) {
    return { refused: { code: 'json-path', message: 'The file holds no JSON object; nothing was written.' } };
  }
  const changes = change(start, root as Readonly<Record<string, unknown>>);
  if ('refused' in changes) return changes;
  const result = jsonEdits(start, changes);
  if ('refused' in result || !empty) return result;
  return { edits: [{ start: 0, end: text.length, text: applyEdits(start, result.edits) }] };
}
