import assert from 'node:assert/strict';
import { activityAfter, noActivity, type RunActivity } from '../../../../src/editor/runs/runActivity';
import type { RunEvent, RunEventBody } from '../../../../src/engine/run/runEvent';

const event = (body: RunEventBody, at = '2026-02-01T12:00:00.000Z'): RunEvent => ({
  at,
  track: 'cart',
  ...body,
});
const after = (...bodies: readonly RunEventBody[]): RunActivity =>
  bodies.reduce((activity, body) => activityAfter(activity, event(body)), noActivity);
const started = (
  id: string,
  more: { adopted?: boolean } = {},
): Extract<RunEventBody, { event: 'agent-started' }> => ({
  event: 'agent-started',
  id,
  role: 'worker',
  agent: 'task-worker',
  step: 'EXECUTE',
  task: '2.1',
  attempt: 1,
  pid: 7,
  adopted: false,
  outputFile: `/run/${id}.log`,
  ...more,
});

describe('activity of a run', () => {
  it('lists the agents that run and keeps those that ended', () => {
    const activity = after(started('a'), started('b'), {
      event: 'agent-ended',
      id: 'a',
      how: 'exited',
      outcome: 'passed',
    });
    assert.deepEqual(
      activity.agents.map(({ id }) => id),
      ['b'],
    );
    assert.deepEqual(
      activity.endedAgents.map(({ id, outcome }) => [id, outcome]),
      [['a', 'passed']],
    );
  });

  it('an agent that is told twice is one agent, and an end without a beginning none', () => {
    const activity = after(started('a'), started('a', { adopted: true }), {
      event: 'agent-ended',
      id: 'x',
      how: 'lost',
      outcome: 'failed',
    });
    assert.equal(activity.agents.length, 1);
    assert.equal(activity.agents[0]?.adopted, true);
    assert.equal(activity.endedAgents.length, 0);
  });

  it('counts the time of an adopted agent from its own start', () => {
    const { agents } = after({ ...started('a', { adopted: true }), startedAt: '2026-02-01T10:00:00.000Z' });
    assert.equal(agents[0]?.startedAt, '2026-02-01T10:00:00.000Z');
    assert.equal(after(started('b')).agents[0]?.startedAt, '2026-02-01T12:00:00.000Z');
  });

  it('counts no time in which the computer slept', () => {
    const activity = after(started('a'), { event: 'suspended', ms: 3_600_000 });
    assert.equal(activity.agents[0]?.startedAt, '2026-02-01T13:00:00.000Z');
  });

  it('says the step and the latest reason', () => {
    const activity = after(
      {
        event: 'run-started',
        runId: 'r',
        mode: 'through',
        resumed: false,
        step: 'PLAN',
        stepStatus: 'NOT_STARTED',
      },
      { event: 'next', iteration: 3, kind: 'dispatch', step: 'EXECUTE', why: 'The plan passed.' },
    );
    assert.deepEqual([activity.step, activity.iteration, activity.now], ['EXECUTE', 3, 'The plan passed.']);
  });

  it('stays small however many events there are', () => {
    let activity = noActivity;
    for (let i = 0; i < 5000; i++) {
      activity = activityAfter(activity, event(started(`a${i}`)));
      activity = activityAfter(
        activity,
        event({ event: 'agent-ended', id: `a${i}`, how: 'exited', outcome: 'passed' }),
      );
    }
    assert.equal(activity.agents.length, 0);
    assert.ok(activity.events.length <= 50 && activity.endedAgents.length <= 50);
  });
});
