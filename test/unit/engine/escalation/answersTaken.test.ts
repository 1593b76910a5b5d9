import assert from 'node:assert/strict';
import { answerEscalation } from '../../../../src/engine/escalation/answerEscalation';
import { answersTaken } from '../../../../src/engine/escalation/answersTaken';
import { escalate } from '../../../../src/engine/escalation/escalate';
import type { RunEntry } from '../../../../src/engine/run/runEntry';
import type { RunNote } from '../../../../src/engine/run/runLog';
import { runStateOf } from '../../../../src/engine/run/runState';
import type { EscalationRequest } from '../../../../src/model/escalationRequest';
import { defaultParallelSettings, parallelDecisions } from '../../../../src/rules/parallel';
import { attemptsOf } from '../../../../src/rules/parallel/taskAttempts';
import type { EscalationTrigger } from '../../../../src/rules/evaluateLoop';
import type { AnswerId } from '../../../../src/rules/escalationOptions';
import { taskGraphOf } from '../../../../src/rules/taskGraph';
import { id, loopProject, now, plan, type Project } from '../project';

const planFile = `tracks/${id}/plan.md`;
const queue = `tracks/${id}/.message-bus/queue.jsonl`;
const dag = `
\`\`\`yaml
dag:
  nodes:
    - id: "1.1"
      name: One
    - id: "1.2"
      name: Two
    - id: "1.3"
      name: Three
  parallel_groups:
    - id: "G1"
      tasks: ["1.1", "1.2"]
\`\`\`
`;
const at = now;
const started: RunEntry = { kind: 'run-started', at, runId: 'r1', host: 'h', pid: 1, mode: 'through' };
const worked = (workerId: string, task: string): RunEntry[] => [
  { kind: 'intent', at, workerId, agent: 'a', task, attempt: 1, locks: [] },
  { kind: 'ended', at, workerId, how: 'exited', outcome: 'failed', why: 'no' },
];
const message = (type: string, source: string, task = '1.2'): string =>
  `${JSON.stringify({ id: `${type}-${source}`, type, source, timestamp: at, payload: { task_id: task, error: 'no' } })}\n`;

describe('answersTaken', () => {
  let project: Project;
  afterEach(() => project.dispose());

  const answered = async (
    request: EscalationRequest<EscalationTrigger>,
    answer: AnswerId,
    messages = '',
  ): Promise<void> => {
    project = await loopProject(
      { current_step: 'EXECUTE', step_status: 'IN_PROGRESS' },
      {},
      {
        [planFile]: plan('x', ' ', ' ') + dag,
        ...(messages === '' ? {} : { [queue]: messages }),
      },
    );
    await escalate(project.ports, await project.track(id), [request]);
    const result = await answerEscalation(project.ports, await project.track(id), {
      blockerId: request.id!,
      answer,
      by: 'Ada',
      note: 'because',
    });
    assert.ok(!('refused' in result), JSON.stringify(result));
  };
  const notes = async (...entries: readonly RunEntry[]): Promise<readonly RunNote[]> =>
    answersTaken(await project.track(id), runStateOf([started, ...entries]));
  const failed = {
    id: 'task-failed:1.2',
    trigger: 'task-failed',
    description: 'It failed 3 times.',
    subject: '1.2',
  } as const;
  const three = ['w1', 'w2', 'w3'].map((worker) => message('TASK_FAILED', worker)).join('');

  it('notes nothing while nothing is answered', async () => {
    project = await loopProject({ current_step: 'EXECUTE', step_status: 'IN_PROGRESS' });
    await escalate(project.ports, await project.track(id), [failed]);
    assert.deepEqual(await notes(), []);
  });

  it('try again: the failures known then are forgiven, those after it count', async () => {
    await answered(failed, 'try-again', three);
    const answer = { kind: 'answered', question: failed.id, answer: 'try-again' };
    assert.deepEqual(await notes(), [{ kind: 'forgiven', task: '1.2', failures: 3 }, answer]);
    await project.write(queue, three + message('TASK_FAILED', 'w4'));
    assert.deepEqual(await notes(), [{ kind: 'forgiven', task: '1.2', failures: 3 }, answer]);
  });

  it('so the task starts again, and once only for one answer', async () => {
    await answered(failed, 'try-again', three);
    const entries = [started, ...(await notes()).map((note) => ({ ...note, at }))];
    const track = await project.track(id);
    const { run } = runStateOf(entries);
    const decisions = parallelDecisions(
      taskGraphOf(track),
      track.bus,
      run,
      defaultParallelSettings,
      new Date(now),
    );
    assert.ok(decisions.some((decision) => decision.kind === 'retry' && decision.taskId === '1.2'));
    assert.deepEqual(answersTaken(track, runStateOf(entries)), []);
  });

  it('counts what only the journal of the same run has, once for each worker', async () => {
    await answered(failed, 'try-again', message('TASK_FAILED', 'w1'));
    const [note] = await notes(...worked('w1', '1.2'), ...worked('w2', '1.2'), ...worked('w3', 'Task 1.2'));
    assert.deepEqual(note, { kind: 'forgiven', task: '1.2', failures: 3 });
  });

  it('forgives nothing that nobody knows of any more', async () => {
    await answered(failed, 'try-again', three);
    await project.write(queue, '');
    assert.deepEqual(
      (await notes()).map(({ kind }) => kind),
      ['answered'],
    );
  });

  it('a task that two sources contradict each other about is open again when a person says so', async () => {
    await answered(
      { ...failed, id: 'contradiction:1.2', trigger: 'task-contradiction' },
      'task-open',
      message('TASK_COMPLETE', 'w1') + message('TASK_FAILED', 'w1'),
    );
    const taken = await notes();
    assert.deepEqual(taken[0], { kind: 'forgiven', task: '1.2', failures: 1 });
    const { run } = runStateOf([started, ...taken.map((note) => ({ ...note, at }))]);
    const { contradiction, complete } = attemptsOf(
      (await project.track(id)).bus,
      run,
      new Date(now),
      1e9,
    )('1.2');
    assert.deepEqual([contradiction, complete], [undefined, undefined]);
  });

  it('what failed in an earlier run is what was forgiven, not what a worker of this run is unclear about', async () => {
    await answered(failed, 'try-again', three);
    const unclear: RunEntry[] = [
      { kind: 'intent', at, workerId: 'w4', agent: 'a', task: '1.2', attempt: 1, locks: [] },
      { kind: 'ended', at, workerId: 'w4', how: 'exited', outcome: 'person', why: 'It says both' },
    ];
    const taken = (await notes()).map((note) => ({ ...note, at }));
    const { run } = runStateOf([started, ...taken, ...unclear]);
    const { contradiction } = attemptsOf((await project.track(id)).bus, run, new Date(now), 1e9)('1.2');
    assert.match(contradiction ?? '', /It says both/);
  });

  it('more time: only for a group that this run has begun with', async () => {
    await answered(
      { id: 'group-timeout:G1', trigger: 'group-timeout', description: 'Long', subject: 'G1' },
      'more-time',
    );
    const answer = { kind: 'answered', question: 'group-timeout:G1', answer: 'more-time' };
    assert.deepEqual(await notes(), [answer]);
    assert.deepEqual(await notes(...worked('w1', '1.3')), [answer]);
    assert.deepEqual(await notes(...worked('w1', '1.1')), [{ kind: 'more-time', group: 'G1' }, answer]);
  });

  it('takes answers in the order in which they were given', async () => {
    const resolved = (name: string, time: string) => ({
      id: name,
      description: name,
      status: 'RESOLVED',
      trigger: 'stuck',
      answer: 'try-again',
      resolved_at: time,
    });
    project = await loopProject(
      { current_step: 'EXECUTE', step_status: 'NOT_STARTED' },
      {
        blockers: [
          resolved('b', '2026-01-02T00:00:00Z'),
          resolved('a', '2026-01-01T00:00:00Z'),
          { id: 'by hand', description: 'x', status: 'RESOLVED' },
          resolved('c', 'yesterday'),
        ],
      },
    );
    assert.deepEqual(
      (await notes()).map((note) => (note.kind === 'answered' ? note.question : note.kind)),
      ['c', 'a', 'b'],
    );
  });
});
