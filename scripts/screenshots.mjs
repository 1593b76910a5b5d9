// Takes the pictures of the README anew: runs the face tests that take them, and keeps theirs in docs/images/.
//   node scripts/screenshots.mjs
import fs from 'node:fs';
import path from 'node:path';
import { inRoot } from './lib/paths.mjs';
import { must, runMain } from './lib/processes.mjs';

const PICTURES = [
  'sidebar-dark',
  'sidebar-light',
  'sidebar-highContrast',
  'sidebar-highContrastLight',
  'sidebar-narrow',
  'step-loop',
];

await runMain(async () => {
  await must('Taking the pictures', process.execPath, [
    inRoot('scripts/face.mjs'),
    '--grep',
    'picture|shows the exact command',
  ]);
  fs.mkdirSync(inRoot('docs/images'), { recursive: true });
  for (const name of PICTURES) {
    const file = inRoot('docs/images', `${name}.png`);
    fs.copyFileSync(inRoot('out/face', `${name}.png`), file);
    console.log(path.relative(inRoot(), file));
  }
});
