import { spawn, spawnSync } from 'node:child_process';

/**
 * Programs that this process started and that have not ended. Each leads a process group of its own, so that what it
 * started in turn can be ended with it; nothing outlives the script that asked for it.
 * @type {Set<import('node:child_process').ChildProcess>}
 */
const alive = new Set();
let guarded = false;

/** A script that ends, for whatever reason, takes its programs along. */
function guard() {
  if (guarded) return;
  guarded = true;
  process.on('exit', () => {
    for (const child of alive) killGroup(child, 'SIGKILL');
  });
  for (const [signal, code] of /** @type {const} */ ([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ])) {
    process.on(signal, () => {
      // Whoever wants to end in good order has added a listener of its own.
      if (process.listenerCount(signal) === 1) process.exit(code);
    });
  }
  endWithNpm();
}

/**
 * npm hands a signal on to the shell that it runs a script in, and that shell dies without telling the script. So a
 * script of npm's that loses its parent takes that for the signal.
 */
function endWithNpm() {
  const parent = process.ppid;
  if (process.platform === 'win32' || process.env['npm_lifecycle_event'] === undefined) return;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 300);
  watch.unref();
}

/**
 * Ends a program and everything that it started.
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
export function killGroup(child, signal) {
  if (child.pid === undefined) return;
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F']);
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group has ended already.
  }
}

/**
 * Starts a program in a process group of its own that ends with this script.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 */
export function start(command, args, options = {}) {
  guard();
  const child = spawn(command, [...args], { ...options, detached: process.platform !== 'win32' });
  alive.add(child);
  child.once('exit', () => alive.delete(child));
  child.once('error', () => alive.delete(child));
  return child;
}

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {number} [timeoutMs] after this the whole process group is ended
 * @property {boolean} [quiet] collect the output instead of showing it
 *
 * @typedef {object} RunResult
 * @property {number} code exit code; 128 or more when a signal ended it, 127 when it could not be started
 * @property {boolean} timedOut
 * @property {string} output what it printed, when `quiet`
 */

/**
 * Runs a program to its end, without a shell and without standard input. Never throws.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<RunResult>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = start(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', options.quiet ? 'pipe' : 'inherit', options.quiet ? 'pipe' : 'inherit'],
    });
    /** @type {Buffer[]} */
    const chunks = [];
    child.stdout?.on('data', (/** @type {Buffer} */ c) => chunks.push(c));
    child.stderr?.on('data', (/** @type {Buffer} */ c) => chunks.push(c));
    let timedOut = false;
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            killGroup(child, 'SIGKILL');
          }, options.timeoutMs);
    /** @param {number} code @param {string} [extra] */
    const end = (code, extra = '') => {
      clearTimeout(timer);
      killGroup(child, 'SIGKILL'); // what it left behind in its group
      resolve({ code, timedOut, output: Buffer.concat(chunks).toString('utf8') + extra });
    };
    child.once('error', (e) => end(127, `${command}: ${e.message}`));
    // `close`, not `exit`: the last of the output has been read by then. A left-behind grandchild that holds the pipe
    // open must not hold us up, so its group is ended as soon as the program itself has gone.
    child.once('exit', () => killGroup(child, 'SIGKILL'));
    child.once('close', (code, signal) => end(code ?? (signal ? 128 + 9 : 1)));
  });
}

/** Something that a person has to know or do before this script can go on. Printed without a stack. */
export class Needed extends Error {}

/**
 * Runs a program and throws `Needed` with its output when it fails.
 * @param {string} what in words, for the message
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 */
export async function must(what, command, args, options = {}) {
  const result = await run(command, args, options);
  if (result.code === 0) return result.output;
  const why = result.timedOut
    ? `took longer than ${(options.timeoutMs ?? 0) / 1000} s`
    : `ended with code ${result.code}`;
  // Where packages come from is this machine's own affair: hosts are left out of what may end up in a log.
  const output = excerpt(result.output.trim()).replace(/\bhttps?:\/\/[^\s/'"]+/g, '<host>');
  throw new Needed(`${what} failed: \`${[command, ...args].join(' ')}\` ${why}.\n${output}`);
}

/** Beginning and end of a long output: npm says first what is wrong, a compiler last. @param {string} text */
function excerpt(text) {
  const most = 2500;
  return text.length <= 2 * most ? text : `${text.slice(0, most)}\n[…]\n${text.slice(-most)}`;
}

/**
 * The npm that runs this script, or the one on the PATH: what to spawn and its first arguments.
 * @returns {{command: string, args: string[]}}
 */
function npm() {
  const cli = process.env['npm_execpath'];
  if (cli && /npm-cli\.c?js$/.test(cli)) return { command: process.execPath, args: [cli] };
  return { command: process.platform === 'win32' ? 'npm.cmd' : 'npm', args: [] };
}

/** The environment for an npm in another folder: without what the npm around us says about this one. */
function npmEnvironment() {
  /** @type {NodeJS.ProcessEnv} */
  const env = {};
  for (const [key, value] of Object.entries(process.env)) {
    if (/^npm_(package|lifecycle)_|^npm_(command|config_local_prefix)$|^INIT_CWD$/.test(key)) continue;
    env[key] = value;
  }
  return env;
}

/**
 * Runs npm and throws `Needed` when it fails.
 * @param {string} what in words, for the message
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 */
export async function mustNpm(what, args, options = {}) {
  const { command, args: first } = npm();
  return must(what, command, [...first, ...args], {
    quiet: true,
    ...options,
    env: { ...npmEnvironment(), ...options.env },
  });
}

/**
 * The end of every script: a `Needed` is printed as its message alone, anything else with its stack; exit code 1.
 * @param {() => Promise<number | void>} main the exit code, 0 by default
 */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (e) {
    console.error(e instanceof Needed ? `\n${e.message}` : e);
    process.exitCode = 1;
  }
}
