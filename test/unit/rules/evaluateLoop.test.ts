import assert from 'node:assert/strict';
import { loopSteps, stepStatuses, type LoopState } from '../../../src/model/loopState';
import type { Marker } from '../../../src/model/marker';
import { applyEvent, nextAction, rowFor, type LoopFacts } from '../../../src/rules/evaluateLoop';
import { loopRows } from '../../../src/rules/loopRows';
import { nextActionOf } from '../../../src/rules/nextAction';
import {
  blockerOf,
  checkpointOf,
  factsOf,
  loopOf,
  metadataOf,
  phaseOf,
  planOf,
  taskOf,
  trackOf,
} from './builders';

const at = '2026-02-01T12:00:00Z';

interface Case {
  readonly loop: Partial<LoopState>;
  readonly facts?: Partial<LoopFacts>;
  readonly kind: string;
  /** Agent, next step, or step that becomes BLOCKED. */
  readonly to?: string;
}

const full = { fixCycleCount: 3, maxFixCycles: 3 };
const evaluated = { EVALUATE_EXECUTION: checkpointOf() };
const spent = { FIX: checkpointOf({ cycle: 3, completedAt: at }) };
const sync = (stepStatus: LoopState['stepStatus']) =>
  ({ step: 'BUSINESS_SYNC', stepStatus, checkpoints: evaluated }) as const;

/** One case for each row of the table: a state that the row decides, and what it decides. */
const cases: Readonly<Record<string, Case>> = {
  'any/not understood → set by hand': {
    loop: { understood: false, writtenStep: 'GAME_VERIFICATION' },
    kind: 'none',
  },
  'COMPLETE/PASSED not marked → COMPLETE': {
    loop: { step: 'COMPLETE', stepStatus: 'PASSED' },
    facts: { markedComplete: false },
    kind: 'complete',
  },
  'COMPLETE/PASSED → done': { loop: { step: 'COMPLETE', stepStatus: 'PASSED' }, kind: 'done' },
  'any/BLOCKED with active blocker → escalate': {
    loop: { step: 'EXECUTE', stepStatus: 'BLOCKED' },
    facts: { activeBlockers: [blockerOf()] },
    kind: 'escalate',
    to: 'EXECUTE',
  },
  'FIX/BLOCKED at the limit → escalate': {
    loop: { step: 'FIX', stepStatus: 'BLOCKED', ...full, checkpoints: spent },
    kind: 'escalate',
    to: 'FIX',
  },
  'any/BLOCKED without active blocker → unblock': {
    loop: { step: 'EXECUTE', stepStatus: 'BLOCKED' },
    kind: 'unblock',
  },
  'any/ESCALATE with active blocker → escalate': {
    loop: { step: 'PLAN', stepStatus: 'ESCALATE' },
    facts: { activeBlockers: [blockerOf()] },
    kind: 'escalate',
    to: 'PLAN',
  },
  'any/ESCALATE → escalate': { loop: { step: 'PLAN', stepStatus: 'ESCALATE' }, kind: 'escalate', to: 'PLAN' },
  'any with active blocker → escalate': {
    loop: { step: 'EXECUTE', stepStatus: 'IN_PROGRESS' },
    facts: { activeBlockers: [blockerOf()] },
    kind: 'escalate',
    to: 'EXECUTE',
  },
  'any with lead escalation → escalate': {
    loop: { step: 'EXECUTE' },
    facts: { leadEscalations: [{ id: 'lead-1', description: 'product lead asks: drop it?' }] },
    kind: 'escalate',
    to: 'EXECUTE',
  },
  'any after 50 iterations → escalate': {
    loop: { step: 'EXECUTE' },
    facts: { iterations: 50 },
    kind: 'escalate',
    to: 'EXECUTE',
  },

  'NOT_STARTED/NOT_STARTED → dispatch planner': {
    loop: { step: 'NOT_STARTED' },
    kind: 'dispatch',
    to: 'loop-planner',
  },
  'NOT_STARTED/IN_PROGRESS → resume planner': {
    loop: { step: 'NOT_STARTED', stepStatus: 'IN_PROGRESS' },
    kind: 'resume',
    to: 'loop-planner',
  },
  'NOT_STARTED/BOARD_REVIEW → resume planner': {
    loop: { step: 'NOT_STARTED', stepStatus: 'BOARD_REVIEW' },
    kind: 'resume',
    to: 'loop-planner',
  },
  'NOT_STARTED/PASSED → PLAN': {
    loop: { step: 'NOT_STARTED', stepStatus: 'PASSED' },
    kind: 'advance',
    to: 'PLAN',
  },
  'NOT_STARTED/SKIPPED → PLAN': {
    loop: { step: 'NOT_STARTED', stepStatus: 'SKIPPED' },
    kind: 'advance',
    to: 'PLAN',
  },
  'NOT_STARTED/FAILED → dispatch planner': {
    loop: { step: 'NOT_STARTED', stepStatus: 'FAILED' },
    kind: 'dispatch',
    to: 'loop-planner',
  },
  'NOT_STARTED/PARTIAL_FAIL → dispatch planner': {
    loop: { step: 'NOT_STARTED', stepStatus: 'PARTIAL_FAIL' },
    kind: 'dispatch',
    to: 'loop-planner',
  },

  'PLAN/NOT_STARTED → dispatch planner': { loop: {}, kind: 'dispatch', to: 'loop-planner' },
  'PLAN/IN_PROGRESS → resume planner': {
    loop: { stepStatus: 'IN_PROGRESS' },
    kind: 'resume',
    to: 'loop-planner',
  },
  'PLAN/BOARD_REVIEW → resume planner': {
    loop: { stepStatus: 'BOARD_REVIEW' },
    kind: 'resume',
    to: 'loop-planner',
  },
  'PLAN/PASSED → EVALUATE_PLAN': { loop: { stepStatus: 'PASSED' }, kind: 'advance', to: 'EVALUATE_PLAN' },
  'PLAN/SKIPPED → EVALUATE_PLAN': { loop: { stepStatus: 'SKIPPED' }, kind: 'advance', to: 'EVALUATE_PLAN' },
  'PLAN/FAILED → dispatch planner': { loop: { stepStatus: 'FAILED' }, kind: 'dispatch', to: 'loop-planner' },
  'PLAN/PARTIAL_FAIL → dispatch planner': {
    loop: { stepStatus: 'PARTIAL_FAIL' },
    kind: 'dispatch',
    to: 'loop-planner',
  },

  'EVALUATE_PLAN/NOT_STARTED → dispatch plan evaluator': {
    loop: { step: 'EVALUATE_PLAN' },
    kind: 'dispatch',
    to: 'loop-plan-evaluator',
  },
  'EVALUATE_PLAN/IN_PROGRESS → resume plan evaluator': {
    loop: { step: 'EVALUATE_PLAN', stepStatus: 'IN_PROGRESS' },
    kind: 'resume',
    to: 'loop-plan-evaluator',
  },
  'EVALUATE_PLAN/BOARD_REVIEW → resume plan evaluator': {
    loop: { step: 'EVALUATE_PLAN', stepStatus: 'BOARD_REVIEW' },
    kind: 'resume',
    to: 'loop-plan-evaluator',
  },
  'EVALUATE_PLAN/PASSED → EXECUTE': {
    loop: { step: 'EVALUATE_PLAN', stepStatus: 'PASSED' },
    kind: 'advance',
    to: 'EXECUTE',
  },
  'EVALUATE_PLAN/SKIPPED → EXECUTE': {
    loop: { step: 'EVALUATE_PLAN', stepStatus: 'SKIPPED' },
    kind: 'advance',
    to: 'EXECUTE',
  },
  'EVALUATE_PLAN/FAILED at the revision limit → escalate': {
    loop: { step: 'EVALUATE_PLAN', stepStatus: 'FAILED', planRevisionCount: 3, maxPlanRevisions: 3 },
    kind: 'escalate',
    to: 'PLAN',
  },
  'EVALUATE_PLAN/FAILED → PLAN': {
    loop: { step: 'EVALUATE_PLAN', stepStatus: 'FAILED', planRevisionCount: 9 },
    kind: 'advance',
    to: 'PLAN',
  },
  'EVALUATE_PLAN/PARTIAL_FAIL at the revision limit → escalate': {
    loop: { step: 'EVALUATE_PLAN', stepStatus: 'PARTIAL_FAIL', planRevisionCount: 3, maxPlanRevisions: 3 },
    kind: 'escalate',
    to: 'PLAN',
  },
  'EVALUATE_PLAN/PARTIAL_FAIL → PLAN': {
    loop: { step: 'EVALUATE_PLAN', stepStatus: 'PARTIAL_FAIL' },
    kind: 'advance',
    to: 'PLAN',
  },

  'EXECUTE/NOT_STARTED → dispatch executor': {
    loop: { step: 'EXECUTE' },
    kind: 'dispatch',
    to: 'loop-executor',
  },
  'EXECUTE/IN_PROGRESS → resume executor': {
    loop: { step: 'EXECUTE', stepStatus: 'IN_PROGRESS' },
    kind: 'resume',
    to: 'loop-executor',
  },
  'EXECUTE/BOARD_REVIEW → resume executor': {
    loop: { step: 'EXECUTE', stepStatus: 'BOARD_REVIEW' },
    kind: 'resume',
    to: 'loop-executor',
  },
  'EXECUTE/PASSED → EVALUATE_EXECUTION': {
    loop: { step: 'EXECUTE', stepStatus: 'PASSED' },
    kind: 'advance',
    to: 'EVALUATE_EXECUTION',
  },
  'EXECUTE/SKIPPED → EVALUATE_EXECUTION': {
    loop: { step: 'EXECUTE', stepStatus: 'SKIPPED' },
    kind: 'advance',
    to: 'EVALUATE_EXECUTION',
  },
  'EXECUTE/FAILED → EVALUATE_EXECUTION': {
    loop: { step: 'EXECUTE', stepStatus: 'FAILED' },
    kind: 'advance',
    to: 'EVALUATE_EXECUTION',
  },
  'EXECUTE/PARTIAL_FAIL with runnable tasks → resume executor': {
    loop: { step: 'EXECUTE', stepStatus: 'PARTIAL_FAIL' },
    kind: 'resume',
    to: 'loop-executor',
  },
  'EXECUTE/PARTIAL_FAIL → EVALUATE_EXECUTION': {
    loop: { step: 'EXECUTE', stepStatus: 'PARTIAL_FAIL' },
    facts: { progress: { total: 4, done: 2, doing: 0, blocked: 1, skipped: 1 } },
    kind: 'advance',
    to: 'EVALUATE_EXECUTION',
  },

  'EVALUATE_EXECUTION/NOT_STARTED → dispatch execution evaluator': {
    loop: { step: 'EVALUATE_EXECUTION' },
    kind: 'dispatch',
    to: 'loop-execution-evaluator',
  },
  'EVALUATE_EXECUTION/IN_PROGRESS → resume execution evaluator': {
    loop: { step: 'EVALUATE_EXECUTION', stepStatus: 'IN_PROGRESS' },
    kind: 'resume',
    to: 'loop-execution-evaluator',
  },
  'EVALUATE_EXECUTION/BOARD_REVIEW → resume execution evaluator': {
    loop: { step: 'EVALUATE_EXECUTION', stepStatus: 'BOARD_REVIEW' },
    kind: 'resume',
    to: 'loop-execution-evaluator',
  },
  'EVALUATE_EXECUTION/PASSED with unmet board conditions at the limit → escalate': {
    loop: { step: 'EVALUATE_EXECUTION', stepStatus: 'PASSED', ...full },
    facts: { unmetBoardConditions: ['Add caching (CA)'] },
    kind: 'escalate',
    to: 'FIX',
  },
  'EVALUATE_EXECUTION/PASSED with unmet board conditions → FIX': {
    loop: { step: 'EVALUATE_EXECUTION', stepStatus: 'PASSED' },
    facts: { unmetBoardConditions: ['Add caching (CA)'] },
    kind: 'advance',
    to: 'FIX',
  },
  'EVALUATE_EXECUTION/PASSED with sync required → BUSINESS_SYNC': {
    loop: { step: 'EVALUATE_EXECUTION', stepStatus: 'PASSED' },
    facts: { businessSyncRequired: true },
    kind: 'advance',
    to: 'BUSINESS_SYNC',
  },
  'EVALUATE_EXECUTION/PASSED with active blocker → escalate': {
    loop: { step: 'EVALUATE_EXECUTION', stepStatus: 'PASSED' },
    facts: { activeBlockers: [blockerOf()] },
    kind: 'escalate',
    to: 'EVALUATE_EXECUTION',
  },
  'BUSINESS_SYNC/NOT_STARTED with active blocker → escalate': {
    loop: sync('NOT_STARTED'),
    facts: { activeBlockers: [blockerOf()] },
    kind: 'escalate',
  },
  'BUSINESS_SYNC/PASSED with active blocker → escalate': {
    loop: sync('PASSED'),
    facts: { activeBlockers: [blockerOf()] },
    kind: 'escalate',
  },
  'BUSINESS_SYNC/SKIPPED with active blocker → escalate': {
    loop: sync('SKIPPED'),
    facts: { activeBlockers: [blockerOf()] },
    kind: 'escalate',
  },
  'EVALUATE_EXECUTION/PASSED → COMPLETE': {
    loop: { step: 'EVALUATE_EXECUTION', stepStatus: 'PASSED' },
    kind: 'complete',
  },
  'EVALUATE_EXECUTION/FAILED at the limit → escalate': {
    loop: { step: 'EVALUATE_EXECUTION', stepStatus: 'FAILED', ...full },
    kind: 'escalate',
    to: 'FIX',
  },
  'EVALUATE_EXECUTION/FAILED → FIX': {
    loop: { step: 'EVALUATE_EXECUTION', stepStatus: 'FAILED' },
    kind: 'advance',
    to: 'FIX',
  },
  'EVALUATE_EXECUTION/PARTIAL_FAIL at the limit → escalate': {
    loop: { step: 'EVALUATE_EXECUTION', stepStatus: 'PARTIAL_FAIL', ...full },
    kind: 'escalate',
    to: 'FIX',
  },
  'EVALUATE_EXECUTION/PARTIAL_FAIL → FIX': {
    loop: { step: 'EVALUATE_EXECUTION', stepStatus: 'PARTIAL_FAIL' },
    kind: 'advance',
    to: 'FIX',
  },
  'EVALUATE_EXECUTION/SKIPPED → dispatch execution evaluator': {
    loop: { step: 'EVALUATE_EXECUTION', stepStatus: 'SKIPPED' },
    kind: 'dispatch',
    to: 'loop-execution-evaluator',
  },

  'FIX/NOT_STARTED over the limit → escalate': {
    loop: { step: 'FIX', fixCycleCount: 4, maxFixCycles: 3 },
    kind: 'escalate',
    to: 'FIX',
  },
  'FIX/NOT_STARTED → dispatch fixer': { loop: { step: 'FIX', ...full }, kind: 'dispatch', to: 'loop-fixer' },
  'FIX/IN_PROGRESS → resume fixer': {
    loop: { step: 'FIX', stepStatus: 'IN_PROGRESS', ...full },
    kind: 'resume',
    to: 'loop-fixer',
  },
  'FIX/BOARD_REVIEW → resume fixer': {
    loop: { step: 'FIX', stepStatus: 'BOARD_REVIEW' },
    kind: 'resume',
    to: 'loop-fixer',
  },
  'FIX/PASSED → EVALUATE_EXECUTION': {
    loop: { step: 'FIX', stepStatus: 'PASSED', ...full },
    kind: 'advance',
    to: 'EVALUATE_EXECUTION',
  },
  'FIX/SKIPPED → EVALUATE_EXECUTION': {
    loop: { step: 'FIX', stepStatus: 'SKIPPED' },
    kind: 'advance',
    to: 'EVALUATE_EXECUTION',
  },
  'FIX/FAILED at the limit → escalate': {
    loop: { step: 'FIX', stepStatus: 'FAILED', ...full },
    kind: 'escalate',
    to: 'FIX',
  },
  'FIX/FAILED → FIX': {
    loop: { step: 'FIX', stepStatus: 'FAILED', fixCycleCount: 1 },
    kind: 'advance',
    to: 'FIX',
  },
  'FIX/PARTIAL_FAIL at the limit → escalate': {
    loop: { step: 'FIX', stepStatus: 'PARTIAL_FAIL', ...full },
    kind: 'escalate',
    to: 'FIX',
  },
  'FIX/PARTIAL_FAIL → FIX': {
    loop: { step: 'FIX', stepStatus: 'PARTIAL_FAIL', fixCycleCount: 1 },
    kind: 'advance',
    to: 'FIX',
  },

  'BUSINESS_SYNC/PASSED without evaluation → EVALUATE_EXECUTION': {
    loop: { step: 'BUSINESS_SYNC', stepStatus: 'PASSED' },
    kind: 'advance',
    to: 'EVALUATE_EXECUTION',
  },
  'BUSINESS_SYNC/SKIPPED without evaluation → EVALUATE_EXECUTION': {
    loop: { step: 'BUSINESS_SYNC', stepStatus: 'SKIPPED' },
    kind: 'advance',
    to: 'EVALUATE_EXECUTION',
  },
  'BUSINESS_SYNC/NOT_STARTED without evaluation → EVALUATE_EXECUTION': {
    loop: { step: 'BUSINESS_SYNC' },
    kind: 'advance',
    to: 'EVALUATE_EXECUTION',
  },
  'BUSINESS_SYNC/NOT_STARTED → dispatch business doc sync': {
    loop: sync('NOT_STARTED'),
    facts: { businessSyncRequired: true },
    kind: 'dispatch',
    to: 'business-docs-sync',
  },
  'BUSINESS_SYNC/NOT_STARTED not required → COMPLETE': { loop: sync('NOT_STARTED'), kind: 'complete' },
  'BUSINESS_SYNC/IN_PROGRESS → resume business doc sync': {
    loop: sync('IN_PROGRESS'),
    kind: 'resume',
    to: 'business-docs-sync',
  },
  'BUSINESS_SYNC/BOARD_REVIEW → resume business doc sync': {
    loop: sync('BOARD_REVIEW'),
    kind: 'resume',
    to: 'business-docs-sync',
  },
  'BUSINESS_SYNC/PASSED → COMPLETE': { loop: sync('PASSED'), kind: 'complete' },
  'BUSINESS_SYNC/SKIPPED → COMPLETE': { loop: sync('SKIPPED'), kind: 'complete' },
  'BUSINESS_SYNC/FAILED → dispatch business doc sync': {
    loop: sync('FAILED'),
    kind: 'dispatch',
    to: 'business-docs-sync',
  },
  'BUSINESS_SYNC/PARTIAL_FAIL → dispatch business doc sync': {
    loop: sync('PARTIAL_FAIL'),
    kind: 'dispatch',
    to: 'business-docs-sync',
  },

  'COMPLETE against its evaluation → EVALUATE_EXECUTION': {
    loop: { step: 'COMPLETE', checkpoints: { EVALUATE_EXECUTION: checkpointOf({ status: 'FAILED' }) } },
    kind: 'advance',
    to: 'EVALUATE_EXECUTION',
  },
  'COMPLETE → COMPLETE': { loop: { step: 'COMPLETE' }, kind: 'complete' },
};

describe('evaluateLoop: one test for each row of the transition table', () => {
  for (const { row } of loopRows) {
    it(row, () => {
      const example = cases[row];
      assert.ok(example, `no case for ${row}`);
      const loop = loopOf(example.loop);
      const facts = factsOf(example.facts);
      const next = nextAction(loop, facts);
      assert.equal(next.row, row);
      assert.equal(next.kind, example.kind);
      assert.match(next.why, /\w+ .*[.!?]$/s, 'a sentence says why');
      if (example.kind === 'dispatch' || example.kind === 'resume') {
        assert.equal(next.agent, example.to);
        const result = applyEvent(loop, facts, { kind: 'started', at });
        assert.ok('loop' in result);
        assert.equal(result.loop.stepStatus, 'IN_PROGRESS');
        assert.equal(result.loop.checkpoints[result.loop.step]?.status, 'IN_PROGRESS');
        assert.equal(result.loop.checkpoints[result.loop.step]?.agent, example.to);
        assert.ok('refused' in applyEvent(loop, facts, { kind: 'advance', at }));
        return;
      }
      const result = applyEvent(loop, facts, { kind: 'advance', at });
      assert.ok('refused' in applyEvent(loop, facts, { kind: 'started', at }), 'no agent may start');
      if (example.kind === 'done' || example.kind === 'none' || next.recorded) {
        assert.ok('refused' in result);
        return;
      }
      assert.ok('loop' in result);
      assert.equal(result.row, row);
      if (example.kind === 'advance') {
        assert.deepEqual([result.loop.step, result.loop.stepStatus], [example.to, 'NOT_STARTED']);
      } else if (example.kind === 'complete') {
        assert.deepEqual(
          [result.loop.step, result.loop.stepStatus, result.completed],
          ['COMPLETE', 'PASSED', true],
        );
      } else if (example.kind === 'unblock') {
        assert.deepEqual([result.loop.step, result.loop.stepStatus], [loop.step, 'NOT_STARTED']);
      } else {
        assert.deepEqual([result.loop.step, result.loop.stepStatus], [example.to, 'BLOCKED']);
        assert.ok(result.escalation && result.escalation.options.length > 0);
      }
    });
  }

  it('has no case without a row', () => {
    const rows = new Set(loopRows.map(({ row }) => row));
    assert.deepEqual(
      Object.keys(cases).filter((name) => !rows.has(name)),
      [],
    );
    assert.equal(rows.size, loopRows.length, 'row names are unique');
  });

  it('has a row for every step in every status', () => {
    for (const step of loopSteps) {
      for (const stepStatus of stepStatuses) assert.ok(rowFor(loopOf({ step, stepStatus }), factsOf()), step);
    }
  });
});

describe('evaluateLoop: fix cycles', () => {
  const failEvaluation = (loop: LoopState): LoopState => {
    const evaluating = { ...loop, step: 'EVALUATE_EXECUTION', stepStatus: 'IN_PROGRESS' } as const;
    return apply(apply(evaluating, { kind: 'failed', reasons: ['Tests fail'], at }), { kind: 'advance', at });
  };
  const fix = (loop: LoopState): LoopState =>
    apply(apply(apply(loop, { kind: 'started', at }), { kind: 'passed', at }), { kind: 'advance', at });

  it('allows three fixes and escalates when a fourth would start', () => {
    let loop = loopOf();
    for (const cycle of [1, 2, 3]) {
      loop = failEvaluation(loop);
      assert.deepEqual([loop.step, loop.stepStatus, loop.fixCycleCount], ['FIX', 'NOT_STARTED', cycle]);
      loop = fix(loop);
      assert.equal(loop.step, 'EVALUATE_EXECUTION');
    }
    loop = failEvaluation(loop);
    assert.deepEqual([loop.step, loop.stepStatus, loop.fixCycleCount], ['FIX', 'BLOCKED', 3]);
    assert.equal(loop.checkpoints.FIX?.status, 'BLOCKED');
  });

  it('counts a cycle once: starting and resuming the fixer do not count again', () => {
    let loop = failEvaluation(loopOf());
    loop = apply(loop, { kind: 'started', at });
    loop = apply(loop, { kind: 'started', at });
    assert.equal(loop.fixCycleCount, 1);
    assert.equal(loop.checkpoints.FIX?.cycle, 1);
  });

  it('counts the first cycle when whoever moved to FIX forgot it', () => {
    assert.equal(apply(loopOf({ step: 'FIX' }), { kind: 'started', at }).fixCycleCount, 1);
  });

  it('counts a cycle that was set by hand after the last one ended', () => {
    const loop = loopOf({
      step: 'FIX',
      fixCycleCount: 2,
      checkpoints: { FIX: checkpointOf({ cycle: 2, completedAt: at }) },
    });
    assert.equal(apply(loop, { kind: 'started', at }).fixCycleCount, 3);
  });

  it('takes the limit from the data', () => {
    assert.equal(
      nextAction(
        loopOf({ step: 'EVALUATE_EXECUTION', stepStatus: 'FAILED', fixCycleCount: 3, maxFixCycles: 5 }),
        factsOf(),
      ).kind,
      'advance',
    );
    assert.equal(
      nextAction(loopOf({ step: 'EVALUATE_EXECUTION', stepStatus: 'FAILED', maxFixCycles: 0 }), factsOf())
        .kind,
      'escalate',
    );
  });

  it('resolving the blocker alone does not start a fourth fix; a person allows it', () => {
    const loop = loopOf({ step: 'EVALUATE_EXECUTION', stepStatus: 'FAILED', fixCycleCount: 3 });
    const stopped = apply(loop, { kind: 'advance', at });
    assert.equal(refusal(stopped, { kind: 'unblocked', at }), 'fix-cycle-limit');
    const allowed = apply(stopped, { kind: 'allowFixCycle', at });
    assert.deepEqual(
      [allowed.step, allowed.stepStatus, allowed.fixCycleCount, allowed.maxFixCycles],
      ['FIX', 'NOT_STARTED', 4, 4],
    );
    assert.equal(nextAction(allowed, factsOf()).kind, 'dispatch');
  });

  it('an external blocker in the middle of the last fix may be resolved and the fix go on', () => {
    let loop = loopOf({ step: 'FIX', fixCycleCount: 3 });
    loop = apply(loop, { kind: 'started', at });
    loop = apply(loop, { kind: 'blocked', description: 'No network', at });
    loop = apply(loop, { kind: 'unblocked', at });
    assert.deepEqual([loop.step, loop.stepStatus, loop.fixCycleCount], ['FIX', 'NOT_STARTED', 3]);
    assert.equal(nextAction(loop, factsOf()).kind, 'dispatch');
  });

  it('refuses one more cycle while the limit does not hold the loop', () => {
    assert.equal(
      refusal(loopOf({ step: 'FIX', fixCycleCount: 1 }), { kind: 'allowFixCycle', at }),
      'fix-limit-not-reached',
    );
  });
});

describe('evaluateLoop: outcomes', () => {
  it('a passed evaluation with an unmet board condition is a failed one', () => {
    const loop = loopOf({ step: 'EVALUATE_EXECUTION', stepStatus: 'IN_PROGRESS' });
    const result = applyEvent(loop, factsOf({ unmetBoardConditions: ['Audit (CSO)'] }), {
      kind: 'passed',
      at,
    });
    assert.ok('loop' in result);
    assert.equal(result.loop.stepStatus, 'FAILED');
    assert.deepEqual(result.loop.checkpoints.EVALUATE_EXECUTION?.failureReasons, [
      'Board condition not met: Audit (CSO)',
    ]);
    assert.equal(result.loop.checkpoints.EVALUATE_EXECUTION?.verdict, 'FAIL');
  });

  it('an unmet condition found in a passed evaluation leaves it failed in the history', () => {
    const loop = loopOf({
      step: 'EVALUATE_EXECUTION',
      stepStatus: 'PASSED',
      checkpoints: { EVALUATE_EXECUTION: checkpointOf() },
    });
    const next = apply(loop, { kind: 'advance', at }, { unmetBoardConditions: ['Audit (CSO)'] });
    assert.deepEqual(
      [next.step, next.checkpoints.EVALUATE_EXECUTION?.status, next.fixCycleCount],
      ['FIX', 'FAILED', 1],
    );
  });

  it('what a person says about the business sync decides', () => {
    const loop = loopOf({ step: 'EVALUATE_EXECUTION', stepStatus: 'IN_PROGRESS' });
    const needed = apply(loop, { kind: 'passed', businessSync: true, at });
    assert.equal(nextAction(needed, factsOf()).to, 'BUSINESS_SYNC');
    const notNeeded = apply(loop, { kind: 'passed', businessSync: false, at });
    assert.equal(nextAction(notNeeded, factsOf({ businessSyncRequired: true })).kind, 'complete');
  });

  it('a skipped step advances like a passed one, but the evaluation cannot be skipped', () => {
    assert.equal(
      apply(apply(loopOf(), { kind: 'skipped', at }), { kind: 'advance', at }).step,
      'EVALUATE_PLAN',
    );
    assert.equal(
      refusal(loopOf({ step: 'EVALUATE_EXECUTION' }), { kind: 'skipped', at }),
      'evaluation-required',
    );
  });

  it('reasons of a failure are kept', () => {
    const failed = apply(loopOf({ step: 'EVALUATE_PLAN' }), {
      kind: 'failed',
      reasons: ['Scope', 'Overlap'],
      at,
    });
    assert.deepEqual(failed.checkpoints.EVALUATE_PLAN?.failureReasons, ['Scope', 'Overlap']);
    assert.equal(failed.checkpoints.EVALUATE_PLAN?.verdict, 'FAIL');
  });

  it('an outcome is refused where there is none to report', () => {
    assert.equal(
      refusal(loopOf({ stepStatus: 'PASSED' }), { kind: 'failed', reasons: [], at }),
      'outcome-recorded',
    );
    assert.equal(refusal(loopOf({ stepStatus: 'BLOCKED' }), { kind: 'passed', at }), 'step-blocked');
    assert.equal(refusal(loopOf({ step: 'COMPLETE' }), { kind: 'passed', at }), 'complete');
    assert.equal(
      refusal(loopOf({ step: 'FIX', fixCycleCount: 4 }), { kind: 'passed', at }),
      'fix-cycle-limit',
    );
    assert.equal(refusal(loopOf({ understood: false }), { kind: 'passed', at }), 'not-understood');
  });

  it('plan revisions are counted where the file counts them', () => {
    const failed = { step: 'EVALUATE_PLAN', stepStatus: 'FAILED' } as const;
    assert.equal(
      apply(loopOf({ ...failed, maxPlanRevisions: 3 }), { kind: 'advance', at }).planRevisionCount,
      1,
    );
    assert.equal(apply(loopOf(failed), { kind: 'advance', at }).planRevisionCount, 0);
  });
});

describe('evaluateLoop: dispatch', () => {
  it('superpowers and legacy agents by the flag of the track', () => {
    const agents = (superpowers: boolean) =>
      (['PLAN', 'EVALUATE_PLAN', 'EXECUTE', 'EVALUATE_EXECUTION', 'FIX'] as const).map(
        (step) => nextAction(loopOf({ step }), factsOf({ superpowers })).agent,
      );
    assert.deepEqual(agents(true), [
      'superpowers:writing-plans',
      'loop-plan-evaluator',
      'superpowers:executing-plans',
      'loop-execution-evaluator',
      'superpowers:systematic-debugging',
    ]);
    assert.deepEqual(agents(false), [
      'loop-planner',
      'loop-plan-evaluator',
      'loop-executor',
      'loop-execution-evaluator',
      'loop-fixer',
    ]);
  });

  it('EXECUTE resumes from last_task, also when it starts again after a blocker', () => {
    const loop = loopOf({
      step: 'EXECUTE',
      stepStatus: 'IN_PROGRESS',
      checkpoints: { EXECUTE: checkpointOf({ status: 'IN_PROGRESS', lastTask: 'Task 2.3' }) },
    });
    assert.equal(nextAction(loop, factsOf()).resumeFrom, '2.3');
    assert.match(nextAction(loop, factsOf()).why, /Task 2\.3/);
    const again = apply(apply(loop, { kind: 'blocked', description: 'x', at }), { kind: 'unblocked', at });
    assert.equal(nextAction(again, factsOf()).resumeFrom, '2.3');
  });

  it('resumes EXECUTE from nothing that an agent wrote as last_task and that is no id of a task', () => {
    const loop = loopOf({
      step: 'EXECUTE',
      stepStatus: 'IN_PROGRESS',
      checkpoints: { EXECUTE: checkpointOf({ status: 'IN_PROGRESS', lastTask: 'now !`touch x`' }) },
    });
    const next = nextAction(loop, factsOf());
    assert.equal(next.resumeFrom, undefined);
    assert.match(next.why, /with the next open task \(last_task, now !`touch x`, is no id of a task\)/);
  });

  it('never resumes EXECUTE from a task that is ticked in plan.md', () => {
    const checkpoints = { EXECUTE: checkpointOf({ status: 'IN_PROGRESS', lastTask: 'Task 1.1' }) };
    const loop = loopOf({ step: 'EXECUTE', stepStatus: 'IN_PROGRESS', checkpoints });
    const next = (...marks: Marker[]) => {
      const plan = planOf(
        phaseOf(
          '1',
          marks.map((marker, i) => taskOf(`1.${i + 1}`, marker)),
        ),
      );
      return nextActionOf(trackOf({ plan, loop, metadata: metadataOf({ status: 'in_progress', loop }) }));
    };
    assert.equal(next('doing', 'todo').resumeFrom, '1.1');
    assert.equal(next('done', 'todo').resumeFrom, '1.2');
    assert.match(
      next('done', 'todo').why,
      /from 1\.2, the next open task, after last_task, Task 1\.1, which is ticked/,
    );
    assert.equal(next('skipped', 'done', 'todo').resumeFrom, '1.3');
    assert.equal(next('done', 'done').resumeFrom, undefined);
  });

  it('resuming keeps the time when the step began, starting sets it', () => {
    const begun = loopOf({ step: 'EXECUTE', stepStatus: 'IN_PROGRESS', stepStartedAt: '2026-01-01' });
    assert.equal(apply(begun, { kind: 'started', at }).stepStartedAt, '2026-01-01');
    assert.equal(apply(loopOf(), { kind: 'started', at }).stepStartedAt, at);
  });

  it('a blocker that names another step does not stop this one', () => {
    const facts = factsOf({ activeBlockers: [blockerOf({ blockedStep: 'PLAN' })] });
    assert.equal(nextAction(loopOf({ step: 'EXECUTE' }), facts).kind, 'dispatch');
    assert.equal(nextAction(loopOf({ step: 'PLAN' }), facts).kind, 'escalate');
  });
});

describe('evaluateLoop: what stops work', () => {
  const blocked = { activeBlockers: [blockerOf()] };

  it('a blocker takes back nothing that a step has achieved: passed and failed steps still advance', () => {
    assert.equal(
      nextAction(loopOf({ step: 'EXECUTE', stepStatus: 'PASSED' }), factsOf(blocked)).to,
      'EVALUATE_EXECUTION',
    );
    assert.equal(
      nextAction(loopOf({ step: 'EVALUATE_EXECUTION', stepStatus: 'FAILED' }), factsOf(blocked)).to,
      'FIX',
    );
  });

  it('a blocker stops a planner that would be dispatched again', () => {
    assert.equal(nextAction(loopOf({ stepStatus: 'FAILED' }), factsOf(blocked)).kind, 'escalate');
  });

  it('the 50th iteration is the last: 49 go on, 50 ask', () => {
    assert.equal(nextAction(loopOf(), factsOf({ iterations: 49 })).kind, 'dispatch');
    assert.equal(nextAction(loopOf(), factsOf({ iterations: 50 })).kind, 'escalate');
  });

  it('a question of a lead becomes a blocker with the id of the question', () => {
    const facts = factsOf({
      leadEscalations: [{ id: 'lead-1', description: 'product lead asks: drop it?' }],
    });
    const result = applyEvent(loopOf(), facts, { kind: 'advance', at });
    assert.ok('loop' in result);
    assert.equal(result.escalation?.blockerId, 'lead-1');
    assert.equal(result.escalation?.description, 'product lead asks: drop it?');
  });
});

describe('evaluateLoop: by hand', () => {
  it('sets a step and keeps the history', () => {
    const loop = apply(loopOf({ understood: false, writtenStep: 'DESIGN' }), {
      kind: 'set',
      step: 'EXECUTE',
      status: 'NOT_STARTED',
      at,
    });
    assert.deepEqual([loop.step, loop.understood, loop.writtenStep], ['EXECUTE', true, 'EXECUTE']);
    const passed = apply(loopOf(), { kind: 'set', step: 'EVALUATE_EXECUTION', status: 'PASSED', at });
    assert.equal(passed.checkpoints.EVALUATE_EXECUTION?.status, 'PASSED');
  });

  it('refuses what only an agent, a blocker or an evaluation can bring about', () => {
    const set = (step: LoopState['step'], status: LoopState['stepStatus']) =>
      refusal(loopOf(), { kind: 'set', step, status, at });
    assert.equal(set('PLAN', 'IN_PROGRESS'), 'by-agent-only');
    assert.equal(set('PLAN', 'BLOCKED'), 'by-agent-only');
    assert.equal(set('NOT_STARTED', 'PASSED'), 'by-agent-only');
    assert.equal(set('COMPLETE', 'PASSED'), 'evaluation-required');
    assert.equal(set('EVALUATE_EXECUTION', 'SKIPPED'), 'evaluation-required');
  });

  it('unblocks only what is blocked, and only when no blocker is active', () => {
    assert.equal(refusal(loopOf(), { kind: 'unblocked', at }), 'not-blocked');
    assert.equal(
      refusal(
        loopOf({ stepStatus: 'BLOCKED' }),
        { kind: 'unblocked', at },
        { activeBlockers: [blockerOf()] },
      ),
      'blockers-active',
    );
    assert.equal(
      apply(loopOf({ stepStatus: 'ESCALATE' }), { kind: 'unblocked', at }).stepStatus,
      'NOT_STARTED',
    );
  });
});

describe('what is said of a failed step', () => {
  it('is one sentence: the first reason, and how many more', () => {
    const why = (...reasons: string[]) => {
      const result = applyEvent(loopOf({ step: 'EVALUATE_EXECUTION' }), factsOf(), {
        kind: 'failed',
        reasons,
        at,
      });
      return 'why' in result ? result.why : '';
    };
    assert.equal(
      why('The form loses input.', 'Tests Pass: 2 failed.', 'Board: no;'),
      'EVALUATE_EXECUTION was reported as failed: The form loses input, and 2 more reasons.',
    );
    assert.equal(why('Slow..'), 'EVALUATE_EXECUTION was reported as failed: Slow.');
    assert.equal(why(' . '), 'EVALUATE_EXECUTION was reported as failed.');
    assert.ok(why('x'.repeat(5000), 'y').length < 260);
  });
});

describe('a fixer that was faster than the word that it began', () => {
  it('has done the counted cycle, not another one', () => {
    const loop = loopOf({
      step: 'FIX',
      stepStatus: 'NOT_STARTED',
      fixCycleCount: 1,
      checkpoints: { FIX: checkpointOf({ cycle: 1, completedAt: at }) },
    });
    const after = applyEvent(loop, factsOf(), { kind: 'passed', at });
    assert.ok('loop' in after);
    assert.deepEqual([after.loop.stepStatus, after.loop.fixCycleCount], ['PASSED', 1]);
  });
});

type Event = Parameters<typeof applyEvent>[2];

function apply(loop: LoopState, event: Event, facts: Partial<LoopFacts> = {}): LoopState {
  const result = applyEvent(loop, factsOf(facts), event);
  assert.ok('loop' in result, 'refused' in result ? result.refused.message : '');
  return result.loop;
}

function refusal(loop: LoopState, event: Event, facts: Partial<LoopFacts> = {}): string | undefined {
  const result = applyEvent(loop, factsOf(facts), event);
  return 'refused' in result ? result.refused.code : undefined;
}
