import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { livingAgents, runLoopToEnd, startLoop, type LoopEnd } from './loopProcess';
import { asked, needsOf } from './needs';
import { ScriptedProject } from './scriptedProject';

const small = { commits: false, businessSync: false };

/** A track that has been planned and evaluated: EXECUTE is next. */
async function planned(scenario: object): Promise<ScriptedProject> {
  plannedOnce ??= plan();
  const project = (await plannedOnce).copy();
  project.play({ ...small, ...scenario });
  return project;
}

let plannedOnce: Promise<ScriptedProject> | undefined;

async function plan(): Promise<ScriptedProject> {
  const project = await ScriptedProject.create({ scenario: small });
  for (const [role, step] of [
    ['planner', 'PLAN'],
    ['plan-evaluator', 'EVALUATE_PLAN'],
  ] as const) {
    await project.agent(role, { CONDUCTOR_STEP: step });
    await project.conductor(['step', project.trackId, '--outcome', 'passed']);
    await project.conductor([
      'step',
      project.trackId,
      '--agent',
      '{"executable":"./none","args":["{prompt}"]}',
    ]);
  }
  // The board has spoken already.
  const metadata = project.metadata();
  const at = new Date(Date.now() + 1000).toISOString();
  writeFileSync(
    join(project.track, 'metadata.json'),
    JSON.stringify({
      ...metadata,
      board_sessions: [
        {
          session_id: 'board-20260101-000000',
          checkpoint: 'EVALUATE_PLAN',
          verdict: 'APPROVED',
          vote_summary: { CA: 'APPROVE', CPO: 'APPROVE', CSO: 'APPROVE', COO: 'APPROVE', CXO: 'APPROVE' },
          conditions: [],
          timestamp: at,
        },
      ],
    }),
  );
  return project;
}

/** The run ended for a person, asks exactly this, shows it under Needs You, and nothing runs any more. */
async function asks(project: ScriptedProject, end: LoopEnd, trigger: string, words: RegExp): Promise<string> {
  const story = `${end.stderr} ${JSON.stringify(end.events.slice(-3))}`;
  assert.equal(end.code, 3, story);
  const last = end.events.at(-1);
  assert.ok(last?.event === 'run-ended' && last.outcome === 'person', story);
  const blockers = asked(project);
  assert.deepEqual(
    blockers.map((blocker) => blocker.trigger),
    [trigger],
    story,
  );
  assert.match(String(blockers[0]?.description), words);
  const items = (await needsOf(project)).filter(({ quiet }) => !quiet);
  const item = items.find(({ kind }) => kind === 'escalation');
  assert.ok(item, JSON.stringify(items));
  assert.match(item.what, words);
  assert.ok(item.actions.some(({ kind }) => kind === 'answer'));
  assert.deepEqual(livingAgents(project), []);
  return String(blockers[0]?.id);
}

async function answers(project: ScriptedProject, ...words: string[]): Promise<void> {
  const finished = await project.conductor(['answer', project.trackId, ...words]);
  assert.equal(finished.code, 0, finished.stderr);
}

async function completes(project: ScriptedProject): Promise<LoopEnd> {
  const end = await runLoopToEnd(project);
  assert.equal(end.code, 0, `${end.stderr} ${JSON.stringify(end.events.slice(-12), undefined, 1)}`);
  assert.equal(project.metadata().status, 'complete');
  assert.deepEqual(await project.problems(), []);
  return end;
}

describe('a run that needs a person', function () {
  this.timeout(240_000);

  it('third failure: the others go on, the task is asked about, and is tried again when a person says so', async () => {
    const project = await planned({
      rules: [{ role: 'worker', task: '1.2', do: 'fail', reasons: ['The rules clash'] }],
    });
    const end = await runLoopToEnd(project);
    const id = await asks(project, end, 'task-failed', /1\.2.*failed 3 times.*The rules clash/s);
    const started = (task: string): number =>
      project.log().filter((line) => line.task === task && line.event === 'start').length;
    assert.deepEqual(['1.1', '1.2', '1.3', '2.1', '2.2', '2.3'].map(started), [1, 3, 1, 0, 1, 0]);
    // Nothing goes on at this track until it is answered.
    assert.equal((await runLoopToEnd(project)).code, 3);
    assert.equal(started('1.2'), 3);
    project.play(small);
    await answers(project, id, 'try-again');
    // Too few tasks are left that could run together: an executor does them one after the other, and the run says so.
    const again = await completes(project);
    assert.ok(again.events.some((event) => event.event === 'execution' && !event.parallel));
    assert.deepEqual(['1.1', '1.2'].map(started), [1, 3]);
    assert.match(project.read('plan.md'), /- \[x\] Task 1\.2/);
  });

  it('fix limit: three cycles, then a person; one more when they allow it', async () => {
    const project = await planned({ rules: [{ role: 'execution-evaluator', do: 'fail', reasons: ['Red'] }] });
    const end = await runLoopToEnd(project);
    const id = await asks(project, end, 'fix-cycle-limit', /fix cycle/i);
    assert.equal(project.metadata().loop_state.fix_cycle_count, 3);
    assert.equal(project.log().filter(({ role, event }) => role === 'fixer' && event === 'start').length, 3);
    project.play({ ...small, rules: [{ role: 'execution-evaluator', fixCycles: 3, do: 'fail' }] });
    await answers(project, id, 'allow-fix-cycle');
    await completes(project);
    assert.equal(project.log().filter(({ role, event }) => role === 'fixer' && event === 'start').length, 4);
  });

  it('iteration limit: fifty in one run', async () => {
    const project = await planned({ rules: [{ role: 'execution-evaluator', do: 'fail', reasons: ['Red'] }] });
    const metadata = project.metadata();
    metadata.loop_state.max_fix_cycles = 100;
    writeFileSync(join(project.track, 'metadata.json'), JSON.stringify(metadata));
    const end = await runLoopToEnd(project);
    const id = await asks(project, end, 'max-iterations', /50 iterations/);
    const last = end.events.at(-1);
    assert.ok(last?.event === 'run-ended' && last.iterations === 51);
    project.play(small);
    await answers(project, id, 'go-on');
    await completes(project);
  });

  it('tie: two against two and one who does not vote; the verdict of a person counts', async () => {
    const vote = (director: string, verdict: string) => ({
      role: 'director',
      director,
      phase: 'vote',
      verdict,
    });
    const project = await ScriptedProject.create({
      scenario: {
        ...small,
        rules: [
          vote('CSO', 'REJECT'),
          vote('COO', 'REJECT'),
          { role: 'director', director: 'CXO', phase: 'vote', do: 'silent' },
        ],
      },
    });
    const end = await runLoopToEnd(project);
    const id = await asks(project, end, 'board-tie', /board|vote/i);
    await answers(project, id, 'resolve-vote', '--verdict', 'approved', '--note', 'The risk is small');
    project.play(small);
    await completes(project);
  });

  it('USER_ONLY: the run ends, and the answer reaches the agent that asks again', async () => {
    const project = await planned({
      rules: [
        {
          role: 'worker',
          task: '1.1',
          do: 'ask',
          question: { id: 'q-price', question: 'May we raise the price of the premium tier?' },
        },
      ],
    });
    const end = await runLoopToEnd(project);
    const id = await asks(project, end, 'user-only-decision', /price of the premium tier/);
    await answers(project, id, 'No, prices stay', '--by', 'Ada');
    assert.match(project.read('questions.json'), /"answer": "No, prices stay"/);
    await completes(project);
    assert.match(JSON.stringify(project.metadata().lead_consultations), /No, prices stay/);
  });

  it('USER_ONLY: workers that are at work end, and are recorded; the one that asked is started again with the answer', async () => {
    const question = { id: 'q-price', question: 'May we raise the price of the premium tier?' };
    const project = await planned({
      rules: [
        { role: 'worker', task: '1.1', do: 'ask', question },
        { role: 'worker', task: '1.2', ms: 4_000 },
      ],
    });
    const id = await asks(project, await runLoopToEnd(project), 'user-only-decision', /premium tier/);
    const lines = (task: string): string[] =>
      project.log().flatMap((line) => (line.task === task ? [line.event] : []));
    assert.deepEqual(lines('1.1'), ['start']);
    assert.deepEqual(lines('1.2'), ['start', 'end']);
    assert.match(project.read('plan.md'), /- \[ \].*1\.1[\s\S]*- \[x\].*1\.2/);
    await answers(project, id, 'No, prices stay');
    await completes(project);
    assert.deepEqual(lines('1.2'), ['start', 'end']);
  });

  it('USER_ONLY with --wait: the agent goes on when the answer comes', async () => {
    const project = await planned({
      rules: [
        {
          role: 'worker',
          task: '1.1',
          do: 'ask',
          question: { id: 'q-price', question: 'May we raise the price of the premium tier?' },
        },
      ],
    });
    const loop = await startLoop(project, ['--wait']);
    await loop.until((event) => event.event === 'question' && event.authority === 'USER_ONLY');
    const listed = await project.conductor(['answer', project.trackId, '--json']);
    const [first] = (JSON.parse(listed.stdout) as { asked: { id: string }[] }).asked;
    assert.ok(first, listed.stdout);
    await answers(project, first.id, 'No, prices stay');
    const end = await loop.ended;
    assert.equal(end.code, 0, JSON.stringify(end.events.at(-1)));
    const starts = project.log().filter(({ task, event }) => task === '1.1' && event === 'start');
    assert.equal(starts.length, 1);
    assert.deepEqual(asked(project), []);
  });

  it('LEAD_CONSULT: a lead answers, and the agent goes on', async () => {
    const project = await planned({
      rules: [
        {
          role: 'worker',
          task: '1.1',
          do: 'ask',
          question: { id: 'q-mocks', question: 'Which mocks do the unit tests use?' },
        },
      ],
    });
    await completes(project);
    assert.match(project.read('questions.json'), /"answer": "Do as the neighbours do"/);
    assert.match(JSON.stringify(project.metadata().lead_consultations), /Which mocks/);
  });

  it('deadlock of workers that are not ours: they are not touched, and a person is asked', async () => {
    const project = await planned({});
    mkdirSync(join(project.bus, 'events'), { recursive: true });
    const at = new Date().toISOString();
    const [a, b] = ['worker-1.1-20260101000000', 'worker-1.2-20260101000001'] as const;
    const line = (source: string, task: string, other: string): string =>
      `${JSON.stringify({
        id: `msg-${task}`,
        type: 'BLOCKED',
        source,
        timestamp: at,
        payload: { task_id: task, waiting_for: other, resource: 'its files' },
      })}\n`;
    writeFileSync(join(project.bus, 'queue.jsonl'), line(a, '1.1', b) + line(b, '1.2', a));
    const running = (task: string) => ({
      task_id: task,
      status: 'RUNNING',
      progress_pct: 10,
      last_heartbeat: at,
      started_at: at,
    });
    const status = JSON.stringify({ [a]: running('1.1'), [b]: running('1.2') });
    writeFileSync(join(project.bus, 'worker-status.json'), status);
    writeFileSync(join(project.bus, 'locks.json'), '{}\n');
    const end = await runLoopToEnd(project);
    await asks(project, end, 'deadlock', /each waits for the next/);
    assert.match(
      readFileSync(join(project.bus, 'worker-status.json'), 'utf8'),
      new RegExp(`${a}.*RUNNING`, 's'),
    );
  });

  it('stale locks: an expired one is taken over, one without an end is asked about and left alone', async () => {
    const project = await planned({});
    mkdirSync(join(project.bus, 'events'), { recursive: true });
    const [gone, endless] = ['worker-1.1-20260101000000', 'worker-1.2-20260101000000'];
    writeFileSync(
      join(project.bus, 'locks.json'),
      JSON.stringify({
        'src/guestbook/store.mjs': {
          worker_id: gone,
          acquired_at: '2026-01-01T00:00:00Z',
          expires_at: '2026-01-01T00:30:00Z',
        },
        'src/guestbook/rules.mjs': endless,
      }),
    );
    assert.ok(
      (await needsOf(project)).some(({ kind, what }) => kind === 'staleLock' && /store\.mjs/.test(what)),
    );
    const end = await runLoopToEnd(project);
    const id = await asks(
      project,
      end,
      'stuck',
      /1\.2: .*holds the lock of src\/guestbook\/rules\.mjs.*no end/,
    );
    const plan = project.read('plan.md');
    assert.match(plan, /- \[x\] Task 1\.1/);
    assert.match(plan, /- \[ \] Task 1\.2/);
    assert.match(project.read('.message-bus/locks.json'), new RegExp(endless));
    writeFileSync(join(project.bus, 'locks.json'), '{}\n');
    await answers(project, id, 'try-again');
    await completes(project);
  });

  it('deadlock of our workers: the oldest gives way and is tried again', async () => {
    const project = await planned({
      rules: [
        { role: 'worker', task: '1.1', attempt: 1, do: 'wait', for: '1.2' },
        { role: 'worker', task: '1.2', attempt: 1, do: 'wait', for: '1.1' },
      ],
    });
    const end = await completes(project);
    const queue = project.read('.message-bus/queue.jsonl');
    assert.match(queue, /"DEADLOCK_RESOLVED"/);
    assert.ok(end.events.some((event) => event.event === 'task' && event.state === 'retried'));
  });

  it('two sources that contradict each other: a person hears both', async () => {
    const evaluator = await ScriptedProject.create({
      scenario: { ...small, rules: [{ role: 'plan-evaluator', do: 'lie' }] },
    });
    const end = await runLoopToEnd(evaluator);
    await asks(evaluator, end, 'agent-unclear', /PASSED.*FAIL/s);
    const worker = await planned({ rules: [{ role: 'worker', task: '1.3', do: 'lie' }] });
    await asks(worker, await runLoopToEnd(worker), 'task-contradiction', /TASK_FAILED.*TASK COMPLETE/s);
  });

  it('a run that is stopped while it asks: the next one asks the same, and goes on when it is answered', async () => {
    const project = await planned({
      rules: [
        { role: 'worker', task: '1.2', do: 'lie' },
        { role: 'worker', task: '1.1', do: 'endless' },
      ],
    });
    const loop = await startLoop(project);
    await loop.until((event) => event.event === 'escalated' && event.trigger === 'task-contradiction');
    // The others are not held up by it.
    await loop.until((event) => event.event === 'task' && event.task === '1.3' && event.state === 'complete');
    loop.kill('SIGINT');
    const stopped = (await loop.ended).events;
    assert.ok(stopped.some((event) => event.event === 'run-ended' && event.outcome === 'stopped'));
    assert.equal(stopped.filter(({ event }) => event === 'escalated').length, 1);
    project.play(small);
    const id = await asks(project, await runLoopToEnd(project), 'task-contradiction', /1\.2/);
    await answers(project, id, 'task-open');
    await completes(project);
  });

  it('an answer counts while the run goes on: the task is tried again beside the others', async () => {
    const project = await planned({
      rules: [
        { role: 'worker', task: '1.2', attempt: 1, do: 'blocked' },
        { role: 'worker', task: '1.1', do: 'endless' },
      ],
    });
    const loop = await startLoop(project);
    await loop.until((event) => event.event === 'escalated' && event.trigger === 'task-blocked');
    await answers(project, 'blocked:1.2', 'task-open');
    await loop.until((event) => event.event === 'task' && event.task === '1.2' && event.state === 'complete');
    loop.kill('SIGINT');
    const stopped = await loop.ended;
    assert.equal(stopped.stderr, 'Stopping …\n');
    assert.equal(stopped.events.filter(({ event }) => event === 'escalated').length, 1);
    assert.deepEqual(asked(project), []);
    project.play(small);
    await completes(project);
  });

  it('a run that is killed while it asks: the next one ends what it left behind, and goes on when it is answered', async () => {
    const project = await planned({
      rules: [
        { role: 'worker', task: '1.2', attempt: 1, do: 'blocked' },
        { role: 'worker', task: '1.1', ms: 20_000 },
      ],
    });
    const loop = await startLoop(project);
    await loop.until((event) => event.event === 'escalated' && event.trigger === 'task-blocked');
    await loop.until((event) => event.event === 'task' && event.task === '1.3' && event.state === 'complete');
    loop.kill('SIGKILL');
    await loop.ended;
    project.play(small);
    const asks = await runLoopToEnd(project);
    assert.equal(asks.code, 3);
    assert.ok(asks.events.some((event) => event.event === 'agent-started' && event.adopted));
    assert.deepEqual(livingAgents(project), [], 'nothing runs on that nobody waits for');
    assert.match(project.read('plan.md'), /- \[ \] Task 1\.1/);
    await answers(project, 'blocked:1.2', 'task-open');
    await completes(project);
  });

  it('a board that rejects the plan sends it back to PLAN with its reasons', async () => {
    const project = await ScriptedProject.create({
      scenario: {
        ...small,
        rules: ['CA', 'CPO', 'CSO'].map((director) => ({
          role: 'director',
          director,
          phase: 'vote',
          revision: 1,
          verdict: 'REJECT',
          conditions: ['Say how entries are escaped'],
        })),
      },
    });
    await completes(project);
    assert.equal(
      project.log().filter(({ role, event }) => role === 'planner' && event === 'start').length,
      2,
    );
    const sessions = project.metadata().board_sessions as { verdict: string }[];
    assert.deepEqual(
      sessions.map(({ verdict }) => verdict),
      ['REJECTED', 'APPROVED', 'APPROVED'],
    );
  });
});
