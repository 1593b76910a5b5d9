import assert from 'node:assert/strict';
import { boardProposal, longestProposal } from '../../../../src/engine/board/proposal';
import {
  checkpointOf,
  loopOf,
  metadataOf,
  phaseOf,
  planOf,
  reportOf,
  taskOf,
  trackOf,
} from '../../rules/builders';

const checkpoints = ['EVALUATE_PLAN', 'EVALUATE_EXECUTION', 'PRE_LAUNCH', 'CONFLICT'] as const;

describe('boardProposal', () => {
  const report = reportOf({
    kind: 'plan',
    checks: [{ name: 'Scope', status: 'pass', statusText: 'PASS', note: 'fits', line: 4 }],
  });
  const track = trackOf({
    metadata: metadataOf({ type: 'architecture', priority: 'P0', description: 'Let people\nlog in' }),
    plan: planOf('x '),
    loop: loopOf({
      step: 'EVALUATE_PLAN',
      stepStatus: 'PASSED',
      checkpoints: { EVALUATE_PLAN: checkpointOf({ notes: 'Good' }) },
    }),
    reports: [{ file: '/w/conductor/tracks/login_20260101/plan.md', report }],
  });

  it('asks the question of the checkpoint, with goal, evaluation and plan, and where to read on', () => {
    const text = boardProposal(track, 'EVALUATE_PLAN');
    assert.match(text, /^# Carry out the plan: Login \(login_20260101\)\n/);
    assert.match(text, /- Type: architecture\n- Priority: P0\n- Goal: Let people log in\n/);
    assert.match(text, /`conductor\/tracks\/login_20260101\/plan\.md`/);
    assert.match(text, /- Notes: Good/);
    assert.match(text, /- Scope: PASS – fits/);
    assert.match(text, /2 tasks: 1 done/);
    assert.match(text, /- \[todo\] 1\.2: Task text 1\.2/);
    assert.equal(new Set(checkpoints.map((c) => boardProposal(track, c).split('\n')[0])).size, 4);
    assert.match(boardProposal(track, 'PRE_LAUNCH'), /CSO: look deep.*COO: look deep/);
  });

  it('is never longer than the limit, whatever the files hold', () => {
    const long = 'x'.repeat(5000);
    const tasks = Array.from({ length: 500 }, (_, i) => taskOf(`1.${i}`, 'todo', { text: long }));
    const huge = trackOf({
      name: long,
      metadata: metadataOf({ description: long.repeat(10), type: long }),
      plan: planOf(phaseOf('1', tasks, { heading: long })),
      loop: loopOf({
        checkpoints: { EVALUATE_PLAN: checkpointOf({ failureReasons: Array<string>(100).fill(long) }) },
      }),
    });
    for (const checkpoint of checkpoints)
      assert.ok(boardProposal(huge, checkpoint).length <= longestProposal);
    assert.ok(boardProposal(trackOf(), 'CONFLICT').length > 0);
  });
});
