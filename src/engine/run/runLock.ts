import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rmdir, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { hasCode } from '../../store/ioError';
import { withLock } from '../../store/lock';
import type { Processes } from './processes';

/** Who runs a loop on a track. */
export interface RunHolder {
  readonly host: string;
  readonly pid: number;
  readonly processStart?: string;
  /** Through which face: the word that a person reads. */
  readonly face: 'VS Code' | 'command line';
  /** Epoch ms */
  readonly since: number;
}

export interface RunLease {
  readonly holder: RunHolder;
  /** False once somebody took the run over, or removed the folder. */
  isHeld(): boolean;
  release(): Promise<void>;
}

export type RunLockResult =
  | { readonly held: RunLease }
  | {
      readonly refused: {
        readonly code: 'loop-running';
        readonly holder: RunHolder;
        /** True: it gave no sign of life for long, on a computer that we cannot ask; a person may take it over. */
        readonly silent: boolean;
        readonly message: string;
      };
    };

/** Sign of life of a loop on another computer: every third of this. */
export const silentAfterMs = 30_000;

/**
 * Takes the right to run a loop on a track: at most one loop has it. A holder of this computer whose process is gone is
 * replaced at once; one of another computer never, except when a person says so (`takeOver`) after 30 s of silence.
 */
export async function takeRun(
  runFolder: string,
  o: {
    readonly face: RunHolder['face'];
    readonly processes: Processes;
    readonly now: Date;
    readonly takeOver?: boolean;
  },
): Promise<RunLockResult> {
  const folder = join(runFolder, 'holder');
  const processStart = await o.processes.startOf(process.pid);
  const holder: RunHolder = {
    host: hostname(),
    pid: process.pid,
    ...(processStart === undefined ? {} : { processStart }),
    face: o.face,
    since: o.now.getTime(),
  };
  const own = join(folder, nameOf(holder));
  return withLock(folder, {}, async () => {
    await mkdir(own, { recursive: true });
    // The disk's own clock, which every computer that shares it has.
    const diskNow = (await stat(own)).mtimeMs;
    for (const name of await readdir(folder)) {
      const other = holderOf(name);
      const path = join(folder, name);
      if (!other || path === own) continue;
      const here = other.host === holder.host;
      const silent = !here && diskNow - (await lastSign(path)) > silentAfterMs;
      const gone = here && !(await o.processes.alive(other.pid, other.processStart));
      if (gone || (silent && o.takeOver === true)) await removeFolder(path);
      else {
        await removeFolder(own);
        return {
          refused: { code: 'loop-running', holder: other, silent, message: loopRunningWords(other, silent) },
        };
      }
    }
    return { held: lease(own, holder) };
  });
}

function lease(own: string, holder: RunHolder): RunLease {
  const heartbeat = setInterval(() => {
    const now = new Date();
    // When this fails the folder is gone, and isHeld says so.
    utimes(own, now, now).catch(() => undefined);
  }, silentAfterMs / 3);
  heartbeat.unref();
  return {
    holder,
    isHeld: () => existsSync(own),
    release: async () => {
      clearInterval(heartbeat);
      await removeFolder(own);
    },
  };
}

/** What a person reads who wants the track too. */
export function loopRunningWords(holder: RunHolder, silent: boolean): string {
  const who = `${holder.face}, process ${holder.pid} on ${holder.host}, since ${new Date(holder.since).toISOString()}`;
  return silent
    ? `A loop on this track is held by ${who}, but has given no sign of life for over 30 s. Take it over only if it is gone.`
    : `A loop already runs on this track: ${who}. Stop it there, or wait until it ends.`;
}

function nameOf({ host, pid, processStart, face, since }: RunHolder): string {
  const parts = [pid, processStart ?? '', since, face === 'VS Code' ? 'vscode' : 'cli', randomUUID()];
  return [...parts, encodeURIComponent(host)].join('~');
}

/** What a name in the folder `holder` says; undefined for anything else. */
export function holderOf(name: string): RunHolder | undefined {
  const match = /^([1-9]\d{0,9})~([\w-]*)~(\d{1,15})~(vscode|cli)~[0-9a-f-]{36}~(.+)$/.exec(name);
  if (!match) return undefined;
  const [, pid, start = '', since, face, host = ''] = match;
  return {
    host: decodeHost(host),
    pid: Number(pid),
    ...(start === '' ? {} : { processStart: start }),
    face: face === 'vscode' ? 'VS Code' : 'command line',
    since: Number(since),
  };
}

function decodeHost(host: string): string {
  try {
    return decodeURIComponent(host);
  } catch {
    return host;
  }
}

async function lastSign(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 0;
    throw error;
  }
}

async function removeFolder(path: string): Promise<void> {
  try {
    await rmdir(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}
