import fs from 'node:fs';
import path from 'node:path';
import { must, Needed, run } from './processes.mjs';

/**
 * Where a program is on the PATH.
 * @param {string} name
 */
export function onPath(name) {
  const endings = process.platform === 'win32' ? ['.cmd', '.exe', ''] : [''];
  for (const folder of (process.env['PATH'] ?? '').split(path.delimiter))
    for (const ending of endings) {
      const file = path.join(folder, name + ending);
      try {
        fs.accessSync(file, fs.constants.X_OK);
        if (fs.statSync(file).isFile()) return file;
      } catch {
        // Not in this folder.
      }
    }
  return undefined;
}

let updated = false;

/**
 * Installs Debian packages where that is possible without asking anybody: as root or with a sudo that wants no password.
 * @param {readonly string[]} packages
 * @throws {Needed} with the one command to run, when it is not
 */
export async function aptInstall(packages) {
  const names = packages.join(' ');
  if (!onPath('apt-get')) throw new Needed(`Please install: ${names}. (No apt-get here to do it with.)`);
  const root = process.getuid?.() === 0;
  const sudo =
    !root && onPath('sudo') !== undefined && (await run('sudo', ['-n', 'true'], { quiet: true })).code === 0;
  if (!root && !sudo)
    throw new Needed(
      `Please run:\n\n    sudo apt-get update && sudo apt-get install -y --no-install-recommends ${names}\n`,
    );
  const apt = /** @param {string[]} args */ (args) => [
    ...(root ? [] : ['sudo', '-n']),
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    // Another apt at work (a machine's own updates) is waited for.
    '-o',
    'DPkg::Lock::Timeout=120',
    ...args,
  ];
  console.log(`Installing ${names} with apt-get …`);
  if (!updated) {
    const [command = '', ...args] = apt(['update']);
    await must('Updating the package lists', command, args, { quiet: true, timeoutMs: 180_000 });
    updated = true;
  }
  const [command = '', ...args] = apt(['install', '-y', '--no-install-recommends', ...packages]);
  await must(`Installing ${names}`, command, args, { quiet: true, timeoutMs: 600_000 });
}
