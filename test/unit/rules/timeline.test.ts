import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseMetadata } from '../../../src/files/metadataFile';
import { parseQueueLines } from '../../../src/files/messageBusFiles';
import { parsePlan } from '../../../src/files/planFile';
import { parseReports } from '../../../src/files/evaluationReportFile';
import type { LoggedCommit, TimelineEntry } from '../../../src/model/timeline';
import type { Track } from '../../../src/model/track';
import { timelineOf } from '../../../src/rules/timeline';
import { readTime } from '../../../src/rules/timeline/readTime';
import { busOf, trackOf } from './builders';

const now = Date.parse('2026-02-20T12:00:00Z');
const folder = '/w/conductor/tracks/login_20260101';

const message = (type: string, timestamp: string, payload: object, source = 'worker-1'): string =>
  JSON.stringify({ id: `msg-${type}-${timestamp}`, type, source, timestamp, payload });

function trackFrom(o: {
  metadata?: object;
  queue?: readonly string[];
  plan?: string;
  reports?: string;
}): Track {
  const metadata = o.metadata && parseMetadata(JSON.stringify(o.metadata)).metadata;
  const messages = parseQueueLines(`${(o.queue ?? []).join('\n')}\n`, 1).messages;
  return trackOf({
    ...(metadata ? { metadata, boardSessions: metadata.boardSessions } : {}),
    ...(o.queue ? { bus: busOf({ messages, messageCount: messages.length }) } : {}),
    ...(o.plan === undefined ? {} : { plan: parsePlan(o.plan) }),
    reports: parseReports(o.reports ?? '').map((report) => ({
      file: `${folder}/evaluation-report.md`,
      report,
    })),
  });
}

const timeline = (track: Track, commits: readonly LoggedCommit[] = []): readonly TimelineEntry[] =>
  timelineOf({ track, commits, now });
const texts = (entries: readonly TimelineEntry[]): string[] => entries.map(({ text }) => text);
const commit = (sha: string, subject: string, date: string): LoggedCommit => ({
  sha,
  shortSha: sha.slice(0, 7),
  subject,
  author: 'Ann Author',
  date,
});

describe('timelineOf', () => {
  it('tells the loop, what people did and what is waiting, from metadata', () => {
    const entries = timeline(
      trackFrom({
        metadata: {
          version: 3,
          created_at: '2026-02-01',
          updated_at: '2026-02-03T10:00:00Z',
          loop_state: {
            current_step: 'FIX',
            step_status: 'IN_PROGRESS',
            fix_cycle_count: 2,
            max_fix_cycles: 3,
            plan_revision_count: 1,
            step_history: [
              {
                at: '2026-02-03T09:00:00Z',
                from: 'EXECUTE/FAILED',
                to: 'EXECUTE/NOT_STARTED',
                reason: 'key is there',
                by: 'person',
              },
            ],
            checkpoints: {
              PLAN: {
                status: 'PASSED',
                completed_at: '2026-02-01T12:00:00Z',
                agent: 'loop-planner',
                plan_version: 2,
              },
              EVALUATE_EXECUTION: {
                status: 'FAILED',
                verdict: 'FAIL',
                completed_at: '2026-02-03T08:00:00Z',
                failure_reasons: ['2 tests fail'],
              },
              FIX: {
                status: 'IN_PROGRESS',
                cycle: 2,
                started_at: '2026-02-03T10:00:00Z',
                fixes_applied: [{ issue: 'Total is wrong', fix: 'Round once', commit: 'abcdef1' }],
              },
            },
          },
          blockers: [
            {
              id: 'b1',
              description: 'No key',
              status: 'RESOLVED',
              blocked_at: '2026-02-02T08:00:00Z',
              resolved_at: '2026-02-02T09:00:00Z',
              resolution: 'Ann has it',
            },
          ],
          discovered_work: [{ description: 'Old rates', discovered_at: '2026-02-02T07:00:00Z' }, 'Dead code'],
          lead_consultations: [
            {
              lead: 'architecture',
              question: 'Which store?',
              decision_made: true,
              decision: 'One file',
              timestamp: '2026-02-01T13:00:00Z',
            },
          ],
          gate_reviews: [
            {
              gate: 'EVALUATE_PLAN',
              round: 1,
              decision: 'REQUEST_CHANGES',
              by: 'ann',
              at: '2026-02-01T11:00:00Z',
              note: 'No tests',
            },
            { gate: 'EVALUATE_PLAN', round: 2, decision: 'JUBILATE', by: 'ann', at: '2026-02-01T11:30:00Z' },
          ],
          board_condition_evidence: [
            { condition: 'Audit', met: true, by: 'ann', at: '2026-02-01T14:00:00Z' },
          ],
        },
      }),
    );
    assert.deepEqual(
      entries.map(({ text, state, by = '' }) => [text, state, by]),
      [
        ['FIX (cycle 2 of 3) started', 'running', ''],
        ['Step set from EXECUTE/FAILED to EXECUTE/NOT_STARTED', 'idle', 'person'],
        ['EVALUATE_EXECUTION failed, verdict FAIL', 'bad', ''],
        ['Blocker resolved: No key', 'done', ''],
        ['Blocked: No key', 'idle', ''],
        ['Discovered work: Old rates', 'idle', ''],
        ['Condition of the board met: Audit', 'done', 'ann'],
        ['architecture was asked: Which store? → One file', 'done', 'architecture'],
        ['PLAN passed, plan version 2', 'done', 'loop-planner'],
        ['JUBILATE EVALUATE_PLAN, round 2', 'idle', 'ann'],
        ['Changes requested at EVALUATE_PLAN, round 1', 'warn', 'ann'],
        ['Track created', 'idle', ''],
        ['Fixed: Total is wrong – Round once', 'done', ''],
        ['The plan was revised once', 'idle', ''],
        ['Discovered work: Dead code', 'idle', ''],
      ],
    );
    assert.deepEqual(
      entries.slice(-3).map(({ at, doubt }) => [at, doubt]),
      Array.from({ length: 3 }, () => [undefined, 'undated']),
    );
    assert.equal(entries[1]!.detail, 'key is there');
    assert.ok(
      entries.every(({ source, place }) => source === 'metadata' && place?.file.endsWith('metadata.json')),
    );
  });

  it('tells what workers post, in plain words, with worker and line', () => {
    const at = (minute: number): string => `2026-02-03T10:${String(minute).padStart(2, '0')}:00.123456Z`;
    const entries = timeline(
      trackFrom({
        queue: [
          message('WORKER_DISPATCHED', at(1), { worker_id: 'worker-1.1', task_id: '1.1' }, 'orchestrator'),
          message('PROGRESS', at(2), { task_id: '1.1', progress_pct: 40, current_subtask: 'Tests' }),
          message('FILE_LOCK', at(3), { filepath: 'src/a.ts' }),
          message('BLOCKED', at(4), { task_id: '1.1', waiting_for: 'worker-2', resource: 'src/b.ts' }),
          message('FILE_UNLOCK', at(5), { filepath: 'src/a.ts' }),
          message('TASK_FAILED', at(6), { task_id: '1.1', error: 'No\nroom' }),
          message('TASK_COMPLETE', at(7), { task_id: '1.2', commit_sha: 'abc1234' }),
          message('BOARD_VOTE', at(8), { director: 'CA', final_verdict: 'REJECT' }, 'CA'),
          message('BOARD_RESOLVE', at(9), { verdict: 'APPROVED_WITH_REVIEW' }, 'orchestrator'),
          message('TEAPOT', at(10), { message: 'short and stout' }),
        ],
      }),
    );
    assert.deepEqual(
      entries.map(({ text, state, place }) => [text, state, place?.line]),
      [
        ['TEAPOT', 'idle', 10],
        ['The board decides: APPROVED_WITH_REVIEW', 'warn', 9],
        ['CA votes REJECT', 'bad', 8],
        ['Task 1.2 completed', 'done', 7],
        ['Task 1.1 failed', 'bad', 6],
        ['src/a.ts released', 'idle', 5],
        ['Task 1.1 waits for worker-2, src/b.ts', 'warn', 4],
        ['src/a.ts locked', 'idle', 3],
        ['Task 1.1 at 40 %', 'running', 2],
        ['Task 1.1 given to worker-1.1', 'running', 1],
      ],
    );
    assert.equal(entries[4]!.detail, 'No room');
    assert.equal(entries[8]!.by, 'worker-1');
    assert.equal(entries[3]!.commit, 'abc1234');
    assert.ok(entries.every(({ doubt }) => doubt === undefined));
  });

  it('makes one entry of a completion that bus, plan.md, a signal file and git tell', () => {
    const track = trackFrom({
      queue: [message('TASK_COMPLETE', '2026-02-03T10:00:00Z', { task_id: '1.1', commit_sha: 'abc1234' })],
      plan: '# P\n\n## Phase 1: Base\n\n- [x] Task 1.1: Store <!-- commit: abc1234 -->\n- [x] Task 1.2: Wire <!-- commit: def5678 -->\n- [x] Task 1.3: Other <!-- commit: 1111aaa -->\n',
    });
    const bus = { ...track.bus!, events: ['TASK_COMPLETE_1.1.event'], messageCount: 900 };
    const entries = timeline({ ...track, bus }, [
      commit(`def5678${'0'.repeat(33)}`, 'feat: wire', '2026-02-03T12:00:00+02:00'),
      commit(`abc1234${'0'.repeat(33)}`, 'feat: store', '2026-02-03T09:59:00Z'),
      commit(`999999f${'0'.repeat(33)}`, 'chore', '2026-02-02T09:59:00Z'),
    ]);
    assert.deepEqual(
      entries.map(({ text, source, alsoIn, at, commit: sha }) => [
        text,
        source,
        [...alsoIn].sort().join(),
        at === undefined ? '' : new Date(at).toISOString(),
        sha,
      ]),
      [
        ['Task 1.1 completed: Store', 'plan', 'bus,git', '2026-02-03T10:00:00.000Z', 'abc1234'],
        ['Task 1.2 completed: Wire', 'plan', 'git', '2026-02-03T10:00:00.000Z', 'def5678'],
        ['chore', 'git', '', '2026-02-02T09:59:00.000Z', '999999f'],
        ['Task 1.3 completed: Other', 'plan', '', '', '1111aaa'],
      ],
    );
    assert.equal(entries[1]!.detail, 'feat: wire');
    assert.equal(entries[1]!.by, 'Ann Author');
  });

  it('keeps completions with other commits, and several on one bus, apart', () => {
    const entries = timeline(
      trackFrom({
        queue: [
          message('TASK_COMPLETE', '2026-02-03T10:00:00Z', { task_id: '1.1', commit_sha: 'abc1234' }),
          message('TASK_COMPLETE', '2026-02-04T10:00:00Z', { task_id: '1.1', commit_sha: 'def5678' }),
        ],
        plan: '# P\n\n## Phase 1: Base\n\n- [x] Task 1.1: Store <!-- commit: abc1234 -->\n',
      }),
    );
    assert.deepEqual(texts(entries), ['Task 1.1 completed', 'Task 1.1 completed: Store']);
  });

  it('makes one entry of an evaluation that report and checkpoint tell, with the exact time', () => {
    const report = (day: string): string =>
      `# Execution Evaluation Report\n\n**Date**: ${day}\n**Evaluator**: loop-execution-evaluator\n\n| Check | Status |\n|---|---|\n| Tests | FAIL |\n\n**Verdict**: FAIL\n`;
    const metadata = {
      loop_state: {
        current_step: 'FIX',
        step_status: 'NOT_STARTED',
        checkpoints: {
          EVALUATE_EXECUTION: { status: 'FAILED', verdict: 'FAIL', completed_at: '2026-02-03T08:00:00Z' },
        },
      },
    };
    const [one, ...rest] = timeline(trackFrom({ metadata, reports: report('2026-02-03') }));
    assert.deepEqual(texts(rest), []);
    assert.equal(one!.source, 'reports');
    assert.deepEqual(one!.alsoIn, ['metadata']);
    assert.equal(one!.at, Date.parse('2026-02-03T08:00:00Z'));
    assert.equal(one!.dayOnly, false);
    assert.equal(one!.place!.line, 10);
    assert.equal(timeline(trackFrom({ metadata, reports: report('2026-02-01') })).length, 2, 'another round');
  });

  it('makes one entry of votes and verdicts of the board that several files tell', () => {
    const track = trackFrom({
      queue: [
        message('BOARD_VOTE', '2026-02-03T10:00:00Z', { director: 'CA', final_verdict: 'APPROVE' }, 'CA'),
        message('BOARD_RESOLVE', '2026-02-03T10:05:00Z', { verdict: 'APPROVED' }, 'orchestrator'),
      ],
    });
    const session = {
      sessionId: 'board-1',
      checkpoint: 'EVALUATE_PLAN',
      verdict: 'APPROVED',
      votes: { CA: { verdict: 'APPROVE', conditions: [], timestamp: '2026-02-03T10:00:01Z' } },
      assessments: {},
      discussion: [{ from: 'CA', to: 'ALL', message: 'Fine.', timestamp: '2026-02-03T09:00:00Z' }],
      conditions: ['Audit (CA)'],
      dissent: [],
      timestamp: '2026-02-03T10:05:02Z',
      corrections: [
        { director: 'CSO', from: 'REJECT', to: 'APPROVE', by: 'ann', at: '2026-02-04T10:00:00Z' },
      ],
      source: 'metadata' as const,
    };
    const entries = timeline({ ...track, boardSessions: [session] });
    assert.deepEqual(texts(entries), [
      'Vote of CSO corrected: REJECT → APPROVE',
      'Board session board-1 at EVALUATE_PLAN: APPROVED',
      'CA votes APPROVE',
      'CA to ALL: Fine.',
    ]);
    assert.equal(entries[1]!.detail, 'Conditions: Audit (CA)');
  });

  it('shows times for what they are, and what has none at the end', () => {
    const entries = timeline(
      trackFrom({
        queue: [
          message('PROGRESS', '1970-01-01T00:00:00Z', { task_id: 'old' }),
          message('PROGRESS', '2099-01-01T00:00:00Z', { task_id: 'new' }),
          message('PROGRESS', '2026-02-03T10:00:00', { task_id: 'local' }),
          message('PROGRESS', 'yesterday', { task_id: 'words' }),
          message('PROGRESS', '2026-02-30T10:00:00Z', { task_id: 'never' }),
        ],
      }),
    );
    assert.deepEqual(
      entries.map(({ task, doubt, written }) => [task, doubt, written]),
      [
        ['new', 'future', '2099-01-01T00:00:00Z'],
        ['local', 'noZone', '2026-02-03T10:00:00'],
        ['old', 'longAgo', '1970-01-01T00:00:00Z'],
        ['never', 'unreadable', '2026-02-30T10:00:00Z'],
        ['words', 'unreadable', 'yesterday'],
      ],
    );
  });

  it('keeps the order of the sources at equal times: the later message first', () => {
    const at = '2026-02-03T10:00:00Z';
    const queue = ['a', 'b', 'c'].map((task) => message('PROGRESS', at, { task_id: task }));
    assert.deepEqual(
      timeline(trackFrom({ queue })).map(({ task }) => task),
      ['c', 'b', 'a'],
    );
  });

  it('brings any text onto one short line', () => {
    const [entry] = timeline(
      trackFrom({
        queue: [message('PROGRESS', '2026-02-03', { task_id: `x\n\u0000${'y'.repeat(100_000)}` })],
      }),
    );
    assert.ok(entry!.text.length <= 300 && !/\p{Cc}/u.test(entry!.text), entry!.text);
    assert.match(entry!.text, /^Task x y+….*/);
  });

  it('never throws, has unique ids and falling times, whatever the files hold', () => {
    const value = fc.oneof(
      fc.constantFrom<unknown>(
        '2026-02-03',
        '2026-02-03T10:00:00Z',
        'PASS',
        'abc1234',
        0,
        null,
        true,
        [],
        {},
      ),
      fc.jsonValue({ maxDepth: 2 }),
    );
    const metadata = fc.record(
      {
        created_at: value,
        updated_at: value,
        blockers: fc.array(
          fc.oneof(value, fc.record({ id: value, description: value, status: value, resolved_at: value })),
        ),
        discovered_work: fc.oneof(value, fc.array(value)),
        lead_consultations: fc.array(fc.record({ lead: value, question: value, timestamp: value })),
        gate_reviews: fc.array(
          fc.record({ gate: value, decision: fc.oneof(value, fc.constant('constructor')), at: value }),
        ),
        board_sessions: fc.array(
          fc.record({ session_id: value, verdict: value, timestamp: value, vote_summary: value }),
        ),
        loop_state: fc.record({
          current_step: value,
          step_history: fc.oneof(value, fc.array(fc.record({ from: value, to: value, at: value }))),
          checkpoints: fc.dictionary(
            fc.constantFrom('PLAN', 'EXECUTE', 'FIX', '__proto__'),
            fc.oneof(
              value,
              fc.record({ status: value, completed_at: value, fixes_applied: value, last_commit: value }),
            ),
          ),
        }),
      },
      { requiredKeys: [] },
    );
    const queue = fc.array(
      fc.record({
        type: fc.constantFrom('TASK_COMPLETE', 'BOARD_VOTE', 'BLOCKED', 'toString'),
        timestamp: value,
        payload: value,
      }),
    );
    fc.assert(
      fc.property(metadata, queue, (m, q) => {
        const entries = timeline(trackFrom({ metadata: m, queue: q.map((one) => JSON.stringify(one)) }), [
          commit(`abc1234${'0'.repeat(33)}`, '', 'never'),
        ]);
        assert.equal(new Set(entries.map(({ id }) => id)).size, entries.length);
        entries.slice(1).forEach(({ at = -Infinity }, i) => assert.ok(at <= (entries[i]!.at ?? -Infinity)));
        for (const { at, doubt } of entries)
          assert.equal(at === undefined, doubt === 'undated' || doubt === 'unreadable');
      }),
    );
  });

  it('looks at each entry of a long list of metadata.json a few times, not once for every other', () => {
    const many = 300;
    const track = trackFrom({
      metadata: {
        blockers: Array.from({ length: many }, (_, i) => ({ id: `b${i}`, description: `Blocker ${i}` })),
        discovered_work: Array.from({ length: many }, (_, i) => ({ description: `Work ${i}` })),
      },
    });
    let looks = 0;
    const counted = (list: unknown): unknown =>
      new Proxy(list as object, {
        get(target, key, receiver) {
          if (/^\d+$/.test(String(key))) looks++;
          return Reflect.get(target, key, receiver) as unknown;
        },
      });
    const { raw } = track.metadata!;
    const lists = {
      blockers: counted(raw['blockers']),
      discovered_work: counted(raw['discovered_work']),
    };
    const told = timeline({ ...track, metadata: { ...track.metadata!, raw: { ...raw, ...lists } } });
    assert.equal(told.length, 2 * many);
    assert.ok(looks <= 10 * many, String(looks));
  });
});

describe('readTime', () => {
  it('reads what programs write, in UTC, whatever the zone of the machine', () => {
    const cases: [string, string, boolean][] = [
      ['2026-02-03', '2026-02-03T00:00:00.000Z', true],
      ['2026-02-03T10:00Z', '2026-02-03T10:00:00.000Z', false],
      ['2026-02-03 10:00:00.5+0530', '2026-02-03T04:30:00.500Z', false],
      ['2026-02-03T10:00:00.123456Z', '2026-02-03T10:00:00.123Z', false],
      ['2026-02-03 10:00 UTC', '2026-02-03T10:00:00.000Z', false],
      ['2026-02-03T10:00:00', '2026-02-03T10:00:00.000Z', false],
    ];
    for (const [written, iso, dayOnly] of cases) {
      const time = readTime(written, now);
      assert.equal(new Date(time.at!).toISOString(), iso, written);
      assert.equal(time.dayOnly, dayOnly);
    }
  });

  it('does not call today somewhere else the future', () => {
    assert.equal(readTime('2026-02-21', now).doubt, undefined);
    assert.equal(readTime('2026-02-22', now).doubt, 'future');
    assert.equal(readTime('2026-02-20T12:04:00Z', now).doubt, undefined);
    assert.equal(readTime('2026-02-20T12:06:00Z', now).doubt, 'future');
  });
});
