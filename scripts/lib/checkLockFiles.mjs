import fs from 'node:fs';
import { inRoot } from './paths.mjs';

const LOCK_FILES = [
  'package-lock.json',
  'test/host/vscode/package-lock.json',
  'test/host/oldest/package-lock.json',
];

/** @returns {string[]} what is wrong with the lock files of this repository */
export function checkLockFiles() {
  return LOCK_FILES.flatMap((file) =>
    wrongInLockFile(fs.readFileSync(inRoot(file), 'utf8')).map((what) => `${file} ${what}`),
  );
}

/**
 * A lock file holds on every machine when it names versions and checksums, not the host that packages were fetched from,
 * and when it has every package that one of its packages asks for: those for other systems, too, which `npm install`
 * leaves out when the registry does not have them, and which `npm ci` then misses.
 * @param {string} text
 * @returns {string[]}
 */
export function wrongInLockFile(text) {
  /** @type {{packages: Record<string, {dependencies?: object, optionalDependencies?: object, bundled?: boolean}>}} */
  const { packages } = JSON.parse(text);
  const missing = Object.entries(packages).flatMap(([place, entry]) =>
    Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })
      .filter((name) => !placesFor(place, name).some((p) => packages[p]))
      .map((name) => `lacks ${name}, which ${place || 'the project'} asks for`),
  );
  return [...(/"resolved"\s*:\s*"https?:/.test(text) ? ['has addresses in "resolved"'] : []), ...missing];
}

/**
 * Where Node looks for a package, from the inside out.
 * @param {string} place of the package that asks
 * @param {string} name
 */
function placesFor(place, name) {
  const places = [];
  for (let at = place; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
    places.push(at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`);
    if (at === '') return places;
  }
}
