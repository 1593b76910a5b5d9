import type { TextProblem } from '../../model/problem';
import type { Metric, TestResults } from '../../model/testResults';
import { numberAttribute, type XmlElement } from './xmlElements';
import { percentOf } from './coverage';

/** Totals of a Cobertura report: those of its root, counts before rates. */
export function coberturaResults(root: XmlElement): TestResults {
  const problems: TextProblem[] = [];
  const metric = (name: 'lines' | 'branches', rateName: string): Metric[] => {
    const covered = numberAttribute(root, `${name}-covered`);
    const valid = numberAttribute(root, `${name}-valid`);
    const rate = numberAttribute(root, rateName);
    const counted = covered === undefined || valid === undefined ? undefined : percentOf(covered, valid);
    const stated = rate === undefined || rate < 0 || rate > 1 ? undefined : rate * 100;
    if (rate !== undefined && stated === undefined) {
      problems.push(odd(root.line, `${rateName} is ${rate}, but must lie between 0 and 1; it was left out.`));
    }
    // Nothing to cover is no coverage of 0 %.
    if (valid === 0) return [];
    if (counted !== undefined && stated !== undefined && Math.abs(counted - stated) > 1) {
      problems.push(
        odd(
          root.line,
          `${rateName} says ${stated.toFixed(1)} %, but ${name}-covered and ${name}-valid give ${counted.toFixed(1)} %. The lower one is used.`,
        ),
      );
    }
    const value =
      counted === undefined || stated === undefined ? (counted ?? stated) : Math.min(counted, stated);
    if (value === undefined) return [];
    const detail = counted === undefined ? `${rateName} ${rate}` : `${covered} of ${valid} ${name} covered`;
    return [{ name, value, unit: 'percent', detail, line: root.line }];
  };
  const metrics = [...metric('lines', 'line-rate'), ...metric('branches', 'branch-rate')];
  if (metrics.length === 0) {
    problems.push(odd(root.line, 'The report states no coverage.'));
  }
  return { format: 'cobertura', metrics, problems };
}

function odd(line: number, message: string): TextProblem {
  return { severity: 'warning', code: 'coverage-odd', line, message };
}
