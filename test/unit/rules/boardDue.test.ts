import assert from 'node:assert/strict';
import type { BoardSession } from '../../../src/model/board';
import type { LoopState } from '../../../src/model/loopState';
import type { Metadata } from '../../../src/model/metadata';
import type { Track } from '../../../src/model/track';
import { boardDue, unansweredSession } from '../../../src/rules/boardDue';
import { blockerOf, busOf, checkpointOf, loopOf, metadataOf, planOf, reportOf, trackOf } from './builders';

const times = {
  PLAN: checkpointOf({ completedAt: '2026-02-01T08:00:00Z' }),
  EVALUATE_PLAN: checkpointOf({ startedAt: '2026-02-01T09:00:00Z', completedAt: '2026-02-01T10:00:00Z' }),
};
const executed = {
  ...times,
  EXECUTE: checkpointOf({ startedAt: '2026-02-02T08:00:00Z', completedAt: '2026-02-02T09:00:00Z' }),
  EVALUATE_EXECUTION: checkpointOf({
    startedAt: '2026-02-02T10:00:00Z',
    completedAt: '2026-02-02T11:00:00Z',
  }),
};
const planned: Partial<LoopState> = { step: 'EVALUATE_PLAN', stepStatus: 'PASSED', checkpoints: times };
const done: Partial<LoopState> = { step: 'EVALUATE_EXECUTION', stepStatus: 'PASSED', checkpoints: executed };

function track(
  loop: Partial<LoopState>,
  o: Partial<Track> & { readonly meta?: Partial<Metadata> } = {},
): Track {
  const { meta, ...more } = o;
  return trackOf({
    loop: loopOf(loop),
    metadata: metadataOf({ type: 'architecture', status: 'in_progress', ...meta }),
    plan: planOf('   '),
    ...more,
  });
}

function session(o: Partial<BoardSession> = {}): BoardSession {
  return {
    sessionId: 'board-20260201-110000',
    checkpoint: 'EVALUATE_PLAN',
    verdict: 'APPROVED',
    votes: {},
    assessments: {},
    discussion: [],
    conditions: [],
    dissent: [],
    timestamp: '2026-02-01T11:00:00Z',
    source: 'metadata',
    ...o,
  };
}

const at = (t: Track): string | undefined => {
  const due = boardDue(t);
  return due && `${due.checkpoint}${due.quick ? ' quick' : ''}`;
};

describe('boardDue: EVALUATE_PLAN', () => {
  it('a major track: architecture, integration, infrastructure, five tasks, P0', () => {
    for (const type of ['architecture', 'integration', 'infrastructure']) {
      assert.equal(at(track(planned, { meta: { type } })), 'EVALUATE_PLAN', type);
    }
    const small = { type: 'feature' };
    assert.equal(at(track(planned, { meta: { ...small, priority: 'P0' } })), 'EVALUATE_PLAN');
    assert.equal(at(track(planned, { meta: small, plan: planOf('     ') })), 'EVALUATE_PLAN');
    assert.equal(at(track(planned, { meta: small, plan: planOf('    ') })), undefined);
    assert.match(boardDue(track(planned))?.why ?? '', /type architecture/);
  });

  it('also when the agent has moved on to EXECUTE, which has not begun; not later', () => {
    assert.equal(at(track({ ...planned, step: 'EXECUTE', stepStatus: 'NOT_STARTED' })), 'EVALUATE_PLAN');
    assert.equal(at(track({ ...planned, step: 'EXECUTE', stepStatus: 'IN_PROGRESS' })), undefined);
    assert.equal(at(track({ ...planned, stepStatus: 'FAILED' })), undefined);
    assert.equal(at(track({ ...planned, stepStatus: 'BLOCKED' })), undefined);
    assert.equal(at(track({ step: 'EXECUTE', stepStatus: 'NOT_STARTED' })), undefined);
  });

  it('BOARD_REVIEW asks for the board on any track', () => {
    const waits = track({ ...planned, stepStatus: 'BOARD_REVIEW' }, { meta: { type: 'docs' } });
    assert.equal(at(waits), 'EVALUATE_PLAN');
    assert.equal(at({ ...waits, boardSessions: [session()] }), undefined);
  });

  it('once a round: whoever held it', () => {
    assert.equal(at(track(planned, { boardSessions: [session()] })), undefined);
    assert.equal(
      at(track(planned, { boardSessions: [session({ verdict: 'APPROVED WITH REVIEW' })] })),
      undefined,
    );
    // Held by the evaluator itself, before its own end.
    assert.equal(
      at(track(planned, { boardSessions: [session({ timestamp: '2026-02-01T09:30:00Z' })] })),
      undefined,
    );
    // About the plan before this one, about another checkpoint, without a verdict.
    for (const other of [
      { timestamp: '2026-02-01T07:00:00Z' },
      { checkpoint: 'QUICK_REVIEW' },
      { verdict: undefined },
    ]) {
      assert.equal(
        at(track(planned, { boardSessions: [session(other)] })),
        'EVALUATE_PLAN',
        JSON.stringify(other),
      );
    }
  });

  it('an approval holds when the evaluator looks again at the same plan; a rejection is about one evaluation', () => {
    const again = { ...times, EVALUATE_PLAN: checkpointOf({ startedAt: '2026-02-01T12:00:00Z' }) };
    const looked = (verdict: string): Track =>
      track({ ...planned, checkpoints: again }, { boardSessions: [session({ verdict })] });
    assert.equal(at(looked('APPROVED')), undefined);
    assert.match(boardDue(looked('REJECTED'))?.why ?? '', /major track/);
    assert.equal(unansweredSession(looked('REJECTED'), 'EVALUATE_PLAN'), undefined);
  });

  it('a rejection that the evaluation does not show yet is due, and named', () => {
    const t = track(planned, { boardSessions: [session({ verdict: 'REJECTED' })] });
    assert.match(boardDue(t)?.why ?? '', /board-20260201-110000 rejected/);
    assert.equal(unansweredSession(t, 'EVALUATE_PLAN')?.sessionId, 'board-20260201-110000');
    assert.equal(at({ ...t, loop: loopOf({ ...planned, stepStatus: 'FAILED' }) }), undefined);
  });

  it('a tie is due until a person has resolved it, or wants another meeting', () => {
    const tied = session({ verdict: 'ESCALATE' });
    const blocker = (active: boolean, id = 'board:board-20260201-110000'): Partial<Metadata> => ({
      blockers: [blockerOf({ id, trigger: 'board-tie', active })],
    });
    const t = track(planned, { boardSessions: [tied] });
    assert.match(boardDue(t)?.why ?? '', /could not decide/);
    assert.ok(
      unansweredSession(track(planned, { boardSessions: [tied], meta: blocker(true) }), 'EVALUATE_PLAN'),
    );
    const resolvedBy = { by: 'Ada', at: '2026-02-01T13:00:00Z' };
    assert.equal(
      at(
        track(planned, {
          boardSessions: [session({ verdict: 'APPROVED', resolvedBy })],
          meta: blocker(false),
        }),
      ),
      undefined,
    );
    for (const id of ['board:board-20260201-110000', 'board:board-20260201-110000#2']) {
      const again = track(planned, { boardSessions: [tied], meta: blocker(false, id) });
      assert.equal(unansweredSession(again, 'EVALUATE_PLAN'), undefined);
      assert.match(boardDue(again)?.why ?? '', /major track/);
    }
  });

  it('a session on the bus that is not at its end is gone on with, also on a minor track', () => {
    const running = session({
      source: 'bus',
      status: 'VOTING',
      verdict: undefined,
      timestamp: undefined,
      startedAt: '2026-02-01T10:30:00Z',
    });
    const minor = { type: 'feature' };
    const t = track(planned, { boardSessions: [running], bus: busOf({ board: running }), meta: minor });
    assert.match(boardDue(t)?.why ?? '', /was begun and is not resolved/);
    // Of an earlier round: not this one's.
    const old = { ...running, startedAt: '2026-01-01T10:30:00Z' };
    assert.equal(
      at(track(planned, { boardSessions: [old], bus: busOf({ board: old }), meta: minor })),
      undefined,
    );
    // Another program that never writes COMPLETE, but has recorded the verdict.
    const kept = [session({ sessionId: running.sessionId })];
    assert.equal(at(track(planned, { boardSessions: kept, bus: busOf({ board: running }) })), undefined);
    // Ours with the verdict recorded: the last write is missing.
    const ours = { ...running, convenedBy: 'conductor-vscode' };
    assert.equal(at(track(planned, { boardSessions: kept, bus: busOf({ board: ours }) })), 'EVALUATE_PLAN');
  });
});

describe('boardDue: EVALUATE_EXECUTION', () => {
  const quick = session({ checkpoint: 'EVALUATE_EXECUTION', timestamp: '2026-02-02T12:00:00Z' });

  it('always a quick review, at each evaluation', () => {
    assert.equal(at(track(done, { meta: { type: 'docs' } })), 'EVALUATE_EXECUTION quick');
    assert.equal(at(track(done, { boardSessions: [quick] })), undefined);
    assert.equal(at(track(done, { boardSessions: [{ ...quick, checkpoint: 'QUICK_REVIEW' }] })), undefined);
    const fixed = { ...executed, FIX: checkpointOf({ completedAt: '2026-02-03T09:00:00Z' }) };
    assert.equal(
      at(track({ ...done, checkpoints: fixed }, { boardSessions: [quick] })),
      'EVALUATE_EXECUTION quick',
    );
  });

  it('also when the agent has moved on, but not once the track is marked complete', () => {
    assert.equal(
      at(track({ ...done, step: 'BUSINESS_SYNC', stepStatus: 'NOT_STARTED' })),
      'EVALUATE_EXECUTION quick',
    );
    const ended = { ...done, step: 'COMPLETE', stepStatus: 'PASSED' } as const;
    assert.equal(at(track(ended)), 'EVALUATE_EXECUTION quick');
    assert.equal(at(track(ended, { meta: { status: 'complete' } })), undefined);
  });

  it('CONFLICT first, when evaluators of the round disagree', () => {
    const ran = (verdict: string): Partial<LoopState> => ({
      ...done,
      checkpoints: {
        ...executed,
        EVALUATE_EXECUTION: {
          ...executed.EVALUATE_EXECUTION,
          evaluatorsRun: [
            { evaluator: 'eval-ui-ux', verdict: 'PASS', issues: [] },
            { evaluator: 'eval-integration', verdict, issues: [] },
          ],
        },
      },
    });
    assert.equal(at(track(ran('PASS'))), 'EVALUATE_EXECUTION quick');
    const t = track(ran('FAIL'));
    assert.equal(at(t), 'CONFLICT');
    assert.match(boardDue(t)?.why ?? '', /eval-ui-ux passed, eval-integration failed/);
    const resolved = { ...quick, checkpoint: 'CONFLICT' };
    assert.equal(at({ ...t, boardSessions: [resolved] }), 'EVALUATE_EXECUTION quick');
    assert.equal(at({ ...t, boardSessions: [resolved, quick] }), undefined);
  });

  it('CONFLICT from the rows of the report of the round', () => {
    const check = (name: string, status: 'pass' | 'fail') => ({ name, status, statusText: status, line: 1 });
    const report = reportOf({ checks: [check('eval-code-quality', 'pass'), check('eval-ui-ux', 'fail')] });
    assert.equal(at(track(done, { reports: [{ file: '/w/r.md', report }] })), 'CONFLICT');
  });

  it('PRE_LAUNCH after the quick review, only where the data names it', () => {
    const reviewed = { boardSessions: [quick] };
    assert.equal(at(track(done, reviewed)), undefined);
    const meta = {
      boardConditions: ['Security audit (CSO)'],
      conditionEvidence: [{ condition: 'Security audit (CSO)', met: false, by: 'Ada', due: 'PRE_LAUNCH' }],
    };
    const t = track(done, { ...reviewed, meta });
    assert.equal(at(t), 'PRE_LAUNCH');
    assert.equal(at({ ...t, boardSessions: [quick, { ...quick, checkpoint: 'PRE_LAUNCH' }] }), undefined);
  });
});
