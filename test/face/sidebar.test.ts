import assert from 'node:assert/strict';
import { eventually } from './eventually';
import { inWorkbench, type THEMES, type Workbench } from './workbench';

const checkout = 'conductor/tracks/one-page-checkout_20261019';
const plan = `${checkout}/plan.md`;
const metadata = `${checkout}/metadata.json`;

interface LoopState {
  readonly loop_state: { readonly current_step: string; readonly step_status: string };
}

function loopOf(workbench: Workbench): LoopState['loop_state'] {
  return (JSON.parse(workbench.read(metadata)) as LoopState).loop_state;
}

/** Agents that a test can start: this test's own node, doing nothing for a while. */
function sleeper(seconds: number): Record<string, unknown> {
  return {
    'conductor.agent.provider': 'sleeper',
    'conductor.agents': {
      sleeper: {
        executable: process.execPath,
        args: ['-e', `setTimeout(() => {}, ${seconds * 1000})`, '{prompt}'],
      },
    },
  };
}

describe('the sidebar', () => {
  it(
    'shows the tracks of the sample by state, each with step, progress and fix cycle; the active one in the status bar',
    inWorkbench({}, async (workbench) => {
      await workbench.openContainer('Conductor');
      const tracks = workbench.view('Tracks');
      await tracks.row('One-page checkout').waitFor();
      const rows = await tracks.rows();
      const told = rows.map(({ label, description }) => `${label} | ${description}`);
      assert.ok(told.includes('One-page checkout | EXECUTE · 7/14 · 1 problem'), told.join('\n'));
      assert.ok(
        told.some((row) => /^Stock reservations \| FIX · 11\/13 · fix 2\/3/.test(row)),
        told.join('\n'),
      );
      assert.ok(
        told.some((row) => /^Live carrier rates \| EXECUTE blocked · /.test(row)),
        told.join('\n'),
      );
      assert.deepEqual(
        rows.filter(({ level }) => level === 1).map(({ label }) => label),
        ['Active', 'Paused', 'Done', 'Archived'],
      );
      const spoken = rows.find(({ label }) => label === 'One-page checkout')?.spoken ?? '';
      assert.match(spoken, /^One-page checkout, Active, step EXECUTE, In Progress, 7 of 14 tasks done/);
      await eventually(async () => {
        const items = await workbench.statusBar();
        assert.ok(
          items.some((text) => /One-page checkout · EXECUTE · 7\/14/.test(text)),
          items.join('|'),
        );
      });
    }),
  );

  it(
    'is clicked through: loop, plan, gates, board and documents of a track',
    inWorkbench({}, async (workbench) => {
      await workbench.openContainer('Conductor');
      await workbench.view('Needs You').row(/./).waitFor();
      const tracks = workbench.view('Tracks');
      await tracks.row('Stock reservations').expand();
      await tracks.row('Loop').expand();
      await tracks.row('Fix').waitFor();
      const steps = await tracks.rows();
      assert.match(
        steps.find(({ label }) => label === 'Fix')?.description ?? '',
        /^Now · In Progress · cycle 2 of 3$/,
      );
      await tracks.row('Loop').collapse();
      await tracks.row('Gates').expand();
      await tracks.row('Execution Evaluation Report (Round 2)').expand();
      await tracks.row('No Regressions').waitFor();
      await tracks.row('Gates').collapse();
      await tracks.row('Board').expand();
      await tracks.row('EVALUATE EXECUTION').expand();
      await tracks.row('COO').waitFor();
      await tracks.row('Board').collapse();
      await tracks.row('Documents').expand();
      await tracks.row('spec.md').click();
      await workbench.waitForTab('spec.md');
    }),
  );

  it(
    'marks a task done with one click on its check box, and back: plan.md on disk follows byte for byte',
    inWorkbench({}, async (workbench) => {
      const before = workbench.read(plan);
      const tracks = await openPhase(workbench);
      const task = tracks.row('3.4 Payment form');
      await task.toggle();
      await eventually(() =>
        assert.equal(workbench.read(plan), before.replace('- [ ] Task 3.4', '- [x] Task 3.4')),
      );
      await eventually(async () => assert.equal(await task.checked(), true));
      await eventually(async () =>
        assert.equal(
          (await rowNamed(workbench, 'One-page checkout')).description,
          'EXECUTE · 8/14 · 1 problem',
        ),
      );
      await task.toggle();
      await eventually(() => assert.equal(workbench.read(plan), before));
      // The row itself opens the plan at its line.
      await task.click();
      await workbench.waitForTab('plan.md');
      await eventually(async () => assert.match(await workbench.editorText(), /Task 3\.4: Payment form/));
    }),
  );

  it(
    'shows within a moment what another program writes, and keeps what is open and selected',
    inWorkbench({}, async (workbench) => {
      const tracks = await openPhase(workbench);
      workbench.write(plan, workbench.read(plan).replace('- [ ] Task 3.4', '- [~] Task 3.4'));
      await eventually(async () =>
        assert.equal((await rowNamed(workbench, '3.4 Payment form')).description, 'In Progress'),
      );
      const rows = await tracks.rows();
      assert.equal(rows.find(({ label }) => label.startsWith('Phase 3'))?.expanded, true);
    }),
  );

  it(
    'asks before a task with open sub-tasks is done, and lets the box fall back when the answer is no',
    inWorkbench({}, async (workbench) => {
      const before = workbench.read(plan);
      const tracks = await openPhase(workbench);
      const task = tracks.row('3.3 Summary that stays in view');
      await task.toggle();
      assert.match(await workbench.dialog(), /has open sub-tasks/);
      await workbench.dialogButton('Cancel');
      await eventually(async () => assert.equal(await task.checked(), false));
      assert.equal(workbench.read(plan), before);
    }),
  );

  it(
    'marks from the context menu, and takes the marker back from the palette',
    inWorkbench({}, async (workbench) => {
      const before = workbench.read(plan);
      const tracks = await openPhase(workbench);
      await tracks.row('3.4 Payment form').menu('Mark Task As', 'Mark Task as Skipped');
      await eventually(() =>
        assert.equal(workbench.read(plan), before.replace('- [ ] Task 3.4', '- [-] Task 3.4')),
      );
      await eventually(async () =>
        assert.equal((await rowNamed(workbench, '3.4 Payment form')).description, 'Skipped'),
      );
      await workbench.runCommand('Conductor: Undo Last Marker');
      await eventually(() => assert.equal(workbench.read(plan), before));
    }),
  );

  it(
    'resumes a track from the palette: it shows the exact command, and what a person may do instead',
    inWorkbench({}, async (workbench) => {
      await workbench.openContainer('Conductor');
      await workbench.view('Tracks').row('One-page checkout').waitFor();
      await workbench.runCommand('Conductor: Resume Track');
      await workbench.pick('One-page checkout');
      const { title, placeholder } = await workbench.question('One-page checkout · EXECUTE');
      assert.match(title, /In Progress/);
      assert.match(placeholder, /resumed/);
      const choices = await workbench.quickPickLabels();
      assert.match(choices[0] ?? '', /^Resume executing-plans/);
      assert.ok(choices.includes('Record Passed') && choices.includes('Set Step…'), choices.join());
      await workbench.screenshot('step-loop');
      await workbench.page.keyboard.press('Escape');
    }),
  );

  it(
    'resumes a paused track: its status first, then its next step',
    inWorkbench({}, async (workbench) => {
      await workbench.openContainer('Conductor');
      await workbench.view('Tracks').row('Gift cards').waitFor();
      await workbench.runCommand('Conductor: Resume Track');
      await workbench.pick('Gift cards');
      await workbench.question('Gift cards · EXECUTE');
      await workbench.page.keyboard.press('Escape');
      assert.match(
        workbench.read('conductor/tracks/gift-cards_20261012/metadata.json'),
        /"status": "in_progress"/,
      );
      await eventually(async () => {
        const rows = await workbench.view('Tracks').rows();
        assert.equal(
          rows.some(({ label }) => label === 'Paused'),
          false,
        );
      });
    }),
  );

  it(
    'steps the loop from the palette: records what a person reports and goes on',
    inWorkbench({}, async (workbench) => {
      await workbench.openContainer('Conductor');
      await workbench.view('Tracks').row('One-page checkout').waitFor();
      await workbench.runCommand('Conductor: Step Loop');
      await workbench.pick('One-page checkout');
      await workbench.question('One-page checkout · EXECUTE');
      await workbench.pick('Record Passed');
      await eventually(() => assert.equal(loopOf(workbench).current_step, 'EVALUATE_EXECUTION'));
      await eventually(async () =>
        assert.match((await rowNamed(workbench, 'One-page checkout')).description, /^EVALUATE_EXECUTION · /),
      );
    }),
  );

  it(
    'steps the loop from the palette: starts the agent as a task, after its command was approved',
    inWorkbench({}, async (workbench) => {
      workbench.changeSettings(sleeper(60));
      await workbench.openContainer('Conductor');
      await workbench.view('Tracks').row('One-page checkout').waitFor();
      await eventually(async () => {
        await workbench.runCommand('Conductor: Step Loop');
        await workbench.pick('One-page checkout');
        await workbench.question('One-page checkout · EXECUTE');
        const [first = ''] = await workbench.quickPickLabels();
        await workbench.pick(first);
        const dialog = await workbench.dialog();
        assert.match(dialog, /Start superpowers:executing-plans: one-page-checkout_20261019\?/);
        // The settings have just been written: the window may not know them yet.
        const isOurs = dialog.includes('setTimeout');
        await workbench.dialogButton(isOurs ? 'Start' : 'Cancel');
        assert.ok(isOurs, dialog);
      });
      // The terminal of the task, and the track that shows that something runs.
      await workbench.page.locator('.terminal-outer-container, .terminal-group').first().waitFor();
      await eventually(async () => {
        const row = await rowNamed(workbench, 'One-page checkout');
        assert.match(row.spoken, /agent running/);
      });
      assert.deepEqual(
        { step: loopOf(workbench).current_step, status: loopOf(workbench).step_status },
        { step: 'EXECUTE', status: 'IN_PROGRESS' },
      );
    }),
  );

  it(
    'lists what needs a person, with a count on the icon, and resolves it in place',
    inWorkbench({}, async (workbench) => {
      await workbench.openContainer('Conductor');
      const needsYou = workbench.view('Needs You');
      await needsYou.row(/./).waitFor();
      const rows = await needsYou.rows();
      await eventually(async () => assert.equal(await workbench.badge('Conductor'), String(rows.length)));
      const blocker = needsYou.row(/^No key for the Hansa Parcel/);
      await blocker.action('Resolve');
      await workbench.pick('Mark as Resolved…');
      await workbench.answer('The key came by mail', 'What resolved it?');
      await eventually(() =>
        assert.match(
          workbench.read('conductor/tracks/carrier-rates_20261026/metadata.json'),
          /"resolution": "The key came by mail"/,
        ),
      );
      await eventually(async () =>
        assert.equal(
          (await needsYou.rows()).some(({ label }) => label.startsWith('No key')),
          false,
        ),
      );
    }),
  );

  it(
    'shows the workers of a message bus with what they do, and what they wait for',
    inWorkbench({}, async (workbench) => {
      await workbench.openContainer('Conductor');
      await workbench.view('Tracks').row('One-page checkout').waitFor();
      const workers = workbench.view('Workers');
      await workers.open();
      await workers.row('Waits').waitFor();
      const rows = await workers.rows();
      assert.ok(
        rows.some(({ description }) => /^Running · \d+ % · /.test(description)),
        JSON.stringify(rows),
      );
    }),
  );

  it(
    'filters and clears the filter',
    inWorkbench({}, async (workbench) => {
      await workbench.openContainer('Conductor');
      const tracks = workbench.view('Tracks');
      await tracks.row('Stock reservations').waitFor();
      await tracks.action('Filter Tracks');
      await workbench.answer('postcode', 'Part of a name');
      await eventually(async () => {
        const labels = (await tracks.rows()).filter(({ level }) => level === 2).map(({ label }) => label);
        assert.deepEqual(labels, ['One-page checkout']);
      });
      await tracks.action('Clear Filter');
      await tracks.row('Stock reservations').waitFor();
    }),
  );

  it(
    'makes a track, step by step',
    inWorkbench({}, async (workbench) => {
      await workbench.openContainer('Conductor');
      const tracks = workbench.view('Tracks');
      await tracks.row('One-page checkout').waitFor();
      await tracks.action('New Track');
      await workbench.answer('Wish lists', 'Name of the track');
      await workbench.pick('feature');
      await workbench.answer('People keep what they want for later', 'What is it for?');
      await workbench.waitForTab('spec.md');
      await tracks.row('Wish lists').waitFor();
      assert.match(workbench.read('conductor/tracks.md'), /wish-lists_\d{8} \| Wish lists \| feature/);
    }),
  );

  it(
    'welcomes an empty window',
    inWorkbench({ fixture: null }, async (workbench) => {
      await workbench.openContainer('Conductor');
      await eventually(async () =>
        assert.match(await workbench.view('Tracks').welcome(), /tracks of an open folder/),
      );
    }),
  );

  it(
    'welcomes a folder without a conductor directory, and makes one there',
    inWorkbench({ fixture: 'test/fixtures/track-system' }, async (workbench) => {
      await workbench.openContainer('Conductor');
      const tracks = workbench.view('Tracks');
      await eventually(async () => assert.match(await tracks.welcome(), /no conductor directory yet/));
      await workbench.screenshot('sidebar-welcome');
      // From the palette, where it may have been chosen by mistake, it asks first.
      await workbench.runCommand('Conductor: Initialize Conductor');
      assert.match(await workbench.dialog(), /Make a conductor directory in /);
      await workbench.dialogButton('Cancel');
      assert.throws(() => workbench.read('conductor/tracks.md'), /ENOENT/);
      await tracks.welcomeButton('Initialize Conductor');
      await workbench.notification(/^Made \d+ files in /);
      assert.match(workbench.read('conductor/tracks.md'), /Active Tracks/);
      await eventually(async () => assert.match(await tracks.welcome(), /no tracks yet/));
    }),
  );

  it(
    'is at home in light, dark and high contrast (pictures)',
    inWorkbench({ size: { width: 1280, height: 860 } }, async (workbench) => {
      const tracks = await openPhase(workbench);
      await workbench.setSideBarWidth(460);
      await tracks.row('3.4 Payment form').click();
      await workbench.waitForTab('plan.md');
      for (const theme of [
        'light',
        'highContrast',
        'highContrastLight',
        'dark',
      ] satisfies (keyof typeof THEMES)[]) {
        await workbench.setTheme(theme);
        await workbench.screenshot(`sidebar-${theme}`);
      }
    }),
  );

  it(
    'stays readable when it is narrow (picture)',
    inWorkbench({ size: { width: 900, height: 1000 } }, async (workbench) => {
      const tracks = await openPhase(workbench);
      await workbench.setSideBarWidth(240);
      await workbench.setTheme('dark');
      await tracks.row('Loop').expand();
      await workbench.view('Workers').open();
      await workbench.view('Workers').row(/./).waitFor();
      await workbench.screenshot('sidebar-narrow');
    }),
  );
});

async function openPhase(workbench: Workbench): Promise<ReturnType<Workbench['view']>> {
  await workbench.openContainer('Conductor');
  await workbench.view('Needs You').row(/./).waitFor();
  const tracks = workbench.view('Tracks');
  await tracks.row('One-page checkout').expand();
  await tracks.row('Plan').expand();
  await tracks.row(/^Phase 3/).expand();
  return tracks;
}

async function rowNamed(
  workbench: Workbench,
  label: string,
): Promise<Awaited<ReturnType<ReturnType<Workbench['view']>['rows']>>[number]> {
  const rows = await workbench.view('Tracks').rows();
  const found = rows.find((row) => row.label === label);
  assert.ok(found, `no row "${label}" among ${rows.map((row) => row.label).join(' | ')}`);
  return found;
}
