import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import * as vscode from 'vscode';

/**
 * What VS Code calls in the extension host: loads and activates the extension, and writes down how long each took. The
 * opened folder is one that does not activate it by itself.
 */
export async function run(): Promise<void> {
  const extension = vscode.extensions.getExtension('conductor-for-vscode.conductor');
  if (!extension) throw new Error('the extension is not there');
  if (extension.isActive) throw new Error('the extension was active before it could be measured');
  const { main } = extension.packageJSON as { main: string };
  const start = performance.now();
  // VS Code finds the loaded module in Node's cache, so that what activate() itself takes can be told apart.
  createRequire(__filename)(path.join(extension.extensionPath, main));
  const loaded = performance.now();
  const { activation } = (await extension.activate()) as { activation: number };
  const active = performance.now();
  fs.writeFileSync(
    process.env['CONDUCTOR_BENCH_RESULT'] ?? 'activation.json',
    JSON.stringify({ load: loaded - start, activate: activation, around: active - loaded }),
  );
}
