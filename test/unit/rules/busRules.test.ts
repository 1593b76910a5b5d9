import assert from 'node:assert/strict';
import { expiredLocks, staleWorkers, waitCycles } from '../../../src/rules/busRules';
import { busOf } from './builders';

const now = new Date('2026-02-01T12:00:00Z');
const worker = (workerId: string, o: object = {}) => ({ workerId, status: 'RUNNING', ...o });
const wait = (source: string, waitingFor: string, resource?: string) => ({
  source,
  waitingFor,
  line: 1,
  ...(resource ? { resource } : {}),
});

describe('busRules: stale workers', () => {
  it('after more than 10 minutes without heartbeat, not before', () => {
    const bus = busOf({
      workers: [
        worker('a', { lastHeartbeat: '2026-02-01T11:50:00Z' }),
        worker('b', { lastHeartbeat: '2026-02-01T11:49:59Z' }),
      ],
    });
    assert.deepEqual(
      staleWorkers(bus, now).map((stale) => stale.worker.workerId),
      ['b'],
    );
  });

  it('only who says RUNNING; a message is a sign of life; without any time nothing is claimed', () => {
    const bus = busOf({
      workers: [
        worker('done', { status: 'COMPLETE', lastHeartbeat: '2026-01-01T00:00:00Z' }),
        worker('talks', { lastHeartbeat: '2026-02-01T10:00:00Z' }),
        worker('unknown'),
        worker('odd', { lastHeartbeat: 'yesterday' }),
        worker('started', { startedAt: '2026-02-01T10:00:00Z' }),
      ],
      messages: [
        { type: 'PROGRESS', source: 'talks', timestamp: '2026-02-01T11:59:00Z', payload: {}, line: 1 },
      ],
    });
    assert.deepEqual(
      staleWorkers(bus, now).map((stale) => stale.worker.workerId),
      ['started'],
    );
  });

  it('times without zone are UTC', () => {
    const bus = busOf({ workers: [worker('a', { lastHeartbeat: '2026-02-01T11:55:00.123456' })] });
    assert.deepEqual(staleWorkers(bus, now), []);
  });
});

describe('busRules: expired locks', () => {
  it('by expires_at, else 30 minutes after it was taken', () => {
    const bus = busOf({
      locks: [
        { path: 'a', workerId: 'w', expiresAt: '2026-02-01T11:59:59Z' },
        { path: 'b', workerId: 'w', expiresAt: '2026-02-01T12:00:00Z' },
        { path: 'c', workerId: 'w', acquiredAt: '2026-02-01T11:29:00Z' },
        { path: 'd', workerId: 'w', acquiredAt: '2026-02-01T11:31:00Z' },
        { path: 'e', workerId: 'w' },
      ],
    });
    assert.deepEqual(
      expiredLocks(bus, now).map(({ lock }) => lock.path),
      ['a', 'c'],
    );
  });
});

describe('busRules: wait cycles', () => {
  const workers = [
    worker('worker-1.1-20260201110000', { taskId: '1.1' }),
    worker('worker-1.2-20260201100000', { taskId: '1.2', status: 'BLOCKED' }),
  ];
  const [first, second] = workers.map(({ workerId }) => workerId) as [string, string];

  it('through worker ids; the oldest gives way', () => {
    const [cycle] = waitCycles(busOf({ workers, waiting: [wait(first, second), wait(second, first)] }));
    assert.deepEqual([...cycle!.workers].sort(), [first, second]);
    assert.equal(cycle!.victim, second);
  });

  it('started_at decides before the time in the id', () => {
    const aged = [{ ...workers[0]!, startedAt: '2026-02-01T09:00:00Z' }, workers[1]!];
    const [cycle] = waitCycles(busOf({ workers: aged, waiting: [wait(first, second), wait(second, first)] }));
    assert.equal(cycle!.victim, first);
  });

  it('through the holders of locks, in every spelling of what is waited for', () => {
    const locks = [
      { path: 'src/a.ts', workerId: first },
      { path: 'src/b.ts', workerId: second },
    ];
    for (const waiting of [
      [wait(first, 'src/b.ts'), wait(second, './src/a.ts')],
      [wait(first, 'FILE_UNLOCK_src/b.ts'), wait(second, 'FILE_UNLOCK_src/a.ts')],
      [wait(first, 'file_lock', 'src/b.ts'), wait(second, 'file_lock', 'src\\a.ts')],
    ]) {
      assert.equal(waitCycles(busOf({ workers, locks, waiting })).length, 1);
    }
  });

  it('through task ids', () => {
    assert.equal(
      waitCycles(busOf({ workers, waiting: [wait(first, '1.2'), wait(second, '1.1')] })).length,
      1,
    );
  });

  it('a worker that waits for itself is a circle of one; waiting for nobody is none', () => {
    assert.equal(waitCycles(busOf({ workers, waiting: [wait(first, first)] }))[0]?.victim, first);
    assert.deepEqual(
      waitCycles(busOf({ workers, waiting: [wait(first, 'file_lock'), wait(second, 'nobody')] })),
      [],
    );
    assert.deepEqual(waitCycles(busOf({ workers, waiting: [wait(first, second)] })), []);
  });

  it('workers without any status still wait', () => {
    assert.equal(waitCycles(busOf({ waiting: [wait('x', 'y'), wait('y', 'x')] })).length, 1);
  });
});
