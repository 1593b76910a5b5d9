import { join } from 'node:path';
import { l10n } from 'vscode';
import type { BusMessage, MessageBus, WorkerStatus } from '../../model/messageBus';
import type { ConductorSnapshot } from '../../model/root';
import type { Track } from '../../model/track';
import { expiredLocks, staleWorkers, waitCycles, type StaleWorker } from '../../rules/busRules';
import { icons, severityIcon, type Icon } from './icons';
import { paragraphs, plain } from './markdown';
import { idBelow, refOf, type RowNode } from './trackNodes';
import { problemRows } from './trackSections';
import { ago, moment } from './words';

/** So many of the latest messages are shown. */
const latest = 50;

/** The Workers view: one level for tracks when several have a message bus. */
export function workerRows(snapshot: ConductorSnapshot, now: Date): readonly RowNode[] {
  const busy = snapshot.roots.flatMap((root) =>
    root.tracks.flatMap((track) => (track.bus ? [{ track, bus: track.bus }] : [])),
  );
  const [only] = busy;
  if (busy.length === 1 && only) return busRows(only.track, only.bus, now);
  return busy.map(({ track, bus }) => ({
    kind: 'row',
    id: idBelow(track, 'bus'),
    what: 'bus',
    track: refOf(track),
    label: track.name,
    description: running(bus),
    icon: { id: 'server-process' },
    open: true,
    children: () => busRows(track, bus, now),
  }));
}

function running(bus: MessageBus): string {
  const count = bus.workers.filter(({ status }) => status.toUpperCase() === 'RUNNING').length;
  return count === 1 ? l10n.t('1 worker running') : l10n.t('{0} workers running', count);
}

function busRows(track: Track, bus: MessageBus, now: Date): readonly RowNode[] {
  const stale = new Map(staleWorkers(bus, now).map((found) => [found.worker.workerId, found]));
  return [
    ...bus.workers.map((worker) => workerRow(track, bus, worker, stale.get(worker.workerId), now)),
    ...cycleRows(track, bus),
    section(track, 'waits', l10n.t('Waits'), 'watch', waitRows(track, bus, now)),
    section(track, 'locks', l10n.t('Locks'), 'lock', lockRows(track, bus, now)),
    section(track, 'messages', l10n.t('Messages'), 'comment', messageRows(track, bus, now), bus.messageCount),
    section(
      track,
      'problems',
      l10n.t('Problems'),
      'warning',
      problemRows(bus.problems, idBelow(track, 'bus', 'problem'), refOf(track)),
    ),
  ].filter((row) => row !== undefined);
}

function section(
  track: Track,
  what: string,
  label: string,
  icon: string,
  rows: readonly RowNode[],
  count = rows.length,
): RowNode | undefined {
  if (rows.length === 0) return undefined;
  return {
    kind: 'row',
    id: idBelow(track, 'bus', what),
    what,
    track: refOf(track),
    label,
    description: String(count),
    icon: { id: icon },
    open: what === 'locks' || what === 'waits',
    children: () => rows,
  };
}

function workerIcon(worker: WorkerStatus, isStale: boolean): Icon {
  if (isStale) return icons.caution;
  switch (worker.status.toUpperCase()) {
    case 'RUNNING':
      return icons.running;
    case 'COMPLETE':
      return icons.pass;
    case 'FAILED':
      return icons.failed;
    case 'BLOCKED':
      return icons.blocked;
    default:
      return icons.unclear;
  }
}

function workerRow(
  track: Track,
  bus: MessageBus,
  worker: WorkerStatus,
  stale: StaleWorker | undefined,
  now: Date,
): RowNode {
  const heartbeat = ago(worker.lastHeartbeat, now);
  const status = worker.status.charAt(0).toUpperCase() + worker.status.slice(1).toLowerCase();
  const task = track.plan?.phases.flatMap(({ tasks }) => tasks).find(({ id }) => id === worker.taskId);
  return {
    kind: 'row',
    id: idBelow(track, 'bus', 'worker', worker.workerId),
    what: 'worker',
    track: refOf(track),
    label:
      worker.taskId === undefined
        ? worker.workerId
        : task
          ? `${worker.taskId} ${task.text}`
          : l10n.t('Task {0}', worker.taskId),
    description: [
      stale ? l10n.t('{0}, stale', status) : status,
      worker.progress === undefined ? undefined : `${worker.progress} %`,
      heartbeat,
    ]
      .filter((part) => part !== undefined)
      .join(' · '),
    icon: workerIcon(worker, stale !== undefined),
    place: { file: join(bus.folder, 'worker-status.json') },
    tooltip: () =>
      paragraphs([
        `**${plain(worker.workerId)}**`,
        task && plain(task.text),
        worker.startedAt && l10n.t('Started: {0}', moment(worker.startedAt)),
        worker.lastHeartbeat && l10n.t('Last heartbeat: {0}', moment(worker.lastHeartbeat)),
        stale && plain(stale.why),
      ]),
  };
}

function cycleRows(track: Track, bus: MessageBus): readonly RowNode[] {
  return waitCycles(bus).map((cycle) => ({
    kind: 'row',
    id: idBelow(track, 'bus', 'cycle', ...cycle.workers),
    what: 'waitCycle',
    track: refOf(track),
    label: l10n.t('Deadlock: {0}', cycle.workers.join(' → ')),
    description: l10n.t('{0} gives way', cycle.victim),
    icon: icons.blocked,
    place: { file: join(bus.folder, 'queue.jsonl') },
    tooltip: () => plain(cycle.why),
  }));
}

function waitRows(track: Track, bus: MessageBus, now: Date): readonly RowNode[] {
  return bus.waiting.map((waiting) => ({
    kind: 'row',
    id: idBelow(track, 'bus', 'wait', waiting.source, waiting.line),
    what: 'wait',
    track: refOf(track),
    label: l10n.t(
      '{0} waits for {1}',
      waiting.taskId ?? waiting.source,
      waiting.resource ?? waiting.waitingFor,
    ),
    description: ago(waiting.since, now),
    icon: icons.open,
    place: { file: join(bus.folder, 'queue.jsonl'), line: waiting.line },
    tooltip: () =>
      paragraphs([
        `**${plain(waiting.source)}**`,
        waiting.taskId && l10n.t('Task {0}', plain(waiting.taskId)),
        l10n.t('Waits for {0}', plain(waiting.waitingFor)),
        waiting.resource && plain(waiting.resource),
        waiting.since && l10n.t('Since {0}', moment(waiting.since)),
      ]),
  }));
}

function lockRows(track: Track, bus: MessageBus, now: Date): readonly RowNode[] {
  const expired = new Map(expiredLocks(bus, now).map((found) => [found.lock.path, found]));
  return bus.locks.map((lock) => {
    const late = expired.get(lock.path);
    const expiry = ago(lock.expiresAt, now);
    return {
      kind: 'row',
      id: idBelow(track, 'bus', 'lock', lock.path),
      what: 'lock',
      track: refOf(track),
      label: lock.path,
      description: [
        lock.workerId,
        expiry === undefined
          ? undefined
          : late
            ? l10n.t('expired {0}', expiry)
            : l10n.t('expires {0}', expiry),
      ]
        .filter((part) => part !== undefined)
        .join(' · '),
      icon: late ? icons.caution : { id: 'lock' },
      place: { file: join(bus.folder, 'locks.json') },
      tooltip: () =>
        paragraphs([
          `**${plain(lock.path)}**`,
          l10n.t('Held by {0}', plain(lock.workerId)),
          lock.acquiredAt && l10n.t('Since {0}', moment(lock.acquiredAt)),
          lock.expiresAt && l10n.t('Until {0}', moment(lock.expiresAt)),
          late && plain(late.why),
        ]),
    };
  });
}

/** Newest first. */
function messageRows(track: Track, bus: MessageBus, now: Date): readonly RowNode[] {
  return bus.messages
    .slice(-latest)
    .reverse()
    .map((message) => ({
      kind: 'row',
      id: idBelow(track, 'bus', 'message', message.line),
      what: 'message',
      track: refOf(track),
      label: messageText(message),
      description: [message.source, ago(message.timestamp, now)]
        .filter((part) => part !== undefined)
        .join(' · '),
      icon: messageIcon(message.type),
      place: { file: join(bus.folder, 'queue.jsonl'), line: message.line },
      tooltip: () =>
        paragraphs([
          `**${plain(message.type)}**`,
          message.timestamp && moment(message.timestamp),
          ...Object.entries(message.payload).map(
            ([name, value]) =>
              `${plain(name)}: ${plain(typeof value === 'string' ? value : JSON.stringify(value))}`,
          ),
        ]),
    }));
}

/** The type, and the one thing of the payload that tells most. */
function messageText({ type, payload }: BusMessage): string {
  const told = [
    'current_subtask',
    'error',
    'message',
    'filepath',
    'final_verdict',
    'verdict',
    'waiting_for',
    'reason',
  ]
    .map((name) => payload[name])
    .find((value) => typeof value === 'string' && value !== '');
  const task = payload['task_id'];
  return [type, typeof task === 'string' ? task : undefined, told]
    .filter((part): part is string => typeof part === 'string')
    .join(' ');
}

function messageIcon(type: string): Icon {
  switch (type) {
    case 'TASK_COMPLETE':
      return icons.pass;
    case 'TASK_FAILED':
      return icons.failed;
    case 'BLOCKED':
    case 'TASK_BLOCKED':
      return icons.blocked;
    case 'PROGRESS':
    case 'WORKER_DISPATCHED':
      return { id: 'pulse' };
    case 'FILE_LOCK':
      return { id: 'lock' };
    case 'FILE_UNLOCK':
      return { id: 'unlock' };
    case 'DEADLOCK_RESOLVED':
      return icons.caution;
    default:
      return type.startsWith('BOARD_') ? { id: 'organization' } : severityIcon('info');
  }
}
