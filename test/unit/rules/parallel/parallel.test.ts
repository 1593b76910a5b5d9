import assert from 'node:assert/strict';
import { deadlocks, waitForGraph } from '../../../../src/rules/deadlock';
import {
  defaultParallelSettings,
  emptyRun,
  parallelAllowed,
  parallelDecisions,
  pausedBy,
  unblockedBy,
  type ParallelRun,
} from '../../../../src/rules/parallel';
import { cleanUpOf } from '../../../../src/rules/parallel/cleanUp';
import { taskGraphOf } from '../../../../src/rules/taskGraph';
import type { MessageBus } from '../../../../src/model/messageBus';
import { busOf, checkpointOf, dagOf, loopOf, nodeOf, phaseOf, planOf, taskOf, trackOf } from '../builders';

const now = new Date('2026-02-01T12:00:00Z');
const ids = ['1', '2', '3', '4'];
const graph = taskGraphOf(
  trackOf({
    plan: {
      ...planOf(
        phaseOf(
          '1',
          ids.map((id) => taskOf(id, 'todo')),
        ),
      ),
      dag: dagOf(
        [nodeOf('1'), nodeOf('2'), nodeOf('3'), nodeOf('4', ['1'])],
        [{ id: 'pg-1', tasks: ['1', '2', '3'], conflictFree: true, sharedResources: [], line: 1 }],
      ),
    },
  }),
);
const worker = (taskId: string, state: 'running' | 'complete' | 'failed', minutesAgo: number, n = 0) => ({
  workerId: `w${taskId}-${n}`,
  taskId,
  startedAt: new Date(now.getTime() - minutesAgo * 60_000).toISOString(),
  state,
  locks: [],
});
const decide = (run: Partial<ParallelRun>, bus?: MessageBus) =>
  parallelDecisions(graph, bus, { ...emptyRun, ...run }, defaultParallelSettings, now);

describe('parallel: the rule', () => {
  it('conditions of the spec, and which one does not hold', () => {
    const loop = loopOf({ checkpoints: { EVALUATE_PLAN: checkpointOf() } });
    assert.equal(parallelAllowed(graph, loop, 5).parallel, true);
    assert.match(parallelAllowed(graph, loopOf(), 5).why, /EVALUATE_PLAN passed/);
    assert.match(parallelAllowed(graph, loop, 1).why, /more than one worker/);
    assert.match(parallelAllowed(taskGraphOf(trackOf({ plan: planOf('   ') })), loop, 5).why, /dag: block/);
  });

  it('what a completion unblocks and a failure pauses', () => {
    assert.deepEqual(unblockedBy(graph, new Set(), '1'), ['4']);
    assert.deepEqual(pausedBy(graph, '1'), ['4']);
    assert.deepEqual(pausedBy(graph, '2'), []);
  });

  it('two retries, then a person; dependents wait, others start', () => {
    const failed = (n: number) => Array.from({ length: n }, (_, i) => worker('1', 'failed', 5, i));
    const two = decide({ workers: failed(2) }).find((d) => 'taskId' in d && d.taskId === '1');
    assert.ok(two?.kind === 'retry' && two.attempt === 3);
    const three = decide({ workers: failed(3) });
    assert.deepEqual(
      three.map((d) => ('taskId' in d ? `${d.taskId} ${d.kind}` : d.kind)),
      ['1 escalate', '2 start', '3 start', '4 wait'],
    );
    assert.ok(decide({ workers: failed(3), forgiven: { 1: 3 } }).some((d) => d.kind === 'retry'));
  });

  it('what a worker waited for a person counts neither against it nor against its group', () => {
    const minutes = (ago: number): string => new Date(now.getTime() - ago * 60_000).toISOString();
    const long = { ...worker('1', 'running', 90), waits: [{ from: minutes(85) }] };
    assert.deepEqual(
      decide({ workers: [long] }).filter(({ kind }) => kind === 'abort' || kind === 'escalate'),
      [],
    );
    const answered = { ...long, waits: [{ from: minutes(85), to: minutes(40) }] };
    const [abort] = decide({ workers: [answered] }).filter(({ kind }) => kind === 'abort');
    assert.ok(abort?.kind === 'abort' && abort.cause === 'workerTimeout', 'it works for 45 min by now');
    const other = decide({ workers: [long, worker('2', 'running', 31)] });
    assert.deepEqual(
      other.flatMap((d) => (d.kind === 'abort' ? [[d.workerId, d.cause]] : [])),
      [['w2-0', 'workerTimeout']],
      'who does not wait has its own limit',
    );
  });

  it('the group limit stops its workers and asks; a worker over its own limit is stopped', () => {
    const over = decide({ workers: [worker('1', 'running', 61)] });
    assert.ok(over.some((d) => d.kind === 'abort' && d.cause === 'groupTimeout'));
    assert.ok(over.some((d) => d.kind === 'escalate' && d.trigger === 'group-timeout'));
    assert.ok(
      decide({ workers: [worker('1', 'running', 31)] }).some(
        (d) => d.kind === 'abort' && d.cause === 'workerTimeout',
      ),
    );
  });

  it('a worker that says complete and then failed goes to a person', () => {
    const say = (type: string, line: number) => ({ type, source: 'x', payload: { task_id: '1' }, line });
    const bus = busOf({ messages: [say('TASK_COMPLETE', 1), say('TASK_FAILED', 2)] });
    assert.ok(decide({}, bus).some((d) => d.kind === 'escalate' && d.trigger === 'contradiction'));
  });

  it('clean-up touches our ended workers only', () => {
    const bus = busOf({
      locks: [
        { path: 'a', workerId: 'w1-0' },
        { path: 'b', workerId: 'them' },
      ],
      workers: [{ workerId: 'w1-0', status: 'RUNNING' }],
    });
    const run = { ...emptyRun, workers: [worker('1', 'failed', 1), worker('2', 'running', 1)] };
    assert.deepEqual(
      cleanUpOf(run, bus).map(({ kind, workerId }) => `${kind} ${workerId}`),
      ['unlock w1-0', 'settleStatus w1-0', 'removeWorkerFile w1-0'],
    );
  });
});

describe('locks of other tools', () => {
  const withFiles = taskGraphOf(
    trackOf({
      plan: {
        ...planOf(phaseOf('1', [taskOf('1', 'todo')])),
        dag: dagOf([{ ...nodeOf('1'), files: ['src/1.ts'] }], []),
      },
    }),
  );
  const on = (lock: object) =>
    parallelDecisions(
      withFiles,
      busOf({ locks: [{ path: 'src/1.ts', workerId: 'them', ...lock }] }),
      emptyRun,
      defaultParallelSettings,
      now,
    );

  it('are waited for while they are good, and taken over when they have expired', () => {
    const good = on({ expiresAt: '2026-02-01T12:05:00Z' });
    assert.deepEqual(
      good.map((d) => (d.kind === 'wait' ? d.for : d.kind)),
      ['files'],
    );
    assert.equal(on({ expiresAt: '2026-02-01T11:59:00Z' })[0]?.kind, 'start');
  });

  it('a person hears of one that never ends, since nobody would else', () => {
    const stuck = on({}).find((d) => d.kind === 'escalate');
    assert.equal(stuck?.trigger, 'stuck');
    assert.match(stuck?.because ?? '', /them.*holds the lock of src\/1\.ts, and it has no end.*locks\.json/);
  });
});

describe('deadlock', function () {
  this.timeout(60_000);
  const wait = (source: string, waitingFor: string) => ({ source, waitingFor, line: 7 });
  const bus = busOf({
    waiting: [wait('a', 'b'), wait('b', 'src/x.ts')],
    locks: [{ path: 'src/x.ts', workerId: 'a', expiresAt: '2026-02-01T12:05:00Z' }],
    workers: [
      { workerId: 'a', status: 'BLOCKED', startedAt: '2026-02-01T11:30:00Z' },
      { workerId: 'b', status: 'BLOCKED', startedAt: '2026-02-01T11:00:00Z' },
    ],
  });

  it('the oldest worker of a circle gives way, and the message names the circle', () => {
    const [found, ...more] = deadlocks(bus, now);
    assert.equal(more.length, 0);
    assert.equal(found?.victim, 'b');
    assert.deepEqual(found?.message.payload.cycle, found?.cycle);
    assert.deepEqual(
      waitForGraph(bus, now).map(({ from, to }) => [from, to]),
      [
        ['a', 'b'],
        ['b', 'a'],
      ],
    );
  });

  it('an expired lock holds nobody up; our victim is stopped, another’s is told', () => {
    assert.deepEqual(deadlocks(bus, new Date('2026-02-01T12:05:01Z')), []);
    const foreign = decide({}, bus);
    assert.ok(foreign.some((d) => d.kind === 'escalate' && d.trigger === 'deadlock'));
    const ours = decide({ workers: [{ ...worker('1', 'running', 20), workerId: 'b' }] }, bus);
    assert.ok(
      ours.some((d) => d.kind === 'abort' && d.cause === 'deadlock' && d.message?.payload.victim === 'b'),
    );
  });
});

describe('parallel: what ended otherwise', () => {
  const ended = (state: 'unclear' | 'stopped' | 'failed' | 'blocked', n = 0) => ({
    ...worker('1', 'failed', 5, n),
    state,
    error: 'nobody knows',
  });
  const said = (type: string, source: string) =>
    busOf({ messages: [{ type, source, payload: { task_id: '1' }, line: 1 }] });
  const ofTask1 = (run: Partial<ParallelRun>, bus?: MessageBus) =>
    decide(run, bus).find((d) => 'taskId' in d && d.taskId === '1');

  it('an attempt that was stopped counts as none: the task starts anew, also where plan.md still says [~]', () => {
    const decision = ofTask1({ workers: [ended('stopped')] });
    assert.ok(decision?.kind === 'start' && decision.attempt === 1);
  });

  it('an unclear end is for a person, even when the bus says complete; forgiven, the task is tried again', () => {
    const bus = said('TASK_COMPLETE', 'w1-0');
    const asked = decide({ workers: [ended('unclear')] }, bus);
    assert.ok(asked.some((d) => d.kind === 'escalate' && d.id === 'contradiction:1'));
    assert.ok(asked.some((d) => d.kind === 'wait' && d.taskId === '4' && d.for === 'paused'));
    assert.equal(ofTask1({ workers: [ended('unclear')], forgiven: { 1: 1 } }, bus)?.kind, 'retry');
  });

  it('a worker that is blocked is no retry: a person is asked at once, and says when it can start', () => {
    const asked = decide({ workers: [ended('blocked')] });
    assert.ok(
      asked.some((d) => d.kind === 'escalate' && d.id === 'blocked:1' && /nobody knows/.test(d.because)),
    );
    assert.equal(ofTask1({ workers: [ended('blocked')], forgiven: { 1: 1 } })?.kind, 'retry');
  });

  it('says is of one task and are of several', () => {
    const two = taskGraphOf(
      trackOf({
        plan: {
          ...planOf(
            phaseOf(
              '1',
              ['1', '2', '3'].map((id) => taskOf(id, id === '3' ? 'todo' : 'done')),
            ),
          ),
          dag: dagOf([nodeOf('1'), nodeOf('2'), nodeOf('3', ['1', '2'])], []),
        },
      }),
    );
    const [start] = parallelDecisions(two, undefined, emptyRun, defaultParallelSettings, now);
    assert.equal(start?.because, '1, 2 are complete.');
  });

  it('forgiving failures takes no completion away that came after them', () => {
    const run = { workers: [ended('failed')], forgiven: { 1: 1 } };
    assert.equal(ofTask1(run, said('TASK_COMPLETE', 'w1-1'))?.kind, 'recordDone');
  });

  it('a completion is recorded until plan.md shows it, unless it has no box that could', () => {
    assert.equal(ofTask1({ completed: ['1'] })?.kind, 'recordDone');
    assert.equal(ofTask1({ completed: ['1'], boxless: ['1'] }), undefined);
  });

  it('a worker of an earlier run that has ended is nobody who is at it, whatever its status says', () => {
    const bus = busOf({ workers: [{ workerId: 'w1-0', taskId: '1', status: 'RUNNING' }] });
    assert.equal(ofTask1({}, bus)?.kind, 'wait');
    assert.equal(ofTask1({ earlier: [ended('stopped')] }, bus)?.kind, 'start');
  });

  it('a worker of ours that has ended is in no deadlock any more', () => {
    const wait = (source: string, waitingFor: string) => ({ source, waitingFor, line: 1 });
    const bus = busOf({ waiting: [wait('w1-0', 'w2-0'), wait('w2-0', 'w1-0')] });
    const workers = [worker('1', 'running', 9), worker('2', 'running', 5)];
    assert.ok(decide({ workers }, bus).some((d) => d.kind === 'abort' && d.cause === 'deadlock'));
    const over = decide({ workers: [ended('stopped'), worker('2', 'running', 5)] }, bus);
    assert.ok(!over.some((d) => d.kind === 'abort' || (d.kind === 'escalate' && d.trigger === 'deadlock')));
  });
});
