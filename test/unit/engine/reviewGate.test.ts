import assert from 'node:assert/strict';
import { reviewGate, type ReviewRequest } from '../../../src/engine/reviewGate';
import { writeEvaluationReport, writePhaseReport } from '../../../src/engine/gateReports';
import { parsePlan } from '../../../src/files/planFile';
import { parseReports } from '../../../src/files/evaluationReportFile';
import { parseTestResults } from '../../../src/files/testResults/parseTestResults';
import type { Gate } from '../../../src/model/gate';
import { decide } from '../../../src/rules/gates/decide';
import { defaultMetricGates, type GateEvidence } from '../../../src/rules/gates/gateEvidence';
import { gateById } from '../../../src/rules/gates/gatesOf';
import { nextActionOf } from '../../../src/rules/nextAction';
import type { FileEditor } from '../../../src/store/fileEditor';
import { at, id, loopProject, makeProject, metadataFile, now, plan, type Project } from './project';

const reportFile = `tracks/${id}/evaluation-report.md`;
const planFile = `tracks/${id}/plan.md`;

const rows = [
  'Tests Pass',
  'Deliverables',
  'Alignment',
  'No Regressions',
  'plan.md Updated',
  'No Leftover Work',
];
/** An execution report in which the named checks fail. */
function report(...failed: readonly string[]): string {
  return `# Execution Evaluation Report

**Track:** ${id}
**Evaluator:** loop-execution-evaluator
**Date:** 2026-01-30

| Check | Status | Issues |
|-------|--------|--------|
${rows.map((name) => `| ${name} | ${failed.includes(name) ? 'FAIL' : 'PASS'} | ${failed.includes(name) ? 'not yet' : ''} |`).join('\n')}

### Verdict: ${failed.length > 0 ? 'FAIL' : 'PASS'}
`;
}
const executionLoop = {
  current_step: 'EVALUATE_EXECUTION',
  step_status: 'IN_PROGRESS',
  step_started_at: '2026-01-30T08:00:00Z',
  checkpoints: {
    EXECUTE: { status: 'PASSED' },
    EVALUATE_EXECUTION: { status: 'IN_PROGRESS', agent: 'loop-execution-evaluator', own: { kept: true } },
    BUSINESS_SYNC: { status: 'NOT_STARTED', required: true },
  },
};

async function gate(project: Project, gateId: string, evidence?: GateEvidence): Promise<Gate> {
  const found = gateById(await project.track(id), gateId, evidence);
  assert.ok(found, gateId);
  return found;
}
/** One review, on the gate as it is on disk now. */
async function review(project: Project, gateId: string, request: Omit<ReviewRequest, 'gate'>) {
  const seen = await gate(project, gateId, request.evidence);
  return reviewGate(project.ports, await project.track(id), { gate: seen, ...request });
}
function code(result: Awaited<ReturnType<typeof reviewGate>>): string {
  assert.ok('refused' in result, 'it was not refused');
  return result.refused.code;
}

describe('a round that a person decided', () => {
  let project: Project;
  afterEach(() => project.dispose());

  it('is the present one without a report of its own; the report of the round before is history', async () => {
    const old = report('Deliverables').replace(
      'Execution Evaluation Report',
      'Execution Evaluation Report (Round 2)',
    );
    project = await loopProject(
      { ...executionLoop, fix_cycle_count: 2, max_fix_cycles: 5 },
      { type: 'feature' },
      { [reportFile]: old, [planFile]: plan('x', 'x', 'x') },
    );
    const note = 'The form loses what was typed.';
    const result = await review(project, 'EVALUATE_EXECUTION', {
      decision: 'REQUEST_CHANGES',
      note,
      by: 'Ada',
    });
    assert.ok('why' in result, JSON.stringify(result));
    assert.doesNotMatch(result.why, /[.;][.;]/);
    const track = await project.track(id);
    const seen = await gate(project, 'EVALUATE_EXECUTION');
    assert.deepEqual([seen.round, seen.evaluated, seen.evaluator, seen.evaluatedAt], [3, true, 'Ada', now]);
    assert.deepEqual(
      seen.earlier.map(({ round, states }) => [round, states['deliverables']]),
      [[2, 'failed']],
    );
    assert.notEqual(seen.criteria.find(({ id: c }) => c === 'deliverables')?.state, 'failed');
    assert.equal(decide(seen).outcome, 'FAIL');
    const wrote = await writeEvaluationReport(project.ports, track, seen);
    assert.ok(!('refused' in wrote), JSON.stringify(wrote));
    const reports = parseReports(await project.text(reportFile));
    assert.match(reports.at(-1)?.title ?? '', /Round 3/);
    assert.deepEqual(reports.at(-1)?.failureReasons, [note]);
    const after = await gate(project, 'EVALUATE_EXECUTION');
    assert.deepEqual([after.round, after.decided?.by], [3, 'Ada']);
    assert.deepEqual(after.contradictions, []);
  });
  it('keeps what counted when it was approved, and what nobody answered does not open it again', async () => {
    project = await loopProject(executionLoop, { type: 'feature' }, { [planFile]: plan('x', 'x', 'x') });
    const results = parseTestResults('<testsuite><testcase name="a"/></testsuite>');
    const evidence: GateEvidence = { results: [{ file: '/w/j.xml', results }] };
    const result = await review(project, 'EVALUATE_EXECUTION', { decision: 'APPROVE', evidence, by: 'Ada' });
    assert.ok('why' in result, JSON.stringify(result));
    const seen = await gate(project, 'EVALUATE_EXECUTION');
    const tests = seen.criteria.find(({ id: c }) => c === 'tests');
    assert.deepEqual([tests?.state, tests?.note], ['passed', '1 passed, 0 failed']);
    assert.match(tests?.evidence[0]?.note ?? '', /^as Ada decided/);
    assert.equal(seen.evaluated, true);
    assert.equal(decide(seen).outcome, 'PASS');
    assert.match(decide(seen).lines.find(({ state }) => state === 'fired')?.because ?? '', /^Ada, /);
    // An open task since then is told, and is not held against the decision.
    await project.write(planFile, plan('x', 'x', ' '));
    const later = await gate(project, 'EVALUATE_EXECUTION');
    assert.equal(decide(later).outcome, 'PASS');
    assert.match(later.contradictions.join(' '), /passed when Ada decided, and has failed since/);
  });
});

describe('reviewGate at an evaluation', () => {
  let project: Project;
  afterEach(() => project.dispose());
  const evaluated = (text: string, more = {}, loop = {}) =>
    loopProject(
      { ...executionLoop, ...loop },
      { type: 'feature', ...more },
      { [reportFile]: text, [planFile]: plan('x', 'x', 'x') },
    );

  it('Approve: checkpoint, verdict, next step, history and audit entry in one write; nothing else changes', async () => {
    project = await evaluated(report());
    const before = await project.json(metadataFile);
    const result = await review(project, 'EVALUATE_EXECUTION', { decision: 'APPROVE', note: 'Looks right' });
    assert.ok('files' in result, JSON.stringify(result));
    const json = await project.json(metadataFile);
    assert.equal(at(json, 'loop_state', 'current_step'), 'BUSINESS_SYNC');
    assert.equal(at(json, 'loop_state', 'step_status'), 'NOT_STARTED');
    assert.deepEqual(at(json, 'loop_state', 'checkpoints', 'EVALUATE_EXECUTION'), {
      status: 'PASSED',
      agent: 'loop-execution-evaluator',
      own: { kept: true },
      completed_at: now,
      verdict: 'PASS',
      last_updated: now,
    });
    assert.deepEqual(json['gate_reviews'], [
      {
        gate: 'EVALUATE_EXECUTION',
        round: 1,
        decision: 'APPROVE',
        note: 'Looks right',
        outcome: 'PASS',
        rule: 'Otherwise → PASS: Every required criterion passes.',
        evaluated: true,
        criteria: [
          ...['tests', 'deliverables', 'alignment', 'regressions'].map((id) => ({ id, state: 'passed' })),
          { id: 'plan-updated', state: 'passed', note: '3 of 3 tasks are done.' },
          { id: 'leftover', state: 'passed', note: '3 of 3 tasks are done.' },
          {
            id: 'eval-code-quality',
            state: 'passed',
            note: 'No verdict of its own; covered by the verdict PASS.',
          },
        ],
        replaced: { status: 'IN_PROGRESS' },
        by: 'person',
        at: now,
      },
    ]);
    assert.equal(
      at(json, 'loop_state', 'step_history', 0, 'reason'),
      'EVALUATE_EXECUTION APPROVE: Looks right',
    );
    for (const key of Object.keys(before).filter((name) => name !== 'loop_state'))
      assert.deepEqual(json[key], before[key]);
    assert.match(await project.text('tracks.md'), /\| BUSINESS_SYNC \|/);
    // What was written reads back as decided.
    const seen = await gate(project, 'EVALUATE_EXECUTION');
    assert.equal(decide(seen).outcome, 'PASS');
    assert.equal(seen.reviews[0]?.decision, 'APPROVE');
  });

  it('Approve is refused while a required criterion has failed, whoever asks: not one byte is written', async () => {
    project = await evaluated(report('Deliverables'));
    const before = await project.text(metadataFile);
    const result = await review(project, 'EVALUATE_EXECUTION', { decision: 'APPROVE', note: 'I insist' });
    assert.equal(code(result), 'approval-forbidden');
    assert.ok('refused' in result);
    assert.match(
      result.refused.message,
      /Deliverables failed: approving is only possible once it is fixed, or waived/,
    );
    assert.equal(await project.text(metadataFile), before);
  });

  it('a waived criterion no longer forbids it, and stays visible as waived', async () => {
    project = await evaluated(report('Deliverables'));
    assert.equal(
      code(await review(project, 'EVALUATE_EXECUTION', { decision: 'WAIVE', criterion: 'deliverables' })),
      'note-missing',
    );
    assert.ok(
      'files' in
        (await review(project, 'EVALUATE_EXECUTION', {
          decision: 'WAIVE',
          criterion: 'deliverables',
          note: 'Comes with the next track',
        })),
    );
    const waived = await gate(project, 'EVALUATE_EXECUTION');
    const criterion = waived.criteria.find((c) => c.id === 'deliverables');
    assert.equal(criterion?.state, 'failed');
    assert.deepEqual(criterion?.waived, { by: 'person', at: now, note: 'Comes with the next track' });
    assert.equal(at(await project.json(metadataFile), 'loop_state', 'step_status'), 'IN_PROGRESS');
    const result = await review(project, 'EVALUATE_EXECUTION', { decision: 'APPROVE' });
    assert.ok('files' in result, JSON.stringify(result));
    const json = await project.json(metadataFile);
    assert.equal(at(json, 'loop_state', 'current_step'), 'BUSINESS_SYNC');
    assert.deepEqual(at(json, 'gate_reviews', 1, 'waived'), ['deliverables']);
    assert.ok(
      (await gate(project, 'EVALUATE_EXECUTION')).criteria.find((c) => c.id === 'deliverables')?.waived,
    );
  });

  it('a waiver can be taken back', async () => {
    project = await evaluated(report('Deliverables'));
    assert.equal(
      code(await review(project, 'EVALUATE_EXECUTION', { decision: 'UNWAIVE', criterion: 'deliverables' })),
      'not-waived',
    );
    await review(project, 'EVALUATE_EXECUTION', { decision: 'WAIVE', criterion: 'deliverables', note: 'x' });
    assert.equal(
      code(
        await review(project, 'EVALUATE_EXECUTION', {
          decision: 'WAIVE',
          criterion: 'deliverables',
          note: 'x',
        }),
      ),
      'waived-already',
    );
    assert.ok(
      'files' in
        (await review(project, 'EVALUATE_EXECUTION', { decision: 'UNWAIVE', criterion: 'deliverables' })),
    );
    assert.equal(
      code(await review(project, 'EVALUATE_EXECUTION', { decision: 'APPROVE' })),
      'approval-forbidden',
    );
  });

  it('a waiver of a paused track stays: nothing is decided at its gates', async () => {
    project = await evaluated(report('Deliverables'));
    await review(project, 'EVALUATE_EXECUTION', { decision: 'WAIVE', criterion: 'deliverables', note: 'x' });
    await project.write(
      metadataFile,
      JSON.stringify({ ...(await project.json(metadataFile)), status: 'paused' }),
    );
    assert.equal(
      code(await review(project, 'EVALUATE_EXECUTION', { decision: 'UNWAIVE', criterion: 'deliverables' })),
      'paused',
    );
    assert.equal((at(await project.json(metadataFile), 'gate_reviews') as unknown[]).length, 1);
  });

  it('Request changes: FAILED, verdict FAIL, the note and what failed as reasons, on to FIX, the cycle counted once', async () => {
    project = await evaluated(report('Deliverables'));
    const result = await review(project, 'EVALUATE_EXECUTION', {
      decision: 'REQUEST_CHANGES',
      note: 'Refunds are missing',
    });
    assert.ok('files' in result, JSON.stringify(result));
    const json = await project.json(metadataFile);
    assert.equal(at(json, 'loop_state', 'current_step'), 'FIX');
    assert.equal(at(json, 'loop_state', 'step_status'), 'NOT_STARTED');
    assert.equal(at(json, 'loop_state', 'fix_cycle_count'), 1);
    assert.equal(at(json, 'loop_state', 'checkpoints', 'EVALUATE_EXECUTION', 'verdict'), 'FAIL');
    assert.deepEqual(at(json, 'loop_state', 'checkpoints', 'EVALUATE_EXECUTION', 'failure_reasons'), [
      'Refunds are missing',
      'Deliverables: not yet',
    ]);
    assert.equal(nextActionOf(await project.track(id)).kind, 'dispatch');
    // The round is over: the same person cannot send it back twice, and round 1 is what was reviewed.
    assert.equal((await gate(project, 'EVALUATE_EXECUTION')).round, 1);
    assert.equal(
      code(await review(project, 'EVALUATE_EXECUTION', { decision: 'REQUEST_CHANGES', note: 'again' })),
      'outcome-recorded',
    );
  });

  it('writes failure_items too where the file has them, in their form', async () => {
    project = await evaluated(
      report('Deliverables'),
      {},
      {
        checkpoints: {
          EVALUATE_EXECUTION: { status: 'IN_PROGRESS', failure_items: [{ issue: 'old', severity: 'high' }] },
        },
      },
    );
    await review(project, 'EVALUATE_EXECUTION', { decision: 'REQUEST_CHANGES', note: 'New one' });
    const json = await project.json(metadataFile);
    const items = at(json, 'loop_state', 'checkpoints', 'EVALUATE_EXECUTION', 'failure_items');
    assert.deepEqual(items, [{ issue: 'New one' }, { issue: 'Deliverables: not yet' }]);
    assert.deepEqual(at(json, 'gate_reviews', 0, 'replaced', 'failure_items'), [
      { issue: 'old', severity: 'high' },
    ]);
  });

  it('Reject: the same, and the track stops until a person lets it go on', async () => {
    project = await evaluated(report('Deliverables'));
    const result = await review(project, 'EVALUATE_EXECUTION', {
      decision: 'REJECT',
      note: 'Wrong direction',
    });
    assert.ok('files' in result, JSON.stringify(result));
    const json = await project.json(metadataFile);
    assert.equal(at(json, 'loop_state', 'checkpoints', 'EVALUATE_EXECUTION', 'status'), 'FAILED');
    assert.equal(at(json, 'loop_state', 'current_step'), 'FIX');
    assert.equal(at(json, 'loop_state', 'step_status'), 'BLOCKED');
    assert.equal(at(json, 'blockers', 0, 'description'), 'Rejected at EVALUATE_EXECUTION: Wrong direction');
    assert.equal(at(json, 'blockers', 0, 'trigger'), 'user-only-decision');
    assert.equal(nextActionOf(await project.track(id)).kind, 'escalate');
  });

  it('the fix limit holds for a person too: the loop escalates as it does for an evaluator', async () => {
    project = await evaluated(report('Deliverables'), {}, { fix_cycle_count: 3 });
    // A third fix has been counted: the report of that round is numbered.
    await project.write(reportFile, report('Deliverables').replace('Report\n', 'Report (Round 4)\n'));
    await review(project, 'EVALUATE_EXECUTION', { decision: 'REQUEST_CHANGES', note: 'Still not' });
    const json = await project.json(metadataFile);
    assert.equal(at(json, 'loop_state', 'step_status'), 'BLOCKED');
    assert.equal(at(json, 'loop_state', 'fix_cycle_count'), 3);
    assert.equal(at(json, 'blockers', 0, 'trigger'), 'fix-cycle-limit');
  });

  it('what an agent passed can be sent back while the next step has not begun, and no longer', async () => {
    const passed = (next: object) => ({
      ...next,
      checkpoints: { EVALUATE_EXECUTION: { status: 'PASSED', verdict: 'PASS', completed_at: '2026-01-31' } },
    });
    project = await evaluated(
      report(),
      {},
      passed({ current_step: 'BUSINESS_SYNC', step_status: 'NOT_STARTED' }),
    );
    assert.equal(
      code(await review(project, 'EVALUATE_EXECUTION', { decision: 'APPROVE' })),
      'outcome-recorded',
    );
    const result = await review(project, 'EVALUATE_EXECUTION', {
      decision: 'REQUEST_CHANGES',
      note: 'It lies',
    });
    assert.ok('files' in result, JSON.stringify(result));
    assert.equal(at(await project.json(metadataFile), 'loop_state', 'current_step'), 'FIX');
    assert.deepEqual(at(await project.json(metadataFile), 'gate_reviews', 0, 'replaced'), {
      status: 'PASSED',
      verdict: 'PASS',
      completed_at: '2026-01-31',
    });
    await project.dispose();
    project = await evaluated(
      report(),
      {},
      passed({ current_step: 'BUSINESS_SYNC', step_status: 'IN_PROGRESS' }),
    );
    assert.equal(
      code(await review(project, 'EVALUATE_EXECUTION', { decision: 'REQUEST_CHANGES', note: 'x' })),
      'gate-not-open',
    );
  });

  it('what an agent failed can be approved after waiving, while the fix has not begun', async () => {
    project = await evaluated(
      report('Alignment'),
      {},
      {
        current_step: 'FIX',
        step_status: 'NOT_STARTED',
        fix_cycle_count: 1,
        checkpoints: {
          EVALUATE_EXECUTION: {
            status: 'FAILED',
            verdict: 'FAIL',
            failure_reasons: ['Drift'],
            business_sync_required: true,
          },
        },
      },
    );
    assert.equal(
      code(await review(project, 'EVALUATE_EXECUTION', { decision: 'APPROVE' })),
      'approval-forbidden',
    );
    await review(project, 'EVALUATE_EXECUTION', {
      decision: 'WAIVE',
      criterion: 'alignment',
      note: 'Agreed with product',
    });
    const result = await review(project, 'EVALUATE_EXECUTION', { decision: 'APPROVE' });
    assert.ok('files' in result, JSON.stringify(result));
    const json = await project.json(metadataFile);
    assert.equal(at(json, 'loop_state', 'current_step'), 'BUSINESS_SYNC');
    assert.equal(at(json, 'loop_state', 'checkpoints', 'EVALUATE_EXECUTION', 'verdict'), 'PASS');
    assert.deepEqual(at(json, 'gate_reviews', 1, 'replaced', 'failure_reasons'), ['Drift']);
  });

  it('an unmet condition of the board forbids approval; waived, the loop goes on as if it were met', async () => {
    project = await evaluated(
      report(),
      { board_conditions: ['Audit logs (CSO)'] },
      {
        checkpoints: {
          EVALUATE_EXECUTION: {
            status: 'IN_PROGRESS',
            business_sync_required: false,
            unmet_board_conditions: ['Audit logs (CSO)'],
          },
        },
      },
    );
    assert.equal(
      code(await review(project, 'EVALUATE_EXECUTION', { decision: 'APPROVE' })),
      'approval-forbidden',
    );
    await review(project, 'EVALUATE_EXECUTION', {
      decision: 'WAIVE',
      criterion: 'condition:Audit logs (CSO)',
      note: 'Logs exist elsewhere',
    });
    const result = await review(project, 'EVALUATE_EXECUTION', { decision: 'APPROVE' });
    assert.ok('files' in result, JSON.stringify(result));
    const json = await project.json(metadataFile);
    assert.equal(at(json, 'loop_state', 'step_status'), 'PASSED');
    assert.deepEqual(
      at(json, 'loop_state', 'checkpoints', 'EVALUATE_EXECUTION', 'unmet_board_conditions'),
      [],
    );
    assert.deepEqual(json['board_conditions'], ['Audit logs (CSO)']);
    assert.equal(nextActionOf(await project.track(id)).kind, 'complete');
  });

  it('decides on the text that is there: a round that is over, a step that moved, another answer', async () => {
    project = await evaluated(report());
    const seen = await gate(project, 'EVALUATE_EXECUTION');
    const track = await project.track(id);
    assert.equal(
      code(await reviewGate(project.ports, track, { gate: { ...seen, round: 2 }, decision: 'APPROVE' })),
      'state-moved',
    );
    await project.write(
      metadataFile,
      (await project.text(metadataFile)).replace('"IN_PROGRESS"', '"FAILED"'),
    );
    assert.equal(
      code(await reviewGate(project.ports, track, { gate: seen, decision: 'APPROVE' })),
      'state-moved',
    );
    assert.equal(
      code(
        await review(project, 'EVALUATE_EXECUTION', { decision: 'WAIVE', criterion: 'nothing', note: 'x' }),
      ),
      'criterion-unknown',
    );
    assert.equal(
      code(
        await reviewGate(project.ports, track, {
          gate: { id: 'phase:9', kind: 'PHASE_COMPLETION', round: 1 },
          decision: 'APPROVE',
        }),
      ),
      'gate-unknown',
    );
    assert.equal(code(await review(project, 'EVALUATE_PLAN', { decision: 'APPROVE' })), 'gate-not-open');
  });

  it('writes one entry, although another program writes into the file at the same moment', async () => {
    project = await evaluated(report('Deliverables'));
    const track = await project.track(id);
    const editor: FileEditor = {
      create: (request) => project.ports.editor.create(request),
      edit: async (request) => {
        let first = true;
        return project.ports.editor.edit({
          ...request,
          change: (text) => {
            const result = request.change(text);
            if (first && 'edits' in result) {
              first = false;
              // As when the editor finds the file moved: it asks again on the text with our own result in it.
              const again = request.change(apply(text, result.edits));
              assert.deepEqual(again, { edits: [] });
            }
            return result;
          },
        });
      },
    };
    const apply = (text: string, edits: readonly { start: number; end: number; text: string }[]) =>
      [...edits]
        .sort((a, b) => b.start - a.start)
        .reduce((t, e) => t.slice(0, e.start) + e.text + t.slice(e.end), text);
    const seen = await gate(project, 'EVALUATE_EXECUTION');
    const ports = { ...project.ports, editor };
    assert.ok(
      'files' in
        (await reviewGate(ports, track, {
          gate: seen,
          decision: 'WAIVE',
          criterion: 'deliverables',
          note: 'n',
        })),
    );
    const result = await reviewGate(ports, await project.track(id), {
      gate: seen,
      decision: 'REQUEST_CHANGES',
      note: 'n',
    });
    assert.ok('files' in result);
    assert.equal((at(await project.json(metadataFile), 'gate_reviews') as unknown[]).length, 2);
  });

  it('EVALUATE_PLAN: changes go back to PLAN, an approval on to EXECUTE', async () => {
    const loop = {
      current_step: 'EVALUATE_PLAN',
      step_status: 'NOT_STARTED',
      checkpoints: { PLAN: { status: 'PASSED' } },
    };
    project = await loopProject(loop);
    await review(project, 'EVALUATE_PLAN', { decision: 'REQUEST_CHANGES', note: 'Task 3 is unclear' });
    const json = await project.json(metadataFile);
    assert.equal(at(json, 'loop_state', 'current_step'), 'PLAN');
    assert.deepEqual(at(json, 'loop_state', 'checkpoints', 'EVALUATE_PLAN', 'failure_reasons'), [
      'Task 3 is unclear',
    ]);
    await project.dispose();
    project = await loopProject(loop);
    const result = await review(project, 'EVALUATE_PLAN', { decision: 'APPROVE', note: 'Read it myself' });
    assert.ok('files' in result, JSON.stringify(result));
    assert.equal(at(await project.json(metadataFile), 'loop_state', 'current_step'), 'EXECUTE');
    assert.deepEqual(at(await project.json(metadataFile), 'gate_reviews', 0, 'unanswered'), [
      'scope',
      'overlap',
      'dependencies',
      'feasibility',
      'clarity',
    ]);
  });

  it('answers by hand count where nothing else answers, and are marked', async () => {
    project = await loopProject({ current_step: 'EVALUATE_PLAN', step_status: 'NOT_STARTED' });
    assert.equal(
      code(await review(project, 'EVALUATE_PLAN', { decision: 'ENTER', criterion: 'scope', value: 3 })),
      'value-missing',
    );
    await review(project, 'EVALUATE_PLAN', {
      decision: 'ENTER',
      criterion: 'scope',
      passed: false,
      note: 'Too much',
    });
    const scope = (await gate(project, 'EVALUATE_PLAN')).criteria.find((c) => c.id === 'scope');
    assert.equal(scope?.state, 'failed');
    assert.equal(scope?.evidence[0]?.how, 'byHand');
    assert.equal(code(await review(project, 'EVALUATE_PLAN', { decision: 'APPROVE' })), 'approval-forbidden');
    // A person may correct what a person said.
    await review(project, 'EVALUATE_PLAN', { decision: 'ENTER', criterion: 'scope', passed: true });
    assert.equal(
      (await gate(project, 'EVALUATE_PLAN')).criteria.find((c) => c.id === 'scope')?.state,
      'passed',
    );
  });
});

describe('reviewGate elsewhere', () => {
  let project: Project;
  afterEach(() => project.dispose());

  it('a metric gate is recorded, and the loop stays; a file is not overruled by hand', async () => {
    project = await loopProject({ current_step: 'EXECUTE', step_status: 'IN_PROGRESS' });
    const evidence: GateEvidence = {
      metricGates: defaultMetricGates,
      results: [
        {
          file: '/w/coverage-summary.json',
          results: parseTestResults('{"total":{"lines":{"total":10,"covered":7,"pct":70}}}'),
          feeds: [{ criterion: 'coverage' }],
        },
      ],
    };
    const enter = (criterion: string, value: number) =>
      review(project, 'metrics:deployment', { decision: 'ENTER', criterion, value, evidence });
    assert.equal(code(await enter('coverage', 99)), 'answered-by-file');
    assert.ok('files' in (await enter('vision', 8.4)));
    assert.ok('files' in (await enter('performance', 9)));
    assert.equal(
      code(await review(project, 'metrics:deployment', { decision: 'APPROVE', evidence })),
      'approval-forbidden',
    );
    await review(project, 'metrics:deployment', {
      decision: 'WAIVE',
      criterion: 'coverage',
      note: 'Generated code',
      evidence,
    });
    const result = await review(project, 'metrics:deployment', { decision: 'APPROVE', note: 'Go', evidence });
    assert.ok('files' in result, JSON.stringify(result));
    const json = await project.json(metadataFile);
    const reviews = json['gate_reviews'] as Record<string, unknown>[];
    assert.deepEqual(
      reviews.map(({ decision, criterion, value }) => [decision, criterion, value]),
      [
        ['ENTER', 'vision', 8.4],
        ['ENTER', 'performance', 9],
        ['WAIVE', 'coverage', undefined],
        ['APPROVE', undefined, undefined],
      ],
    );
    assert.equal(reviews[3]?.['outcome'], 'APPROVE');
    assert.equal(reviews[3]?.['score'], 100);
    assert.equal(at(json, 'loop_state', 'current_step'), 'EXECUTE');
  });

  it('a phase is confirmed part by part, then marked complete in plan.md and recorded', async () => {
    project = await loopProject(
      { current_step: 'EXECUTE', step_status: 'IN_PROGRESS' },
      {},
      {
        [planFile]: '# Plan\n\n## Phase 1: Work [checkpoint: ]\n\n- [x] Task 1.1: Thing 1\n',
      },
    );
    assert.equal(code(await review(project, 'phase:1', { decision: 'APPROVE' })), 'approval-forbidden');
    for (const criterion of ['deliverables', 'testing', 'documentation', 'sign-off']) {
      const done = await review(project, 'phase:1', { decision: 'ENTER', criterion, passed: true });
      assert.ok('files' in done, JSON.stringify(done));
    }
    await review(project, 'phase:1', {
      decision: 'WAIVE',
      criterion: 'quality-gates',
      note: 'None in this phase',
    });
    const result = await review(project, 'phase:1', { decision: 'APPROVE' });
    assert.ok('files' in result, JSON.stringify(result));
    assert.equal(result.files.length, 2);
    assert.match(await project.text(planFile), /^## Phase 1: Work \[checkpoint: abc1234\]$/m);
    assert.equal((at(await project.json(metadataFile), 'gate_reviews') as unknown[]).length, 6);
    assert.equal(code(await review(project, 'phase:1', { decision: 'APPROVE' })), 'outcome-recorded');
  });

  it('open tasks of a phase cannot be waived away', async () => {
    project = await loopProject({ current_step: 'EXECUTE', step_status: 'IN_PROGRESS' });
    assert.equal(
      code(await review(project, 'phase:1', { decision: 'WAIVE', criterion: 'tasks', note: 'x' })),
      'not-waivable',
    );
  });

  it('nothing is written to files that cannot be read, to archived and to paused tracks', async () => {
    project = await loopProject(
      { current_step: 'EVALUATE_PLAN', step_status: 'NOT_STARTED' },
      { status: 'paused' },
    );
    assert.equal(code(await review(project, 'EVALUATE_PLAN', { decision: 'APPROVE' })), 'paused');
    const seen = await gate(project, 'EVALUATE_PLAN');
    const track = await project.track(id);
    await project.write(metadataFile, '{ "broken": ');
    assert.equal(
      code(await reviewGate(project.ports, track, { gate: seen, decision: 'APPROVE' })),
      'metadata-invalid',
    );
    assert.equal(await project.text(metadataFile), '{ "broken": ');
  });
});

describe('reports of gates', () => {
  let project: Project;
  afterEach(() => project.dispose());

  it('an evaluation report reads back as what was decided, in the round that it was decided in', async () => {
    project = await loopProject(
      executionLoop,
      { type: 'feature' },
      {
        [reportFile]: report('Deliverables').replaceAll('\n', '\r\n'),
        [planFile]: plan('x', 'x', 'x'),
      },
    );
    await review(project, 'EVALUATE_EXECUTION', {
      decision: 'WAIVE',
      criterion: 'deliverables',
      note: 'a | b\n<!-- c',
    });
    await review(project, 'EVALUATE_EXECUTION', { decision: 'APPROVE', businessSync: true });
    const before = await project.text(reportFile);
    const written = await writeEvaluationReport(
      project.ports,
      await project.track(id),
      await gate(project, 'EVALUATE_EXECUTION'),
      { note: '# Not a heading\n### Verdict: FAIL' },
    );
    assert.ok('file' in written, JSON.stringify(written));
    const after = await project.text(reportFile);
    assert.ok(after.startsWith(before), 'what was there stays');
    assert.doesNotMatch(after.slice(before.length), /[^\r]\n/);
    const reports = parseReports(after);
    assert.equal(reports.length, 2);
    const [, ours] = reports;
    assert.equal(ours?.title, 'Execution Evaluation Report (Round 1)');
    assert.equal(ours?.verdict, 'PASS');
    assert.equal(ours?.contradictory, false);
    assert.deepEqual(
      ours?.checks.map(({ name, status }) => [name, status]),
      [
        ['Tests Pass', 'pass'],
        ['Deliverables', 'not-applicable'],
        ['Alignment', 'pass'],
        ['No Regressions', 'pass'],
        ['plan.md Updated', 'pass'],
        ['No Leftover Work', 'pass'],
        ['eval-code-quality', 'pass'],
        ['Board Quick Review', 'not-applicable'],
      ],
    );
    assert.match(ours?.checks[1]?.note ?? '', /^Waived by person: a \| b <! -- c\. Was failed: not yet$/);
    // The gate still shows it as waived, and in the same round.
    const seen = await gate(project, 'EVALUATE_EXECUTION');
    assert.equal(seen.round, 1);
    assert.ok(seen.criteria.find((c) => c.id === 'deliverables')?.waived);
    assert.equal(decide(seen).outcome, 'PASS');
    const again = await writeEvaluationReport(project.ports, await project.track(id), seen, {
      note: '# Not a heading\n### Verdict: FAIL',
    });
    assert.ok('file' in again, JSON.stringify(again));
  });

  it('the plan’s report goes into plan.md, where step detection looks; tasks stay what they were', async () => {
    project = await loopProject({ current_step: 'EVALUATE_PLAN', step_status: 'NOT_STARTED' });
    const unanswered = await writeEvaluationReport(
      project.ports,
      await project.track(id),
      await gate(project, 'EVALUATE_PLAN'),
    );
    assert.ok('refused' in unanswered);
    assert.equal(unanswered.refused.code, 'evaluation-open');
    await review(project, 'EVALUATE_PLAN', { decision: 'REQUEST_CHANGES', note: 'Too vague' });
    const before = await project.text(planFile);
    const written = await writeEvaluationReport(
      project.ports,
      await project.track(id),
      await gate(project, 'EVALUATE_PLAN'),
    );
    assert.ok('file' in written, JSON.stringify(written));
    const after = await project.text(planFile);
    assert.ok(after.startsWith(before));
    const read = parsePlan(after);
    assert.deepEqual(
      read.phases.map(({ tasks }) => tasks.length),
      parsePlan(before).phases.map(({ tasks }) => tasks.length),
    );
    assert.equal(read.reports[0]?.kind, 'plan');
    assert.equal(read.reports[0]?.verdict, 'FAIL');
    assert.deepEqual(read.reports[0]?.failureReasons, ['Too vague']);
  });

  it('a new evaluation-report.md is made where there is none', async () => {
    project = await loopProject(executionLoop, { type: 'docs' }, { [planFile]: plan('x', 'x', 'x') });
    await review(project, 'EVALUATE_EXECUTION', { decision: 'APPROVE', businessSync: false });
    const written = await writeEvaluationReport(
      project.ports,
      await project.track(id),
      await gate(project, 'EVALUATE_EXECUTION'),
    );
    assert.ok('file' in written, JSON.stringify(written));
    assert.match(
      await project.text(reportFile),
      /^# Execution Evaluation Report \(Round 1\)\n\n\*\*Track:\*\* login_20260101\n\*\*Evaluator:\*\* person \(gate review\)\n/,
    );
  });

  it('the Phase Completion Report follows the template, and adds no task to the plan', async () => {
    project = await loopProject(
      { current_step: 'EXECUTE', step_status: 'IN_PROGRESS' },
      {},
      {
        [planFile]:
          '# Plan\n\n## Phase 1: Work [x]\n\n- [x] Task 1.1: Thing 1 <!-- commit: 1a2b3c4 -->\n- [-] Task 1.2: Thing 2\n\n## Phase 2: More\n\n- [ ] Task 2.1: Thing',
      },
    );
    const evidence: GateEvidence = {
      results: [
        {
          file: '/w/j.xml',
          results: parseTestResults('<testsuite><testcase name="a"/></testsuite>'),
          feeds: [{ criterion: 'integrationTests' }],
        },
      ],
    };
    const open = await writePhaseReport(
      project.ports,
      await project.track(id),
      await gate(project, 'phase:2'),
    );
    assert.ok('refused' in open);
    assert.equal(open.refused.code, 'phase-not-verified');
    const before = await project.text(planFile);
    const written = await writePhaseReport(
      project.ports,
      await project.track(id),
      await gate(project, 'phase:1'),
      evidence,
      { note: 'Ship it' },
    );
    assert.ok('file' in written, JSON.stringify(written));
    const after = await project.text(planFile);
    assert.ok(after.startsWith(before));
    assert.match(
      after.slice(before.length),
      /^\n\n## Phase 1 Completion Report\n\n\*\*Phase:\*\* Work\n\*\*Date:\*\* 2026-02-01\n\*\*Status:\*\* Complete\n\n### Deliverables\n- \[x\] Thing 1 - 1a2b3c4\n- \[ \] Thing 2 \(skipped\)\n\n### Quality Gates Passed\n/,
    );
    assert.match(
      after,
      /### Tests\n- Unit: not measured\n- Integration: 1 passing\n- E2E: not measured\n\n### Notes\n- Ship it\n$/,
    );
    const read = parsePlan(after);
    assert.deepEqual(
      read.phases.map(({ heading, tasks }) => [heading, tasks.length]),
      parsePlan(before).phases.map(({ heading, tasks }) => [heading, tasks.length]),
    );
    assert.equal(read.reports[0]?.kind, 'phase');
    const again = await writePhaseReport(
      project.ports,
      await project.track(id),
      await gate(project, 'phase:1'),
      evidence,
      { note: 'Ship it' },
    );
    assert.ok('file' in again && !again.changed, 'not written twice');
  });
});

describe('a track without metadata.json', () => {
  it('says that decisions have no place, and still lets a phase be completed with a warning', async () => {
    const project = await makeProject({
      'tracks.md': '# Tracks\n\n- [ ] **Track: Login**\n  *Link: [./tracks/login/](./tracks/login/)*\n',
      'tracks/login/plan.md': '# Plan\n\n## Phase 1: Work\n\n- [x] Task: Thing\n',
    });
    try {
      const track = await project.track('login');
      const phase = gateById(track, 'phase:1')!;
      const waive = await reviewGate(project.ports, track, {
        gate: phase,
        decision: 'WAIVE',
        criterion: 'testing',
        note: 'x',
      });
      assert.equal(code(waive), 'metadata-missing');
      const evidence = { metricGates: defaultMetricGates };
      const metrics = gateById(track, 'metrics:testing', evidence)!;
      assert.equal(
        code(
          await reviewGate(project.ports, track, { gate: metrics, decision: 'REJECT', note: 'x', evidence }),
        ),
        'metadata-missing',
      );
    } finally {
      await project.dispose();
    }
  });
});
