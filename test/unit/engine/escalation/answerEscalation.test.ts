import assert from 'node:assert/strict';
import type { TrackChangeResult } from '../../../../src/engine/blockTrack';
import { answerEscalation, type AnswerRequest } from '../../../../src/engine/escalation/answerEscalation';
import { escalate } from '../../../../src/engine/escalation/escalate';
import type { EditRequest } from '../../../../src/store/fileEditor';
import type { EscalationRequest } from '../../../../src/model/escalationRequest';
import type { EscalationTrigger } from '../../../../src/rules/evaluateLoop';
import { optionsFor, type AnswerId } from '../../../../src/rules/escalationOptions';
import { nextActionOf } from '../../../../src/rules/nextAction';
import { at, id, loopProject, makeProject, metadataFile, now, plan, type Project } from '../project';

type Request = EscalationRequest<EscalationTrigger>;

const planFile = `tracks/${id}/plan.md`;
const taskFailed: Request = {
  id: 'task-failed:1.2',
  trigger: 'task-failed',
  description: 'Task 1.2 failed 3 times.',
  subject: '1.2',
};

describe('answerEscalation', () => {
  let project: Project;
  afterEach(() => project.dispose());

  const asked = async (
    requests: readonly Request[],
    loop: Record<string, unknown> = { current_step: 'EXECUTE', step_status: 'IN_PROGRESS' },
    more: Record<string, unknown> = {},
    files: Record<string, string | object> = {},
  ): Promise<void> => {
    project = await loopProject(loop, more, files);
    const result = await escalate(project.ports, await project.track(id), requests);
    assert.ok(!('refused' in result), JSON.stringify(result));
  };
  const answer = async (
    given: AnswerId,
    more: Partial<AnswerRequest> = {},
    blockerId = 'task-failed:1.2',
  ): Promise<TrackChangeResult> =>
    answerEscalation(project.ports, await project.track(id), {
      blockerId,
      answer: given,
      by: 'Ada',
      ...more,
    });
  const state = async (): Promise<string> => {
    const { loop } = await project.track(id);
    return `${loop?.step}/${loop?.stepStatus}`;
  };
  const blocker = async (index = 0): Promise<Record<string, unknown>> =>
    at(await project.json(metadataFile), 'blockers', index) as Record<string, unknown>;

  it('resolves the blocker with the answer and its author, and lets the step start again', async () => {
    await asked([taskFailed]);
    ok(await answer('try-again', { note: 'The key was missing' }));
    const { status, resolved_at, resolution, answer: given, answered_by } = await blocker();
    assert.deepEqual(
      [status, resolved_at, resolution, given, answered_by],
      ['RESOLVED', now, 'Try Again. The key was missing', 'try-again', 'Ada'],
    );
    assert.equal(await state(), 'EXECUTE/NOT_STARTED');
    assert.equal(nextActionOf(await project.track(id)).kind, 'dispatch');
    const history = at(await project.json(metadataFile), 'loop_state', 'step_history', 0);
    assert.equal(at(history, 'reason'), 'Try Again. The key was missing');
  });

  for (const [given, box] of [
    ['task-done', 'x'],
    ['skip-task', '-'],
  ] as const) {
    it(`${given}: the task is marked [${box}] in plan.md, then the question is resolved`, async () => {
      await asked([taskFailed]);
      const result = ok(await answer(given));
      assert.equal(await project.text(planFile), plan('x', box, ' '));
      assert.equal((await blocker())['status'], 'RESOLVED');
      assert.deepEqual(
        result.files.map((file) => file.split('/').at(-1)),
        ['plan.md', 'metadata.json'],
      );
    });
  }

  it('task-open: a blocked task is open again', async () => {
    await asked([{ ...taskFailed, trigger: 'task-blocked' }], undefined, undefined, {
      [planFile]: plan('x', '!', ' '),
    });
    ok(await answer('task-open'));
    assert.equal(await project.text(planFile), plan('x', ' ', ' '));
  });

  it('task-open of a task that plan.md does not have resolves the question and says so', async () => {
    await asked([{ ...taskFailed, trigger: 'task-blocked', subject: '9.9' }]);
    const result = ok(await answer('task-open'));
    assert.equal(result.warnings.length, 1);
    assert.equal((await blocker())['status'], 'RESOLVED');
  });

  it('task-done of a task that plan.md does not have is refused, and the question stays', async () => {
    await asked([{ ...taskFailed, subject: '9.9' }]);
    assert.equal(code(await answer('task-done')), 'task-not-found');
    assert.equal((await blocker())['status'], 'ACTIVE');
  });

  it('allow-fix-cycle: one cycle more', async () => {
    await asked([{ id: 'fix', trigger: 'fix-cycle-limit', description: 'Limit' }], {
      current_step: 'EVALUATE_EXECUTION',
      step_status: 'FAILED',
      fix_cycle_count: 3,
    });
    assert.equal(await state(), 'EVALUATE_EXECUTION/BLOCKED');
    // Stopped where it had failed, not in FIX: the outcome comes back, then the limit is what asks.
    ok(await answer('resolved', {}, 'fix'));
    assert.equal(await state(), 'EVALUATE_EXECUTION/FAILED');
    await project.dispose();
    await asked([{ id: 'fix', trigger: 'fix-cycle-limit', description: 'Limit' }], {
      current_step: 'FIX',
      step_status: 'NOT_STARTED',
      fix_cycle_count: 3,
    });
    ok(await answer('allow-fix-cycle', { note: 'Nearly there' }, 'fix'));
    const { loop } = await project.track(id);
    assert.deepEqual(
      [loop?.step, loop?.stepStatus, loop?.fixCycleCount, loop?.maxFixCycles],
      ['FIX', 'NOT_STARTED', 4, 4],
    );
  });

  const unclear: Request = {
    id: 'unclear',
    trigger: 'agent-unclear',
    description: 'What became of EXECUTE?',
  };

  it('passed: the step has that outcome', async () => {
    await asked([unclear]);
    ok(await answer('passed', {}, 'unclear'));
    assert.equal(await state(), 'EXECUTE/PASSED');
    assert.equal((await project.track(id)).loop?.checkpoints.EXECUTE?.status, 'PASSED');
  });

  it('failed: with the person’s reason', async () => {
    await asked([unclear], { current_step: 'EVALUATE_EXECUTION', step_status: 'IN_PROGRESS' });
    ok(await answer('failed', { note: 'No tests were run' }, 'unclear'));
    assert.equal(await state(), 'EVALUATE_EXECUTION/FAILED');
    assert.deepEqual((await project.track(id)).loop?.checkpoints.EVALUATE_EXECUTION?.failureReasons, [
      'No tests were run',
    ]);
  });

  it('records no outcome about a step that the loop has left', async () => {
    await asked([unclear]);
    await project.write(
      metadataFile,
      (await project.text(metadataFile)).replace('"EXECUTE"', '"EVALUATE_EXECUTION"'),
    );
    assert.equal(code(await answer('passed', {}, 'unclear')), 'state-moved');
    assert.equal((await blocker())['status'], 'ACTIVE');
  });

  it('set-step: needs the step, then sets it', async () => {
    await asked([unclear]);
    assert.equal(code(await answer('set-step', {}, 'unclear')), 'needs-face');
    ok(await answer('set-step', { step: { step: 'PLAN' }, note: 'Think again' }, 'unclear'));
    assert.equal(await state(), 'PLAN/NOT_STARTED');
    assert.equal((await blocker())['resolution'], 'Set Step: PLAN / NOT_STARTED. Think again');
  });

  const session = {
    session_id: 'board-1',
    checkpoint: 'EVALUATE_PLAN',
    verdict: 'ESCALATE',
    vote_summary: { CA: 'APPROVE', CPO: 'APPROVE', CSO: 'REJECT', COO: 'REJECT' },
    conditions: ['Load test'],
    timestamp: '2026-01-31T00:00:00Z',
  };
  const tie: Request = {
    id: 'board:board-1',
    trigger: 'board-tie',
    description: 'The board is split.',
    subject: 'board-1',
  };
  const tied = () =>
    asked([tie], { current_step: 'EVALUATE_PLAN', step_status: 'PASSED' }, { board_sessions: [session] });

  it('resolve-vote: the session has the verdict, and the evaluation stands as it was', async () => {
    await tied();
    assert.equal(code(await answer('resolve-vote', { note: 'x' }, tie.id)), 'needs-face');
    assert.equal(code(await answer('resolve-vote', { verdict: 'APPROVED' }, tie.id)), 'note-missing');
    ok(await answer('resolve-vote', { verdict: 'APPROVED', note: 'Worth it' }, tie.id));
    assert.equal(await state(), 'EVALUATE_PLAN/PASSED');
    const metadata = await project.json(metadataFile);
    assert.equal(at(metadata, 'board_sessions', 0, 'verdict'), 'APPROVED');
    assert.deepEqual(at(metadata, 'board_sessions', 0, 'resolved_by'), {
      by: 'Ada',
      at: now,
      note: 'Worth it',
    });
    assert.deepEqual(metadata['board_conditions'], ['Load test']);
  });

  it('a vote that was resolved before the answer was cut off is answered by the second try', async () => {
    await tied();
    const track = await project.track(id);
    await project.write(
      metadataFile,
      JSON.stringify({
        ...track.metadata!.raw,
        board_sessions: [
          { ...session, verdict: 'APPROVED', resolved_by: { by: 'Ada', at: now, note: 'ok' } },
        ],
      }),
    );
    ok(await answer('resolve-vote', { verdict: 'APPROVED', note: 'ok' }, tie.id));
    assert.equal(await state(), 'EVALUATE_PLAN/PASSED');
  });

  it('convene-board: the evaluation stands, so that the board can meet about it', async () => {
    await tied();
    ok(await answer('convene-board', {}, tie.id));
    assert.equal(await state(), 'EVALUATE_PLAN/PASSED');
  });

  it('several: the step stays blocked until the last, and has the outcome that one of them gave it', async () => {
    await asked([unclear, taskFailed]);
    ok(await answer('passed', {}, 'unclear'));
    assert.equal(await state(), 'EXECUTE/BLOCKED');
    ok(await answer('task-done'));
    assert.equal(await state(), 'EXECUTE/PASSED');
  });

  it('a decision without a question of an agent is kept as the resolution', async () => {
    await asked([{ id: 'd', trigger: 'user-only-decision', description: 'Rejected at EVALUATE_PLAN' }]);
    assert.equal(code(await answer('answer', { note: ' ' }, 'd')), 'note-missing');
    ok(await answer('answer', { note: 'Go with B' }, 'd'));
    assert.equal((await blocker())['resolution'], 'Go with B');
    assert.equal(await state(), 'EXECUTE/NOT_STARTED');
  });

  it('an agent’s question is answered where the agent reads it', async () => {
    await asked(
      [{ id: 'question:q1', trigger: 'user-only-decision', description: 'Which price?', subject: 'q1' }],
      undefined,
      undefined,
      {
        [`tracks/${id}/questions.json`]: [{ id: 'q1', question: 'Which price?', asked_by: 'loop-executor' }],
      },
    );
    ok(await answer('answer', { note: '9 Euro' }, 'question:q1'));
    const questions = JSON.parse(await project.text(`tracks/${id}/questions.json`)) as unknown;
    assert.deepEqual([at(questions, 0, 'answer'), at(questions, 0, 'answered_by')], ['9 Euro', 'Ada']);
    assert.equal((await blocker())['status'], 'RESOLVED');
    assert.equal(await state(), 'EXECUTE/NOT_STARTED');
  });

  it('an agent’s question is never just resolved; why it is decided so is kept', async () => {
    await asked(
      [{ id: 'question:q1', trigger: 'user-only-decision', description: 'Which price?', subject: 'q1' }],
      undefined,
      undefined,
      { [`tracks/${id}/questions.json`]: [{ id: 'q1', question: 'Which price?' }] },
    );
    const before = await project.text(metadataFile);
    assert.equal(code(await answer('resolved', {}, 'question:q1')), 'answer-unknown');
    assert.equal(code(await answer('answer', { note: 'resolved' }, 'question:q1')), 'answer-empty');
    assert.equal(await project.text(metadataFile), before);
    const stopped = (await project.track(id)).loop!;
    const next = nextActionOf(await project.track(id));
    assert.equal(stopped.stepStatus, 'BLOCKED');
    assert.deepEqual(next.kind === 'escalate' && next.escalation?.options, ['Answer…']);
    ok(await answer('answer', { note: 'None', reason: 'too dear' }, 'question:q1'));
    assert.equal(at(await project.json(metadataFile), 'lead_consultations', 0, 'reasoning'), 'too dear');
    assert.equal(code(await answer('answer', { note: '9 Euro' }, 'question:q1')), 'answered-already');
    const same = { note: 'None', reason: 'too dear' };
    assert.deepEqual(ok(await answer('answer', same, 'question:q1')).warnings, []);
    const late = { note: 'None', reason: 'other' };
    assert.equal(ok(await answer('answer', late, 'question:q1')).warnings.length, 1);
  });

  it('a question whose file is gone is answered all the same, and says that nobody reads it', async () => {
    await asked([{ id: 'q', trigger: 'lead-escalated', description: 'Which price?', subject: 'q9' }]);
    const result = ok(await answer('answer', { note: '9 Euro' }, 'q'));
    assert.equal(result.warnings.length, 1);
    assert.equal((await blocker())['resolution'], '9 Euro');
  });

  it('the same answer twice is one; another one afterwards is refused', async () => {
    await asked([taskFailed]);
    ok(await answer('try-again'));
    const text = await project.text(metadataFile);
    assert.deepEqual(ok(await answer('try-again')).files, []);
    assert.equal(await project.text(metadataFile), text);
    assert.equal(code(await answer('skip-task')), 'answered-already');
    assert.equal(await project.text(planFile), plan('x', ' ', ' '));
  });

  it('an answer to what somebody else has just answered otherwise is refused', async () => {
    await asked([taskFailed]);
    const seen = await project.track(id);
    ok(await answer('try-again'));
    const result = await answerEscalation(project.ports, seen, {
      blockerId: 'task-failed:1.2',
      answer: 'resolved',
      by: 'Bob',
    });
    assert.equal(code(result), 'answered-already');
    assert.equal((await blocker())['answered_by'], 'Ada');
  });

  it('refuses unknown blockers and answers, and tells which there are', async () => {
    await asked([taskFailed]);
    assert.equal(code(await answer('try-again', {}, 'nope')), 'blocker-not-found');
    const refused = await answer('more-time');
    assert.equal(code(refused), 'answer-unknown');
    assert.match(
      'refused' in refused ? refused.refused.message : '',
      /try-again, task-done, skip-task, resolved/,
    );
  });

  it('takes answers to blockers of other tools, which name none', async () => {
    project = await loopProject(
      { current_step: 'EXECUTE', step_status: 'BLOCKED' },
      { blockers: [{ id: 'b', description: 'No key', status: 'ACTIVE', mine: true }, 'a text'] },
    );
    ok(await answer('resolved', {}, 'b'));
    ok(await answer('resolved', {}, 'blocker-2'));
    assert.equal(await state(), 'EXECUTE/NOT_STARTED');
    assert.equal((await blocker(0))['mine'], true);
    assert.deepEqual(
      [(await blocker(1))['answer'], (await blocker(1))['description']],
      ['resolved', 'a text'],
    );
  });

  it('each answer to each trigger that needs nothing more resolves it', async () => {
    for (const trigger of [
      'agent-not-started',
      'group-timeout',
      'deadlock',
      'stuck',
      'run-broken',
      'max-iterations',
      'plan-revision-limit',
      'evaluators-disagree',
      'agent-escalated',
      'blocker',
    ] as const) {
      for (const option of optionsFor(trigger, 'G1')) {
        if (option.needs !== undefined && option.needs !== 'text') continue;
        await asked([{ id: 'one', trigger, description: 'What now?', subject: 'G1' }]);
        ok(await answer(option.id, { note: 'because' }, 'one'));
        assert.equal((await blocker())['status'], 'RESOLVED', `${trigger} ${option.id}`);
        assert.notEqual((await project.track(id)).loop?.stepStatus, 'BLOCKED', `${trigger} ${option.id}`);
        await project.dispose();
      }
    }
    project = await loopProject({ current_step: 'PLAN', step_status: 'NOT_STARTED' });
  });

  it('broken off after its first file, it can be given again and ends the same', async () => {
    await asked([taskFailed]);
    let writes = 0;
    const { editor } = project.ports;
    const crashing = {
      ...project.ports,
      editor: {
        create: editor.create.bind(editor),
        edit: (request: EditRequest) => {
          writes += 1;
          if (writes > 1) throw new Error('killed');
          return editor.edit(request);
        },
      },
    };
    await assert.rejects(
      answerEscalation(crashing, await project.track(id), {
        blockerId: 'task-failed:1.2',
        answer: 'task-done',
        by: 'Ada',
      }),
    );
    assert.equal((await blocker())['status'], 'ACTIVE');
    ok(await answer('task-done'));
    assert.equal(await project.text(planFile), plan('x', 'x', ' '));
    assert.equal((await blocker())['status'], 'RESOLVED');
  });

  it('a track without a loop goes back to the status that it had', async () => {
    project = await makeProject({
      'tracks.md': `# Project Tracks\n\n---\n\n- [ ] **Track: Login**\n*Link: [./tracks/${id}/](./tracks/${id}/)*\n`,
      'product.md': '# Product\n',
      [planFile]: plan(' '),
      [metadataFile]: { track_id: id, type: 'feature', status: 'new', created_at: now, updated_at: now },
    });
    await escalate(project.ports, await project.track(id), [taskFailed, { ...taskFailed, id: 'two' }]);
    ok(await answer('try-again'));
    assert.equal((await project.json(metadataFile))['status'], 'blocked');
    assert.equal(code(await answer('set-step', { step: { step: 'PLAN' } }, 'two')), 'no-loop');
    ok(await answer('try-again', {}, 'two'));
    const metadata = await project.json(metadataFile);
    assert.deepEqual([metadata['status'], 'blocked_from' in metadata], ['new', false]);
  });
});

function ok(result: TrackChangeResult): Exclude<TrackChangeResult, { refused: unknown }> {
  assert.ok(!('refused' in result), JSON.stringify(result));
  return result;
}

function code(result: TrackChangeResult): string | undefined {
  return 'refused' in result ? result.refused.code : undefined;
}
