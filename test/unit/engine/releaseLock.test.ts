import assert from 'node:assert/strict';
import { releaseLock } from '../../../src/engine/releaseLock';
import { makeProject, type Project } from './project';

describe('releaseLock', () => {
  let project: Project;
  const id = 'cart_20260101';
  const locks = `tracks/${id}/.message-bus/locks.json`;
  const expired = {
    worker_id: 'worker-1',
    acquired_at: '2026-02-01T11:00:00Z',
    expires_at: '2026-02-01T11:30:00Z',
  };
  const held = {
    worker_id: 'worker-2',
    acquired_at: '2026-02-01T11:50:00Z',
    expires_at: '2026-02-01T12:20:00Z',
  };

  beforeEach(async () => {
    project = await makeProject({
      'tracks.md': '# Tracks\n',
      [`tracks/${id}/plan.md`]: '# Plan\n\n- [ ] Task 1: One\n',
      [`tracks/${id}/.message-bus/queue.jsonl`]: '',
      [locks]: { 'src/a.ts': expired, 'src/b.ts': held },
    });
  });
  afterEach(() => project.dispose());

  it('takes the expired lock out and leaves the others', async () => {
    const outcome = await releaseLock(project.ports, await project.track(id), 'src/a.ts');
    assert.ok('changed' in outcome && outcome.changed);
    assert.deepEqual(await project.json(locks), { 'src/b.ts': held });
  });

  it('refuses a lock that is still good', async () => {
    const outcome = await releaseLock(project.ports, await project.track(id), 'src/b.ts');
    assert.ok('refused' in outcome);
    assert.equal(outcome.refused.code, 'lock-not-expired');
    assert.deepEqual(await project.json(locks), { 'src/a.ts': expired, 'src/b.ts': held });
  });

  it('refuses when another worker has taken the lock over since it was shown', async () => {
    const track = await project.track(id);
    const other = { ...expired, worker_id: 'worker-3' };
    await project.write(locks, JSON.stringify({ 'src/a.ts': other }));
    const outcome = await releaseLock(project.ports, track, 'src/a.ts');
    assert.ok('refused' in outcome);
    assert.deepEqual(await project.json(locks), { 'src/a.ts': other });
  });

  it('has nothing to do when the lock is gone', async () => {
    const track = await project.track(id);
    await project.write(locks, '{}');
    const outcome = await releaseLock(project.ports, track, 'src/a.ts');
    assert.ok('changed' in outcome && !outcome.changed);
  });
});
