// Installs what the tests lack, runs every tier, and closes with the line `N passed, N failed`.
//   node scripts/test.mjs [--only unit,corpus,…]
import { parseArgs } from 'node:util';
import { ensurePackages } from './lib/packages.mjs';
import { Needed, runMain } from './lib/processes.mjs';
import { emptyTally } from './lib/tally.mjs';

const { values } = parseArgs({ options: { only: { type: 'string' } } });

await runMain(async () => {
  const started = Date.now();
  await ensurePackages();
  // From here on packages are there to import.
  const { TIERS } = await import('./lib/tiers.mjs');
  const wanted = values.only?.split(',');
  const unknown = wanted?.filter((name) => !TIERS.some((t) => t.name === name)) ?? [];
  if (unknown.length > 0)
    throw new Needed(
      `No such tier: ${unknown.join(', ')}. There are ${TIERS.map((t) => t.name).join(', ')}.`,
    );
  const tiers = TIERS.filter((t) => wanted === undefined || wanted.includes(t.name));

  // Mostly waits for the network and the disk: meanwhile run the tiers that need no VS Code.
  /** @type {Promise<string | undefined>} why tiers that need a VS Code cannot run */
  const installing = tiers.some((t) => t.vscode) ? messageOf(installVscode) : Promise.resolve(undefined);
  installing.catch(() => undefined); // told where it is waited for
  /** @type {string | undefined} why there is no package to test */
  let unpacked;
  if (tiers.some((t) => t.vscode || t.name === 'static')) unpacked = await messageOf(pack);
  if (unpacked) console.log(unpacked);

  /** @type {Map<string, string>} */
  const summary = new Map();
  const total = emptyTally();
  /** @param {typeof tiers[number]} tier @param {boolean} quiet */
  const runTier = async (tier, quiet) => {
    if (!quiet) console.log(`\n— ${tier.name} —`);
    const why = tier.vscode ? ((await installing) ?? unpacked) : undefined;
    const from = Date.now();
    let tally;
    if (why) {
      console.log(`  ✘ FAILED ${tier.name} cannot run: ${why}`);
      tally = { ...emptyTally(), failed: 1 };
    } else {
      tally = await tier.run(quiet);
      if (tally.passed + tally.failed === 0) {
        console.log(`  ✘ FAILED the tier "${tier.name}" ran no test`);
        tally = { ...tally, failed: 1 };
      }
    }
    total.passed += tally.passed;
    total.failed += tally.failed;
    total.skipped += tally.skipped;
    console.log(`  ${((Date.now() - from) / 1000).toFixed(1)} s`);
    summary.set(tier.name, `${tier.name}: ${closingLine(tally)}`);
  };
  /** @param {1 | 2} lane */
  const runLane = async (lane) => {
    for (const tier of tiers.filter((t) => t.lane === lane)) await runTier(tier, beside);
  };
  const beside = [1, 2].every((lane) => tiers.some((t) => t.lane === lane));
  const [first, ...others] = tiers.filter((t) => t.lane === 'alone');
  if (first?.name === 'static') await runTier(first, false);
  if (beside) console.log('\nTwo lanes run beside each other; each tier is printed when it has ended.');
  await Promise.all([runLane(1), runLane(2)]);
  for (const tier of first?.name === 'static' ? others : first ? [first, ...others] : [])
    await runTier(tier, false);
  const lacking = await installing;
  if (lacking) console.log(`\n${lacking}`);
  console.log(
    `\nAll in ${((Date.now() - started) / 1000).toFixed(0)} s\n${tiers.map(({ name }) => summary.get(name)).join('\n')}\n\n${closingLine(total)}`,
  );
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
});

/** @param {import('./lib/tally.mjs').Tally} t */
function closingLine(t) {
  return `${t.passed} passed, ${t.failed} failed${t.skipped > 0 ? `, ${t.skipped} skipped` : ''}`;
}

async function installVscode() {
  const { ensureBrowser } = await import('./lib/browser.mjs');
  const { ensureVscode } = await import('./lib/vscodeInstall.mjs');
  await ensureBrowser();
  await ensureVscode('current');
}

async function pack() {
  const { packageVsix } = await import('./lib/packageVsix.mjs');
  await packageVsix();
}

/**
 * @param {() => Promise<void>} step
 * @returns {Promise<string | undefined>} what a person must know or do when it failed
 */
async function messageOf(step) {
  try {
    await step();
    return undefined;
  } catch (e) {
    if (e instanceof Needed) return e.message;
    throw e;
  }
}
