/** Which evaluation a report is about (spec 003, steps 2 and 4; FORMATS §4.11). */
export type ReportKind = 'plan' | 'execution' | 'phase' | 'technical' | 'other';

export type Verdict = 'PASS' | 'FAIL' | 'PASS WITH CONDITIONS';

/** One report, in its own file or inside plan.md. Lines are 1-based in the file that holds it. */
export interface EvaluationReport {
  readonly kind: ReportKind;
  readonly title: string;
  readonly line: number;
  readonly endLine: number;
  /** Bold fields: Track, Evaluator, Date, …, keys as written. */
  readonly fields: Readonly<Record<string, string>>;
  readonly checks: readonly ReportCheck[];
  /** Absent when the report states none. */
  readonly verdict?: Verdict;
  readonly verdictLine?: number;
  readonly failureReasons: readonly string[];
  /** More than one verdict line that disagree. */
  readonly contradictory: boolean;
}

export interface ReportCheck {
  readonly name: string;
  readonly status: 'pass' | 'fail' | 'not-applicable' | 'not-configured' | 'unclear';
  /** The status cell as written. */
  readonly statusText: string;
  readonly note?: string;
  readonly line: number;
}
