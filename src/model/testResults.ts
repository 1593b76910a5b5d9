import type { TextProblem } from './problem';

/** Forms of test results that are read (JUnit XML, Cobertura XML, lcov, coverage-summary.json of istanbul). */
export type TestResultFormat = 'junit' | 'cobertura' | 'lcov' | 'coverage-summary';

/**
 * What one file of test results says. A file that is damaged or cut off gives no metrics, only problems: half a file
 * would be half the truth.
 */
export interface TestResults {
  /** Absent when the file is in none of the known forms. */
  readonly format?: TestResultFormat;
  readonly metrics: readonly Metric[];
  readonly problems: readonly TextProblem[];
}

/** One number of a file of test results. */
export interface Metric {
  /**
   * JUnit: `passRate`, `tests`, `passed`, `failures`, `errors`, `skipped`. Coverage: `lines`, `branches`,
   * `functions`, `statements`. The first metric of a file is the one that counts when nobody names another.
   */
  readonly name: string;
  /** Percent are 0–100. */
  readonly value: number;
  readonly unit: 'percent' | 'count';
  /** How the number came about, for a person: "412 of 412 passed". */
  readonly detail: string;
  /** 1-based line that shows it best. */
  readonly line?: number;
}
