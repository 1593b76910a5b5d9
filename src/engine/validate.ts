import type { Problem } from '../model/problem';
import type { ConductorSnapshot } from '../model/root';
import { projectFileProblems } from './projectFileProblems';
import { problemReport, problemsOf, reportVersion, worstFirst, type ProblemReport } from './statusReport';

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
export async function validate(snapshot: ConductorSnapshot): Promise<ValidationReport> {
  const ownFiles = await Promise.all(snapshot.roots.map((root) => projectFileProblems(root.path)));
  const problems = worstFirst(
    distinct([...(snapshot.problems ?? []), ...snapshot.roots.flatMap(problemsOf), ...ownFiles.flat()]),
  );
  const count = (severity: Problem['severity']): number =>
    problems.filter((problem) => problem.severity === severity).length;
  return {
    version: reportVersion,
    problems: problems.map(problemReport),
    errors: count('error'),
    warnings: count('warning'),
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
