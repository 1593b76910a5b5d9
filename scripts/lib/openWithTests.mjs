import { launchBrowser } from './browser.mjs';
import { ROOT } from './paths.mjs';
import { startServer } from './vscodeServer.mjs';

/**
 * @typedef {object} InHostJob
 * @property {import('./vscodeInstall.mjs').VscodeInstall} vscode
 * @property {string} executable of the browser
 * @property {string} entry the module whose `run` VS Code calls in its extension host, absolute
 * @property {string | undefined} workspace what to open
 * @property {NodeJS.ProcessEnv} env of the extension host
 * @property {Record<string, unknown>} [settings]
 * @property {boolean} [restricted] the workspace is not trusted
 * @property {string} [screenshot] where a picture goes when it does not end well
 * @property {(line: string) => void} [log] gets the console of workbench and extension host
 * @property {number} limitMs
 */

/**
 * Opens VS Code with this extension under development and lets it call a module in the extension host, as desktop VS Code
 * does with `--extensionTestsPath`.
 * @param {InHostJob} job
 * @returns {Promise<string | undefined>} why it did not end well
 */
export async function openWithTests(job) {
  const server = await startServer(job.vscode, {
    inHostTests: true,
    env: job.env,
    askForTrust: job.restricted ?? false,
    ...(job.settings ? { settings: job.settings } : {}),
  });
  const browser = await launchBrowser(job.executable);
  try {
    const page = await (await browser.newContext({ viewport: { width: 1400, height: 900 } })).newPage();
    // VS Code calls these two when they exist: the console of workbench and extension host, and the end of the tests.
    await page.exposeFunction(
      'codeAutomationLog',
      (/** @type {string} */ type, /** @type {unknown[]} */ args) =>
        job.log?.(`[${type}] ${args.map(String).join(' ')}`),
    );
    /** @type {(code: number) => void} */
    let ended = () => undefined;
    /** @type {Promise<number>} */
    const done = new Promise((resolve) => (ended = resolve));
    await page.exposeFunction('codeAutomationExit', (/** @type {number} */ code) => ended(code));
    const uri = (/** @type {string} */ file) => `vscode-remote://${server.authority}${file}`;
    const payload = JSON.stringify([
      ['extensionDevelopmentPath', uri(ROOT)],
      ['extensionTestsPath', uri(job.entry)],
    ]);
    await page.goto(`${server.url(job.workspace)}&payload=${encodeURIComponent(payload)}`);
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    const late = new Promise((resolve) => (timer = setTimeout(() => resolve('late'), job.limitMs)));
    const code = await Promise.race([done, late]);
    clearTimeout(timer);
    if (code === 0) return undefined;
    if (job.screenshot) await page.screenshot({ path: job.screenshot }).catch(() => undefined);
    return code === 'late'
      ? `no end after ${job.limitMs / 1000} s`
      : `VS Code ended it with code ${String(code)}`;
  } finally {
    await browser.close();
    await server.stop();
  }
}
