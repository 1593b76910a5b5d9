// How a scripted agent reads and writes the files of its track: as agents do, with its own tools.
import fs from 'node:fs';
import path from 'node:path';
import { bus, id, projectRoot, trackFolder } from './environment.mjs';

export const metadataFile = path.join(trackFolder, 'metadata.json');
export const planFile = path.join(trackFolder, 'plan.md');

/** @param {number} ms */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export const now = () => new Date().toISOString();

/** @param {string} file */
export const readText = (file) => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '');

/** Beside it and renamed, so that nobody reads half of it. @param {string} file @param {string} text */
export function replace(file, text) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const beside = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(beside, text);
  fs.renameSync(beside, file);
}

/**
 * While holding the lock folder of a file (FORMATS §4.7).
 * @template T @param {string} folder @param {() => T} work
 */
export async function withLockFolder(folder, work) {
  for (;;) {
    try {
      fs.mkdirSync(folder);
      break;
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
      await pause(10);
    }
  }
  try {
    return work();
  } finally {
    fs.rmdirSync(folder);
  }
}

export const metadataLock = path.join(trackFolder, '.metadata.lock');

/** @returns {any} */
export const readMetadata = () => JSON.parse(readText(metadataFile) || '{}');

/** @param {(metadata: any) => void} change */
export function changeMetadata(change) {
  return withLockFolder(metadataLock, () => {
    const metadata = readMetadata();
    change(metadata);
    replace(metadataFile, `${JSON.stringify(metadata, null, 2)}\n`);
  });
}

/** @param {(text: string) => string} change */
export function changePlan(change) {
  return withLockFolder(`${planFile}.lock`, () => replace(planFile, change(readText(planFile))));
}

/** One whole line, in one write. @param {string} file @param {object} value */
export function appendLine(file, value) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.appendFileSync(file, `${JSON.stringify(value)}\n`);
}

/** @param {string} type @param {object} payload @param {string} [source] */
export function post(type, payload, source = id) {
  // Hundreds of agents start in a test run: node:crypto and node:child_process are left out where they are not needed.
  const message = {
    id: `msg-${process.pid}-${process.hrtime.bigint()}`,
    type,
    source,
    timestamp: now(),
    payload,
  };
  appendLine(path.join(bus, 'queue.jsonl'), message);
}

/** @param {string} name @param {string} [text] */
export function postEvent(name, text = '') {
  fs.mkdirSync(path.join(bus, 'events'), { recursive: true });
  fs.writeFileSync(path.join(bus, 'events', `${name}.event`), text);
}

/** The node of a task in the dag of plan.md. @param {string} task */
export function nodeOf(task) {
  const block = readText(planFile)
    .split(/^\s*- id:/m)
    .find((part) => part.trimStart().startsWith(`"${task}"`));
  const files = /files: \[([^\]]*)\]/.exec(block ?? '')?.[1] ?? '';
  const name = /name: "([^"]*)"/.exec(block ?? '')?.[1] ?? task;
  return { name, files: [...files.matchAll(/"([^"]+)"/g)].map(([, file]) => String(file)) };
}

/**
 * Commits these files where the project is a git repository in whose name somebody may commit; other agents may commit
 * at the same time.
 * @param {string[]} files relative to the project @param {string} message
 */
export async function commit(files, message) {
  if (files.length === 0 || !fs.existsSync(path.join(projectRoot, '.git'))) return undefined;
  const { execFileSync } = await import('node:child_process');
  const git = (/** @type {string[]} */ ...args) =>
    execFileSync('git', args, { cwd: projectRoot, stdio: ['ignore', 'pipe', 'pipe'] }).toString();
  for (let left = 200; ; left--) {
    try {
      git('add', '--', ...files);
      // What an earlier try has committed, although git then complained, is there.
      if (git('status', '--porcelain', '--', ...files) !== '')
        git('commit', '-q', '-m', message, '--', ...files);
      return git('log', '-1', '--format=%h', '--', ...files).trim();
    } catch (error) {
      const said = String(/** @type {{stderr?: Buffer}} */ (error).stderr ?? '');
      if (/tell me who you are/i.test(said)) return undefined;
      // Others hold its locks, or have just changed what it read.
      if (left === 0) throw error;
      await pause(20);
    }
  }
}
