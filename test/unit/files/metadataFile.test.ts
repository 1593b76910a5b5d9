import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseMetadata } from '../../../src/files/metadataFile';
import type { LoopState } from '../../../src/model/loopState';
import type { Metadata } from '../../../src/model/metadata';

function read(value: unknown): Metadata {
  const { metadata } = parseMetadata(JSON.stringify(value, null, 2));
  assert.ok(metadata);
  return metadata;
}

function loop(state: unknown, beside: object = {}): LoopState {
  const found = read({ loop_state: state, ...beside }).loop;
  assert.ok(found);
  return found;
}

function codes(text: string): string[] {
  return parseMetadata(text).problems.map((p) => p.code);
}

describe('metadata.json: versions and spellings', () => {
  it('reads version 1', () => {
    const metadata = read({
      track_id: 'cart_20260101',
      type: 'feature',
      status: 'in_progress',
      created_at: '2026-01-01T10:00:00Z',
      updated_at: '2026-01-02T10:00:00Z',
      description: 'A cart',
    });
    assert.equal(metadata.version, 1);
    assert.equal(metadata.id, 'cart_20260101');
    assert.equal(metadata.description, 'A cart');
    assert.equal(metadata.createdAt, '2026-01-01T10:00:00Z');
    assert.equal(metadata.loop, undefined);
    assert.equal(metadata.superpowerEnhanced, false);
  });

  it('reads the relatives: id, title, created, state, trackId, dependsOn, numbers', () => {
    const a = read({
      id: 'a',
      title: 'A',
      created: '2026-01-01',
      updated: '2026-01-02',
      phases: { total: 2 },
      priority: 1,
    });
    assert.deepEqual(
      [a.id, a.name, a.createdAt, a.updatedAt, a.priority],
      ['a', 'A', '2026-01-01', '2026-01-02', '1'],
    );
    const b = read({
      trackId: 'b',
      state: 'COMPLETE',
      createdAt: '2026-01-01',
      dependsOn: ['a', 'a'],
      dependencies: [{ track_id: 'c' }],
    });
    assert.deepEqual([b.id, b.status, b.createdAt, b.dependsOn], ['b', 'COMPLETE', '2026-01-01', ['c', 'a']]);
    assert.deepEqual(read({ depends_on: 'a, b' }).dependsOn, ['a', 'b']);
    assert.deepEqual(read({ dependencies: { npm: ['left-pad'] } }).dependsOn, []);
    assert.equal(read({ version: '3' }).version, 3);
  });

  it('reads a full loop state', () => {
    const state = loop({
      current_step: 'EXECUTE',
      step_status: 'IN_PROGRESS',
      step_started_at: '2026-01-31T12:00:00Z',
      fix_cycle_count: 1,
      max_fix_cycles: 5,
      plan_revision_count: 2,
      max_plan_revisions: 3,
      execution_mode: 'PARALLEL',
      checkpoints: {
        PLAN: { status: 'PASSED', completed_at: '2026-01-31', agent: 'loop-planner', plan_version: 2 },
        EXECUTE: {
          status: 'IN_PROGRESS',
          progress: { tasks_completed: 5, tasks_total: 12, current_task: 'Task 2.3' },
          last_commit: 'abc1234',
          output_files: ['a.ts'],
        },
        EVALUATE_EXECUTION: {
          status: 'FAILED',
          failure_items: [{ issue: 'no tests' }, 'slow'],
          business_sync_required: true,
        },
        FIX: { status: 'NOT_STARTED', cycle: 1, fixes_remaining: ['slow'], notes: ['a', 'b'] },
        BUSINESS_SYNC: { status: 'NOT_STARTED', required: false },
      },
    });
    assert.deepEqual([state.step, state.stepStatus, state.understood], ['EXECUTE', 'IN_PROGRESS', true]);
    assert.deepEqual(
      [
        state.fixCycleCount,
        state.maxFixCycles,
        state.planRevisionCount,
        state.maxPlanRevisions,
        state.executionMode,
      ],
      [1, 5, 2, 3, 'PARALLEL'],
    );
    const execute = state.checkpoints.EXECUTE;
    assert.deepEqual(
      [
        execute?.tasksCompleted,
        execute?.tasksTotal,
        execute?.lastTask,
        execute?.lastCommit,
        execute?.outputFiles,
      ],
      [5, 12, 'Task 2.3', 'abc1234', ['a.ts']],
    );
    assert.deepEqual(state.checkpoints.EVALUATE_EXECUTION?.failureReasons, ['no tests', 'slow']);
    assert.equal(state.checkpoints.EVALUATE_EXECUTION?.businessSyncRequired, true);
    assert.equal(state.checkpoints.FIX?.notes, 'a\nb');
    assert.equal(state.checkpoints.BUSINESS_SYNC?.required, false);
    assert.equal(state.source, 'metadata');
  });

  it('reads other spellings of steps', () => {
    const steps: [string, string, boolean][] = [
      ['PARALLEL_EXECUTE', 'EXECUTE', true],
      ['execute', 'EXECUTE', true],
      ['evaluate-plan', 'EVALUATE_PLAN', true],
      ['CTO_REVIEW', 'EVALUATE_PLAN', true],
      ['BUSINESS_DOC_SYNC', 'BUSINESS_SYNC', true],
      ['EXECUTION', 'EXECUTE', true],
      ['COMPLETED', 'COMPLETE', true],
      ['BRAINSTORM', 'PLAN', false],
      ['ENRICH', 'PLAN', false],
      ['DESIGN', 'PLAN', false],
      ['GAME_VERIFICATION', 'EVALUATE_EXECUTION', false],
      ['PAUSED', 'NOT_STARTED', false],
      ['constructor', 'NOT_STARTED', false],
    ];
    for (const [written, step, understood] of steps) {
      const state = loop({ current_step: written, step_status: 'PASSED' });
      assert.deepEqual([state.step, state.understood, state.writtenStep], [step, understood, written]);
    }
    assert.equal(loop({ current_step: 'PARALLEL_EXECUTE', step_status: 'PASSED' }).executionMode, 'PARALLEL');
  });

  it('reads other spellings of step status', () => {
    const statuses: Record<string, [string, boolean]> = {
      in_progress: ['IN_PROGRESS', true],
      'in progress': ['IN_PROGRESS', true],
      COMPLETE: ['PASSED', true],
      PENDING: ['NOT_STARTED', true],
      BOARD_REVIEW: ['BOARD_REVIEW', true],
      PARTIAL_FAIL: ['PARTIAL_FAIL', true],
      ESCALATED: ['ESCALATE', true],
      'waiting for Bob': ['NOT_STARTED', false],
    };
    for (const [written, [status, understood]] of Object.entries(statuses)) {
      const state = loop({ current_step: 'PLAN', step_status: written });
      assert.deepEqual(
        [state.stepStatus, state.understood, state.writtenStepStatus],
        [status, understood, written],
      );
    }
  });

  it('understands nothing that is missing, and says what to write', () => {
    const { metadata, problems } = parseMetadata('{\n  "loop_state": {}\n}');
    assert.equal(metadata?.loop?.understood, false);
    assert.deepEqual(
      problems.map((p) => p.code).filter((c) => c !== 'metadata-type'),
      ['step-unknown', 'step-status-unknown'],
    );
    assert.match(problems.find((p) => p.code === 'step-unknown')?.message ?? '', /EVALUATE_EXECUTION/);
  });

  it('has no fix limit of zero, and three where none is written', () => {
    assert.equal(loop({ current_step: 'FIX', step_status: 'FAILED' }).maxFixCycles, 3);
    assert.equal(loop({ current_step: 'FIX', step_status: 'FAILED', fix_cycle_count: -1 }).fixCycleCount, 0);
  });

  it('reads checkpoints at the root and in loop_state, those in loop_state first', () => {
    const state = loop(
      { current_step: 'FIX', step_status: 'NOT_STARTED', checkpoints: { PLAN: { status: 'PASSED' } } },
      { checkpoints: { PLAN: { status: 'FAILED' }, FIX: { status: 'BLOCKED' } } },
    );
    assert.equal(state.checkpoints.PLAN?.status, 'PASSED');
    assert.equal(state.checkpoints.FIX?.status, 'BLOCKED');
  });

  it('reads a misspelt checkpoint unless the right one is there too; leaves foreign ones to raw', () => {
    const state = loop({
      current_step: 'PLAN',
      step_status: 'PASSED',
      checkpoints: {
        EXECUTION: { status: 'PENDING' },
        ENRICH: { status: 'PASSED', artifacts: [] },
        PLAN: 'PASSED',
      },
    });
    assert.deepEqual(Object.keys(state.checkpoints).sort(), ['EXECUTE', 'PLAN']);
    assert.equal(state.checkpoints.EXECUTE?.status, 'NOT_STARTED');
    assert.equal(state.checkpoints.PLAN?.status, 'PASSED');
    for (const checkpoints of [
      { EXECUTE: { status: 'PASSED' }, EXECUTION: { status: 'FAILED' } },
      { EXECUTION: { status: 'FAILED' }, EXECUTE: { status: 'PASSED' } },
    ]) {
      assert.equal(
        loop({ current_step: 'PLAN', step_status: 'PASSED', checkpoints }).checkpoints.EXECUTE?.status,
        'PASSED',
      );
    }
  });

  it('reads the superpower flag at the root first, then in loop_state', () => {
    assert.equal(read({ superpower_enhanced: true }).superpowerEnhanced, true);
    assert.equal(read({ loop_state: { superpower_enhanced: true } }).superpowerEnhanced, true);
    assert.equal(
      read({ superpower_enhanced: false, loop_state: { superpower_enhanced: true } }).superpowerEnhanced,
      false,
    );
  });

  it('reads blockers that are texts or objects, open or resolved', () => {
    const { blockers } = read({
      blockers: [
        'no API key',
        {
          id: 'blocker-7',
          description: 'down',
          blocked_at: '2026-01-01',
          blocked_step: 'EXECUTE',
          status: 'ACTIVE',
          options: ['wait', { label: 'skip' }],
        },
        { description: 'old', status: 'resolved' },
        { reason: 'older', resolved_at: '2026-01-02' },
        7,
        null,
      ],
    });
    assert.deepEqual(
      blockers.map((b) => [b.id, b.description, b.active]),
      [
        ['blocker-1', 'no API key', true],
        ['blocker-7', 'down', true],
        ['blocker-3', 'old', false],
        ['blocker-4', 'older', false],
        ['blocker-5', '7', true],
      ],
    );
    assert.deepEqual(blockers[1]?.options, ['wait', 'skip']);
    assert.deepEqual(read({ blockers: 'None' }).blockers, []);
    assert.deepEqual(read({ blockers: ['None', 'n/a', 'no blockers.'] }).blockers, []);
    assert.equal(read({ blockers: 'API down' }).blockers[0]?.description, 'API down');
  });

  it('reads board sessions of both places once, conditions, consultations and discovered work', () => {
    const metadata = read({
      board_sessions: [
        {
          session_id: 'board-20260201-123456',
          checkpoint: 'EVALUATE_PLAN',
          verdict: 'APPROVED',
          vote_summary: { CA: 'APPROVE', CXO: 'REJECT' },
          conditions: ['Add a cache (CA)'],
          timestamp: '2026-02-01T12:00:00Z',
        },
      ],
      loop_state: {
        current_step: 'PLAN',
        step_status: 'PASSED',
        board_sessions: [{ session_id: 'board-20260201-123456' }, { session_id: 'other' }],
      },
      board_conditions: ['Add a cache (CA)', { condition: 'Audit' }],
      discovered_work: ['src/a.ts is slow', { description: 'Split it', reason: 'big' }],
      lead_consultations: [{ lead: 'tech', decision_made: true, decision: 'zod', escalated_to: null }, 'odd'],
    });
    assert.deepEqual(
      metadata.boardSessions.map((s) => s.sessionId),
      ['board-20260201-123456', 'other'],
    );
    assert.equal(metadata.boardSessions[0]?.votes.CXO?.verdict, 'REJECT');
    assert.equal(metadata.boardSessions[0]?.source, 'metadata');
    assert.deepEqual(metadata.boardConditions, ['Add a cache (CA)', 'Audit']);
    assert.deepEqual(metadata.discoveredWork, ['src/a.ts is slow', 'Split it']);
    assert.equal(metadata.leadConsultations.length, 1);
    assert.equal(metadata.leadConsultations[0]?.decision, 'zod');
  });

  it('keeps unknown keys in raw', () => {
    assert.deepEqual(read({ own: { deep: [1] } }).raw, { own: { deep: [1] } });
  });
});

describe('metadata.json: bad input', () => {
  it('reads what is there of invalid JSON, says line and column, and marks it', () => {
    const cases: [string, string, number, string | undefined][] = [
      ['trailing comma', '{\n  "track_id": "a",\n}\n', 3, 'a'],
      ['comment', '{\n  // note\n  "track_id": "a"\n}\n', 2, 'a'],
      ['two objects', '{\n  "track_id": "a"\n}\n{\n  "track_id": "b"\n}\n', 4, 'a'],
      ['text behind', '{\n  "track_id": "a"\n}\n\\ No newline at end of file', 4, 'a'],
      ['a second brace', '{\n  "track_id": "a"\n}\n}\n', 4, 'a'],
      ['missing comma', '{\n  "track_id": "a"\n  "status": "new"\n}\n', 3, 'a'],
      ['inner quotes', '{\n  "track_id": "a",\n  "description": "the "big" one"\n}\n', 3, 'a'],
      ['escaped quotes', '{\n  \\"track_id\\": \\"a\\",\n  \\"status\\": \\"new\\"\n}\n', 2, 'a'],
      ['literal line breaks', '{\\n  "track_id": "a",\\n  "status": "new"\\n}', 1, 'a'],
      ['cut off', '{\n  "track_id": "a",\n  "sta', 3, 'a'],
      ['nothing', '', 1, undefined],
      ['prose', 'not json at all', 1, undefined],
    ];
    for (const [what, text, line, id] of cases) {
      const { metadata, problems, invalid } = parseMetadata(text);
      assert.equal(invalid, true, what);
      assert.equal(metadata?.id, id, what);
      assert.equal(problems[0]?.code, 'json-invalid', what);
      assert.equal(problems[0]?.severity, 'error', what);
      assert.equal(problems[0]?.line, line, what);
      assert.match(
        problems[0]?.message ?? '',
        new RegExp(`line ${line} column \\d+: .*nothing will be written`),
        what,
      );
    }
  });

  it('wants an object at the root', () => {
    for (const text of ['[]', 'null', '"text"', '3']) {
      assert.deepEqual(codes(text), ['json-not-object'], text);
      assert.equal(parseMetadata(text).invalid, true);
      assert.equal(parseMetadata(text).metadata, undefined);
    }
  });

  it('says which field on which line has the wrong type, and reads the rest', () => {
    const { metadata, problems, invalid } = parseMetadata(
      '{\n  "track_id": "a",\n  "status": 7,\n  "loop_state": {\n    "current_step": "PLAN",\n    "step_status": "PASSED",\n    "fix_cycle_count": "two"\n  },\n  "blockers": {"x": {"description": "odd"}}\n}',
    );
    assert.equal(invalid, false);
    assert.equal(metadata?.id, 'a');
    assert.equal(metadata?.loop?.step, 'PLAN');
    assert.equal(metadata?.blockers[0]?.description, 'odd');
    assert.deepEqual(
      problems.map((p) => [p.code, p.line, p.message.split('.')[1]?.startsWith('json: ')]),
      [
        ['metadata-type', 3, true],
        ['metadata-type', 7, true],
        ['metadata-type', 9, true],
      ],
    );
    assert.match(problems[0]?.message ?? '', /status should be a text, but is a number/);
    assert.match(
      problems[1]?.message ?? '',
      /loop_state\.fix_cycle_count should be a number, but is a text|whole number/,
    );
    assert.match(problems[2]?.message ?? '', /blockers should be a list, but is an object/);
  });

  it('does not let keys reach prototypes', () => {
    for (const text of [
      '{"__proto__": {"status": "complete", "polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}',
      '{"__proto__": {"status": "complete", "polluted": 1},}',
    ]) {
      const { metadata } = parseMetadata(text);
      assert.equal(metadata?.status, undefined);
      assert.equal(({} as Record<string, unknown>).polluted, undefined);
    }
    const state = loop({
      current_step: '__proto__',
      step_status: 'toString',
      checkpoints: { __proto__: { status: 'PASSED' } },
    });
    assert.equal(state.understood, false);
    assert.deepEqual(Object.keys(state.checkpoints), []);
    const votes = parseMetadata(
      '{"board_sessions": [{"session_id": "s", "vote_summary": {"__proto__": "APPROVE"}}]}',
    ).metadata;
    assert.deepEqual(Object.keys(votes?.boardSessions[0]?.votes ?? {}), ['__proto__']);
  });

  it('reads deep nesting', () => {
    let deep: unknown = 'bottom';
    for (let i = 0; i < 16; i++) deep = { deep: [deep] };
    assert.equal(read({ track_id: 'a', deep }).id, 'a');
    const text = '{"track_id": "a", "x": ' + '['.repeat(100_000) + ']'.repeat(100_000) + ',}';
    assert.equal(parseMetadata(text).invalid, true);
    const list = '['.repeat(100_000) + ']'.repeat(100_000);
    const valid = `{"track_id": "a", "discovered_work": [{"x": ${list}}], "blockers": [{"y": ${list}}]}`;
    assert.equal(parseMetadata(valid).metadata?.id, 'a');
  });

  it('never throws, and its answers have the types that they should (property)', () => {
    const names = [
      'version',
      'track_id',
      'name',
      'status',
      'created_at',
      'depends_on',
      'loop_state',
      'checkpoints',
      'blockers',
      'board_sessions',
      'board_conditions',
      'discovered_work',
      'lead_consultations',
      'superpower_enhanced',
      'current_step',
      'step_status',
      'fix_cycle_count',
      'PLAN',
      'votes',
      'conditions',
      '__proto__',
    ];
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'medium' },
        fc.constantFrom<unknown>(null, true, 0, -1, 1e99, '', 'PLAN', 'in_progress', 'text', '2026-01-01'),
        fc.array(tie('value'), { maxLength: 3 }),
        fc
          .uniqueArray(fc.tuple(fc.constantFrom(...names), tie('value')), {
            selector: ([k]) => k,
            maxLength: 6,
          })
          .map(Object.fromEntries),
      ),
    }));
    fc.assert(
      fc.property(value, fc.nat(), fc.boolean(), (json, cut, whole) => {
        const text = JSON.stringify(json, null, 1);
        const { metadata, problems, invalid } = parseMetadata(
          whole ? text : text.slice(0, cut % (text.length + 1)),
        );
        assert.equal(metadata !== undefined || problems.length > 0, true);
        for (const problem of problems) assert.ok(problem.message.length > 20);
        if (invalid) assert.ok(problems.some((p) => p.severity === 'error'));
        assert.ok(metadata === undefined || Number.isInteger(metadata.version));
        for (const text of [
          metadata?.id,
          metadata?.name,
          metadata?.status,
          metadata?.createdAt,
          ...(metadata?.dependsOn ?? []),
          ...(metadata?.boardConditions ?? []),
        ]) {
          assert.ok(text === undefined || typeof text === 'string');
        }
      }),
      { numRuns: 1000 },
    );
  }).timeout(60_000);
});
