import type { Evidence } from '../../model/gate';
import type { Metric } from '../../model/testResults';
import type { ResultFile } from './gateEvidence';

/** What all files of test cases say together. */
export interface TestEvidence {
  /** Absent: there are files, but none could be used. */
  readonly passed?: boolean;
  readonly note: string;
  readonly evidence: readonly Evidence[];
}

/** Test cases of every JUnit file; undefined when no such file is known. A damaged file never counts as passed. */
export function testEvidence(files: readonly ResultFile[]): TestEvidence | undefined {
  const junit = files.filter(
    ({ results }) =>
      results.format === 'junit' || (results.format === undefined && results.problems.length > 0),
  );
  if (junit.length === 0) return undefined;
  const evidence = junit.map(({ file, results }): Evidence => {
    const metric = rateOf(results.metrics);
    const problem = results.problems[0];
    return {
      file,
      ...(metric?.line !== undefined
        ? { line: metric.line }
        : problem?.line !== undefined
          ? { line: problem.line }
          : {}),
      how: 'read',
      note: metric?.detail ?? problem?.message ?? 'nothing to be used',
    };
  });
  const count = (name: string) =>
    junit.reduce((sum, { results }) => sum + (results.metrics.find((m) => m.name === name)?.value ?? 0), 0);
  const failed = count('failures') + count('errors');
  const passed = count('passed');
  const usable = junit.filter(({ results }) => rateOf(results.metrics) !== undefined);
  const note = `${passed} passed, ${failed} failed`;
  if (failed > 0) return { passed: false, note, evidence };
  if (usable.length < junit.length) {
    const bad = junit.find((file) => !usable.includes(file));
    return {
      note: bad?.results.problems[0]?.message ?? 'A file of test results could not be used.',
      evidence,
    };
  }
  return { passed: true, note, evidence };
}

function rateOf(metrics: readonly Metric[]): Metric | undefined {
  return metrics.find(({ name }) => name === 'passRate');
}
