import assert from 'node:assert/strict';
import { escalate, type EscalateResult } from '../../../../src/engine/escalation/escalate';
import type { EscalationRequest } from '../../../../src/model/escalationRequest';
import type { EscalationTrigger } from '../../../../src/rules/evaluateLoop';
import { answerIds, optionsFor } from '../../../../src/rules/escalationOptions';
import { nextActionOf } from '../../../../src/rules/nextAction';
import { at, id, loopProject, makeProject, metadataFile, now, plan, type Project } from '../project';

const failed: EscalationRequest<EscalationTrigger> = {
  id: 'task-failed:1.2',
  trigger: 'task-failed',
  description: 'Task 1.2 failed 3 times.',
  subject: '1.2',
  context: ['w1: no', 'w2: no'],
};

const triggers = [
  'fix-cycle-limit',
  'plan-revision-limit',
  'user-only-decision',
  'lead-escalated',
  'blocker',
  'max-iterations',
  'agent-escalated',
  'agent-unclear',
  'agent-not-started',
  'board-tie',
  'evaluators-disagree',
  'task-failed',
  'task-contradiction',
  'task-blocked',
  'group-timeout',
  'deadlock',
  'stuck',
  'run-broken',
] as const satisfies readonly EscalationTrigger[];

describe('escalate', () => {
  let project: Project;
  afterEach(() => project.dispose());
  const running = () => loopProject({ current_step: 'EXECUTE', step_status: 'IN_PROGRESS' });
  const blockers = async (): Promise<Record<string, unknown>[]> =>
    ((await project.json(metadataFile))['blockers'] ?? []) as Record<string, unknown>[];

  it('writes a blocker with its answers and stops the step; what others wrote stays', async () => {
    project = await running();
    const result = done(await escalate(project.ports, await project.track(id), [failed]));
    assert.deepEqual(await blockers(), [
      {
        id: 'task-failed:1.2',
        description: 'Task 1.2 failed 3 times.',
        blocked_at: now,
        blocked_step: 'EXECUTE',
        status: 'ACTIVE',
        trigger: 'task-failed',
        subject: '1.2',
        context: ['w1: no', 'w2: no'],
        options: ['Try Again', 'Task Is Done', 'Skip the Task'],
        answers: [
          { id: 'try-again', label: 'Try Again' },
          { id: 'task-done', label: 'Task Is Done' },
          { id: 'skip-task', label: 'Skip the Task' },
        ],
      },
    ]);
    const metadata = await project.json(metadataFile);
    assert.equal(at(metadata, 'loop_state', 'step_status'), 'BLOCKED');
    assert.deepEqual(metadata['custom'], { kept: [1, 2] });
    assert.deepEqual([result.blockers, result.loop?.stepStatus], [['task-failed:1.2'], 'BLOCKED']);
  });

  it('reads back what it wrote', async () => {
    project = await running();
    await escalate(project.ports, await project.track(id), [failed]);
    const [blocker] = (await project.track(id)).metadata!.blockers;
    assert.deepEqual(
      [blocker?.active, blocker?.trigger, blocker?.subject, blocker?.context, blocker?.answers?.length],
      [true, 'task-failed', '1.2', ['w1: no', 'w2: no'], 3],
    );
  });

  it('is one write for several, and asks nothing twice', async () => {
    project = await running();
    const both = [failed, { ...failed, id: 'task-failed:1.3', subject: '1.3' }, failed];
    done(await escalate(project.ports, await project.track(id), both));
    const before = await project.text(metadataFile);
    const again = done(await escalate(project.ports, await project.track(id), both));
    assert.equal(await project.text(metadataFile), before);
    assert.deepEqual(again.blockers, []);
    assert.deepEqual(
      (await blockers()).map((blocker) => blocker['id']),
      ['task-failed:1.2', 'task-failed:1.3'],
    );
  });

  it('gives what was answered before and is asked again an id of its own', async () => {
    const resolved = (name: string) => ({ id: name, description: 'x', status: 'RESOLVED' });
    project = await loopProject(
      { current_step: 'EXECUTE', step_status: 'IN_PROGRESS' },
      { blockers: [resolved('task-failed:1.2'), resolved('task-failed:1.2#2')] },
    );
    const result = done(await escalate(project.ports, await project.track(id), [failed]));
    assert.deepEqual(result.blockers, ['task-failed:1.2#3']);
    assert.deepEqual(done(await escalate(project.ports, await project.track(id), [failed])).blockers, []);
  });

  it('counts for requests without an id, and knows them by what they say', async () => {
    project = await running();
    const request = { trigger: 'run-broken', description: 'The bus is gone.' } as const;
    assert.deepEqual(done(await escalate(project.ports, await project.track(id), [request])).blockers, [
      'blocker-1',
    ]);
    assert.deepEqual(done(await escalate(project.ports, await project.track(id), [request])).blockers, []);
  });

  it('keeps the step where the agent itself waits; nothing else is started meanwhile', async () => {
    project = await running();
    const request = { ...failed, id: 'question:q1', trigger: 'user-only-decision', subject: 'q1' } as const;
    const result = done(
      await escalate(project.ports, await project.track(id), [request], { keepStep: true }),
    );
    assert.equal(result.loop, undefined);
    const track = await project.track(id);
    assert.equal(track.loop?.stepStatus, 'IN_PROGRESS');
    assert.equal(nextActionOf(track).kind, 'escalate');
    // Once the agent is gone the step is stopped for the same question.
    done(await escalate(project.ports, track, [request]));
    assert.equal((await project.track(id)).loop?.stepStatus, 'BLOCKED');
    assert.equal((await blockers()).length, 1);
  });

  it('stops the track wherever its loop went meanwhile', async () => {
    project = await running();
    const seen = await project.track(id);
    await project.write(
      metadataFile,
      (await project.text(metadataFile))
        .replace('"EXECUTE"', '"EVALUATE_EXECUTION"')
        .replace('"IN_PROGRESS"', '"NOT_STARTED"'),
    );
    done(await escalate(project.ports, seen, [{ ...failed, step: 'EXECUTE' }]));
    const track = await project.track(id);
    assert.deepEqual([track.loop?.step, track.loop?.stepStatus], ['EVALUATE_EXECUTION', 'BLOCKED']);
    assert.equal(track.metadata?.blockers[0]?.blockedStep, 'EXECUTE');
    assert.match(await project.text('tracks.md'), /EVALUATE_EXECUTION/);
  });

  it('remembers the outcome that the stopped step had', async () => {
    project = await loopProject({ current_step: 'EVALUATE_PLAN', step_status: 'PASSED' });
    done(await escalate(project.ports, await project.track(id), [{ ...failed, trigger: 'board-tie' }]));
    done(await escalate(project.ports, await project.track(id), [{ ...failed, id: 'other' }]));
    assert.deepEqual(
      (await blockers()).map((blocker) => blocker['blocked_status']),
      ['PASSED', 'PASSED'],
    );
  });

  it('loses nothing of what is asked about a loop that nobody understands, or that has ended', async () => {
    for (const step of ['GAME_VERIFICATION', 'COMPLETE']) {
      project = await loopProject({ current_step: step, step_status: 'PASSED' });
      done(await escalate(project.ports, await project.track(id), [failed]));
      const metadata = await project.json(metadataFile);
      assert.deepEqual(
        [at(metadata, 'loop_state', 'current_step'), at(metadata, 'loop_state', 'step_status')],
        [step, 'PASSED'],
      );
      assert.equal((await blockers()).length, 1);
      if (step !== 'COMPLETE') await project.dispose();
    }
  });

  it('blocks a track without a loop by its status, once', async () => {
    project = await makeProject({
      'tracks.md': `# Project Tracks\n\n---\n\n- [ ] **Track: Login**\n*Link: [./tracks/${id}/](./tracks/${id}/)*\n`,
      'product.md': '# Product\n',
      [`tracks/${id}/plan.md`]: plan(' '),
      [metadataFile]: { track_id: id, type: 'feature', status: 'new', created_at: now, updated_at: now },
    });
    done(await escalate(project.ports, await project.track(id), [failed]));
    const text = await project.text(metadataFile);
    done(await escalate(project.ports, await project.track(id), [failed]));
    assert.equal(await project.text(metadataFile), text);
    const metadata = await project.json(metadataFile);
    assert.deepEqual([metadata['status'], metadata['blocked_from']], ['blocked', 'new']);
  });

  it('refuses an empty list, and a metadata.json that cannot be read', async () => {
    project = await running();
    const track = await project.track(id);
    assert.equal(code(await escalate(project.ports, track, [])), 'nothing-to-escalate');
    await project.write(metadataFile, '{"loop_state": ');
    assert.equal(code(await escalate(project.ports, track, [failed])), 'metadata-invalid');
  });
});

describe('optionsFor', () => {
  it('has for each trigger answers that are short enough for buttons, each once', () => {
    for (const trigger of triggers) {
      const options = optionsFor(trigger, 'x');
      assert.ok(options.length > 0 && options.length <= 4, trigger);
      assert.equal(new Set(options.map((option) => option.id)).size, options.length, trigger);
      for (const { id: answer, label, needs } of options) {
        assert.ok(answerIds.includes(answer));
        assert.ok(label.length <= 25, label);
        assert.equal(label.endsWith('…'), needs !== undefined, `${trigger}: ${label}`);
      }
    }
  });

  it('offers nothing that needs a subject where there is none', () => {
    assert.deepEqual(
      optionsFor('board-tie').map((option) => option.id),
      ['convene-board'],
    );
    assert.deepEqual(
      optionsFor('task-contradiction').map((option) => option.id),
      ['resolved', 'set-step'],
    );
  });

  it('lets a trigger of another tool be resolved', () => {
    assert.deepEqual(
      optionsFor('budget').map((option) => option.id),
      ['resolved', 'set-step'],
    );
    assert.deepEqual(
      optionsFor('__proto__').map((option) => option.id),
      ['resolved', 'set-step'],
    );
  });
});

function done(result: EscalateResult): Exclude<EscalateResult, { refused: unknown }> {
  assert.ok(!('refused' in result), JSON.stringify(result));
  return result;
}

function code(result: EscalateResult): string | undefined {
  return 'refused' in result ? result.refused.code : undefined;
}
