import { existsSync, mkdirSync, rmdirSync } from 'node:fs';
import { lstat, readdir, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode } from './ioError';
import { Turns } from './turns';

/** How long to wait for a lock, and when one that is held counts as left behind. */
export interface LockOptions {
  /** Default 5,000 ms (spec 001). */
  readonly waitMs?: number;
  /** Default 30,000 ms (spec 001) without a sign of life. */
  readonly staleMs?: number;
  readonly signal?: AbortSignal;
}

/** Who holds a lock. */
export interface LockOwner {
  readonly pid: number;
  readonly host: string;
  readonly uuid: string;
  /** Epoch ms when it was taken. */
  readonly time: number;
}

/** A lock that is held. */
export interface Lease {
  /** False once another process has taken the lock because it thought us dead (the computer slept, say). */
  isHeld(): boolean;
}

/** Nobody let go within the waiting time. */
export class LockBusyError extends Error {
  override readonly name = 'LockBusyError';

  constructor(
    readonly lock: string,
    readonly owner: LockOwner | undefined,
    waitedMs: number,
  ) {
    super(
      `${lock} is held by ${owner ? `process ${owner.pid} on ${owner.host}` : 'another program'}; ` +
        `waited ${waitedMs / 1000} s. Try again, or remove that folder if the program is gone.`,
    );
  }
}

/**
 * The folder that is the lock of `file`: `<file>.lock` beside it, as proper-lockfile has it, and `.metadata.lock` for a
 * track's metadata.json, which the origin of spec 003 takes too (FORMATS §4.7). It lies beside the file, and not in a
 * temporary folder of this computer, so that everybody who shares the file (a container, another machine) shares the
 * lock. It never holds a file, only one empty folder that is named after its owner: git does not show empty folders,
 * so no `git status` or `git add -A` of an agent ever sees it.
 */
export function lockPathOf(file: string): string {
  return basename(file) === 'metadata.json' ? join(dirname(file), '.metadata.lock') : `${file}.lock`;
}

/**
 * Runs `work` while holding the lock of `file`. Within this process callers get their turn in order.
 *
 * Throws LockBusyError after `waitMs`, the signal's reason when aborted, or the error of the disk when the lock
 * cannot be made.
 */
export async function withLock<T>(
  file: string,
  options: LockOptions,
  work: (lease: Lease) => Promise<T>,
): Promise<T> {
  const lock = lockPathOf(file);
  return turns.take(lock, () => hold(lock, options, work));
}

const turns = new Turns();

async function hold<T>(lock: string, options: LockOptions, work: (lease: Lease) => Promise<T>): Promise<T> {
  const staleMs = options.staleMs ?? 30_000;
  const own = join(
    lock,
    ownerName({ pid: process.pid, host: hostname(), uuid: randomUUID(), time: Date.now() }),
  );
  await acquire(lock, own, options.waitMs ?? 5_000, staleMs, options.signal);
  const heartbeat = setInterval(() => {
    const now = new Date();
    // When this fails the lock is gone, and isHeld says so before anything is written.
    utimes(lock, now, now).catch(() => undefined);
  }, staleMs / 3);
  heartbeat.unref();
  try {
    return await work({ isHeld: () => existsSync(own) });
  } finally {
    clearInterval(heartbeat);
    release(lock, own);
  }
}

async function acquire(
  lock: string,
  own: string,
  waitMs: number,
  staleMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const deadline = Date.now() + waitMs;
  let pause = 4;
  for (;;) {
    signal?.throwIfAborted();
    if (await tryAcquire(lock, own, staleMs)) return;
    if (Date.now() >= deadline) throw new LockBusyError(lock, await ownerOf(lock), waitMs);
    // Jitter, so that waiters do not fall over each other again and again.
    await sleep(pause * (0.5 + Math.random()), undefined, { signal });
    pause = Math.min(pause * 1.5, 40);
  }
}

/**
 * One try. The rule that makes it exclusive: whoever has put its own entry into the lock folder, and then sees no
 * other entry there, holds the lock. Of two at once the later one always sees the earlier.
 *
 * A lock folder without an entry may be of a program that knows no entries, so it holds for the whole of `staleMs`.
 * Therefore it is never left without one: folder and entry come and go in one breath, and the entry of a dead owner goes
 * when ours is there. Whoever is killed in between would leave everybody waiting.
 */
async function tryAcquire(lock: string, own: string, staleMs: number): Promise<boolean> {
  // Looked at in the background: a disk that sleeps or is far away answers here, and does not hold up this process.
  const found = await foundAt(lock);
  if (found && !mayBeTaken(found, staleMs)) return false;
  try {
    if (!found) mkdirSync(lock);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
  try {
    mkdirSync(own);
  } catch (error) {
    // Somebody was quicker to take it away.
    if (hasCode(error, 'ENOENT')) return false;
    if (!found) removeEmpty(lock);
    throw error;
  }
  // Exactly this generation: the owner's name is unique, and of all who try only one removes it.
  const removed = (found?.entries ?? []).map((name) => removeEmpty(join(lock, name)));
  if (!removed.includes(false) && (await entriesOf(lock)).length === 1) return true;
  release(lock, own);
  return false;
}

/** What is at a path: entries and age only of a folder. */
interface Found {
  readonly isFolder: boolean;
  readonly entries: readonly string[];
  /** ms since the last sign of life. */
  readonly ageMs: number;
}

async function foundAt(path: string): Promise<Found | undefined> {
  try {
    // In this order: what another one puts in meanwhile must not be given the age of what was there before.
    const entries = await entriesOf(path);
    const stats = await lstat(path);
    return { isFolder: stats.isDirectory(), ageMs: Date.now() - stats.mtimeMs, entries };
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** True if the lock was left behind, and is one of those that are taken over. */
function mayBeTaken({ isFolder, entries, ageMs }: Found, staleMs: number): boolean {
  return isFolder && entries.every(ownerFromName) && isLeftBehind(ageMs, entries, staleMs);
}

/**
 * Takes away a lock that a dead process left behind, and nothing else: who waits for it may know no rule for that. True
 * when it did. Never throws for a lock that goes or comes meanwhile.
 */
export async function freeLeftBehind(lock: string, staleMs = 30_000): Promise<boolean> {
  const found = await foundAt(lock);
  if (!found || !mayBeTaken(found, staleMs)) return false;
  return [...found.entries.map((name) => join(lock, name)), lock].every(removeEmpty);
}

/** Only the owner's own entry is removed, and the folder only when nobody else has one in it by now. */
function release(lock: string, own: string): void {
  if (removeEmpty(own)) removeEmpty(lock);
}

/** True if this call removed the folder. Anything that is not an empty folder stays. */
function removeEmpty(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EPERM', 'EBUSY')) return false;
    throw error;
  }
}

async function entriesOf(lock: string): Promise<string[]> {
  try {
    return await readdir(lock);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}

/** The owner that the lock names, if it is held by one of us. */
export async function ownerOf(lock: string): Promise<LockOwner | undefined> {
  for (const entry of await entriesOf(lock)) {
    const owner = ownerFromName(entry);
    if (owner) return owner;
  }
  return undefined;
}

/** True if a lock folder with this age and these entries was left behind: by dead processes, or long without a sign of life. */
export function isLeftBehind(ageMs: number, entries: readonly string[], staleMs = 30_000): boolean {
  if (ageMs > staleMs) return true;
  const owners = entries.map(ownerFromName);
  return owners.length > 0 && owners.every((owner) => owner !== undefined && isDead(owner));
}

function ownerName(owner: LockOwner): string {
  return [owner.pid, owner.time, owner.uuid, encodeURIComponent(owner.host)].join('~');
}

function ownerFromName(name: string): LockOwner | undefined {
  const match = /^(\d+)~(\d+)~([0-9a-f-]{36})~(.+)$/.exec(name);
  if (!match) return undefined;
  const [, pid = '', time = '', uuid = '', host = ''] = match;
  return { pid: Number(pid), time: Number(time), uuid, host: decodeHost(host) };
}

function decodeHost(host: string): string {
  try {
    return decodeURIComponent(host);
  } catch {
    // Somebody else's name: compare it as it stands.
    return host;
  }
}

/** True if a process of this computer, whose host name is written as in a URI, does not run any more. */
export function isOwnerGone(pid: number, host: string): boolean {
  return isDead({ pid, host: decodeHost(host), uuid: '', time: 0 });
}

/** Known only for processes of this computer. */
function isDead(owner: LockOwner): boolean {
  if (owner.host !== hostname()) return false;
  try {
    process.kill(owner.pid, 0);
    return false;
  } catch (error) {
    return hasCode(error, 'ESRCH');
  }
}
