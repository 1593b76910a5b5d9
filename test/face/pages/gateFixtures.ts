import type { Track } from '../../../src/model/track';
import { reportOf } from '../../../src/editor/panels/gate/reports';
import { parseTestResults } from '../../../src/files/testResults/parseTestResults';
import { chooseGate } from '../../../src/panels/gate/choose';
import { gateModelOf } from '../../../src/panels/gateModel';
import type { GateEvidence } from '../../../src/rules/gates/gateEvidence';
import type { GateModel } from '../../../src/shared/gateModel';
import { readConductor } from '../../../src/store/readConductor';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import { id, loopProject, type Project } from '../../unit/engine/project';

/** Twelve o'clock in whatever time zone the test runs in. */
export const readAt = new Date(2026, 9, 30, 12, 0, 0).getTime();

export async function sampleTrack(name: string): Promise<Track> {
  const { roots } = await readConductor({ folders: [inRoot('sample')], archives: true });
  const track = roots[0]?.tracks.find((candidate) => candidate.id.startsWith(name));
  if (!track) throw new Error(`The sample has no track ${name}.`);
  return track;
}

/** The model that the host makes of a track on disk. */
export function modelOf(
  track: Track,
  o: { item?: string; evidence?: GateEvidence; by?: string; notices?: string[] } = {},
): GateModel {
  const chosen = chooseGate(track, o.evidence ?? {}, o.item);
  if (!chosen) throw new Error('The track has no gate.');
  const report = reportOf(track, chosen.gate, '2026-10-30');
  return gateModelOf(track, chosen, {
    readAt,
    base: '/project',
    ...(o.by === undefined ? {} : { by: o.by }),
    ...(o.notices ? { notices: o.notices } : {}),
    ...(report ? { report } : {}),
  });
}

export const executionChecks = [
  'Tests Pass',
  'Deliverables',
  'Alignment',
  'No Regressions',
  'plan.md Updated',
  'No Leftover Work',
];

export interface ReportRow {
  readonly name: string;
  readonly fails?: boolean;
  readonly note?: string;
}

export function executionReport(
  round: number,
  rows: readonly ReportRow[],
  reasons: readonly string[] = [],
): string {
  const failed = rows.some(({ fails }) => fails);
  return `# Execution Evaluation Report (Round ${String(round)})

**Track:** ${id}
**Evaluator:** loop-execution-evaluator
**Evaluators Applied:** eval-code-quality, eval-integration
**Date:** 2026-01-${String(28 + round)}

| Check | Status | Issues |
|-------|--------|--------|
${rows.map(({ name, fails, note }) => `| ${name} | ${fails ? 'FAIL' : 'PASS'} | ${note ?? ''} |`).join('\n')}

### Verdict: ${failed ? 'FAIL' : 'PASS'}

${reasons.length > 0 ? `**Failure reasons:**\n\n${reasons.map((reason, i) => `${String(i + 1)}. ${reason}`).join('\n')}\n` : ''}
`;
}

const donePlan = `# Plan

## Phase 1: Server
- [x] Task 1.1: Payment service <!-- commit: 1c3b9aa -->
- [x] Task 1.2: Webhook receiver <!-- commit: 77aa012 -->

## Fix Phase 1
- [x] Fix 1.1: A replayed event is charged once <!-- commit: c41d7be -->
- [x] Fix 1.2: Refund endpoint <!-- commit: 08fe2a1 -->
`;

/** A track whose second evaluation waits for a person; `failing` checks of that round. */
export function evaluatedProject(failing: readonly string[] = [], more: object = {}): Promise<Project> {
  const rows = (fails: readonly string[]) =>
    executionChecks.map((name) => ({
      name,
      fails: fails.includes(name),
      note: fails.includes(name) ? 'not yet' : '',
    }));
  return loopProject(
    {
      current_step: 'EVALUATE_EXECUTION',
      step_status: 'IN_PROGRESS',
      step_started_at: '2026-01-30T08:00:00Z',
      fix_cycle_count: 1,
      checkpoints: {
        PLAN: { status: 'PASSED' },
        EVALUATE_PLAN: { status: 'PASSED', verdict: 'PASS' },
        EXECUTE: { status: 'PASSED' },
        EVALUATE_EXECUTION: { status: 'IN_PROGRESS', agent: 'loop-execution-evaluator' },
        FIX: { status: 'PASSED', cycle: 1, completed_at: '2026-01-29T16:00:00Z' },
        BUSINESS_SYNC: { status: 'NOT_STARTED', required: true },
      },
    },
    { type: 'integration', ...more },
    {
      [`tracks/${id}/plan.md`]: donePlan,
      [`tracks/${id}/evaluation-report.md`]: `${executionReport(1, rows(['Tests Pass', 'Deliverables', 'No Leftover Work']), ['2 webhook tests failed', 'Refund endpoint missing'])}
${executionReport(2, rows(failing))}`,
    },
  );
}

/** Results as settings name them: what the files would say. */
export const results: GateEvidence = {
  results: [
    coverage('/project/coverage/coverage-summary.json', 86, 'unitTests'),
    coverage('/project/coverage/integration.json', 72, 'integrationTests'),
    coverage('/project/coverage/e2e.json', 55, 'e2eTests'),
    {
      file: '/project/reports/junit.xml',
      results: parseTestResults(
        `<testsuite name="all" tests="3" failures="0"><testcase name="a"/><testcase name="b"/><testcase name="c"/></testsuite>`,
      ),
    },
  ],
};

function coverage(file: string, pct: number, criterion: string) {
  const part = `{"total":100,"covered":${String(pct)},"skipped":0,"pct":${String(pct)}}`;
  return {
    file,
    results: parseTestResults(
      `{\n "total": {\n  "lines": ${part},\n  "statements": ${part},\n  "functions": ${part},\n  "branches": ${part} } }`,
    ),
    feeds: [{ criterion }],
  };
}
