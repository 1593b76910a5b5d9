import assert from 'node:assert/strict';
import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmdirSync, utimesSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { LockBusyError, lockPathOf, freeLeftBehind, withLock } from '../../../src/store/lock';
import { temporaryFolder } from './temporaryFolder';

const uuid = '00000000-0000-4000-8000-000000000000';

describe('withLock', () => {
  const folder = temporaryFolder();
  let file: string;
  let lock: string;
  let count = 0;

  beforeEach(() => {
    file = join(folder.path, `${++count}.md`);
    lock = `${file}.lock`;
  });

  it('holds the lock during the work, and leaves nothing behind', async () => {
    const result = await withLock(file, {}, (lease) => {
      assert.equal(readdirSync(lock).length, 1);
      assert.equal(lease.isHeld(), true);
      return Promise.resolve(42);
    });
    assert.equal(result, 42);
    assert.equal(existsSync(lock), false);
  });

  it('holds no file, so that git shows nothing of it', async () => {
    const work = folder.make('repository');
    git(work, 'init', '-q');
    const status = await withLock(join(work, 'plan.md'), {}, () =>
      Promise.resolve(git(work, 'status', '--porcelain')),
    );
    assert.equal(status, '');
  });

  it('lets go when the work fails, and passes its error on', async () => {
    await assert.rejects(
      withLock(file, {}, () => Promise.reject(new Error('no'))),
      /^Error: no$/,
    );
    assert.equal(existsSync(lock), false);
  });

  it('gives callers of this process their turn in the order they came', async () => {
    const order: number[] = [];
    await Promise.all(
      [1, 2, 3, 4, 5].map((n) =>
        withLock(file, {}, async () => {
          await nextTurn();
          order.push(n);
        }),
      ),
    );
    assert.deepEqual(order, [1, 2, 3, 4, 5]);
  });

  it('throws LockBusyError that names the holder when it does not let go', async () => {
    hold(process.ppid, Date.now());
    const failure = await failureOf(withLock(file, { waitMs: 30 }, () => Promise.resolve()));
    assert.ok(failure instanceof LockBusyError);
    assert.match(failure.message, new RegExp(`process ${process.ppid} on `));
    assert.equal(readdirSync(lock).length, 1, 'the other lock is untouched');
  });

  it('takes over from a process of this computer that is dead', async () => {
    hold(deadPid(), Date.now());
    assert.equal(await withLock(file, { waitMs: 5_000 }, () => Promise.resolve('got it')), 'got it');
    assert.equal(existsSync(lock), false);
  });

  it('takes over from one that died while it took over from one that was dead', async () => {
    hold(deadPid(), Date.now());
    hold(deadPid(), Date.now());
    assert.equal(readdirSync(lock).length, 2);
    assert.equal(await withLock(file, { waitMs: 30 }, () => Promise.resolve('got it')), 'got it');
    assert.equal(existsSync(lock), false);
  });

  it('is held by one at a time, when several find it left behind at the same moment', async function () {
    this.timeout(120_000);
    const script = fileURLToPath(new URL('lockTaker.ts', import.meta.url));
    const takers = Array.from({ length: 4 }, () => fork(script, { execArgv: ['--import', 'tsx'] }));
    try {
      await Promise.all(takers.map((taker) => once(taker, 'message')));
      const dead = deadPid();
      for (let round = 0; round < 60; round++) {
        file = join(folder.path, `left-${round}.md`);
        lock = `${file}.lock`;
        hold(dead, Date.now() - 3_600_000);
        const answers = takers.map(async (taker) => {
          const answer = once(taker, 'message');
          taker.send(file);
          return ((await answer) as [boolean])[0];
        });
        assert.deepEqual(await Promise.all(answers), [true, true, true, true], `round ${round}`);
      }
    } finally {
      for (const taker of takers) taker.kill();
    }
  });

  it('takes nothing from one that lives, although the other one is dead', async () => {
    hold(deadPid(), Date.now());
    hold(process.ppid, Date.now());
    await assert.rejects(
      withLock(file, { waitMs: 30 }, () => Promise.resolve()),
      LockBusyError,
    );
    assert.equal(readdirSync(lock).length, 2);
  });

  it('frees a lock that a dead process left, without taking it, and no other', async () => {
    hold(deadPid(), Date.now());
    assert.equal(await freeLeftBehind(lock), true);
    assert.equal(existsSync(lock), false);
    assert.equal(await freeLeftBehind(lock), false, 'nothing is there');
    hold(process.ppid, Date.now());
    assert.equal(await freeLeftBehind(lock), false, 'its holder lives');
    assert.equal(readdirSync(lock).length, 1);
  });

  it('does not take over from a process of another computer that shows life', async () => {
    hold(deadPid(), Date.now(), 'another-computer');
    await assert.rejects(
      withLock(file, { waitMs: 30 }, () => Promise.resolve()),
      LockBusyError,
    );
  });

  it('takes over after 30 s without a sign of life, whoever held it', async () => {
    hold(process.ppid, Date.now() - 31_000, 'another-computer');
    assert.equal(await withLock(file, { waitMs: 30 }, () => Promise.resolve('got it')), 'got it');
  });

  it("takes over the origin's lock, which names nobody, only after 30 s", async () => {
    mkdirSync(lock);
    await assert.rejects(
      withLock(file, { waitMs: 30 }, () => Promise.resolve()),
      LockBusyError,
    );
    setAge(31_000);
    assert.equal(await withLock(file, { waitMs: 30 }, () => Promise.resolve('got it')), 'got it');
    assert.equal(existsSync(lock), false);
  });

  it('never removes a lock that is something else', async () => {
    folder.write(`${count}.md.lock`, 'mine');
    await assert.rejects(
      withLock(file, { waitMs: 30 }, () => Promise.resolve()),
      LockBusyError,
    );
    assert.equal(existsSync(lock), true);
    file = join(folder.path, 'foreign.md');
    folder.write('foreign.md.lock/something', 'mine');
    lock = `${file}.lock`;
    setAge(60_000);
    await assert.rejects(
      withLock(file, { waitMs: 30 }, () => Promise.resolve()),
      LockBusyError,
    );
    assert.deepEqual(readdirSync(lock), ['something']);
  });

  it('tells the holder when another process has taken the lock', async () => {
    await withLock(file, {}, (lease) => {
      for (const name of readdirSync(lock)) rmdirSync(join(lock, name));
      mkdirSync(join(lock, `${process.ppid}~1~${uuid}~x`));
      assert.equal(lease.isHeld(), false);
      return Promise.resolve();
    });
    assert.equal(readdirSync(lock).length, 1, 'the lock of the other is not removed');
  });

  it('stops waiting when aborted', async () => {
    hold(process.ppid, Date.now());
    const abort = new AbortController();
    const waiting = withLock(file, { signal: abort.signal }, () => Promise.resolve());
    abort.abort();
    await assert.rejects(waiting, { name: 'AbortError' });
  });

  it('is the .metadata.lock of spec 003 for metadata.json', () => {
    assert.equal(lockPathOf('/c/tracks/a/metadata.json'), '/c/tracks/a/.metadata.lock');
    assert.equal(lockPathOf('/c/tracks/a/plan.md'), '/c/tracks/a/plan.md.lock');
  });

  it('passes on that the lock cannot be made', async () => {
    await assert.rejects(
      withLock(join(folder.path, 'no', 'such', 'folder.md'), {}, () => Promise.resolve()),
      { code: 'ENOENT' },
    );
  });

  function hold(pid: number, time: number, host = hostname()): void {
    mkdirSync(join(lock, `${pid}~${time}~${uuid}~${encodeURIComponent(host)}`), { recursive: true });
    setAge(Date.now() - time);
  }

  function setAge(ms: number): void {
    const then = new Date(Date.now() - ms);
    utimesSync(lock, then, then);
  }
});

function deadPid(): number {
  const { pid } = spawnSync(process.execPath, ['--version']);
  return pid;
}

function git(cwd: string, ...args: string[]): string {
  return spawnSync('git', args, { cwd, encoding: 'utf8' }).stdout;
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new assert.AssertionError({ message: 'did not fail' });
}
