import assert from 'node:assert/strict';
import type { RunEntry } from '../../../../src/engine/run/runEntry';
import { runStateOf } from '../../../../src/engine/run/runState';

const at = '2026-02-01T12:00:00.000Z';
const started = (runId: string): RunEntry => ({
  kind: 'run-started',
  at,
  runId,
  host: 'h',
  pid: 1,
  mode: 'through',
});
const intent = (workerId: string, task?: string): RunEntry => ({
  kind: 'intent',
  at,
  workerId,
  agent: 'worker',
  ...(task === undefined ? {} : { task }),
  attempt: 1,
  locks: ['src/a.ts'],
});
const spawned = (workerId: string): RunEntry => ({
  kind: 'spawned',
  at,
  workerId,
  pid: 7,
  processStart: 's',
});
const ended = (workerId: string, outcome: 'passed' | 'failed'): RunEntry => ({
  kind: 'ended',
  at,
  workerId,
  how: 'exited',
  outcome,
  why: 'tests fail',
});

describe('runStateOf', () => {
  it('knows of nothing at first', () => {
    const { runId, open, run } = runStateOf([]);
    assert.equal(runId, undefined);
    assert.deepEqual(open, []);
    assert.deepEqual(run.workers, []);
  });

  it('keeps an agent open until its end is written down', () => {
    const entries = [started('r'), intent('w1', '1.1'), intent('w2'), spawned('w1')];
    const { open, run } = runStateOf(entries);
    assert.deepEqual(
      open.map(({ intent, process }) => [intent.workerId, process?.pid]),
      [
        ['w1', 7],
        ['w2', undefined],
      ],
    );
    assert.deepEqual(
      run.workers.map(({ workerId, state }) => [workerId, state]),
      [['w1', 'running']],
    );
    assert.deepEqual(runStateOf([...entries, ended('w1', 'passed'), ended('w2', 'passed')]).open, []);
  });

  it('tells complete from failed attempts, and an intent that was cancelled is none', () => {
    const { run, open } = runStateOf([
      started('r'),
      intent('w1', '1.1'),
      intent('w2', '1.2'),
      intent('w3', '1.3'),
      ended('w1', 'passed'),
      ended('w2', 'failed'),
      { kind: 'cancelled', at, workerId: 'w3', why: 'locked' },
    ]);
    assert.deepEqual(
      run.workers.map(({ workerId, state, error }) => [workerId, state, error]),
      [
        ['w1', 'complete', undefined],
        ['w2', 'failed', 'tests fail'],
      ],
    );
    assert.deepEqual(open, []);
  });

  it('names the completions that plan.md may not show yet', () => {
    const { unmarked, run } = runStateOf([
      started('r'),
      { kind: 'completed', at, task: '1.1', commit: 'abc' },
      { kind: 'completed', at, task: '1.2' },
      { kind: 'plan-marked', at, task: '1.1' },
    ]);
    assert.deepEqual(run.completed, ['1.1', '1.2']);
    assert.deepEqual(
      unmarked.map(({ task }) => task),
      ['1.2'],
    );
  });

  it('goes on with the run that was broken off, and starts a new one clean of all but its processes', () => {
    const entries: RunEntry[] = [
      started('r'),
      { kind: 'iteration', at, iteration: 3 },
      intent('w1', '1.1'),
      spawned('w1'),
      { kind: 'completed', at, task: '1.0' },
    ];
    assert.equal(runStateOf([...entries, started('r')]).iteration, 3);
    const next = runStateOf([
      ...entries,
      { kind: 'run-ended', at, outcome: 'stopped', why: '' },
      started('s'),
    ]);
    assert.equal(next.iteration, 0);
    assert.equal(next.ended, false);
    // Nobody else may know of it: plan.md did not show it.
    assert.deepEqual(next.run.completed, ['1.0']);
    assert.deepEqual(
      next.open.map(({ process }) => process?.pid),
      [7],
    );
  });

  it('leaves to plan.md what plan.md showed, where a person may take it back; it knows earlier workers', () => {
    const { run, unmarked } = runStateOf([
      started('r'),
      intent('w1', '1.1'),
      ended('w1', 'passed'),
      { kind: 'completed', at, task: '1.1' },
      { kind: 'plan-marked', at, task: '1.1' },
      { kind: 'completed', at, task: '1.2' },
      { kind: 'completed', at, task: '1.3' },
      { kind: 'plan-marked', at, task: '1.3', boxless: true },
      { kind: 'run-ended', at, outcome: 'person', why: '' },
      started('s'),
    ]);
    assert.deepEqual(run.completed, ['1.2', '1.3']);
    assert.deepEqual(run.boxless, ['1.3']);
    assert.deepEqual(
      unmarked.map(({ task }) => task),
      ['1.2'],
    );
    assert.deepEqual(run.workers, []);
    assert.deepEqual(
      run.earlier?.map(({ workerId, state }) => [workerId, state]),
      [['w1', 'complete']],
    );
  });

  it('holds the time that the computer slept against nobody', () => {
    const { run } = runStateOf([
      started('r'),
      intent('w1', '1.1'),
      intent('w2', '1.2'),
      ended('w2', 'passed'),
      { kind: 'more-time', at, group: 'g' },
      { kind: 'suspended', at, ms: 3_600_000 },
    ]);
    assert.deepEqual(
      run.workers.map(({ startedAt }) => startedAt),
      // Of one that has ended as well: the limit of its group is counted from there.
      ['2026-02-01T13:00:00.000Z', '2026-02-01T13:00:00.000Z'],
    );
    assert.deepEqual(run.groupTimeFrom, { g: '2026-02-01T13:00:00.000Z' });
  });

  it('knows when a worker waited for a person; its end is the end of that, too', () => {
    const minute = (n: number): string => new Date(Date.parse(at) + n * 60_000).toISOString();
    const { run, open } = runStateOf([
      started('r'),
      intent('w1', '1.1'),
      intent('w2', '1.2'),
      { kind: 'waiting', at: minute(1), workerId: 'w1' },
      { kind: 'waiting', at: minute(2), workerId: 'w2' },
      { kind: 'waiting', at: minute(2), workerId: 'nobody' },
      { kind: 'suspended', at: minute(3), ms: 60_000 },
      { kind: 'waited', at: minute(4), workerId: 'w1' },
      { ...ended('w2', 'failed'), at: minute(5) },
    ]);
    assert.deepEqual(
      run.workers.map(({ waits }) => waits),
      [[{ from: minute(2), to: minute(4) }], [{ from: minute(3), to: minute(5) }]],
    );
    assert.deepEqual(
      open.map(({ intent }) => intent.workerId),
      ['w1'],
    );
  });

  it('holds the time without a loop against nobody', () => {
    const later = '2026-02-02T08:00:00.000Z';
    const { run } = runStateOf([started('r'), intent('w1', '1.1'), { ...started('r'), at: later }]);
    assert.deepEqual(
      run.workers.map(({ startedAt }) => startedAt),
      [later],
    );
  });

  it('an attempt that was stopped or never started is no failure, one that is unclear is for a person', () => {
    const end = (
      workerId: string,
      how: 'stopped' | 'notStarted' | 'exited',
      outcome: 'stopped' | 'failed' | 'person',
    ): RunEntry[] => [
      intent(workerId, '1.1'),
      { kind: 'ended', at, workerId, how, outcome, why: 'nobody knows' },
    ];
    const { run } = runStateOf([
      started('r'),
      ...end('w1', 'stopped', 'stopped'),
      ...end('w2', 'notStarted', 'failed'),
      ...end('w3', 'exited', 'person'),
      ...end('w4', 'stopped', 'failed'),
    ]);
    assert.deepEqual(
      run.workers.map(({ state, error }) => [state, error]),
      [
        ['stopped', undefined],
        ['stopped', undefined],
        ['unclear', 'nobody knows'],
        ['failed', 'nobody knows'],
      ],
    );
  });

  it('a new run knows the workers that an earlier one left running as its own', () => {
    const { run } = runStateOf([
      started('r'),
      intent('w1', '1.1'),
      intent('w2', '1.2'),
      ended('w2', 'failed'),
      started('s'),
    ]);
    assert.deepEqual(
      run.workers.map(({ workerId }) => workerId),
      ['w1'],
    );
  });

  it('takes any id for a key', () => {
    const { run } = runStateOf([
      started('r'),
      { kind: 'forgiven', at, task: '__proto__', failures: 2 },
      { kind: 'answered', at, question: '__proto__', answer: 'yes' },
    ]);
    assert.deepEqual(Object.entries(run.forgiven ?? {}), [['__proto__', 2]]);
  });

  it('is not moved by entries that fit nothing', () => {
    const { run, open } = runStateOf([
      started('r'),
      spawned('w9'),
      ended('w9', 'failed'),
      { kind: 'cancelled', at, workerId: 'w8', why: '' },
    ]);
    assert.deepEqual(run.workers, []);
    assert.deepEqual(open, []);
  });
});
