import type { Metric, TestResults } from '../../model/testResults';
import { coberturaResults } from './cobertura';
import { coverageSummaryResults } from './coverageSummary';
import { junitResults } from './junit';
import { lcovResults } from './lcov';
import { readXml } from './xmlElements';

/**
 * Reads a file of test results in whatever form it is in: JUnit XML, Cobertura XML, lcov, coverage-summary.json. The
 * text decides, not the file's name. Never throws; what cannot be used gives no metrics and says why.
 */
export function parseTestResults(text: string): TestResults {
  const start = /^\uFEFF?\s*(.{0,200})/.exec(text)?.[1] ?? '';
  if (start === '') {
    return unknown('results-empty', 'The file is empty: the tests have not run, or are still running.');
  }
  if (start.startsWith('<')) return xmlResults(text);
  if (start.startsWith('{')) return coverageSummaryResults(text.replace(/^\uFEFF/, ''));
  if (/^(?:TN:|SF:|VER:|#)/.test(start)) return lcovResults(text);
  return unknown(
    'results-unknown',
    'The file is none of JUnit XML, Cobertura XML, lcov and coverage-summary.json.',
  );
}

/** The metric of that name, or without a name the one that counts for the file. */
export function metricOf(results: TestResults, name?: string): Metric | undefined {
  return name === undefined
    ? results.metrics.find((metric) => metric.unit === 'percent')
    : results.metrics.find((metric) => metric.name === name);
}

function xmlResults(text: string): TestResults {
  const read = readXml(text);
  if ('problem' in read) return { metrics: [], problems: [read.problem] };
  const { root } = read;
  switch (root.name) {
    case 'testsuites':
    case 'testsuite':
      return junitResults(root);
    case 'coverage':
      return coberturaResults(root);
    default:
      return {
        metrics: [],
        problems: [
          {
            severity: 'warning',
            code: 'results-unknown',
            line: root.line,
            message: `The root of the file is <${root.name.slice(0, 60)}>, which is neither JUnit nor Cobertura.`,
          },
        ],
      };
  }
}

function unknown(code: string, message: string): TestResults {
  return { metrics: [], problems: [{ severity: 'warning', code, message }] };
}
