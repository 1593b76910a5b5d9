import assert from 'node:assert/strict';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import {
  activated,
  conductor,
  folder,
  groupLabels,
  inTrack,
  labelOf,
  labels,
  Person,
  reset,
  row,
  rows,
  run,
  text,
  track,
  until,
  write,
} from './support/host';

describe('the Tracks view', () => {
  before(async () => {
    await vscode.commands.executeCommand('conductor.tracks.focus');
    await reset();
  });
  afterEach(reset);

  it('groups the tracks of a single root, without a level for the root or for empty groups', async () => {
    assert.deepEqual((await labels()).slice(0, 4), ['Active', 'Ready', 'Done', 'Archived']);
    const active = await labels('Active');
    assert.ok(active.includes('Cart') && active.includes('Ghost'), active.join());
    assert.deepEqual(await labels('Ready'), ['Search', ...(await labels('Ready')).slice(1)]);
    assert.deepEqual(await labels('Done'), ['Login']);
  });

  it('says step, progress and fix cycle on a track row, and the same in words', async () => {
    const { tracks } = (await activated()).context;
    const item = tracks.getTreeItem(await row('Active', 'Cart'));
    assert.equal(item.description, 'EXECUTE · 2/5 · fix 1/3');
    assert.match(
      item.accessibilityInformation?.label ?? '',
      /Cart, Active, step EXECUTE, In Progress, 2 of 5 tasks done/,
    );
    assert.ok(item.iconPath instanceof vscode.ThemeIcon);
    assert.equal(item.iconPath.id, 'sync');
  });

  it('marks tracks that are only registered and tracks that are only on disk', async () => {
    const { tracks } = (await activated()).context;
    assert.match(String(tracks.getTreeItem(await row('Active', 'Ghost')).description), /folder missing/);
    const loose = await track('loose_20260107');
    const group = groupLabels[loose.group];
    assert.match(String(tracks.getTreeItem(await row(group, loose.name)).description), /not in tracks\.md/);
  });

  it('has loop, plan, gates, board, documents and discovered work below a track', async () => {
    assert.deepEqual(
      (await labels('Active', 'Cart')).filter((label) => label !== 'Problems'),
      ['Loop', 'Plan', 'Gates', 'Board', 'Documents', 'Discovered Work'],
    );
  });

  it('shows the steps with verdicts and marks the present one', async () => {
    const { tracks } = (await activated()).context;
    const steps = await labels('Active', 'Cart', 'Loop');
    assert.match(steps[0] ?? '', /^Next: /);
    assert.deepEqual(steps.slice(1), [
      'Plan',
      'Evaluate Plan',
      'Execute',
      'Evaluate Execution',
      'Fix',
      'Business Sync',
      'Complete',
    ]);
    const now = tracks.getTreeItem(await row('Active', 'Cart', 'Loop', 'Execute'));
    assert.equal(now.description, 'Now · In Progress · 2/5');
    const passed = tracks.getTreeItem(await row('Active', 'Cart', 'Loop', 'Evaluate Plan'));
    assert.equal(passed.description, 'Passed');
  });

  it('gives tasks native check boxes, and shows boxes that are no tasks without one', async () => {
    const { tracks } = (await activated()).context;
    const done = tracks.getTreeItem(await row('Active', 'Cart', 'Plan', 'Phase 1', '1.1'));
    assert.equal((done.checkboxState as { state: number }).state, vscode.TreeItemCheckboxState.Checked);
    assert.equal(done.description, 'abc1234');
    const doing = tracks.getTreeItem(await row('Active', 'Cart', 'Plan', 'Phase 2', '2.1'));
    assert.equal((doing.checkboxState as { state: number }).state, vscode.TreeItemCheckboxState.Unchecked);
    assert.equal(doing.description, 'In Progress');
    assert.equal((doing.iconPath as vscode.ThemeIcon).id, 'sync');
    assert.deepEqual(await labels('Active', 'Cart', 'Plan', 'Phase 2', '2.1'), ['Names', 'Prices']);
    const criterion = tracks.getTreeItem(
      await row('Active', 'Cart', 'Plan', 'Other Check Boxes', 'The total'),
    );
    assert.equal(criterion.checkboxState, undefined);
  });

  it('shows checks and verdict of a gate, votes and conditions of the board', async () => {
    const { tracks } = (await activated()).context;
    const [gate] = await labels('Active', 'Cart', 'Gates');
    assert.match(gate ?? '', /Evaluation Report/);
    assert.deepEqual(await labels('Active', 'Cart', 'Gates', gate ?? ''), ['Tests Pass', 'Deliverables']);
    const board = await labels('Active', 'Cart', 'Board', 'EVALUATE PLAN');
    assert.deepEqual(board, ['CA', 'CPO', 'CSO', 'COO', 'CXO', 'Keep card data off our servers (CSO)']);
    const session = tracks.getTreeItem(await row('Active', 'Cart', 'Board', 'EVALUATE PLAN'));
    assert.equal(session.description, 'APPROVED · 4 of 5 approve');
  });

  it('says what is wrong with an invalid metadata.json, and still shows the plan', async () => {
    const broken = await track('broken_20260104');
    const group = broken.group === 'ready' ? 'Ready' : 'Active';
    assert.deepEqual(await labels(group, broken.name, 'Plan'), ['1 Mend it']);
    assert.ok((await labels(group, broken.name, 'Problems')).length > 0);
  });

  it('reads archived tracks only when their group is opened', async () => {
    const { context } = await activated();
    await reset();
    const old = await labels('Archived');
    assert.equal(old.length, 1);
    assert.equal(context.source.snapshot.roots[0]?.archive.tracks?.length, 1);
  });

  it('makes tooltips only on demand, with the source of what it says', async () => {
    const { tracks } = (await activated()).context;
    const node = await row('Active', 'Cart');
    const item = tracks.getTreeItem(node);
    assert.equal(item.tooltip, undefined);
    const { tooltip } = tracks.resolveTreeItem(item, node);
    assert.ok(tooltip instanceof vscode.MarkdownString);
    assert.match(tooltip.value, /\(plan\.md\)/);
    assert.match(tooltip.value, /tracks\.md:7/);
  });

  it('filters by the text of tasks and marks the place', async () => {
    const { context } = await activated();
    context.tracks.setFilter('quantity');
    assert.deepEqual(await labels('Active'), ['Cart']);
    const task = context.tracks.getTreeItem(await row('Active', 'Cart', 'Plan', 'Phase 2', '2.2'));
    assert.deepEqual((task.label as vscode.TreeItemLabel).highlights, [[13, 21]]);
    context.tracks.setFilter('no such thing');
    assert.deepEqual(
      (await labels()).filter((label) => label !== 'Archived' && label !== 'Problems'),
      [],
    );
  });

  it('says that the filter finds nothing when other rows are left', async () => {
    const { context } = await activated();
    rmSync(join(conductor, 'tracks.md'));
    await until('its problem', async () => (await labels()).includes('Problems'));
    context.tracks.setFilter('no such thing');
    assert.equal((await labels()).at(-1), 'Problems');
    assert.match(context.tracks.view.message ?? '', /No track and no task matches/);
    context.tracks.setFilter('quantity');
    assert.doesNotMatch(context.tracks.view.message ?? '', /No track/);
  });

  it('remembers the chosen order in the workspace, and writes no setting', async () => {
    const { context } = await activated();
    const settings = join(folder, '.vscode/settings.json');
    const before = existsSync(settings) ? text(settings) : undefined;
    try {
      await run(new Person('Name'), 'sortTracks');
      assert.equal(context.tracks.order, 'name');
      const names = await labels('Active');
      assert.deepEqual(
        names,
        [...names].sort((a, b) => a.localeCompare(b)),
      );
      assert.equal(existsSync(settings) ? text(settings) : undefined, before);
    } finally {
      await context.tracks.setOrder(undefined);
    }
    assert.equal(context.tracks.order, 'registry');
  });

  it('sorts by name when asked', async () => {
    const settings = vscode.workspace.getConfiguration('conductor');
    await settings.update('tracks.sort', 'name', vscode.ConfigurationTarget.Workspace);
    try {
      const names = await labels('Active');
      assert.deepEqual(
        names,
        [...names].sort((a, b) => a.localeCompare(b)),
      );
    } finally {
      await settings.update('tracks.sort', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  it('shows a change that another program made, and refreshes that track alone', async () => {
    const { context } = await activated();
    const fired: unknown[] = [];
    const listening = context.tracks.onDidChangeTreeData((event) => fired.push(event));
    const plan = inTrack('cart_20260101', 'plan.md');
    write(plan, text(plan).replace('- [ ] Task 2.2', '- [x] Task 2.2'));
    await until('3/5', async () => {
      const item = context.tracks.getTreeItem(await row('Active', 'Cart'));
      return item.description === 'EXECUTE · 3/5 · fix 1/3';
    });
    await until('an event', () => fired.length > 0);
    listening.dispose();
    const cart = await row('Active', 'Cart');
    assert.deepEqual(fired[0], [cart]);
  });

  it('follows a root that is taken away and put back', async () => {
    const { context } = await activated();
    const aside = join(folder, '.git', 'aside');
    renameSync(conductor, aside);
    try {
      await until('no root', () => context.source.snapshot.roots.length === 0);
      assert.deepEqual(await labels(), []);
    } finally {
      renameSync(aside, conductor);
    }
    await until('the root again', () => context.source.snapshot.roots.length === 1);
    await until('its tracks', async () => (await labels('Active')).includes('Cart'));
  });

  it('drops a track whose folder is deleted and that is not registered', async () => {
    const { context } = await activated();
    rmSync(inTrack('loose_20260107'), { recursive: true });
    await until('no loose track', () =>
      context.source.snapshot.roots[0]?.tracks.every(({ id }) => id !== 'loose_20260107'),
    );
  });

  it('pages the tasks of a very long phase, and counts them all', async () => {
    const { context } = await activated();
    const tasks = Array.from(
      { length: 10_000 },
      (_, i) => `- [${i % 4 === 0 ? 'x' : ' '}] Task ${i + 1}: Do it`,
    );
    write(inTrack('loose_20260107', 'plan.md'), `# Plan\n\n## Phase 1: Long\n\n${tasks.join('\n')}\n`);
    const long = await until('10,000 tasks', async () => {
      const now = await track('loose_20260107');
      return now.progress.total === 10_000 ? now : undefined;
    });
    assert.equal(long.progress.done, 2500);
    const group = groupLabels[long.group];
    const pages = await rows(group, long.name, 'Plan', 'Phase 1');
    assert.equal(pages.length, 20);
    const [first] = pages;
    assert.ok(first);
    assert.equal(labelOf(context.tracks.getTreeItem(first)), 'Tasks 1 to 500');
    assert.equal((await context.tracks.getChildren(first)).length, 500);
  });

  it('gives every row a stable id of its own', async () => {
    const { tracks } = (await activated()).context;
    const ids: string[] = [];
    const walk = async (nodes: Awaited<ReturnType<typeof tracks.getChildren>>): Promise<void> => {
      for (const node of nodes) {
        const item = tracks.getTreeItem(node);
        ids.push(item.id ?? `none: ${labelOf(item)}`);
        await walk(await tracks.getChildren(node));
      }
    };
    await walk(await tracks.getChildren());
    assert.ok(ids.length > 50);
    assert.deepEqual(
      ids.filter((id, index) => ids.indexOf(id) !== index),
      [],
    );
    const before = [...ids];
    ids.length = 0;
    await walk(await tracks.getChildren());
    assert.deepEqual(ids, before);
  });
});
