import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as vscode from 'vscode';
import type { TaskNode } from '../../src/editor/views/trackNodes';
import {
  activated,
  bytes,
  folder,
  inTrack,
  labels,
  Person,
  reset,
  row,
  run,
  text,
  track,
  until,
  write,
} from './support/host';

describe('marking tasks', () => {
  const plan = inTrack('cart_20260101', 'plan.md');
  const head = (): string =>
    execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: folder, encoding: 'utf8' }).trim();

  before(async () => {
    await vscode.commands.executeCommand('conductor.tracks.focus');
    await reset();
  });
  afterEach(reset);

  it('changes one character when a row is marked in progress, and the tree follows', async () => {
    const { tracks } = (await activated()).context;
    const before = bytes(plan);
    await run(new Person(), 'markTaskInProgress', await row('Active', 'Cart', 'Plan', 'Phase 2', '2.2'));
    assert.equal(bytes(plan), before.replace('[ ] Task 2.2', '[~] Task 2.2'));
    await until(
      'the row',
      async () =>
        tracks.getTreeItem(await row('Active', 'Cart', 'Plan', 'Phase 2', '2.2')).description ===
        'In Progress',
    );
  });

  it('asks from the palette for track and task', async () => {
    const before = bytes(plan);
    const person = await run(new Person('Cart', '2.3'), 'markTaskSkipped');
    assert.equal(bytes(plan), before.replace('[ ] Task 2.3', '[-] Task 2.3'));
    assert.match(person.notes[0] ?? '', /2\.3 is Skipped/);
  });

  it('takes the task at the cursor in plan.md', async () => {
    const editor = await vscode.window.showTextDocument(vscode.Uri.file(plan));
    const line = editor.document
      .getText()
      .split('\n')
      .findIndex((l) => l.includes('Prices'));
    editor.selection = new vscode.Selection(line, 8, line, 8);
    const before = bytes(plan);
    await run(new Person(), 'markTaskInProgress');
    assert.equal(bytes(plan), before.replace('[ ] Prices', '[~] Prices'));
  });

  it('writes HEAD and the summary in the form of the file when the command marks as done', async () => {
    const before = bytes(plan);
    const person = await run(
      new Person(head(), 'Buttons beside the number'),
      'markTaskDone',
      await row('Active', 'Cart', 'Plan', 'Phase 2', '2.2'),
    );
    assert.match(person.offered[0]?.[0] ?? '', new RegExp(head()));
    assert.equal(
      bytes(plan),
      before.replace(
        '- [ ] Task 2.2: Change a quantity\n',
        `- [x] Task 2.2: Change a quantity <!-- commit: ${head()} -->\n  - Buttons beside the number\n`,
      ),
    );
  });

  it('changes nothing when a question is cancelled', async () => {
    const before = bytes(plan);
    await run(new Person(undefined), 'markTaskDone', await row('Active', 'Cart', 'Plan', 'Phase 2', '2.2'));
    await run(
      new Person('No commit', undefined),
      'markTaskDone',
      await row('Active', 'Cart', 'Plan', 'Phase 2', '2.2'),
    );
    await run(
      new Person(undefined),
      'markTaskBlocked',
      await row('Active', 'Cart', 'Plan', 'Phase 2', '2.2'),
    );
    assert.equal(bytes(plan), before);
  });

  it('writes the reason of a blocked task below it', async () => {
    await run(
      new Person('No design yet'),
      'markTaskBlocked',
      await row('Active', 'Cart', 'Plan', 'Phase 2', '2.3'),
    );
    assert.match(text(plan), /- \[!\] Task 2\.3: Remove a line\n {2}- .*No design yet\n/);
  });

  it('marks all selected rows', async () => {
    const before = bytes(plan);
    const nodes = [
      await row('Active', 'Cart', 'Plan', 'Phase 2', '2.2'),
      await row('Active', 'Cart', 'Plan', 'Phase 2', '2.3'),
    ];
    await run(new Person(), 'markTaskInProgress', nodes[0], nodes);
    assert.equal(
      bytes(plan),
      before.replace('[ ] Task 2.2', '[~] Task 2.2').replace('[ ] Task 2.3', '[~] Task 2.3'),
    );
  });

  it('asks before a task with open sub-tasks is done', async () => {
    const { context, toggle } = await activated();
    const before = bytes(plan);
    const node = await row('Active', 'Cart', 'Plan', 'Phase 2', '2.1');
    assert.equal(node.kind, 'task');
    context.dialogs = new Person(undefined);
    await toggle(node, true);
    assert.equal(bytes(plan), before);
    context.dialogs = new Person('Mark as Done');
    await toggle(node, true);
    assert.equal(bytes(plan), before.replace('[~] Task 2.1', '[x] Task 2.1'));
  });

  it('marks at once when a check box is clicked, and back byte for byte', async () => {
    const { context, toggle } = await activated();
    const before = bytes(plan);
    context.dialogs = new Person();
    const node = await row('Active', 'Cart', 'Plan', 'Phase 2', '2.2');
    await toggle(node as TaskNode, true);
    assert.equal(bytes(plan), before.replace('[ ] Task 2.2', '[x] Task 2.2'));
    await toggle(node as TaskNode, false);
    assert.equal(bytes(plan), before);
  });

  it('undoes the last marker in a closed file, and says so when somebody else changed it since', async () => {
    const before = bytes(plan);
    await run(new Person(), 'markTaskInProgress', await row('Active', 'Cart', 'Plan', 'Phase 2', '2.2'));
    await run(new Person(), 'undoLastMarker');
    assert.equal(bytes(plan), before);
    await run(new Person(), 'markTaskInProgress', await row('Active', 'Cart', 'Plan', 'Phase 2', '2.2'));
    await vscode.workspace.fs.writeFile(
      vscode.Uri.file(plan),
      Buffer.from(before.replace('[ ] Task 2.2', '[x] Task 2.2')),
    );
    const person = await run(new Person(), 'undoLastMarker');
    assert.equal(person.told[0]?.severity, 'error');
    assert.equal(bytes(plan), before.replace('[ ] Task 2.2', '[x] Task 2.2'));
  });

  it('says what to do when the task is no longer there', async () => {
    const node = await row('Active', 'Cart', 'Plan', 'Phase 2', '2.3');
    await vscode.workspace.fs.writeFile(
      vscode.Uri.file(plan),
      Buffer.from('# Plan\n\n- [ ] Task 9: Other\n'),
    );
    await until('the new plan', async () => (await track('cart_20260101')).progress.total === 1);
    const before = bytes(plan);
    const person = new Person();
    await run(person, 'markTaskSkipped', node);
    assert.equal(bytes(plan), before);
    assert.equal(person.told.length, 1);
  });

  it('refuses to complete a phase with open tasks', async () => {
    const before = bytes(plan);
    const person = await run(new Person(), 'completePhase', await row('Active', 'Cart', 'Plan', 'Phase 2'));
    assert.equal(bytes(plan), before);
    assert.equal(person.told[0]?.severity, 'warning');
    assert.match(person.told[0]?.message ?? '', /2\.1|open/i);
  });

  it('refuses to complete a phase while its evaluation says FAIL', async () => {
    const before = bytes(plan);
    const person = await run(new Person(), 'completePhase', await row('Active', 'Cart', 'Plan', 'Phase 1'));
    assert.equal(bytes(plan), before);
    assert.match(person.told[0]?.message ?? '', /Quality Gates: .*FAIL/);
  });

  it('completes a phase when a person attests what no file can say, and not when something is missing', async () => {
    const file = inTrack('crlf_20260103', 'plan.md');
    write(file, bytes(file).replaceAll('- [ ]', '- [x]'));
    await until('all done', async () => (await track('crlf_20260103')).progress.done === 3);
    const before = bytes(file);
    const missing = await run(
      new Person(['Testing']),
      'completePhase',
      await row('Active', 'Line ends', 'Plan', 'Phase 1'),
    );
    assert.match(missing.told[0]?.message ?? '', /Deliverables/);
    assert.equal(bytes(file), before);
    const attested = await run(
      new Person('all', 'Write Checkpoint'),
      'completePhase',
      await row('Active', 'Line ends', 'Plan', 'Phase 1'),
    );
    assert.deepEqual(attested.told, []);
    await until('the heading', async () => (await track('crlf_20260103')).plan?.phases[0]?.saysDone);
    assert.match(bytes(file), /^## Phase 1: Text \[checkpoint: [0-9a-f]{7,}\]\r\n/m);
  });

  it('copies the ids of the selected tasks', async () => {
    await run(new Person(), 'copyTaskId', await row('Active', 'Cart', 'Plan', 'Phase 2', '2.2'));
    assert.equal(await vscode.env.clipboard.readText(), '2.2');
    assert.ok((await labels('Active', 'Cart', 'Plan')).length > 0);
  });
});
