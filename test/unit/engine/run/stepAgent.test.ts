import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentRole, RunningAgent } from '../../../../src/engine/run/agentJob';
import type { RunContext } from '../../../../src/engine/run/runContext';
import { resumeStepAgent, wroteOutcome } from '../../../../src/engine/run/stepAgent';
import { nextActionOf } from '../../../../src/rules/nextAction';
import { id, loopProject, type Project } from '../project';
import { closeScenes, Scene, scripted } from './agentScene';

const agentId = 'plan-evaluator-EVALUATE_PLAN-20260101000000-abcd';

describe('the agent of a step that a killed run left behind', () => {
  let project: Project;
  let scene: Scene;
  let context: RunContext;
  let agent: RunningAgent;
  /** When it was to be started. */
  let since: string;

  /** An evaluator that was started by a run that was killed, and has ended since: what it printed and wrote is there. */
  async function left(printed: string, checkpoint: object, loop: object = {}): Promise<void> {
    project = await loopProject({
      current_step: 'EVALUATE_PLAN',
      step_status: 'IN_PROGRESS',
      checkpoints: { EVALUATE_PLAN: { status: 'IN_PROGRESS', ...checkpoint } },
      ...loop,
    });
    scene = await Scene.make(scripted(''), { folder: project.folder, trackId: id });
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(join(scene.place.runFolder, `${agentId}.log`), printed);
    const role: AgentRole = 'plan-evaluator';
    await scene.log.append({
      kind: 'intent',
      workerId: agentId,
      agent: 'loop-plan-evaluator',
      role,
      step: 'EVALUATE_PLAN',
      attempt: 1,
      locks: [],
    });
    await scene.log.append({ kind: 'spawned', workerId: agentId, pid, processStart: 'long-ago' });
    context = { ...scene.context, ports: { ...scene.ports, tracks: { read: () => project.track(id) } } };
    since = scene.log.state().open[0]!.intent.at;
    const adopted = await scene.desk.adopt(scene.log.state().open[0]!);
    assert.ok(adopted, 'it was begun');
    agent = adopted;
  }

  const resume = async () => {
    const track = await project.track(id);
    return resumeStepAgent(context, agent, track, nextActionOf(track), since);
  };

  afterEach(async () => {
    await closeScenes();
    await project.dispose();
  });

  it('is believed no more than any other: metadata.json against what it printed is for a person', async () => {
    await left('VERDICT: PASS\n', { status: 'FAILED', failure_reasons: ['Too vague'] });
    const end = await resume();
    assert.equal(end.end, 'person');
    assert.match(end.end === 'person' ? end.escalations[0]!.description : '', /contradict each other/);
    assert.deepEqual(scene.kinds().slice(-1), ['spawned'], 'it has not ended before the person is asked');
    await (end.end === 'person' ? end.settle?.() : undefined);
    assert.deepEqual(scene.kinds().slice(-1), ['ended']);
  });

  it('also when it has already written the next step', async () => {
    await left(
      'VERDICT: FAIL\n',
      { status: 'PASSED', completed_at: '2999-01-01T00:00:00Z' },
      { current_step: 'EXECUTE', step_status: 'NOT_STARTED' },
    );
    assert.equal(wroteOutcome((await project.track(id)).loop!, agent, since), true);
    assert.equal((await resume()).end, 'person');
  });

  it('counts by what it printed, and the outcome is on the disk before the journal says that it has ended', async () => {
    await left('VERDICT: FAIL\n', {});
    const { editor } = scene.ports;
    let atEdit: string[] = [];
    const watched: RunContext = {
      ...context,
      ports: {
        ...context.ports,
        editor: {
          ...editor,
          create: (r) => editor.create(r),
          edit: (r) => ((atEdit = scene.kinds()), editor.edit(r)),
        },
      },
    };
    const track = await project.track(id);
    const end = await resumeStepAgent(watched, agent, track, nextActionOf(track), since);
    assert.equal(end.end, 'recorded');
    assert.equal((await project.track(id)).loop?.step, 'PLAN');
    assert.equal(atEdit.includes('ended'), false);
    assert.equal(scene.kinds().at(-1), 'ended');
  });

  it('is named as who did the step, also when its start was never written down', async () => {
    await left('VERDICT: PASS\n', { status: 'NOT_STARTED' }, { step_status: 'NOT_STARTED' });
    assert.equal((await resume()).end, 'recorded');
    const checkpoint = (await project.track(id)).loop?.checkpoints.EVALUATE_PLAN;
    assert.equal(checkpoint?.status, 'PASSED');
    assert.equal(checkpoint.agent, 'loop-plan-evaluator');
    assert.equal(checkpoint.startedAt, agent.startedAt);
  });

  it('is started again when nobody can say how it ended', async () => {
    await left('Reading the plan.\n', {});
    assert.equal((await resume()).end, 'again');
    assert.equal((await project.track(id)).loop?.stepStatus, 'IN_PROGRESS');
  });

  it('has not written an outcome that an earlier round left in the checkpoint', async () => {
    await left(
      'Reading the plan.\n',
      { status: 'FAILED', completed_at: '2020-01-01T00:00:00Z' },
      { step_status: 'NOT_STARTED' },
    );
    assert.equal(wroteOutcome((await project.track(id)).loop!, agent, since), false);
    assert.equal((await resume()).end, 'again');
  });
});
