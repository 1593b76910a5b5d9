// Takes away what the other scripts made. With --all also the VS Code that the tests installed and the sandbox of `npm start`.
import fs from 'node:fs';
import { parseArgs } from 'node:util';
import { inRoot } from './lib/paths.mjs';

const { values } = parseArgs({ options: { all: { type: 'boolean', default: false } } });

const made = ['dist', 'out', ...fs.readdirSync(inRoot()).filter((name) => /^conductor-.*\.vsix$/.test(name))];
const installed = [
  '.sandbox',
  '.vscode-test',
  'test/host/vscode/node_modules',
  'test/host/oldest/node_modules',
];
for (const name of [...made, ...(values.all ? installed : [])])
  fs.rmSync(inRoot(name), { recursive: true, force: true });
