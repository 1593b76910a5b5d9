import assert from 'node:assert/strict';
import { mkdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { blockTrack, unblockTrack, type TrackChangeResult } from '../../../src/engine/blockTrack';
import { completeTrack } from '../../../src/engine/completeTrack';
import { markTask } from '../../../src/engine/markTask';
import { migrateMetadata } from '../../../src/engine/migrateMetadata';
import { pauseTrack, resumeTrack } from '../../../src/engine/pauseTrack';
import { repairTrack } from '../../../src/engine/repairTrack';
import { setStep } from '../../../src/engine/setStep';
import { stepLoop } from '../../../src/engine/stepLoop';
import { toggleSuperpowers } from '../../../src/engine/toggleSuperpowers';
import { at, id, loopProject, makeProject, metadataFile, now, plan, registry, type Project } from './project';

const google = {
  track_id: id,
  type: 'feature',
  status: 'new',
  created_at: now,
  updated_at: '2026-01-01T00:00:00Z',
  description: 'Login',
};
const googleFiles = (marks: readonly string[], mark = ' ', metadata: object = google) => ({
  'tracks.md': `# Project Tracks\n\n---\n\n- [${mark}] **Track: Login**\n*Link: [./tracks/${id}/](./tracks/${id}/)*\n`,
  'product.md': '# Product\n',
  [`tracks/${id}/plan.md`]: plan(...marks),
  [metadataFile]: metadata,
});

let project: Project;
const loop = async () => at(await project.json(metadataFile), 'loop_state');

describe('blockTrack and unblockTrack', () => {
  afterEach(() => project.dispose());

  it('block: an active blocker, the step BLOCKED, and the history says who and why', async () => {
    project = await loopProject({ current_step: 'EXECUTE', step_status: 'IN_PROGRESS' });
    ok(await blockTrack(project.ports, await project.track(id), { description: 'No API key' }));
    const metadata = await project.json(metadataFile);
    assert.equal(at(metadata, 'loop_state', 'step_status'), 'BLOCKED');
    assert.equal(at(metadata, 'blockers', 0, 'description'), 'No API key');
    assert.equal(at(metadata, 'blockers', 0, 'blocked_step'), 'EXECUTE');
    assert.deepEqual(at(metadata, 'loop_state', 'step_history', 0), {
      at: now,
      from: 'EXECUTE/IN_PROGRESS',
      to: 'EXECUTE/BLOCKED',
      reason: 'No API key',
      by: 'person',
    });
  });

  it('unblock: the blocker is resolved and the step may start again', async () => {
    project = await loopProject({ current_step: 'EXECUTE', step_status: 'IN_PROGRESS' });
    ok(await blockTrack(project.ports, await project.track(id), { description: 'No API key' }));
    ok(await unblockTrack(project.ports, await project.track(id), { reason: 'Key is there' }));
    const metadata = await project.json(metadataFile);
    assert.equal(at(metadata, 'loop_state', 'step_status'), 'NOT_STARTED');
    assert.deepEqual(
      [at(metadata, 'blockers', 0, 'status'), at(metadata, 'blockers', 0, 'resolution')],
      ['RESOLVED', 'Key is there'],
    );
    assert.equal((await project.track(id)).metadata?.blockers[0]?.active, false);
  });

  it('unblock one of two: the step stays blocked until the other is resolved too', async () => {
    project = await loopProject(
      { current_step: 'EXECUTE', step_status: 'BLOCKED' },
      { blockers: [{ id: 'blocker-1', description: 'A', status: 'ACTIVE', own: 1 }, 'B as text'] },
    );
    ok(await unblockTrack(project.ports, await project.track(id), { reason: 'ok', blockerId: 'blocker-1' }));
    assert.equal(at(await loop(), 'step_status'), 'BLOCKED');
    assert.equal(at(await project.json(metadataFile), 'blockers', 0, 'own'), 1);
    assert.equal(at(await project.json(metadataFile), 'blockers', 1), 'B as text');
    ok(await unblockTrack(project.ports, await project.track(id), { reason: 'ok', blockerId: 'blocker-2' }));
    assert.equal(at(await loop(), 'step_status'), 'NOT_STARTED');
    assert.equal(at(await project.json(metadataFile), 'blockers', 1, 'description'), 'B as text');
  });

  it('a reached fix limit is resolved only by allowing one cycle more', async () => {
    project = await loopProject({
      current_step: 'EVALUATE_EXECUTION',
      step_status: 'FAILED',
      fix_cycle_count: 3,
    });
    await stepLoop(project.ports, await project.track(id));
    const before = await project.text(metadataFile);
    assert.equal(
      code(await unblockTrack(project.ports, await project.track(id), { reason: 'go on' })),
      'fix-cycle-limit',
    );
    assert.equal(await project.text(metadataFile), before);
    ok(
      await unblockTrack(project.ports, await project.track(id), { reason: 'one more', allowFixCycle: true }),
    );
    const state = await loop();
    assert.deepEqual(
      [
        at(state, 'current_step'),
        at(state, 'step_status'),
        at(state, 'fix_cycle_count'),
        at(state, 'max_fix_cycles'),
      ],
      ['FIX', 'NOT_STARTED', 4, 4],
    );
    assert.equal(at(await project.json(metadataFile), 'blockers', 0, 'status'), 'RESOLVED');
  });

  it('a track without a loop is blocked by its status, which comes back', async () => {
    project = await makeProject(googleFiles([' ']));
    ok(await blockTrack(project.ports, await project.track(id), { description: 'Waiting for legal' }));
    let metadata = await project.json(metadataFile);
    assert.deepEqual(
      [metadata['status'], metadata['blocked_from'], metadata['updated_at']],
      ['blocked', 'new', now],
    );
    ok(await unblockTrack(project.ports, await project.track(id), { reason: 'Legal is fine' }));
    metadata = await project.json(metadataFile);
    assert.deepEqual([metadata['status'], 'blocked_from' in metadata], ['new', false]);
  });

  it('refuses an empty reason, an unknown blocker, and what is not blocked', async () => {
    project = await loopProject({ current_step: 'EXECUTE', step_status: 'IN_PROGRESS' });
    const track = await project.track(id);
    assert.equal(code(await blockTrack(project.ports, track, { description: ' ' })), 'reason-empty');
    assert.equal(code(await unblockTrack(project.ports, track, { reason: 'x' })), 'not-blocked');
    assert.equal(
      code(await unblockTrack(project.ports, track, { reason: 'x', blockerId: 'blocker-9' })),
      'blocker-not-found',
    );
  });
});

describe('the count of tasks in metadata.json', () => {
  afterEach(() => project.dispose());

  const told = async (): Promise<boolean> =>
    (await project.track(id)).problems.some((problem) => problem.code === 'progress-disagrees');
  const counting = (tasks: number) =>
    loopProject({
      current_step: 'EXECUTE',
      step_status: 'IN_PROGRESS',
      checkpoints: { EXECUTE: { status: 'IN_PROGRESS', tasks_completed: tasks } },
    });
  const age = (file: string, seconds: number): Promise<void> => {
    const time = new Date(Date.now() - seconds * 1000);
    return utimes(join(project.conductor, file), time, time);
  };

  it('is not told to disagree after a marker of ours, forth and back, and stays as the agent wrote it', async () => {
    project = await counting(1);
    await age(metadataFile, 60);
    const metadata = await project.text(metadataFile);
    assert.equal(await told(), false);
    for (const marker of ['done', 'todo', 'done'] as const) {
      const outcome = await markTask(project.ports, await project.track(id), { taskId: '1.2', marker });
      assert.ok(!('refused' in outcome));
      assert.equal(await told(), false);
    }
    assert.equal(await project.text(metadataFile), metadata);
  });

  it('is told to disagree when it was written after the plan', async () => {
    project = await counting(3);
    await age(`tracks/${id}/plan.md`, 60);
    assert.equal(await told(), true);
  });
});

describe('pauseTrack and resumeTrack', () => {
  afterEach(() => project.dispose());

  it('pause remembers the status, resume puts it back byte for byte', async () => {
    project = await loopProject({ current_step: 'EXECUTE', step_status: 'IN_PROGRESS' });
    const before = await project.text(metadataFile);
    ok(await pauseTrack(project.ports, await project.track(id), { reason: 'Holidays' }));
    assert.equal((await project.track(id)).group, 'paused');
    assert.match(await project.text('tracks.md'), /\| paused \| EXECUTE \|/);
    ok(await resumeTrack(project.ports, await project.track(id)));
    assert.equal(await project.text(metadataFile), before);
    assert.match(await project.text('tracks.md'), /\| in_progress \| EXECUTE \|/);
  });

  it('leaves a Status cell that disagrees as it is: the drift is told before, while paused, and after', async () => {
    const drift = async (): Promise<string[]> =>
      (await project.track(id)).problems
        .filter(({ code: found }) => found === 'registry-disagrees')
        .map(({ message }) => message.replace(/ and metadata\.json says.*/, ''));
    project = await loopProject({ current_step: 'EXECUTE', step_status: 'IN_PROGRESS' });
    const wrong = (await project.text('tracks.md')).replace('in_progress', 'complete');
    await project.write('tracks.md', wrong);
    const before = await drift();
    assert.equal(before.length, 1);
    ok(await pauseTrack(project.ports, await project.track(id)));
    assert.equal((await project.track(id)).group, 'paused');
    assert.deepEqual(await drift(), before);
    ok(await resumeTrack(project.ports, await project.track(id)));
    assert.deepEqual(await drift(), before);
    assert.equal(await project.text('tracks.md'), wrong);
  });

  it('refuses to pause twice and to resume what runs', async () => {
    project = await loopProject({ current_step: 'EXECUTE', step_status: 'IN_PROGRESS' });
    assert.equal(code(await resumeTrack(project.ports, await project.track(id))), 'not-paused');
    ok(await pauseTrack(project.ports, await project.track(id)));
    assert.equal(code(await pauseTrack(project.ports, await project.track(id))), 'already-paused');
  });

  it('a track that somebody else paused resumes to in_progress', async () => {
    project = await loopProject(
      { current_step: 'EXECUTE', step_status: 'IN_PROGRESS' },
      { status: 'on-hold' },
    );
    ok(await resumeTrack(project.ports, await project.track(id)));
    assert.equal((await project.json(metadataFile))['status'], 'in_progress');
  });
});

describe('setStep', () => {
  afterEach(() => project.dispose());

  it('sets the step with a reason, also from a state that the machine does not know', async () => {
    project = await loopProject({ current_step: 'GAME_VERIFICATION', step_status: 'NOT_STARTED' });
    ok(
      await setStep(project.ports, await project.track(id), {
        step: 'EVALUATE_EXECUTION',
        reason: 'Verified by hand',
      }),
    );
    const state = await loop();
    assert.equal(at(state, 'current_step'), 'EVALUATE_EXECUTION');
    assert.equal(at(state, 'step_history', 0, 'from'), 'GAME_VERIFICATION/NOT_STARTED');
    assert.match(await project.text('tracks.md'), /\| EVALUATE_EXECUTION \|/);
  });

  it('refuses IN_PROGRESS, COMPLETE and a missing reason', async () => {
    project = await loopProject({ current_step: 'PLAN', step_status: 'NOT_STARTED' });
    const track = await project.track(id);
    assert.equal(
      code(await setStep(project.ports, track, { step: 'PLAN', status: 'IN_PROGRESS', reason: 'x' })),
      'by-agent-only',
    );
    assert.equal(
      code(await setStep(project.ports, track, { step: 'COMPLETE', reason: 'x' })),
      'evaluation-required',
    );
    assert.equal(code(await setStep(project.ports, track, { step: 'PLAN', reason: ' ' })), 'reason-empty');
  });

  it('a step_history that is not a list is not overwritten', async () => {
    project = await loopProject({ current_step: 'PLAN', step_status: 'NOT_STARTED', step_history: 'prose' });
    assert.equal(
      code(await setStep(project.ports, await project.track(id), { step: 'EXECUTE', reason: 'x' })),
      'history-invalid',
    );
  });
});

describe('setStep with an active blocker', () => {
  afterEach(() => project.dispose());

  const blocked = async (): Promise<void> => {
    project = await loopProject({ current_step: 'EXECUTE', step_status: 'IN_PROGRESS' });
    ok(await blockTrack(project.ports, await project.track(id), { description: 'No API key' }));
  };

  it('leaves the blocker active unless told otherwise', async () => {
    await blocked();
    ok(await setStep(project.ports, await project.track(id), { step: 'FIX', reason: 'Own fix' }));
    assert.equal(at(await project.json(metadataFile), 'blockers', 0, 'status'), 'ACTIVE');
  });

  it('resolves it in the same write', async () => {
    await blocked();
    let writes = 0;
    const editor: Project['ports']['editor'] = {
      create: (o) => project.ports.editor.create(o),
      edit: (o) => {
        if (o.file.endsWith('metadata.json')) writes++;
        return project.ports.editor.edit(o);
      },
    };
    const ports = { ...project.ports, editor };
    const track = await project.track(id);
    ok(await setStep(ports, track, { step: 'FIX', reason: 'Key came', resolveBlockers: true }));
    const metadata = await project.json(metadataFile);
    assert.equal(writes, 1);
    assert.equal(at(metadata, 'loop_state', 'current_step'), 'FIX');
    assert.deepEqual(
      [at(metadata, 'blockers', 0, 'status'), at(metadata, 'blockers', 0, 'resolution')],
      ['RESOLVED', 'Key came'],
    );
  });
});

describe('migrateMetadata', () => {
  afterEach(() => project.dispose());

  it('version 1 becomes 3: all fields stay, the loop is inferred, and the track can be stepped', async () => {
    project = await makeProject(googleFiles(['x', ' '], '~', { ...google, own: { deep: [1] } }));
    ok(await migrateMetadata(project.ports, await project.track(id)));
    const metadata = await project.json(metadataFile);
    assert.deepEqual(
      [metadata['version'], metadata['status'], at(metadata, 'own', 'deep'), metadata['description']],
      [3, 'new', [1], 'Login'],
    );
    assert.equal(at(metadata, 'loop_state', 'current_step'), 'EVALUATE_PLAN');
    assert.equal('superpower_enhanced' in metadata, false);
    const track = await project.track(id);
    assert.equal(track.dialect, 'evaluate-loop');
    assert.ok(!('refused' in (await stepLoop(project.ports, track))));
  });

  it('a finished track becomes COMPLETE, and a second migration is refused', async () => {
    project = await makeProject(googleFiles(['x'], 'x', { ...google, status: 'completed' }));
    ok(await migrateMetadata(project.ports, await project.track(id)));
    assert.equal(at(await loop(), 'current_step'), 'COMPLETE');
    assert.equal(code(await migrateMetadata(project.ports, await project.track(id))), 'not-version-1');
  });
});

describe('toggleSuperpowers', () => {
  afterEach(() => project.dispose());

  it('sets the flag, and removes it to go back', async () => {
    project = await loopProject({ current_step: 'PLAN', step_status: 'PASSED' });
    const before = await project.text(metadataFile);
    ok(await toggleSuperpowers(project.ports, await project.track(id)));
    assert.equal((await project.json(metadataFile))['superpower_enhanced'], true);
    ok(await toggleSuperpowers(project.ports, await project.track(id)));
    assert.equal(await project.text(metadataFile), before);
  });

  it('removes the flag from loop_state too', async () => {
    project = await loopProject({ current_step: 'PLAN', step_status: 'PASSED', superpower_enhanced: true });
    ok(await toggleSuperpowers(project.ports, await project.track(id), { enable: false }));
    assert.equal((await project.track(id)).metadata?.superpowerEnhanced, false);
  });

  it('only at a clean checkpoint', async () => {
    project = await loopProject({ current_step: 'PLAN', step_status: 'IN_PROGRESS' });
    assert.equal(code(await toggleSuperpowers(project.ports, await project.track(id))), 'step-in-progress');
  });
});

describe('completeTrack', () => {
  afterEach(() => project.dispose());

  it('refuses a track whose evaluation has not passed', async () => {
    project = await loopProject({ current_step: 'EXECUTE', step_status: 'PASSED' });
    const before = await project.text(metadataFile);
    assert.equal(code(await completeTrack(project.ports, await project.track(id))), 'not-complete');
    assert.equal(await project.text(metadataFile), before);
  });

  it('what a crash left undone shows as drift, and asking again does only that', async () => {
    project = await loopProject(
      { current_step: 'COMPLETE', step_status: 'PASSED' },
      { status: 'complete', completed_at: '2026-01-31' },
      { [`tracks/${id}/plan.md`]: plan('x') },
    );
    const before = await project.text(metadataFile);
    const track = await project.track(id);
    const drift = track.problems.find((problem) => problem.code === 'registry-disagrees');
    assert.equal(drift?.repair, 'updateRegistryStatus');
    ok(await repairTrack(project.ports, track, 'updateRegistryStatus'));
    assert.equal(await project.text(metadataFile), before);
    const tracks = await project.text('tracks.md');
    assert.ok(tracks.indexOf(id) > tracks.indexOf('## Completed Tracks'));
    assert.equal(
      (await project.track(id)).problems.find((problem) => problem.code === 'registry-disagrees'),
      undefined,
    );
  });

  it('a track without a loop is complete when all its tasks are done', async () => {
    project = await makeProject(googleFiles(['x', '-']));
    ok(await completeTrack(project.ports, await project.track(id)));
    assert.equal((await project.json(metadataFile))['status'], 'completed');
    assert.match(await project.text('tracks.md'), /- \[x\] \*\*Track: Login\*\*/);
    assert.equal((await project.track(id)).group, 'done');
  });

  it('a track that is not registered is completed all the same, with a warning', async () => {
    project = await loopProject(
      { current_step: 'EVALUATE_EXECUTION', step_status: 'PASSED' },
      {},
      { 'tracks.md': '# Tracks\n' },
    );
    const result = await completeTrack(project.ports, await project.track(id));
    assert.ok(!('refused' in result));
    assert.equal(result.warnings.length, 1);
    assert.equal((await project.json(metadataFile))['status'], 'complete');
  });
});

describe('repairTrack', () => {
  afterEach(() => project.dispose());

  it('registerTrack adds the missing entry, and makes tracks.md where there is none', async () => {
    project = await loopProject(
      { current_step: 'PLAN', step_status: 'PASSED' },
      {},
      { 'tracks.md': registry('x', 'y').replace(id, 'other_20260101') },
    );
    ok(await repairTrack(project.ports, await project.track(id), 'registerTrack'));
    assert.equal((await project.track(id)).registered, true);
    ok(await repairTrack(project.ports, await project.track(id), 'registerTrack'));
    assert.equal((await project.text('tracks.md')).split(id).length, 2, 'only once');
  });

  it('updateMetadataStatus makes metadata.json say what plan.md says, then nothing more', async () => {
    project = await makeProject(googleFiles(['x', 'x']));
    const drift = (await project.track(id)).problems.filter(
      ({ repair }) => repair === 'updateMetadataStatus',
    );
    assert.equal(drift.length, 1);
    ok(await repairTrack(project.ports, await project.track(id), 'updateMetadataStatus'));
    assert.equal((await project.json(metadataFile))['status'], 'completed');
    const left = (await project.track(id)).problems;
    assert.deepEqual(
      left.map(({ repair }) => repair),
      ['updateRegistryStatus'],
    );
    ok(await repairTrack(project.ports, await project.track(id), 'updateRegistryStatus'));
    assert.deepEqual((await project.track(id)).problems, []);
  });

  it('createMetadata writes loop_state for an evaluate-loop track', async () => {
    project = await makeProject({
      'tracks.md': registry('in_progress', 'EXECUTE'),
      'decision-log.md': '# Decisions\n',
      [`tracks/${id}/plan.md`]: plan('x', ' '),
    });
    const track = await project.track(id);
    assert.ok(track.problems.some(({ repair }) => repair === 'createMetadata'));
    ok(await repairTrack(project.ports, track, 'createMetadata'));
    assert.equal(at(await loop(), 'current_step'), 'EVALUATE_PLAN');
    assert.equal(code(await repairTrack(project.ports, track, 'createMetadata')), 'exists');
  });

  it('removeStaleLock leaves a lock that is held, and never leaves the folder of the track', async () => {
    project = await loopProject({ current_step: 'PLAN', step_status: 'PASSED' });
    const track = await project.track(id);
    const lock = join(track.folder!, '.metadata.lock');
    await mkdir(lock);
    assert.equal(code(await repairTrack(project.ports, track, 'removeStaleLock', { lock })), 'file-busy');
    assert.equal(
      code(
        await repairTrack(project.ports, track, 'removeStaleLock', { lock: join(project.folder, 'x.lock') }),
      ),
      'outside-track',
    );
  });

  it('removeStaleLock removes one that was left behind', async () => {
    project = await loopProject({ current_step: 'PLAN', step_status: 'PASSED' });
    const track = await project.track(id);
    const lock = join(track.folder!, '.metadata.lock');
    await mkdir(lock);
    const { utimes, access } = await import('node:fs/promises');
    const old = new Date(Date.now() - 120_000);
    await utimes(lock, old, old);
    ok(await repairTrack(project.ports, track, 'removeStaleLock', { lock }));
    await assert.rejects(access(lock));
  });

  it('an archived track is never written', async () => {
    project = await makeProject({
      'tracks.md': '# Tracks\n',
      [`archive/${id}/plan.md`]: plan('x'),
      [`archive/${id}/metadata.json`]: google,
    });
    const track = await project.track(id);
    assert.equal(code(await repairTrack(project.ports, track, 'updateMetadataStatus')), 'archived');
    assert.equal(code(await pauseTrack(project.ports, track)), 'archived');
  });
});

function ok(result: TrackChangeResult | Awaited<ReturnType<typeof completeTrack>>): void {
  assert.ok(!('refused' in result), 'refused' in result ? JSON.stringify(result.refused) : '');
  assert.deepEqual(result.warnings, []);
}

function code(result: TrackChangeResult | Awaited<ReturnType<typeof completeTrack>>): string | undefined {
  return 'refused' in result ? result.refused.code : undefined;
}
