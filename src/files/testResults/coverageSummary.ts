import { findNodeAtLocation } from 'jsonc-parser';
import type { TextProblem } from '../../model/problem';
import type { Metric, TestResults } from '../../model/testResults';
import { lineColumn, readJson, treeOf } from '../jsonText';
import { field, numberField, recordOf } from '../looseValues';
import { percentOf } from './coverage';

/** JSON above this is not read. */
const largestJson = 5 * 1024 * 1024;

const names = ['lines', 'branches', 'functions', 'statements'] as const;

/** Totals of a coverage-summary.json (istanbul's json-summary). Counts before the rounded percentage. */
export function coverageSummaryResults(text: string): TestResults {
  const failed = (code: string, message: string, line?: number): TestResults => ({
    format: 'coverage-summary',
    metrics: [],
    problems: [{ severity: 'warning', code, message, ...(line === undefined ? {} : { line }) }],
  });
  if (text.length > largestJson) {
    return failed(
      'coverage-too-large',
      `The file has ${(text.length / 1024 / 1024).toFixed(0)} MB and was not read (limit 5 MB).`,
    );
  }
  const read = readJson(text);
  // Half a file may still parse forgivingly: its numbers are not used.
  if (read.invalid) {
    return failed(
      'coverage-invalid',
      `The file is not valid JSON: cut off, or still being written. It was not used.`,
      read.problem?.line,
    );
  }
  const total = recordOf(field(recordOf(read.value), 'total'));
  if (!total) return failed('coverage-empty', 'The file has no “total”, so it states no coverage.', 1);
  const tree = treeOf(text);
  const problems: TextProblem[] = [];
  const metrics = names.flatMap((name): Metric[] => {
    const part = recordOf(field(total, name));
    const count = numberField(part, 'total');
    const covered = numberField(part, 'covered');
    const stated = numberField(part, 'pct');
    const node = tree && findNodeAtLocation(tree, ['total', name]);
    const line = node ? lineColumn(text, node.offset).line : undefined;
    const counted = count === undefined || covered === undefined ? undefined : percentOf(covered, count);
    if (count === 0) return [];
    const usable = stated !== undefined && stated >= 0 && stated <= 100 ? stated : undefined;
    if (counted !== undefined && usable !== undefined && Math.abs(counted - usable) > 1) {
      problems.push({
        severity: 'warning',
        code: 'coverage-odd',
        ...(line === undefined ? {} : { line }),
        message: `total.${name}.pct says ${usable} %, but its counts give ${counted.toFixed(1)} %. The lower one is used.`,
      });
    }
    const value =
      counted === undefined || usable === undefined ? (counted ?? usable) : Math.min(counted, usable);
    if (value === undefined) return [];
    return [
      {
        name,
        value,
        unit: 'percent',
        detail: counted === undefined ? `${value} % of ${name}` : `${covered} of ${count} ${name} covered`,
        ...(line === undefined ? {} : { line }),
      },
    ];
  });
  if (metrics.length === 0) return failed('coverage-empty', 'The file states no coverage.', 1);
  return { format: 'coverage-summary', metrics, problems };
}
