import fs from 'node:fs';
import path from 'node:path';
import { inRoot, OUT } from './paths.mjs';

/** Where the build writes the sizes down. */
export const BUNDLES_FILE = path.join(OUT, 'bundles.json');

/**
 * @typedef {object} BundleSize in bytes
 * @property {string} name of the entry, below dist/
 * @property {number} atOnce the entry and the chunks that it loads when it is loaded
 * @property {number} all these and the chunks that it may load later
 * @property {number} [budget] the most that `atOnce` may be
 */

/**
 * @param {string} name
 * @returns {number | undefined} what DESIGN §8 allows
 */
function budgetOf(name) {
  if (name === 'extension.js') return 400_000;
  return name.startsWith('webview/') ? 200_000 : undefined;
}

/**
 * The sizes of the entries of a build, as the files are on disk.
 * @param {readonly import('esbuild').Metafile[]} built
 * @returns {BundleSize[]}
 */
export function bundleSizes(built) {
  return built.flatMap(({ outputs }) =>
    Object.entries(outputs)
      // A chunk is the entry point of a dynamic import, too.
      .filter(([file, output]) => output.entryPoint !== undefined && !file.startsWith('dist/chunks/'))
      .map(([file]) => {
        const name = file.replace(/^dist\//, '');
        const budget = budgetOf(name);
        return {
          name,
          atOnce: weight(outputs, file, false),
          all: weight(outputs, file, true),
          ...(budget === undefined ? {} : { budget }),
        };
      }),
  );
}

/**
 * @param {import('esbuild').Metafile['outputs']} outputs
 * @param {string} entry
 * @param {boolean} later whether what is loaded later counts, too
 */
function weight(outputs, entry, later) {
  const seen = new Set([entry]);
  for (const file of seen)
    for (const { path: target, kind } of outputs[file]?.imports ?? [])
      if (outputs[target] && (later || kind === 'import-statement')) seen.add(target);
  return [...seen].reduce((sum, file) => sum + fs.statSync(inRoot(file)).size, 0);
}

/** @returns {BundleSize[]} as the last build wrote them down; none when there was no build */
export function readBundleSizes() {
  return fs.existsSync(BUNDLES_FILE) ? JSON.parse(fs.readFileSync(BUNDLES_FILE, 'utf8')) : [];
}
