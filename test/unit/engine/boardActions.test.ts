import assert from 'node:assert/strict';
import { castVote, resolveTie, type VoteRequest } from '../../../src/engine/boardActions';
import { addCondition, markCondition } from '../../../src/engine/boardConditions';
import { boardConditionsOf } from '../../../src/rules/boardConditions';
import { nextActionOf } from '../../../src/rules/nextAction';
import { sessionVerdict } from '../../../src/rules/sessionVerdict';
import type { TrackChangeResult } from '../../../src/engine/blockTrack';
import { at, id, loopProject, metadataFile, now, type Project } from './project';

const board = `tracks/${id}/.message-bus/board`;
const sessionId = 'board-20260201100000';
const kept = {
  session_id: sessionId,
  checkpoint: 'EVALUATE_PLAN',
  verdict: 'APPROVED',
  vote_summary: { CA: 'APPROVE', CPO: 'APPROVE', CSO: 'APPROVE', COO: 'APPROVE', CXO: 'REJECT' },
  conditions: ['Add caching (CA)'],
  timestamp: '2026-02-01T10:00:00Z',
  own: { kept: true },
};
const loop = { current_step: 'EVALUATE_PLAN', step_status: 'IN_PROGRESS' };

function vote(director: string, verdict: VoteRequest['verdict'], o: Partial<VoteRequest> = {}): VoteRequest {
  return { sessionId, director, verdict, note: 'Said in the meeting', ...o };
}
function code(result: TrackChangeResult): string {
  assert.ok('refused' in result, 'it was not refused');
  return result.refused.code;
}
function ok(result: TrackChangeResult): Exclude<TrackChangeResult, { refused: unknown }> {
  assert.ok('files' in result, JSON.stringify(result));
  return result;
}

describe('votes that a person casts', () => {
  let project: Project;
  afterEach(() => project.dispose());

  it('correct the vote, let the verdict follow by the rule, and keep who changed what', async () => {
    project = await loopProject(loop, { board_sessions: [{ session_id: 'other' }, kept] });
    const first = ok(await castVote(project.ports, await project.track(id), vote('CA', 'REJECT')));
    assert.deepEqual(first.warnings, []);
    const json = await project.json(metadataFile);
    assert.deepEqual(at(json, 'board_sessions', 1), {
      ...kept,
      vote_summary: { ...kept.vote_summary, CA: 'REJECT' },
      verdict: 'APPROVED_WITH_REVIEW',
      vote_corrections: [
        { director: 'CA', from: 'APPROVE', to: 'REJECT', note: 'Said in the meeting', by: 'person', at: now },
      ],
    });
    assert.deepEqual(at(json, 'board_sessions', 0), { session_id: 'other' });
    ok(await castVote(project.ports, await project.track(id), vote('cpo', 'ABSTAIN')));
    assert.equal(at(await project.json(metadataFile), 'board_sessions', 1, 'verdict'), 'ESCALATE');
    const [, session] = (await project.track(id)).boardSessions;
    assert.equal(session?.corrections?.length, 2);
    assert.equal(sessionVerdict(session).verdict, 'ESCALATE');
  });

  it('are written in the form that the session has: objects, lists, the director’s own spelling', async () => {
    project = await loopProject(loop, {
      board_sessions: [
        { session_id: 'a', votes: { ca: { final_verdict: 'APPROVE', confidence: 0.5, reason: 'kept' } } },
        { session_id: 'b', votes: [{ director: 'CA', verdict: 'APPROVE' }] },
      ],
    });
    ok(
      await castVote(
        project.ports,
        await project.track(id),
        vote('CA', 'REJECT', { sessionId: 'a', confidence: 0.9 }),
      ),
    );
    ok(await castVote(project.ports, await project.track(id), vote('CA', 'CONCERNS', { sessionId: 'b' })));
    ok(await castVote(project.ports, await project.track(id), vote('CSO', 'APPROVE', { sessionId: 'b' })));
    const json = await project.json(metadataFile);
    assert.deepEqual(at(json, 'board_sessions', 0, 'votes'), {
      ca: { final_verdict: 'REJECT', confidence: 0.9, reason: 'kept', timestamp: now, by: 'person' },
    });
    assert.deepEqual(at(json, 'board_sessions', 1, 'votes'), [
      { director: 'CA', verdict: 'CONCERNS', timestamp: now, by: 'person' },
      { director: 'CSO', final_verdict: 'APPROVE', timestamp: now, by: 'person' },
    ]);
    // A session without a verdict is not resolved by a vote.
    assert.equal(at(json, 'board_sessions', 0, 'verdict'), undefined);
  });

  it('go to votes.json of the bus while the session runs there; metadata.json is not touched', async () => {
    project = await loopProject(
      loop,
      {},
      {
        [`${board}/session-${sessionId}.json`]: {
          session_id: sessionId,
          checkpoint: 'EVALUATE_PLAN',
          status: 'VOTING',
        },
        [`${board}/votes.json`]: {
          CA: { final_verdict: 'APPROVE', confidence: 0.8, conditions: ['x'], timestamp: 't' },
        },
      },
    );
    const before = await project.text(metadataFile);
    ok(await castVote(project.ports, await project.track(id), vote('CSO', 'REJECT', { confidence: 0.4 })));
    ok(await castVote(project.ports, await project.track(id), vote('CA', 'REJECT')));
    assert.equal(await project.text(metadataFile), before);
    assert.deepEqual(await project.json(`${board}/votes.json`), {
      CA: { final_verdict: 'REJECT', confidence: 0.8, conditions: ['x'], timestamp: now, by: 'person' },
      CSO: { final_verdict: 'REJECT', confidence: 0.4, timestamp: now, by: 'person' },
    });
    const session = await project.json(`${board}/session-${sessionId}.json`);
    assert.deepEqual(
      (session['vote_corrections'] as { director: string }[]).map(({ director }) => director),
      ['CSO', 'CA'],
    );
    assert.equal('verdict' in session, false);
    const shown = (await project.track(id)).bus?.board;
    assert.equal(shown?.votes['CSO']?.by, 'person');
  });

  it('go to the bus alone while metadata.json only names the session: one vote there would stand for all', async () => {
    project = await loopProject(
      loop,
      { board_sessions: [{ session_id: sessionId, checkpoint: 'EVALUATE_PLAN' }] },
      {
        [`${board}/session-${sessionId}.json`]: { session_id: sessionId, status: 'VOTING' },
        [`${board}/votes.json`]: { CA: { final_verdict: 'APPROVE' }, CSO: { final_verdict: 'REJECT' } },
      },
    );
    const before = await project.text(metadataFile);
    ok(await castVote(project.ports, await project.track(id), vote('CSO', 'APPROVE')));
    assert.equal(await project.text(metadataFile), before);
    const votes = await project.json(`${board}/votes.json`);
    assert.deepEqual(
      [at(votes, 'CA', 'final_verdict'), at(votes, 'CSO', 'final_verdict')],
      ['APPROVE', 'APPROVE'],
    );
    const session = await project.json(`${board}/session-${sessionId}.json`);
    assert.equal(at(session, 'vote_corrections', 0, 'from'), 'REJECT');
  });

  it('stay in the board folder, whatever the session calls itself', async () => {
    const odd = '/../../../metadata';
    project = await loopProject(
      loop,
      {},
      { [`${board}/session-1.json`]: { session_id: odd, status: 'VOTING', verdict: 'REJECTED' } },
    );
    const before = await project.text(metadataFile);
    ok(await castVote(project.ports, await project.track(id), { ...vote('CA', 'APPROVE'), sessionId: odd }));
    assert.equal(await project.text(metadataFile), before);
    assert.equal(at(await project.json(`${board}/votes.json`), 'CA', 'final_verdict'), 'APPROVE');
  });

  it('begin votes.json where it is empty or missing', async () => {
    for (const votes of ['', undefined]) {
      project = await loopProject(
        loop,
        {},
        {
          [`${board}/session-${sessionId}.json`]: { session_id: sessionId, status: 'VOTING' },
          ...(votes === undefined ? {} : { [`${board}/votes.json`]: votes }),
        },
      );
      ok(await castVote(project.ports, await project.track(id), vote('CA', 'APPROVE', { note: '' })));
      assert.deepEqual(await project.json(`${board}/votes.json`), {
        CA: { final_verdict: 'APPROVE', timestamp: now, by: 'person' },
      });
      if (votes === '') await project.dispose();
    }
  });

  it('are written in both places where the session is in both, and say what the bus refused', async () => {
    project = await loopProject(
      loop,
      { board_sessions: [kept] },
      {
        [`${board}/session-${sessionId}.json`]: {
          session_id: sessionId,
          status: 'COMPLETE',
          verdict: 'APPROVED',
        },
        [`${board}/votes.json`]: '{ "CA": ',
      },
    );
    const result = ok(await castVote(project.ports, await project.track(id), vote('CA', 'REJECT')));
    assert.equal(result.warnings.length, 1);
    assert.match(result.warnings[0]!, /message bus still says what it said/);
    assert.equal(await project.text(`${board}/votes.json`), '{ "CA": ');
    assert.equal(at(await project.json(metadataFile), 'board_sessions', 0, 'vote_summary', 'CA'), 'REJECT');
  });

  it('are refused for unknown directors and sessions, without a reason, and when nothing would change', async () => {
    project = await loopProject(loop, { board_sessions: [kept] });
    const track = await project.track(id);
    const before = await project.text(metadataFile);
    assert.equal(code(await castVote(project.ports, track, vote('CEO', 'APPROVE'))), 'director-unknown');
    assert.equal(
      code(await castVote(project.ports, track, vote('__proto__', 'APPROVE'))),
      'director-unknown',
    );
    assert.equal(
      code(await castVote(project.ports, track, vote('CA', 'APPROVE', { sessionId: 'nope' }))),
      'session-unknown',
    );
    assert.equal(
      code(await castVote(project.ports, track, vote('CA', 'REJECT', { note: ' ' }))),
      'note-missing',
    );
    assert.equal(code(await castVote(project.ports, track, vote('CA', 'APPROVE'))), 'same-vote');
    assert.equal(
      code(await castVote(project.ports, track, vote('CA', 'REJECT', { confidence: 2 }))),
      'confidence-invalid',
    );
    assert.equal(await project.text(metadataFile), before);
  });
});

describe('a tie that a person resolves', () => {
  let project: Project;
  afterEach(() => project.dispose());
  const tied = {
    ...kept,
    verdict: 'ESCALATE',
    vote_summary: { CA: 'APPROVE', CPO: 'APPROVE', CSO: 'REJECT', COO: 'REJECT', CXO: 'ABSTAIN' },
  };

  it('gets its verdict with who and why; its conditions hold from then on', async () => {
    project = await loopProject(loop, { board_sessions: [tied] });
    assert.equal(
      code(
        await resolveTie(project.ports, await project.track(id), {
          sessionId,
          verdict: 'APPROVED',
          note: '',
        }),
      ),
      'note-missing',
    );
    ok(
      await resolveTie(project.ports, await project.track(id), {
        sessionId,
        verdict: 'APPROVED_WITH_REVIEW',
        note: 'We need it by May',
      }),
    );
    const json = await project.json(metadataFile);
    assert.equal(at(json, 'board_sessions', 0, 'verdict'), 'APPROVED_WITH_REVIEW');
    assert.deepEqual(at(json, 'board_sessions', 0, 'resolved_by'), {
      by: 'person',
      at: now,
      note: 'We need it by May',
    });
    assert.deepEqual(json['board_conditions'], ['Add caching (CA)']);
    const session = (await project.track(id)).boardSessions[0]!;
    const verdict = sessionVerdict(session);
    assert.equal(verdict.verdict, 'APPROVED_WITH_REVIEW');
    assert.equal(verdict.contradiction, undefined);
    assert.equal(
      code(
        await resolveTie(project.ports, await project.track(id), {
          sessionId,
          verdict: 'REJECTED',
          note: 'x',
        }),
      ),
      'resolved-already',
    );
    // A vote corrected afterwards does not take a person's decision away.
    ok(await castVote(project.ports, await project.track(id), vote('CXO', 'REJECT')));
    assert.equal(
      at(await project.json(metadataFile), 'board_sessions', 0, 'verdict'),
      'APPROVED_WITH_REVIEW',
    );
  });

  it('of a session on the bus is recorded in metadata.json in the spec’s short form', async () => {
    project = await loopProject(
      loop,
      {},
      {
        [`${board}/session-${sessionId}.json`]: {
          session_id: sessionId,
          checkpoint: 'EVALUATE_PLAN',
          status: 'RESOLVING',
        },
        [`${board}/votes.json`]: {
          CA: { final_verdict: 'APPROVE', conditions: ['Add caching'] },
          CPO: { final_verdict: 'APPROVE' },
          CSO: { final_verdict: 'REJECT' },
          COO: { final_verdict: 'REJECT' },
        },
      },
    );
    ok(
      await resolveTie(project.ports, await project.track(id), {
        sessionId,
        verdict: 'APPROVED',
        note: 'Go',
      }),
    );
    const json = await project.json(metadataFile);
    assert.deepEqual(json['board_sessions'], [
      {
        session_id: sessionId,
        checkpoint: 'EVALUATE_PLAN',
        verdict: 'APPROVED',
        vote_summary: { CA: 'APPROVE', CPO: 'APPROVE', CSO: 'REJECT', COO: 'REJECT' },
        conditions: ['Add caching (CA)'],
        timestamp: now,
        resolved_by: { by: 'person', at: now, note: 'Go' },
      },
    ]);
    assert.deepEqual(json['board_conditions'], ['Add caching (CA)']);
    assert.equal((await project.json(`${board}/session-${sessionId}.json`))['verdict'], 'APPROVED');
  });

  it('is none when the votes decide by themselves', async () => {
    project = await loopProject(loop, { board_sessions: [kept] });
    const result = await resolveTie(project.ports, await project.track(id), {
      sessionId,
      verdict: 'REJECTED',
      note: 'x',
    });
    assert.equal(code(result), 'not-escalated');
  });
});

describe('conditions of the board', () => {
  let project: Project;
  afterEach(() => project.dispose());
  const evaluating = {
    current_step: 'EVALUATE_EXECUTION',
    step_status: 'PASSED',
    checkpoints: {
      EVALUATE_EXECUTION: {
        status: 'PASSED',
        business_sync_required: false,
        unmet_board_conditions: ['Add caching (CA)'],
      },
    },
  };

  it('are met with evidence; the board’s own list stays as it wrote it, and the loop goes on', async () => {
    project = await loopProject(evaluating, {
      board_conditions: ['Add caching (CA)', { condition: 'Audit', own: 1 }],
    });
    assert.equal(nextActionOf(await project.track(id)).to, 'FIX');
    assert.equal(
      code(
        await markCondition(project.ports, await project.track(id), {
          condition: 'Add caching (CA)',
          met: true,
        }),
      ),
      'evidence-missing',
    );
    ok(
      await markCondition(project.ports, await project.track(id), {
        condition: 'add caching',
        met: true,
        file: 'src/cache.ts',
        line: 88,
        note: 'LRU',
      }),
    );
    const json = await project.json(metadataFile);
    assert.deepEqual(json['board_conditions'], ['Add caching (CA)', { condition: 'Audit', own: 1 }]);
    assert.deepEqual(json['board_condition_evidence'], [
      {
        condition: 'Add caching (CA)',
        met: true,
        evidence: 'src/cache.ts:88',
        note: 'LRU',
        by: 'person',
        at: now,
      },
    ]);
    assert.deepEqual(
      at(json, 'loop_state', 'checkpoints', 'EVALUATE_EXECUTION', 'unmet_board_conditions'),
      [],
    );
    const track = await project.track(id);
    assert.equal(nextActionOf(track).kind, 'complete');
    assert.deepEqual(
      boardConditionsOf(track).map(({ text, state, director }) => [text, state, director]),
      [
        ['Add caching (CA)', 'met', 'CA'],
        ['Audit', 'open', undefined],
      ],
    );
    assert.deepEqual(boardConditionsOf(track)[0]?.evidence, [
      { file: 'src/cache.ts', line: 88, how: 'byHand', note: `person, ${now}` },
    ]);
  });

  it('can be found unmet again: then the loop may not complete', async () => {
    project = await loopProject(
      {
        ...evaluating,
        checkpoints: { EVALUATE_EXECUTION: { status: 'PASSED', business_sync_required: false } },
      },
      { board_conditions: ['Audit'] },
    );
    assert.equal(nextActionOf(await project.track(id)).kind, 'complete');
    assert.equal(
      code(await markCondition(project.ports, await project.track(id), { condition: 'Audit', met: false })),
      'note-missing',
    );
    ok(
      await markCondition(project.ports, await project.track(id), {
        condition: 'Audit',
        met: false,
        note: 'Logs are empty',
      }),
    );
    const track = await project.track(id);
    assert.equal(boardConditionsOf(track)[0]?.state, 'unmet');
    assert.equal(nextActionOf(track).to, 'FIX');
  });

  it('are added with who adds them, to the list, the session and the bus; the same twice is refused', async () => {
    project = await loopProject(
      loop,
      { board_sessions: [kept], board_conditions: kept.conditions },
      {
        [`${board}/session-${sessionId}.json`]: { session_id: sessionId, status: 'VOTING' },
        [`${board}/votes.json`]: { CA: { final_verdict: 'APPROVE', conditions: ['Add caching'] } },
      },
    );
    ok(
      await addCondition(project.ports, await project.track(id), {
        text: 'Load test\nat 50/s',
        director: 'COO',
        sessionId,
        due: 'PRE_LAUNCH',
        note: 'Ops asked',
      }),
    );
    const json = await project.json(metadataFile);
    const text = 'Load test at 50/s (COO)';
    assert.deepEqual(json['board_conditions'], ['Add caching (CA)', text]);
    assert.deepEqual(at(json, 'board_sessions', 0, 'conditions'), ['Add caching (CA)', text]);
    assert.deepEqual(json['board_condition_evidence'], [
      {
        condition: text,
        met: false,
        added: true,
        due: 'PRE_LAUNCH',
        note: 'Ops asked',
        by: 'person',
        at: now,
      },
    ]);
    assert.deepEqual((await project.json(`${board}/session-${sessionId}.json`))['conditions'], [
      'Add caching (CA)',
      text,
    ]);
    const condition = boardConditionsOf(await project.track(id))[1];
    assert.deepEqual([condition?.state, condition?.due], ['open', 'PRE_LAUNCH']);
    await project.dispose();
    project = await loopProject(loop, { board_conditions: ['Add caching (CA)'] });
    assert.equal(
      code(await addCondition(project.ports, await project.track(id), { text: 'add  caching!' })),
      'condition-exists',
    );
    assert.equal(
      code(await addCondition(project.ports, await project.track(id), { text: ' \n' })),
      'condition-empty',
    );
    assert.equal(
      code(await addCondition(project.ports, await project.track(id), { text: 'x', director: 'CEO' })),
      'director-unknown',
    );
    assert.equal(
      code(await addCondition(project.ports, await project.track(id), { text: 'x', sessionId: 'nope' })),
      'session-unknown',
    );
  });

  it('that nobody made cannot be marked', async () => {
    project = await loopProject(loop);
    assert.equal(
      code(
        await markCondition(project.ports, await project.track(id), { condition: 'x', met: true, note: 'y' }),
      ),
      'condition-unknown',
    );
  });
});
