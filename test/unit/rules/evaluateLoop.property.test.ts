import assert from 'node:assert/strict';
import fc from 'fast-check';
import { loopSteps, stepStatuses, type LoopState } from '../../../src/model/loopState';
import { applyEvent, nextAction, type LoopEvent, type LoopFacts } from '../../../src/rules/evaluateLoop';
import { blockerOf, checkpointOf, factsOf, loopOf } from './builders';

const at = '2026-02-01T12:00:00Z';

const factsArbitrary: fc.Arbitrary<LoopFacts> = fc.record({
  trackId: fc.constant('t'),
  superpowers: fc.boolean(),
  activeBlockers: fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.constant([blockerOf()]) },
  ),
  businessSyncRequired: fc.boolean(),
  unmetBoardConditions: fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.constant(['Audit (CSO)']) },
  ),
  progress: fc.constantFrom(
    { total: 4, done: 4, doing: 0, blocked: 0, skipped: 0 },
    { total: 4, done: 1, doing: 1, blocked: 0, skipped: 0 },
    { total: 0, done: 0, doing: 0, blocked: 0, skipped: 0 },
  ),
  iterations: fc.constantFrom(0, 1, 49, 50),
});

const eventArbitrary: fc.Arbitrary<LoopEvent> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<LoopEvent>({ kind: 'started', at }) },
  { weight: 6, arbitrary: fc.constant<LoopEvent>({ kind: 'advance', at }) },
  { weight: 3, arbitrary: fc.constant<LoopEvent>({ kind: 'passed', at }) },
  { weight: 3, arbitrary: fc.constant<LoopEvent>({ kind: 'failed', reasons: ['no'], at }) },
  { weight: 1, arbitrary: fc.constant<LoopEvent>({ kind: 'skipped', at }) },
  { weight: 1, arbitrary: fc.constant<LoopEvent>({ kind: 'blocked', description: 'b', at }) },
  { weight: 1, arbitrary: fc.constant<LoopEvent>({ kind: 'unblocked', at }) },
  { weight: 1, arbitrary: fc.constant<LoopEvent>({ kind: 'allowFixCycle', at }) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('EVALUATE_PLAN' as const, 'EVALUATE_EXECUTION' as const)
      .map((step): LoopEvent => ({ kind: 'overruled', step, reasons: ['no (CSO)'], at })),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({ step: fc.constantFrom(...loopSteps), status: fc.constantFrom(...stepStatuses) })
      .map(({ step, status }): LoopEvent => ({ kind: 'set', step, status, at })),
  },
);

const startArbitrary = fc
  .record({
    maxFixCycles: fc.integer({ min: 0, max: 5 }),
    maxPlanRevisions: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
  })
  .map((limits) => loopOf({ step: 'NOT_STARTED', ...limits }));

/** Walks events through the machine from a fresh loop and shows each transition to `check`. */
function walk(
  start: LoopState,
  run: readonly { readonly event: LoopEvent; readonly facts: LoopFacts }[],
  check: (
    before: LoopState,
    event: LoopEvent,
    facts: LoopFacts,
    after: LoopState,
    completed: boolean,
    escalated: boolean,
  ) => void,
): void {
  let loop = start;
  for (const { event, facts } of run) {
    const frozen = JSON.stringify(loop);
    const result = applyEvent(loop, facts, event);
    assert.equal(JSON.stringify(loop), frozen, 'the given state is never changed');
    if ('refused' in result) {
      assert.ok(result.refused.message.length > 10 && /^[a-z-]+$/.test(result.refused.code));
      continue;
    }
    assert.ok(result.why.length > 10 && result.row.length > 3);
    check(loop, event, facts, result.loop, result.completed, result.escalation !== undefined);
    loop = result.loop;
  }
}

const runArbitrary = fc.array(fc.record({ event: eventArbitrary, facts: factsArbitrary }), {
  maxLength: 120,
});

function property(check: Parameters<typeof walk>[2]): void {
  fc.assert(
    fc.property(startArbitrary, runArbitrary, (start, run) => walk(start, run, check)),
    { numRuns: 400 },
  );
}

describe('evaluateLoop: no sequence of events reaches an impossible state', function () {
  // Generous: machines that run tests are busy.
  this.timeout(60_000);

  it('fix cycles never exceed the limit, and grow by one, only on the way into FIX', () => {
    property((before, event, _facts, after) => {
      assert.ok(after.fixCycleCount <= after.maxFixCycles, `${after.fixCycleCount} > ${after.maxFixCycles}`);
      const grown = after.fixCycleCount - before.fixCycleCount;
      assert.ok(grown === 0 || grown === 1);
      if (grown === 1) assert.equal(after.step, 'FIX');
      if (event.kind !== 'allowFixCycle') assert.equal(after.maxFixCycles, before.maxFixCycles);
    });
  });

  it('plan revisions never exceed the limit that is kept', () => {
    property((_before, _event, _facts, after) => {
      assert.ok(after.maxPlanRevisions === undefined || after.planRevisionCount <= after.maxPlanRevisions);
    });
  });

  it('COMPLETE is reached only from a passed evaluation, or from a business sync after one', () => {
    property((before, event, facts, after, completed) => {
      if (after.step !== 'COMPLETE') return assert.equal(completed, false);
      if (before.step === 'COMPLETE') return;
      assert.equal(event.kind, 'advance');
      assert.equal(completed, true);
      assert.equal(after.stepStatus, 'PASSED');
      assert.equal(after.checkpoints.EVALUATE_EXECUTION?.status, 'PASSED');
      assert.deepEqual(facts.unmetBoardConditions.length > 0 && before.step === 'EVALUATE_EXECUTION', false);
      const way = `${before.step}/${before.stepStatus}`;
      assert.ok(
        [
          'EVALUATE_EXECUTION/PASSED',
          'BUSINESS_SYNC/PASSED',
          'BUSINESS_SYNC/SKIPPED',
          'BUSINESS_SYNC/NOT_STARTED',
        ].includes(way),
        way,
      );
    });
  });

  it('a step becomes IN_PROGRESS only when an agent has started', () => {
    property((_before, event, _facts, after) => {
      assert.equal(after.stepStatus === 'IN_PROGRESS', event.kind === 'started');
    });
  });

  it('a step becomes BLOCKED only together with something that a person can resolve', () => {
    property((before, _event, _facts, after, _completed, escalated) => {
      if (after.stepStatus === 'BLOCKED') assert.equal(escalated, true);
      assert.notEqual(after.stepStatus, 'ESCALATE');
      void before;
    });
  });

  it('the checkpoint of the present step says what the step says', () => {
    property((_before, event, _facts, after) => {
      if (after.stepStatus === 'NOT_STARTED' || after.step === 'COMPLETE' || after.step === 'NOT_STARTED')
        return;
      assert.equal(after.checkpoints[after.step]?.status, after.stepStatus, event.kind);
    });
  });

  it('a step that was left says in its checkpoint how it ended', () => {
    property((before, event, _facts, after) => {
      if (event.kind !== 'advance' || before.step === after.step || before.step === 'NOT_STARTED') return;
      if (before.step === 'BUSINESS_SYNC' && before.stepStatus === 'NOT_STARTED') return;
      const left = after.checkpoints[before.step]?.status;
      assert.ok(
        left === before.stepStatus || (before.step === 'EVALUATE_EXECUTION' && left === 'FAILED'),
        String(left),
      );
    });
  });

  it('no checkpoint of another step changes, except where a rule says so', () => {
    property((before, event, _facts, after) => {
      if (event.kind === 'set') return;
      for (const step of loopSteps) {
        if (step === before.step || step === after.step) continue;
        assert.deepEqual(after.checkpoints[step], before.checkpoints[step], `${event.kind} touched ${step}`);
      }
    });
  });

  it('a finished loop stays finished until a person sets the step', () => {
    property((before, event, facts, after) => {
      if (before.step !== 'COMPLETE' || event.kind === 'set' || facts.markedComplete === false) return;
      assert.fail(
        `${event.kind} moved ${before.step}/${before.stepStatus} to ${after.step}/${after.stepStatus}`,
      );
    });
  });

  it('what the next action promises is what the machine does', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...loopSteps),
        fc.constantFrom(...stepStatuses),
        fc.integer({ min: 0, max: 6 }),
        fc.boolean(),
        factsArbitrary,
        (step, stepStatus, fixCycleCount, evaluated, facts) => {
          const loop = loopOf({
            step,
            stepStatus,
            fixCycleCount,
            checkpoints: evaluated ? { EVALUATE_EXECUTION: checkpointOf() } : {},
          });
          const next = nextAction(loop, facts);
          const advanced = applyEvent(loop, facts, { kind: 'advance', at });
          const started = applyEvent(loop, facts, { kind: 'started', at });
          const byAgent = next.kind === 'dispatch' || next.kind === 'resume';
          const byHand = next.kind === 'done' || next.kind === 'none' || next.recorded === true;
          assert.equal('loop' in started, byAgent);
          assert.equal('loop' in advanced, !byAgent && !byHand);
          if ('loop' in advanced && next.to) assert.equal(advanced.loop.step, next.to);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('left alone, the loop always ends: agents that only fail lead to a person, agents that pass to COMPLETE', () => {
    for (const outcome of ['passed', 'failed'] as const) {
      let loop = loopOf({ step: 'NOT_STARTED', maxPlanRevisions: 3 });
      let steps = 0;
      for (; steps < 60; steps += 1) {
        const next = nextAction(loop, factsOf());
        if (next.kind === 'done' || loop.stepStatus === 'BLOCKED') break;
        const events: LoopEvent[] =
          next.kind === 'dispatch' || next.kind === 'resume'
            ? [
                { kind: 'started', at },
                outcome === 'passed' || next.step === 'PLAN' || next.step === 'EXECUTE'
                  ? { kind: 'passed', at }
                  : { kind: 'failed', reasons: ['no'], at },
              ]
            : [{ kind: 'advance', at }];
        for (const event of events) {
          const result = applyEvent(loop, factsOf(), event);
          assert.ok('loop' in result);
          loop = result.loop;
        }
      }
      assert.ok(steps < 60);
      assert.equal(
        `${loop.step}/${loop.stepStatus}`,
        outcome === 'passed' ? 'COMPLETE/PASSED' : 'PLAN/BLOCKED',
      );
    }
  });
});
