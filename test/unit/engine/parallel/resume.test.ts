import assert from 'node:assert/strict';
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
