// Makes a copy of the sample project look alive: `node scripts/sample-times.mjs <copied sample dir>`.
// Shifts every timestamp in its message buses by one and the same amount, so that the newest thing that has happened
// was a minute ago. Expiry times move along (and so lie in the future, as those of live locks do).
// The text is otherwise left as it is. Run it on a copy: the sample in the repository keeps its fixed dates.
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const timestamp = /("expires_at"\s*:\s*)?"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z)"/g;

/**
 * Epoch ms of the newest timestamp in the text that is not an expiry; undefined when there is none.
 * @param {string} text
 */
export function newestTime(text) {
  /** @type {number | undefined} */
  let newest;
  for (const [, expiry, time = ''] of text.matchAll(timestamp)) {
    const at = Date.parse(time);
    if (expiry === undefined && !Number.isNaN(at) && (newest === undefined || at > newest)) newest = at;
  }
  return newest;
}

/**
 * The text with each timestamp moved by `byMs`, to the second.
 * @param {string} text
 * @param {number} byMs
 */
export function shiftTimes(text, byMs) {
  return text.replace(timestamp, (whole, /** @type {string} */ expiry = '', /** @type {string} */ time) => {
    const at = Date.parse(time);
    if (Number.isNaN(at)) return whole;
    return `${expiry}"${new Date(at + byMs).toISOString().replace(/\.\d+Z$/, 'Z')}"`;
  });
}

/**
 * Shifts all buses under `folder`; returns the paths of the files that were written.
 * @param {string} folder
 */
export async function freshenSample(folder, now = Date.now()) {
  const files = (await readdir(folder, { recursive: true }))
    .filter((name) => name.split(path.sep).includes('.message-bus') && /\.jsonl?$/.test(name))
    .map((name) => path.join(folder, name));
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  const newest = Math.max(...texts.map((text) => newestTime(text) ?? Number.NEGATIVE_INFINITY));
  if (!Number.isFinite(newest)) return [];
  const byMs = Math.floor((now - 60_000 - newest) / 1000) * 1000;
  await Promise.all(files.map((file, index) => writeFile(file, shiftTimes(texts[index] ?? '', byMs))));
  return files;
}

/** @param {string | undefined} folder */
async function main(folder) {
  if (!folder || !(await stat(folder).catch(() => undefined))?.isDirectory()) {
    console.error('Usage: node scripts/sample-times.mjs <folder with a copy of the sample>');
    process.exitCode = 2;
    return;
  }
  if (path.resolve(folder) === path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', 'sample')) {
    console.error('That is the sample itself. Copy it first: its dates are fixed on purpose.');
    process.exitCode = 2;
    return;
  }
  const files = await freshenSample(folder);
  console.log(`Moved the times of ${files.length} message bus files in ${folder}.`);
}

// No top-level await: tests load this module by require() as well.
if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) void main(process.argv[2]);
