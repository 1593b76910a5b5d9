import type { Problem } from '../model/problem';
import type { ConductorSnapshot } from '../model/root';
import { problemReport, problemsOf, reportVersion, type ProblemReport } from './statusReport';

/** What `conductor validate --json` prints; keys are only ever added within one `version`. */
export interface ValidationReport {
  readonly version: typeof reportVersion;
  /** Errors first, then warnings, then what is only worth knowing; by file and line within each. */
  readonly problems: readonly ProblemReport[];
  readonly errors: number;
  readonly warnings: number;
}

/**
 * Everything that is wrong below the roots: what could not be read, what breaks its schema, and files that disagree
 * (drift). Give it a snapshot whose archives were read, or archived tracks go unchecked.
 */
export function validate(snapshot: ConductorSnapshot): ValidationReport {
  const problems = distinct(snapshot.roots.flatMap(problemsOf)).sort(worstFirst);
  return {
    version: reportVersion,
    problems: problems.map(problemReport),
    errors: problems.filter((problem) => problem.severity === 'error').length,
    warnings: problems.filter((problem) => problem.severity === 'warning').length,
  };
}

/** The same finding can reach a file by two ways (a plan read for its track and for the registry). */
function distinct(problems: readonly Problem[]): Problem[] {
  const seen = new Map<string, Problem>();
  for (const problem of problems) {
    const key = JSON.stringify([problem.file, problem.line, problem.severity, problem.code, problem.message]);
    if (!seen.has(key)) seen.set(key, problem);
  }
  return [...seen.values()];
}

const rank = { error: 0, warning: 1, info: 2 } as const;

function worstFirst(a: Problem, b: Problem): number {
  if (a.severity !== b.severity) return rank[a.severity] - rank[b.severity];
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return (a.line ?? 0) - (b.line ?? 0);
}
