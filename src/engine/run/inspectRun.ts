import { constants } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { containedPath } from '../../store/contain';
import { hasCode, reasonOf } from '../../store/ioError';
import { findAgent, isAgent } from './agentProcesses';
import type { Processes } from './processes';
import { holderOf, silentAfterMs, type RunHolder } from './runLock';
import { journalTooLarge, readJournal, type UnreadLine } from './runJournal';
import { runStateOf, type OpenAgent, type RunState } from './runState';

/** The folder of a run cannot be read. The message says what happened, where, and what to do. */
export class RunInspectError extends Error {
  override readonly name = 'RunInspectError';

  constructor(
    readonly file: string,
    message: string,
  ) {
    super(message);
  }
}

/** What the folder of a run says to somebody who does not hold the run. */
export interface RunInspection {
  /** Absolute real path of `<track>/.message-bus/run`. */
  readonly runFolder: string;
  readonly holder?: SeenHolder;
  readonly state: RunState;
  /** Agents whose end is not written down, oldest first. */
  readonly openAgents: readonly SeenAgent[];
  /** The last run was neither ended nor does anybody hold it: it can be gone on with. */
  readonly brokenOff: boolean;
  /** Whole lines of the journal that are no entries we know. */
  readonly unread: readonly UnreadLine[];
}

export interface SeenHolder extends RunHolder {
  /** `silent`: on another computer, and without a sign of life for 30 s. `gone`: its process has ended. */
  readonly sign: 'alive' | 'silent' | 'gone';
}

export interface SeenAgent extends OpenAgent {
  /** Its process runs now, on this computer, and is known to be its own. */
  readonly alive: boolean;
  /** Absolute; it need not be there. */
  readonly outputFile: string;
}

/**
 * Reads the run of a track without taking it, and writes nothing: a torn last line of the journal stays there.
 * Undefined: no loop ever ran on this track. Throws RunInspectError.
 */
export async function inspectRun(
  root: string,
  trackFolder: string,
  processes: Processes,
): Promise<RunInspection | undefined> {
  const wanted = join(trackFolder, '.message-bus', 'run');
  const runFolder = await containedPath(root, wanted);
  if (runFolder === undefined) {
    throw new RunInspectError(
      wanted,
      `${wanted} leads out of ${root} (or in a circle), so no run is read there. Remove the symbolic link.`,
    );
  }
  const bytes = await journalBytes(join(runFolder, 'journal.jsonl'));
  if (bytes === undefined) return undefined;
  const { entries, unread } = readJournal(bytes);
  const state = runStateOf(entries);
  const [holder, openAgents] = await Promise.all([
    seenHolder(join(runFolder, 'holder'), processes),
    Promise.all(
      state.open.map(async (agent) => {
        const outputFile = join(runFolder, `${agent.intent.workerId}.log`);
        return { ...agent, outputFile, alive: await runsNow(agent, outputFile, processes) };
      }),
    ),
  ]);
  const isHeld = holder !== undefined && holder.sign !== 'gone';
  return {
    runFolder,
    ...(holder ? { holder } : {}),
    state,
    openAgents,
    brokenOff: state.runId !== undefined && !state.ended && !isHeld,
    unread,
  };
}

async function runsNow({ process }: OpenAgent, outputFile: string, processes: Processes): Promise<boolean> {
  if (process) return isAgent(process, outputFile, processes);
  return (await findAgent(outputFile)) !== undefined;
}

async function journalBytes(file: string): Promise<Buffer | undefined> {
  try {
    // The file itself, not what a symbolic link in its place points at (Windows has no such flag).
    const noFollow = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW;
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK | noFollow);
    try {
      const about = await handle.stat();
      if (!about.isFile()) throw new RunInspectError(file, `${file} is not a file. Move it away.`);
      const tooLarge = journalTooLarge(file, about.size);
      if (tooLarge !== undefined) throw new RunInspectError(file, tooLarge);
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof RunInspectError) throw error;
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    const why = hasCode(error, 'ELOOP') ? 'it is a symbolic link' : reasonOf(error);
    throw new RunInspectError(
      file,
      `${file} could not be read: ${why}. What ran on this track is not known.`,
    );
  }
}

/** Who is named in the folder `holder` of a run: the one that lives, else the newest that is left. */
export async function seenHolder(folder: string, processes: Processes): Promise<SeenHolder | undefined> {
  const signs = ['alive', 'silent', 'gone'] as const;
  const seen: SeenHolder[] = [];
  for (const name of await namesIn(folder)) {
    const holder = holderOf(name);
    if (holder) seen.push({ ...holder, sign: await signOf(holder, join(folder, name), processes) });
  }
  return seen.sort((a, b) => signs.indexOf(a.sign) - signs.indexOf(b.sign) || b.since - a.since)[0];
}

async function signOf(holder: RunHolder, path: string, processes: Processes): Promise<SeenHolder['sign']> {
  if (holder.host === hostname()) {
    return (await processes.alive(holder.pid, holder.processStart)) ? 'alive' : 'gone';
  }
  try {
    return Date.now() - (await stat(path)).mtimeMs > silentAfterMs ? 'silent' : 'alive';
  } catch {
    // Released between listing and asking.
    return 'gone';
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw new RunInspectError(folder, `${folder} could not be read: ${reasonOf(error)}.`);
  }
}
