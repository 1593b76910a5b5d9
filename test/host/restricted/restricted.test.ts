import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import type { AgentStartError } from '../../../src/engine/ports';
import { activated, bytes, folder, inTrack, labels, Person, row, run } from '../support/host';

describe('a workspace that is not trusted', () => {
  before(() => assert.equal(vscode.workspace.isTrusted, false));

  it('is shown, and its markers can be changed', async () => {
    await activated();
    assert.ok((await labels('Active')).includes('Cart'));
    const plan = inTrack('cart_20260101', 'plan.md');
    const before = bytes(plan);
    await run(new Person(), 'markTaskInProgress', await row('Active', 'Cart', 'Plan', 'Phase 2', '2.2'));
    assert.equal(bytes(plan), before.replace('[ ] Task 2.2', '[~] Task 2.2'));
  });

  it('starts no agent, whichever way it is asked', async () => {
    const before = bytes(inTrack('search_20260102', 'metadata.json'));
    const person = await run(new Person('Start'), 'stepLoop', await row('Ready', 'Search'));
    assert.match(person.told[0]?.message ?? '', /not trusted/);
    assert.deepEqual(person.told[0]?.actions, ['Manage Trust']);
    const { agents } = (await activated()).context.ports;
    await assert.rejects(
      agents.start({ executable: process.execPath, args: ['-e', ''], cwd: folder, name: 'test' }),
      (error: unknown) => (error as AgentStartError).code === 'untrusted',
    );
    assert.equal(bytes(inTrack('search_20260102', 'metadata.json')), before);
  });

  it('runs no loop', async () => {
    const before = bytes(inTrack('search_20260102', 'metadata.json'));
    const person = await run(new Person('Run Through'), 'runLoop', await row('Ready', 'Search'));
    assert.match(person.told[0]?.message ?? '', /not trusted/);
    assert.equal(bytes(inTrack('search_20260102', 'metadata.json')), before);
    assert.equal(existsSync(inTrack('search_20260102', '.message-bus')), false);
  });
});
