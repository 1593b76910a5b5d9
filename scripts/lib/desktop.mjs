import { ROOT } from './paths.mjs';
import { Needed } from './processes.mjs';

/**
 * Tests to run in one extension host.
 * @typedef {object} HostJob
 * @property {string} name
 * @property {string} entry the module whose `run` VS Code calls, absolute
 * @property {string | undefined} workspace what to open
 * @property {NodeJS.ProcessEnv} env
 * @property {boolean} restricted the workspace is not trusted
 */

/**
 * Runs tests in the desktop VS Code, which is downloaded first (or named in VSCODE_EXECUTABLE).
 * @param {HostJob} job
 * @returns {Promise<string | undefined>} why they did not end well
 * @throws {Needed} when it cannot be had or shown here
 */
export async function runInDesktop(job) {
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY'])
    throw new Needed(
      'Desktop VS Code needs a display and there is none. With Xvfb: `xvfb-run -a npm run test:desktop`.\n' +
        'The same tests run without a display in a browser: `npm test`.',
    );
  const { downloadAndUnzipVSCode, runTests } = await import('@vscode/test-electron');
  let executable = process.env['VSCODE_EXECUTABLE'];
  if (!executable) {
    try {
      executable = await downloadAndUnzipVSCode({
        version: process.env['VSCODE_VERSION'] ?? 'stable',
        extractSync: true,
      });
    } catch (e) {
      throw new Needed(
        `Desktop VS Code could not be downloaded: ${e instanceof Error ? e.message : String(e)}\n` +
          'Its download site must be reachable, or name an installed one: VSCODE_EXECUTABLE=/path/to/code npm run test:desktop.\n' +
          'The same tests run in a real VS Code from the npm registry alone: `npm test`.',
      );
    }
  }
  try {
    await runTests({
      vscodeExecutablePath: executable,
      extensionDevelopmentPath: ROOT,
      extensionTestsPath: job.entry,
      launchArgs: [
        ...(job.workspace === undefined ? [] : [job.workspace]),
        '--disable-extensions',
        ...(job.restricted ? [] : ['--disable-workspace-trust']),
      ],
      extensionTestsEnv: job.env,
    });
    return undefined;
  } catch (e) {
    return e instanceof Error ? e.message : String(e);
  }
}
