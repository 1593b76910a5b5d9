import type { BusMessage, MessageBus } from '../../model/messageBus';
import { plainLine } from '../../rules/exportText';
import { plainTaskId } from '../../rules/taskGraph/graphTask';
import type { GraphEvent } from '../../shared/graphModel';
import { textUpTo } from './texts';
import type { Indexed } from './indexed';

/** Events that are told of one task. */
const mostEvents = 6;

/** For each plain task id what the message bus says happened, newest first, the last few. */
export function busHistory(bus: MessageBus | undefined, files: Indexed): ReadonlyMap<string, GraphEvent[]> {
  const events = new Map<string, GraphEvent[]>();
  if (!bus) return events;
  const queue = files.of(`${bus.folder}/queue.jsonl`);
  for (let i = bus.messages.length - 1; i >= 0; i--) {
    const message = bus.messages[i]!;
    const id = message.payload['task_id'];
    if (typeof id !== 'string' && typeof id !== 'number') continue;
    const key = plainTaskId(String(id));
    const known = events.get(key) ?? [];
    if (known.length >= mostEvents) continue;
    known.push({
      ...(message.timestamp === undefined ? {} : { time: message.timestamp }),
      text: whatHappened(message),
      at: [queue, message.line],
    });
    events.set(key, known);
  }
  return events;
}

function whatHappened({ type, source, payload }: BusMessage): string {
  const worker = payload['worker_id'] ?? source;
  const by = typeof worker === 'string' && worker !== '' ? ` by ${textUpTo(worker, 60)}` : '';
  switch (type) {
    case 'WORKER_DISPATCHED':
      return `claimed${by}`;
    case 'TASK_COMPLETE':
      return `completed${by}`;
    case 'TASK_FAILED': {
      const error = payload['error'];
      return `failed${by}${typeof error === 'string' ? `: ${textUpTo(error, 200)}` : ''}`;
    }
    case 'PROGRESS': {
      const percent = payload['progress_pct'];
      return `${typeof percent === 'number' ? `at ${Math.round(percent)} %` : 'progress'}${by}`;
    }
    default:
      return `${plainLine(type).slice(0, 60)}${by}`;
  }
}
