import type { TextProblem } from '../../model/problem';
import type { Metric, TestResults } from '../../model/testResults';
import { percentOf } from './coverage';

/** lcov above this is not read. */
export const largestLcov = 20 * 1024 * 1024;

/** Found and hit, as a record states them, else as its lines show them. */
interface Tally {
  found: number;
  hit: number;
  foundStated?: number;
  hitStated?: number;
}

interface Kind {
  readonly name: 'lines' | 'branches' | 'functions';
  /** Prefixes of the stated totals. */
  readonly found: string;
  readonly hit: string;
}

const kinds: readonly Kind[] = [
  { name: 'lines', found: 'LF:', hit: 'LH:' },
  { name: 'branches', found: 'BRF:', hit: 'BRH:' },
  { name: 'functions', found: 'FNF:', hit: 'FNH:' },
];

/**
 * Totals over all records of an lcov tracefile. The text is walked once. A last record without `end_of_record` means
 * that the file is cut off or still being written: then no metric is given (`lcov-truncated`).
 */
export function lcovResults(text: string): TestResults {
  if (text.length > largestLcov) {
    return failed(
      'lcov-too-large',
      `The file has ${(text.length / 1024 / 1024).toFixed(0)} MB and was not read (limit 20 MB).`,
    );
  }
  const totals = kinds.map(() => ({ found: 0, hit: 0 }));
  let worst: { readonly file: string; readonly line: number; readonly percent: number } | undefined;
  let record: { file: string; line: number; tallies: Tally[] } | undefined;
  let line = 0;
  for (let start = 0; start < text.length;) {
    let end = text.indexOf('\n', start);
    if (end < 0) end = text.length;
    line++;
    const written = text.slice(start, Math.min(end, start + 4096)).trim();
    start = end + 1;
    if (written === 'end_of_record') {
      if (!record) continue;
      for (const [i, tally] of record.tallies.entries()) {
        const total = totals[i]!;
        total.found += tally.foundStated ?? tally.found;
        total.hit += tally.hitStated ?? tally.hit;
      }
      const lines = record.tallies[0]!;
      const percent = percentOf(lines.hitStated ?? lines.hit, lines.foundStated ?? lines.found);
      if (percent !== undefined && (!worst || percent < worst.percent)) {
        worst = { file: record.file, line: record.line, percent };
      }
      record = undefined;
    } else if (written.startsWith('SF:')) {
      record = { file: written.slice(3), line, tallies: kinds.map(() => ({ found: 0, hit: 0 })) };
    } else if (record) {
      readLine(written, record.tallies);
    }
  }
  if (record) {
    return failed(
      'lcov-truncated',
      `The record of ${record.file.slice(0, 120)} has no end_of_record: the file is cut off, or still being written. It was not used.`,
      record.line,
    );
  }
  const metrics = kinds.flatMap(({ name }, i): Metric[] => {
    const { found, hit } = totals[i]!;
    const value = percentOf(hit, found);
    if (value === undefined) return [];
    const lowest =
      name === 'lines' && worst ? `; lowest: ${worst.file.slice(0, 120)} ${worst.percent.toFixed(0)} %` : '';
    return [
      {
        name,
        value,
        unit: 'percent',
        detail: `${hit} of ${found} ${name} hit${lowest}`,
        ...(name === 'lines' && worst ? { line: worst.line } : {}),
      },
    ];
  });
  if (metrics.length === 0) {
    return failed('lcov-empty', 'The file holds no coverage record.');
  }
  return { format: 'lcov', metrics, problems: [] };
}

function readLine(written: string, tallies: readonly Tally[]): void {
  for (const [i, kind] of kinds.entries()) {
    const tally = tallies[i]!;
    if (written.startsWith(kind.found)) tally.foundStated = countOf(written.slice(kind.found.length));
    else if (written.startsWith(kind.hit)) tally.hitStated = countOf(written.slice(kind.hit.length));
  }
  if (written.startsWith('DA:')) add(tallies[0]!, written.split(',')[1]);
  else if (written.startsWith('BRDA:')) add(tallies[1]!, written.split(',')[3]);
  else if (written.startsWith('FNDA:')) add(tallies[2]!, written.slice(5).split(',')[0]);
}

function add(tally: Tally, hits: string | undefined): void {
  tally.found++;
  if (Number(hits) > 0) tally.hit++;
}

function countOf(written: string): number | undefined {
  const value = Number(written);
  return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function failed(code: string, message: string, line?: number): TestResults {
  const problem: TextProblem = {
    severity: 'warning',
    code,
    message,
    ...(line === undefined ? {} : { line }),
  };
  return { format: 'lcov', metrics: [], problems: [problem] };
}
