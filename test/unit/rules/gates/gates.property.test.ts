import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseReports } from '../../../../src/files/evaluationReportFile';
import { evaluationReportText, type ReportContent } from '../../../../src/files/reportText';
import { parseMetadata } from '../../../../src/files/metadataFile';
import { parsePlan } from '../../../../src/files/planFile';
import { decide } from '../../../../src/rules/gates/decide';
import { approvalBlockers, gateActionsOf } from '../../../../src/rules/gates/gateActions';
import { defaultMetricGates } from '../../../../src/rules/gates/gateEvidence';
import { gatesOf } from '../../../../src/rules/gates/gatesOf';
import { trackOf } from '../builders';

const odd = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom(
    'APPROVE',
    'WAIVE',
    'ENTER',
    'EVALUATE_PLAN',
    'EVALUATE_EXECUTION',
    'metrics:testing',
    'unitTests',
    'scope',
    'PASS',
    'FAIL',
    '__proto__',
    'constructor',
  ),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
);
const entry = fc.dictionary(
  fc.constantFrom(
    'gate',
    'decision',
    'criterion',
    'round',
    'value',
    'passed',
    'note',
    'by',
    'at',
    'condition',
    'met',
    'evidence',
    'due',
    'added',
  ),
  odd,
);
const votes = fc.dictionary(
  fc.constantFrom('CA', 'cpo', 'CSO', 'COO', 'CXO', 'CEO', '__proto__'),
  fc.oneof(odd, entry),
);
const metadata = fc.record(
  {
    type: odd,
    status: odd,
    priority: odd,
    gate_reviews: fc.oneof(odd, fc.array(fc.oneof(entry, odd), { maxLength: 6 })),
    board_condition_evidence: fc.oneof(odd, fc.array(entry, { maxLength: 3 })),
    board_conditions: fc.oneof(odd, fc.array(odd, { maxLength: 3 })),
    board_sessions: fc.array(
      fc.record(
        {
          session_id: odd,
          checkpoint: fc.constantFrom('EVALUATE_PLAN', 'EVALUATE_EXECUTION', 'PRE_LAUNCH', null),
          verdict: odd,
          status: odd,
          vote_summary: fc.oneof(votes, odd),
          conditions: fc.array(odd, { maxLength: 3 }),
          resolved_by: fc.oneof(entry, odd),
          vote_corrections: fc.array(fc.oneof(entry, odd), { maxLength: 2 }),
        },
        { requiredKeys: [] },
      ),
      { maxLength: 3 },
    ),
    loop_state: fc.record({
      current_step: fc.constantFrom(
        'PLAN',
        'EVALUATE_PLAN',
        'EXECUTE',
        'EVALUATE_EXECUTION',
        'FIX',
        'BUSINESS_SYNC',
        'COMPLETE',
        'MYSTERY',
      ),
      step_status: fc.constantFrom('NOT_STARTED', 'IN_PROGRESS', 'PASSED', 'FAILED', 'BLOCKED', 'odd'),
      fix_cycle_count: odd,
      checkpoints: fc.dictionary(
        fc.constantFrom('EVALUATE_PLAN', 'EVALUATE_EXECUTION', 'FIX'),
        fc.dictionary(
          fc.constantFrom(
            'status',
            'verdict',
            'checks',
            'evaluators_run',
            'fixes_applied',
            'unmet_board_conditions',
            'completed_at',
            'cycle',
          ),
          fc.oneof(odd, votes, fc.array(fc.oneof(odd, entry), { maxLength: 3 })),
        ),
      ),
    }),
  },
  { requiredKeys: [] },
);
const planText =
  '# P\n\n## Phase 1: A\n\n- [x] Task 1.1: a\n- [ ] Task 1.2: b\n\n## Fix Phase (Cycle 1)\n\n- [x] Fix 1: c\n\n## Plan Evaluation Report\n\n| Check | Status |\n|---|---|\n| Scope | PASS |\n\n### Verdict: PASS\n';

describe('gates of odd tracks', () => {
  it('never throw, have unique criteria, and never allow an approval over a failed required criterion (property)', function () {
    this.timeout(60_000);
    const plan = parsePlan(planText);
    const reports = plan.reports.map((report) => ({ file: '/w/plan.md', report }));
    fc.assert(
      fc.property(metadata, (value) => {
        const read = parseMetadata(JSON.stringify(value)).metadata!;
        const track = trackOf({
          metadata: read,
          plan,
          reports,
          boardSessions: read.boardSessions,
          ...(read.loop ? { loop: read.loop } : {}),
        });
        for (const gate of gatesOf(track, { metricGates: defaultMetricGates })) {
          const decision = decide(gate);
          const ids = gate.criteria.map(({ id }) => id);
          assert.equal(new Set(ids).size, ids.length, `${gate.id}: ${ids.join()}`);
          assert.equal(decision.lines.filter(({ state }) => state === 'fired').length, 1);
          const { approve } = gateActionsOf(track, gate);
          if (approvalBlockers(gate).length > 0) assert.equal(approve.allowed, false);
          if (decision.outcome === 'REJECT' || decision.outcome === 'FAIL')
            assert.equal(approve.allowed, false);
          assert.ok(gate.round >= 1 && Number.isInteger(gate.round));
        }
      }),
      { numRuns: 600 },
    );
  });
});

describe('evaluation reports as text', () => {
  it('read back as what was written, whatever the words (property)', () => {
    const words = fc.string({ maxLength: 30 }).map((text) => `x${text}`);
    const row = fc.record({
      name: words,
      status: fc.constantFrom('PASS', 'FAIL', 'N/A (waived)', 'OPEN'),
      issues: fc.oneof(
        words,
        fc.constantFrom('', '### Verdict: FAIL', '| a | b |', '<!-- x', '\n# Plan Evaluation Report'),
      ),
    });
    const content = fc.record({
      kind: fc.constantFrom<ReportContent['kind']>('plan', 'execution'),
      track: words,
      evaluator: words,
      evaluators: fc.array(words, { maxLength: 2 }),
      date: fc.constant('2026-02-01'),
      round: fc.integer({ min: 1, max: 9 }),
      checks: fc.array(row, { minLength: 1, maxLength: 8 }),
      conditions: fc.array(row, { maxLength: 3 }),
      verdict: fc.constantFrom<ReportContent['verdict']>('PASS', 'FAIL'),
      failureReasons: fc.array(words, { maxLength: 3 }),
      note: fc.constantFrom('', '### Verdict: FAIL\n# Execution Evaluation Report\n| a | b |', 'plain'),
    });
    fc.assert(
      fc.property(content, fc.constantFrom(1, 2), (report, level) => {
        const read = parseReports(`${evaluationReportText(report, level)}\n`);
        assert.equal(read.length, 1);
        const [first] = read;
        assert.equal(first?.kind, report.kind);
        assert.equal(first?.verdict, report.verdict);
        assert.equal(first?.contradictory, false);
        const status = {
          PASS: 'pass',
          FAIL: 'fail',
          'N/A (waived)': 'not-applicable',
          OPEN: 'unclear',
        } as const;
        assert.deepEqual(
          first?.checks.map((check) => check.status),
          [...report.checks, ...report.conditions].map((written) => status[written.status]),
        );
      }),
      { numRuns: 500 },
    );
  });
});
