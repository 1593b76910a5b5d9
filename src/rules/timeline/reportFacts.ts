import type { EvaluationReport, ReportKind } from '../../model/evaluationReport';
import type { Track } from '../../model/track';
import { known, line, type Draft } from './draft';

const names: Readonly<Record<ReportKind, string>> = {
  plan: 'Evaluation of the plan',
  execution: 'Evaluation of the execution',
  phase: 'Phase completion report',
  technical: 'Technical review',
  other: 'Evaluation',
};

/** Reports, newest first: each is one round of an evaluation. */
export function reportFacts(track: Track): Draft[] {
  return track.reports
    .map(({ file, report }): Draft => {
      const failed = report.checks.filter(({ status }) => status === 'fail').length;
      const checks =
        report.checks.length === 0
          ? ''
          : `, ${report.checks.length - failed} of ${report.checks.length} checks`;
      const verdict = report.verdict ?? 'no verdict';
      return {
        key: `${file.slice(file.lastIndexOf('/') + 1)} ${report.title} ${report.line}`,
        kind: 'evaluation',
        state: report.contradictory ? 'warn' : stateOf(report),
        text: line(`${names[report.kind]}: ${verdict}${failed > 0 ? `${checks} without failure` : ''}`),
        place: { file, line: report.verdictLine ?? report.line },
        source: 'reports',
        ...known({
          written: fieldOf(report, /^(?:date|evaluated(?: at| on)?|timestamp)$/i),
          by: fieldOf(report, /^(?:evaluator|evaluated by|reviewer|agent)$/i),
          detail: report.contradictory
            ? 'Its verdict lines disagree'
            : line(report.failureReasons.join('; ')) || undefined,
          same: sameEvaluation(report),
        }),
      };
    })
    .reverse();
}

function stateOf({ verdict }: EvaluationReport): Draft['state'] {
  return verdict === 'PASS' ? 'done' : verdict === 'FAIL' ? 'bad' : verdict === undefined ? 'idle' : 'warn';
}

function sameEvaluation({ kind, verdict }: EvaluationReport): string | undefined {
  if (verdict === undefined || (kind !== 'plan' && kind !== 'execution')) return undefined;
  return `evaluation ${kind === 'plan' ? 'EVALUATE_PLAN' : 'EVALUATE_EXECUTION'} ${verdict === 'FAIL' ? 'FAIL' : 'PASS'}`;
}

function fieldOf({ fields }: EvaluationReport, name: RegExp): string | undefined {
  const value = Object.entries(fields).find(([key]) => name.test(key.trim()))?.[1];
  return value === undefined || value.trim() === '' ? undefined : line(value);
}
