import assert from 'node:assert/strict';
import type { LoopState } from '../../../src/model/loopState';
import { gateAhead } from '../../../src/rules/gateAhead';
import { checkpointOf, loopOf } from './builders';

const passed = { completedAt: '2026-02-01T12:00:00Z' };
const evaluated = {
  EVALUATE_PLAN: checkpointOf({ status: 'PASSED', ...passed }),
  EVALUATE_EXECUTION: checkpointOf({ status: 'PASSED', ...passed }),
};
const gateAt = (o: Partial<LoopState>) => gateAhead(loopOf({ checkpoints: evaluated, ...o }));

describe('gateAhead', () => {
  it('stands where an evaluation has passed, also when the evaluator wrote the next step itself', () => {
    assert.equal(gateAt({ step: 'EVALUATE_PLAN', stepStatus: 'PASSED' })?.gate, 'EVALUATE_PLAN');
    assert.equal(gateAt({ step: 'EXECUTE', stepStatus: 'NOT_STARTED' })?.gate, 'EVALUATE_PLAN');
    assert.equal(gateAt({ step: 'EVALUATE_EXECUTION', stepStatus: 'PASSED' })?.gate, 'EVALUATE_EXECUTION');
    assert.equal(gateAt({ step: 'BUSINESS_SYNC', stepStatus: 'NOT_STARTED' })?.gate, 'EVALUATE_EXECUTION');
  });

  it('is one gate for one evaluation, and another one for the next round', () => {
    const before = gateAt({ step: 'EVALUATE_PLAN', stepStatus: 'PASSED' });
    assert.equal(gateAt({ step: 'EXECUTE', stepStatus: 'NOT_STARTED' })?.key, before?.key);
    const later = loopOf({
      step: 'EVALUATE_PLAN',
      stepStatus: 'PASSED',
      checkpoints: { EVALUATE_PLAN: checkpointOf({ status: 'PASSED', completedAt: '2026-02-01T13:00:00Z' }) },
    });
    assert.notEqual(gateAhead(later)?.key, before?.key);
  });

  it('is nowhere else: not before, not once the next step has begun, not without a passed evaluation', () => {
    assert.equal(gateAt({ step: 'EVALUATE_PLAN', stepStatus: 'IN_PROGRESS' }), undefined);
    assert.equal(gateAt({ step: 'EXECUTE', stepStatus: 'IN_PROGRESS' }), undefined);
    assert.equal(gateAt({ step: 'FIX', stepStatus: 'NOT_STARTED' }), undefined);
    assert.equal(
      gateAhead(loopOf({ step: 'EXECUTE', stepStatus: 'NOT_STARTED', checkpoints: {} })),
      undefined,
    );
  });
});
