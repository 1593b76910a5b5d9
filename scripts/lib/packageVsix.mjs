import fs from 'node:fs';
import { inRoot } from './paths.mjs';
import { must } from './processes.mjs';

/** The name of the package of this version, in the repository's root. */
export function vsixName() {
  /** @type {{name: string, version: string}} */
  const { name, version } = JSON.parse(fs.readFileSync(inRoot('package.json'), 'utf8'));
  return `${name}-${version}.vsix`;
}

/**
 * Builds for production and packs. (vsce runs the build: the script `vscode:prepublish`.)
 * @returns {Promise<string>} the file's name, in the repository's root
 */
export async function packageVsix() {
  const file = vsixName();
  fs.rmSync(inRoot(file), { force: true });
  await must(
    'Packing the extension',
    process.execPath,
    [
      inRoot('node_modules/@vscode/vsce/vsce'),
      'package',
      // Everything that it needs is in the bundles.
      '--no-dependencies',
      '--allow-missing-repository',
      // Links of the README stay as they are: the package does not know where it is published.
      '--no-rewrite-relative-links',
      '--out',
      file,
    ],
    { cwd: inRoot(), quiet: true, timeoutMs: 300_000 },
  );
  return file;
}
