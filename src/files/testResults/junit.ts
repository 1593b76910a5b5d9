import type { TextProblem } from '../../model/problem';
import type { Metric, TestResults } from '../../model/testResults';
import { oneLine } from '../oneLine';
import { descendants, numberAttribute, unescaped, type XmlElement } from './xmlElements';

interface Counts {
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
}

/**
 * Test cases of a JUnit report. Where the totals of the file and its test cases disagree, the worse number counts and
 * a problem says so. Skipped tests are in neither side of the pass rate; a file without a test that ran has none.
 */
export function junitResults(root: XmlElement): TestResults {
  const cases = root.name === 'testcase' ? [root] : descendants(root, 'testcase');
  const has = (name: string) => (testcase: XmlElement) => testcase.children.some((c) => c.name === name);
  const failing = cases.filter((testcase) => has('failure')(testcase) || has('error')(testcase));
  const counted: Counts = {
    tests: cases.length,
    failures: cases.filter(has('failure')).length,
    errors: cases.filter((testcase) => has('error')(testcase) && !has('failure')(testcase)).length,
    skipped: cases.filter((testcase) => has('skipped')(testcase)).length,
  };
  const stated = totalsOf(root);
  const problems: TextProblem[] = [];
  if (stated && cases.length > 0 && differ(stated, counted)) {
    problems.push({
      severity: 'warning',
      code: 'junit-counts-disagree',
      line: root.line,
      message: `The report states ${words(stated)}, but lists ${words(counted)}. The worse numbers are used.`,
    });
  }
  const counts: Counts = {
    tests: Math.max(counted.tests, stated?.tests ?? 0),
    failures: Math.max(counted.failures, stated?.failures ?? 0),
    errors: Math.max(counted.errors, stated?.errors ?? 0),
    skipped: cases.length > 0 ? counted.skipped : (stated?.skipped ?? 0),
  };
  const passed = Math.max(0, counts.tests - counts.failures - counts.errors - counts.skipped);
  const ran = counts.tests - counts.skipped;
  const [first] = failing;
  const line = first?.line ?? root.line;
  const failed = counts.failures + counts.errors;
  const detail = `${passed} passed, ${failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}${first ? `; first failure: ${nameOf(first)}` : ''}`;
  const count = (name: string, value: number): Metric => ({ name, value, unit: 'count', detail, line });
  return {
    format: 'junit',
    metrics: [
      ...(ran > 0
        ? [{ name: 'passRate', value: (passed / ran) * 100, unit: 'percent' as const, detail, line }]
        : []),
      count('tests', counts.tests),
      count('passed', passed),
      count('failures', counts.failures),
      count('errors', counts.errors),
      count('skipped', counts.skipped),
    ],
    problems:
      ran > 0
        ? problems
        : [
            ...problems,
            {
              severity: 'warning',
              code: 'junit-no-tests',
              line: root.line,
              message: 'The report holds no test that ran, so it shows nothing.',
            },
          ],
  };
}

/** Totals in the attributes of the root, else the sum of its own suites; undefined when nobody states any. */
function totalsOf(root: XmlElement): Counts | undefined {
  if (numberAttribute(root, 'tests') !== undefined) return attributesOf(root);
  const suites = root.children.filter(
    (child) => child.name === 'testsuite' && numberAttribute(child, 'tests') !== undefined,
  );
  if (suites.length === 0) return undefined;
  return suites.map(attributesOf).reduce((a, b) => ({
    tests: a.tests + b.tests,
    failures: a.failures + b.failures,
    errors: a.errors + b.errors,
    skipped: a.skipped + b.skipped,
  }));
}

function attributesOf(element: XmlElement): Counts {
  const count = (...names: readonly string[]): number => {
    const value = names.map((name) => numberAttribute(element, name)).find((n) => n !== undefined);
    return value === undefined ? 0 : Math.max(0, Math.trunc(value));
  };
  return {
    tests: count('tests'),
    failures: count('failures'),
    errors: count('errors'),
    skipped: count('skipped', 'disabled', 'skip'),
  };
}

/** Skipped tests are stated in many ways; only what could hide a failure counts as disagreement. */
function differ(stated: Counts, counted: Counts): boolean {
  return (
    stated.tests !== counted.tests || stated.failures + stated.errors !== counted.failures + counted.errors
  );
}

function words(counts: Counts): string {
  return `${counts.tests} tests, ${counts.failures + counts.errors} failed`;
}

function nameOf(testcase: XmlElement): string {
  const { classname, name } = testcase.attributes;
  const whole = [classname, name].filter((part) => part !== undefined && part !== '').join(' › ');
  return oneLine(unescaped(whole)).slice(0, 120) || 'without a name';
}
