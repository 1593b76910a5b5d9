import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readResolution } from '../../../../src/files/resolutionFile';
import { directors } from '../../../../src/model/board';
import {
  boardAssessmentsSchema,
  boardSessionRecordSchema,
  boardSessionSchema,
  boardVotesSchema,
} from '../../../../src/model/schemas/board';
import { boardDue } from '../../../../src/rules/boardDue';
import { at, id, metadataFile } from '../project';
import { agreeable, assessing, BoardScene, voting, type Directors } from './boardScene';

let scene: BoardScene;
const use = async (...args: Parameters<typeof BoardScene.make>): Promise<BoardScene> =>
  (scene = await BoardScene.make(...args));
const kept = async (): Promise<Record<string, unknown>[]> =>
  ((await scene.project.json(metadataFile))['board_sessions'] ?? []) as Record<string, unknown>[];

describe('holdBoard: a full meeting', function () {
  this.timeout(60_000);
  afterEach(() => scene.project.dispose());

  it('five approve: APPROVED, written on the bus and in metadata.json', async () => {
    await use({ ...agreeable, 'CSO vote': voting('APPROVE', ['Security audit before launch']) });
    const outcome = await scene.hold();
    const session = scene.session();
    assert.deepEqual(outcome, {
      verdict: 'APPROVED',
      sessionId: session.session_id,
      conditions: ['Security audit before launch (CSO)'],
      reasons: [],
    });
    assert.match(session.session_id, /^board-\d{8}-\d{6}$/);
    assert.equal(session['status'], 'COMPLETE');
    assert.deepEqual(at(session, 'proposal'), { proposal: 'Do it', context: 'All of it.' });
    assert.deepEqual(session['phases'], {
      assess: { status: 'COMPLETE', complete: 5, of: 5 },
      discuss: { status: 'COMPLETE', rounds: 1, max_rounds: 3 },
      vote: { status: 'COMPLETE', complete: 5, of: 5 },
      resolve: { status: 'COMPLETE' },
    });
    const json = await scene.project.json(metadataFile);
    const [entry] = await kept();
    assert.deepEqual(Object.keys(entry!), [
      'session_id',
      'checkpoint',
      'verdict',
      'vote_summary',
      'conditions',
      'timestamp',
    ]);
    assert.deepEqual(entry!['vote_summary'], Object.fromEntries(directors.map((d) => [d, 'APPROVE'])));
    assert.equal(entry!['checkpoint'], 'EVALUATE_PLAN');
    assert.deepEqual(json['board_conditions'], ['Security audit before launch (CSO)']);
    assert.deepEqual(json['custom'], { kept: [1, 2] });
    assert.deepEqual(
      scene
        .posted('BOARD_ASSESS')
        .map(([source]) => source)
        .sort(),
      [...directors].sort(),
    );
    assert.deepEqual(
      scene.posted('BOARD_VOTE').map(([, p]) => p['final_verdict']),
      Array(5).fill('APPROVE'),
    );
    assert.equal(scene.posted('BOARD_RESOLVE')[0]?.[1]['verdict'], 'APPROVED');
    for (const name of ['BOARD_RESOLVE.event', 'BOARD_RESOLVE_all.event']) {
      assert.ok(existsSync(scene.file(`.message-bus/events/${name}`)), name);
    }
    boardSessionSchema.parse(session);
    boardSessionRecordSchema.parse(entry);
    boardAssessmentsSchema.parse(JSON.parse(scene.board('assessments.json')));
    boardVotesSchema.parse(JSON.parse(scene.board('votes.json')));
    const resolution = readResolution(scene.board('resolution.md'));
    assert.equal(resolution.verdict, 'APPROVED');
    assert.deepEqual(resolution.conditions, ['Security audit before launch (CSO)']);
    assert.equal(resolution.sessionId, session.session_id);
    assert.deepEqual(
      scene.events.flatMap((event) => (event.event === 'board' ? [event.phase] : [])),
      ['assess', 'discuss', 'vote', 'resolve'],
    );
    assert.deepEqual((await scene.project.track(id)).bus?.problems, []);
  });

  it('three approve, two reject: APPROVED WITH REVIEW, the outvoted are heard', async () => {
    await use({
      ...agreeable,
      'CSO assess': assessing('REJECT', { concerns: ['No login'] }),
      'CSO vote': voting('REJECT'),
      'COO vote': voting('REJECT'),
    });
    assert.equal(at(await scene.hold(), 'verdict'), 'APPROVED_WITH_REVIEW');
    assert.deepEqual(scene.session()['dissent'], ['REJECT: No login (CSO)', 'REJECT (COO)']);
    assert.match(scene.board('resolution.md'), /\*\*APPROVED WITH REVIEW\*\*/);
  });

  it('three reject: REJECTED with their reasons, and their conditions bind nobody', async () => {
    await use({
      ...agreeable,
      '* vote': voting('REJECT', ['Split it']),
      '* assess': assessing('REJECT', { concerns: ['Too large'], questions_for_board: ['Why?'] }),
      'CA vote': voting('APPROVE'),
      'CPO vote': voting('APPROVE'),
    });
    const outcome = await scene.hold();
    assert.equal(at(outcome, 'verdict'), 'REJECTED');
    assert.deepEqual(
      at(outcome, 'reasons'),
      ['CSO', 'COO', 'CXO'].flatMap((d) => [`Too large (${d})`, `Split it (${d})`]),
    );
    assert.equal((await scene.project.json(metadataFile))['board_conditions'], undefined);
  });

  it('missing votes leave no majority: a person resolves the tie, and hears who was missing and why', async () => {
    await use({
      ...agreeable,
      'CA vote': { exit: 3 },
      'CPO vote': voting('REJECT'),
      'CSO vote': voting('REJECT'),
    });
    await scene.script({
      ...agreeable,
      'CA vote': { exit: 3 },
      'CPO vote': voting('REJECT'),
      'CSO vote': voting('REJECT'),
    });
    const outcome = await scene.hold();
    const session = scene.session().session_id;
    assert.equal(at(outcome, 'verdict'), 'ESCALATE');
    assert.equal(at(outcome, 'escalation', 'trigger'), 'board-tie');
    assert.equal(at(outcome, 'escalation', 'id'), `board:${session}`);
    assert.equal(at(outcome, 'escalation', 'subject'), session);
    assert.match(
      String(at(outcome, 'escalation', 'context', 0)),
      /^CA: no vote \(CA: no answer was written \(exit code 3\)\)$/,
    );
    assert.equal(at((await kept())[0], 'verdict'), 'ESCALATE');
    assert.equal(scene.asked().filter((line) => line === 'CA vote').length, 2);
    // Asked again before anybody answered, it is the same tie, and nobody meets again.
    assert.deepEqual(at(await scene.hold(), 'escalation', 'id'), `board:${session}`);
    assert.equal(scene.sessions().length, 1);
  });

  it('of one mind without a question: no discussion', async () => {
    await use({ ...agreeable, '* assess': assessing('APPROVE') });
    await scene.hold();
    assert.equal(at(scene.session(), 'phases', 'discuss', 'status'), 'SKIPPED');
    assert.ok(!scene.asked().some((line) => line.includes('discuss')));
  });

  it('who changes a verdict makes another round, at most three', async () => {
    const remark = (message: string): object => ({
      from: 'XX',
      to: 'all',
      type: 'challenge',
      message,
      changes_my_verdict: true,
    });
    await use({
      ...agreeable,
      'CA discuss 1': { text: `${JSON.stringify(remark('One'))}\n${JSON.stringify(remark('Two'))}\n` },
      'CXO discuss 2': { answer: [remark('Three')] },
      'CXO discuss 3': { answer: remark('Four') },
    });
    await scene.hold();
    const rounds = scene.asked().filter((line) => line.startsWith('COO discuss'));
    assert.deepEqual(rounds, ['COO discuss 1', 'COO discuss 2', 'COO discuss 3']);
    const lines = scene
      .board('discussion.jsonl')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    assert.deepEqual(
      lines.map((line) => [
        at(line, 'from'),
        at(line, 'to'),
        at(line, 'type'),
        at(line, 'message'),
        at(line, 'round'),
      ]),
      [
        ['CA', 'ALL', 'CHALLENGE', 'One', 1],
        ['CA', 'ALL', 'CHALLENGE', 'Two', 1],
        ['CXO', 'ALL', 'CHALLENGE', 'Three', 2],
        ['CXO', 'ALL', 'CHALLENGE', 'Four', 3],
      ],
    );
    assert.deepEqual(
      scene.posted('BOARD_DISCUSS').map(([source, p]) => [source, p['message']]),
      [
        ['CA', 'One'],
        ['CA', 'Two'],
        ['CXO', 'Three'],
        ['CXO', 'Four'],
      ],
    );
  });

  it('half a JSON file, another form, a crash, no end: each is asked once more, then counts as it stands', async () => {
    const half = '{"verdict": "APPR';
    await use({
      ...agreeable,
      'CA assess': [{ text: half }, { text: '```json\n{"verdict":"approved","score":"7"}\n```', exit: 1 }],
      'CPO assess': { text: half },
      'CSO assess': [{ answer: { verdict: 'MAYBE' } }, assessing('CONCERNS')],
      'COO assess': { endless: true },
      'CXO assess': { ...assessing('APPROVE'), endless: true },
    });
    assert.equal(at(await scene.hold({}, { limitMs: 1500 }), 'verdict'), 'APPROVED');
    const assessments = JSON.parse(scene.board('assessments.json')) as Record<string, { verdict: string }>;
    assert.deepEqual(
      Object.entries(assessments)
        .map(([d, { verdict }]) => `${d} ${verdict}`)
        .sort(),
      ['CA APPROVE', 'CSO CONCERNS', 'CXO APPROVE'],
    );
    assert.equal(at(assessments, 'CA', 'director'), 'CA');
    assert.equal(at(assessments, 'CA', 'score'), 7);
    const asked = scene.asked();
    const times = (what: string): number => asked.filter((line) => line === what).length;
    assert.deepEqual(
      directors.map((d) => times(`${d} assess`)),
      [2, 2, 2, 2, 1],
    );
    // Who has not assessed it does not discuss, but votes.
    assert.deepEqual([times('COO discuss 1'), times('COO vote')], [0, 1]);
  });

  it('what an earlier meeting left in the files that both use is kept', async () => {
    await use(agreeable);
    await scene.project.write(
      `tracks/${id}/.message-bus/board/session-board-20260101000000.json`,
      '{"session_id":"board-20260101000000","status":"COMPLETE","verdict":"APPROVED"}',
    );
    await scene.project.write(
      `tracks/${id}/.message-bus/board/votes.json`,
      '{"CA":{"final_verdict":"REJECT"}}',
    );
    await scene.project.write(`tracks/${id}/.message-bus/board/discussion.jsonl`, '{"message":"old"}\n');
    await scene.hold();
    assert.equal(scene.board('earlier/board-20260101000000/votes.json'), '{"CA":{"final_verdict":"REJECT"}}');
    assert.equal(scene.board('earlier/board-20260101000000/discussion.jsonl'), '{"message":"old"}\n');
    assert.equal(at(JSON.parse(scene.board('votes.json')), 'CA', 'final_verdict'), 'APPROVE');
    assert.equal(scene.board('discussion.jsonl'), '');
  });

  it('a session of another program that is not at its end is left alone, and named', async () => {
    await use(agreeable);
    const file = `tracks/${id}/.message-bus/board/session-board-20260101000000.json`;
    await scene.project.write(
      file,
      '{"session_id":"board-20260101000000","checkpoint":"EVALUATE_PLAN","status":"VOTING"}',
    );
    const outcome = await scene.hold();
    assert.equal(at(outcome, 'escalation', 'trigger'), 'stuck');
    assert.match(String(at(outcome, 'escalation', 'description')), /board-20260101000000 of another program/);
    assert.deepEqual(scene.asked(), []);
    assert.equal(scene.sessions().length, 1);
  });

  it('a program that cannot be started is nobody’s vote: the session waits for it', async () => {
    await use(agreeable);
    const outcome = await scene.hold({}, { executable: 'conductor-no-such-agent' });
    assert.equal(at(outcome, 'escalation', 'trigger'), 'agent-not-started');
    assert.equal(scene.session()['status'], 'ASSESSING');
    assert.equal(at(await scene.hold(), 'verdict'), 'APPROVED');
    assert.equal(scene.sessions().length, 1);
  });

  it('an assessments.json that somebody broke stops the meeting with its name', async () => {
    await use({ ...agreeable, '* vote': { ...voting('APPROVE'), until: 'go' } });
    const held = scene.hold();
    await until(() => scene.asked().filter((line) => line.endsWith('vote')).length === 5);
    await scene.project.write(`tracks/${id}/.message-bus/board/assessments.json`, '{"CA": ');
    await scene.release('go');
    const outcome = await held;
    assert.equal(at(outcome, 'escalation', 'trigger'), 'run-broken');
    assert.match(String(at(outcome, 'escalation', 'description')), /assessments\.json/);
    assert.equal(await scene.project.text(`tracks/${id}/.message-bus/board/assessments.json`), '{"CA": ');
  });

  it('a metadata.json that cannot be read is told before anybody is asked', async () => {
    await use(agreeable);
    await scene.project.write(metadataFile, '{"version": 3,');
    assert.equal(at(await scene.hold(), 'escalation', 'trigger'), 'run-broken');
    assert.deepEqual(scene.asked(), []);
    assert.equal(await scene.project.text(metadataFile), '{"version": 3,');
  });

  it('a director that says it is another one speaks for itself only', async () => {
    await use({ ...agreeable, 'CSO vote': { answer: { director: 'CA', final_verdict: 'REJECT' } } });
    await scene.hold();
    const votes = JSON.parse(scene.board('votes.json')) as object;
    assert.deepEqual(
      [at(votes, 'CA', 'final_verdict'), at(votes, 'CSO', 'final_verdict')],
      ['APPROVE', 'REJECT'],
    );
  });
});

describe('holdBoard: a quick review', function () {
  this.timeout(60_000);
  afterEach(() => scene.project.dispose());
  const executed = {
    current_step: 'EVALUATE_EXECUTION',
    step_status: 'PASSED',
    checkpoints: {
      EXECUTE: { status: 'PASSED', completed_at: '2026-01-01T08:00:00Z' },
      EVALUATE_EXECUTION: { status: 'PASSED', started_at: '2026-01-01T09:00:00Z' },
    },
  };
  const concerned: Directors = {
    '* assess': assessing('CONCERNS', { concerns: ['Slow'] }),
    'CA assess': assessing('APPROVE'),
  };

  it('asks for assessments only; concerns count as yes', async () => {
    await use(concerned, executed);
    const outcome = await scene.hold({ checkpoint: 'EVALUATE_EXECUTION', quick: true });
    assert.equal(at(outcome, 'verdict'), 'APPROVED');
    assert.equal(scene.asked().length, 5);
    const [entry] = await kept();
    assert.equal(entry!['checkpoint'], 'EVALUATE_EXECUTION');
    assert.equal(at(entry, 'vote_summary', 'CXO'), 'CONCERNS');
    assert.equal(at(scene.session(), 'proposal', 'quick_mode'), true);
    assert.equal(boardDue(await scene.project.track(id)), undefined);
    assert.deepEqual(scene.posted('BOARD_VOTE'), []);
  });

  it('at another checkpoint it is a QUICK_REVIEW, which is no full meeting', async () => {
    await use(concerned);
    await scene.hold({ checkpoint: 'EVALUATE_PLAN', quick: true });
    assert.equal((await kept())[0]?.['checkpoint'], 'QUICK_REVIEW');
  });

  it('three rejections reject it, with their concerns', async () => {
    await use({ ...concerned, '* assess': assessing('REJECT', { concerns: ['Slow'] }) }, executed);
    const outcome = await scene.hold({ checkpoint: 'EVALUATE_EXECUTION', quick: true });
    assert.equal(at(outcome, 'verdict'), 'REJECTED');
    assert.deepEqual(at(outcome, 'reasons', 0), 'Slow (CPO)');
    // Not carried out yet: due, and given again without another meeting.
    assert.match(boardDue(await scene.project.track(id))?.why ?? '', /rejected this evaluation/);
    assert.equal(
      at(await scene.hold({ checkpoint: 'EVALUATE_EXECUTION', quick: true }), 'verdict'),
      'REJECTED',
    );
    assert.equal(scene.sessions().length, 1);
  });
});

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 2000; tries++) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('In 20 s it never came about.');
}
