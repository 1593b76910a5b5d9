import fs from 'node:fs';
import { readBundleSizes } from './bundleSizes.mjs';
import { vsixName } from './packageVsix.mjs';
import { inRoot } from './paths.mjs';
import { zipEntries } from './zipEntries.mjs';

/** What the package holds, and nothing else. (The packer gives some files names of its own.) */
const ALLOWED = [
  /^\[Content_Types\]\.xml$/,
  /^extension\.vsixmanifest$/,
  /^extension\/(package\.json|package\.nls\.json|readme\.md|changelog\.md|LICENSE\.txt)$/,
  /^extension\/dist\/(extension\.js|cli\.js|resultsWorker\.js|ThirdPartyNotices\.txt)$/,
  /^extension\/dist\/chunks\/[^/]+\.js$/,
  /^extension\/dist\/webview\/[^/]+\.(js|css|ttf|woff2?)$/,
  /^extension\/media\/[^/]+\.(svg|png)$/,
  /^extension\/schemas\/[^/]+\.json$/,
];

const NEEDED = [
  'package.json',
  'readme.md',
  'changelog.md',
  'LICENSE.txt',
  'dist/extension.js',
  'dist/cli.js',
  'dist/resultsWorker.js',
];

/**
 * Looks into the package that was just made.
 * @returns {string[]} what is wrong with it
 */
export function checkPackage() {
  const file = inRoot(vsixName());
  if (!fs.existsSync(file)) return [`${vsixName()} was not made`];
  const entries = zipEntries(file);
  const names = new Set(entries.map((e) => e.name));
  return [
    ...NEEDED.filter((name) => !names.has(`extension/${name}`)).map(
      (name) => `${name} is not in the package`,
    ),
    ...entries
      .filter((e) => !ALLOWED.some((a) => a.test(e.name)))
      .map((e) => `${e.name} does not belong in the package`),
    ...readBundleSizes().flatMap(({ name, atOnce, budget }) =>
      budget !== undefined && atOnce > budget
        ? [`${name} has ${atOnce} bytes with what it loads at once; at most ${budget} are allowed`]
        : [],
    ),
  ];
}

/** The package in a line: how many files, how large packed. */
export function describePackage() {
  const file = inRoot(vsixName());
  if (!fs.existsSync(file)) return 'no package';
  const size = fs.statSync(file).size / 1000;
  return `${vsixName()}: ${zipEntries(file).length} files, ${size.toFixed(1)} kB`;
}
