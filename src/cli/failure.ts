/** The call is wrong (exit code 2). The message says what, the hint what was perhaps meant. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  constructor(
    message: string,
    readonly hint?: string,
  ) {
    super(message);
  }
}

/** A negative answer (exit code 1): no such track, an edit that was refused, … */
export class NegativeAnswer extends Error {
  override readonly name = 'NegativeAnswer';

  constructor(
    /** Stable machine name, e.g. `track-not-found`. */
    readonly code: string,
    message: string,
    /** What could be said instead, one per line, each usable as it stands. */
    readonly candidates: readonly string[] = [],
  ) {
    super(message);
  }
}
