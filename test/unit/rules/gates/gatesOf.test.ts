import assert from 'node:assert/strict';
import type { BoardSession } from '../../../../src/model/board';
import type { Criterion, Gate, GateReview } from '../../../../src/model/gate';
import type { EvaluationReport, ReportCheck } from '../../../../src/model/evaluationReport';
import type { Track } from '../../../../src/model/track';
import { parsePlan } from '../../../../src/files/planFile';
import { parseReports } from '../../../../src/files/evaluationReportFile';
import { parseTestResults } from '../../../../src/files/testResults/parseTestResults';
import { decide } from '../../../../src/rules/gates/decide';
import { evaluatorsFor } from '../../../../src/rules/gates/evaluators';
import { gateActionsOf } from '../../../../src/rules/gates/gateActions';
import type { GateEvidence } from '../../../../src/rules/gates/gateEvidence';
import { reasonsOf } from '../../../../src/rules/gates/gateTransition';
import { gateById, gatesOf, presentGateOf } from '../../../../src/rules/gates/gatesOf';
import { checkpointOf, loopOf, metadataOf, planOf, reportOf, trackOf } from '../builders';

const planFile = '/w/conductor/tracks/login_20260101/plan.md';
const reportFile = '/w/conductor/tracks/login_20260101/evaluation-report.md';

function row(
  name: string,
  status: ReportCheck['status'] = 'pass',
  o: Partial<ReportCheck> = {},
): ReportCheck {
  return { name, status, statusText: status.toUpperCase(), line: 20, ...o };
}
const planRows = ['Scope', 'Overlap', 'Dependencies', 'Feasibility', 'Clarity'];
const executionRows = [
  'Tests Pass',
  'Deliverables',
  'Alignment',
  'No Regressions',
  'plan.md Updated',
  'No Leftover Work',
];

function located(report: Partial<EvaluationReport>, file = reportFile) {
  return { file, report: reportOf(report) };
}
function gate(track: Track, id: string, evidence: GateEvidence = {}): Gate {
  const found = gateById(track, id, evidence);
  assert.ok(found, `no gate ${id}`);
  return found;
}
function criterion(of: Gate, id: string): Criterion {
  const found = of.criteria.find((c) => c.id === id || c.name === id);
  assert.ok(found, `no criterion ${id} among ${of.criteria.map((c) => c.id).join(', ')}`);
  return found;
}
function states(of: Gate): Record<string, string> {
  return Object.fromEntries(of.criteria.map((c) => [c.id, c.state]));
}
function session(o: Partial<BoardSession> = {}): BoardSession {
  return {
    sessionId: 'board-1',
    checkpoint: 'EVALUATE_PLAN',
    votes: {},
    assessments: {},
    discussion: [],
    conditions: [],
    dissent: [],
    source: 'metadata',
    ...o,
  };
}
function votes(...verdicts: readonly string[]): BoardSession['votes'] {
  const names = ['CA', 'CPO', 'CSO', 'COO', 'CXO'];
  return Object.fromEntries(verdicts.map((verdict, i) => [names[i]!, { verdict, conditions: [] }]));
}

describe('EVALUATE_PLAN gate', () => {
  const at = (o: Partial<Track> = {}) =>
    trackOf({ loop: loopOf({ step: 'EVALUATE_PLAN' }), plan: planOf('  '), ...o });

  it('has the five checks of the spec, each with its question and the line that answers it', () => {
    const report = located(
      { kind: 'plan', checks: planRows.map((name, i) => row(name, 'pass', { line: 30 + i })) },
      planFile,
    );
    const plan = gate(at({ reports: [report] }), 'EVALUATE_PLAN');
    const checks = plan.criteria.filter(({ group }) => group === 'checks');
    assert.deepEqual(
      checks.map(({ name }) => name),
      planRows,
    );
    assert.ok(checks.every(({ question, required }) => question && required));
    assert.deepEqual(
      checks.map(({ evidence }) => evidence[0]),
      [30, 31, 32, 33, 34].map((line) => ({ file: planFile, line, how: 'read' })),
    );
    assert.equal(decide(plan).outcome, 'PASS');
  });
  it('reads the origin’s names of the checks, and the checkpoint’s', () => {
    const report = located({
      kind: 'plan',
      checks: [
        'Scope Alignment',
        'Overlap Detection',
        'Dependencies',
        'Task Quality',
        'DAG Valid',
        'Board Review',
      ].map((n) => row(n)),
    });
    const plan = gate(at({ reports: [report] }), 'EVALUATE_PLAN');
    assert.deepEqual(states(plan), {
      scope: 'passed',
      overlap: 'passed',
      dependencies: 'passed',
      feasibility: 'passed',
      clarity: 'passed',
      dag: 'notApplicable',
      board: 'notApplicable',
    });
    assert.match(criterion(plan, 'feasibility').note!, /covered by the verdict PASS/);
    const recorded = gate(
      at({
        loop: loopOf({
          step: 'EXECUTE',
          checkpoints: {
            EVALUATE_PLAN: checkpointOf({
              checks: { scope_alignment: true, overlap_detection: false, task_quality: true },
            }),
          },
        }),
      }),
      'EVALUATE_PLAN',
    );
    assert.equal(criterion(recorded, 'scope').state, 'passed');
    assert.equal(criterion(recorded, 'overlap').state, 'failed');
    assert.equal(criterion(recorded, 'dependencies').state, 'open');
  });
  it('any check that fails, fails the gate, also one that the spec does not name', () => {
    const report = located({
      kind: 'plan',
      verdict: 'FAIL',
      checks: [...planRows.map((n) => row(n)), row('Estimates', 'fail', { note: 'none given' })],
    });
    const plan = gate(at({ reports: [report] }), 'EVALUATE_PLAN');
    assert.equal(criterion(plan, 'row:estimates').state, 'failed');
    assert.equal(decide(plan).outcome, 'FAIL');
  });
  it('is OPEN without a report, and what the report leaves open stays open when it does not pass', () => {
    assert.equal(decide(gate(at(), 'EVALUATE_PLAN')).outcome, 'OPEN');
    const report = located({ kind: 'plan', verdict: undefined, checks: [row('Scope')] });
    const plan = gate(at({ reports: [report] }), 'EVALUATE_PLAN');
    assert.equal(criterion(plan, 'scope').state, 'passed');
    assert.equal(criterion(plan, 'clarity').state, 'open');
  });
  it('judges the dag itself, whatever the report says of it', () => {
    const text = [
      '# Plan',
      '',
      '```yaml',
      'dag:',
      '  nodes:',
      '    - id: "1.1"',
      '      name: A',
      '      depends_on: ["1.2"]',
      '    - id: "1.2"',
      '      name: B',
      '      depends_on: ["1.1"]',
      '```',
      '',
      '## Phase 1',
      '',
      '- [ ] Task 1.1: A',
      '- [ ] Task 1.2: B',
      '',
    ].join('\n');
    const report = located({ kind: 'plan', checks: [...planRows, 'DAG Valid'].map((n) => row(n)) }, planFile);
    const plan = gate(at({ plan: parsePlan(text), reports: [report] }), 'EVALUATE_PLAN');
    const dag = criterion(plan, 'dag');
    assert.equal(dag.state, 'failed');
    assert.match(dag.note!, /circle/);
    assert.deepEqual([dag.evidence[0]?.file, dag.evidence[0]?.line], [planFile, 6]);
    assert.match(plan.contradictions.join(), /calls the dag valid, but plan\.md:6/);
    assert.match(decide(plan).lines.find((l) => l.state === 'fired')!.text, /dag is not valid/);
  });
  it('asks major tracks for the board while the gate is ahead, where the project has a board', () => {
    const metadata = metadataOf({ type: 'integration' });
    const none = gate(at({ metadata }), 'EVALUATE_PLAN');
    assert.equal(criterion(none, 'board').state, 'notApplicable');
    assert.match(criterion(none, 'board').note!, /major track \(type integration\).*no board so far/);
    const other = session({ checkpoint: 'CONFLICT' });
    const asked = gate(at({ metadata, boardSessions: [other] }), 'EVALUATE_PLAN');
    assert.deepEqual([criterion(asked, 'board').state, criterion(asked, 'board').required], ['open', true]);
    const over = at({ metadata, boardSessions: [other], loop: loopOf({ step: 'EXECUTE' }) });
    assert.equal(criterion(gate(over, 'EVALUATE_PLAN'), 'board').state, 'notApplicable');
    const small = at({ boardSessions: [other] });
    assert.equal(criterion(gate(small, 'EVALUATE_PLAN'), 'board').state, 'notApplicable');
  });
  it('takes the board’s verdict by the rule; a written verdict against the votes is told and does not win', () => {
    const says = (o: Partial<BoardSession>) => gate(at({ boardSessions: [session(o)] }), 'EVALUATE_PLAN');
    const three = says({ votes: votes('APPROVE', 'APPROVE', 'APPROVE', 'REJECT', 'REJECT') });
    assert.equal(criterion(three, 'board').state, 'passed');
    assert.match(criterion(three, 'board').note!, /^APPROVED WITH REVIEW\. 3 approve, 2 reject/);
    const tie = says({
      votes: votes('APPROVE', 'APPROVE', 'REJECT', 'REJECT', 'ABSTAIN'),
      verdict: 'ESCALATE',
    });
    assert.equal(criterion(tie, 'board').state, 'open');
    const lie = says({
      votes: votes('REJECT', 'REJECT', 'REJECT', 'APPROVE', 'APPROVE'),
      verdict: 'APPROVED',
    });
    assert.equal(criterion(lie, 'board').state, 'failed');
    assert.match(lie.contradictions[0]!, /says APPROVED, but its votes give REJECTED/);
    const resolved = says({
      votes: votes('APPROVE', 'APPROVE', 'REJECT', 'REJECT'),
      verdict: 'APPROVED',
      resolvedBy: { by: 'person', note: 'Ship it' },
    });
    assert.equal(criterion(resolved, 'board').state, 'passed');
    assert.deepEqual(resolved.contradictions, []);
  });
});

describe('EVALUATE_EXECUTION gate', () => {
  const at = (o: Partial<Track> = {}) =>
    trackOf({
      loop: loopOf({ step: 'EVALUATE_EXECUTION' }),
      plan: planOf('xx'),
      metadata: metadataOf({ type: 'feature' }),
      ...o,
    });
  const report = (o: Partial<EvaluationReport> = {}) =>
    located({ checks: executionRows.map((n) => row(n)), ...o });

  it('has the six checks and an evaluator for each type of the track', () => {
    const execution = gate(
      at({ reports: [report()], metadata: metadataOf({ type: 'feature, ui' }) }),
      'EVALUATE_EXECUTION',
    );
    assert.deepEqual(
      execution.criteria.filter(({ group }) => group === 'checks').map(({ name }) => name),
      executionRows,
    );
    assert.deepEqual(
      execution.criteria
        .filter(({ group }) => group === 'evaluators')
        .map(({ name, state }) => [name, state]),
      [
        ['eval-ui-ux', 'passed'],
        ['eval-code-quality', 'passed'],
      ],
    );
    assert.equal(decide(execution).outcome, 'PASS');
  });
  it('knows which evaluators a type asks for', () => {
    assert.deepEqual(evaluatorsFor('feature'), ['eval-code-quality']);
    assert.deepEqual(evaluatorsFor('bugfix'), ['eval-code-quality']);
    assert.deepEqual(evaluatorsFor('integration'), ['eval-integration']);
    assert.deepEqual(evaluatorsFor('ui + business-logic'), ['eval-ui-ux', 'eval-business-logic']);
    assert.deepEqual(evaluatorsFor('docs'), []);
    assert.deepEqual(evaluatorsFor(undefined), []);
  });
  it('all evaluators must pass; one that the type asks for and the report leaves out is open', () => {
    const ran = at({
      reports: [report({ fields: { 'Evaluators Applied': 'eval-integration' } })],
      loop: loopOf({
        step: 'FIX',
        checkpoints: {
          EVALUATE_EXECUTION: checkpointOf({
            status: 'FAILED',
            verdict: 'FAIL',
            evaluatorsRun: [{ evaluator: 'eval-business-logic', verdict: 'FAIL', issues: ['No refund'] }],
          }),
        },
      }),
    });
    const execution = gate(ran, 'EVALUATE_EXECUTION');
    assert.equal(criterion(execution, 'eval-integration').state, 'passed');
    assert.equal(criterion(execution, 'eval-code-quality').state, 'open');
    assert.match(
      criterion(execution, 'eval-code-quality').note!,
      /asks for it, but the evaluation does not name it/,
    );
    assert.equal(criterion(execution, 'eval-business-logic').note, 'No refund');
    assert.match(decide(execution).lines.find((l) => l.state === 'fired')!.text, /specialised evaluator/);
    assert.match(
      execution.contradictions.join(),
      /report says PASS .* checkpoint of metadata\.json says FAIL/,
    );
  });
  it('open tasks are open whatever the report says, once the gate is reached', () => {
    const execution = gate(at({ plan: planOf('x '), reports: [report()] }), 'EVALUATE_EXECUTION');
    const leftover = criterion(execution, 'leftover');
    assert.equal(leftover.state, 'failed');
    assert.equal(leftover.evidence[0]?.file, planFile);
    assert.equal(leftover.evidence[0]?.line, 11);
    assert.match(execution.contradictions.join(' '), /evaluation says passed, but 1 of 2 tasks are done/);
    const before = gate(at({ plan: planOf('x '), loop: loopOf({ step: 'EXECUTE' }) }), 'EVALUATE_EXECUTION');
    assert.equal(criterion(before, 'leftover').state, 'open');
    // Tasks of the fix, which the round that asked for it could not know.
    const fixing = at({
      plan: planOf('x '),
      reports: [report({ verdict: 'FAIL' })],
      loop: loopOf({ step: 'FIX', fixCycleCount: 1 }),
    });
    assert.equal(criterion(gate(fixing, 'EVALUATE_EXECUTION'), 'leftover').state, 'passed');
  });
  it('a skipped task is a question for a person, unless an evaluation answered it', () => {
    const asked = gate(at({ plan: planOf('x-') }), 'EVALUATE_EXECUTION');
    assert.equal(criterion(asked, 'leftover').state, 'open');
    const done = gate(at({ plan: planOf('xx') }), 'EVALUATE_EXECUTION');
    assert.equal(criterion(done, 'leftover').state, 'passed');
    assert.equal(criterion(done, 'plan-updated').state, 'open');
    assert.equal(
      criterion(gate(at({ plan: planOf('x-'), reports: [report()] }), 'EVALUATE_EXECUTION'), 'leftover')
        .state,
      'passed',
    );
  });
  it('failing tests in a file fail, whatever the report says; a damaged file proves nothing', () => {
    const results = (text: string): GateEvidence => ({
      results: [{ file: '/w/junit.xml', results: parseTestResults(text) }],
    });
    const failing = gate(
      at({ reports: [report()] }),
      'EVALUATE_EXECUTION',
      results('<testsuite>\n<testcase name="a"/>\n<testcase name="b"><failure/></testcase></testsuite>'),
    );
    const tests = criterion(failing, 'tests');
    assert.equal(tests.state, 'failed');
    assert.deepEqual([tests.evidence[0]?.file, tests.evidence[0]?.line], ['/w/junit.xml', 3]);
    assert.match(
      failing.contradictions[0]!,
      /Tests Pass: the evaluation says passed, the test results say 1 passed, 1 failed/,
    );
    const passing = gate(at(), 'EVALUATE_EXECUTION', results('<testsuite><testcase name="a"/></testsuite>'));
    assert.equal(criterion(passing, 'tests').state, 'passed');
    const damaged = gate(at(), 'EVALUATE_EXECUTION', results('<testsuite><testcase name="a"/>'));
    assert.equal(criterion(damaged, 'tests').state, 'open');
    assert.equal(criterion(damaged, 'tests').evidence.length, 1);
    // A finished track is not judged by what the tests say today.
    const over = at({ loop: loopOf({ step: 'COMPLETE', stepStatus: 'PASSED' }), reports: [report()] });
    assert.equal(
      criterion(
        gate(
          over,
          'EVALUATE_EXECUTION',
          results('<testsuite><testcase name="b"><error/></testcase></testsuite>'),
        ),
        'tests',
      ).state,
      'passed',
    );
  });
  it('a condition of the board is met only where somebody shows it', () => {
    const conditions = ['Add caching (CA)', 'Load test before launch (COO)', 'Check signatures (CSO)'];
    const metadata = metadataOf({
      type: 'feature',
      boardConditions: conditions,
      conditionEvidence: [
        {
          condition: 'add caching',
          met: true,
          by: 'person',
          at: '2026-02-01',
          file: 'src/cache.ts',
          line: 8,
        },
        {
          condition: 'Load test before launch (COO)',
          met: false,
          by: 'person',
          due: 'PRE_LAUNCH',
          added: true,
        },
      ],
    });
    const boardSessions = [
      session({ checkpoint: 'EVALUATE_EXECUTION', votes: votes('APPROVE', 'CONCERNS', 'APPROVE') }),
    ];
    const track = at({ metadata, boardSessions, reports: [report()] });
    const execution = gate(track, 'EVALUATE_EXECUTION');
    assert.deepEqual(
      execution.criteria
        .filter(({ group }) => group === 'conditions')
        .map(({ name, state, required }) => [name, state, required]),
      [
        ['Add caching (CA)', 'passed', true],
        ['Load test before launch (COO)', 'open', false],
        ['Check signatures (CSO)', 'open', true],
      ],
    );
    assert.deepEqual(criterion(execution, 'Add caching (CA)').evidence[0], {
      file: 'src/cache.ts',
      line: 8,
      how: 'byHand',
      note: 'person, 2026-02-01',
    });
    assert.equal(decide(execution).outcome, 'OPEN');
    const approve = gateActionsOf(track, execution).approve;
    assert.ok(!approve.allowed);
    assert.equal(approve.code, 'approval-forbidden');
    assert.match(approve.because, /Check signatures \(CSO\) is not answered/);
    // It counts where it is due.
    const launch = gate(track, 'PRE_LAUNCH');
    assert.equal(criterion(launch, 'Load test before launch (COO)').required, true);
  });
  it('what the evaluation recorded as unmet is unmet', () => {
    const track = at({
      metadata: metadataOf({ boardConditions: ['Add caching (CA)'] }),
      loop: loopOf({
        step: 'EVALUATE_EXECUTION',
        checkpoints: {
          EVALUATE_EXECUTION: checkpointOf({
            status: 'NOT_STARTED',
            raw: { unmet_board_conditions: ['Add caching'] },
          }),
        },
      }),
    });
    const execution = gate(track, 'EVALUATE_EXECUTION');
    assert.equal(criterion(execution, 'Add caching (CA)').state, 'failed');
    assert.match(
      decide(execution).lines.find((l) => l.state === 'fired')!.text,
      /condition of the board is unmet/,
    );
  });
  it('shows a report that contradicts itself for what it is', () => {
    const twice = gate(at({ reports: [report({ contradictory: true })] }), 'EVALUATE_EXECUTION');
    assert.equal(decide(twice).outcome, 'OPEN');
    assert.match(criterion(twice, 'verdict').note!, /disagree/);
    const against = gate(
      at({ reports: [report({ checks: [row('Deliverables', 'fail')] })] }),
      'EVALUATE_EXECUTION',
    );
    assert.equal(decide(against).outcome, 'FAIL');
    assert.match(against.contradictions.join(), /report says PASS, though Deliverables failed/);
    const reasons = gate(
      at({ reports: [report({ verdict: 'FAIL', failureReasons: ['It is slow'] })] }),
      'EVALUATE_EXECUTION',
    );
    assert.equal(criterion(reasons, 'verdict').note, 'It is slow');
    assert.equal(decide(reasons).outcome, 'FAIL');
  });
});

describe('rounds', () => {
  const reports = (text: string) => parseReports(text).map((report) => ({ file: reportFile, report }));
  const two = reports(`# Execution Evaluation Report (Round 1)

**Date:** 2026-10-27

| Check | Status | Issues |
|---|---|---|
| Tests Pass | FAIL | 2 failed |
| Deliverables | FAIL | none |

### Verdict: FAIL

# Execution Evaluation Report (Round 2)

**Date:** 2026-11-12

| Check | Status | Issues |
|---|---|---|
| Tests Pass | PASS | |
| Deliverables | FAIL | half |

### Verdict: FAIL
`);
  const plan = parsePlan(`# Plan

## Phase 1: Work

- [x] Task 1.1: A

## Fix Phase (Cycle 1)

- [x] Fix 1: Under one lock <!-- commit: f08ac61 -->
- [ ] Fix 2: Not done
`);
  const track = (o: Partial<Track>) => trackOf({ plan, reports: two, ...o });

  it('puts the earlier round beside the present one, with what was fixed between', () => {
    const execution = gate(track({ loop: loopOf({ step: 'FIX', fixCycleCount: 2 }) }), 'EVALUATE_EXECUTION');
    assert.equal(execution.round, 2);
    assert.equal(execution.evaluated, true);
    assert.equal(criterion(execution, 'tests').state, 'passed');
    const [first] = execution.earlier;
    assert.equal(execution.earlier.length, 1);
    assert.deepEqual([first?.round, first?.verdict, first?.at], [1, 'FAIL', '2026-10-27']);
    assert.deepEqual(first?.states, { tests: 'failed', deliverables: 'failed' });
    assert.deepEqual(first?.fixed, [
      { text: 'Under one lock', commit: 'f08ac61', evidence: [{ file: planFile, line: 9, how: 'read' }] },
    ]);
  });
  it('a loop that is at the gate again waits for a new evaluation: the last report is history', () => {
    const execution = gate(
      track({ loop: loopOf({ step: 'EVALUATE_EXECUTION', fixCycleCount: 2 }) }),
      'EVALUATE_EXECUTION',
    );
    assert.equal(execution.round, 3);
    assert.equal(execution.evaluated, false);
    assert.equal(criterion(execution, 'tests').state, 'open');
    assert.deepEqual(
      execution.earlier.map(({ round }) => round),
      [2, 1],
    );
  });
  it('tells an unnumbered report that was written over by its date', () => {
    const one = (date: string) =>
      reports(`# Execution Evaluation Report\n\n**Date:** ${date}\n\n### Verdict: PASS\n`);
    const at = (date: string) =>
      gate(
        trackOf({
          reports: one(date),
          loop: loopOf({
            step: 'EVALUATE_EXECUTION',
            fixCycleCount: 1,
            checkpoints: { FIX: checkpointOf({ completedAt: '2026-02-03T10:00:00Z' }) },
          }),
        }),
        'EVALUATE_EXECUTION',
      );
    assert.equal(at('2026-02-04').evaluated, true);
    assert.equal(at('2026-02-02').evaluated, false);
    assert.equal(at('2026-02-03').evaluated, false);
    assert.equal(at('2026-02-03T10:30').evaluated, true);
    assert.equal(at('2026-02-04').round, 2);
  });
  it('takes the report of an evaluator that forgot to move the step', () => {
    const forgot = gate(
      trackOf({ reports: [located({})], loop: loopOf({ step: 'EVALUATE_EXECUTION' }) }),
      'EVALUATE_EXECUTION',
    );
    assert.equal(forgot.evaluated, true);
    assert.equal(forgot.round, 1);
  });
  it('a waiver holds in its round only', () => {
    const waive: GateReview = {
      gate: 'EVALUATE_EXECUTION',
      round: 1,
      decision: 'WAIVE',
      criterion: 'deliverables',
      by: 'person',
    };
    const loop = loopOf({ step: 'FIX', fixCycleCount: 2 });
    const old = gate(
      track({ loop, metadata: metadataOf({ loop, gateReviews: [waive] }) }),
      'EVALUATE_EXECUTION',
    );
    assert.equal(criterion(old, 'deliverables').waived, undefined);
    assert.equal(old.reviews.length, 1);
    const now = gate(
      track({ loop, metadata: metadataOf({ loop, gateReviews: [{ ...waive, round: 2 }] }) }),
      'EVALUATE_EXECUTION',
    );
    assert.deepEqual(criterion(now, 'deliverables').waived, { by: 'person' });
  });
  it('knows a round whose report is gone from what a person decided in it', () => {
    const loop = loopOf({ step: 'EVALUATE_EXECUTION', fixCycleCount: 1 });
    const review: GateReview = {
      gate: 'EVALUATE_EXECUTION',
      round: 1,
      decision: 'REQUEST_CHANGES',
      note: 'No tests',
      by: 'person',
      at: '2026-02-01',
    };
    const execution = gate(
      trackOf({ loop, metadata: metadataOf({ loop, gateReviews: [review] }) }),
      'EVALUATE_EXECUTION',
    );
    assert.deepEqual(execution.earlier, [
      {
        round: 1,
        verdict: 'REQUEST_CHANGES',
        at: '2026-02-01',
        evidence: [],
        states: {},
        failureReasons: ['No tests'],
        fixed: [],
      },
    ]);
  });
});

describe('what the round before said', () => {
  const rejected = session({
    checkpoint: 'EVALUATE_EXECUTION',
    votes: votes('REJECT', 'REJECT', 'REJECT', 'APPROVE'),
    timestamp: '2026-02-01T09:00:00Z',
  });
  const failed = located({
    title: 'Execution Evaluation Report (Round 1)',
    verdict: 'FAIL',
    checks: [row('eval-integration', 'fail')],
  });
  const second = (o: Partial<Track> = {}) =>
    trackOf({
      loop: loopOf({
        step: 'EVALUATE_EXECUTION',
        fixCycleCount: 1,
        checkpoints: { FIX: checkpointOf({ completedAt: '2026-02-02T09:00:00Z' }) },
      }),
      reports: [failed],
      metadata: metadataOf({ type: 'feature' }),
      boardSessions: [rejected],
      ...o,
    });

  it('of the board, is told and neither fails this round nor becomes a reason', () => {
    const now = gate(second(), 'EVALUATE_EXECUTION');
    assert.equal(criterion(now, 'board').state, 'open');
    assert.match(criterion(now, 'board').note!, /earlier round \(2026-02-01\): REJECTED/);
    assert.deepEqual(reasonsOf(now), []);
    const again = { ...rejected, timestamp: '2026-02-03T09:00:00Z' };
    const held = gate(second({ boardSessions: [rejected, again] }), 'EVALUATE_EXECUTION');
    assert.equal(criterion(held, 'board').state, 'failed');
    const first = second({ loop: loopOf({ step: 'FIX', fixCycleCount: 1 }) });
    assert.equal(criterion(gate(first, 'EVALUATE_EXECUTION'), 'board').state, 'failed');
  });
  it('of an evaluator that failed, is asked again though the type does not ask for it', () => {
    const asked = criterion(gate(second(), 'EVALUATE_EXECUTION'), 'eval-integration');
    assert.deepEqual([asked.state, asked.required], ['open', true]);
    assert.match(asked.note!, /failed in the round before/);
  });
  it('calls a track without a board that, and not the project', () => {
    const none = gate(second({ boardSessions: [] }), 'EVALUATE_EXECUTION');
    assert.equal(criterion(none, 'board').note, 'This track has had no board.');
  });
});

describe('phase gates', () => {
  it('asks for the tasks and the five parts; only a person answers for most of them', () => {
    const phase = gate(trackOf({ plan: planOf('xx') }), 'phase:1');
    assert.deepEqual(states(phase), {
      tasks: 'passed',
      deliverables: 'open',
      'quality-gates': 'open',
      testing: 'open',
      documentation: 'open',
      'sign-off': 'open',
    });
    assert.equal(decide(phase).outcome, 'OPEN');
    const actions = gateActionsOf(trackOf({ plan: planOf('xx'), metadata: metadataOf() }), phase);
    assert.ok(!actions.approve.allowed);
    assert.match(actions.approve.because, /Deliverables is not answered, and 4 more/);
  });
  it('open tasks cannot be waived: a heading that says done would lie', () => {
    const track = trackOf({ plan: planOf('x '), metadata: metadataOf() });
    const phase = gate(track, 'phase:1');
    assert.equal(criterion(phase, 'tasks').state, 'failed');
    const waive = gateActionsOf(track, phase).waive['tasks'];
    assert.ok(waive && !waive.allowed);
    assert.equal(waive.code, 'not-waivable');
  });
  it('tells what git and test files say', () => {
    const evidence: GateEvidence = {
      git: { uncommitted: 3 },
      results: [
        {
          file: '/w/j.xml',
          results: parseTestResults('<testsuite><testcase name="a"><failure/></testcase></testsuite>'),
        },
      ],
    };
    const phase = gate(trackOf({ plan: planOf('xx') }), 'phase:1', evidence);
    assert.match(criterion(phase, 'sign-off').note!, /^Git: 3 files are not committed\./);
    assert.equal(criterion(phase, 'testing').state, 'failed');
  });
});

describe('PRE_LAUNCH gate', () => {
  it('is shown where something is due, and wants security and operations besides the board', () => {
    assert.equal(
      gatesOf(trackOf({ loop: loopOf() })).some(({ id }) => id === 'PRE_LAUNCH'),
      false,
    );
    const boardSessions = [
      session({
        checkpoint: 'PRE_LAUNCH',
        votes: votes('APPROVE', 'APPROVE', 'REJECT', 'APPROVE', 'APPROVE'),
        assessments: {
          CSO: { breakdown: {}, keyPoints: [], concerns: ['Keys in logs'], recommendations: [], raw: {} },
        },
      }),
    ];
    const loop = loopOf({
      step: 'COMPLETE',
      stepStatus: 'PASSED',
      checkpoints: { EVALUATE_EXECUTION: checkpointOf() },
    });
    const launch = gatesOf(trackOf({ loop, boardSessions })).find(({ id }) => id === 'PRE_LAUNCH')!;
    assert.deepEqual(states(launch), {
      evaluation: 'passed',
      board: 'passed',
      'director:CSO': 'failed',
      'director:COO': 'passed',
    });
    assert.equal(criterion(launch, 'director:CSO').note, 'REJECT; Keys in logs');
    assert.equal(decide(launch).outcome, 'FAIL');
  });
});

describe('gates of a track', () => {
  it('come in the order in which work passes them; a track without a loop has only its phases', () => {
    const track = trackOf({ loop: loopOf(), plan: planOf('x', ' ') });
    assert.deepEqual(
      gatesOf(track).map(({ id }) => id),
      ['EVALUATE_PLAN', 'phase:1', 'phase:2', 'EVALUATE_EXECUTION'],
    );
    const google = trackOf({ dialect: 'google', plan: planOf('x', ' ') });
    assert.deepEqual(
      gatesOf(google).map(({ id }) => id),
      ['phase:1', 'phase:2'],
    );
    assert.equal(presentGateOf(google, gatesOf(google))?.id, 'phase:1');
    assert.equal(presentGateOf(track, gatesOf(track))?.id, 'EVALUATE_PLAN');
    const fixing = trackOf({ loop: loopOf({ step: 'FIX' }), plan: planOf('x') });
    assert.equal(presentGateOf(fixing, gatesOf(fixing))?.id, 'EVALUATE_EXECUTION');
  });
  it('say what a person may do and what it writes', () => {
    const open = trackOf({
      metadata: metadataOf(),
      loop: loopOf({ step: 'EVALUATE_EXECUTION' }),
      reports: [located({ checks: executionRows.map((n) => row(n)) })],
      plan: planOf('x'),
    });
    const actions = gateActionsOf(open, gate(open, 'EVALUATE_EXECUTION'));
    assert.ok(actions.approve.allowed);
    assert.match(
      actions.approve.effect,
      /EVALUATE_EXECUTION becomes PASSED, verdict PASS; the next step of the loop completes the track/,
    );
    assert.deepEqual(actions.asks, ['businessSync']);
    assert.ok(actions.requestChanges.allowed);
    assert.match(
      actions.requestChanges.effect,
      /becomes FAILED, verdict FAIL; the loop goes to FIX \(fix cycle 1 of 3\)/,
    );
    assert.ok(actions.reject.allowed);
    assert.match(actions.reject.effect, /the loop goes to FIX \(fix cycle 1 of 3\), blocked until a person/);
    const plan = gateActionsOf(open, gate(open, 'EVALUATE_PLAN'));
    assert.ok(!plan.approve.allowed);
    assert.equal(plan.approve.code, 'gate-not-open');
    const paused = { ...open, metadata: metadataOf({ status: 'paused' }) };
    const closed = gateActionsOf(paused, gate(paused, 'EVALUATE_EXECUTION'));
    assert.ok(!closed.requestChanges.allowed);
    assert.equal(closed.requestChanges.code, 'paused');
  });
  it('an approval over open checks is possible, with the caution that a person vouches for them', () => {
    const open = trackOf({
      loop: loopOf({ step: 'EVALUATE_PLAN' }),
      plan: planOf('  '),
      metadata: metadataOf(),
    });
    const { approve } = gateActionsOf(open, gate(open, 'EVALUATE_PLAN'));
    assert.ok(approve.allowed);
    assert.match(approve.caution!, /Nothing answers Scope, Overlap, Dependencies and 2 more/);
  });
});
