import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { activated, folder, labels, Person, row, rows, run, text, until, write } from '../support/host';

describe('several folders with a conductor directory each', () => {
  before(async () => {
    await activated();
    await vscode.commands.executeCommand('conductor.tracks.focus');
  });

  it('has a level for the roots, with where they are', async () => {
    const { tracks } = (await activated()).context;
    const roots = (await rows()).map((node) => tracks.getTreeItem(node));
    assert.deepEqual(
      roots.map(({ label, description }) => [label, description]),
      [
        ['shop', 'conductor'],
        ['tools', '.conductor'],
      ],
    );
    assert.deepEqual(await labels('shop', 'Active'), ['One']);
    assert.deepEqual(await labels('tools', 'Active'), ['Two']);
  });

  it('marks a task in the root that it belongs to', async () => {
    const plan = join(folder, 'tools/.conductor/tracks/two_20260102/plan.md');
    await run(new Person(), 'markTaskInProgress', await row('tools', 'Active', 'Two', 'Plan', '2'));
    assert.match(text(plan), /- \[~\] Task 2: End/);
  });

  it('asks which root a new track goes to', async () => {
    const person = await run(new Person('tools', 'Three', 'bugfix', ''), 'newTrack');
    assert.deepEqual(person.offered[0], ['shop', 'tools']);
    assert.match(text(join(folder, 'tools/.conductor/tracks.md')), /three_\d{8}/);
    assert.doesNotMatch(text(join(folder, 'shop/conductor/tracks.md')), /three_/);
  });

  it('follows changes in every root', async () => {
    const { tracks } = (await activated()).context;
    const plan = join(folder, 'shop/conductor/tracks/one_20260101/plan.md');
    write(plan, text(plan).replace('[ ] Task 2', '[x] Task 2'));
    await until('2/2', async () =>
      (await Promise.all((await rows('shop')).map((group) => tracks.getChildren(group))))
        .flat()
        .some((node) => /2\/2/.test(String(tracks.getTreeItem(node).description))),
    );
  });
});
