import type { EvaluationReport } from '../model/evaluationReport';
import type { Phase, Plan, Task } from '../model/plan';

/** The five verification steps of spec 003, "Phase Completion Verification Protocol", and the tasks before them. */
export const phaseChecks = [
  'Tasks',
  'Deliverables',
  'Quality Gates',
  'Testing',
  'Documentation',
  'Sign-off',
] as const;
export type PhaseCheckName = (typeof phaseChecks)[number];

export interface PhaseCheck {
  readonly name: PhaseCheckName;
  /** Absent: the files do not say; a person confirms it. */
  readonly passed: boolean | undefined;
  readonly why: string;
}

export interface PhaseFacts {
  /** Reports about the track, newest last. */
  readonly reports?: readonly EvaluationReport[];
  /** What a person has confirmed or denied. It cannot overrule what the files show. */
  readonly confirmed?: Readonly<Partial<Record<PhaseCheckName, boolean>>>;
}

export interface PhaseCompletion {
  /** No check failed. Checks that the files cannot answer (`passed` undefined) are still for a person to confirm. */
  readonly allowed: boolean;
  readonly checks: readonly PhaseCheck[];
}

/**
 * Whether a phase may be marked complete (spec 003, "Phase Completion Verification Protocol"). plan.md answers for
 * the tasks, the newest phase or execution report for gates and tests; the rest a person confirms. An unknown phase
 * and one without tasks are not allowed.
 */
export function phaseCompletion(plan: Plan, phaseKey: string, facts: PhaseFacts = {}): PhaseCompletion {
  const phase = plan.phases.find((candidate) => candidate.key === phaseKey);
  if (!phase) {
    return {
      allowed: false,
      checks: [{ name: 'Tasks', passed: false, why: `plan.md has no phase “${phaseKey}” (any more).` }],
    };
  }
  // A completion report states no verdict: it says what was done, and answers nothing.
  const report = facts.reports?.findLast(
    (r) => (r.kind === 'phase' || r.kind === 'execution') && r.verdict !== undefined,
  );
  const checks = [
    tasksCheck(phase),
    person(
      'Deliverables',
      facts,
      'Every deliverable in spec.md is there and meets its acceptance criteria: only you can say.',
    ),
    fromReport(
      'Quality Gates',
      facts,
      report,
      (r) => r.verdict !== undefined && !r.contradictory,
      (r) => r.verdict !== 'FAIL',
      'All quality gates pass, no console errors or warnings: no report says so.',
    ),
    testsCheck(facts, report),
    person(
      'Documentation',
      facts,
      'Code is documented where it is not obvious, README is up to date: only you can say.',
    ),
    person(
      'Sign-off',
      facts,
      'Self-review is done, changes are committed, tracks.md is up to date: only you can say.',
    ),
  ];
  return { allowed: checks.every((check) => check.passed !== false), checks };
}

function tasksCheck(phase: Phase): PhaseCheck {
  const name = 'Tasks';
  if (phase.tasks.length === 0) {
    return { name, passed: false, why: 'The phase has no tasks, so nothing shows that it was done.' };
  }
  const open = openIn(phase.tasks);
  const first = open[0];
  if (!first) return { name, passed: true, why: 'Every task is done or skipped.' };
  const person = first.needsPerson ? ' (a person verifies it)' : '';
  return {
    name,
    passed: false,
    why: `${open.length} ${open.length === 1 ? 'task is' : 'tasks are'} open, first “${first.text}”${person} on line ${first.line}.`,
  };
}

function openIn(tasks: readonly Task[]): Task[] {
  return tasks.flatMap((task) => {
    if (task.marker === 'skipped') return [];
    const below = openIn(task.tasks);
    return task.marker === 'done' ? below : [task, ...below];
  });
}

function testsCheck(facts: PhaseFacts, report: EvaluationReport | undefined): PhaseCheck {
  const tests = report?.checks.findLast((check) => /\btests?\b/i.test(check.name));
  if (!tests || (tests.status !== 'pass' && tests.status !== 'fail')) {
    return person(
      'Testing',
      facts,
      'Unit and integration tests pass, manual testing is done: no report says so.',
    );
  }
  const denied = facts.confirmed?.Testing === false;
  return {
    name: 'Testing',
    passed: tests.status === 'pass' && !denied,
    why: denied
      ? 'You said that it is not so.'
      : `“${tests.name}” is ${tests.statusText} in “${report!.title}”.`,
  };
}

function fromReport(
  name: PhaseCheckName,
  facts: PhaseFacts,
  report: EvaluationReport | undefined,
  says: (report: EvaluationReport) => boolean,
  passes: (report: EvaluationReport) => boolean,
  otherwise: string,
): PhaseCheck {
  if (!report || !says(report)) return person(name, facts, otherwise);
  const denied = facts.confirmed?.[name] === false;
  return {
    name,
    passed: passes(report) && !denied,
    why: denied
      ? 'You said that it is not so.'
      : `“${report.title}” says ${report.verdict}${report.verdictLine === undefined ? '' : ` (line ${report.verdictLine})`}.`,
  };
}

function person(name: PhaseCheckName, facts: PhaseFacts, question: string): PhaseCheck {
  const answer = facts.confirmed?.[name];
  if (answer === undefined) return { name, passed: undefined, why: question };
  return { name, passed: answer, why: answer ? 'You confirmed it.' : 'You said that it is not so.' };
}
