import assert from 'node:assert/strict';
import type { Frame } from 'playwright-core';
import type { PanelName } from '../../src/shared/protocol';
import { eventually } from './eventually';
import { seriousFindings } from './pages/axe';
import { button, openFromPalette, panelPage, PANELS, says, show, tab } from './panelPage';
import type { RowText } from './treeView';
import { inWorkbench, type THEMES, type Workbench } from './workbench';

const CHECKOUT = 'One-page checkout';
const STOCK = 'Stock reservations';
const GIFTS = 'Gift cards';

const folderOf: Readonly<Record<string, string>> = {
  [CHECKOUT]: 'conductor/tracks/one-page-checkout_20261019',
  [STOCK]: 'conductor/tracks/stock-reservations_20261005',
  [GIFTS]: 'conductor/tracks/gift-cards_20261012',
};
const plan = `${folderOf[CHECKOUT]}/plan.md`;

describe('the panels', function () {
  // Each opens four panels at least, on a machine that may be busy.
  this.timeout(120_000);

  it(
    'open from the sidebar, from the palette and from the title of an editor',
    inWorkbench({}, async (workbench) => {
      await ready(workbench);
      const row = workbench.view('Tracks').row(CHECKOUT);
      await row.action('Open Track');
      await panelPage(workbench, 'track');
      await row.menu('Open Graph');
      await panelPage(workbench, 'graph');
      await row.menu('Review Gate');
      await panelPage(workbench, 'gate');
      await row.menu('Open Board');
      await panelPage(workbench, 'board');
      for (const panel of PANELS) assert.equal(await tab(workbench, panel, CHECKOUT).count(), 1, panel);

      await workbench.runCommand('View: Close All Editors');
      for (const panel of PANELS) await openFromPalette(workbench, panel, CHECKOUT);

      await workbench.runCommand('View: Close All Editors');
      const titleButton = (name: string) =>
        workbench.page
          .locator('.editor-group-container.active .editor-actions')
          .getByRole('button', { name });
      for (const [panel, name] of [
        ['track', 'Open Track'],
        ['graph', 'Open Graph'],
      ] as const) {
        await row.action('Open Plan');
        await workbench.waitForTab('plan.md');
        await titleButton(name).first().click();
        await panelPage(workbench, panel);
        assert.equal(await tab(workbench, panel, CHECKOUT).count(), 1);
      }
    }),
  );

  it(
    'Track: a click on a box marks the task; the page, the tree and the file agree',
    inWorkbench({}, async (workbench) => {
      await ready(workbench);
      const before = workbench.read(plan);
      const page = await openFromPalette(workbench, 'track', CHECKOUT);
      const box = page.getByRole('checkbox', { name: /^Task 3\.4 / });
      await box.scrollIntoViewIfNeeded();
      await box.click();
      await eventually(() =>
        assert.equal(workbench.read(plan), before.replace('- [ ] Task 3.4', '- [x] Task 3.4')),
      );
      await says(page, '8 of 14 tasks done');
      await eventually(async () => assert.equal(await box.getAttribute('aria-checked'), 'true'));
      await eventually(async () =>
        assert.match((await checkoutRow(workbench)).description, /^EXECUTE · 8\/14/),
      );
      await box.click();
      await eventually(() => assert.equal(workbench.read(plan), before));
      await says(page, '7 of 14 tasks done');
      // The loop leads to its checkpoint, a task to its line.
      await page.getByRole('link', { name: 'Payment form', exact: true }).click();
      await workbench.waitForTab('plan.md');
    }),
  );

  it(
    'Track: is worked by keyboard alone, and the keys stay with it',
    inWorkbench({}, async (workbench) => {
      await ready(workbench);
      const before = workbench.read(plan);
      const page = await openFromPalette(workbench, 'track', CHECKOUT);
      await enter(workbench, page);
      await tabTo(workbench, page, '.lnode');
      await workbench.page.keyboard.press('Home');
      assert.match(await focused(page), /^Plan: /);
      await workbench.page.keyboard.press('ArrowRight');
      assert.match(await focused(page), /^Evaluate plan: /);
      await tabTo(workbench, page, '.tick');
      // To task 3.4, whose box Space takes through the markers.
      await workbench.page.keyboard.press('Home');
      for (let i = 0; i < 40 && !(await focused(page)).startsWith('Task 3.4 '); i++)
        await workbench.page.keyboard.press('ArrowDown');
      await workbench.page.keyboard.press('Space');
      await eventually(() =>
        assert.equal(workbench.read(plan), before.replace('- [ ] Task 3.4', '- [~] Task 3.4')),
      );
      // The focus is where it was, though the page shows a new state.
      await eventually(async () => assert.match(await focused(page), /^Task 3\.4 .*marker \[~\]/));
      await workbench.page.keyboard.press('Space');
      await eventually(() =>
        assert.equal(workbench.read(plan), before.replace('- [ ] Task 3.4', '- [x] Task 3.4')),
      );
      await workbench.page.keyboard.press('Alt+N');
      await workbench.question('One-page checkout · EXECUTE');
      await workbench.page.keyboard.press('Escape');
    }),
  );

  it(
    'Graph: is worked by mouse: a task is chosen, explained and marked',
    inWorkbench({}, async (workbench) => {
      await ready(workbench);
      const before = workbench.read(plan);
      const page = await openFromPalette(workbench, 'graph', CHECKOUT);
      await closeSideBar(workbench);
      const node = graphNode(page, '3.4');
      await node.click();
      const pane = page.getByRole('complementary', { name: 'Task 3.4' });
      await pane.waitFor();
      await says(page, /src\/payment\/port\.ts/);
      await pane.getByRole('button', { name: 'Mark' }).click();
      await page.getByRole('menuitemradio', { name: 'In Progress' }).click();
      await eventually(() =>
        assert.equal(workbench.read(plan), before.replace('- [ ] Task 3.4', '- [~] Task 3.4')),
      );
      await eventually(async () => assert.match((await node.getAttribute('aria-label')) ?? '', /running/i));
      // What is chosen stays chosen.
      assert.equal(await node.getAttribute('aria-pressed'), 'true');
      await button(page, 'Table').click();
      await page.getByRole('row', { name: /Payment form/ }).waitFor();
    }),
  );

  it(
    'Graph: is worked by keyboard alone: walked along its edges, marked, shown as a table, searched',
    inWorkbench({}, async (workbench) => {
      await ready(workbench);
      const before = workbench.read(plan);
      const page = await openFromPalette(workbench, 'graph', CHECKOUT);
      await closeSideBar(workbench);
      await enter(workbench, page);
      await tabTo(workbench, page, '.gnode');
      const { keyboard } = workbench.page;
      await keyboard.press('Home');
      assert.match(await focused(page), /^1\./);
      await keyboard.press('ArrowDown');
      assert.match(await focused(page), /^[23]\./);
      await keyboard.press('End');
      assert.match(await focused(page), /^4\.3/);
      await keyboard.press('Enter');
      await page.getByRole('complementary', { name: 'Task 4.3' }).waitFor();
      await keyboard.press('Escape');
      await page.getByRole('complementary', { name: 'Task 4.3' }).waitFor({ state: 'detached' });
      await keyboard.press('Control+F');
      await keyboard.type('Payment form');
      await keyboard.press('Enter');
      await tabTo(workbench, page, '.gnode');
      await eventually(async () => assert.match(await focused(page), /3\.4/));
      await keyboard.press('Space');
      await eventually(() =>
        assert.equal(workbench.read(plan), before.replace('- [ ] Task 3.4', '- [~] Task 3.4')),
      );
      await eventually(async () => assert.match(await focused(page), /3\.4.*running/i));
      await keyboard.press('t');
      await page.getByRole('table').waitFor();
    }),
  );

  it(
    'Gate: approves by mouse what may be approved; the checkpoint, the next step and the audit list are on disk',
    inWorkbench({}, async (workbench) => {
      atGate(workbench, GIFTS, 'EVALUATE_PLAN');
      await ready(workbench);
      const page = await openFromPalette(workbench, 'gate', GIFTS);
      await page.getByRole('heading', { name: /Gate review/ }).waitFor();
      await button(page, 'Approve').click();
      await eventually(() => {
        const { loop_state: loop, gate_reviews: reviews } = metadataOf(workbench, GIFTS);
        assert.equal(loop.current_step, 'EXECUTE');
        assert.equal(loop.checkpoints['EVALUATE_PLAN']?.status, 'PASSED');
        assert.equal(loop.checkpoints['EVALUATE_PLAN']?.verdict, 'PASS');
        assert.equal(reviews?.length, 1);
        assert.match(JSON.stringify(reviews[0]), /EVALUATE_PLAN/);
        assert.match(JSON.stringify(reviews[0]), /APPROVE/);
      });
    }),
  );

  it(
    'Gate: asks for changes by keyboard alone; the reasons and the fix cycle are on disk',
    inWorkbench({}, async (workbench) => {
      atGate(workbench, STOCK, 'EVALUATE_EXECUTION');
      await ready(workbench);
      const page = await openFromPalette(workbench, 'gate', STOCK);
      await enter(workbench, page);
      const { keyboard } = workbench.page;
      // Nothing is decided without a reason.
      const before = workbench.read(`${folderOf[STOCK]}/metadata.json`);
      await keyboard.press('Alt+C');
      await eventually(async () => assert.match(await focused(page), /Note/));
      assert.equal(workbench.read(`${folderOf[STOCK]}/metadata.json`), before);
      await keyboard.type('Refund when the goods are gone');
      await keyboard.press('Alt+C');
      await eventually(() => {
        const { loop_state: loop, gate_reviews: reviews } = metadataOf(workbench, STOCK);
        assert.equal(loop.current_step, 'FIX');
        assert.equal(loop.fix_cycle_count, 3);
        assert.equal(loop.checkpoints['EVALUATE_EXECUTION']?.verdict, 'FAIL');
        assert.match(
          JSON.stringify(loop.checkpoints['EVALUATE_EXECUTION']?.failure_reasons),
          /Refund when the goods are gone/,
        );
        assert.match(JSON.stringify(reviews?.[0]), /REQUEST_CHANGES/);
        assert.match(JSON.stringify(reviews?.[0]), /Refund when the goods are gone/);
      });
    }),
  );

  it(
    'Board: a vote is corrected by mouse, with its reason; the files say who voted what',
    inWorkbench({}, async (workbench) => {
      await ready(workbench);
      const page = await openFromPalette(workbench, 'board', CHECKOUT);
      await closeSideBar(workbench);
      await button(page, /^Cast Vote/).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('COO', { exact: true }).click();
      await dialog.getByText('Approve', { exact: true }).click();
      await dialog.getByRole('textbox', { name: 'Reason' }).fill('The flag convinced me');
      await button(page, 'Correct Vote').click();
      await dialog.waitFor({ state: 'detached' });
      await votedOnDisk(workbench, 'COO', 'APPROVE', /The flag convinced me/);
      await eventually(async () =>
        assert.match((await director(page, 'COO').getAttribute('aria-label')) ?? '', /, Approve/),
      );
    }),
  );

  it(
    'Board: a vote is cast by keyboard alone',
    inWorkbench({}, async (workbench) => {
      await ready(workbench);
      const page = await openFromPalette(workbench, 'board', CHECKOUT);
      await closeSideBar(workbench);
      await enter(workbench, page);
      const { keyboard } = workbench.page;
      await tabTo(workbench, page, '.dir');
      for (let i = 0; i < 5 && !(await focused(page)).startsWith('Chief Operat'); i++)
        await keyboard.press('ArrowRight');
      await keyboard.press('Alt+V');
      await page.getByRole('dialog').waitFor();
      await eventually(async () => assert.equal(await checkedDirector(page), 'COO'));
      await tabTo(workbench, page, 'fieldset:nth-of-type(2) input');
      await keyboard.press('Space');
      await tabTo(workbench, page, 'vscode-text-area');
      await keyboard.type('Two weeks of numbers are enough');
      await keyboard.press('Control+Enter');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await votedOnDisk(workbench, 'COO', 'APPROVE', /Two weeks of numbers are enough/);
    }),
  );

  it(
    'are after a reload of the window as they were: what was selected, the tab, the filter, the unsent note',
    // What VS Code says of itself when a window in a browser is reloaded.
    inWorkbench(
      { expectedErrors: [/Long running operations during shutdown/, /IndexedDB .* is closed/] },
      async (workbench) => {
        atGate(workbench, STOCK, 'EVALUATE_EXECUTION');
        await ready(workbench);
        const track = await openFromPalette(workbench, 'track', CHECKOUT);
        await track.getByRole('tab', { name: 'spec.md' }).click();
        await says(track, 'A guest pays on one page');
        const graph = await openFromPalette(workbench, 'graph', CHECKOUT);
        await graphNode(graph, '2.4').click();
        await graph.getByRole('complementary', { name: 'Task 2.4' }).waitFor();
        await button(graph, 'Table').click();
        await graph.getByRole('table').waitFor();
        const gate = await openFromPalette(workbench, 'gate', STOCK);
        await gate.getByRole('textbox', { name: /^Note/ }).fill('Not yet: the refund');
        const board = await openFromPalette(workbench, 'board', CHECKOUT);
        await director(board, 'CSO').focus();
        // What the pages keep reaches the server with the workbench's own state.
        await workbench.runCommand('Developer: Reload Window');
        await workbench.page.locator('.monaco-workbench .part.activitybar').waitFor({ timeout: 60_000 });

        const boardAgain = await show(workbench, 'board', CHECKOUT);
        await eventually(async () =>
          assert.equal(await director(boardAgain, 'CSO').getAttribute('tabindex'), '0'),
        );
        const gateAgain = await show(workbench, 'gate', STOCK);
        await eventually(async () =>
          assert.equal(
            await gateAgain.getByRole('textbox', { name: /^Note/ }).inputValue(),
            'Not yet: the refund',
          ),
        );
        const graphAgain = await show(workbench, 'graph', CHECKOUT);
        await graphAgain.getByRole('table').waitFor();
        await graphAgain.getByRole('complementary', { name: 'Task 2.4' }).waitFor();
        const trackAgain = await show(workbench, 'track', CHECKOUT);
        await says(trackAgain, 'A guest pays on one page');
        assert.equal(
          await trackAgain.getByRole('tab', { name: 'spec.md' }).getAttribute('aria-selected'),
          'true',
        );
      },
    ),
  );

  it(
    'have nothing serious against them, in dark, light and high contrast',
    inWorkbench({}, async (workbench) => {
      await ready(workbench);
      for (const panel of PANELS) await openFromPalette(workbench, panel, CHECKOUT);
      await closeSideBar(workbench);
      const findings: string[] = [];
      for (const theme of ['light', 'highContrast', 'dark'] satisfies (keyof typeof THEMES)[]) {
        await workbench.setTheme(theme);
        for (const panel of PANELS) {
          const page = await inTheme(workbench, panel, theme);
          findings.push(...(await seriousFindings(page)).map((found) => `${panel} in ${theme}: ${found}`));
        }
      }
      assert.deepEqual(findings, []);
    }),
  );

  it(
    'do not move when motion is reduced',
    inWorkbench({ settings: { 'workbench.reduceMotion': 'on' } }, async (workbench) => {
      await ready(workbench);
      for (const panel of PANELS) {
        const page = await openFromPalette(workbench, panel, CHECKOUT);
        await page.locator('body.vscode-reduce-motion').waitFor();
        const moving = await page.evaluate(() =>
          document
            .getAnimations()
            .filter(({ playState }) => playState === 'running')
            .map((animation) => (animation as CSSAnimation).animationName),
        );
        assert.deepEqual(moving, [], panel);
      }
    }),
  );

  it(
    'look as they should (pictures)',
    inWorkbench({}, async (workbench) => {
      await ready(workbench);
      for (const panel of PANELS) await openFromPalette(workbench, panel, PICTURED[panel]);
      await closeSideBar(workbench);
      await graphNode(await show(workbench, 'graph', CHECKOUT), '2.4').click();
      for (const theme of ['light', 'highContrast', 'dark'] satisfies (keyof typeof THEMES)[]) {
        await workbench.setTheme(theme);
        for (const panel of PANELS) {
          await inTheme(workbench, panel, theme, PICTURED[panel]);
          await workbench.screenshot(`panel-${panel}-${theme}`);
        }
      }
    }),
  );

  it(
    'stay readable in a narrow column (pictures)',
    inWorkbench({ size: { width: 540, height: 900 } }, async (workbench) => {
      await ready(workbench);
      for (const panel of PANELS) await openFromPalette(workbench, panel, CHECKOUT);
      await closeSideBar(workbench);
      await workbench.setTheme('dark');
      for (const panel of PANELS) {
        const page = await inTheme(workbench, panel, 'dark');
        await workbench.screenshot(`panel-${panel}-narrow`);
        // Nothing makes the page wider than its column.
        const { wide, room } = await page.evaluate(() => ({
          wide: document.documentElement.scrollWidth,
          room: document.documentElement.clientWidth,
        }));
        assert.ok(wide <= room, `${panel} is ${wide} px wide in a column of ${room}`);
      }
    }),
  );
});

/** The tracks that the README's pictures show. */
const PICTURED: Readonly<Record<PanelName, string>> = {
  track: STOCK,
  graph: CHECKOUT,
  gate: STOCK,
  board: CHECKOUT,
};

const WEBVIEW_THEMES = {
  light: 'vscode-light',
  dark: 'vscode-dark',
  highContrast: 'vscode-high-contrast',
} as const;

async function inTheme(
  workbench: Workbench,
  panel: PanelName,
  theme: keyof typeof WEBVIEW_THEMES,
  track = CHECKOUT,
): Promise<Frame> {
  const page = await show(workbench, panel, track);
  await page.locator(`body.${WEBVIEW_THEMES[theme]}`).waitFor();
  return page;
}

async function ready(workbench: Workbench): Promise<void> {
  await workbench.openContainer('Conductor');
  await workbench.view('Tracks').row(CHECKOUT).waitFor();
}

async function checkoutRow(workbench: Workbench): Promise<RowText> {
  const row = (await workbench.view('Tracks').rows()).find(({ label }) => label === CHECKOUT);
  assert.ok(row, 'no row of the track');
  return row;
}

async function closeSideBar(workbench: Workbench): Promise<void> {
  await workbench.runCommand('View: Toggle Primary Side Bar Visibility');
  await workbench.page.locator('.part.sidebar').waitFor({ state: 'hidden' });
}

/** Gives the page the focus, at its beginning, without pressing anything on it. */
async function enter(workbench: Workbench, page: Frame): Promise<void> {
  await workbench.runCommand('View: Focus Active Editor Group');
  await eventually(async () => assert.equal(await page.evaluate(() => document.hasFocus()), true));
}

/** Presses Tab until the focus is on something that matches. */
async function tabTo(workbench: Workbench, page: Frame, selector: string): Promise<void> {
  for (let i = 0; i < 80; i++) {
    if (await page.evaluate((what) => Boolean(document.activeElement?.closest(what)), selector)) return;
    await workbench.page.keyboard.press('Tab');
  }
  assert.fail(`Tab does not come to ${selector}; the focus is on: ${await focused(page)}`);
}

/** The name of what has the focus. */
async function focused(page: Frame): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    return element?.getAttribute('aria-label') ?? element?.textContent ?? '';
  });
}

const graphNode = (page: Frame, id: string) => page.locator(`.gnode [role=button][aria-label^="${id} "]`);

const director = (page: Frame, key: string) => page.locator(`.dir[data-director="${key}"]`);

async function checkedDirector(page: Frame): Promise<string> {
  return page.locator('dialog fieldset').first().locator('label:has(input:checked)').innerText();
}

interface Metadata {
  readonly loop_state: {
    readonly current_step: string;
    readonly fix_cycle_count: number;
    readonly checkpoints: Readonly<
      Record<
        string,
        { readonly status: string; readonly verdict?: string; readonly failure_reasons?: unknown }
      >
    >;
  };
  readonly gate_reviews?: readonly unknown[];
}

function metadataOf(workbench: Workbench, track: string): Metadata {
  return JSON.parse(workbench.read(`${folderOf[track]}/metadata.json`)) as Metadata;
}

/** Puts a track to a gate, as an agent does that hands over to the evaluation. */
function atGate(workbench: Workbench, track: string, step: 'EVALUATE_PLAN' | 'EVALUATE_EXECUTION'): void {
  const file = `${folderOf[track]}/metadata.json`;
  const metadata = JSON.parse(workbench.read(file)) as {
    status: string;
    loop_state: {
      current_step: string;
      step_status: string;
      checkpoints: Record<string, Record<string, unknown>>;
    };
  };
  metadata.status = 'in_progress';
  const { loop_state: loop } = metadata;
  Object.assign(loop, { current_step: step, step_status: 'IN_PROGRESS' });
  loop.checkpoints[step] = { status: 'IN_PROGRESS', started_at: '2026-11-18T10:00:00Z' };
  if (step === 'EVALUATE_EXECUTION')
    Object.assign(loop.checkpoints['FIX'] ?? {}, { status: 'PASSED', fixes_remaining: [] });
  workbench.write(file, `${JSON.stringify(metadata, null, 2)}\n`);
}

async function votedOnDisk(
  workbench: Workbench,
  who: string,
  verdict: string,
  reason: RegExp,
): Promise<void> {
  await eventually(() => {
    const votes = JSON.parse(workbench.read(`${folderOf[CHECKOUT]}/.message-bus/board/votes.json`)) as Record<
      string,
      { final_verdict: string }
    >;
    assert.equal(votes[who]?.final_verdict, verdict);
    const metadata = workbench.read(`${folderOf[CHECKOUT]}/metadata.json`);
    assert.match(metadata, new RegExp(`"${who}": "${verdict}"`));
    assert.match(metadata + JSON.stringify(votes), reason);
  });
}
