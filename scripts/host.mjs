// Runs the tests of test/host/ inside the extension host of a real VS Code.
//   node scripts/host.mjs [--target current|oldest|desktop] [--run NAME] [--grep TEXT] [--no-build] [--log]
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBrowser } from './lib/browser.mjs';
import { runInDesktop } from './lib/desktop.mjs';
import { copyOfFixture } from './lib/fixtures.mjs';
import { openWithTests } from './lib/openWithTests.mjs';
import { ensurePackages } from './lib/packages.mjs';
import { inRoot, OUT, ROOT } from './lib/paths.mjs';
import { must, Needed, runMain } from './lib/processes.mjs';
import { readTally } from './lib/tally.mjs';
import { ensureVscode } from './lib/vscodeInstall.mjs';

const { values } = parseArgs({
  options: {
    target: { type: 'string', default: 'current' },
    run: { type: 'string' },
    grep: { type: 'string' },
    build: { type: 'boolean', default: true },
    log: { type: 'boolean', default: false },
  },
  allowNegative: true,
});

const RUN_LIMIT_MS = 300_000;

await runMain(async () => {
  if (!['current', 'oldest', 'desktop'].includes(values.target))
    throw new Needed(`--target is current, oldest or desktop, not ${values.target}.`);
  await ensurePackages();
  const { bundleHostTests, hostRuns } = await import('./lib/hostRuns.mjs');
  if (values.build) await must('The build', process.execPath, [inRoot('scripts/build.mjs'), '--production']);
  const runs = hostRuns().filter((r) => values.run === undefined || r.name === values.run);
  if (runs.length === 0) throw new Needed('No tests to run in the extension host.');

  const total = { passed: 0, failed: 0, skipped: 0, finished: true };
  for (const run of runs) {
    console.log(`\n${run.name}${run.fixture ? ` (a copy of ${run.fixture})` : ' (an empty window)'}`);
    const entry = await bundleHostTests(run);
    const copy = await copyOfFixture(run.fixture);
    const tallyFile = path.join(OUT, 'host', `${run.name}.json`);
    const output = path.join(OUT, 'host', `${run.name}.txt`);
    fs.rmSync(tallyFile, { force: true });
    fs.writeFileSync(output, '');
    const showing = showWhileWritten(output);
    const env = {
      CONDUCTOR_TALLY: tallyFile,
      CONDUCTOR_TEST_OUTPUT: output,
      CONDUCTOR_TEST_FOLDER: copy.folder,
      CONDUCTOR_TEST_ROOT: ROOT,
      ...(values.grep === undefined ? {} : { CONDUCTOR_TEST_GREP: values.grep }),
    };
    /** @type {string | undefined} */
    let why;
    try {
      const job = {
        name: run.name,
        entry,
        workspace: copy.workspace,
        env,
        restricted: run.restricted ?? false,
      };
      why = values.target === 'desktop' ? await runInDesktop(job) : await runInServer(job);
    } finally {
      showing.end();
      copy.remove();
    }
    const tally = readTally(tallyFile);
    // Ended early, or ended badly although every test that was counted passed: that is a failure too.
    if (!tally.finished || (why !== undefined && tally.failed === 0)) {
      tally.failed++;
      console.log(
        `  ✘ FAILED the run "${run.name}" did not come to its end: ${why ?? 'VS Code closed before it'}`,
      );
    }
    total.passed += tally.passed;
    total.failed += tally.failed;
    total.skipped += tally.skipped;
  }
  const forCaller = process.env['CONDUCTOR_TALLY'];
  if (forCaller) fs.writeFileSync(forCaller, JSON.stringify(total));
  else console.log(`\n${total.passed} passed, ${total.failed} failed`);
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
});

/**
 * @param {import('./lib/desktop.mjs').HostJob} job
 * @returns {Promise<string | undefined>} why it did not end well
 */
async function runInServer(job) {
  const screenshot = path.join(OUT, 'host', `${job.name}-failed.png`);
  const why = await openWithTests({
    ...job,
    vscode: await ensureVscode(values.target === 'oldest' ? 'oldest' : 'current'),
    executable: await ensureBrowser(),
    screenshot,
    limitMs: RUN_LIMIT_MS,
    ...(values.log ? { log: (line) => console.log(`    ${line}`) } : {}),
  });
  return why && `${why} (see ${path.relative(ROOT, screenshot)})`;
}

/**
 * Prints what another process writes to a file, while it does.
 * @param {string} file
 */
function showWhileWritten(file) {
  let shown = 0;
  const show = () => {
    const text = fs.readFileSync(file);
    if (text.length > shown) process.stdout.write(text.subarray(shown));
    shown = text.length;
  };
  const timer = setInterval(show, 200);
  return {
    end() {
      clearInterval(timer);
      show();
    },
  };
}
