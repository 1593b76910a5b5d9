import type { Criterion, Evidence, GateReview } from '../../model/gate';
import type { ReportCheck } from '../../model/evaluationReport';
import type { Checkpoint } from '../../model/loopState';
import type { LocatedReport } from '../../model/track';

/** A check that the spec names, and the words that reports and checkpoints use for it (FORMATS §4.11). */
export interface SpecCheck {
  readonly id: string;
  readonly name: string;
  readonly question: string;
  readonly words: RegExp;
}

/** Spec 003, step 2. */
export const planChecks: readonly SpecCheck[] = [
  {
    id: 'scope',
    name: 'Scope',
    question: 'Does the plan match what spec.md asks for? Nothing more, nothing less?',
    words: /^scope\b/i,
  },
  {
    id: 'overlap',
    name: 'Overlap',
    question: 'Does any task duplicate work already completed in another track?',
    words: /^(?:no )?overlap/i,
  },
  {
    id: 'dependencies',
    name: 'Dependencies',
    question: 'Are all prerequisite tasks and tracks complete?',
    words: /^dependenc/i,
  },
  {
    id: 'feasibility',
    name: 'Feasibility',
    question: 'Can each task be completed with the current codebase state?',
    words: /^feasib/i,
  },
  {
    id: 'clarity',
    name: 'Clarity',
    question: 'Would a new agent session understand exactly what to do from plan.md alone?',
    words: /^(?:clarity|task quality)/i,
  },
];

/** Spec 003, step 4. */
export const executionChecks: readonly SpecCheck[] = [
  {
    id: 'tests',
    name: 'Tests Pass',
    question: 'Test suite runs with zero failures',
    words: /^(?:all )?(?:unit )?tests?(?: suite)?(?: (?:pass|passes|passing|run))?$/i,
  },
  {
    id: 'deliverables',
    name: 'Deliverables',
    question: 'Every deliverable in spec.md exists and is functional',
    words: /^deliverables?\b/i,
  },
  {
    id: 'alignment',
    name: 'Alignment',
    question: 'Implementation matches what was planned (no scope drift)',
    words: /^(?:alignment|scope)\b/i,
  },
  {
    id: 'regressions',
    name: 'No Regressions',
    question: 'Existing features still work (build passes, no console errors)',
    words: /^(?:no )?regressions?\b/i,
  },
  {
    id: 'plan-updated',
    name: 'plan.md Updated',
    question: 'All tasks marked [x] with accurate descriptions of what was done',
    words: /^plan(?:\.md)?(?: is)?(?: updated)?$/i,
  },
  {
    id: 'leftover',
    name: 'No Leftover Work',
    question: 'No tasks were skipped or left incomplete',
    words: /^(?:no )?left-?over/i,
  },
];

/** A report's row for a check: the last one, since a report may look again at what it looked at before. */
export function rowFor(report: LocatedReport | undefined, words: RegExp): ReportCheck | undefined {
  return report?.report.checks.findLast((check) => words.test(check.name.trim()));
}

const states: Readonly<Record<ReportCheck['status'], Criterion['state']>> = {
  pass: 'passed',
  fail: 'failed',
  'not-applicable': 'notApplicable',
  'not-configured': 'notApplicable',
  unclear: 'open',
};

export function stateOf(check: ReportCheck): Criterion['state'] {
  return states[check.status];
}

/** Where a row stands. */
export function rowEvidence(file: string, row: ReportCheck): Evidence {
  return { file, line: row.line, how: 'read' };
}

export interface Sources {
  readonly report?: LocatedReport;
  readonly checkpoint?: Checkpoint;
  /** A person's verdict in this round: the checkpoint's outcome is then theirs, not an evaluator's. */
  readonly decided?: GateReview;
  readonly metadataFile?: string;
}

/** A sentence for each pair of sources that disagree is pushed here. */
export type Contradictions = string[];

/**
 * What report and checkpoint say of one check. When both speak and disagree, the worse answer holds. A check that a
 * passing report does not list is covered by its verdict, and says so.
 */
export function checkCriterion(check: SpecCheck, from: Sources, contradictions: Contradictions): Criterion {
  const { report, checkpoint } = from;
  const base = {
    id: check.id,
    name: check.name,
    group: 'checks',
    question: check.question,
    required: true,
  } as const;
  const row = rowFor(report, check.words);
  const said = booleanFor(checkpoint, check.words);
  const flag = said === undefined ? undefined : flagEvidence(from, said);
  if (report && row) {
    const state = stateOf(row);
    const evidence = [rowEvidence(report.file, row)];
    const note = [row.note, state === 'open' ? `The report says “${row.statusText}”.` : undefined]
      .filter((part) => part !== undefined)
      .join(' ');
    const disagrees = said !== undefined && ((state === 'passed' && !said) || (state === 'failed' && said));
    if (disagrees) {
      contradictions.push(
        `${check.name} is ${row.statusText} in the report (line ${row.line}), but ${said ? 'true' : 'false'} in the checkpoint of metadata.json.`,
      );
    }
    return {
      ...base,
      state: disagrees ? 'failed' : state,
      ...(note === '' ? {} : { note }),
      evidence: disagrees && flag ? [...evidence, flag] : evidence,
    };
  }
  if (flag && said !== undefined) {
    return { ...base, state: said ? 'passed' : 'failed', evidence: [flag] };
  }
  if (report && passes(report) && !report.report.contradictory) {
    return {
      ...base,
      state: 'passed',
      note: `Not listed on its own; covered by the verdict ${report.report.verdict}.`,
      evidence: [verdictEvidence(report)],
    };
  }
  return { ...base, state: 'open', note: 'Nothing answers it yet.', evidence: [] };
}

/** Rows that are none of `known`: an evaluator may check more than the spec names, and any check that fails, fails. */
export function furtherRows(
  report: LocatedReport | undefined,
  known: (row: ReportCheck) => boolean,
): Criterion[] {
  const counts = new Map<string, number>();
  return (report?.report.checks ?? []).flatMap((row): Criterion[] => {
    if (!report || row.name.trim() === '' || known(row)) return [];
    const slug = `row:${row.name.trim().toLowerCase()}`;
    const count = (counts.get(slug) ?? 0) + 1;
    counts.set(slug, count);
    return [
      {
        id: count === 1 ? slug : `${slug}#${count}`,
        name: row.name,
        group: 'checks',
        state: stateOf(row),
        required: true,
        ...(row.note === undefined ? {} : { note: row.note }),
        evidence: [rowEvidence(report.file, row)],
      },
    ];
  });
}

/**
 * The evaluator's verdict as a criterion of its own, only where it says more than the checks: a FAIL without a check
 * that failed, or verdicts that disagree.
 */
export function verdictCriterion(
  from: Sources,
  criteria: readonly Criterion[],
  contradictions: Contradictions,
): Criterion[] {
  const { report, checkpoint } = from;
  const failed = criteria.filter((criterion) => criterion.state === 'failed');
  const base = { id: 'verdict', name: 'Evaluator’s Verdict', group: 'checks', required: true } as const;
  const stated = report?.report.verdict;
  const recorded = from.decided ? undefined : recordedVerdict(checkpoint);
  if (report?.report.contradictory) {
    contradictions.push(`“${report.report.title}” holds verdicts that disagree.`);
    return [
      {
        ...base,
        state: 'open',
        note: 'The report holds verdicts that disagree: a person reads it.',
        evidence: [verdictEvidence(report)],
      },
    ];
  }
  if (stated !== undefined && recorded !== undefined && (stated === 'FAIL') !== (recorded === 'FAIL')) {
    contradictions.push(
      `The report says ${stated} (line ${report?.report.verdictLine ?? report?.report.line}), but the checkpoint of metadata.json says ${recorded}.`,
    );
  }
  if (stated !== undefined && stated !== 'FAIL' && failed.some((c) => c.group === 'checks')) {
    contradictions.push(
      `The report says ${stated}, though ${failed.map((criterion) => criterion.name).join(', ')} failed.`,
    );
  }
  const verdict = stated ?? recorded;
  if (verdict !== 'FAIL' || failed.length > 0) return [];
  const reasons = report?.report.failureReasons ?? checkpoint?.failureReasons ?? [];
  return [
    {
      ...base,
      state: 'failed',
      note: reasons.length > 0 ? reasons.join('; ') : 'No check of the report says why.',
      evidence: report
        ? [verdictEvidence(report)]
        : [{ ...(from.metadataFile === undefined ? {} : { file: from.metadataFile }), how: 'read' }],
    },
  ];
}

/** PASS or FAIL as the checkpoint has it. */
export function recordedVerdict(checkpoint: Checkpoint | undefined): 'PASS' | 'FAIL' | undefined {
  if (checkpoint?.status === 'PASSED') return 'PASS';
  if (checkpoint?.status === 'FAILED' || checkpoint?.status === 'PARTIAL_FAIL') return 'FAIL';
  return undefined;
}

export function passes(report: LocatedReport): boolean {
  return report.report.verdict === 'PASS' || report.report.verdict === 'PASS WITH CONDITIONS';
}

export function verdictEvidence({ file, report }: LocatedReport): Evidence {
  return { file, line: report.verdictLine ?? report.line, how: 'read' };
}

/** What the checkpoint's `checks` say: keys such as `scope_alignment`. */
export function booleanFor(checkpoint: Checkpoint | undefined, words: RegExp): boolean | undefined {
  return Object.entries(checkpoint?.checks ?? {}).findLast(([key]) =>
    words.test(key.replaceAll('_', ' ')),
  )?.[1];
}

function flagEvidence(from: Sources, said: boolean): Evidence {
  return {
    ...(from.metadataFile === undefined ? {} : { file: from.metadataFile }),
    how: 'read',
    note: `checkpoint says ${said}`,
  };
}
