import assert from 'node:assert/strict';
import { NodeProcesses } from '../../../src/engine/run/processes';
import { runFolderOf } from '../../../src/engine/run/runFolder';
import { takeRun } from '../../../src/engine/run/runLock';
import { AgentStartError } from '../../../src/engine/ports';
import { outcomeAfterAgent, recordOutcome } from '../../../src/engine/recordOutcome';
import type { StepDone } from '../../../src/engine/stepDone';
import { stepLoop } from '../../../src/engine/stepLoop';
import { previewStep } from '../../../src/engine/stepPreview';
import { at, id, loopProject, makeProject, metadataFile, now, plan, registry, type Project } from './project';

describe('stepLoop', () => {
  let project: Project;
  afterEach(() => project.dispose());

  it('starts no second agent while a loop runs on the track, and names who runs it', async () => {
    project = await loopProject({ current_step: 'EXECUTE', step_status: 'NOT_STARTED' });
    const track = await project.track(id);
    const lock = await takeRun(await runFolderOf(track.root, track.folder!), {
      face: 'command line',
      processes: new NodeProcesses(),
      now: new Date(),
    });
    assert.ok('held' in lock);
    try {
      const result = await stepLoop(project.ports, track);
      assert.equal(refusal(result), 'loop-running');
      assert.match('refused' in result ? result.refused.message : '', new RegExp(`process ${process.pid} `));
      assert.deepEqual(project.started, []);
    } finally {
      await lock.held.release();
    }
    assert.equal(done(await stepLoop(project.ports, track)).did, 'dispatched');
  });

  it('starts the agent with an argument array, then writes IN_PROGRESS', async () => {
    project = await loopProject({ current_step: 'EXECUTE', step_status: 'NOT_STARTED' });
    project.onStart = async () => {
      const metadata = await project.json(metadataFile);
      assert.equal(
        at(metadata, 'loop_state', 'step_status'),
        'NOT_STARTED',
        'nothing is written before the start',
      );
    };
    const track = await project.track(id);
    const preview = previewStep(track);
    assert.deepEqual(preview.command, {
      executable: 'claude',
      args: ['--print', `/loop-executor ${id}`],
      cwd: project.folder,
      name: `loop-executor: ${id}`,
    });
    const result = done(await stepLoop(project.ports, track));
    assert.equal(result.did, 'dispatched');
    assert.deepEqual(project.started, [preview.command]);
    assert.deepEqual(await result.agent?.finished, { exitCode: 0 });
    const metadata = await project.json(metadataFile);
    assert.deepEqual(at(metadata, 'loop_state'), {
      fix_cycle_count: 0,
      max_fix_cycles: 3,
      current_step: 'EXECUTE',
      step_status: 'IN_PROGRESS',
      step_started_at: now,
      checkpoints: {
        EXECUTE: { status: 'IN_PROGRESS', started_at: now, agent: 'loop-executor', last_updated: now },
      },
    });
    assert.deepEqual(at(metadata, 'custom'), { kept: [1, 2] });
    assert.equal(at(metadata, 'version'), 3);
  });

  it('superpowers get their parameters, with paths relative to the project root, and resume from last_task', async () => {
    project = await loopProject(
      {
        current_step: 'EXECUTE',
        step_status: 'IN_PROGRESS',
        checkpoints: { EXECUTE: { status: 'IN_PROGRESS', last_task: 'Task 1.2' } },
      },
      { superpower_enhanced: true },
    );
    const result = done(await stepLoop(project.ports, await project.track(id)));
    assert.equal(result.did, 'resumed');
    const [command] = project.started;
    assert.ok(command && !('chat' in command));
    assert.equal(
      command.args[1],
      `/superpowers:executing-plans --plan='conductor/tracks/${id}/plan.md' --track-dir='conductor/tracks/${id}/' --metadata='conductor/tracks/${id}/metadata.json' --track-id='${id}' --resume-from='1.2'`,
    );
  });

  for (const code of ['not-found', 'untrusted', 'cancelled'] as const) {
    it(`an agent that does not start (${code}) leaves the step as it was`, async () => {
      project = await loopProject({ current_step: 'PLAN', step_status: 'NOT_STARTED' });
      const before = await project.text(metadataFile);
      project.onStart = () => Promise.reject(new AgentStartError(code, 'It did not start: do this.'));
      const result = await stepLoop(project.ports, await project.track(id));
      assert.deepEqual(result, { refused: { code: `agent-${code}`, message: 'It did not start: do this.' } });
      assert.equal(await project.text(metadataFile), before);
    });
  }

  it('an agent that wrote its own start keeps what it wrote', async () => {
    project = await loopProject({ current_step: 'PLAN', step_status: 'NOT_STARTED' });
    const track = await project.track(id);
    let theirs = '';
    project.onStart = async () => {
      theirs = (await project.text(metadataFile)).replace('"NOT_STARTED"', '"IN_PROGRESS"');
      await project.write(metadataFile, theirs);
    };
    const result = done(await stepLoop(project.ports, track));
    assert.equal(result.did, 'dispatched');
    assert.deepEqual(result.warnings, []);
    assert.equal(await project.text(metadataFile), theirs);
  });

  it('refuses state-moved, and starts no agent, when the file is not what the person saw', async () => {
    project = await loopProject({ current_step: 'PLAN', step_status: 'NOT_STARTED' });
    const track = await project.track(id);
    await project.write(metadataFile, (await project.text(metadataFile)).replace('"PLAN"', '"EXECUTE"'));
    const before = await project.text(metadataFile);
    assert.equal(refusal(await stepLoop(project.ports, track)), 'state-moved');
    assert.deepEqual(project.started, []);
    assert.equal(refusal(await recordOutcome(project.ports, track, { outcome: 'passed' })), 'state-moved');
    assert.equal(await project.text(metadataFile), before);
  });

  it('refuses state-moved when a blocker has appeared meanwhile', async () => {
    project = await loopProject({ current_step: 'PLAN', step_status: 'NOT_STARTED' });
    const track = await project.track(id);
    const text = await project.text(metadataFile);
    await project.write(metadataFile, text.replace('{\n', '{\n  "blockers": ["No access"],\n'));
    assert.equal(refusal(await stepLoop(project.ports, track)), 'state-moved');
    assert.deepEqual(project.started, []);
  });

  it('advances a passed step, and the Step cell of tracks.md with it', async () => {
    project = await loopProject({
      current_step: 'EXECUTE',
      step_status: 'PASSED',
      step_started_at: '2026-01-01',
    });
    const result = done(await stepLoop(project.ports, await project.track(id)));
    assert.equal(result.did, 'advanced');
    const metadata = await project.json(metadataFile);
    assert.equal(at(metadata, 'loop_state', 'current_step'), 'EVALUATE_EXECUTION');
    assert.equal(at(metadata, 'loop_state', 'step_status'), 'NOT_STARTED');
    assert.equal(at(metadata, 'loop_state', 'step_started_at'), undefined);
    assert.equal(at(metadata, 'loop_state', 'checkpoints', 'EXECUTE', 'status'), 'PASSED');
    assert.match(await project.text('tracks.md'), /\| in_progress \| EVALUATE_EXECUTION \|/);
    assert.equal(result.files.length, 2);
  });

  it('a new track is in progress once its first agent runs', async () => {
    project = await loopProject(
      { current_step: 'NOT_STARTED', step_status: 'NOT_STARTED' },
      { status: 'new' },
      { 'tracks.md': registry('new', 'NOT_STARTED'), [`tracks/${id}/plan.md`]: '# Plan\n' },
    );
    done(await stepLoop(project.ports, await project.track(id)));
    assert.equal(at(await project.json(metadataFile), 'status'), 'in_progress');
    assert.match(await project.text('tracks.md'), /\| in_progress \| PLAN \|/);
  });

  it('records a passed outcome and goes on to the next step in one write', async () => {
    project = await loopProject({
      current_step: 'PLAN',
      step_status: 'IN_PROGRESS',
      checkpoints: { PLAN: { status: 'IN_PROGRESS', extra: 1 } },
    });
    const result = done(await stepLoop(project.ports, await project.track(id), { outcome: 'passed' }));
    assert.equal(result.did, 'recorded');
    const loop = at(await project.json(metadataFile), 'loop_state');
    assert.deepEqual([at(loop, 'current_step'), at(loop, 'step_status')], ['EVALUATE_PLAN', 'NOT_STARTED']);
    assert.deepEqual(at(loop, 'checkpoints', 'PLAN'), {
      status: 'PASSED',
      extra: 1,
      completed_at: now,
      last_updated: now,
    });
    assert.deepEqual(at(loop, 'step_history'), [
      {
        at: now,
        from: 'PLAN/IN_PROGRESS',
        to: 'EVALUATE_PLAN/NOT_STARTED',
        reason: 'PLAN passed',
        by: 'person',
      },
    ]);
  });

  it('what is reported on a track that has not begun is its plan, and the history says so', async () => {
    project = await loopProject({ current_step: 'NOT_STARTED', step_status: 'NOT_STARTED' });
    done(await recordOutcome(project.ports, await project.track(id), { outcome: 'passed', by: 'agent' }));
    assert.deepEqual(at(await project.json(metadataFile), 'loop_state', 'step_history'), [
      {
        at: now,
        from: 'NOT_STARTED/NOT_STARTED',
        to: 'EVALUATE_PLAN/NOT_STARTED',
        reason: 'PLAN passed',
        by: 'agent',
      },
    ]);
  });

  it('a failed evaluation keeps its reasons and begins a fix cycle', async () => {
    project = await loopProject({ current_step: 'EVALUATE_EXECUTION', step_status: 'IN_PROGRESS' });
    done(
      await stepLoop(project.ports, await project.track(id), {
        outcome: 'failed',
        reasons: ['Tests fail', 'No docs'],
      }),
    );
    const loop = at(await project.json(metadataFile), 'loop_state');
    assert.deepEqual([at(loop, 'current_step'), at(loop, 'fix_cycle_count')], ['FIX', 1]);
    assert.deepEqual(at(loop, 'checkpoints', 'EVALUATE_EXECUTION', 'failure_reasons'), [
      'Tests fail',
      'No docs',
    ]);
    assert.equal(at(loop, 'checkpoints', 'EVALUATE_EXECUTION', 'verdict'), 'FAIL');
  });

  it('escalates when a fourth fix would start: a blocker with context and options, FIX / BLOCKED', async () => {
    project = await loopProject({
      current_step: 'EVALUATE_EXECUTION',
      step_status: 'IN_PROGRESS',
      fix_cycle_count: 3,
    });
    const result = done(
      await stepLoop(project.ports, await project.track(id), { outcome: 'failed', reasons: ['Tests fail'] }),
    );
    assert.equal(result.did, 'escalated');
    const metadata = await project.json(metadataFile);
    assert.deepEqual(
      [
        at(metadata, 'loop_state', 'current_step'),
        at(metadata, 'loop_state', 'step_status'),
        at(metadata, 'loop_state', 'fix_cycle_count'),
      ],
      ['FIX', 'BLOCKED', 3],
    );
    const blocker = at(metadata, 'blockers', 0);
    assert.equal(at(blocker, 'id'), 'blocker-1');
    assert.equal(at(blocker, 'status'), 'ACTIVE');
    assert.equal(at(blocker, 'trigger'), 'fix-cycle-limit');
    assert.equal(at(blocker, 'blocked_at'), now);
    assert.match(String(at(blocker, 'description')), /3 of 3 fix cycles/);
    assert.ok((at(blocker, 'options') as string[]).includes('Allow One More Fix Cycle'));
    const after = await project.track(id);
    assert.equal(after.metadata?.blockers[0]?.trigger, 'fix-cycle-limit');
    assert.equal(refusal(await stepLoop(project.ports, after)), 'waits-for-person');
  });

  it('an outcome reported beside an active blocker is kept', async () => {
    project = await loopProject(
      { current_step: 'EXECUTE', step_status: 'IN_PROGRESS' },
      { blockers: ['No access'] },
    );
    const result = done(await stepLoop(project.ports, await project.track(id), { outcome: 'passed' }));
    assert.equal(result.loop.checkpoints.EXECUTE?.status, 'PASSED');
    assert.equal(result.loop.step, 'EVALUATE_EXECUTION');
  });

  it('completes: metadata, then the row of tracks.md, then index.md', async () => {
    project = await loopProject(
      { current_step: 'EVALUATE_EXECUTION', step_status: 'PASSED' },
      {},
      {
        [`tracks/${id}/plan.md`]: plan('x', 'x', 'x'),
        'index.md': '# Index\n\n## Recent Completions\n\n- (none yet)\n',
      },
    );
    const track = await project.track(id);
    assert.deepEqual(previewStep(track).asks, ['businessSync']);
    const result = done(await stepLoop(project.ports, track, { businessSync: false }));
    assert.equal(result.did, 'completed');
    assert.deepEqual(result.warnings, []);
    const metadata = await project.json(metadataFile);
    assert.deepEqual([at(metadata, 'status'), at(metadata, 'completed_at')], ['complete', now]);
    assert.deepEqual(
      [at(metadata, 'loop_state', 'current_step'), at(metadata, 'loop_state', 'step_status')],
      ['COMPLETE', 'PASSED'],
    );
    assert.equal(
      at(metadata, 'loop_state', 'checkpoints', 'EVALUATE_EXECUTION', 'business_sync_required'),
      false,
    );
    const tracks = await project.text('tracks.md');
    assert.ok(tracks.indexOf(id) > tracks.indexOf('## Completed Tracks'));
    assert.match(await project.text('index.md'), new RegExp(id));
    assert.equal(result.files.length, 3);
    assert.equal((await project.track(id)).group, 'done');
    const { problems } = await project.track(id);
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['checkpoint-missing'],
      'no drift but what was missing before',
    );
  });

  it('goes to BUSINESS_SYNC when a person says that documents must be synced', async () => {
    project = await loopProject({ current_step: 'EVALUATE_EXECUTION', step_status: 'PASSED' });
    const result = done(await stepLoop(project.ports, await project.track(id), { businessSync: true }));
    assert.equal(result.did, 'advanced');
    const loop = at(await project.json(metadataFile), 'loop_state');
    assert.equal(at(loop, 'current_step'), 'BUSINESS_SYNC');
    assert.equal(at(loop, 'checkpoints', 'EVALUATE_EXECUTION', 'business_sync_required'), true);
    assert.equal(previewStep(await project.track(id)).next.agent, 'business-docs-sync');
  });

  it('an unmet board condition makes a passed evaluation a failed one', async () => {
    project = await loopProject(
      { current_step: 'EVALUATE_EXECUTION', step_status: 'IN_PROGRESS' },
      { board_conditions: ['Audit (CSO)'] },
    );
    const track = await project.track(id);
    assert.deepEqual(previewStep(track).boardConditions, ['Audit (CSO)']);
    const result = done(
      await stepLoop(project.ports, track, { outcome: 'passed', unmetBoardConditions: ['Audit (CSO)'] }),
    );
    assert.equal(result.loop.step, 'FIX');
  });

  it('creates the metadata.json that is missing, with the step that plan.md shows', async () => {
    project = await makeProject({
      'tracks.md': registry('in_progress', 'EXECUTE'),
      'decision-log.md': '# Decisions\n',
      [`tracks/${id}/plan.md`]: '# Plan\n\n## Phase 1\n\n- [ ] Task 1.1: A\n',
      [`tracks/${id}/spec.md`]: '# Spec\n',
    });
    const result = done(await stepLoop(project.ports, await project.track(id)));
    assert.equal(result.row, 'EVALUATE_PLAN/NOT_STARTED → dispatch plan evaluator');
    const metadata = await project.json(metadataFile);
    assert.deepEqual(
      [
        at(metadata, 'version'),
        at(metadata, 'track_id'),
        at(metadata, 'status'),
        at(metadata, 'loop_state', 'step_status'),
      ],
      [2, id, 'in_progress', 'IN_PROGRESS'],
    );
  });

  it('keeps version 2, and checkpoints at the root move to loop_state when they change', async () => {
    project = await makeProject({
      'tracks.md': registry('in_progress', 'PLAN'),
      [`tracks/${id}/plan.md`]: plan(' '),
      [metadataFile]: {
        version: 2,
        track_id: id,
        status: 'in_progress',
        loop_state: { current_step: 'PLAN', step_status: 'in_progress' },
        checkpoints: { PLAN: { status: 'IN_PROGRESS', own: true, notes: ['a', 'b'] } },
      },
    });
    done(await stepLoop(project.ports, await project.track(id), { outcome: 'passed' }));
    const metadata = await project.json(metadataFile);
    assert.equal(at(metadata, 'version'), 2);
    assert.deepEqual(at(metadata, 'checkpoints'), {
      PLAN: { status: 'IN_PROGRESS', own: true, notes: ['a', 'b'] },
    });
    assert.deepEqual(at(metadata, 'loop_state', 'checkpoints', 'PLAN'), {
      status: 'PASSED',
      own: true,
      notes: ['a', 'b'],
      completed_at: now,
      last_updated: now,
    });
  });

  it('never writes an invalid metadata.json', async () => {
    const broken = `{"version": 3, "track_id": "${id}", "loop_state": {"current_step": "PLAN", "step_status": "PASSED"},}`;
    project = await makeProject({
      'tracks.md': registry('x', 'PLAN'),
      [`tracks/${id}/plan.md`]: plan(' '),
      [metadataFile]: broken,
    });
    assert.equal(refusal(await stepLoop(project.ports, await project.track(id))), 'metadata-invalid');
    assert.equal(await project.text(metadataFile), broken);
  });

  it('names the damage of metadata.json before it says that there is no loop', async () => {
    project = await makeProject({
      'tracks.md': registry('x', 'PLAN'),
      [`tracks/${id}/plan.md`]: plan(' '),
      [metadataFile]: `{"track_id": "${id}"}{"loop_state": {"current_step": "PLAN"}}`,
    });
    assert.equal(refusal(await stepLoop(project.ports, await project.track(id))), 'metadata-invalid');
  });

  it('refuses a track that keeps no loop, and says which task is next', async () => {
    project = await makeProject({
      'tracks.md': `# Project Tracks\n\n- [ ] **Track: Login**\n*Link: [./tracks/${id}/](./tracks/${id}/)*\n`,
      [`tracks/${id}/plan.md`]: plan('x', ' '),
      [metadataFile]: {
        track_id: id,
        type: 'feature',
        status: 'new',
        created_at: now,
        updated_at: now,
        description: 'Login',
      },
    });
    const result = await stepLoop(project.ports, await project.track(id));
    assert.equal(refusal(result), 'no-loop');
    assert.match('refused' in result ? result.refused.message : '', /Migrate.*1\.2/s);
  });

  it('refuses paused, archived and unknown states', async () => {
    project = await loopProject({ current_step: 'PLAN', step_status: 'NOT_STARTED' }, { status: 'paused' });
    assert.equal(refusal(await stepLoop(project.ports, await project.track(id))), 'paused');
    await project.dispose();
    project = await loopProject({ current_step: 'GAME_VERIFICATION', step_status: 'NOT_STARTED' });
    assert.equal(refusal(await stepLoop(project.ports, await project.track(id))), 'not-understood');
  });

  it('CRLF, a BOM and inline objects survive a step', async () => {
    project = await loopProject({});
    const text = `\uFEFF{\r\n  "version": 3,\r\n  "a": {"b": 1},\r\n\r\n  "loop_state": {"current_step": "PLAN", "step_status": "PASSED", "fix_cycle_count": 0}\r\n}`;
    await project.write(metadataFile, text);
    done(await stepLoop(project.ports, await project.track(id)));
    const after = await project.text(metadataFile);
    assert.ok(after.startsWith('\uFEFF{\r\n  "version": 3,\r\n  "a": {"b": 1},\r\n\r\n  "loop_state"'));
    assert.match(after, /"current_step": "EVALUATE_PLAN", "step_status": "NOT_STARTED"/);
    assert.ok(!/[^\r]\n/.test(after));
  });

  it('of two persons who step at once one is refused', async () => {
    project = await loopProject({ current_step: 'PLAN', step_status: 'IN_PROGRESS' });
    const track = await project.track(id);
    const results = await Promise.all([
      recordOutcome(project.ports, track, { outcome: 'passed' }),
      recordOutcome(project.ports, track, { outcome: 'failed', reasons: ['no'] }),
    ]);
    assert.deepEqual(results.map((result) => 'refused' in result && result.refused.code).sort(), [
      false,
      'state-moved',
    ]);
  });
});

describe('outcomeAfterAgent', () => {
  let project: Project;
  afterEach(() => project.dispose());

  it('a checkpoint that the last fix cycle left behind is no outcome of this run', async () => {
    project = await loopProject({
      current_step: 'EVALUATE_EXECUTION',
      step_status: 'NOT_STARTED',
      fix_cycle_count: 1,
      checkpoints: { EVALUATE_EXECUTION: { status: 'FAILED', completed_at: '2026-01-30' } },
    });
    const track = await project.track(id);
    const text = await project.text(metadataFile);
    assert.equal(
      outcomeAfterAgent(track.loop!, (await project.track(id)).loop),
      undefined,
      'nothing happened',
    );
    await project.write(metadataFile, text.replace('"NOT_STARTED"', '"IN_PROGRESS"'));
    assert.equal(outcomeAfterAgent(track.loop!, (await project.track(id)).loop), undefined, 'it only began');
  });

  it('reads the outcome from metadata.json, and asks a person when there is none', async () => {
    project = await loopProject({ current_step: 'PLAN', step_status: 'NOT_STARTED' });
    const started = done(await stepLoop(project.ports, await project.track(id))).loop;
    assert.equal(outcomeAfterAgent(started, (await project.track(id)).loop), undefined);
    const text = await project.text(metadataFile);
    await project.write(metadataFile, text.replace(/("PLAN": \{\s+"status": )"IN_PROGRESS"/, '$1"PASSED"'));
    const track = await project.track(id);
    assert.deepEqual(outcomeAfterAgent(started, track.loop), { outcome: 'passed', reasons: [] });
    done(await recordOutcome(project.ports, track, { outcome: 'passed', by: 'agent' }));
    assert.deepEqual(outcomeAfterAgent(started, (await project.track(id)).loop), {
      outcome: 'moved',
      reasons: [],
    });
  });
});

function done(result: Awaited<ReturnType<typeof stepLoop>>): StepDone {
  assert.ok(!('refused' in result), 'refused' in result ? JSON.stringify(result.refused) : '');
  return result;
}

function refusal(result: Awaited<ReturnType<typeof stepLoop>>): string | undefined {
  return 'refused' in result ? result.refused.code : undefined;
}
