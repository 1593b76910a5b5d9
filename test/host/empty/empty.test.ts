import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activated, labels, Person, run } from '../support/host';

describe('an empty window', () => {
  it('activates by its view and shows nothing', async () => {
    await vscode.commands.executeCommand('conductor.tracks.focus');
    const { context } = await activated();
    assert.deepEqual(context.source.snapshot.roots, []);
    assert.deepEqual(await labels(), []);
    assert.equal(context.needsYou.items.length, 0);
  });

  it('says what to do instead of failing', async () => {
    const person = await run(new Person(), 'initializeConductor');
    assert.match(person.told[0]?.message ?? '', /Open a folder first/);
    const step = await run(new Person(), 'stepLoop');
    assert.match(step.told[0]?.message ?? '', /no track/);
    await run(new Person(), 'refresh');
    await run(new Person(), 'undoLastMarker');
  });
});
