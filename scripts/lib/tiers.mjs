import fs from 'node:fs';
import path from 'node:path';
import { checkLockFiles } from './checkLockFiles.mjs';
import { checkPackage, describePackage } from './checkPackage.mjs';
import { inRoot, OUT, ROOT } from './paths.mjs';
import { run } from './processes.mjs';
import { emptyTally, readTally } from './tally.mjs';

/**
 * A kind of tests.
 * @typedef {object} Tier
 * @property {string} name
 * @property {boolean} [vscode] needs a VS Code and a browser
 * @property {'alone' | 1 | 2} lane tiers of lanes 1 and 2 run beside each other, those of one lane one after another
 * @property {(quiet: boolean) => Promise<import('./tally.mjs').Tally>} run `quiet`: prints what it has to say at its end
 */

/**
 * Runs a script that keeps its tally in a file.
 * @param {string} name of the tier
 * @param {readonly string[]} args of Node
 * @param {number} minutes its limit
 * @param {boolean} quiet
 */
async function script(name, args, minutes, quiet) {
  const file = path.join(OUT, 'test', `${name}.json`);
  fs.rmSync(file, { force: true });
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const { code, timedOut, output } = await run(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, CONDUCTOR_TALLY: file },
    timeoutMs: minutes * 60_000,
    quiet,
  });
  if (quiet) console.log(`\n— ${name} —\n${output.trimEnd()}`);
  const tally = readTally(file);
  if (timedOut)
    console.log(`  ✘ FAILED the tier "${name}" took longer than ${minutes} minutes and was ended`);
  else if (!tally.finished) console.log(`  ✘ FAILED the tier "${name}" broke off (exit code ${code})`);
  else if (code !== 0 && tally.failed === 0)
    console.log(`  ✘ FAILED the tier "${name}" ended with code ${code}`);
  else return tally;
  return { ...tally, failed: tally.failed + 1 };
}

/** @param {string} name @param {number} minutes @param {boolean} quiet @param {readonly string[]} places */
const mocha = (name, minutes, quiet, places = [`test/${name}`]) =>
  script(
    name,
    ['--import', 'tsx', inRoot('scripts/lib/runMocha.mjs'), '--timeout', '60000', ...places],
    minutes,
    quiet,
  );

/** Tests of test/unit that mostly wait for processes which they start. */
const withProcesses = [
  'run',
  'engine/board',
  'engine/knowledge',
  'engine/leads',
  'engine/parallel',
  'engine/run',
];

/** Mostly waits: a thousand edits of one file, one after the other, each watched over for a moment. Runs beside the others. */
const races = 'store/races.test.ts';

const notPlain = [...withProcesses, races];

/** @param {readonly import('./tally.mjs').Tally[]} tallies of tests that ran beside each other */
const together = (tallies) =>
  tallies.reduce((sum, one) => ({
    passed: sum.passed + one.passed,
    failed: sum.failed + one.failed,
    skipped: sum.skipped + one.skipped,
    finished: sum.finished && one.finished,
  }));

/**
 * The entries of a folder of test/unit; folders that hold tests with processes are opened, and those left out.
 * @param {string} folder
 * @returns {string[]}
 */
function plainUnitTests(folder = '') {
  return fs.readdirSync(inRoot('test/unit', folder), { withFileTypes: true }).flatMap((entry) => {
    const place = path.posix.join(folder, entry.name);
    if (notPlain.includes(place)) return [];
    if (!entry.isDirectory()) return place.endsWith('.test.ts') ? [`test/unit/${place}`] : [];
    return notPlain.some((other) => other.startsWith(`${place}/`))
      ? plainUnitTests(place)
      : [`test/unit/${place}`];
  });
}

/** Types, lint, format and the package: each check counts as one test. */
async function staticChecks() {
  const bin =
    (/** @type {string} */ file, /** @type {string[]} */ ...args) =>
    async () => {
      const result = await run(process.execPath, [inRoot('node_modules', file), ...args], {
        cwd: ROOT,
        quiet: true,
        timeoutMs: 600_000,
      });
      return result.code === 0
        ? []
        : [result.timedOut ? 'took longer than 10 minutes' : result.output.trim()];
    };
  /** @type {[string, () => Promise<string[]>][]} name, and what is wrong */
  const checks = [
    ['types', bin('typescript/bin/tsc', '--noEmit')],
    ['types of the face tests', bin('typescript/bin/tsc', '--noEmit', '-p', 'test/face')],
    ['lint', bin('eslint/bin/eslint.js', '.')],
    ['format', bin('prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.')],
    ['lock files', async () => checkLockFiles()],
    ['package', async () => checkPackage()],
  ];
  const tally = { ...emptyTally(), finished: true };
  // Two at a time: that is as many as the smallest machine has cores.
  const results = new Map();
  const waiting = [...checks];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) results.set(next[0], await next[1]());
  };
  await Promise.all([worker(), worker()]);
  for (const [name] of checks) {
    /** @type {string[]} */
    const wrong = results.get(name);
    if (wrong.length === 0) tally.passed++;
    else tally.failed++;
    console.log(wrong.length === 0 ? `  ✔ ${name}` : `  ✘ FAILED ${name}\n${wrong.join('\n')}`);
  }
  console.log(`  ${describePackage()}`);
  return tally;
}

/** @type {readonly Tier[]} */
export const TIERS = [
  { name: 'static', lane: 'alone', run: staticChecks },
  {
    name: 'unit',
    lane: 1,
    run: async (quiet) =>
      together(
        await Promise.all([
          mocha('unit', 10, quiet, plainUnitTests()),
          mocha('races', 10, true, [`test/unit/${races}`]),
        ]),
      ),
  },
  {
    name: 'processes',
    lane: 2,
    run: async (quiet) =>
      together(
        await Promise.all([
          mocha('processes', 12, quiet, ['test/unit/run']),
          mocha(
            'processes of the engine',
            12,
            true,
            withProcesses.filter((place) => place !== 'run').map((place) => `test/unit/${place}`),
          ),
        ]),
      ),
  },
  { name: 'corpus', lane: 1, run: (quiet) => mocha('corpus', 10, quiet) },
  {
    name: 'host',
    lane: 2,
    vscode: true,
    run: (quiet) => script('host', [inRoot('scripts/host.mjs'), '--no-build'], 15, quiet),
  },
  {
    name: 'pages',
    lane: 1,
    vscode: true,
    run: (quiet) => script('pages', [inRoot('scripts/face.mjs'), '--no-build', 'test/face/pages'], 15, quiet),
  },
  {
    name: 'face',
    lane: 'alone',
    vscode: true,
    run: (quiet) => script('face', [inRoot('scripts/face.mjs'), '--no-build', ...faceTests()], 20, quiet),
  },
];

/** Those in the real workbench; the pages by themselves are a tier of their own. */
function faceTests() {
  return fs
    .readdirSync(inRoot('test/face'))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `test/face/${name}`);
}
