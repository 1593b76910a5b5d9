import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  parseBoardFiles,
  parseLocks,
  parseQueueLines,
  parseWorkerStatus,
  waitingOf,
} from '../../../src/files/messageBusFiles';

const line = (value: object): string => `${JSON.stringify(value)}\n`;

describe('queue.jsonl', () => {
  it('reads messages with their line numbers', () => {
    const text =
      line({
        id: 'msg-init',
        type: 'BUS_INIT',
        source: 'init-bus.py',
        timestamp: '2026-02-01T12:00:00.123456Z',
        payload: { version: '1.0' },
      }) +
      line({
        id: 'msg-1',
        type: 'PROGRESS',
        source: 'worker-1.1-20260201120000',
        timestamp: '2026-02-01T12:05:00Z',
        payload: { task_id: '1.1', progress_pct: 40 },
      });
    const { messages, problems, wholeLines } = parseQueueLines(text, 11);
    assert.deepEqual(
      messages.map((m) => [m.id, m.type, m.source, m.line]),
      [
        ['msg-init', 'BUS_INIT', 'init-bus.py', 11],
        ['msg-1', 'PROGRESS', 'worker-1.1-20260201120000', 12],
      ],
    );
    assert.deepEqual(messages[1]?.payload, { task_id: '1.1', progress_pct: 40 });
    assert.deepEqual(problems, []);
    assert.equal(wholeLines, 2);
  });

  it('reads the events of the fork and retry entries without an envelope', () => {
    const { messages } = parseQueueLines(
      line({
        timestamp: '2026-02-01T12:00:00Z',
        event_type: 'PLAN_COMPLETE',
        track_id: 'cart',
        source: 'planner',
        data: { tasks: 4 },
        result: 'PASS',
      }) +
        line({ type: 'retry_1.2', attempt: 2, timestamp: '2026-02-01T12:01:00Z' }) +
        line({ type: 'NOTE', timestamp: 1769947200, payload: 'text', worker_id: 'w1' }),
      1,
    );
    assert.equal(messages[0]?.type, 'PLAN_COMPLETE');
    assert.deepEqual(messages[0]?.payload, { track_id: 'cart', result: 'PASS', tasks: 4 });
    assert.deepEqual([messages[1]?.type, messages[1]?.payload], ['retry_1.2', { attempt: 2 }]);
    assert.equal(messages[2]?.timestamp, '2026-02-01T12:00:00.000Z');
    assert.deepEqual(messages[2]?.payload, { worker_id: 'w1', data: 'text' });
    assert.equal(messages[2]?.source, 'w1');
  });

  it('goes on behind lines that are no messages, and names them', () => {
    const text = `${line({ type: 'A' })}garbage\n{"no": "type"}\n[]\n\n${line({ type: 'B' })}`;
    const { messages, problems, wholeLines } = parseQueueLines(text, 1);
    assert.deepEqual(
      messages.map((m) => [m.type, m.line]),
      [
        ['A', 1],
        ['B', 6],
      ],
    );
    assert.deepEqual(
      problems.map((p) => p.line),
      [2, 3, 4],
    );
    assert.match(problems[0]?.message ?? '', /Line 2 of queue\.jsonl/);
    assert.equal(wholeLines, 6);
  });

  it('takes a torn last line in its stride, and shows a whole one that only lacks its end', () => {
    const whole = line({ type: 'A' });
    const torn = parseQueueLines(`${whole}{"type": "B", "pay`, 1);
    assert.deepEqual([torn.messages.length, torn.problems, torn.wholeLines], [1, [], 1]);
    const unended = parseQueueLines(`${whole}{"type": "B"}`, 1);
    assert.deepEqual([unended.messages.map((m) => m.line), unended.wholeLines], [[1, 2], 1]);
    assert.deepEqual(parseQueueLines('', 1), { messages: [], problems: [], wholeLines: 0 });
  });

  it('reads CRLF', () => {
    assert.deepEqual(
      parseQueueLines('{"type": "A"}\r\n{"type": "B"}\r\n', 1).messages.map((m) => m.type),
      ['A', 'B'],
    );
  });

  it('reads the same in whatever pieces a growing file is read (property)', () => {
    const entry = fc.oneof(
      fc
        .record({ type: fc.constantFrom('PROGRESS', 'BLOCKED'), source: fc.constantFrom('w1', 'w2') })
        .map((m) => JSON.stringify(m)),
      fc.constantFrom('garbage', '', '{"type":', '{"a": "\\u2028"}'),
    );
    fc.assert(
      fc.property(fc.array(entry), fc.array(fc.nat(400)), (lines, cuts) => {
        const text = lines.map((l) => `${l}\n`).join('');
        const all = parseQueueLines(text, 1);
        const messages = [];
        let consumed = 0;
        let next = 1;
        for (const cut of [...cuts, text.length].map((c) => Math.min(c, text.length)).sort((a, b) => a - b)) {
          const chunk = text.slice(consumed, cut);
          const end = chunk.lastIndexOf('\n') + 1;
          const read = parseQueueLines(chunk.slice(0, end), next);
          messages.push(...read.messages);
          next += read.wholeLines;
          consumed += end;
        }
        assert.deepEqual(messages, all.messages);
        assert.equal(next - 1, all.wholeLines);
      }),
    );
  }).timeout(60_000);
});

describe('who waits', () => {
  const blocked = (source: string, waiting_for: string, n: number): string =>
    line({
      type: 'BLOCKED',
      source,
      timestamp: `2026-02-01T12:0${n}:00Z`,
      payload: { task_id: '1.3', waiting_for, resource: 'src/a.ts' },
    });

  it('gives the latest BLOCKED of a source, unless the source spoke later', () => {
    const { messages } = parseQueueLines(
      blocked('w1', 'w2', 1) +
        blocked('w2', 'file_lock', 2) +
        blocked('w1', 'w3', 3) +
        line({ type: 'PROGRESS', source: 'w2', payload: {} }),
      1,
    );
    assert.deepEqual(waitingOf(messages), [
      {
        source: 'w1',
        taskId: '1.3',
        waitingFor: 'w3',
        resource: 'src/a.ts',
        since: '2026-02-01T12:03:00Z',
        line: 3,
      },
    ]);
  });

  it('ignores BLOCKED without a source or without what it waits for', () => {
    const { messages } = parseQueueLines(
      line({ type: 'BLOCKED', payload: { waiting_for: 'x' } }) +
        line({ type: 'BLOCKED', source: 'w', payload: {} }),
      1,
    );
    assert.deepEqual(waitingOf(messages), []);
  });
});

describe('locks.json and worker-status.json', () => {
  it('reads locks in the long and the short form', () => {
    const { locks, problems } = parseLocks(
      JSON.stringify({
        'src/a.ts': {
          worker_id: 'w1',
          acquired_at: '2026-02-01T12:00:00Z',
          expires_at: '2026-02-01T12:30:00Z',
        },
        'src/b.ts': 'w2',
        'src/c.ts': { acquired_at: 'x' },
        'src/d.ts': null,
      }),
    );
    assert.deepEqual(locks, [
      {
        path: 'src/a.ts',
        workerId: 'w1',
        acquiredAt: '2026-02-01T12:00:00Z',
        expiresAt: '2026-02-01T12:30:00Z',
      },
      { path: 'src/b.ts', workerId: 'w2', acquiredAt: undefined, expiresAt: undefined },
    ]);
    assert.deepEqual(problems, []);
  });

  it('reads workers, COMPLETED as COMPLETE', () => {
    const { workers } = parseWorkerStatus(
      JSON.stringify({
        w1: { task_id: '1.1', status: 'RUNNING', progress_pct: 40, last_heartbeat: '2026-02-01T12:00:00Z' },
        w2: { task_id: '1.2', status: 'COMPLETED', started_at: '2026-02-01T11:00:00Z' },
        w3: 'FAILED',
        w4: {},
      }),
    );
    assert.deepEqual(
      workers.map((w) => [w.workerId, w.status, w.progress]),
      [
        ['w1', 'RUNNING', 40],
        ['w2', 'COMPLETE', undefined],
        ['w3', 'FAILED', undefined],
      ],
    );
  });

  it('reports what is no JSON and reads what it can; an empty file is none', () => {
    const torn = parseLocks('{"src/a.ts": "w1", "src/b');
    assert.equal(torn.problems[0]?.code, 'json-invalid');
    assert.match(torn.problems[0]?.message ?? '', /^locks\.json: .*line 1/);
    assert.equal(torn.locks[0]?.workerId, 'w1');
    assert.deepEqual(parseLocks(''), { locks: [], problems: [] });
    assert.equal(parseWorkerStatus('"x"').problems[0]?.code, 'json-not-object');
  });
});

describe('the board on the bus', () => {
  const session = JSON.stringify({
    session_id: 'board-20260201120000',
    checkpoint: 'EVALUATE_PLAN',
    status: 'VOTING',
    proposal: { proposal: 'Ship it', context: 'plan' },
    directors: ['CA', 'CPO', 'CSO', 'COO', 'CXO'],
    started_at: '2026-02-01T12:00:00Z',
  });

  it('puts session, assessments, votes and discussion together', () => {
    const { session: board, problems } = parseBoardFiles({
      session,
      assessments: JSON.stringify({
        CA: {
          verdict: 'CONCERNS',
          score: 6,
          breakdown: { system_design: 7 },
          concerns: [{ concern: 'no cache' }],
          vulnerabilities: [{}],
        },
      }),
      votes: JSON.stringify({
        CA: { final_verdict: 'APPROVE', confidence: 0.8, conditions: ['Add a cache'] },
      }),
      discussion: `${line({ from: 'CSO', to: 'ALL', type: 'CHALLENGE', message: 'Why?', changes_my_verdict: false })}${line({ id: 'm', type: 'BOARD_DISCUSS', payload: { from: 'CA', message: 'So.' } })}bad\n{"from"`,
    });
    assert.equal(board?.sessionId, 'board-20260201120000');
    assert.deepEqual(
      [board?.status, board?.checkpoint, board?.proposal, board?.source],
      ['VOTING', 'EVALUATE_PLAN', 'Ship it', 'bus'],
    );
    assert.deepEqual([board?.assessments.CA?.score, board?.assessments.CA?.concerns], [6, ['no cache']]);
    assert.ok('vulnerabilities' in (board?.assessments.CA?.raw ?? {}));
    assert.deepEqual(board?.votes.CA, {
      verdict: 'APPROVE',
      confidence: 0.8,
      conditions: ['Add a cache'],
      timestamp: undefined,
    });
    assert.deepEqual(board?.conditions, ['Add a cache (CA)']);
    assert.deepEqual(
      board?.discussion.map((r) => [r.from, r.message]),
      [
        ['CSO', 'Why?'],
        ['CA', 'So.'],
      ],
    );
    assert.deepEqual(
      problems.map((p) => [p.code, p.line]),
      [['discussion-line-invalid', 3]],
    );
  });

  it('reads the resolution', () => {
    const { session: board } = parseBoardFiles({
      resolution: [
        '# Board Resolution',
        '**Proposal:** Ship it',
        '**Session:** `board-20260201-120000`',
        '## Verdict: APPROVED WITH REVIEW ✅',
        '## Vote Summary',
        '| Director | Vote |',
        '## Conditions for Approval',
        '1. Add a cache (CA)',
        '- [ ] Audit first (CSO)',
        '## Dissenting Opinions',
        'None.',
      ].join('\n'),
    });
    assert.deepEqual(
      [board?.sessionId, board?.proposal, board?.verdict, board?.conditions, board?.dissent],
      [
        'board-20260201-120000',
        'Ship it',
        'APPROVED_WITH_REVIEW',
        ['Add a cache (CA)', 'Audit first (CSO)'],
        [],
      ],
    );
  });

  it('is none as long as its files say nothing', () => {
    assert.equal(parseBoardFiles({}).session, undefined);
    assert.equal(parseBoardFiles({ assessments: '{}', votes: '{}\n', discussion: '' }).session, undefined);
  });

  it('never throws (property)', () => {
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.constantFrom(session, '{"CA": 1}', '[{"director": "CA", "vote": "APPROVE"}]', '## Verdict\n'),
    );
    fc.assert(
      fc.property(text, text, text, text, text, (a, b, c, d, e) => {
        parseBoardFiles({ session: a, assessments: b, votes: c, discussion: d, resolution: e });
        parseLocks(a);
        parseWorkerStatus(b);
        waitingOf(parseQueueLines(c, 1).messages);
      }),
    );
  }).timeout(60_000);
});
