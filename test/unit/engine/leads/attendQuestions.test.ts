import assert from 'node:assert/strict';
import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { answerEscalation } from '../../../../src/engine/escalation/answerEscalation';
import { answerQuestion } from '../../../../src/engine/leads/answerQuestion';
import { attendQuestions } from '../../../../src/engine/leads/attendQuestions';
import { questionSubject } from '../../../../src/engine/leads/questionIdentity';
import type { AgentDesk } from '../../../../src/engine/run/agentJob';
import { RunJournalError } from '../../../../src/engine/run/runJournal';
import { closeScenes, runs, scripted, until } from '../run/agentScene';
import { decides, leadScript, LeadsScene } from './leadsScene';

const tech = { id: 'q1', question: 'Which approach do we implement?', options: ['Polling', 'Events'] };
const money = { id: 'q2', question: 'May the hosting cost $80 a month more?', asked_by: 'worker-1.1' };
const naming = { id: 'q3', question: 'How is this variable named?', options: ['count', 'total'] };

const subjectOf = ({ id, question }: { id: string; question: string }): string =>
  questionSubject({ key: id, question });

describe('attendQuestions', function () {
  this.timeout(60_000);
  afterEach(() => closeScenes());

  it('for the user: a blocker, while the step goes on and the agent waits', async () => {
    const scene = await LeadsScene.make({ questions: [money] });
    const { userOnly } = await scene.attend();
    assert.deepEqual(
      userOnly.map(({ id, trigger, subject }) => [id, trigger, subject]),
      [['question:q2', 'user-only-decision', 'q2']],
    );
    const { blockers, loop_state, own } = scene.metadata();
    assert.equal(loop_state['step_status'], 'IN_PROGRESS');
    assert.deepEqual(own, { kept: [1] });
    assert.deepEqual(
      [
        blockers?.[0]?.['id'],
        blockers?.[0]?.['status'],
        blockers?.[0]?.['description'],
        blockers?.[0]?.['subject'],
      ],
      ['question:q2', 'ACTIVE', money.question, 'q2'],
    );
    assert.equal(scene.answerTo('q2'), undefined);
    assert.deepEqual(
      scene.events.map(({ event }) => event),
      ['question', 'escalated'],
    );
    const again = await LeadsScene.make({ in: scene });
    assert.equal((await again.attend()).userOnly.length, 1);
    assert.equal(again.metadata().blockers?.length, 1, 'asked once');
    assert.deepEqual(
      again.events.map(({ event }) => event),
      ['question'],
    );
  });

  it('nobody is there to answer: who asked is stopped, the others end what they are at, and get their answers', async () => {
    const scene = await LeadsScene.make({
      questions: [],
      leads: { 'worker-1': 'wait', lead: decides('tech', 'Yes') },
      settings: { onUserQuestion: 'stop' },
    });
    const [asks, works] = await Promise.all(
      ['worker-1.1-asks', 'worker-1.2-works'].map(async (id) => {
        const start = await scene.context.desk.start(scene.scene.job({ id, role: 'worker' }));
        assert.ok('running' in start);
        return start.running;
      }),
    );
    scene.write('tracks/login/questions.json', [
      { ...money, asked_by: 'worker-1.1-asks' },
      { ...tech, asked_by: 'worker-1.2-works' },
    ]);
    let held = 0;
    const answered = until('the lead has answered', () => scene.answerTo(tech.id) !== undefined);
    const attended = await attendQuestions(
      scene.context,
      Promise.all([asks!.finished, answered]),
      () => held++,
    );
    assert.equal((await asks!.finished).how, 'stopped');
    assert.equal(works!.isOver, false);
    assert.ok(held > 0);
    assert.equal(attended.heldUp, true);
    assert.equal(attended.userOnly.length, 1);
    await works!.stop('stopped', 'The test has ended.');
    await Promise.all([asks!.settle('stopped'), works!.settle('stopped')]);
  });

  it('nobody is there to answer, and nobody can tell who asked: all agents are stopped', async () => {
    const scene = await LeadsScene.make({
      questions: [],
      leads: { executor: 'wait', lead: decides('tech', 'Events') },
      settings: { onUserQuestion: 'stop' },
    });
    const start = await scene.context.desk.start(scene.scene.job());
    assert.ok('running' in start);
    scene.write('tracks/login/questions.json', [money, tech]);
    const { userOnly } = await scene.attend(() => start.running.finished.then(() => true));
    assert.equal((await start.running.finished).how, 'stopped');
    assert.equal(userOnly.length, 1);
    assert.deepEqual(scene.context.desk.running, []);
    await start.running.settle('stopped');
  });

  it('for the orchestrator: what the agent proposes, logged', async () => {
    const bare = { id: 'q4', question: 'And this variable: how is it named?' };
    const recommended = { id: 'q5', question: 'What name has it?', options: ['a', 'b'], recommendation: 'b' };
    const scene = await LeadsScene.make({ questions: [naming, bare, recommended] });
    assert.deepEqual((await scene.attend()).userOnly, []);
    assert.deepEqual(
      scene.questions().map((entry) => [entry['answer'], entry['answered_by'], entry['authority']]),
      [
        ['count', 'orchestrator', 'ORCHESTRATOR'],
        ['Decide yourself: it is within your authority.', 'orchestrator', 'ORCHESTRATOR'],
        ['b', 'orchestrator', 'ORCHESTRATOR'],
      ],
    );
    assert.deepEqual(
      scene.consultations().map((entry) => [entry['lead'], entry['question_id'], entry['decision']]),
      [
        ['orchestrator', 'q3', 'count'],
        ['orchestrator', 'q4', 'Decide yourself: it is within your authority.'],
        ['orchestrator', 'q5', 'b'],
      ],
    );
    assert.throws(() => scene.text('decision-log.md'), 'no business of the log');
  });

  it('for a lead: its process decides; the answer is in both files, with what only this lead says', async () => {
    const scene = await LeadsScene.make({
      questions: [{ ...tech, own: 'kept' }],
      leads: { 'lead-tech-q1': decides('tech', 'events', { implementation_note: 'Small', odd: 1 }) },
    });
    const { userOnly } = await scene.attend(() => scene.answerTo('q1') !== undefined);
    assert.deepEqual(userOnly, []);
    const [entry] = scene.questions();
    assert.equal(entry?.['answer'], 'Events', 'the option in its own words');
    assert.equal(entry?.['answered_by'], 'tech-lead');
    assert.equal(entry?.['own'], 'kept');
    const [logged] = scene.consultations();
    assert.deepEqual(
      { ...logged, timestamp: '' },
      {
        timestamp: '',
        lead: 'tech',
        question: tech.question,
        decision_made: true,
        decision: 'events',
        reasoning: 'The tech lead says so',
        authority_used: 'TECH_CHOICE',
        escalated_to: null,
        implementation_note: 'Small',
        question_id: 'q1',
      },
    );
    const { prompt } = scene.prompts()[0]!;
    assert.match(prompt, /^# Tech lead/);
    assert.match(prompt, /Which approach do we implement\?/);
    assert.match(prompt, /Option: Polling/);
    assert.deepEqual(scene.scene.kinds(), ['intent', 'spawned', 'ended']);
  });

  it('a lead that passes it on, or answers nonsense twice: the user, and the audit trail says so', async () => {
    const scene = await LeadsScene.make({
      questions: [tech, { ...tech, id: 'q6', question: 'What approach is it?' }],
      leads: {
        'lead-tech-q1-': decides('tech', 'Events', { escalate_to: 'user', escalation_reason: 'Too large' }),
        'lead-tech-q6-': ['{"half', { lead: 'tech', decision_made: true, decision: null, reasoning: '' }],
      },
    });
    const { userOnly } = await scene.attend(() => (scene.metadata().blockers?.length ?? 0) === 2);
    assert.deepEqual(userOnly.map(({ id, trigger }) => [id, trigger]).sort(), [
      ['question:q1', 'lead-escalated'],
      ['question:q6', 'lead-escalated'],
    ]);
    const logged = new Map(scene.consultations().map((entry) => [entry['question_id'], entry]));
    assert.deepEqual(
      [
        logged.get('q1')?.['escalated_to'],
        logged.get('q1')?.['escalation_reason'],
        logged.get('q1')?.['decision'],
      ],
      ['user', 'Too large', null],
    );
    assert.match(String(logged.get('q6')?.['escalation_reason']), /but not what/);
    assert.equal(scene.prompts().filter(({ id }) => id.includes('q6')).length, 2);
    assert.match(scene.prompts().at(-1)!.prompt + scene.prompts().at(-2)!.prompt, /could not be used/);
    const { nextActionOf } = await import('../../../../src/rules/nextAction');
    assert.equal(nextActionOf(await scene.track()).kind, 'escalate');
    await scene.attend();
    assert.equal(scene.metadata().blockers?.length, 2, 'the rule for leads asks no second time');
  });

  it('several leads in one row: they agree, or the user decides', async () => {
    const matrix =
      '| Decision | Authority | Lead | Guardrails |\n|---|---|---|---|\n| Implementation approach | LEAD_CONSULT | Architecture, Tech | Small |\n';
    const agree = await LeadsScene.make({
      questions: [tech],
      matrix,
      leads: { 'architecture-q1': decides('architecture', 'Events'), 'tech-q1': decides('tech', 'EVENTS.') },
    });
    await agree.attend(() => agree.answerTo('q1') !== undefined);
    assert.equal(agree.questions()[0]?.['answered_by'], 'architecture-lead, tech-lead');
    assert.deepEqual(
      agree.consultations().map(({ lead, decision_made }) => [lead, decision_made]),
      [
        ['architecture', true],
        ['tech', true],
      ],
    );
    assert.match(agree.prompts()[1]!.prompt, /The architecture lead decided: Events/);
    assert.match(agree.prompts()[1]!.prompt, /For this decision holds: Small/);

    const differ = await LeadsScene.make({
      questions: [tech],
      matrix,
      leads: { 'architecture-q1': decides('architecture', 'Events'), 'tech-q1': decides('tech', 'Polling') },
    });
    const { userOnly } = await differ.attend(() => differ.metadata().blockers !== undefined);
    assert.deepEqual(userOnly[0]?.context?.slice(0, 2), [
      'The architecture lead decided: Events (The architecture lead says so)',
      'The tech lead decided: Polling (The tech lead says so)',
    ]);
    assert.ok(differ.consultations().every((entry) => entry['escalated_to'] === 'user'));
  });

  it('security and live data are the user’s, whatever a row says', async () => {
    const matrix =
      '| Decision | Authority | Lead | Guardrails |\n|---|---|---|---|\n| Anything about production data | ORCHESTRATOR | — | — |\n';
    const scene = await LeadsScene.make({
      questions: [{ id: 'q', question: 'May I delete production data?' }],
      matrix,
    });
    assert.equal((await scene.attend()).userOnly.length, 1);
  });

  it('where every dispatch is confirmed: a lead that nobody lets be asked is the user’s question', async () => {
    const scene = await LeadsScene.make({ questions: [tech], settings: { mode: 'confirm-all' } });
    const asked: string[] = [];
    const ports = {
      ...scene.context.ports,
      confirm: ({ what }: { what: string }) => (asked.push(what), Promise.resolve('no' as const)),
    };
    const { userOnly } = await attendQuestions({ ...scene.context, ports }, Promise.resolve());
    assert.deepEqual(asked, [`Ask the tech lead: ${tech.question}`]);
    assert.equal(userOnly[0]?.trigger, 'lead-escalated');
    assert.deepEqual(scene.scene.kinds(), []);
  });

  it('byte order mark, line ends and other keys of questions.json stay', async () => {
    const text =
      '\uFEFF[\r\n\t{"id": "q3", "question": "How is this variable named?", "options": ["count"], "x": 1e2}\r\n]\r\n';
    const scene = await LeadsScene.make({ questions: text });
    await scene.attend();
    const written = scene.text('tracks/login/questions.json');
    assert.ok(written.startsWith(text.slice(0, text.indexOf('}'))));
    assert.ok(written.endsWith('}\r\n]\r\n'));
    assert.match(written, /"answer": "count"/);
  });

  it('a lead that cannot be started: the user', async () => {
    const scene = await LeadsScene.make({
      questions: [tech],
      provider: { name: 'none', executable: '/nowhere/agent', args: ['{prompt}'] },
    });
    const { userOnly } = await scene.attend();
    assert.equal(userOnly[0]?.trigger, 'lead-escalated');
    assert.match(userOnly[0]?.context?.[0] ?? '', /no usable answer/);
  });

  it('a person edits the file: the audit trail follows, the blocker is resolved, the log has the decision', async () => {
    const scene = await LeadsScene.make({ questions: [money] });
    await scene.attend(() => scene.metadata().blockers !== undefined);
    scene.write('tracks/login/questions.json', [{ ...money, answer: 'Yes, up to $100', answered_by: 'Eve' }]);
    assert.deepEqual((await scene.attend()).userOnly, []);
    const { blockers } = scene.metadata();
    assert.deepEqual(
      [blockers?.[0]?.['status'], blockers?.[0]?.['resolution'], blockers?.[0]?.['answered_by']],
      ['RESOLVED', 'Yes, up to $100', 'Eve'],
    );
    assert.deepEqual(
      scene.consultations().map(({ lead, decision, authority_used }) => [lead, decision, authority_used]),
      [['user', 'Yes, up to $100', 'USER_ONLY']],
    );
    assert.match(scene.text('decision-log.md'), /### DECISION-001: May the hosting cost/);
    const files = () => [scene.text('decision-log.md'), scene.text('tracks/login/metadata.json')];
    const before = files();
    await scene.attend();
    assert.deepEqual(files(), before);
  });

  it('a blocker resolved in words answers its question', async () => {
    const scene = await LeadsScene.make({ questions: [money] });
    await scene.attend();
    const metadata = scene.metadata();
    Object.assign(metadata.blockers![0]!, {
      status: 'RESOLVED',
      resolution: 'No, stay below',
      answered_by: 'Eve',
      resolved_at: '2026-02-01T00:00:00Z',
    });
    scene.write('tracks/login/metadata.json', metadata);
    await scene.attend(() => scene.answerTo('q2') !== undefined);
    assert.deepEqual(
      [scene.answerTo('q2'), scene.questions()[0]?.['answered_by']],
      ['No, stay below', 'Eve'],
    );
  });

  it('a blocker resolved without words answers nothing: the question is asked again', async () => {
    const without = [
      { resolution: 'It Is Resolved', answer: 'resolved' },
      { resolution: 'resolved' },
      { resolution: 'Set Step: PLAN / NOT_STARTED', answer: 'set-step' },
    ];
    for (const given of without) {
      const scene = await LeadsScene.make({ questions: [money] });
      await scene.attend();
      const metadata = scene.metadata();
      Object.assign(metadata.blockers![0]!, { status: 'RESOLVED', answered_by: 'Eve', ...given });
      scene.write('tracks/login/metadata.json', metadata);
      const { userOnly } = await scene.attend();
      assert.equal(scene.answerTo('q2'), undefined, given.resolution);
      assert.equal(userOnly.length, 1);
      assert.deepEqual(
        scene.metadata().blockers?.map(({ id, status }) => [id, status]),
        [
          ['question:q2', 'RESOLVED'],
          ['question:q2#2', 'ACTIVE'],
        ],
      );
    }
    const scene = await LeadsScene.make({ questions: [money] });
    await scene.attend();
    const metadata = scene.metadata();
    const words = { resolution: 'It Is Resolved. Stay below', answer: 'resolved' };
    Object.assign(metadata.blockers![0]!, { status: 'RESOLVED', ...words });
    scene.write('tracks/login/metadata.json', metadata);
    await scene.attend();
    assert.equal(scene.answerTo('q2'), 'Stay below');
  });

  it('what is asked names the agent and its task', async () => {
    const scene = await LeadsScene.make({
      questions: [{ ...money, asked_by: 'worker-7', task_id: '2.1' }],
    });
    const { userOnly } = await scene.attend();
    assert.ok(userOnly[0]?.context?.includes('Asked by worker-7, task 2.1.'));
  });

  it('another question with the key of an answered one is asked anew, with an id and an audit entry of its own', async () => {
    const api = { id: 'q1', question: 'May we take the paid API for 80 dollars a month?' };
    const login = { id: 'q1', question: 'May we remove the login feature from the spec?' };
    const scene = await LeadsScene.make({ questions: [api] });
    await scene.attend();
    const answer = async (question: typeof api, words: string): Promise<void> => {
      const [open] = (await scene.track()).metadata!.blockers.filter(({ active }) => active);
      assert.equal(open?.description, question.question);
      const answered = { questionId: 'q1', question: question.question, answer: words, by: 'Ann' };
      const result = await answerQuestion(scene.context.ports, await scene.track(), answered);
      assert.ok('why' in result, JSON.stringify(result));
    };
    await answer(api, 'Yes, take it');
    await scene.attend();
    scene.write('tracks/login/questions.json', [login]);
    const { userOnly } = await scene.attend();
    assert.equal(scene.answerTo('q1'), undefined);
    assert.deepEqual(
      userOnly.map(({ id, description }) => [id, description]),
      [['question:q1#2', login.question]],
    );
    assert.deepEqual(
      scene.metadata().blockers?.map(({ id, status }) => [id, status]),
      [
        ['question:q1', 'RESOLVED'],
        ['question:q1#2', 'ACTIVE'],
      ],
    );
    await answer(login, 'No');
    assert.deepEqual(
      scene.consultations().map(({ question, decision }) => [question, decision]),
      [
        [api.question, 'Yes, take it'],
        [login.question, 'No'],
      ],
    );
    assert.equal(scene.text('decision-log.md').match(/### DECISION-\d/g)?.length, 2);
  });

  it('a question that takes the place of an open one, while somebody attends: asked, too, and not mixed up', async () => {
    const scene = await LeadsScene.make({ questions: [money] });
    const other = { ...money, question: 'May we delete the production data?' };
    const { userOnly } = await scene.attend(() => {
      const asked = scene.metadata().blockers?.length ?? 0;
      if (asked === 1) scene.write('tracks/login/questions.json', [other]);
      return asked === 2;
    });
    assert.deepEqual(
      userOnly.map(({ id }) => id),
      ['question:q2#2'],
    );
    // The answer to the first goes to nobody: the second has its key.
    const stale = { questionId: 'q2', question: money.question, answer: 'Yes', by: 'Ann' };
    const result = await answerQuestion(scene.context.ports, await scene.track(), stale);
    assert.ok('refused' in result && result.refused.code === 'question-not-found');
    const through = await answerEscalation(scene.context.ports, await scene.track(), {
      blockerId: 'question:q2',
      answer: 'answer',
      note: 'Yes',
      by: 'Ann',
    });
    assert.ok('why' in through, JSON.stringify(through));
    assert.match(through.warnings.join(), /not in questions\.json/);
    await scene.attend();
    assert.equal(scene.answerTo('q2'), undefined);
    assert.equal(scene.metadata().blockers?.[1]?.['status'], 'ACTIVE');
  });

  it('a lead of a broken-off run that was asked something else with that key is not taken for this one', async () => {
    const dropped = subjectOf({ ...tech, question: 'Which approach did we drop?' });
    // By the key alone nobody can tell.
    for (const subject of [dropped, 'q1']) {
      const first = await LeadsScene.make({ questions: [tech] });
      const id = `lead-tech-${subject}-20260101000000-abcd`;
      const entry = { agent: 'tech-lead', role: 'lead', step: 'EXECUTE', attempt: 1, locks: [] };
      await first.scene.log.append({ kind: 'intent', workerId: id, ...entry });
      await first.scene.log.append({ kind: 'spawned', workerId: id, pid: 4_000_000 });
      first.write(`tracks/login/.message-bus/run/answers/${id}.json`, decides('tech', 'Polling'));
      await closeScenes();
      const second = await LeadsScene.make({ in: first, leads: { 'lead-tech': decides('tech', 'Events') } });
      await second.attend(() => second.answerTo('q1') !== undefined);
      assert.equal(second.answerTo('q1'), 'Events');
      assert.deepEqual(second.context.log.state().open, []);
    }
  });

  it('while its question waits for the user the time of an agent does not count; that of others does', async () => {
    const waits = `setInterval(() => undefined, 1000);`;
    const scene = await LeadsScene.make({ questions: [], provider: scripted(waits), limitMs: 30_000 });
    const start = async () => {
      const started = await scene.context.desk.start(scene.scene.job());
      assert.ok('running' in started);
      return started.running;
    };
    const [asks, works] = [await start(), await start()];
    scene.write('tracks/login/questions.json', [{ ...money, asked_by: asks.job.id }]);
    const attended = attendQuestions(scene.context, asks.finished);
    const noted = (kind: string) => () => scene.scene.kinds().includes(kind);
    await until('it waits', noted('waiting'));
    // Half a file takes the question not back.
    const whole = scene.text('tracks/login/questions.json');
    scene.write('tracks/login/questions.json', whole.slice(0, -9));
    await until('it is told', () => scene.warnings().length === 1);
    scene.write('tracks/login/questions.json', whole);
    scene.scene.ahead += 31_000;
    assert.equal((await works.finished).how, 'timeLimit');
    const witness = await start();
    scene.scene.ahead += 31_000;
    await witness.finished;
    assert.deepEqual(
      scene.context.desk.running.map(({ job }) => job.id),
      [asks.job.id],
    );
    scene.write('tracks/login/questions.json', [{ ...money, answer: 'Yes', answered_by: 'Eve' }]);
    await until('it goes on', noted('waited'));
    assert.equal(scene.context.desk.running.length, 1);
    scene.scene.ahead += 31_000;
    assert.equal((await asks.finished).how, 'timeLimit');
    assert.deepEqual((await attended).userOnly, []);
    const waiting = scene.scene.entries().filter(({ kind }) => kind === 'waiting' || kind === 'waited');
    assert.deepEqual(
      waiting.map((entry) => 'workerId' in entry && entry.workerId),
      [asks.job.id, asks.job.id],
    );
    await Promise.all([asks, works, witness].map((agent) => agent.settle('failed')));
  });

  it('what it was for fails while a lead works: the lead is stopped, and nothing is written any more', async () => {
    const scene = await LeadsScene.make({ questions: [tech], leads: { 'lead-tech': 'wait' } });
    let fail!: (error: Error) => void;
    const work = new Promise<never>((_, reject) => (fail = reject));
    const attended = attendQuestions(scene.context, work);
    await until('the lead works', () => scene.prompts().length === 1);
    fail(new Error('plan.md is gone'));
    assert.deepEqual(await attended, { userOnly: [] });
    assert.deepEqual(scene.context.desk.running, []);
    assert.deepEqual(scene.scene.kinds(), ['intent', 'spawned', 'ended']);
    assert.equal(scene.metadata().blockers, undefined);
    assert.equal(scene.answerTo('q1'), undefined);
  });

  it('trouble with the disk is told and withstood, and what it spoiled is made up for; a defect is thrown', async () => {
    const scene = await LeadsScene.make({ questions: [naming] });
    const { editor } = scene.context.ports;
    const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    let troubles = 2;
    const ports = {
      ...scene.context.ports,
      editor: {
        create: (request: Parameters<typeof editor.create>[0]) => editor.create(request),
        edit: (request: Parameters<typeof editor.edit>[0]) =>
          troubles-- > 0 ? Promise.reject(full) : editor.edit(request),
      },
    };
    const logged = until('it is logged', () => scene.consultations().length === 1);
    assert.deepEqual(await attendQuestions({ ...scene.context, ports }, logged), { userOnly: [] });
    assert.equal(scene.answerTo('q3'), 'count');
    assert.match(scene.warnings().join(), /no space left/);

    const gone = await LeadsScene.make({ questions: [naming] });
    await gone.scene.journal.close();
    rmSync(gone.scene.place.trackFolder, { recursive: true });
    assert.deepEqual(await gone.attend(), { userOnly: [] });
    const broken = await LeadsScene.make({ questions: [tech] });
    const journal = new RunJournalError('journal.jsonl', 'journal.jsonl could not be written.');
    const desk = Object.assign(Object.create(broken.context.desk) as AgentDesk, {
      start: () => Promise.reject(journal),
    });
    assert.deepEqual(await attendQuestions({ ...broken.context, desk }, Promise.resolve()), { userOnly: [] });
    assert.match(broken.warnings().join(), /could not be written/);
    const defect = Object.assign(Object.create(broken.context.desk) as AgentDesk, {
      start: () => Promise.reject(new RangeError('a defect')),
    });
    await assert.rejects(attendQuestions({ ...broken.context, desk: defect }, Promise.resolve()), RangeError);
  });

  it('broken off between the two writes: the entry is made once, by whom the answer names', async () => {
    const answered = {
      ...tech,
      answer: 'Events',
      answered_by: 'tech-lead',
      authority: 'LEAD_CONSULT',
      reasoning: 'r',
    };
    const scene = await LeadsScene.make({ questions: [answered] });
    await scene.attend();
    await scene.attend();
    assert.deepEqual(
      scene.consultations().map(({ lead, decision, reasoning }) => [lead, decision, reasoning]),
      [['tech', 'Events', 'r']],
    );
    assert.equal(scene.prompts().length, 0);
  });

  it('broken off while a lead works: the next run takes it over, and asks no second one', async () => {
    const first = await LeadsScene.make({ questions: [tech] });
    const id = `lead-tech-${subjectOf(tech)}-20260101000000-abcd`;
    const { runFolder } = first.scene.place;
    await first.scene.log.append({
      kind: 'intent',
      workerId: id,
      agent: 'tech-lead',
      role: 'lead',
      step: 'EXECUTE',
      attempt: 1,
      locks: [],
    });
    await first.scene.log.append({ kind: 'spawned', workerId: id, pid: 4_000_000 });
    first.write(`tracks/login/.message-bus/run/answers/${id}.json`, decides('tech', 'Polling'));
    assert.ok(runFolder.endsWith('run'));
    await closeScenes();
    const second = await LeadsScene.make({ in: first });
    await second.attend(() => second.answerTo('q1') !== undefined);
    assert.equal(second.answerTo('q1'), 'Polling');
    assert.equal(second.prompts().length, 0);
    assert.deepEqual(second.scene.kinds(), ['intent', 'spawned', 'ended']);
  });

  it('a lead of a broken-off run whose question was answered meanwhile is ended', async () => {
    const scene = await LeadsScene.make({ leads: { 'lead-tech-q1': 'wait' } });
    const job = scene.scene.job({ id: 'lead-tech-q1-20260101000000-abcd', role: 'lead', agent: 'tech-lead' });
    const start = await scene.context.desk.start(job);
    assert.ok('running' in start);
    await closeScenes();
    const second = await LeadsScene.make({
      in: scene,
      questions: [{ ...tech, answer: 'Events', answered_by: 'Eve' }],
    });
    await second.attend();
    assert.equal(await runs(start.running.pid), false);
    assert.deepEqual(second.scene.kinds(), ['intent', 'spawned', 'ended']);
  });

  it('an agent asks, a lead decides, the agent goes on: two real processes', async () => {
    const scene = await LeadsScene.make({
      questions: [],
      leads: { 'lead-tech': decides('tech', 'Events') },
      provider: scripted(`
        if (process.env.CONDUCTOR_ROLE === 'lead') { ${leadScript} }
        else {
          const fs = require('node:fs');
          const file = process.env.CONDUCTOR_QUESTIONS;
          fs.writeFileSync(file, JSON.stringify([${JSON.stringify(tech)}]));
          setInterval(() => {
            let answer;
            try { answer = JSON.parse(fs.readFileSync(file, 'utf8'))[0].answer; } catch {}
            if (answer) { console.log('TASK COMPLETE: ' + answer); process.exit(0); }
          }, 20);
        }`),
    });
    const start = await scene.context.desk.start(scene.scene.job());
    assert.ok('running' in start);
    assert.deepEqual((await attendQuestions(scene.context, start.running.finished)).userOnly, []);
    const end = await start.running.finished;
    assert.equal(end.output.markers['TASK COMPLETE']?.text, 'Events');
    await start.running.settle('passed');
  });

  it('a lead’s decision about cost goes to the decision log, too', async () => {
    const scene = await LeadsScene.make({
      questions: [{ id: 'q1', question: 'May the hosting cost $20 a month more?' }],
      leads: { 'lead-tech': decides('tech', 'Yes, it may') },
    });
    await scene.attend(() => scene.answerTo('q1') !== undefined);
    assert.match(scene.text('decision-log.md'), /\*\*Decision:\*\* Yes, it may/);
  });

  it('an answer that cannot be written now is written by the next run, without a second lead', async () => {
    const scene = await LeadsScene.make({
      questions: [tech],
      leads: { 'lead-tech': decides('tech', 'Events') },
    });
    const file = join(scene.scene.place.trackFolder, 'questions.json');
    chmodSync(file, 0o444);
    await scene.attend(() => scene.warnings().length > 0);
    assert.equal(scene.answerTo('q1'), undefined);
    assert.match(scene.warnings().join(), /read-only/);
    await closeScenes();
    chmodSync(file, 0o644);
    const second = await LeadsScene.make({ in: scene });
    await second.attend(() => second.answerTo('q1') === 'Events');
    assert.equal(second.prompts().length, 1);
    assert.equal(second.consultations().length, 1);
  });

  it('many questions at once: each is answered, a few leads at a time', async () => {
    const questions = Array.from({ length: 8 }, (_, i) => ({ ...tech, id: `q${i}` }));
    const scene = await LeadsScene.make({ questions, leads: { 'lead-tech': decides('tech', 'Events') } });
    await scene.attend(() => scene.questions().every((entry) => entry['answer'] === 'Events'));
    assert.equal(scene.consultations().length, 8);
    assert.equal(scene.prompts().length, 8);
  });

  it('killed before any of its writes and resumed: the same end as without', async () => {
    const cost = { id: 'q9', question: 'May the hosting cost $20 a month more?' };
    const make = (first?: LeadsScene) =>
      LeadsScene.make({
        ...(first ? { in: first } : { questions: [money, naming, cost] }),
        leads: {
          'lead-architecture': decides('architecture', 'Events'),
          'lead-tech': decides('tech', 'Events'),
        },
      });
    const ended = (scene: LeadsScene) => {
      const { blockers = [] } = scene.metadata();
      return {
        answers: scene.questions().map((entry) => [entry['id'], entry['answer'], entry['answered_by']]),
        logged: scene
          .consultations()
          .map(
            (entry) =>
              `${String(entry['question_id'])} ${String(entry['lead'])} ${String(entry['decision'])}`,
          )
          .sort(),
        blockers: blockers.map(({ id, status }) => [id, status]),
        decisions: scene.text('decision-log.md').match(/### DECISION-\d+: .*/g),
      };
    };
    const whole = await make();
    await attendQuestions(whole.context, Promise.resolve());
    const expected = ended(whole);
    assert.equal(expected.logged.length, 2);
    const killed = new Error('killed');
    let kills = 0;
    for (let survives = 0; ; survives += 1) {
      const first = await make();
      const { editor } = first.context.ports;
      let left = survives;
      const spent = (): boolean => left-- <= 0;
      const ports = {
        ...first.context.ports,
        editor: {
          edit: (request: Parameters<typeof editor.edit>[0]) =>
            spent() ? Promise.reject(killed) : editor.edit(request),
          create: (request: Parameters<typeof editor.create>[0]) =>
            spent() ? Promise.reject(killed) : editor.create(request),
        },
      };
      const error: unknown = await attendQuestions({ ...first.context, ports }, Promise.resolve()).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      await Promise.all(first.context.desk.running.map((agent) => agent.finished));
      await closeScenes();
      if (error === undefined) break;
      assert.equal(error, killed);
      kills += 1;
      const second = await make(first);
      const { userOnly } = await attendQuestions(second.context, Promise.resolve());
      assert.deepEqual(ended(second), expected, `killed before write ${survives + 1}`);
      assert.equal(userOnly.length, 1);
      assert.deepEqual(second.context.log.state().open, []);
    }
    assert.ok(kills >= 7, `${kills} writes`);
  });

  it('half a file is waited for; one that stays broken is told once and left alone', async () => {
    const scene = await LeadsScene.make({ questions: '[{"id": "q3", "question": "How is this var' });
    let looks = 0;
    await scene.attend(() => {
      looks += 1;
      if (looks === 2) scene.write('tracks/login/questions.json', [naming]);
      return looks > 2 && scene.answerTo('q3') !== undefined;
    });
    assert.equal(scene.answerTo('q3'), 'count');

    const broken = await LeadsScene.make({ questions: '[{"id": "q3",}]' });
    await broken.attend(() => broken.warnings().length > 0, 'it is told');
    assert.equal(broken.warnings().length, 1);
    assert.match(broken.warnings()[0]!, /not valid JSON/);
    assert.equal(broken.text('tracks/login/questions.json'), '[{"id": "q3",}]');
  });

  it('binary, huge and missing files harm nothing', async () => {
    const scene = await LeadsScene.make();
    assert.deepEqual(await scene.attend(), { userOnly: [] });
    scene.write('tracks/login/questions.json', '\u0000\u0001binary');
    await scene.attend(() => scene.warnings().length === 1);
    scene.write('tracks/login/questions.json', `["${'x'.repeat(6_000_000)}"]`);
    await scene.attend(() => scene.warnings().length === 2);
    assert.match(scene.warnings()[1]!, /5\.7 MB/);
  });

  it('broken metadata.json: the agent gets its answer, the audit entry follows when the file is whole', async () => {
    const scene = await LeadsScene.make({ questions: [naming] });
    const whole = scene.text('tracks/login/metadata.json');
    scene.write('tracks/login/metadata.json', whole.slice(0, -20));
    await scene.attend(async () => {
      if (scene.warnings().length === 0) return false;
      if (scene.text('tracks/login/metadata.json') !== whole && scene.warnings().length === 1)
        scene.write('tracks/login/metadata.json', whole);
      await until('it is logged', () => scene.consultations().length === 1);
      return true;
    });
    assert.equal(scene.answerTo('q3'), 'count');
    assert.match(scene.warnings()[0]!, /audit trail/);
  });

  it('a run that is stopped starts no leads', async () => {
    const stop = new AbortController();
    stop.abort();
    const scene = await LeadsScene.make({ questions: [tech, money], signal: stop.signal });
    const { userOnly } = await scene.attend();
    assert.deepEqual(
      userOnly.map(({ subject }) => subject),
      ['q2'],
    );
    assert.equal(scene.prompts().length, 0);
  });
});
