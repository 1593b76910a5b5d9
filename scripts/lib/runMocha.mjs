// Runs mocha tests in this process: `node --import tsx scripts/lib/runMocha.mjs [--every] [--timeout ms] [--grep text] FILE_OR_FOLDER…`.
// The counts go to $CONDUCTOR_TALLY. Ends by itself even when a test left something open.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import Mocha from 'mocha';
import { ROOT } from './paths.mjs';
import { tallyReporter } from './tally.mjs';

const { values, positionals } = parseArgs({
  options: {
    every: { type: 'boolean', default: false },
    timeout: { type: 'string', default: '20000' },
    grep: { type: 'string' },
  },
  allowPositionals: true,
});

/**
 * The test files below a folder, whatever their depth.
 * @param {string} folder
 * @returns {string[]}
 */
function testFiles(folder) {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const place = path.join(folder, entry.name);
      if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : testFiles(place);
      return entry.name.endsWith('.test.ts') ? [place] : [];
    });
}

const mocha = new Mocha({
  ui: 'bdd',
  timeout: Number(values.timeout),
  ...(values.grep === undefined ? {} : { grep: values.grep }),
  forbidOnly: Boolean(process.env['CI']),
  reporter: tallyReporter({
    file: process.env['CONDUCTOR_TALLY'],
    print: (line) => console.log(line),
    everyTest: values.every,
  }),
});
const files = positionals.flatMap((place) => {
  const absolute = path.resolve(ROOT, place);
  return place.endsWith('.ts') ? [absolute] : testFiles(absolute);
});
for (const file of files) {
  mocha.files = [file];
  try {
    await mocha.loadFilesAsync();
  } catch (e) {
    // One file that cannot be loaded is one failure; the tests of the others run all the same.
    const test = new Mocha.Test(`${path.relative(ROOT, file)} can be loaded`, () => {
      throw e;
    });
    test.file = file;
    mocha.suite.addTest(test);
  }
}
const failures = await new Promise((resolve) => mocha.run(resolve));
// Mocha has run its last hook. A watcher that a test left open must not keep the tier waiting for its time limit.
process.exit(failures ? 1 : 0);
