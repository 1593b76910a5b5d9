import assert from 'node:assert/strict';
import { until } from '../run/agentScene';
import { closeParallelScenes, ParallelScene, type PlannedTask } from './parallelScene';

const tasks: readonly PlannedTask[] = [
  { id: '1.1', files: ['src/a.ts'], group: 'pg-1' },
  { id: '1.2', files: ['src/b.ts'], group: 'pg-1' },
  { id: '1.3', needs: ['1.1', '1.2'], files: ['src/a.ts'], group: 'pg-2-locked' },
  { id: '1.4', needs: ['1.1'], files: ['src/d.ts'], group: 'pg-2-locked' },
];
const behaviour = { '1.1': ['fail', 'complete'], '1.2': ['says'], '1.3': ['says'] } as const;

/** Tasks whose completion stands somewhere: in the journal, in the queue or in plan.md. */
function recorded(scene: ParallelScene): Set<string> {
  const marked = Object.entries(scene.markers()).flatMap(([id, marker]) => (marker === 'x' ? [id] : []));
  const noted = scene.entries().flatMap((entry) => (entry.kind === 'completed' ? [entry.task] : []));
  const posted = scene.onBus('queue.jsonl')
    ? scene.messages('TASK_COMPLETE').map(({ payload }) => String(payload['task_id']))
    : [];
  return new Set([...marked, ...noted, ...posted]);
}

describe('executePlan, broken off and resumed', function () {
  this.timeout(60_000);
  afterEach(closeParallelScenes);

  const everyStep = process.env['CONDUCTOR_EVERY_STEP'] !== undefined;
  const points = everyStep
    ? Array.from({ length: 95 }, (_, i) => i + 1)
    : [2, 5, 8, 11, 16, 22, 28, 34, 40, 47, 55, 64];
  for (const dieAfter of points) {
    it(`killed after ${dieAfter} steps it ends in the same state, and runs nothing again that was recorded`, async () => {
      const scene = await ParallelScene.make(tasks, { behaviour, dieAfter });
      const outcome = await Promise.race([
        scene.execute().then(() => 'ended'),
        scene.died.then(() => 'died'),
      ]);
      const before = recorded(scene);
      const ranBefore = scene.ran().length;

      const next = outcome === 'ended' ? scene : await ParallelScene.make([], { in: scene });
      if (outcome === 'died') assert.equal((await next.execute()).outcome, 'passed');
      assert.deepEqual(next.markers(), { '1.1': 'x', '1.2': 'x', '1.3': 'x', '1.4': 'x' });
      const again = next
        .ran()
        .slice(ranBefore)
        .map(({ task }) => task);
      // What was being started when the kill came may have got its first line out later.
      for (const task of again.filter((id) => before.has(id))) {
        assert.equal(next.ran().filter((run) => run.task === task).length, 1, `${task} ran again`);
      }
      assert.deepEqual(
        next
          .messages('TASK_COMPLETE')
          .map(({ payload }) => payload['task_id'])
          .sort(),
        ['1.1', '1.2', '1.3', '1.4'],
      );
      const failed = next.messages('TASK_FAILED').map(({ source }) => source);
      assert.equal(new Set(failed).size, failed.length);
      const { checkpoint, parallel } = next.execution();
      assert.equal(checkpoint['tasks_completed'], 4);
      assert.deepEqual(parallel['parallel_groups_completed'], ['pg-1', 'pg-2-locked']);
      assert.equal(next.bus('locks.json').trim(), '{}');
      const status = Object.values(
        JSON.parse(next.bus('worker-status.json')) as Record<string, { status: string }>,
      );
      assert.ok(status.every((entry) => entry.status === 'COMPLETE' || entry.status === 'FAILED'));
      assert.ok(next.ran().every(({ worker }) => !next.onBus(`workers/${worker}.md`)));
      assert.deepEqual(next.log.state().open, []);
      assert.deepEqual(next.log.state().unmarked, []);
    });
  }
});

describe('executePlan after the computer went down', function () {
  this.timeout(60_000);
  afterEach(closeParallelScenes);

  const one: readonly PlannedTask[] = [{ id: '1.1', files: ['src/a.ts'] }];

  /** EXECUTE until its worker runs; then loop and worker are gone at the same moment. The next loop. */
  async function goneDown(scene: ParallelScene): Promise<ParallelScene> {
    const before = scene.ran().length;
    void scene.execute();
    const spawned = (): number => scene.entries().filter(({ kind }) => kind === 'spawned').length;
    await until('it runs', () => scene.ran().length > before && spawned() > before);
    scene.steps = Infinity;
    process.kill(-scene.ran().at(-1)!.pid, 'SIGKILL');
    return ParallelScene.make([], { in: scene, dieAfter: 1_000 });
  }

  it('a worker that was lost without a word is started again, and no failure is counted', async () => {
    const first = await ParallelScene.make(one, { behaviour: { '1.1': ['endless'] }, dieAfter: 1_000 });
    const next = await goneDown(first);
    next.behave({ '1.1': ['complete'] });
    assert.equal((await next.execute()).outcome, 'passed');
    assert.equal(next.ran().length, 2);
    assert.deepEqual(next.messages('TASK_FAILED'), []);
    assert.deepEqual(
      next.entries().flatMap((entry) => (entry.kind === 'intent' ? [entry.attempt] : [])),
      [1, 1],
    );
    assert.deepEqual(
      next.entries().flatMap((entry) => (entry.kind === 'ended' ? [`${entry.how} ${entry.outcome}`] : [])),
      ['lost stopped', 'exited passed'],
    );
  });

  it('at the third time a person is asked; when they say so it is tried again', async () => {
    let scene = await ParallelScene.make(one, { behaviour: { '1.1': ['endless'] }, dieAfter: 1_000 });
    for (let times = 1; times <= 3; times++) scene = await goneDown(scene);
    const end = await scene.execute();
    assert.ok(end.outcome === 'person');
    assert.match(end.escalations[0]!.description, /interrupted 3 times/);
    assert.equal(end.escalations[0]!.trigger, 'task-blocked');
    assert.equal(scene.ran().length, 3);
    assert.equal(scene.markers()['1.1'], ' ');
    await scene.log.append({ kind: 'forgiven', task: '1.1', failures: 1 });
    // It counts from there.
    scene = await goneDown(scene);
    scene.behave({});
    assert.equal((await scene.execute()).outcome, 'passed');
    assert.equal(scene.ran().length, 5);
  });
});
