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
 * @property {() => Promise<import('./tally.mjs').Tally>} run
 */

/**
 * Runs a script that keeps its tally in a file.
 * @param {string} name of the tier
 * @param {readonly string[]} args of Node
 * @param {number} minutes its limit
 */
async function script(name, args, minutes) {
  const file = path.join(OUT, 'test', `${name}.json`);
  fs.rmSync(file, { force: true });
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const { code, timedOut } = await run(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, CONDUCTOR_TALLY: file },
    timeoutMs: minutes * 60_000,
  });
  const tally = readTally(file);
  if (timedOut)
    console.log(`  ✘ FAILED the tier "${name}" took longer than ${minutes} minutes and was ended`);
  else if (!tally.finished) console.log(`  ✘ FAILED the tier "${name}" broke off (exit code ${code})`);
  else if (code !== 0 && tally.failed === 0)
    console.log(`  ✘ FAILED the tier "${name}" ended with code ${code}`);
  else return tally;
  return { ...tally, failed: tally.failed + 1 };
}

/** @param {string} name @param {number} minutes */
const mocha = (name, minutes) =>
  script(
    name,
    ['--import', 'tsx', inRoot('scripts/lib/runMocha.mjs'), '--timeout', '60000', `test/${name}`],
    minutes,
  );

/** Types, lint, format and the package: each check counts as one test. */
async function staticChecks() {
  const bin =
    (/** @type {string} */ file, /** @type {string[]} */ ...args) =>
    async () => {
      const result = await run(process.execPath, [inRoot('node_modules', file), ...args], {
        cwd: ROOT,
        quiet: true,
        timeoutMs: 300_000,
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
  { name: 'static', run: staticChecks },
  { name: 'unit', run: () => mocha('unit', 10) },
  { name: 'corpus', run: () => mocha('corpus', 10) },
  { name: 'host', vscode: true, run: () => script('host', [inRoot('scripts/host.mjs'), '--no-build'], 15) },
  { name: 'face', vscode: true, run: () => script('face', [inRoot('scripts/face.mjs'), '--no-build'], 20) },
];
