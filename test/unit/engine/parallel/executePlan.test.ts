import assert from 'node:assert/strict';
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
});
