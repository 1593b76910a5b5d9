// Runs the tests of test/face/: a real workbench in a browser with the packaged extension.
//   node scripts/face.mjs [--grep TEXT] [--no-build] [--pictures] [FILE…]
// With --pictures the pictures that the README shows are taken over into docs/images/.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBrowser } from './lib/browser.mjs';
import { ensurePackages } from './lib/packages.mjs';
import { packageVsix } from './lib/packageVsix.mjs';
import { inRoot } from './lib/paths.mjs';
import { run, runMain } from './lib/processes.mjs';
import { readTally } from './lib/tally.mjs';
import { ensureVscode } from './lib/vscodeInstall.mjs';

const { values, positionals } = parseArgs({
  options: {
    grep: { type: 'string' },
    build: { type: 'boolean', default: true },
    pictures: { type: 'boolean', default: false },
  },
  allowPositionals: true,
  allowNegative: true,
});

await runMain(async () => {
  await ensurePackages();
  fs.rmSync(inRoot('out/face'), { recursive: true, force: true });
  await ensureVscode('current');
  await ensureBrowser();
  if (values.build) await packageVsix();
  const tally = process.env['CONDUCTOR_TALLY'] ?? inRoot('out/face/tally.json');
  const { code } = await run(
    process.execPath,
    [
      ...['--import', 'tsx', inRoot('scripts/lib/runMocha.mjs'), '--every', '--timeout', '60000'],
      ...(values.grep === undefined ? [] : ['--grep', values.grep]),
      ...(positionals.length > 0 ? positionals : ['test/face']),
    ],
    { cwd: inRoot(), env: { ...process.env, CONDUCTOR_TALLY: tally } },
  );
  const { passed, failed } = readTally(tally);
  if (!process.env['CONDUCTOR_TALLY']) console.log(`\n${passed} passed, ${failed} failed`);
  if (values.pictures && code === 0) takeOver(inRoot('out/face'), inRoot('docs/images'));
  return passed === 0 ? 1 : code;
});

/** Copies the pictures that the README and the docs show. @param {string} from @param {string} to */
function takeOver(from, to) {
  fs.mkdirSync(to, { recursive: true });
  for (const name of fs.readdirSync(from))
    if (/^(?:sidebar-(?!welcome).*|step-loop|needs-you-.*|agents-output|panel-.*)\.png$/.test(name))
      fs.copyFileSync(path.join(from, name), path.join(to, name));
}
