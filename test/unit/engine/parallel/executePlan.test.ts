import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runs } from '../run/agentScene';
import { closeParallelScenes, ParallelScene, type PlannedTask } from './parallelScene';

const three: readonly PlannedTask[] = [
  { id: '1.1', files: ['src/a.ts'], group: 'pg-1' },
  { id: '1.2', files: ['src/b.ts'], group: 'pg-1' },
  { id: '1.3', needs: ['1.1', '1.2'], files: ['src/a.ts'], group: 'pg-2' },
];

describe('executePlan', function () {
  this.timeout(30_000);
  afterEach(closeParallelScenes);

  it('runs each task once, in the order of the dag, and leaves every file as the formats have it', async () => {
    const scene = await ParallelScene.make(three, { behaviour: { '1.2': ['says'], '1.3': ['ticks'] } });
    assert.deepEqual(await scene.execute(), { outcome: 'passed', why: 'All tasks are complete.' });
    assert.deepEqual(
      scene
        .ran()
        .map(({ task }) => task)
        .sort(),
      ['1.1', '1.2', '1.3'],
    );
    assert.equal(scene.ran()[2]?.task, '1.3');
    assert.deepEqual(scene.markers(), { '1.1': 'x', '1.2': 'x', '1.3': 'x' });
    assert.match(scene.text('plan.md'), /- \[x\] Task 1\.1: Part 1\.1 .*abc1234/);
    assert.deepEqual(
      scene
        .messages('TASK_COMPLETE')
        .map(({ source, payload }) => [source.slice(0, 10), payload['task_id']])
        .sort(),
      [
        ['worker-1.1', '1.1'],
        ['worker-1.2', '1.2'],
        ['worker-1.3', '1.3'],
      ],
    );
    const second = scene.messages('TASK_COMPLETE').find(({ payload }) => payload['task_id'] === '1.2');
    assert.equal(second?.payload['commit_sha'], null);
    assert.deepEqual(
      scene
        .messages('WORKER_DISPATCHED')
        .map(({ source, payload }) => [source, payload['task_id'], payload['parallel_group']])
        .sort(),
      [
        ['orchestrator', '1.1', 'pg-1'],
        ['orchestrator', '1.2', 'pg-1'],
        ['orchestrator', '1.3', 'pg-2'],
      ],
    );
    for (const event of ['TASK_COMPLETE_1.1', 'DEP_READY_1.3', 'PARALLEL_COMPLETE_login_20260101'])
      assert.ok(scene.onBus(`events/${event}.event`), event);
    const { checkpoint, parallel } = scene.execution();
    assert.equal(checkpoint['tasks_completed'], 3);
    assert.equal(checkpoint['tasks_total'], 3);
    assert.equal(checkpoint['last_task'], 'Task 1.3');
    assert.equal(checkpoint['status'], 'IN_PROGRESS');
    assert.deepEqual(parallel, {
      total_workers_spawned: 3,
      completed_workers: 3,
      failed_workers: 0,
      parallel_groups_completed: ['pg-1', 'pg-2'],
    });
    const status = JSON.parse(scene.bus('worker-status.json')) as Record<
      string,
      { status: string; progress_pct: number }
    >;
    assert.deepEqual(
      Object.values(status).map((entry) => [entry.status, entry.progress_pct]),
      Array(3).fill(['COMPLETE', 100]),
    );
    assert.equal(scene.bus('locks.json').trim(), '{}');
    assert.ok(scene.ran().every(({ worker }) => !scene.onBus(`workers/${worker}.md`)));
    assert.deepEqual(
      scene.events.filter(({ event }) => event === 'warning'),
      [],
    );
  });

  it('says of every task that has waited that it is ready, also when it waited for what was complete before', async () => {
    const scene = await ParallelScene.make(
      three.map((task) => ({ ...task, ...(task.needs ? {} : { marker: 'x' }) })),
    );
    assert.equal((await scene.execute()).outcome, 'passed');
    assert.deepEqual(
      scene.ran().map(({ task }) => task),
      ['1.3'],
    );
    assert.ok(scene.onBus('events/DEP_READY_1.3.event'));
  });

  it('tries a failed task again, while tasks that do not need it go on', async () => {
    const scene = await ParallelScene.make(three, { behaviour: { '1.1': ['fail', 'exit1', 'complete'] } });
    assert.equal((await scene.execute()).outcome, 'passed');
    assert.deepEqual(
      scene
        .ran()
        .map(({ task }) => task)
        .sort(),
      ['1.1', '1.1', '1.1', '1.2', '1.3'],
    );
    const failed = scene.messages('TASK_FAILED');
    const [first, second] = scene.ran().filter(({ task }) => task === '1.1');
    // The first posted it itself; nobody says it a second time.
    assert.deepEqual(
      failed.map(({ source }) => source),
      [first?.worker, second?.worker],
    );
    assert.match(String(failed[1]?.payload['error']), /Exit code 1/);
    assert.deepEqual(
      scene.events.flatMap((event) => (event.event === 'task' && event.task === '1.1' ? [event.state] : [])),
      ['started', 'failed', 'retried', 'failed', 'retried', 'complete'],
    );
    assert.equal(scene.execution().parallel['failed_workers'], 2);
  });

  it('asks a person after the third failure; what depends on it is paused, the rest is done; "try again" goes on', async () => {
    const tasks = [...three, { id: '1.4', files: ['src/d.ts'] }];
    const scene = await ParallelScene.make(tasks, { behaviour: { '1.1': ['fail'] } });
    const result = await scene.execute();
    assert.ok(result.outcome === 'person');
    assert.deepEqual(
      result.escalations.map(({ id, trigger, subject }) => [id, trigger, subject]),
      [['task-failed:1.1', 'task-failed', '1.1']],
    );
    assert.match(result.escalations[0]!.description, /It failed 3 times/);
    assert.ok(result.escalations[0]!.context?.includes('Paused until then: 1.3.'));
    assert.deepEqual(scene.markers(), { '1.1': ' ', '1.2': 'x', '1.3': ' ', '1.4': 'x' });
    assert.equal(scene.bus('locks.json').trim(), '{}');

    scene.behave({});
    await scene.log.append({ kind: 'forgiven', task: '1.1', failures: 3 });
    assert.equal((await scene.execute()).outcome, 'passed');
    assert.deepEqual(scene.markers(), { '1.1': 'x', '1.2': 'x', '1.3': 'x', '1.4': 'x' });
    assert.equal(scene.ran().filter(({ task }) => task === '1.2').length, 1);
  });

  it('asks at once about a worker that is blocked, and tries nothing again', async () => {
    const scene = await ParallelScene.make(three, { behaviour: { '1.1': ['exit4'] } });
    const result = await scene.execute();
    assert.ok(result.outcome === 'person');
    assert.deepEqual(
      result.escalations.map(({ id, trigger }) => [id, trigger]),
      [['blocked:1.1', 'task-blocked']],
    );
    assert.equal(scene.ran().filter(({ task }) => task === '1.1').length, 1);
    assert.deepEqual(scene.markers(), { '1.1': ' ', '1.2': 'x', '1.3': ' ' });
  });

  for (const [behaviour, why] of [
    ['silent', /neither the bus, plan.md nor its output says how/],
    ['lie', /contradict/],
  ] as const) {
    it(`guesses nothing of a worker that is ${behaviour}: a person decides`, async () => {
      const scene = await ParallelScene.make(three, { behaviour: { '1.1': [behaviour] } });
      const result = await scene.execute();
      assert.ok(result.outcome === 'person');
      assert.deepEqual(
        result.escalations.map(({ id, trigger }) => [id, trigger]),
        [['contradiction:1.1', 'task-contradiction']],
      );
      assert.match(result.escalations[0]!.description, why);
      assert.equal(scene.ran().filter(({ task }) => task === '1.3').length, 0);
      assert.equal(scene.bus('locks.json').trim(), '{}');
      assert.notEqual(scene.markers()['1.1'], 'x');

      // "It is not done": the attempt counts no more, nor does what it posted.
      scene.behave({});
      await scene.log.append({ kind: 'forgiven', task: '1.1', failures: 1 });
      writeFileSync(join(scene.place.trackFolder, 'plan.md'), scene.text('plan.md').replace('[~]', '[ ]'));
      assert.equal((await scene.execute()).outcome, 'passed');
      assert.equal(scene.ran().filter(({ task }) => task === '1.1').length, 2);
    });
  }

  it('stops a worker that takes too long, with all its processes, and tries again', async () => {
    const scene = await ParallelScene.make(three, {
      behaviour: { '1.1': ['endless', 'complete'] },
      parallel: { workerTimeoutMs: 600 },
    });
    assert.equal((await scene.execute()).outcome, 'passed');
    const [first] = scene.ran().filter(({ task }) => task === '1.1');
    assert.equal(await runs(first!.pid), false);
    assert.equal(scene.messages('TASK_FAILED').length, 1);
  });

  it('a worker that prints more than it may has failed, and is tried again', async () => {
    const scene = await ParallelScene.make(
      [
        { id: '1.1', group: 'g' },
        { id: '1.2', group: 'g' },
        { id: '1.3', group: 'g' },
      ],
      {
        script: `require('fs').writeSync(1, 'x'.repeat(2000)); setInterval(() => {}, 1000);`,
        outputLimit: 1000,
      },
    );
    const result = await scene.execute();
    assert.equal(result.outcome, 'person');
    const ends = scene.entries().flatMap((entry) => (entry.kind === 'ended' ? [entry] : []));
    assert.equal(ends.length, 9, 'each task three times');
    for (const { how, outcome, why } of ends) {
      assert.deepEqual([how, outcome], ['outputLimit', 'failed']);
      assert.match(why!, /It printed more than/);
    }
  });

  it('asks when a group takes longer than it may; more time goes on with it, and nothing of it counts as a failure', async () => {
    const scene = await ParallelScene.make(three, {
      behaviour: { '1.1': ['endless'] },
      parallel: { groupTimeoutMs: 700 },
    });
    const result = await scene.execute();
    assert.ok(result.outcome === 'person');
    assert.deepEqual(
      result.escalations.map(({ id, subject }) => [id, subject]),
      [['group-timeout:pg-1', 'pg-1']],
    );
    assert.ok(scene.entries().some((entry) => entry.kind === 'ended' && entry.outcome === 'stopped'));
    assert.equal(scene.messages('TASK_FAILED').length, 0);
    assert.equal(scene.markers()['1.1'], ' ');

    scene.behave({});
    const next = await ParallelScene.make([], { in: scene });
    await next.log.append({ kind: 'more-time', group: 'pg-1' });
    assert.equal((await next.execute()).outcome, 'passed');
  });

  it('locks the files of groups that share them, and waits for the lock of another tool', async () => {
    const tasks = [
      { id: '1.1', files: ['src/a.ts'], group: 'pg-1-locked' },
      { id: '1.2', files: ['src/a.ts'], group: 'pg-1-locked' },
      { id: '1.3', files: ['src/b.ts'], group: 'pg-1-locked' },
    ];
    const scene = await ParallelScene.make(tasks);
    const later = new Date(Date.now() + 600_000).toISOString();
    const theirs = { 'src/b.ts': { worker_id: 'worker-9-other', acquired_at: later, expires_at: later } };
    writeFileSync(join(scene.place.bus, 'locks.json'), JSON.stringify(theirs));
    scene.onWait = () => {
      const onlyTheirs = Object.keys(JSON.parse(scene.bus('locks.json')) as object).length === 1;
      if (scene.ran().length === 2 && scene.desk.running.length === 0 && onlyTheirs)
        writeFileSync(join(scene.place.bus, 'locks.json'), '{}');
    };
    assert.equal((await scene.execute()).outcome, 'passed');
    assert.deepEqual(
      scene.ran().map(({ task }) => task),
      ['1.1', '1.2', '1.3'],
    );
    const locks = ['FILE_LOCK', 'FILE_UNLOCK'].map((type) =>
      scene.messages(type).map(({ source }) => source.slice(0, 10)),
    );
    assert.deepEqual(locks[0], ['worker-1.1', 'worker-1.2', 'worker-1.3']);
    assert.deepEqual(locks[1], locks[0]);
    assert.equal(scene.bus('locks.json').trim(), '{}');
  });

  it('ends a deadlock: the oldest gives way, its locks go, its task is tried again', async () => {
    const tasks = [
      { id: '1.1', files: ['src/a.ts'], group: 'pg-1-locked' },
      { id: '1.2', files: ['src/b.ts'], group: 'pg-1-locked' },
    ];
    const scene = await ParallelScene.make(tasks, {
      behaviour: { '1.1': ['block', 'complete'], '1.2': ['block', 'complete'] },
    });
    assert.equal((await scene.execute()).outcome, 'passed');
    // Which process of the two was started first is not ours to say.
    const [resolved] = scene.messages('DEADLOCK_RESOLVED');
    const victim = scene.ran().find(({ worker }) => worker === resolved?.payload['victim'])!;
    assert.deepEqual(
      scene
        .ran()
        .map(({ task }) => task)
        .sort(),
      ['1.1', '1.2', victim.task].sort(),
    );
    assert.equal(scene.bus('locks.json').trim(), '{}');
  });

  it('a worker that somebody else stops is not started again: the rest ends, and the run stops', async () => {
    const scene = await ParallelScene.make(three, { behaviour: { '1.1': ['endless'] } });
    scene.onWait = () => {
      if (scene.ran().length === 2) void scene.desk.stopAll('A question must be answered first.');
    };
    assert.deepEqual(await scene.execute(), { outcome: 'stopped' });
    assert.equal(scene.markers()['1.1'], ' ');
    assert.equal(scene.messages('TASK_FAILED').length, 0);
    assert.equal(scene.ran().filter(({ task }) => task === '1.1').length, 1);
    scene.onWait = () => undefined;
    scene.behave({});
    assert.equal((await scene.execute()).outcome, 'passed');
  });

  it('a worker hears the conditions of the board that its work will be measured by, in words and length of the executor’s', async () => {
    const scene = await ParallelScene.make([{ id: '1.1' }]);
    const files: string[] = [];
    const { editor } = scene.context.ports;
    const create = editor.create.bind(editor);
    editor.create = (request) => {
      if (dirname(request.file).endsWith('workers')) files.push(request.text);
      return create(request);
    };
    const metadata = JSON.parse(scene.text('metadata.json')) as object;
    const long = Array.from({ length: 9 }, (_, i) => `${i} ${'x'.repeat(690)}`);
    const board_conditions = ['Say !`touch x` (CA)', ...long];
    writeFileSync(
      join(scene.place.trackFolder, 'metadata.json'),
      JSON.stringify({ ...metadata, board_conditions }),
    );
    assert.equal((await scene.execute()).outcome, 'passed');
    assert.match(
      files[0]!,
      /\n\nConditions of the board, which the evaluation checks:\n- Say ! `touch x` \(CA\)\n- 0 x+\n/,
    );
    assert.match(files[0]!, /- … and 4 more: see conductor\/tracks\/login_20260101\/metadata\.json\n$/);
    const without = await ParallelScene.make([{ id: '1.1' }]);
    const bare = without.context.ports.editor;
    const make = bare.create.bind(bare);
    bare.create = (request) => (files.push(request.text), make(request));
    files.length = 0;
    assert.equal((await without.execute()).outcome, 'passed');
    assert.match(files.join(), /lifecycle/);
    assert.doesNotMatch(files.join(), /Conditions of the board/);
  });

  it('held up, it starts nothing more, and records those that are at work', async () => {
    const scene = await ParallelScene.make(three, { parallel: { maxWorkers: 1 } });
    const hold = new AbortController();
    scene.onWait = () => hold.abort();
    assert.deepEqual(await scene.execute(hold.signal), { outcome: 'stopped' });
    assert.deepEqual(Object.values(scene.markers()), ['x', ' ', ' ']);
    assert.equal(scene.ran().length, 1);
    assert.equal(scene.messages('TASK_COMPLETE').length, 1);
    scene.onWait = () => undefined;
    assert.equal((await scene.execute()).outcome, 'passed');
    assert.equal(scene.ran().length, 3);
  });

  it('held up while a person is asked, or while a worker is prepared: it starts nothing', async () => {
    const asked = await ParallelScene.make(three, { confirm: 'yes' });
    const hold = new AbortController();
    asked.onConfirm = () => hold.abort();
    assert.deepEqual(await asked.execute(hold.signal), { outcome: 'stopped' });

    const group = [{ id: '1.1', files: ['src/a.ts'], group: 'pg-1-locked' }];
    for (const at of ['intent', 'file'] as const) {
      const prepared = await ParallelScene.make(group);
      const late = new AbortController();
      const { log, context } = prepared;
      const [append, create] = [log.append.bind(log), context.ports.editor.create.bind(context.ports.editor)];
      log.append = (note) => {
        if (at === 'intent' && note.kind === 'intent') late.abort();
        return append(note);
      };
      context.ports.editor.create = (request) => {
        if (at === 'file' && dirname(request.file).endsWith('workers')) late.abort();
        return create(request);
      };
      assert.deepEqual(await prepared.execute(late.signal), { outcome: 'stopped' }, at);
      assert.ok(late.signal.aborted, at);
      assert.deepEqual([prepared.ran(), prepared.markers()], [[], { '1.1': ' ' }], at);
      const queue = prepared.bus('queue.jsonl');
      assert.doesNotMatch(queue, /WORKER_DISPATCHED/);
      if (at === 'intent') assert.doesNotMatch(queue, /FILE_LOCK/);
      assert.equal(prepared.bus('locks.json').trim(), '{}');
      if (at === 'file') assert.deepEqual(readdirSync(join(prepared.place.bus, 'workers')), []);
      assert.equal((await prepared.execute()).outcome, 'passed');
    }
    assert.deepEqual(asked.ran(), []);
    assert.equal(asked.entries().filter(({ kind }) => kind === 'intent').length, 0);
  });

  it('stopped, it leaves no process, no lock and no [~]; the attempts count for nothing', async () => {
    const scene = await ParallelScene.make(three, {
      behaviour: { '1.1': ['endless'], '1.2': ['complete-then-endless'] },
    });
    scene.onWait = () => {
      if (scene.ran().length === 2 && scene.messages('TASK_COMPLETE').length === 1) scene.stop.abort();
    };
    assert.deepEqual(await scene.execute(), { outcome: 'stopped' });
    for (const { pid } of scene.ran()) assert.equal(await runs(pid), false);
    // The second had said that it is complete before it was stopped.
    assert.deepEqual(scene.markers(), { '1.1': ' ', '1.2': 'x', '1.3': ' ' });
    assert.deepEqual(
      scene.log
        .state()
        .run.workers.map(({ state }) => state)
        .sort(),
      ['complete', 'stopped'],
    );
    assert.equal(Object.keys(JSON.parse(scene.bus('worker-status.json')) as object).length, 1);
    assert.equal(scene.messages('TASK_FAILED').length, 0);

    scene.behave({});
    const next = await ParallelScene.make([], { in: scene });
    assert.equal((await next.execute()).outcome, 'passed');
    assert.equal(next.ran().filter(({ task }) => task === '1.2').length, 1);
  });

  it('says so when the agent cannot be started, at once and once, and counts no failure', async () => {
    const scene = await ParallelScene.make(three, { executable: '/nowhere/agent' });
    const result = await scene.execute();
    assert.ok(result.outcome === 'person');
    assert.deepEqual(
      result.escalations.map(({ trigger }) => trigger),
      ['agent-not-started'],
    );
    assert.deepEqual(
      scene.log.state().run.workers.map(({ state }) => state),
      ['stopped', 'stopped'],
    );
    assert.deepEqual(scene.markers(), { '1.1': ' ', '1.2': ' ', '1.3': ' ' });
    const next = await ParallelScene.make([], { in: scene });
    assert.equal((await next.execute()).outcome, 'passed');
  });

  it('stops when the bus is deleted under it: no process is left, nobody guesses', async () => {
    const scene = await ParallelScene.make(three, { behaviour: { '1.1': ['endless'] } });
    scene.onWait = () => {
      if (scene.ran().length === 2) rmSync(scene.place.bus, { recursive: true, force: true });
    };
    const result = await scene.execute();
    assert.ok(result.outcome === 'person');
    assert.deepEqual(
      result.escalations.map(({ trigger }) => trigger),
      ['run-broken'],
    );
    for (const { pid } of scene.ran()) assert.equal(await runs(pid), false);
  });

  it('does not start a task again that anybody completed, however long ago', async () => {
    const scene = await ParallelScene.make(three);
    const line = (type: string, payload: object): string =>
      `${JSON.stringify({ id: 'm', type, source: 'worker-1.1-other', timestamp: '2026-02-01T12:00:00Z', payload })}\n`;
    writeFileSync(
      join(scene.place.bus, 'queue.jsonl'),
      line('TASK_COMPLETE', { task_id: '1.1', commit_sha: 'beef123' }) +
        line('PROGRESS', { task_id: '9', progress_pct: 1 }).repeat(1000),
    );
    assert.equal((await scene.execute()).outcome, 'passed');
    assert.deepEqual(
      scene.ran().map(({ task }) => task),
      ['1.2', '1.3'],
    );
    assert.match(scene.text('plan.md'), /\[x\] Task 1\.1: .*beef123/);
    assert.equal(
      scene.messages('TASK_COMPLETE').filter(({ payload }) => payload['task_id'] === '1.1').length,
      1,
    );
  });

  it('ticks open sub-tasks with their task, since the worker was given them', async () => {
    const scene = await ParallelScene.make([{ id: '1.1', below: ['Write it', 'Test it'] }]);
    assert.equal((await scene.execute()).outcome, 'passed');
    assert.match(scene.text('plan.md'), /- \[x\] Task 1\.1: .*\n {2}- \[x\] Write it\n {2}- \[x\] Test it/);
  });

  it('asks before each wave of workers where every dispatch is confirmed; no ends it', async () => {
    const scene = await ParallelScene.make(three, { confirm: 'no' });
    assert.deepEqual(await scene.execute(), { outcome: 'stopped', declined: 'no' });
    assert.deepEqual(scene.ran(), []);
    const yes = await ParallelScene.make(three, { confirm: 'yes' });
    assert.equal((await yes.execute()).outcome, 'passed');
  });

  it('a sign of life every five minutes keeps what the worker says of itself', async () => {
    const scene = await ParallelScene.make(three, { behaviour: { '1.1': ['endless'] } });
    let waits = 0;
    let before = '';
    scene.onWait = () => {
      if (scene.ran().length < 2 || scene.desk.running.length > 1) return;
      waits++;
      if (waits === 1) {
        before = scene.bus('worker-status.json').replace('"progress_pct": 0', '"progress_pct": 42');
        writeFileSync(join(scene.place.bus, 'worker-status.json'), before);
        scene.ahead = 6 * 60_000;
      } else scene.stop.abort();
    };
    const running: { last_heartbeat: string; progress_pct: number }[] = [];
    const { editor } = scene.context.ports;
    const edit = editor.edit.bind(editor);
    editor.edit = async (request) => {
      const outcome = await edit(request);
      if (request.file.endsWith('worker-status.json') && !('refused' in outcome) && waits === 1)
        running.push(
          ...Object.values(
            JSON.parse(outcome.after ?? '{}') as Record<
              string,
              (typeof running)[number] & { status: string }
            >,
          ).filter(({ status }) => status === 'RUNNING'),
        );
      return outcome;
    };
    assert.equal((await scene.execute()).outcome, 'stopped');
    assert.equal(running[0]?.progress_pct, 42);
    assert.ok(Date.parse(running[0].last_heartbeat) > Date.now() + 5 * 60_000);
  });

  it('does not take a plan.md that cannot be read for one in which all is done', async () => {
    for (const damaged of [Buffer.from([0xff, 0x00, 0x7b]), Buffer.from('# Plan\n')]) {
      const scene = await ParallelScene.make(three, { behaviour: { '1.2': ['endless'] } });
      const plan = join(scene.place.trackFolder, 'plan.md');
      const whole = readFileSync(plan);
      scene.onWait = () => {
        if (scene.ran().length === 2) writeFileSync(plan, damaged);
      };
      const result = await scene.execute();
      assert.ok(result.outcome === 'person');
      assert.deepEqual(
        result.escalations.map(({ trigger }) => trigger),
        ['run-broken'],
      );
      assert.match(result.escalations[0]!.description, /plan\.md cannot be read any more/);
      assert.deepEqual(readFileSync(plan), damaged);
      for (const { pid } of scene.ran()) assert.equal(await runs(pid), false);
      writeFileSync(plan, whole);
      scene.behave({});
      const next = await ParallelScene.make([], { in: scene });
      assert.equal((await next.execute()).outcome, 'passed');
      assert.deepEqual(next.markers(), { '1.1': 'x', '1.2': 'x', '1.3': 'x' });
      assert.equal(next.messages('TASK_FAILED').length, 0);
    }
  });

  it('stops nobody because plan.md is being written at the moment', async () => {
    const scene = await ParallelScene.make(three, { behaviour: { '1.2': ['endless'] } });
    const plan = join(scene.place.trackFolder, 'plan.md');
    let whole: Buffer | undefined;
    const { tracks } = scene.context.ports;
    const read = tracks.read.bind(tracks);
    let looked = 0;
    // Half of it stands there for one look.
    tracks.read = async () => {
      if (scene.ran().length < 2 || looked > 1) return read();
      if (looked++ === 0) {
        whole = readFileSync(plan);
        writeFileSync(plan, whole.subarray(0, whole.indexOf('Task 1.2') - 6));
        return read();
      }
      writeFileSync(plan, whole!);
      scene.behave({});
      return read();
    };
    scene.onWait = () => {
      if (looked > 1) scene.stop.abort();
    };
    await scene.execute();
    assert.equal(scene.ran().filter(({ task }) => task === '1.2').length, 1);
    assert.ok(looked > 1);
    assert.ok(!scene.events.some((event) => event.event === 'task' && /no task/.test(event.why)));
  });

  it('ticks a task again whose tick an older plan.md took away, before anything has passed', async () => {
    const scene = await ParallelScene.make(three);
    const older = scene.text('plan.md');
    let times = 0;
    const edit = scene.context.ports.editor.edit.bind(scene.context.ports.editor);
    const putBack = async (request: Parameters<typeof edit>[0]): ReturnType<typeof edit> => {
      const outcome = await edit(request);
      if (times === 0 && request.file.endsWith('metadata.json') && scene.markers()['1.3'] === 'x') {
        times += 1;
        writeFileSync(join(scene.place.trackFolder, 'plan.md'), older);
      }
      return outcome;
    };
    Object.assign(scene.context.ports.editor, { edit: putBack });
    assert.equal((await scene.execute()).outcome, 'passed');
    assert.equal(times, 1);
    assert.deepEqual(scene.markers(), { '1.1': 'x', '1.2': 'x', '1.3': 'x' });
    assert.equal(scene.ran().length, 3);
    assert.ok(scene.events.some((one) => one.event === 'warning' && /ticked again/.test(one.message)));
  });

  it('asks a person when the tick is taken away again and again', async () => {
    const scene = await ParallelScene.make([{ id: '1.1' }, { id: '1.2' }]);
    const older = scene.text('plan.md');
    const edit = scene.context.ports.editor.edit.bind(scene.context.ports.editor);
    Object.assign(scene.context.ports.editor, {
      edit: async (request: Parameters<typeof edit>[0]) => {
        const outcome = await edit(request);
        if (request.file.endsWith('metadata.json') && scene.log.state().run.completed.length === 2)
          writeFileSync(join(scene.place.trackFolder, 'plan.md'), older);
        return outcome;
      },
    });
    // Its own writes of metadata.json bring the old plan back.
    scene.onWait = () => writeFileSync(join(scene.place.trackFolder, 'plan.md'), older);
    const result = await scene.execute();
    assert.ok(result.outcome === 'person');
    assert.deepEqual(
      result.escalations.map(({ trigger }) => trigger),
      ['run-broken'],
    );
    assert.match(result.escalations[0]!.description, /each time somebody took the tick away/);
    assert.equal(scene.ran().length, 2);
  });

  it('asks about a task as soon as only a person can go on with it, and keeps that when it is stopped', async () => {
    const scene = await ParallelScene.make(three, { behaviour: { '1.1': ['lie'], '1.2': ['endless'] } });
    const blockers = (): { id: string; status: string; blocked_step: string }[] =>
      (JSON.parse(scene.text('metadata.json')) as { blockers?: [] }).blockers ?? [];
    scene.onWait = () => {
      if (blockers().length > 0) scene.stop.abort();
    };
    assert.deepEqual(await scene.execute(), { outcome: 'stopped' });
    assert.deepEqual(
      blockers().map(({ id, status, blocked_step: step }) => [id, status, step]),
      [['contradiction:1.1', 'ACTIVE', 'EXECUTE']],
    );
    assert.equal(scene.events.filter(({ event }) => event === 'escalated').length, 1);
    const { loop_state: loop } = JSON.parse(scene.text('metadata.json')) as {
      loop_state: { step_status: string };
    };
    assert.equal(loop.step_status, 'IN_PROGRESS');
  });

  it('asks also about a worker whose end came with the stop', async () => {
    const scene = await ParallelScene.make(three, { behaviour: { '1.1': ['lie'], '1.2': ['endless'] } });
    const append = scene.log.append.bind(scene.log);
    scene.log.append = async (note) => {
      await append(note);
      if (note.kind === 'ended') scene.stop.abort();
    };
    assert.deepEqual(await scene.execute(), { outcome: 'stopped' });
    const { blockers } = JSON.parse(scene.text('metadata.json')) as { blockers?: { id: string }[] };
    assert.deepEqual(
      blockers?.map(({ id }) => id),
      ['contradiction:1.1'],
    );
  });

  it('goes on with the others while it asks, takes the answer at once, and asks nothing twice', async () => {
    const scene = await ParallelScene.make(three, {
      behaviour: { '1.1': ['exit4', 'complete'], '1.2': ['endless'] },
    });
    let answered = false;
    scene.onWait = () => {
      const { blockers = [] } = JSON.parse(scene.text('metadata.json')) as {
        blockers?: Record<string, string>[];
      };
      const [asked] = blockers;
      if (asked && !answered) {
        answered = true;
        const metadata = JSON.parse(scene.text('metadata.json')) as Record<string, unknown>;
        const done = {
          ...asked,
          status: 'RESOLVED',
          answer: 'task-open',
          resolved_at: new Date().toISOString(),
        };
        writeFileSync(
          join(scene.place.trackFolder, 'metadata.json'),
          JSON.stringify({ ...metadata, blockers: [done] }, null, 2),
        );
      }
      if (scene.markers()['1.1'] === 'x') scene.stop.abort();
    };
    assert.deepEqual(await scene.execute(), { outcome: 'stopped' });
    assert.equal(answered, true);
    assert.equal(scene.markers()['1.1'], 'x');
    assert.equal(scene.ran().filter(({ task }) => task === '1.1').length, 2);
    assert.equal(scene.events.filter(({ event }) => event === 'escalated').length, 1);
  });

  it('takes a question back that somebody has made idle', async () => {
    const scene = await ParallelScene.make([{ id: '1.1', marker: '!' }, { id: '1.2' }], {
      behaviour: { '1.2': ['fail', 'complete'] },
    });
    const plan = join(scene.place.trackFolder, 'plan.md');
    scene.onWait = () => writeFileSync(plan, scene.text('plan.md').replace('[!]', '[x]'));
    assert.equal((await scene.execute()).outcome, 'passed');
    const { blockers } = JSON.parse(scene.text('metadata.json')) as { blockers: Record<string, string>[] };
    assert.deepEqual(
      blockers.map(({ id, status }) => [id, status]),
      [['blocked:1.1', 'RESOLVED']],
    );
  });

  it('a new run does not start a task again whose completion only the journal has; a tick that was taken back counts', async () => {
    const scene = await ParallelScene.make(three);
    for (const task of ['1.1', '1.2']) await scene.log.append({ kind: 'completed', task });
    await scene.log.append({ kind: 'plan-marked', task: '1.2' });
    await scene.nextRun();
    assert.equal((await scene.execute()).outcome, 'passed');
    assert.deepEqual(
      scene.ran().map(({ task }) => task),
      ['1.2', '1.3'],
    );
  });

  it('cleans up after workers of an earlier run, whose locks are nobody else’s', async () => {
    const scene = await ParallelScene.make([{ id: '1.1', files: ['src/a.ts'], group: 'pg-1-locked' }]);
    const workerId = 'worker-1.1-20260201120000';
    await scene.log.append({
      kind: 'intent',
      workerId,
      agent: 'code-worker',
      task: '1.1',
      attempt: 1,
      locks: [],
    });
    await scene.log.append({ kind: 'ended', workerId, how: 'stopped', outcome: 'stopped' });
    await scene.nextRun();
    const later = new Date(Date.now() + 600_000).toISOString();
    const write = (file: string, value: object): void =>
      writeFileSync(join(scene.place.bus, file), JSON.stringify(value));
    write('locks.json', { 'src/a.ts': { worker_id: workerId, acquired_at: later, expires_at: later } });
    write('worker-status.json', { [workerId]: { task_id: '1.1', status: 'RUNNING', last_heartbeat: later } });
    let waits = 0;
    scene.onWait = () => {
      if (++waits > 200) scene.stop.abort();
    };
    assert.equal((await scene.execute()).outcome, 'passed');
    assert.equal(scene.bus('locks.json').trim(), '{}');
    assert.ok(!scene.bus('worker-status.json').includes(workerId));
  });

  it('asks for a mended template where a template of the project cannot be used', async () => {
    const scene = await ParallelScene.make(three);
    mkdirSync(join(scene.place.root, 'prompts', 'code-worker.template.md'), { recursive: true });
    const result = await scene.execute();
    assert.ok(result.outcome === 'person');
    assert.deepEqual(
      result.escalations.map(({ trigger }) => trigger),
      ['agent-not-started'],
    );
    assert.match(result.escalations[0]!.description, /code-worker\.template\.md cannot be used/);
  });

  it('cuts the list of tasks that a completion unblocks to what a message has room for', async () => {
    const many = Array.from({ length: 900 }, (_, i) => ({ id: `2.${i}`, needs: ['1.1'] }));
    const scene = await ParallelScene.make([{ id: '1.1' }, ...many]);
    scene.onWait = () => {
      if (scene.messages('TASK_COMPLETE').length > 0) scene.stop.abort();
    };
    const append = scene.log.append.bind(scene.log);
    scene.log.append = async (note) => {
      await append(note);
      if (note.kind === 'plan-marked') scene.stop.abort();
    };
    // Its worker only prints that it is complete, so the message is ours.
    scene.behave({ '1.1': ['says'] });
    assert.deepEqual(await scene.execute(), { outcome: 'stopped' });
    const [complete] = scene.messages('TASK_COMPLETE');
    assert.equal(complete?.payload['task_id'], '1.1');
    assert.equal(scene.markers()['1.1'], 'x');
    assert.ok((complete.payload['unblocks'] as string[]).length > 100);
  });
});
