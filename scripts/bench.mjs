// Measures what DESIGN's budgets speak of, prints a table and writes out/bench.json. Budgets are stated, not enforced:
// a loaded machine is no defect.
//   npm run bench -- [--no-vscode] [--no-build] [--samples N] [--only run]
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { GENERATED, writeGeneratedDirectory } from './bench/generatedDirectory.mjs';
import { readBundleSizes } from './lib/bundleSizes.mjs';
import { graphRows } from './bench/graphRows.mjs';
import { layoutRows } from './bench/layoutRows.mjs';
import { runRows } from './bench/runRows.mjs';
import { ensurePackages } from './lib/packages.mjs';
import { inRoot, OUT } from './lib/paths.mjs';
import { must, runMain } from './lib/processes.mjs';

const { values } = parseArgs({
  options: {
    vscode: { type: 'boolean', default: true },
    build: { type: 'boolean', default: true },
    samples: { type: 'string', default: '7' },
    only: { type: 'string' },
  },
  allowNegative: true,
});

const CORPUS = inRoot('../shared/corpus');
const BUNDLES = path.join(OUT, 'bench');

/**
 * @typedef {object} Row one line of the table
 * @property {string} name
 * @property {number} value
 * @property {string} unit
 * @property {number} [budget]
 * @property {string} [note]
 */

await runMain(async () => {
  await ensurePackages();
  if (values.build)
    await must('The build', process.execPath, [inRoot('scripts/build.mjs'), '--production'], { quiet: true });
  await bundle();
  const rows = values.only === 'run' ? await runRows(measureIn) : await allRows();
  print(rows);
  fs.writeFileSync(
    path.join(OUT, values.only === 'run' ? 'bench-run.json' : 'bench.json'),
    `${JSON.stringify({ at: new Date().toISOString(), node: process.version, cpus: os.cpus().length, load: os.loadavg(), rows }, null, 2)}\n`,
  );
  console.log(`\nout/bench${values.only === 'run' ? '-run' : ''}.json has the same for programs.`);
});

/** @returns {Promise<Row[]>} */
async function allRows() {
  /** @type {Row[]} */
  const rows = bundles();
  rows.push(...(await layoutRows((...args) => measureIn('layout.js', ...args), median)));
  rows.push(...(await graphRows((...args) => measureIn('graphModel.js', ...args), BUNDLES)));
  if (values.vscode) rows.push(...(await activation()));
  const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'conductor-bench-'));
  try {
    const generated = path.join(temporary, 'generated');
    writeGeneratedDirectory(generated);
    const corpus = largestOfCorpus();
    if (!corpus)
      console.log('The corpus (../shared/corpus) is not here: measured on the generated directory alone.');
    for (const [name, folder] of /** @type {[string, string][]} */ ([
      ...(corpus ? [[path.relative(CORPUS, corpus), corpus]] : []),
      [`generated, ${GENERATED.plans} plans`, generated],
    ]))
      rows.push(...(await directory(name, folder, temporary)));
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
  rows.push(...(await runRows(measureIn)));
  return rows;
}

/** Bundles the measurements like the extension itself, so that what is measured is what is shipped. */
async function bundle() {
  const esbuild = await import('esbuild');
  /** @type {import('esbuild').BuildOptions} */
  const options = {
    absWorkingDir: inRoot(),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    mainFields: ['module', 'main'],
    external: ['vscode'],
    logLevel: 'warning',
    outdir: BUNDLES,
  };
  await esbuild.build({
    ...options,
    entryPoints: [
      'scripts/bench/measure.ts',
      'scripts/bench/activation.ts',
      'scripts/bench/layout.ts',
      'scripts/bench/graphModel.ts',
      'scripts/bench/parallelRun.ts',
      'scripts/bench/longQueue.ts',
      'scripts/bench/postingWorker.ts',
    ],
  });
  await esbuild.build({
    ...options,
    // Rows of the trees word themselves with it; nothing else of VS Code is in them.
    alias: { vscode: inRoot('scripts/bench/vscodeWords.ts') },
    external: [],
    entryPoints: ['scripts/bench/liveBus.ts'],
  });
}

/** @returns {Row[]} */
function bundles() {
  return readBundleSizes().flatMap(({ name, atOnce, all, budget }) => [
    {
      name: `bundle: ${name}`,
      value: atOnce / 1000,
      unit: 'kB',
      ...(budget === undefined ? {} : { budget: budget / 1000 }),
      note: `loaded at once; ${(all / 1000).toFixed(1)} kB in all`,
    },
  ]);
}

/** @returns {string | undefined} the project of the corpus with the most plan.md files */
function largestOfCorpus() {
  if (!fs.existsSync(CORPUS)) return undefined;
  const count = (/** @type {string} */ folder) =>
    fs.readdirSync(folder, { recursive: true }).filter((f) => path.basename(String(f)) === 'plan.md').length;
  return fs
    .readdirSync(CORPUS, { withFileTypes: true })
    .filter((dialect) => dialect.isDirectory())
    .flatMap((dialect) =>
      fs.readdirSync(path.join(CORPUS, dialect.name)).map((p) => path.join(CORPUS, dialect.name, p)),
    )
    .map((folder) => ({ folder, plans: count(folder) }))
    .sort((a, b) => b.plans - a.plans)[0]?.folder;
}

/**
 * @param {string} what
 * @param {readonly string[]} args
 */
async function measure(what, ...args) {
  return measureIn('measure.js', what, ...args);
}

/**
 * @param {string} script one of the bundled measurements
 * @param {string} what
 * @param {readonly string[]} args
 */
async function measureIn(script, what, ...args) {
  const output = await must(
    `Measuring ${what}`,
    process.execPath,
    ['--expose-gc', path.join(BUNDLES, script), what, ...args],
    { quiet: true, timeoutMs: 120_000 },
  );
  return JSON.parse(output);
}

/** @param {readonly number[]} numbers */
function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/**
 * @param {string} name
 * @param {string} folder
 * @param {string} temporary
 * @returns {Promise<Row[]>}
 */
async function directory(name, folder, temporary) {
  const size = await measure('size', folder);
  const list = path.join(temporary, 'touched.json');
  fs.writeFileSync(list, JSON.stringify(size.touched));
  /** @type {number[]} */
  const cold = [];
  /** @type {number[]} */
  const bare = [];
  let bytes = 0;
  // A process for each sample, the two kinds in turn, so that both see the same machine. The first pair fills the page cache.
  for (let i = 0; i <= Number(values.samples); i++) {
    const ours = await measure('cold', folder);
    const least = await measure('bare', folder, list);
    if (i === 0) continue;
    cold.push(ours.ms);
    bare.push(least.ms);
    bytes = least.bytes;
  }
  const pairs = await measure('pairs', folder, list);
  const update = await measure('update', folder);
  const mark = await measure('mark', folder);
  const memory = await measure('memory', folder);
  const works = update.samples.map((/** @type {{workMs: number}} */ s) => s.workMs);
  const walls = update.samples.map((/** @type {{wallMs: number}} */ s) => s.wallMs);
  const note = `${size.plans} plans, ${size.tasks} tasks, ${size.touched.files.length} files, ${(bytes / 1e6).toFixed(1)} MB`;
  return [
    { name: `${name}: first read of a new process`, value: median(cold), unit: 'ms', note },
    {
      name: `${name}: the same files read and scanned`,
      value: median(bare),
      unit: 'ms',
      note: 'a new process, too',
    },
    ratio(`${name}: first read ÷ bare read`, cold, bare),
    {
      name: `${name}: read without caches`,
      value: median(pairs.ours),
      unit: 'ms',
      note: 'in one process, code warm',
    },
    { name: `${name}: the same files read and scanned`, value: median(pairs.bare), unit: 'ms' },
    ratio(`${name}: read without caches ÷ bare read`, pairs.ours, pairs.bare),
    {
      name: `${name}: one changed plan, work`,
      value: median(works),
      unit: 'ms',
      budget: 10,
      note: 'processor time until the event',
    },
    {
      name: `${name}: one changed plan, until told`,
      value: median(walls),
      unit: 'ms',
      note: 'waits 20 ms for more changes',
    },
    {
      name: `${name}: marker edit worked out`,
      value: median(mark.pure),
      unit: 'ms',
      note: 'largest plan',
    },
    {
      name: `${name}: marker edit on disk`,
      value: median(mark.onDisk),
      unit: 'ms',
      note: 'lock, fsync, rename, watched over 30 ms',
    },
    {
      name: `${name}: memory`,
      value: memory.bytes / 1e6,
      unit: 'MB',
      budget: 60,
      note: 'heap, all archives read',
    },
  ];
}

/**
 * @param {string} name
 * @param {readonly number[]} ours
 * @param {readonly number[]} least
 * @returns {Row}
 */
function ratio(name, ours, least) {
  return { name, value: median(ours) / median(least), unit: '×', budget: 1.5 };
}

/**
 * Loading the extension's code and activating it in a real extension host; the medians of three starts.
 * @returns {Promise<Row[]>}
 */
async function activation() {
  const { ensureBrowser } = await import('./lib/browser.mjs');
  const { ensureVscode } = await import('./lib/vscodeInstall.mjs');
  const { copyOfFixture } = await import('./lib/fixtures.mjs');
  const { openWithTests } = await import('./lib/openWithTests.mjs');
  const vscode = await ensureVscode('current');
  const executable = await ensureBrowser();
  const result = path.join(BUNDLES, 'activation.json');
  /** @type {{load: number, activate: number, around: number}[]} in ms */
  const times = [];
  for (let i = 0; i < 3; i++) {
    const copy = await copyOfFixture('sample');
    try {
      // Where no activation event looks, but a setting does: activate() is then the first to load the extension.
      fs.mkdirSync(path.join(copy.folder, 'a/b'), { recursive: true });
      fs.renameSync(path.join(copy.folder, 'conductor'), path.join(copy.folder, 'a/b/conductor'));
      fs.rmSync(result, { force: true });
      const why = await openWithTests({
        vscode,
        executable,
        entry: path.join(BUNDLES, 'activation.js'),
        workspace: copy.folder,
        env: { CONDUCTOR_BENCH_RESULT: result },
        settings: { 'conductor.roots': ['a/b/conductor'] },
        limitMs: 120_000,
      });
      if (why) throw new Error(`activation could not be measured: ${why}`);
      times.push(JSON.parse(fs.readFileSync(result, 'utf8')));
    } finally {
      copy.remove();
    }
  }
  const note = `VS Code ${vscode.version}`;
  return [
    { name: 'loading the code', value: median(times.map((t) => t.load)), unit: 'ms', note },
    { name: 'activate()', value: median(times.map((t) => t.activate)), unit: 'ms', budget: 50, note },
    {
      name: 'activate(), as VS Code waits for it',
      value: median(times.map((t) => t.around)),
      unit: 'ms',
      note,
    },
  ];
}

/** @param {readonly Row[]} rows */
function print(rows) {
  const width = Math.max(...rows.map((r) => r.name.length));
  for (const row of rows) {
    const value = `${row.value.toFixed(row.unit === '×' ? 2 : 1)} ${row.unit}`.padStart(12);
    const budget =
      row.budget === undefined
        ? ''
        : `budget ${row.budget} ${row.unit} ${row.value <= row.budget ? '✔' : '✘ OVER'}`;
    console.log(`${row.name.padEnd(width)} ${value}  ${budget.padEnd(20)} ${row.note ?? ''}`.trimEnd());
  }
}
