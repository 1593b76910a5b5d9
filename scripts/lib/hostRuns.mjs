import fs from 'node:fs';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { inRoot, ROOT } from './paths.mjs';

/**
 * One start of VS Code with the tests that run in its extension host.
 * @typedef {object} HostRun
 * @property {string} name
 * @property {string} tests folder of its *.test.ts files (folders below it are other runs)
 * @property {string} [fixture] folder whose copy is opened, as a folder or by the .code-workspace file in it; none: an empty window
 * @property {boolean} [restricted] the workspace is not trusted
 */

/** @type {readonly HostRun[]} */
const RUNS = [
  { name: 'folder', tests: 'test/host', fixture: 'test/fixtures/workspace' },
  { name: 'multi-root', tests: 'test/host/multi-root', fixture: 'test/fixtures/multi-root' },
  { name: 'empty', tests: 'test/host/empty' },
  { name: 'restricted', tests: 'test/host/restricted', fixture: 'test/fixtures/workspace', restricted: true },
];

/** @param {string} folder below the root */
function testFiles(folder) {
  if (!fs.existsSync(inRoot(folder))) return [];
  return fs
    .readdirSync(inRoot(folder))
    .filter((f) => f.endsWith('.test.ts'))
    .map((f) => path.posix.join(folder, f));
}

/** The runs that have tests. @returns {readonly HostRun[]} */
export const hostRuns = () => RUNS.filter((r) => testFiles(r.tests).length > 0);

/**
 * Bundles a run's tests for the extension host, each file on its own, beside the entry that VS Code calls.
 * @param {HostRun} run
 * @returns {Promise<string>} the entry, absolute
 */
export async function bundleHostTests(run) {
  const out = inRoot('out/host', run.name);
  fs.rmSync(out, { recursive: true, force: true });
  await esbuild.build({
    absWorkingDir: ROOT,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    mainFields: ['module', 'main'],
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
    logLevel: 'warning',
    entryPoints: [
      { in: inRoot('test/host/run.ts'), out: 'run' },
      ...testFiles(run.tests).map((file) => ({ in: inRoot(file), out: path.basename(file, '.ts') })),
    ],
    outdir: out,
  });
  return path.join(out, 'run.js');
}
