// Bundles the extension, the command line and the panels into dist/.
//   node scripts/build.mjs [--production] [--watch]
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';
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
  sourcemap: values.production ? false : 'linked',
  sourcesContent: false,
  legalComments: 'none', // dist/ThirdPartyNotices.txt has the licences in full
  metafile: true,
  logLevel: 'warning',
  charset: 'utf8',
};

/** @type {esbuild.BuildOptions} */
const node = {
  ...common,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // ES modules first: jsonc-parser's CommonJS form cannot be bundled.
  mainFields: ['module', 'main'],
};

/** @returns {esbuild.BuildOptions[]} */
function bundles() {
  return [
    { ...node, entryPoints: ['src/extension.ts'], outfile: 'dist/extension.js', external: ['vscode'] },
    {
      ...node,
      entryPoints: ['src/cli/main.ts'],
      outfile: 'dist/cli.js',
      banner: { js: '#!/usr/bin/env node' },
    },
    ...panels().map(
      (panel) =>
        /** @type {esbuild.BuildOptions} */ ({
          ...common,
          platform: 'browser',
          target: 'es2022',
          format: 'iife',
          entryPoints: [`webview/${panel}/main.ts`],
          outfile: `dist/webview/${panel}.js`,
          loader: { '.ttf': 'file', '.woff': 'file', '.woff2': 'file', '.svg': 'dataurl' },
          assetNames: '[name]',
        }),
    ),
  ];
}

/** The panels: every folder of webview/ that has a main.ts. */
function panels() {
  if (!fs.existsSync(inRoot('webview'))) return [];
  return fs
    .readdirSync(inRoot('webview'))
    .filter((name) => fs.existsSync(inRoot('webview', name, 'main.ts')));
}

/** The command line is run as a program. @param {esbuild.BuildOptions} options */
function makeExecutable(options) {
  if (options.outfile === 'dist/cli.js') fs.chmodSync(inRoot('dist/cli.js'), 0o755);
}

await runMain(async () => {
  if (values.watch) {
    console.log('[build] starting'); // .vscode/tasks.json waits for this line and for the last
    for (const options of bundles()) {
      const context = await esbuild.context({
        ...options,
        plugins: [
          {
            name: 'say',
            setup(build) {
              build.onEnd((result) => {
                if (result.errors.length === 0) makeExecutable(options);
                console.log(`[build] ${options.outfile} ${result.errors.length === 0 ? 'built' : 'failed'}`);
              });
            },
          },
        ],
      });
      await context.watch();
    }
    console.log('[build] watching');
    return;
  }
  // Nothing of an earlier build, a source map say, may slip into the package.
  fs.rmSync(inRoot('dist'), { recursive: true, force: true });
  /** @type {string[]} */
  const inputs = [];
  let failed = false;
  for (const options of bundles()) {
    let result;
    try {
      result = await esbuild.build(options);
    } catch (e) {
      if (!(e instanceof Error && 'errors' in e)) throw e;
      failed = true; // esbuild has printed what is wrong and where
      continue;
    }
    makeExecutable(options);
    inputs.push(...Object.keys(result.metafile?.inputs ?? {}));
    const size = fs.statSync(inRoot(options.outfile ?? '')).size;
    console.log(`${(options.outfile ?? '').padEnd(28)} ${(size / 1000).toFixed(1).padStart(8)} kB`);
  }
  fs.writeFileSync(path.join(ROOT, 'dist/ThirdPartyNotices.txt'), thirdPartyNotices(inputs));
  return failed ? 1 : 0;
});
