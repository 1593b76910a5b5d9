import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { killGroup, must, Needed, start } from './processes.mjs';

/** Quiet, offline, and the same on every machine. */
const SETTINGS = {
  'chat.disableAIFeatures': true,
  'chat.agentHost.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.enableExperiments': false,
  'workbench.tips.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
};

const NO_GALLERY = JSON.stringify({
  serviceUrl: '',
  itemUrl: '',
  resourceUrlTemplate: '',
  controlUrl: '',
  recommendationsUrl: '',
});

/**
 * @typedef {object} ServerOptions
 * @property {string} [dir] where it keeps everything it writes; a new temporary folder, removed by `stop`, by default
 * @property {string} [home] its HOME; below `dir` by default
 * @property {number} [port] a free one by default
 * @property {Record<string, unknown>} [settings] user settings besides the quiet ones
 * @property {NodeJS.ProcessEnv} [env]
 * @property {readonly string[]} [vsix] packaged extensions to install first
 * @property {boolean} [inHostTests] started for tests inside the extension host: it then hides notification toasts
 * @property {boolean} [askForTrust] workspaces are restricted until trusted; by default all are trusted
 *
 * @typedef {object} Server
 * @property {string} dir
 * @property {number} port
 * @property {string} authority
 * @property {string} settingsFile the user settings, read live
 * @property {import('node:child_process').ChildProcess} process
 * @property {() => string} log what it printed so far
 * @property {(workspace?: string) => string} url of the workbench; a folder, a .code-workspace file, or an empty window
 * @property {() => Promise<void>} stop
 */

/**
 * Starts a VS Code server on 127.0.0.1.
 * @param {import('./vscodeInstall.mjs').VscodeInstall} vscode
 * @param {ServerOptions} [options]
 * @returns {Promise<Server>}
 */
export async function startServer(vscode, options = {}) {
  const dir = options.dir ?? fs.mkdtempSync(path.join(os.tmpdir(), 'conductor-vscode-'));
  const user = path.join(dir, 'user');
  const extensions = path.join(dir, 'extensions');
  const home = options.home ?? path.join(dir, 'home');
  for (const folder of [path.join(user, 'User'), extensions, home]) fs.mkdirSync(folder, { recursive: true });
  const settingsFile = path.join(user, 'User/settings.json');
  // A folder that is kept between starts keeps its person's own settings.
  if (options.dir === undefined || !fs.existsSync(settingsFile))
    writeSettings(settingsFile, options.settings);

  const env = environment(options, home);
  // A configuration of its own: code-server would write one into the person's home otherwise.
  const config = path.join(dir, 'config.yaml');
  const base = [vscode.entry, '--config', config, '--user-data-dir', user, '--extensions-dir', extensions];
  for (const file of options.vsix ?? [])
    await must(
      'Installing the extension',
      vscode.node,
      [...base, '--install-extension', path.resolve(file), '--force'],
      {
        env,
        quiet: true,
        timeoutMs: 120_000,
      },
    );

  const port = options.port ?? (await freePort());
  const logFile = path.join(dir, 'server.log');
  const log = fs.openSync(logFile, 'w');
  const child = start(
    vscode.node,
    [
      ...base,
      '--bind-addr',
      `127.0.0.1:${port}`,
      '--auth',
      'none',
      '--disable-telemetry',
      '--disable-update-check',
      '--disable-getting-started-override',
      '--ignore-last-opened',
      ...(options.askForTrust ? [] : ['--disable-workspace-trust']),
      ...(options.inHostTests && vscode.smokeTestDriver
        ? ['--vscode-option', 'enable-smoke-test-driver']
        : []),
    ],
    { env, stdio: ['ignore', log, log] },
  );
  fs.closeSync(log);
  let ended = false;
  const exited = new Promise((resolve) => {
    child.once('exit', resolve);
    child.once('error', resolve);
  }).then(() => (ended = true));
  const readLog = () => fs.readFileSync(logFile, 'utf8');
  const giveUp = Date.now() + 60_000;
  while (!(await answers(port))) {
    if (ended || Date.now() > giveUp) {
      killGroup(child, 'SIGKILL');
      throw new Needed(`VS Code's server did not start. It said:\n${readLog().slice(-4000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    dir,
    port,
    authority: `127.0.0.1:${port}`,
    settingsFile,
    process: child,
    log: readLog,
    url: (workspace) => urlOf(port, workspace),
    async stop() {
      killGroup(child, 'SIGTERM');
      await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, 5000))]);
      killGroup(child, 'SIGKILL');
      await exited;
      if (options.dir === undefined)
        fs.rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

/**
 * Writes user settings; a running VS Code reads them at once.
 * @param {string} file
 * @param {Record<string, unknown>} [settings] besides the quiet ones
 */
export function writeSettings(file, settings = {}) {
  fs.writeFileSync(file, JSON.stringify({ ...SETTINGS, ...settings }, null, 2));
}

/** @param {number} port @param {string} [workspace] */
function urlOf(port, workspace) {
  if (workspace === undefined) return `http://127.0.0.1:${port}/?ew=true`;
  const kind = workspace.endsWith('.code-workspace') ? 'workspace' : 'folder';
  return `http://127.0.0.1:${port}/?${kind}=${encodeURIComponent(workspace).replaceAll('%2F', '/')}`;
}

/** @param {ServerOptions} options @param {string} home */
function environment(options, home) {
  /** @type {NodeJS.ProcessEnv} */
  const env = { ...process.env, EXTENSIONS_GALLERY: NO_GALLERY, ...options.env };
  if (options.home === undefined)
    Object.assign(env, {
      HOME: home,
      XDG_CONFIG_HOME: path.join(home, '.config'),
      XDG_DATA_HOME: path.join(home, '.local/share'),
      XDG_CACHE_HOME: path.join(home, '.cache'),
      // No identity and no hooks of this machine's owner: the same git everywhere.
      GIT_CONFIG_GLOBAL: '/dev/null',
    });
  for (const key of ['PORT', 'PASSWORD', 'HASHED_PASSWORD', 'NODE_OPTIONS', 'VSCODE_IPC_HOOK_CLI'])
    delete env[key];
  for (const key of Object.keys(env)) if (key.startsWith('npm_')) delete env[key];
  return env;
}

/** @returns {Promise<number>} a port of 127.0.0.1 that nobody uses */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** @param {number} port */
export function portIsFree(port) {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** @param {number} port @returns {Promise<boolean>} */
function answers(port) {
  return new Promise((resolve) => {
    const request = http.get({ host: '127.0.0.1', port, path: '/healthz', timeout: 2000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
  });
}
