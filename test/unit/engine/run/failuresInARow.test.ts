import assert from 'node:assert/strict';
import { failuresInARow } from '../../../../src/engine/run/failuresInARow';
import type { RunEntry } from '../../../../src/engine/run/runEntry';

const at = '2026-01-01T00:00:00Z';
let count = 0;

/** An agent of a step, started and ended. */
function agentOf(
  step: string,
  outcome: 'passed' | 'failed',
  how: 'exited' | 'stopped' = 'exited',
  role = 'planner',
): RunEntry[] {
  const workerId = `${role}-${(count += 1)}`;
  return [
    { kind: 'intent', at, workerId, agent: role, role, step, attempt: 1, locks: [] },
    { kind: 'ended', at, workerId, how, outcome, why: `why ${count}` },
  ];
}
const started: RunEntry = { kind: 'run-started', at, runId: 'r', host: 'h', pid: 1, mode: 'through' };
const failures = (...entries: readonly RunEntry[][]) =>
  failuresInARow([started, ...entries.flat()], 'PLAN').length;

describe('failuresInARow', () => {
  it('counts failures of the step, with their reasons, oldest first', () => {
    count = 0;
    const entries = [started, ...agentOf('PLAN', 'failed'), ...agentOf('PLAN', 'failed')];
    assert.deepEqual(failuresInARow(entries, 'PLAN'), [
      { agent: 'planner-1', why: 'why 1' },
      { agent: 'planner-2', why: 'why 2' },
    ]);
  });

  it('the knowledge manager before a planner counts neither way', () => {
    const failed = agentOf('PLAN', 'failed');
    for (const outcome of ['passed', 'failed'] as const) {
      const before = agentOf('PLAN', outcome, 'exited', 'knowledge-manager');
      assert.equal(failures(failed, before, agentOf('PLAN', 'failed')), 2);
    }
  });

  it('begins anew after a success, another step, an answer, another run', () => {
    const failed = agentOf('PLAN', 'failed');
    assert.equal(failures(failed, agentOf('PLAN', 'passed'), agentOf('PLAN', 'failed')), 1);
    assert.equal(failures(failed, agentOf('EVALUATE_PLAN', 'failed'), agentOf('PLAN', 'failed')), 1);
    assert.equal(
      failures(failed, [{ kind: 'answered', at, question: 'agent-failed:PLAN#2', answer: 'try-again' }]),
      0,
    );
    assert.equal(failures(failed, [{ ...started, runId: 'another' }]), 0);
  });

  it('goes on over a resumed run, directors, leads, and agents that a person stopped', () => {
    const failed = agentOf('PLAN', 'failed');
    const between = [
      [started],
      agentOf('PLAN', 'failed', 'exited', 'director'),
      agentOf('PLAN', 'failed', 'exited', 'lead'),
      agentOf('PLAN', 'failed', 'stopped'),
    ];
    assert.equal(failures(failed, ...between, agentOf('PLAN', 'failed')), 2);
  });
});
