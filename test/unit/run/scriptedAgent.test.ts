import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScriptedProject } from './scriptedProject';

/** Who is started at which step, and what becomes of it. */
const steps = [
  ['planner', 'PLAN', 'passed'],
  ['plan-evaluator', 'EVALUATE_PLAN', 'passed'],
  ['executor', 'EXECUTE', 'passed'],
  ['execution-evaluator', 'EVALUATE_EXECUTION', 'failed'],
  ['fixer', 'FIX', 'passed'],
  ['execution-evaluator', 'EVALUATE_EXECUTION', 'passed'],
  ['business-doc-sync', 'BUSINESS_SYNC', 'passed'],
] as const;

describe('the scripted agent', function () {
  this.timeout(120_000);

  it('leaves files that are valid at every step', async () => {
    const project = await ScriptedProject.create({
      git: true,
      scenario: { rules: [{ role: 'execution-evaluator', fixCycles: 0, do: 'fail' }] },
    });
    for (const [role, step, outcome] of steps) {
      const done = await project.agent(role, { CONDUCTOR_STEP: step });
      assert.equal(done.code, 0, done.stderr);
      assert.match(done.stdout, outcome === 'passed' ? /"verdict":"PASS"/ : /"verdict":"FAIL"/);
      const recorded = await project.conductor(['step', project.trackId, '--outcome', outcome]);
      assert.equal(recorded.code, 0, recorded.stderr);
      // Only goes to the next step: no agent is there that it could start.
      await project.conductor([
        'step',
        project.trackId,
        '--agent',
        '{"executable":"./none","args":["{prompt}"]}',
      ]);
      assert.deepEqual(await project.problems(), [], `${role} at ${step}`);
    }
    assert.equal(project.metadata().status, 'complete');
    assert.match(project.read('plan.md'), /- \[x\] Task 1\.1: Entry store <!-- commit: [0-9a-f]{7,} -->/);
    assert.match(project.read('plan.md'), /## Fix Phase \(Cycle 1\)/);
    assert.match(project.read('evaluation-report.md'), /### Verdict: PASS/);
  });

  it('plans again after a rejection once, however often it is started', async () => {
    const project = await ScriptedProject.create({
      scenario: { rules: [{ role: 'plan-evaluator', revision: 1, do: 'fail', reasons: ['Too vague'] }] },
    });
    await project.agent('planner', { CONDUCTOR_STEP: 'PLAN' });
    await project.agent('plan-evaluator', { CONDUCTOR_STEP: 'EVALUATE_PLAN' });
    assert.match(project.read('plan.md'), /### Verdict: FAIL/);
    await project.agent('planner', { CONDUCTOR_STEP: 'PLAN' });
    await project.agent('planner', { CONDUCTOR_STEP: 'PLAN' });
    assert.match(project.read('plan.md'), /^- Revision: 2/m);
    await project.agent('plan-evaluator', { CONDUCTOR_STEP: 'EVALUATE_PLAN' });
    assert.match(project.read('plan.md'), /### Verdict: PASS/);
  });

  it('works as one of several workers on the bus', async () => {
    const project = await ScriptedProject.create({
      git: true,
      scenario: { rules: [{ role: 'worker', task: '1.2', attempt: 1, do: 'fail', reasons: ['No luck'] }] },
    });
    await project.agent('planner', { CONDUCTOR_STEP: 'PLAN' });
    const ended = await Promise.all(
      ['1.1', '1.2', '1.3'].map((task) =>
        project.agent('worker', {
          CONDUCTOR_STEP: 'EXECUTE',
          CONDUCTOR_TASK: task,
          CONDUCTOR_WORKER_ID: `worker-${task}-20260101000000`,
        }),
      ),
    );
    assert.deepEqual(
      ended.map(({ code, stdout }) => [code, stdout.trim()]),
      [
        [0, 'TASK COMPLETE: 1.1'],
        [1, 'ERROR: No luck'],
        [0, 'TASK COMPLETE: 1.3'],
      ],
    );
    const queue = project.read('.message-bus/queue.jsonl').trim().split('\n');
    const said = queue.map((line) => JSON.parse(line) as { type: string; payload: { commit_sha?: string } });
    assert.equal(said.filter(({ type }) => type === 'TASK_COMPLETE').length, 2);
    for (const { type, payload } of said) {
      if (type === 'TASK_COMPLETE') assert.match(payload.commit_sha ?? '', /^[0-9a-f]{7,}$/);
    }
    assert.deepEqual(
      project
        .log()
        .filter(({ role }) => role === 'worker')
        .map(({ event }) => event)
        .sort(),
      ['end', 'end', 'end', 'start', 'start', 'start'],
    );
    assert.deepEqual(
      (await project.problems()).filter((problem) => !/loop/i.test(problem)),
      [],
    );
  });

  it('says the opposite in two places when it lies, and nothing at all when it is silent', async () => {
    const project = await ScriptedProject.create({
      scenario: {
        rules: [
          { role: 'plan-evaluator', do: 'lie' },
          { role: 'planner', do: 'silent' },
        ],
      },
    });
    const before = project.read('metadata.json');
    const silent = await project.agent('planner', { CONDUCTOR_STEP: 'PLAN' });
    assert.deepEqual([silent.code, silent.stdout, project.read('metadata.json')], [0, '', before]);
    const lied = await project.agent('plan-evaluator', { CONDUCTOR_STEP: 'EVALUATE_PLAN' });
    assert.match(lied.stdout, /"verdict":"FAIL"/);
    const { checkpoints } = project.metadata().loop_state as { checkpoints: Record<string, object> };
    assert.deepEqual(
      { ...checkpoints.EVALUATE_PLAN, started_at: 0, completed_at: 0, last_updated: 0 },
      {
        status: 'PASSED',
        started_at: 0,
        completed_at: 0,
        last_updated: 0,
      },
    );
  });

  it('answers as a director in each phase of a board', async () => {
    const project = await ScriptedProject.create({
      scenario: { rules: [{ director: 'CSO', phase: 'vote', conditions: ['Entries are escaped'] }] },
    });
    const answer = join(project.folder, 'answer.json');
    const speak = async (phase: string): Promise<unknown> => {
      await project.agent('director', {
        CONDUCTOR_DIRECTOR: 'CSO',
        CONDUCTOR_BOARD_PHASE: phase,
        CONDUCTOR_BOARD_ROUND: '1',
        CONDUCTOR_ANSWER: answer,
      });
      return JSON.parse(readFileSync(answer, 'utf8'));
    };
    assert.equal(((await speak('assess')) as { verdict: string }).verdict, 'APPROVE');
    assert.equal(((await speak('discuss')) as { type: string }).type, 'AGREE');
    assert.deepEqual(((await speak('vote')) as { conditions: string[] }).conditions, ['Entries are escaped']);
  });
});
