import type { BusMessage, MessageBus } from '../../model/messageBus';
import type { TimelineState } from '../../model/timeline';
import { sameRemark, sameResolution, sameVote, verdictState } from './boardFacts';
import { known, line, wordIn, type Draft } from './draft';

type Told = Pick<Draft, 'kind' | 'state' | 'text'> &
  Partial<Pick<Draft, 'detail' | 'commit' | 'same' | 'task'>>;

/** The messages that are kept of the bus, newest first, and the signal files of what they no longer tell. */
export function busFacts(bus: MessageBus | undefined): Draft[] {
  if (!bus) return [];
  const queue = `${bus.folder}/queue.jsonl`;
  const drafts = [...bus.messages].reverse().map((message): Draft => ({
    key: message.id ?? `line ${message.line}`,
    ...told(message),
    ...known({ written: message.timestamp, by: message.source && line(message.source) }),
    place: { file: queue, line: message.line },
    source: 'bus',
  }));
  return [...drafts, ...workerFacts(bus, drafts), ...eventFacts(bus)];
}

function told({ type, payload, source }: BusMessage): Told {
  const word = (...keys: string[]): string | undefined => wordIn(payload, ...keys);
  const task = word('task_id');
  const about = known({ task });
  const of = task === undefined ? '' : ` ${task}`;
  switch (type.toUpperCase()) {
    case 'WORKER_DISPATCHED':
      return {
        kind: 'claim',
        state: 'running',
        text: line(`Task${of} given to ${word('worker_id') ?? 'a worker'}`),
        ...about,
      };
    case 'PROGRESS': {
      const percent = word('progress_pct', 'progress');
      return {
        kind: 'progress',
        state: 'running',
        text: line(`Task${of}${percent === undefined ? ' goes on' : ` at ${percent} %`}`),
        ...known({ detail: word('current_subtask', 'message') }),
        ...about,
      };
    }
    case 'TASK_COMPLETE':
      return {
        kind: 'task',
        state: 'done',
        text: line(`Task${of} completed`),
        ...known({ commit: word('commit_sha', 'commit') }),
        ...about,
      };
    case 'TASK_FAILED':
      return {
        kind: 'failure',
        state: 'bad',
        text: line(`Task${of} failed`),
        ...known({ detail: word('error') }),
        ...about,
      };
    case 'BLOCKED':
    case 'TASK_BLOCKED': {
      const what = word('waiting_for', 'blocked_by');
      const resource = word('resource', 'filepath');
      const waits = [what, resource === what ? undefined : resource]
        .filter((t) => t !== undefined)
        .join(', ');
      return {
        kind: 'wait',
        state: 'warn',
        text: line(`Task${of} waits${waits === '' ? '' : ` for ${waits}`}`),
        ...known({ detail: word('reason') }),
        ...about,
      };
    }
    case 'FILE_LOCK':
      return { kind: 'lock', state: 'idle', text: line(`${word('filepath') ?? 'A file'} locked`), ...about };
    case 'FILE_UNLOCK':
      return {
        kind: 'lock',
        state: 'idle',
        text: line(`${word('filepath') ?? 'A file'} released`),
        ...about,
      };
    case 'DEADLOCK_RESOLVED':
      return {
        kind: 'wait',
        state: 'warn',
        text: line(`Deadlock resolved: ${word('victim') ?? 'a worker'} gave way`),
        ...known({ detail: word('action') }),
      };
    case 'BOARD_ASSESS': {
      const [director, verdict] = [word('director') ?? source ?? 'A director', word('verdict')];
      const score = word('score');
      return {
        kind: 'vote',
        state: verdict === undefined ? 'idle' : verdictState(verdict),
        text: line(
          `${director} assesses${verdict === undefined ? '' : `: ${verdict}`}${score === undefined ? '' : `, score ${score}`}`,
        ),
      };
    }
    case 'BOARD_VOTE': {
      const [director, verdict] = [
        word('director') ?? source ?? 'A director',
        word('final_verdict', 'verdict') ?? '?',
      ];
      return {
        kind: 'vote',
        state: verdictState(verdict),
        text: line(`${director} votes ${verdict}`),
        same: sameVote(director, verdict),
      };
    }
    case 'BOARD_DISCUSS': {
      const [from, to, message] = [word('from') ?? source, word('to'), word('message') ?? ''];
      return {
        kind: 'remark',
        state: 'idle',
        text: line(`${from ?? 'Somebody'}${to === undefined ? '' : ` to ${to}`}: ${message}`),
        same: sameRemark(from, message),
      };
    }
    case 'BOARD_RESOLVE': {
      const verdict = word('verdict') ?? 'no verdict';
      return {
        kind: 'board',
        state: verdictState(verdict),
        text: line(`The board decides: ${verdict}`),
        same: sameResolution(verdict),
      };
    }
    case 'BUS_INIT':
      return { kind: 'message', state: 'idle', text: 'Message bus set up' };
    default:
      return {
        kind: 'message',
        state: 'idle',
        text: line(`${type}${of}`),
        ...known({ detail: word('message', 'reason', 'action', 'data') }),
        ...about,
      };
  }
}

/** Workers that began, where no message says so. */
function workerFacts(bus: MessageBus, drafts: readonly Draft[]): Draft[] {
  const dispatched = new Set(drafts.filter(({ kind }) => kind === 'claim').map(({ task }) => task));
  return bus.workers
    .filter(({ startedAt, taskId }) => startedAt !== undefined && !dispatched.has(taskId))
    .map(({ workerId, taskId, startedAt, status }) => ({
      key: `worker ${workerId}`,
      kind: 'claim',
      state: status === 'RUNNING' ? 'running' : 'idle',
      text: line(`Task${taskId === undefined ? '' : ` ${taskId}`} taken`),
      by: line(workerId),
      ...known({ written: startedAt, task: taskId }),
      place: { file: `${bus.folder}/worker-status.json` },
      source: 'bus',
    }));
}

const signals: readonly (readonly [RegExp, Told['kind'], TimelineState, string])[] = [
  [/^TASK_COMPLETE_(.+)\.event$/, 'task', 'done', 'completed'],
  [/^TASK_FAILED_(.+)\.event$/, 'failure', 'bad', 'failed'],
];

/** Signal files have no time; what a message tells with its time is not told again. */
function eventFacts(bus: MessageBus): Draft[] {
  if (bus.messageCount <= bus.messages.length && bus.messageCount > 0) return [];
  return bus.events.flatMap((name): Draft[] => {
    for (const [form, kind, state, word] of signals) {
      const task = form.exec(name)?.[1];
      if (task === undefined || task === 'all') continue;
      return [
        {
          key: `event ${name}`,
          kind,
          state,
          text: line(`Task ${task} ${word}`),
          task: line(task),
          place: { file: `${bus.folder}/events/${name}` },
          source: 'bus',
        },
      ];
    }
    return [];
  });
}
