import assert from 'node:assert/strict';
import { overruleEvaluation } from '../../../../src/engine/board/overrule';
import { boardDue } from '../../../../src/rules/boardDue';
import { at, id, loopProject, metadataFile, type Project } from '../project';

const checkpoints = {
  PLAN: { status: 'PASSED' },
  EVALUATE_PLAN: { status: 'PASSED', verdict: 'PASS', completed_at: '2026-01-01T10:00:00Z', custom: 1 },
};
const reasons = ['No login (CSO)', 'Too large (CA)'];

describe('overruleEvaluation', () => {
  let project: Project;
  afterEach(() => project.dispose());

  it('fails the evaluation with the reasons of the board, in metadata.json and in the row of tracks.md', async () => {
    project = await loopProject({ current_step: 'EXECUTE', step_status: 'NOT_STARTED', checkpoints });
    const result = await overruleEvaluation(project.ports, await project.track(id), {
      step: 'EVALUATE_PLAN',
      reasons,
    });
    assert.ok(!('refused' in result), JSON.stringify(result));
    const json = await project.json(metadataFile);
    assert.equal(at(json, 'loop_state', 'current_step'), 'EVALUATE_PLAN');
    assert.equal(at(json, 'loop_state', 'step_status'), 'FAILED');
    const { last_updated, ...checkpoint } = at(json, 'loop_state', 'checkpoints', 'EVALUATE_PLAN') as Record<
      string,
      unknown
    >;
    assert.ok(last_updated);
    assert.deepEqual(checkpoint, {
      status: 'FAILED',
      verdict: 'FAIL',
      completed_at: '2026-01-01T10:00:00Z',
      custom: 1,
      failure_reasons: reasons,
    });
    assert.equal(
      at(json, 'loop_state', 'step_history', 0, 'reason'),
      `The board rejected it: ${reasons.join('; ')}`,
    );
    assert.match(await project.text('tracks.md'), /\| EVALUATE_PLAN \|/);
    assert.equal(result.files.length, 2);
    assert.equal(boardDue(await project.track(id)), undefined);
  });

  it('is refused where work has begun, and writes nothing', async () => {
    project = await loopProject({ current_step: 'EXECUTE', step_status: 'IN_PROGRESS', checkpoints });
    const before = await project.text(metadataFile);
    const result = await overruleEvaluation(project.ports, await project.track(id), {
      step: 'EVALUATE_PLAN',
      reasons,
    });
    assert.equal(at(result, 'refused', 'code'), 'not-overrulable');
    assert.equal(await project.text(metadataFile), before);
  });

  it('is refused when the loop has moved since it was read', async () => {
    project = await loopProject({ current_step: 'EVALUATE_PLAN', step_status: 'PASSED', checkpoints });
    const seen = await project.track(id);
    const json = await project.json(metadataFile);
    await project.write(
      metadataFile,
      JSON.stringify({
        ...json,
        loop_state: { current_step: 'EXECUTE', step_status: 'IN_PROGRESS', checkpoints },
      }),
    );
    const result = await overruleEvaluation(project.ports, seen, { step: 'EVALUATE_PLAN', reasons });
    assert.equal(at(result, 'refused', 'code'), 'state-moved');
  });
});
