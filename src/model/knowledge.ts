/** An entry of knowledge/patterns.md (FORMATS §4.15). */
export interface KnownPattern {
  readonly name: string;
  readonly category: string;
  /** What it says, in one text. */
  readonly text: string;
  /** 1-based. */
  readonly line: number;
}

/** An entry of knowledge/errors.json, of either form. */
export interface KnownError {
  readonly id?: string;
  readonly pattern?: string;
  readonly category?: string;
  readonly problem: string;
  readonly solution: string;
  readonly occurrences: number;
}
