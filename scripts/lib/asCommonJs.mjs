import fs from 'node:fs';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { inRoot } from './paths.mjs';

/**
 * Writes a build's ES modules as CommonJS, each chunk on its own, which esbuild cannot do by itself. A dynamic import
 * becomes a `require` that runs when it is asked for.
 * @param {object} o
 * @param {boolean} o.minify
 * @param {string} o.program the output that is run as a program
 * @returns {esbuild.Plugin}
 */
export function asCommonJs(o) {
  return {
    name: 'as-commonjs',
    setup(build) {
      build.onEnd(async (result) => {
        if (result.errors.length > 0) return;
        const files = result.outputFiles ?? [];
        for (const file of files) {
          const isProgram = path.basename(file.path) === o.program;
          const { code } = await esbuild.transform(file.text, {
            format: 'cjs',
            platform: 'node',
            target: 'node20',
            supported: { 'dynamic-import': false },
            minify: o.minify,
            charset: 'utf8',
            sourcemap: o.minify ? false : 'inline',
            sourcefile: file.path,
            ...(isProgram ? { banner: '#!/usr/bin/env node' } : {}),
          });
          fs.mkdirSync(path.dirname(file.path), { recursive: true });
          fs.writeFileSync(file.path, code, { mode: isProgram ? 0o755 : 0o644 });
        }
        removeOthers(inRoot('dist/chunks'), new Set(files.map((f) => f.path)));
      });
    },
  };
}

/** Chunks of an earlier build, while watching. @param {string} folder @param {ReadonlySet<string>} kept */
function removeOthers(folder, kept) {
  if (!fs.existsSync(folder)) return;
  for (const name of fs.readdirSync(folder)) {
    const file = path.join(folder, name);
    if (!kept.has(file)) fs.rmSync(file);
  }
}
