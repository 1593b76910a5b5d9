/** How bad a finding is. `error`: something could not be read; `warning`: it reads, but something is wrong; `info`: worth knowing. */
export type Severity = 'error' | 'warning' | 'info';

/**
 * Something odd about a file that was read. Odd input is never thrown: it becomes a Problem beside whatever
 * could still be read.
 */
export interface Problem {
  /** Absolute path of the file (or folder) that the problem is about. Pure parsers leave it '' and the store fills it. */
  readonly file: string;
  /** 1-based line, when the problem has a place in the file. */
  readonly line?: number;
  readonly severity: Severity;
  /** Stable machine name in kebab case, e.g. `json-invalid`, `track-not-registered`. */
  readonly code: string;
  /** What happened and what to do, one or two sentences, for a person. */
  readonly message: string;
  /** Id of a repair that the product offers for this problem, if it has one. */
  readonly repair?: RepairKind;
}

/** Repairs that can be offered beside a problem. Each is one use case of the engine. */
export type RepairKind =
  | 'registerTrack' // add the missing row to tracks.md
  | 'updateRegistryStatus' // make the tracks.md row say what plan.md and metadata.json say
  | 'updateMetadataStatus' // make metadata.json say what plan.md says
  | 'createMetadata' // write the missing metadata.json
  | 'removeStaleLock';

/** A problem about text that has no file yet; the store adds the path. */
export type TextProblem = Omit<Problem, 'file'>;

/**
 * At most `most` problems of each kind, the first ones; the last one says how many more there are. More say no more to
 * a person, and a damaged file could make a million.
 */
export function cappedProblems<P extends TextProblem>(problems: readonly P[], most = 20): readonly P[] {
  if (problems.length <= most) return problems;
  const counts = new Map<string, number>();
  const first = new Map<string, P>();
  const kept = problems.filter((problem) => {
    const count = (counts.get(problem.code) ?? 0) + 1;
    counts.set(problem.code, count);
    if (count === most + 1) first.set(problem.code, problem);
    return count <= most;
  });
  for (const [code, problem] of first) {
    const more = (counts.get(code) ?? 0) - most;
    kept.push({
      ...problem,
      message: `${more} more ${more === 1 ? 'problem' : 'problems'} of the same kind (${code}).`,
    });
  }
  return kept;
}
