import fs from 'node:fs';
import path from 'node:path';
import { inRoot } from './paths.mjs';

/**
 * The licences of the packages whose code ended up in a bundle, as those licences ask.
 * @param {readonly string[]} inputs the bundled files, relative to the repository's root
 */
export function thirdPartyNotices(inputs) {
  const folders = new Set(
    inputs.flatMap((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []),
  );
  const notices = [...folders].sort().map((folder) => {
    /** @type {{name: string, version: string, license?: string}} */
    const { name, version, license } = JSON.parse(fs.readFileSync(inRoot(folder, 'package.json'), 'utf8'));
    const file = fs.readdirSync(inRoot(folder)).find((f) => /^licen[cs]e/i.test(f));
    const text = file
      ? fs.readFileSync(path.join(inRoot(folder), file), 'utf8').trim()
      : `Licence: ${license ?? 'not stated'}`;
    return `${name} ${version}\n\n${text}\n`;
  });
  return `The bundles of this extension contain code of these packages.\n\n${notices.join(`\n${'-'.repeat(80)}\n\n`)}`;
}
