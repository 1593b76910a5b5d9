// Makes src/engine/prompts/promptTexts.json of the Markdown templates beside it, so that the bundles and the tests,
// which know no loader for Markdown, have the same texts.   node scripts/prompts.mjs
import fs from 'node:fs';
import { inRoot } from './lib/paths.mjs';

const folder = inRoot('src', 'engine', 'prompts', 'templates');
const texts = Object.fromEntries(
  fs
    .readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => [name, fs.readFileSync(`${folder}/${name}`, 'utf8').replace(/\r\n/g, '\n')]),
);
fs.writeFileSync(
  inRoot('src', 'engine', 'prompts', 'promptTexts.json'),
  `${JSON.stringify(texts, null, 2)}\n`,
);
