// Bundles the extension, the command line and the panels into dist/.
//   node scripts/build.mjs [--production] [--watch]
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';
import { BUNDLES_FILE, bundleSizes } from './lib/bundleSizes.mjs';
import { asCommonJs } from './lib/asCommonJs.mjs';
import { inRoot, ROOT } from './lib/paths.mjs';
import { runMain } from './lib/processes.mjs';
import { thirdPartyNotices } from './lib/thirdPartyNotices.mjs';

const { values } = parseArgs({
  options: { production: { type: 'boolean', default: false }, watch: { type: 'boolean', default: false } },
});

/** @type {esbuild.BuildOptions} */
const common = {
  absWorkingDir: ROOT,
  bundle: true,
  minify: values.production,
  legalComments: 'none', // dist/ThirdPartyNotices.txt has the licences in full
  metafile: true,
  logLevel: 'warning',
  charset: 'utf8',
};

/**
 * The extension and the command line share their code in chunks, and what a dynamic import names is loaded only when it
 * is needed: activation stays short however much the extension can do.
 * @type {esbuild.BuildOptions}
 */
const program = {
  ...common,
  platform: 'node',
  target: 'node20',
  format: 'esm', // the only one that can be split; asCommonJs makes of it what VS Code loads
  splitting: true,
  sourcemap: values.production ? false : 'inline',
  sourcesContent: false,
  entryPoints: {
    extension: 'src/extension.ts',
    cli: 'src/cli/main.ts',
    resultsWorker: 'src/store/resultsWorker.ts', // a thread of its own
  },
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  external: ['vscode'],
  // ES modules first: the CommonJS forms of these cannot be bundled, or not be thinned.
  mainFields: ['module', 'main'],
  alias: { yaml: './node_modules/yaml/browser/index.js' },
  write: false,
  plugins: [asCommonJs({ minify: values.production, program: 'cli.js' })],
};

/** @returns {esbuild.BuildOptions[]} one for each panel: every folder of webview/ that has a main.tsx */
function panels() {
  if (!fs.existsSync(inRoot('webview'))) return [];
  return fs
    .readdirSync(inRoot('webview'))
    .filter((name) => fs.existsSync(inRoot('webview', name, 'main.tsx')))
    .map((name) => ({
      ...common,
      platform: 'browser',
      target: 'es2022',
      format: 'iife',
      sourcemap: values.production ? false : 'inline',
      entryPoints: [`webview/${name}/main.tsx`],
      outfile: `dist/webview/${name}.js`,
      jsx: 'automatic',
      jsxImportSource: 'preact',
      loader: { '.ttf': 'file', '.woff': 'file', '.woff2': 'file', '.svg': 'dataurl' },
      assetNames: '[name]',
    }));
}

/** Says what became of a build while watching. @param {string} what @returns {esbuild.Plugin} */
const saying = (what) => ({
  name: 'saying',
  setup(build) {
    build.onEnd((result) =>
      console.log(`[build] ${what} ${result.errors.length === 0 ? 'built' : 'failed'}`),
    );
  },
});

async function watch() {
  console.log('[build] starting'); // .vscode/tasks.json waits for this line and for the last
  for (const options of [program, ...panels()]) {
    const what = options.outfile ?? 'extension and command line';
    const context = await esbuild.context({
      ...options,
      plugins: [...(options.plugins ?? []), saying(what)],
    });
    await context.watch();
  }
  console.log('[build] watching');
}

/** @returns {Promise<number>} the exit code */
async function build() {
  // Nothing of an earlier build, a source map say, may slip into the package.
  fs.rmSync(inRoot('dist'), { recursive: true, force: true });
  /** @type {esbuild.Metafile[]} */
  const built = [];
  for (const options of [program, ...panels()]) {
    try {
      const { metafile } = await esbuild.build(options);
      if (metafile) built.push(metafile);
    } catch (e) {
      if (e instanceof Error && 'errors' in e) return 1; // esbuild has printed what is wrong and where
      throw e;
    }
  }
  const inputs = built.flatMap((metafile) => Object.keys(metafile.inputs));
  fs.writeFileSync(path.join(ROOT, 'dist/ThirdPartyNotices.txt'), thirdPartyNotices(inputs));
  const sizes = bundleSizes(built);
  fs.mkdirSync(path.dirname(BUNDLES_FILE), { recursive: true });
  fs.writeFileSync(BUNDLES_FILE, JSON.stringify(sizes, null, 2));
  for (const { name, atOnce, all } of sizes)
    console.log(
      `${name.padEnd(24)} ${(atOnce / 1000).toFixed(1).padStart(8)} kB at once, ${(all / 1000).toFixed(1)} kB in all`,
    );
  return 0;
}

await runMain(() => (values.watch ? watch() : build()));
