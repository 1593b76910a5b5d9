import assert from 'node:assert/strict';
import { loopSteps, stepStatuses, type LoopState } from '../../../src/model/loopState';
import { applyEvent, nextAction, type LoopFacts } from '../../../src/rules/evaluateLoop';
import { checkpointOf, factsOf, loopOf } from './builders';

const at = '2026-02-01T12:00:00Z';
const reasons = ['No login (CSO)'];
const passed = (step: 'EVALUATE_PLAN' | 'EVALUATE_EXECUTION') => ({
  [step]: checkpointOf({ status: 'PASSED', verdict: 'PASS', completedAt: '2026-01-31T12:00:00Z' }),
});

/** Every state in which the board may overrule an evaluation: the row that the transition is named by. */
const rows: Readonly<
  Record<
    string,
    { loop: Partial<LoopState>; facts?: Partial<LoopFacts>; step: 'EVALUATE_PLAN' | 'EVALUATE_EXECUTION' }
  >
> = {
  'EVALUATE_PLAN/PASSED + overruled → EVALUATE_PLAN/FAILED': {
    loop: { step: 'EVALUATE_PLAN', stepStatus: 'PASSED' },
    step: 'EVALUATE_PLAN',
  },
  'EVALUATE_PLAN/BOARD_REVIEW + overruled → EVALUATE_PLAN/FAILED': {
    loop: { step: 'EVALUATE_PLAN', stepStatus: 'BOARD_REVIEW' },
    step: 'EVALUATE_PLAN',
  },
  'EXECUTE/NOT_STARTED + overruled → EVALUATE_PLAN/FAILED': {
    loop: { step: 'EXECUTE', stepStatus: 'NOT_STARTED', checkpoints: passed('EVALUATE_PLAN') },
    step: 'EVALUATE_PLAN',
  },
  'EVALUATE_EXECUTION/PASSED + overruled → EVALUATE_EXECUTION/FAILED': {
    loop: { step: 'EVALUATE_EXECUTION', stepStatus: 'PASSED' },
    step: 'EVALUATE_EXECUTION',
  },
  'EVALUATE_EXECUTION/BOARD_REVIEW + overruled → EVALUATE_EXECUTION/FAILED': {
    loop: { step: 'EVALUATE_EXECUTION', stepStatus: 'BOARD_REVIEW' },
    step: 'EVALUATE_EXECUTION',
  },
  'BUSINESS_SYNC/NOT_STARTED + overruled → EVALUATE_EXECUTION/FAILED': {
    loop: { step: 'BUSINESS_SYNC', stepStatus: 'NOT_STARTED', checkpoints: passed('EVALUATE_EXECUTION') },
    step: 'EVALUATE_EXECUTION',
  },
  'COMPLETE/PASSED + overruled → EVALUATE_EXECUTION/FAILED': {
    loop: { step: 'COMPLETE', stepStatus: 'PASSED', checkpoints: passed('EVALUATE_EXECUTION') },
    facts: { markedComplete: false },
    step: 'EVALUATE_EXECUTION',
  },
};

describe('evaluateLoop: the board overrules an evaluation', () => {
  for (const [row, { loop, facts, step }] of Object.entries(rows)) {
    it(row, () => {
      const before = loopOf(loop);
      const result = applyEvent(before, factsOf(facts), { kind: 'overruled', step, reasons, at });
      assert.ok(!('refused' in result));
      assert.equal(result.row, row);
      assert.deepEqual([result.loop.step, result.loop.stepStatus], [step, 'FAILED']);
      const checkpoint = result.loop.checkpoints[step];
      assert.deepEqual([checkpoint?.status, checkpoint?.verdict], ['FAILED', 'FAIL']);
      assert.deepEqual(checkpoint?.failureReasons, reasons);
      assert.equal(checkpoint?.completedAt, before.checkpoints[step]?.completedAt ?? at);
      // From there the table leads on as after any failed evaluation.
      const next = nextAction(result.loop, factsOf(facts));
      assert.deepEqual([next.kind, next.to], ['advance', step === 'EVALUATE_PLAN' ? 'PLAN' : 'FIX']);
    });
  }

  it('is refused in every other state', () => {
    const allowed = new Set(Object.keys(rows).map((row) => row.split(' ')[0]));
    for (const step of loopSteps) {
      for (const stepStatus of stepStatuses) {
        for (const target of ['EVALUATE_PLAN', 'EVALUATE_EXECUTION'] as const) {
          const checkpoints = { ...passed('EVALUATE_PLAN'), ...passed('EVALUATE_EXECUTION') };
          const loop = loopOf({ step, stepStatus, checkpoints });
          const result = applyEvent(loop, factsOf(), { kind: 'overruled', step: target, reasons, at });
          const isRow = Object.values(rows).some(
            (row) => row.loop.step === step && row.loop.stepStatus === stepStatus && row.step === target,
          );
          // COMPLETE is overruled only while the track is not marked complete.
          if (isRow && step !== 'COMPLETE') continue;
          assert.ok('refused' in result, `${step}/${stepStatus} → ${target}`);
          assert.equal(result.refused.code, 'not-overrulable');
        }
      }
    }
    assert.equal(allowed.size, 7);
  });

  it('is refused when the evaluation before the next step has not passed', () => {
    const loop = loopOf({ step: 'EXECUTE', stepStatus: 'NOT_STARTED' });
    assert.ok(
      'refused' in applyEvent(loop, factsOf(), { kind: 'overruled', step: 'EVALUATE_PLAN', reasons, at }),
    );
  });
});
