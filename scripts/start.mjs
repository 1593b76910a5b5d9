// Opens the extension on a copy of the sample project: in desktop VS Code when `code` is on the PATH, else in a real
// workbench on 127.0.0.1 that runs until Ctrl+C.
//   npm start -- [--port N] [--no-open] [--workbench] [--fresh]
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { onPath } from './lib/debian.mjs';
import { copyAsRepository } from './lib/fixtures.mjs';
import { ensurePackages } from './lib/packages.mjs';
import { packageVsix } from './lib/packageVsix.mjs';
import { inRoot, ROOT } from './lib/paths.mjs';
import { must, Needed, run, runMain, start } from './lib/processes.mjs';
import { ensureVscode } from './lib/vscodeInstall.mjs';
import { portIsFree, startServer } from './lib/vscodeServer.mjs';

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    open: { type: 'boolean', default: true },
    workbench: { type: 'boolean', default: false },
    fresh: { type: 'boolean', default: false },
    prepare: { type: 'boolean', default: false }, // lay the sample and leave it at that
  },
  allowNegative: true,
});

const SANDBOX = inRoot('.sandbox');
const DEFAULT_PORT = 7420;

await runMain(async () => {
  const port = portOf(values.port);
  await ensurePackages();
  const project = await sandbox();
  if (values.prepare) return 0;
  if (!values.workbench && port === undefined && (await openInDesktop(project))) return 0;
  return openInWorkbench(project, port);
});

/** @param {string | undefined} text */
function portOf(text) {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new Needed(`--port takes a number from 1 to 65535, not ${text}.`);
  return port;
}

/**
 * The copy of the sample that a person may change as they like: kept between starts, laid anew with --fresh.
 * @returns {Promise<string>} its folder
 */
async function sandbox() {
  const project = path.join(SANDBOX, 'harbor-goods');
  if (values.fresh) fs.rmSync(project, { recursive: true, force: true });
  if (!fs.existsSync(path.join(project, '.git'))) {
    fs.rmSync(project, { recursive: true, force: true });
    await copyAsRepository(inRoot('sample'), project, { live: true });
  } else console.log('The sample is as you left it; `npm start -- --fresh` lays it anew.');
  return project;
}

/**
 * Opens the project in desktop VS Code with the extension under development.
 * @param {string} project
 * @returns {Promise<boolean>} false: there is none that could show a window here
 */
async function openInDesktop(project) {
  const code = onPath('code');
  const noDisplay =
    process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY'];
  // In a terminal of a remote VS Code, `code` cannot load an extension under development.
  if (!code || noDisplay || process.env['VSCODE_IPC_HOOK_CLI']) return false;
  await must('The build', process.execPath, [inRoot('scripts/build.mjs')]);
  const args = [`--extensionDevelopmentPath=${ROOT}`, '--new-window', project];
  // `code` is a batch file on Windows, which only cmd can run; it ends when VS Code has taken the request.
  const { code: exit, output } =
    process.platform === 'win32'
      ? await run('cmd.exe', ['/d', '/c', 'code', ...args], { quiet: true, timeoutMs: 60_000 })
      : await run(code, args, { quiet: true, timeoutMs: 60_000 });
  if (exit !== 0) {
    console.warn(`\`code\` ended with code ${exit}; going on in a browser.\n${output.trim()}`);
    return false;
  }
  console.log(`Conductor is open in VS Code on ${project}`);
  return true;
}

/**
 * Serves a workbench until it is asked to end.
 * @param {string} project
 * @param {number | undefined} wanted the port
 */
async function openInWorkbench(project, wanted) {
  const vscode = await ensureVscode('current');
  if (wanted !== undefined && !(await portIsFree(wanted)))
    throw new Needed(`Port ${wanted} is in use. Choose another: npm start -- --port ${wanted + 1}`);
  const port = wanted ?? ((await portIsFree(DEFAULT_PORT)) ? DEFAULT_PORT : undefined);
  console.log('Packing the extension …');
  const vsix = inRoot(await packageVsix());
  const server = await startServer(vscode, {
    dir: path.join(SANDBOX, 'vscode'),
    home: process.env['HOME'] ?? SANDBOX,
    ...(port === undefined ? {} : { port }),
    vsix: [vsix],
  });
  const url = server.url(project);
  console.log(`\nConductor is open at ${url}\nCtrl+C ends it.`);
  if (values.open) openBrowser(url);

  let ending = false;
  /** @type {Promise<number>} */
  const end = new Promise((resolve) => {
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
      process.once(signal, () => {
        ending = true;
        resolve(0);
      });
    server.process.once('exit', (code) => {
      if (ending) return;
      console.error(
        `VS Code's server ended by itself (${code ?? 'killed'}). It said:\n${server.log().slice(-2000)}`,
      );
      resolve(1);
    });
  });
  const code = await end;
  if (code === 0) {
    await server.stop();
    console.log('\nEnded.');
  }
  return code;
}

/** Shows the page to the person, where there is one with a screen. @param {string} url */
function openBrowser(url) {
  if (process.env['CI']) return;
  const opener = process.platform === 'darwin' ? 'open' : onPath('xdg-open');
  if (!opener || (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']))
    return;
  start(opener, [url], { stdio: 'ignore' }).once('error', () =>
    console.log('(No browser could be opened; open the address yourself.)'),
  );
}
