import assert from 'node:assert/strict';
import { parseReports } from '../../../src/files/evaluationReportFile';
import type { EvaluationReport } from '../../../src/model/evaluationReport';

function one(text: string): EvaluationReport {
  const reports = parseReports(text);
  assert.equal(reports.length, 1);
  return reports[0] as EvaluationReport;
}

describe('parseReports', () => {
  it('reads a plan evaluation inside plan.md', () => {
    const report = one(`# Plan
## Phase 1: A
- [ ] a

## Plan Evaluation Report

**Track**: cart_20260101
**Evaluator:** loop-plan-evaluator

| Pass | Status | Issues |
|------|--------|--------|
| Scope | PASS ✅ | - |
| DAG Valid | ❌ FAIL | 1.2 waits for 9.9 |
| Board Review | N/A | – |
| Lint | NOT CONFIGURED | |
| Coverage | PASS (81 %) | see \`a\\|b\` |

### Verdict: FAIL ❌

## Phase 2: B
- [ ] b
`);
    assert.deepEqual(
      [report.kind, report.line, report.endLine, report.title],
      ['plan', 5, 18, 'Plan Evaluation Report'],
    );
    assert.deepEqual(report.fields, { Track: 'cart_20260101', Evaluator: 'loop-plan-evaluator' });
    assert.deepEqual([report.verdict, report.verdictLine, report.contradictory], ['FAIL', 18, false]);
    assert.deepEqual(
      report.checks.map(({ name, status, note, line }) => [name, status, note, line]),
      [
        ['Scope', 'pass', undefined, 12],
        ['DAG Valid', 'fail', '1.2 waits for 9.9', 13],
        ['Board Review', 'not-applicable', undefined, 14],
        ['Lint', 'not-configured', undefined, 15],
        ['Coverage', 'pass', 'see `a|b`', 16],
      ],
    );
    assert.equal(report.checks[0]?.statusText, 'PASS ✅');
    assert.deepEqual(report.failureReasons, ['DAG Valid: 1.2 waits for 9.9']);
  });

  it('reads verdicts in all their forms', () => {
    const forms: [string, string | undefined][] = [
      ['### Verdict: PASS', 'PASS'],
      ['## Verdict: PASS', 'PASS'],
      ['### Verdict: PASS ✅', 'PASS'],
      ['### Final Verdict: FAIL', 'FAIL'],
      ['**Verdict:** PASS', 'PASS'],
      ['**Verdict: PASS**', 'PASS'],
      ['**Verdict**: ❌ **FAIL** – see below', 'FAIL'],
      ['- **Overall Verdict:** ✅ PASS', 'PASS'],
      ['Verdict: failed', 'FAIL'],
      ['### Verdict\n\n**PASS**', 'PASS'],
      ['### Verdict — PASS WITH CONDITIONS', 'PASS WITH CONDITIONS'],
      ['**Verdict: still FAIL.**', 'FAIL'],
      ['**Verdict:** NOT PASSED', 'FAIL'],
      ['### Verdict: PASS | FAIL', undefined],
      ['### Verdict: PASS / FAIL', undefined],
      ['### Verdict: pending', undefined],
      ['The verdict is PASS', undefined],
      ['```\n### Verdict: PASS\n```', undefined],
    ];
    for (const [form, verdict] of forms) {
      assert.equal(one(`## Execution Evaluation Report\n\n${form}\n`).verdict, verdict, form);
    }
  });

  it('goes on over a verdict or issues heading on its own level, in plan.md too', () => {
    const report = one(
      '## Execution Evaluation Report\nText.\n## Issues\n- a\n## Verdict: FAIL\n## Fix Phase (Cycle 1)\n- [ ] b\n',
    );
    assert.deepEqual([report.verdict, report.endLine, report.failureReasons], ['FAIL', 5, ['a']]);
  });

  it('flags verdicts that disagree and takes the final one, else the last', () => {
    const both = one('## Execution Evaluation Report\n### Verdict: PASS\n### Verdict: FAIL\n');
    assert.deepEqual([both.verdict, both.contradictory], ['FAIL', true]);
    const final = one(
      '## Execution Evaluation Report\n### Final Verdict: PASS\n### eval-code-quality\n**Verdict:** FAIL\n',
    );
    assert.deepEqual([final.verdict, final.contradictory], ['PASS', true]);
    const same = one('## Execution Evaluation Report\n**Verdict:** PASS\n### Verdict: PASS\n');
    assert.equal(same.contradictory, false);
  });

  it('gathers reasons from rows and from lists under issues or failures, each once', () => {
    const report = one(`# Execution Evaluation Report
| Criterion | Verdict | Evidence |
|---|---|---|
| Tests Pass | FAIL | 3 red |
### Failures
- 3 red
1. **Build** broken
   - detail
- None
### Recommendations
- not a reason
**Issues Found:**
* Leftover TODO
### Verdict: FAIL
`);
    assert.deepEqual(report.failureReasons, ['Tests Pass: 3 red', '3 red', 'Build broken', 'Leftover TODO']);
    assert.deepEqual(
      one('## Plan Evaluation Report\n### Issues\n- minor\n### Verdict: PASS\n').failureReasons,
      [],
    );
  });

  it('keeps a reason that begins with "No", and leaves out an item that says that there is none', () => {
    const report = one(
      '# Execution Evaluation Report\n\n**Failure reasons:**\n\n1. No tests for the refund path\n2. Nonexistent route\n- None\n- No issues found.\n- no failures\n- N/A\n- No blocking issues.\n\n### Verdict: FAIL\n',
    );
    assert.deepEqual(report.failureReasons, ['No tests for the refund path', 'Nonexistent route']);
  });

  it('reads the tables of evaluators, checks and criteria', () => {
    const rows = (header: string, row: string) =>
      one(`## Execution Evaluation Report\n${header}\n|:--|--:|---|\n${row}\n`).checks.map((c) => [
        c.name,
        c.status,
        c.note,
      ]);
    assert.deepEqual(rows('| Check | Status |', '| Build | PASS |'), [['Build', 'pass', undefined]]);
    assert.deepEqual(rows('| Evaluator | Reason | Verdict |', '| eval-ui-ux | screens | FAIL |'), [
      ['eval-ui-ux', 'fail', 'screens'],
    ]);
    assert.deepEqual(rows('| # | Criterion | Result |', '| 1 | Alignment | ✅ |'), [
      ['Alignment', 'pass', undefined],
    ]);
    assert.deepEqual(rows('| A | B |', '| 1 | 2 |'), []);
  });

  it('reads the state of a pass that is a section of its own, or a bold line', () => {
    const report = one(
      '## Execution Evaluation Report\n### Pass 1 — Build\n**Status**: SKIP (no docker)\n### Pass 2: Types\n**Status:** PASS\n### Structure\n- **plan.md updated**: PASS\n',
    );
    assert.deepEqual(
      report.checks.map(({ name, status }) => [name, status]),
      [
        ['Build', 'not-applicable'],
        ['Types', 'pass'],
        ['plan.md updated', 'pass'],
      ],
    );
  });

  it('tells the kinds of reports apart', () => {
    const kind = (title: string, rest = ''): string => one(`${title}\n${rest}`).kind;
    assert.equal(kind('## Plan Evaluation Report'), 'plan');
    assert.equal(kind('## Execution Evaluation Report'), 'execution');
    assert.equal(kind('# Evaluation Report — cart_20260101'), 'execution');
    assert.equal(kind('# Evaluation Report', '**Evaluator:** loop-plan-evaluator'), 'plan');
    assert.equal(kind('## Technical Review', '**Verdict:** PASS WITH CONDITIONS'), 'technical');
    assert.equal(kind('## Phase 1 Completion Report'), 'phase');
  });

  it('keeps a title that is repeated inside in one report, and separate ones apart', () => {
    const nested = one(
      '# Execution Evaluation Report\n\n## Execution Evaluation Report\n### Verdict: PASS\n',
    );
    assert.equal(nested.verdict, 'PASS');
    assert.equal(
      parseReports('## Plan Evaluation Report\n\n## Plan Evaluation Report\n### Verdict: PASS\n').length,
      1,
    );
    const two = parseReports(
      '## Execution Evaluation Report\n### Verdict: FAIL\n## Execution Evaluation Report\n### Verdict: PASS\n',
    );
    assert.deepEqual(
      two.map((report) => report.verdict),
      ['FAIL', 'PASS'],
    );
  });

  it('takes a file without such a title for a report when it states a verdict', () => {
    assert.deepEqual(
      parseReports('# Quality check of the cart\n\n**Verdict:** FAIL\n').map(({ kind, verdict }) => [
        kind,
        verdict,
      ]),
      [['other', 'FAIL']],
    );
    assert.deepEqual(parseReports('# Notes\nNothing.\n'), []);
    assert.deepEqual(parseReports(''), []);
  });

  it('reads CR LF, and lines of a megabyte', function () {
    this.timeout(60_000);
    assert.equal(one('## Plan Evaluation Report\r\n\r\n### Verdict: PASS\r\n').verdict, 'PASS');
    for (const filling of ['|', 'a|', '*', '- ', '<!--', 'pass ', '**a**']) {
      const long = filling.repeat(1_000_000 / filling.length);
      assert.equal(
        parseReports(
          `## Plan Evaluation Report\n${long}\n| Check | Status |\n|---|---|\n|${long}|\n### ${long}\n`,
        ).length,
        1,
      );
    }
  });
});
