import fs from 'node:fs';
import { inRoot } from './paths.mjs';

/** Lock files name versions and checksums, not the host that they were fetched from: they hold on every machine. */
export function checkLockFiles() {
  return [
    'package-lock.json',
    'test/host/vscode/package-lock.json',
    'test/host/oldest/package-lock.json',
  ].flatMap((file) =>
    /"resolved"\s*:/.test(fs.readFileSync(inRoot(file), 'utf8')) ? [`${file} has "resolved" addresses`] : [],
  );
}
