import fs from 'node:fs';
import { vsixName } from './packageVsix.mjs';
import { inRoot } from './paths.mjs';
import { zipEntries } from './zipEntries.mjs';

/** What the package holds, and nothing else. (The packer gives some files names of its own.) */
const ALLOWED = [
  /^\[Content_Types\]\.xml$/,
  /^extension\.vsixmanifest$/,
  /^extension\/(package\.json|readme\.md|changelog\.md|LICENSE\.txt)$/,
  /^extension\/dist\/(extension\.js|cli\.js|ThirdPartyNotices\.txt)$/,
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
];

/** The most bytes that a bundle may have. @param {string} name */
const budget = (name) =>
  name === 'extension/dist/extension.js'
    ? 400_000
    : /^extension\/dist\/webview\/.*\.js$/.test(name)
      ? 200_000
      : undefined;

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
    ...entries.flatMap((e) => {
      const most = budget(e.name);
      return most !== undefined && e.size > most
        ? [`${e.name} has ${e.size} bytes; at most ${most} are allowed`]
        : [];
    }),
  ];
}
