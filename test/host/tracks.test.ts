import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import {
  activated,
  bytes,
  conductor,
  folder,
  groupLabels,
  inTrack,
  labelOf,
  Person,
  reset,
  rows,
  run,
  text,
  track,
  until,
  write,
} from './support/host';

describe('tracks and what needs you', () => {
  before(async () => {
    await vscode.commands.executeCommand('conductor.tracks.focus');
    await reset();
  });
  afterEach(reset);

  it('makes a track: files, and an entry in the form of tracks.md', async () => {
    await run(new Person('Gift cards', 'feature', 'Cards to give away'), 'newTrack');
    const made = await until('the track', () =>
      activated().then(({ context }) =>
        context.source.snapshot.roots[0]?.tracks.find(({ name }) => name === 'Gift cards'),
      ),
    );
    assert.match(made.id, /^gift-cards_\d{8}$/);
    assert.equal(made.registered, true);
    assert.match(
      text(join(conductor, 'tracks.md')),
      new RegExp(`\\| ${made.id} \\| Gift cards \\| feature \\|`),
    );
    assert.match(text(inTrack(made.id, 'spec.md')), /Cards to give away/);
    assert.equal((JSON.parse(text(inTrack(made.id, 'metadata.json'))) as { version: number }).version, 3);
    assert.match(vscode.window.activeTextEditor?.document.fileName ?? '', /spec\.md$/);
  });

  it('says why a track of a taken name is not made, and writes nothing', async () => {
    const before = bytes(join(conductor, 'tracks.md'));
    const person = await run(new Person('Cart', 'feature', ''), 'newTrack');
    assert.match(person.told[0]?.message ?? '', /cart/i);
    assert.equal(bytes(join(conductor, 'tracks.md')), before);
  });

  it('makes nothing where a conductor directory is', async () => {
    const person = await run(new Person(), 'initializeConductor');
    assert.match(person.told[0]?.message ?? '', /already a conductor directory/);
  });

  it('opens spec, plan and metadata', async () => {
    const { key, root } = await track('cart_20260101');
    for (const [command, name] of [
      ['openSpec', 'spec.md'],
      ['openPlan', 'plan.md'],
      ['openMetadata', 'metadata.json'],
    ] as const) {
      await run(new Person(), command, { root, key });
      assert.equal(vscode.window.activeTextEditor?.document.fileName, inTrack('cart_20260101', name));
    }
    const person = await run(new Person(), 'openSpec', { root, key: (await track('stuck_20260108')).key });
    assert.match(person.told[0]?.message ?? '', /no spec\.md/);
  });

  it('lists what needs a person, with why and where, and counts it on the badge', async () => {
    const { context, needsYouView } = await activated();
    const items = context.needsYou.items;
    assert.ok(items.some(({ kind, trackName }) => kind === 'blocker' && trackName === 'Stuck'));
    assert.equal(needsYouView.view.badge?.value, items.length);
    const shown = needsYouView.getChildren();
    assert.equal(shown.length, items.length);
    const blocker = shown.find(({ label }) => label.includes('No key from the provider'));
    assert.ok(blocker);
    assert.equal(needsYouView.getTreeItem(blocker).contextValue, '.needsYou.blocker.resolvable.');
    assert.ok(needsYouView.getChildren(blocker)[0]?.label);
  });

  it('shows the drift of done tracks as one quiet row, which opens into the tracks', async () => {
    const { context, needsYouView } = await activated();
    const before = needsYouView.view.badge?.value;
    const plan = inTrack('login_20260105', 'plan.md');
    write(plan, `${text(plan)}\n- [ ] Task 9: Left over\n`);
    const quiet = await until('the quiet row', () =>
      needsYouView.getChildren().find(({ label }) => label === '1 done track disagrees with its files'),
    );
    assert.equal(needsYouView.getChildren().at(-1)?.id, quiet.id);
    assert.equal(needsYouView.view.badge?.value, before);
    const [part] = needsYouView.getChildren(quiet);
    assert.equal(part?.label, 'Login');
    assert.ok(context.needsYou.items.some(({ parts }) => parts?.some(({ id }) => id === part?.id)));
    await reset();
    await until(
      'it is gone',
      () => !needsYouView.getChildren().some(({ label }) => /done track/.test(label)),
    );
  });

  it('says on the status bar that the active track is blocked', async () => {
    const { statusBar } = await activated();
    const stuck = await track('stuck_20260108');
    const metadata = inTrack('stuck_20260108', 'metadata.json');
    write(metadata, text(metadata).replace('"feature"', '"bugfix"'));
    await until('it changed last', async () => (await track('stuck_20260108')) !== stuck);
    const shown = await until('the status bar', () =>
      /Stuck · EXECUTE blocked/.test(statusBar.text) ? statusBar.text : undefined,
    );
    assert.match(shown, /circle-slash/);
    await reset();
  });

  it('resolves an item of Needs You', async () => {
    const { context, needsYouView } = await activated();
    const blocker = needsYouView
      .getChildren()
      .find(({ label }) => label.includes('No key from the provider'));
    await run(new Person('Mark as Resolved', 'It came'), 'resolve', blocker);
    await until('it is gone', () =>
      context.needsYou.items.every(({ what }) => !what.includes('No key from the provider')),
    );
  });

  it('registers a track that tracks.md does not know', async () => {
    const { context } = await activated();
    const loose = await track('loose_20260107');
    const group = groupLabels[loose.group];
    const problem = (await rows(group, loose.name, 'Problems')).find(
      (node) => node.kind === 'row' && node.argument === 'registerTrack',
    );
    assert.ok(problem);
    await run(new Person(), 'repair', problem);
    await until('registered', async () => (await track('loose_20260107')).registered);
    assert.ok(context.source.snapshot.roots[0]?.registry?.entries.some(({ id }) => id === 'loose_20260107'));
  });

  it('shows workers, locks and messages of the bus', async () => {
    const { workersView } = await activated();
    const top = workersView.getChildren().map((node) => labelOf(workersView.getTreeItem(node)));
    assert.deepEqual(top, ['2.1 Show the lines', 'Locks', 'Messages']);
    const [worker, locks] = workersView.getChildren();
    assert.ok(worker && locks);
    assert.match(worker.description ?? '', /^Running, stale · 40 % · /);
    assert.match(workersView.getChildren(locks)[0]?.description ?? '', /worker-2\.1-1 · expired/);
  });

  it('releases an expired lock, and only that', async () => {
    const { context } = await activated();
    const item = context.needsYou.items.find(({ kind }) => kind === 'staleLock');
    assert.ok(item, context.needsYou.items.map(({ kind }) => kind).join());
    await run(new Person('Release Lock'), 'resolve', { id: item.id });
    assert.deepEqual(JSON.parse(text(inTrack('cart_20260101', '.message-bus', 'locks.json'))), {});
  });

  it('keeps badge and status bar true while its views are hidden, and refreshes no hidden view', async () => {
    const { context, needsYouView } = await activated();
    await vscode.commands.executeCommand('workbench.view.explorer');
    await until('the views are hidden', () => !context.tracks.view.visible);
    const fired: unknown[] = [];
    const listening = context.tracks.onDidChangeTreeData((event) => fired.push(event));
    const before = needsYouView.view.badge?.value ?? 0;
    const plan = inTrack('cart_20260101', 'plan.md');
    write(plan, text(plan).replace('- [ ] Task 2.3', '- [!] Task 2.3'));
    await until('one more', () => needsYouView.view.badge?.value === before + 1);
    assert.deepEqual(fired, []);
    await vscode.commands.executeCommand('conductor.tracks.focus');
    await until('the view has caught up', () => fired.length > 0);
    listening.dispose();
  });

  it('copies diagnostics without the content of files', async () => {
    await run(new Person(), 'copyDiagnostics');
    const copied = await vscode.env.clipboard.readText();
    assert.match(copied, /Conductor \d+\.\d+\.\d+, VS Code/);
    assert.ok(copied.includes(join(folder, 'conductor')));
    assert.doesNotMatch(copied, /Change a quantity/);
  });

  it('is quick to activate', async () => {
    // A budget is measured by the benchmark; this only keeps the work of the first read out of activate().
    const { activation, context } = await activated();
    assert.ok(activation < 1000);
    assert.ok(context.source.isReady);
  });
});
