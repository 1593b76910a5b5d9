import assert from 'node:assert/strict';
import * as vscode from 'vscode';

const ID = 'conductor-for-vscode.conductor';

/** What package.json promises to VS Code. */
interface Manifest {
  version: string;
  engines: { vscode: string };
  contributes?: { commands?: { command: string; title: string; category?: string }[] };
}

describe('the extension in its host', () => {
  it('is there and activates', async () => {
    const extension = vscode.extensions.getExtension(ID);
    assert.ok(extension, `${ID} is not among the extensions`);
    await extension.activate();
    assert.equal(extension.isActive, true);
  });

  it('runs on the VS Code that package.json asks for, or a newer one', () => {
    const { engines } = vscode.extensions.getExtension(ID)!.packageJSON as Manifest;
    const numbers = (version: string) => version.replace(/^\^/, '').split('.').map(Number);
    const [major = 0, minor = 0] = numbers(engines.vscode);
    const [hostMajor = 0, hostMinor = 0] = numbers(vscode.version);
    assert.ok(hostMajor > major || (hostMajor === major && hostMinor >= minor), vscode.version);
  });

  it('registers every command that package.json lists', async () => {
    const extension = vscode.extensions.getExtension(ID)!;
    await extension.activate();
    const registered = new Set(await vscode.commands.getCommands(true));
    const listed = (extension.packageJSON as Manifest).contributes?.commands ?? [];
    assert.deepEqual(
      listed.map((c) => c.command).filter((id) => !registered.has(id)),
      [],
    );
  });
});
