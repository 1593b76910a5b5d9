import assert from 'node:assert/strict';
import { brainstormInvocation, invocationFor, taskIdOf } from '../../../src/rules/agentInvocation';

const base = { trackId: 'login_20260101', trackDir: 'conductor/tracks/login_20260101' };
const legacy = { ...base, superpowers: false };
const superpowers = { ...base, superpowers: true };

describe('agentInvocation: legacy agents', () => {
  for (const [step, prompt] of [
    ['NOT_STARTED', '/loop-planner login_20260101'],
    ['PLAN', '/loop-planner login_20260101'],
    ['EVALUATE_PLAN', '/loop-plan-evaluator login_20260101'],
    ['EXECUTE', '/loop-executor login_20260101'],
    ['EVALUATE_EXECUTION', '/loop-execution-evaluator login_20260101'],
    ['FIX', '/loop-fixer login_20260101'],
    ['BUSINESS_SYNC', '/business-docs-sync login_20260101'],
  ] as const) {
    it(step, () => assert.equal(invocationFor(step, legacy).prompt, prompt));
  }

  it('a parallel EXECUTE goes to the dispatcher', () => {
    assert.equal(
      invocationFor('EXECUTE', { ...legacy, mode: 'parallel' }).prompt,
      '/parallel-dispatcher login_20260101',
    );
  });

  it('COMPLETE has no agent', () => {
    assert.throws(() => invocationFor('COMPLETE', legacy), RangeError);
  });
});

describe('agentInvocation: superpowers, the four parameter sets', () => {
  it('writing-plans', () => {
    assert.deepEqual(invocationFor('PLAN', superpowers), {
      agent: 'superpowers:writing-plans',
      prompt:
        "/superpowers:writing-plans --spec='conductor/tracks/login_20260101/spec.md' --output-dir='conductor/tracks/login_20260101/' --track-id='login_20260101' --metadata='conductor/tracks/login_20260101/metadata.json'",
    });
  });

  it('writing-plans with further files, systematic-debugging with a number of attempts', () => {
    const files = ['conductor/a b.md', "conductor/it's.md"];
    assert.match(
      invocationFor('PLAN', { ...superpowers, contextFiles: files }).prompt,
      / --context-files='conductor\/a b\.md,conductor\/it'\\''s\.md'$/,
    );
    assert.doesNotMatch(invocationFor('PLAN', { ...superpowers, contextFiles: [] }).prompt, /context-files/);
    assert.match(invocationFor('FIX', { ...superpowers, maxAttempts: 5 }).prompt, / --max-attempts='5'$/);
  });

  it('executing-plans, with mode and resume-from only when known', () => {
    const prompt =
      "/superpowers:executing-plans --plan='conductor/tracks/login_20260101/plan.md' --track-dir='conductor/tracks/login_20260101/' --metadata='conductor/tracks/login_20260101/metadata.json' --track-id='login_20260101'";
    assert.equal(invocationFor('EXECUTE', superpowers).prompt, prompt);
    assert.equal(
      invocationFor('EXECUTE', { ...superpowers, mode: 'sequential', resumeFrom: '2.3' }).prompt,
      `${prompt} --mode='sequential' --resume-from='2.3'`,
    );
  });

  it('systematic-debugging', () => {
    assert.equal(
      invocationFor('FIX', superpowers).prompt,
      "/superpowers:systematic-debugging --failures='conductor/tracks/login_20260101/evaluation-report.md' --track-dir='conductor/tracks/login_20260101/' --metadata='conductor/tracks/login_20260101/metadata.json' --track-id='login_20260101'",
    );
  });

  it('brainstorming', () => {
    assert.equal(
      brainstormInvocation({ ...base, context: "Which one's best?", optionsCount: 3 }).prompt,
      "/superpowers:brainstorming --context='Which one'\\''s best?' --output-dir='conductor/tracks/login_20260101/brainstorm/' --track-id='login_20260101' --options-count='3'",
    );
  });

  it('evaluators are the same as for legacy tracks', () => {
    for (const step of ['EVALUATE_PLAN', 'EVALUATE_EXECUTION', 'BUSINESS_SYNC'] as const) {
      assert.deepEqual(invocationFor(step, superpowers), invocationFor(step, legacy));
    }
  });
});

describe('agentInvocation: odd names', () => {
  it('spaces, quotes and line breaks cannot leave their place', () => {
    assert.equal(invocationFor('PLAN', { ...legacy, trackId: "a b'c" }).prompt, "/loop-planner 'a b'\\''c'");
    assert.equal(invocationFor('PLAN', { ...legacy, trackId: 'a\n/evil' }).prompt, "/loop-planner 'a /evil'");
  });

  it('taskIdOf takes the id out of last_task', () => {
    assert.deepEqual(
      ['Task 2.3', '2.3', 'Task 2.3: Wire it', 'T0.4 — Cut', ' Fix 1 ', 'set-up', 'Task set-up/ünit', ''].map(
        taskIdOf,
      ),
      ['2.3', '2.3', '2.3', 'T0.4', '1', 'set-up', 'set-up/ünit', undefined],
    );
  });

  it('what is no id of a task is none: an agent may write anything as last_task', () => {
    for (const text of [
      'now !`touch x`',
      'Set up',
      '!`touch`',
      '$(touch)',
      "a'b",
      'set-up\n/evil',
      '--mode',
      '../x',
    ])
      assert.equal(taskIdOf(text), undefined, text);
  });

  it('no parameter has a shell run what it says', () => {
    assert.match(
      invocationFor('EXECUTE', { ...superpowers, resumeFrom: 'now !`touch x`' }).prompt,
      / --resume-from='now ! `touch x`'$/,
    );
    assert.match(
      brainstormInvocation({ ...base, context: 'Is ```! touch x``` !\r`it`?' }).prompt,
      /='Is ``` ! touch x``` ! `it`\?'/,
    );
  });
});
