import fs from 'node:fs';
import * as vscode from 'vscode';

/**
 * What VS Code calls in the extension host: activates the extension and writes down how long that took. The opened folder
 * is one that does not activate it by itself.
 */
export async function run(): Promise<void> {
  const extension = vscode.extensions.getExtension('conductor-for-vscode.conductor');
  if (!extension) throw new Error('the extension is not there');
  if (extension.isActive) throw new Error('the extension was active before it could be measured');
  const from = performance.now();
  await extension.activate();
  const ms = performance.now() - from;
  fs.writeFileSync(
    process.env['CONDUCTOR_BENCH_RESULT'] ?? 'activation.json',
    JSON.stringify({ ms, vscode: vscode.version }),
  );
}
