import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { EditRefusal } from '../../model/edit';
import { freeLeftBehind } from '../../store/lock';
import { removeLeftTemporaries } from '../../store/temporaryFiles';
import { isLockName } from '../../store/trackFolders';
import { TrackGoneError } from '../../store/trackSource';
import type { AgentDesk } from './agentJob';
import { patientEditor } from './patientEditor';
import { RunAgents } from './runAgents';
import type { RunContext, RunPlace, RunSettings } from './runContext';
import type { RunEvent, RunEventBody } from './runEvent';
import { RunFolderError, runFolderOf } from './runFolder';
import { RunJournal, RunJournalError } from './runJournal';
import { takeRun, type RunHolder, type RunLease } from './runLock';
import { RunLog } from './runLog';
import type { RunPorts } from './runPorts';

export interface RunOptions {
  readonly ports: RunPorts;
  readonly place: Omit<RunPlace, 'bus' | 'runFolder'>;
  readonly settings: RunSettings;
  readonly face: RunHolder['face'];
  /** A person says that a silent loop of another computer is gone. */
  readonly takeOver?: boolean;
  /** Aborted: the run stops its agents and ends; it can be resumed. */
  readonly signal: AbortSignal;
  emit(event: RunEvent): void;
  /** Given the agents of the run once it has the track, so that a person can stop one of them. */
  onDesk?(desk: AgentDesk): void;
}

/** A run that has the track to itself. */
export interface OpenRun {
  readonly context: RunContext;
  readonly runId: string;
  /** It goes on where an earlier one was broken off. */
  readonly resumed: boolean;
  /** False: somebody took the track over, or removed the folder of the run; then nothing may be written any more. */
  isHeld(): boolean;
}

/**
 * Takes the track (at most one run has it), opens the journal, and does `body`. Whatever happens in it, no agent of ours
 * runs any more, the journal is closed and the track released when this settles, except that agents go on when the
 * whole process is killed: the next run adopts them.
 *
 * Refuses `loop-running` with the holder named, `run-folder`, `run-journal` and `track-gone`.
 */
export async function withRun<T>(
  o: RunOptions,
  body: (run: OpenRun) => Promise<T>,
): Promise<T | { readonly refused: EditRefusal }> {
  const { ports } = o;
  let runFolder: string;
  try {
    runFolder = await runFolderOf(o.place.root, o.place.trackFolder);
  } catch (error) {
    if (error instanceof RunFolderError) return refusal('run-folder', error);
    throw error;
  }
  const lock = await takeRun(runFolder, {
    face: o.face,
    processes: ports.processes,
    now: ports.clock(),
    ...(o.takeOver === undefined ? {} : { takeOver: o.takeOver }),
  });
  if ('refused' in lock) return { refused: { code: lock.refused.code, message: lock.refused.message } };
  const lease = lock.held;
  try {
    const journal = await RunJournal.open(runFolder);
    try {
      return await begin(o, runFolder, lease, journal, body);
    } finally {
      await journal.close();
    }
  } catch (error) {
    if (error instanceof RunJournalError) return refusal('run-journal', error);
    if (error instanceof TrackGoneError) return refusal('track-gone', error);
    throw error;
  } finally {
    await lease.release();
  }
}

async function begin<T>(
  o: RunOptions,
  runFolder: string,
  lease: RunLease,
  journal: RunJournal,
  body: (run: OpenRun) => Promise<T>,
): Promise<T> {
  const { settings } = o;
  const ports: RunPorts = { ...o.ports, editor: patientEditor(o.ports.editor, o.ports, o.signal) };
  const place: RunPlace = { ...o.place, runFolder, bus: join(o.place.trackFolder, '.message-bus') };
  const emit = (event: RunEventBody): void =>
    o.emit({ ...event, at: ports.clock().toISOString(), track: place.trackId });
  for (const { line, why } of journal.unread) {
    emit({ event: 'warning', message: `${journal.file}:${line} was passed over: ${why}.` });
  }
  const log = new RunLog(journal, () => ports.clock());
  const before = log.state();
  const resumed = before.runId !== undefined && !before.ended;
  const runId = resumed ? before.runId : ports.newId();
  const { host, pid, processStart } = lease.holder;
  await log.append({
    kind: 'run-started',
    runId,
    host,
    pid,
    mode: settings.mode,
    ...(processStart === undefined ? {} : { processStart }),
  });
  await clearUp(place);
  const desk = new RunAgents({ ports, place, settings, log, emit, signal: o.signal });
  o.onDesk?.(desk);
  // Agents are stopped at once, wherever the run is waiting.
  const stop = (): void => void desk.stopAll('A person stopped the run.');
  o.signal.addEventListener('abort', stop, { once: true });
  try {
    return await body({
      context: { ports, settings, place, log, desk, emit, signal: o.signal },
      runId,
      resumed,
      isHeld: () => lease.isHeld(),
    });
  } finally {
    o.signal.removeEventListener('abort', stop);
    await desk.stopAll('The run has ended.');
  }
}

/**
 * What a loop that was killed while it wrote left behind: its locks, since an agent that still runs may wait for one of
 * them for ever, and beginnings of files.
 */
async function clearUp({ root, trackFolder, bus }: RunPlace): Promise<void> {
  for (const folder of [root, trackFolder, bus, join(root, 'knowledge')]) {
    const names = await readdir(folder).catch(() => []);
    for (const name of names.filter(isLockName)) await freeLeftBehind(join(folder, name));
  }
  const written = [root, join(root, 'knowledge'), trackFolder, bus, join(bus, 'board'), join(bus, 'events')];
  // What cannot be taken away does no harm.
  for (const folder of written) await removeLeftTemporaries(folder).catch(() => undefined);
}

function refusal(code: string, error: Error): { readonly refused: EditRefusal } {
  return { refused: { code, message: error.message } };
}
