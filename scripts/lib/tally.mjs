import fs from 'node:fs';
import path from 'node:path';

/**
 * What became of a run of tests. Kept in a file while the run goes on, so that a crash loses no count.
 * @typedef {object} Tally
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {boolean} finished false: the run was cut short
 */

/** @returns {Tally} */
export const emptyTally = () => ({ passed: 0, failed: 0, skipped: 0, finished: false });

/**
 * A mocha reporter that keeps a tally in a file and writes lines for a person.
 * @param {object} o
 * @param {string | undefined} o.file where the tally is kept
 * @param {(line: string) => void} o.print
 * @param {boolean} o.everyTest a line for every test; otherwise for suites, failures and slow tests only
 * @returns {import('mocha').ReporterConstructor}
 */
export function tallyReporter(o) {
  const reporter = class {
    /** @param {import('mocha').Runner} runner */
    constructor(runner) {
      const tally = emptyTally();
      const keep = () => {
        if (o.file) fs.writeFileSync(o.file, JSON.stringify(tally));
      };
      if (o.file) fs.mkdirSync(path.dirname(o.file), { recursive: true });
      keep();
      let depth = 0;
      const indent = () => '  '.repeat(depth);
      let inSuite = 0;
      runner.on('suite', (suite) => {
        if (suite.root) return;
        depth++;
        inSuite = tally.passed;
        if (o.everyTest) o.print(`${indent()}${suite.title}`);
      });
      runner.on('suite end', (suite) => {
        if (suite.root) return;
        if (!o.everyTest && depth === 1) o.print(`  ✔ ${suite.title} (${tally.passed - inSuite})`);
        depth--;
      });
      runner.on('pass', (test) => {
        tally.passed++;
        keep();
        if (o.everyTest) o.print(`${indent()}  ✔ ${test.title} (${test.duration ?? 0} ms)`);
        else if ((test.duration ?? 0) > 2000)
          o.print(`  slow: ${test.fullTitle()} (${test.duration ?? 0} ms)`);
      });
      runner.on('pending', (test) => {
        tally.skipped++;
        keep();
        o.print(`  - skipped: ${test.fullTitle()}`);
      });
      runner.on('fail', (test, error) => {
        tally.failed++;
        keep();
        o.print(
          `  ✘ FAILED ${test.fullTitle()}${test.file ? `\n      in ${path.relative(process.cwd(), test.file)}` : ''}`,
        );
        o.print(describe(error));
      });
      runner.on('end', () => {
        tally.finished = true;
        keep();
      });
    }
  };
  // Mocha's types ask for a subclass of its own base reporter; mocha itself asks for a constructor.
  return /** @type {import('mocha').ReporterConstructor} */ (/** @type {unknown} */ (reporter));
}

/** @param {unknown} error */
function describe(error) {
  const e = /** @type {{stack?: string, message?: string, expected?: unknown, actual?: unknown}} */ (
    error ?? {}
  );
  const text = e.stack ?? e.message ?? String(error);
  return text
    .split('\n')
    .map((line) => `      ${line}`)
    .join('\n');
}

/**
 * @param {string} file
 * @returns {Tally} of the run that wrote it; nothing passed when there is none
 */
export function readTally(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return emptyTally();
  }
}
