import fs from 'node:fs';
import { inRoot } from './paths.mjs';
import { mustNpm, Needed } from './processes.mjs';

/**
 * @typedef {{version?: string, optional?: boolean, devOptional?: boolean, link?: boolean}} LockedPackage
 * @typedef {{packages?: Record<string, LockedPackage>}} LockFile
 */

/**
 * Says why node_modules is not what package-lock.json asks for, by npm's own record of what it installed.
 * @returns {string | undefined} undefined when it is
 */
function whyOutOfDate() {
  /** @type {LockFile} */
  let installed;
  try {
    installed = JSON.parse(fs.readFileSync(inRoot('node_modules/.package-lock.json'), 'utf8'));
  } catch {
    return 'nothing is installed yet';
  }
  /** @type {LockFile} */
  const wanted = JSON.parse(fs.readFileSync(inRoot('package-lock.json'), 'utf8'));
  for (const [place, entry] of Object.entries(wanted.packages ?? {})) {
    if (place === '' || entry.optional || entry.devOptional || entry.link) continue;
    const found = installed.packages?.[place]?.version;
    if (found !== entry.version) return `${place} is ${found ?? 'missing'}, wanted ${entry.version}`;
  }
  return undefined;
}

/** The project's own packages, as package-lock.json names them. A second call costs nothing. */
export async function ensurePackages() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    throw new Needed(`This is Node ${process.versions.node}. Node 20.19 or newer is needed.`);
  const why = whyOutOfDate();
  if (!why) return;
  console.log(`Installing packages (${why}) …`);
  await mustNpm('Installing packages', ['ci', '--no-audit', '--no-fund'], {
    cwd: inRoot(),
    timeoutMs: 600_000,
  });
}
