import fs from 'node:fs';
import { aptInstall, onPath } from './debian.mjs';
import { Needed } from './processes.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

function findBrowser() {
  const named = process.env['CHROMIUM'];
  if (named) {
    if (!fs.existsSync(named)) throw new Needed(`CHROMIUM names ${named}, which does not exist.`);
    return named;
  }
  for (const name of NAMES) {
    const file = onPath(name);
    if (file) return file;
  }
  return PLACES.find((file) => fs.existsSync(file));
}

/**
 * The Chromium that tests drive: `$CHROMIUM`, else one on the PATH, else Debian's, installed when that is allowed.
 * @returns {Promise<string>} its executable
 * @throws {Needed} with the one command to run
 */
export async function ensureBrowser() {
  const found = findBrowser();
  if (found) return found;
  try {
    await aptInstall(['chromium', 'fonts-dejavu-core']);
  } catch (e) {
    if (e instanceof Needed)
      throw new Needed(`The tests drive a Chromium browser, and none was found. ${e.message}`);
    throw e;
  }
  const installed = findBrowser();
  if (!installed)
    throw new Needed(
      'apt-get installed chromium, yet no such program is on the PATH. Name it in CHROMIUM=/path.',
    );
  return installed;
}

/**
 * What a headless Chromium is started with that reaches this machine and nothing else.
 * @param {string} executablePath
 */
const options = (executablePath) => ({
  executablePath,
  headless: true,
  args: [
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
    // The first is ours: with it Chromium parses each big script anew, although it keeps what it has compiled. The others
    // are of Playwright's own list, which this one replaces.
    `--disable-features=${[
      'BackgroundResourceFetch',
      'AvoidUnnecessaryBeforeUnloadCheckSync',
      'DestroyProfileOnBrowserClose',
      'HttpsUpgrades',
      'HttpsFirstBalancedModeAutoEnable',
      'PaintHolding',
      'ThirdPartyStoragePartitioning',
      'AvoidCorsURLLoaderRestartOnRedirect',
      'OptimizationHints',
      'MediaRouter',
    ].join(',')}`,
  ],
});

/**
 * Starts a headless Chromium that reaches this machine and nothing else.
 * @param {string} executablePath
 */
export async function launchBrowser(executablePath) {
  const { chromium } = await import('playwright-core');
  return chromium.launch(options(executablePath));
}

/**
 * Starts one whose pages share a profile: what one of them has loaded and compiled, the next need not again. They share
 * what pages store, too.
 * @param {string} executablePath
 * @param {string} profile the folder that keeps it
 */
export async function launchWithProfile(executablePath, profile) {
  const { chromium } = await import('playwright-core');
  return chromium.launchPersistentContext(profile, options(executablePath));
}
