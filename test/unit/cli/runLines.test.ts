import assert from 'node:assert/strict';
import { elapsed, RunLines } from '../../../src/cli/runLines';
import type { RunEventBody } from '../../../src/engine/run/runEvent';

const plain = { style: (_: string, text: string) => text };
const start = Date.parse('2026-01-10T09:00:00Z');

function linesOf(...bodies: readonly (readonly [seconds: number, body: RunEventBody])[]): string[] {
  const lines = new RunLines(plain);
  return bodies.flatMap(([seconds, body]) =>
    lines.of({ ...body, at: new Date(start + seconds * 1000).toISOString(), track: 'login' }),
  );
}

describe('a run, line by line', () => {
  it('tells the time since its beginning, and how long an agent took', () => {
    assert.deepEqual(
      linesOf(
        [
          0,
          {
            event: 'run-started',
            runId: '1',
            mode: 'through',
            resumed: false,
            step: 'PLAN',
            stepStatus: 'NOT_STARTED',
          },
        ],
        [
          1,
          {
            event: 'agent-started',
            id: 'planner-PLAN-1',
            role: 'planner',
            agent: 'loop-planner',
            step: 'PLAN',
            attempt: 1,
            pid: 7,
            adopted: false,
            outputFile: '/x',
          },
        ],
        [95, { event: 'agent-ended', id: 'planner-PLAN-1', how: 'exited', outcome: 'passed', exitCode: 0 }],
        [3700, { event: 'run-ended', outcome: 'person', why: 'A tie.', iterations: 3 }],
      ),
      [
        '    0 s  login  begins at PLAN · not started (through)',
        '    1 s  loop-planner works (process 7)',
        '   1:35  planner-PLAN-1 passed after 1:34',
        '1:01:40  A person is needed: A tie.',
      ],
    );
  });

  it('says in words how an agent ended', () => {
    const ended = (
      how: 'exited' | 'stopped' | 'timeLimit' | 'outputLimit' | 'notStarted' | 'lost',
      outcome: 'passed' | 'failed' | 'person' | 'stopped',
      why?: string,
    ): string => {
      const started = { role: 'worker', agent: 'w', step: 'EXECUTE', attempt: 1, pid: 7 } as const;
      const lines = linesOf(
        [0, { event: 'agent-started', id: 'w-1', ...started, adopted: false, outputFile: '/x' }],
        [9, { event: 'agent-ended', id: 'w-1', how, outcome, ...(why === undefined ? {} : { why }) }],
      );
      return (lines[1] ?? '').trim().replace(/^9 s {2}w-1 /, '');
    };
    assert.equal(ended('timeLimit', 'person'), 'stopped at its time limit after 9 s: you decide');
    assert.equal(
      ended('timeLimit', 'failed', 'Too long.'),
      'failed, stopped at its time limit after 9 s: Too long.',
    );
    assert.equal(
      ended('outputLimit', 'failed'),
      'failed, stopped at the limit of what it may print after 9 s',
    );
    assert.equal(ended('lost', 'passed'), 'passed, ended while nobody watched');
    assert.equal(ended('exited', 'person', 'No word.'), 'ended after 9 s: you decide: No word.');
    assert.equal(ended('stopped', 'stopped'), 'stopped after 9 s');
    assert.deepEqual(
      linesOf([
        0,
        { event: 'agent-ended', id: 'w-1', how: 'notStarted', outcome: 'failed', why: 'No such file.' },
      ]),
      ['    0 s  w-1 not started: No such file.'],
    );
  });

  it('puts the answers to a question for a person below it, and cuts what is long or would move the cursor', () => {
    const [first = '', second] = linesOf([
      0,
      {
        event: 'escalated',
        trigger: 'task-failed',
        step: 'EXECUTE',
        description: `\u001b[2J${'x'.repeat(500)}`,
        options: ['Try Again'],
      },
    ]);
    assert.ok(first.length < 200);
    assert.equal(first.includes('\u001b'), false);
    assert.equal(second, '         - Try Again');
  });

  it('is silent about what says nothing new', () => {
    const known = { event: 'knowledge', patterns: 1, errors: 2, tokens: 60 } as const;
    assert.deepEqual(linesOf([0, { ...known, by: 'rule' }], [0, { ...known, by: 'agent' }]), [
      '    0 s  Known already: 1 patterns, 2 errors (60 tokens)',
      '    0 s  Known already: 1 patterns, 2 errors (60 tokens, chosen by the knowledge manager)',
    ]);
    assert.deepEqual(linesOf([0, { event: 'knowledge', patterns: 0, errors: 0, tokens: 0, by: 'rule' }]), []);
    assert.deepEqual(linesOf([0, { event: 'task', task: '1.1', state: 'started', why: '' }]), []);
  });

  it('counts seconds, minutes and hours', () => {
    assert.deepEqual([0, 59_999, 60_000, 3_599_000, 3_600_000, -5].map(elapsed), [
      '0 s',
      '59 s',
      '1:00',
      '59:59',
      '1:00:00',
      '0 s',
    ]);
  });
});
