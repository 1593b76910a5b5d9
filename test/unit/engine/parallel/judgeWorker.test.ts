import assert from 'node:assert/strict';
import { judgeWorker, type WorkerEvidence } from '../../../../src/engine/parallel/judgeWorker';
import { readAgentOutput } from '../../../../src/files/agentOutput';
import type { TaskMessage } from '../../../../src/store/taskMessages';

const posted = (type: TaskMessage['type'], more: Partial<TaskMessage> = {}): TaskMessage => ({
  type,
  source: 'w',
  ...more,
});
const judge = (
  o: Partial<Omit<WorkerEvidence['end'], 'output'>> & {
    output?: string;
    messages?: readonly TaskMessage[];
    ticked?: boolean;
  },
) => {
  const { output = '', messages = [], ticked = false, ...end } = o;
  const result = judgeWorker({
    workerId: 'w',
    taskId: '1.1',
    messages,
    ticked,
    end: { how: 'exited', ...end, output: readAgentOutput(Buffer.from(output)) },
  });
  return result;
};

describe('judgeWorker', () => {
  it('believes the bus, then plan.md, then what it printed, then its exit code', () => {
    assert.deepEqual(judge({ exitCode: 0, messages: [posted('TASK_COMPLETE', { commit: 'abc1234' })] }), {
      verdict: 'complete',
      commit: 'abc1234',
    });
    assert.equal(judge({ exitCode: 0, ticked: true }).verdict, 'complete');
    assert.deepEqual(judge({ exitCode: 0, output: 'COMMITS: abc1234, def5678\nTASK COMPLETE: 1.1' }), {
      verdict: 'complete',
      commit: 'def5678',
    });
    assert.deepEqual(judge({ exitCode: 1, messages: [posted('TASK_FAILED', { error: 'tests fail' })] }), {
      verdict: 'failed',
      why: 'tests fail',
    });
    assert.deepEqual(judge({ exitCode: 0, output: 'ERROR: no network' }), {
      verdict: 'failed',
      why: 'no network',
    });
    assert.equal(judge({ exitCode: 1 }).verdict, 'failed');
  });

  it('one that says it is blocked is not tried again: exit code 4, or its BLOCKED line', () => {
    assert.equal(judge({ exitCode: 4 }).verdict, 'blocked');
    assert.deepEqual(judge({ exitCode: 4, messages: [posted('TASK_FAILED', { error: 'no access' })] }), {
      verdict: 'blocked',
      why: 'no access',
    });
    assert.equal(judge({ exitCode: 1, output: 'BLOCKED: no access' }).verdict, 'blocked');
    assert.equal(judge({ how: 'timeLimit', output: 'BLOCKED: waits for a lock' }).verdict, 'failed');
  });

  it('weighs no contradiction and guesses nothing: a person decides', () => {
    assert.equal(judge({ exitCode: 0 }).verdict, 'unclear');
    assert.equal(judge({ exitCode: 1, messages: [posted('TASK_COMPLETE')] }).verdict, 'unclear');
    assert.equal(
      judge({ exitCode: 0, messages: [posted('TASK_COMPLETE')], output: 'ERROR: no' }).verdict,
      'unclear',
    );
    assert.equal(judge({ exitCode: 1, ticked: true }).verdict, 'unclear');
    assert.equal(
      judge({ exitCode: 0, messages: [posted('TASK_COMPLETE'), posted('TASK_FAILED')] }).verdict,
      'unclear',
    );
    assert.equal(
      judge({ exitCode: 0, output: 'TASK COMPLETE: 1.1', messages: [posted('TASK_FAILED')] }).verdict,
      'unclear',
    );
  });

  it('one that recovered after it had posted a failure is complete', () => {
    assert.equal(
      judge({ exitCode: 0, messages: [posted('TASK_FAILED'), posted('TASK_COMPLETE')] }).verdict,
      'complete',
    );
  });

  it('what another worker posted about the task says nothing about this one', () => {
    assert.equal(
      judge({ exitCode: 1, messages: [posted('TASK_COMPLETE', { source: 'x' })] }).verdict,
      'failed',
    );
  });

  it('one that was killed has failed when it had said nothing, one that is lost was interrupted; else what it said counts', () => {
    for (const how of ['lost', 'stopped', 'timeLimit', 'outputLimit'] as const) {
      const verdict = how === 'lost' ? 'interrupted' : 'failed';
      assert.deepEqual(judge({ how, why: 'It was so.' }), { verdict, why: 'It was so.' });
      assert.equal(judge({ how, messages: [posted('TASK_COMPLETE')] }).verdict, 'complete');
      assert.equal(judge({ how, ticked: true }).verdict, 'complete');
      assert.equal(judge({ how, output: 'TASK COMPLETE: 1.1' }).verdict, 'complete');
    }
    // Taken over from another loop: nobody knows its exit code.
    assert.equal(judge({}).verdict, 'failed');
  });
});
