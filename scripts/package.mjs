// Packs the extension: conductor-<version>.vsix in the repository's root.
//   node scripts/package.mjs [--quiet]
import fs from 'node:fs';
import { parseArgs } from 'node:util';
import { packageVsix } from './lib/packageVsix.mjs';
import { inRoot } from './lib/paths.mjs';
import { runMain } from './lib/processes.mjs';
import { zipEntries } from './lib/zipEntries.mjs';

const { values } = parseArgs({ options: { quiet: { type: 'boolean', default: false } } });

await runMain(async () => {
  const file = await packageVsix();
  if (!values.quiet)
    for (const entry of zipEntries(inRoot(file)))
      console.log(`${(entry.size / 1000).toFixed(1).padStart(10)} kB  ${entry.name}`);
  console.log(`${file}: ${(fs.statSync(inRoot(file)).size / 1000).toFixed(1)} kB`);
});
