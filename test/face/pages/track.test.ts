import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { openPanelPage } from '../../../scripts/lib/panelPage.mjs';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import { runPicture } from '../../../src/panels/track/running';
import type { KeptState } from '../../../src/shared/protocol';
import type { TrackLayout, TrackModel } from '../../../src/shared/trackModel';
import { theBrowser } from '../session';
import { seriousFindings } from './axe';
import { hostileFiles, largePlan, loopMetadata } from './trackFiles';
import { modelOfFiles, sampleModel } from './trackModels';

type Options = Partial<Parameters<typeof openPanelPage>[1]>;

async function open(model: TrackModel, o: Options = {}) {
  const panel = await openPanelPage(await theBrowser(), {
    panel: 'track',
    state: { status: 'ready', model },
    ...o,
  });
  // The skeleton has a heading, too.
  await panel.page.locator('.foot').waitFor();
  return panel;
}

async function picture(page: Page, name: string): Promise<void> {
  const file = inRoot('out/face/pages', `track-${name}.png`);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  await page.screenshot({ path: file });
}

const widths = [
  { name: '1400', size: { width: 1400, height: 900 } },
  { name: '1000', size: { width: 1000, height: 1200 } },
  { name: '480', size: { width: 480, height: 1400 } },
] as const;
const themes = ['vscode-dark', 'vscode-light', 'vscode-high-contrast'] as const;

describe('Track panel', () => {
  let checkout: TrackModel;
  let stock: TrackModel;
  before(async () => {
    checkout = await sampleModel('one-page-checkout_20261019');
    stock = await sampleModel('stock-reservations_20261005');
  });

  for (const theme of themes) {
    for (const { name, size } of widths) {
      it(`in ${theme} ${name} wide: nothing serious for axe, nothing against the policy, nothing wider than the panel`, async () => {
        const o = await open(stock, { theme, size });
        try {
          await picture(o.page, `${theme}-${name}`);
          assert.deepEqual(await seriousFindings(o.page), []);
          assert.deepEqual(o.errors, []);
          assert.equal(await overflow(o.page), 0);
        } finally {
          await o.close();
        }
      });
    }
  }

  it('shows the loop with its path, what is next and the tasks', async () => {
    const o = await open(stock);
    try {
      const loop = o.page.getByRole('list', { name: 'Evaluate loop, present step Fix' });
      await loop.waitFor();
      await loop.getByRole('listitem', { name: 'Fix: In progress, cycle 2, present step' }).waitFor();
      await loop.getByText('FAIL ×2').waitFor();
      await loop.getByText('back ×1').waitFor();
      assert.equal(await o.page.getByRole('checkbox').count(), stock.plan.total);
      await o.page.getByText('11 of 13 tasks done').waitFor();
      await o.page.getByRole('button', { name: 'Resume Fixer…' }).waitFor();
    } finally {
      await o.close();
    }
  });

  it('is worked by keyboard: arrows in the loop, Enter opens its checkpoint, Alt+N does what is next', async () => {
    const o = await open(stock);
    try {
      const loop = o.page.getByRole('list', { name: /^Evaluate loop/ });
      await loop.getByRole('listitem', { name: /^Fix:/ }).focus();
      await o.page.keyboard.press('ArrowLeft');
      assert.match(await focusedName(o.page), /^Evaluate execution:/);
      await o.page.keyboard.press('Home');
      assert.match(await focusedName(o.page), /^Plan:/);
      await o.page.getByText('Nothing is recorded').waitFor({ state: 'detached' });
      await o.page.keyboard.press('Enter');
      assert.deepEqual(await lastRequest(o), { kind: 'openStep', step: 'PLAN' });
      await o.page.keyboard.down('Alt');
      await o.page.keyboard.down('n');
      // Held down.
      await o.page.keyboard.down('n');
      await o.page.keyboard.up('n');
      await o.page.keyboard.up('Alt');
      assert.deepEqual((await o.sent()).map(({ request }) => request as unknown).slice(-2), [
        { kind: 'openStep', step: 'PLAN' },
        { kind: 'command', command: 'resumeTrack' },
      ]);
    } finally {
      await o.close();
    }
  });

  it('marks: a click does or undoes, Space goes on, Enter opens, the menu has all markers', async () => {
    const o = await open(checkout);
    const last = () => lastRequest(o);
    try {
      const box = (id: string) => o.page.getByRole('checkbox', { name: new RegExp(`^Task ${id} `) });
      await box('3.4').click();
      assert.deepEqual(await last(), { kind: 'mark', task: '3.4', marker: 'done', asked: false });
      await box('1.1').click();
      assert.deepEqual(await last(), { kind: 'mark', task: '1.1', marker: 'todo', asked: false });
      await box('3.2').focus();
      const before = (await o.sent()).length;
      await o.page.keyboard.press('Space');
      assert.deepEqual(await last(), { kind: 'mark', task: '3.2', marker: 'done', asked: false });
      assert.equal((await o.sent()).length, before + 1, 'Space is no click besides');
      await o.page.keyboard.press('Space');
      assert.deepEqual(
        await last(),
        { kind: 'mark', task: '3.2', marker: 'todo', asked: false },
        'the second press goes on from the first, though the disk has not answered',
      );
      await o.page.keyboard.press('ArrowUp');
      assert.match(await focusedName(o.page), /^Task 3\.1 /);
      await o.page.keyboard.press('Enter');
      const opened = (await last()) as { kind: string; place: { file: string; line: number } };
      assert.equal(opened.kind, 'openFile');
      assert.equal(opened.place.line, checkout.plan.phases[2]?.tasks[0]?.line);
      await o.page.keyboard.press('Shift+F10');
      await o.page.getByRole('menu').waitFor();
      await o.page.keyboard.press('ArrowDown');
      await o.page.keyboard.press('Enter');
      assert.deepEqual(await last(), { kind: 'mark', task: '3.1', marker: 'blocked', asked: true });
      assert.match(await focusedName(o.page), /^Task 3\.1 /);
      await o.page.keyboard.press('Shift+F10');
      await o.page.keyboard.press('Escape');
      await o.page.getByRole('menu').waitFor({ state: 'detached' });
      assert.match(await focusedName(o.page), /^Task 3\.1 /);
    } finally {
      await o.close();
    }
  });

  it('keeps focus, scroll, tab and closed phases through live changes, and over a reload', async () => {
    const o = await open(checkout, { size: { width: 1400, height: 500 } });
    try {
      await o.page.getByRole('button', { name: /Phase 1/, expanded: true }).click();
      await o.page.getByRole('checkbox', { name: /^Task 3\.4 / }).focus();
      await o.page.evaluate(() => window.scrollTo(0, 300));
      const changed: TrackModel = {
        ...checkout,
        name: 'Renamed meanwhile',
        plan: {
          ...checkout.plan,
          phases: checkout.plan.phases.map((phase) => ({
            ...phase,
            tasks: phase.tasks.map((task) =>
              task.id === '3.4' ? { ...task, marker: 'doing', state: 'running', word: 'Running' } : task,
            ),
          })),
        },
      };
      await o.send({ status: 'ready', model: changed });
      await o.page.getByRole('heading', { name: 'Renamed meanwhile' }).waitFor({ state: 'attached' });
      assert.match(await focusedName(o.page), /^Task 3\.4 .*marker \[~\]/);
      assert.equal(await o.page.evaluate(() => window.scrollY), 300);
      assert.equal(await o.page.getByRole('checkbox', { name: /^Task 1\.1 / }).count(), 0);
      await o.page.getByRole('tab', { name: 'Side by side' }).click();
      await o.page.getByRole('tabpanel').getByRole('heading', { level: 3 }).first().waitFor();
      const kept = await keptOf(o);
      assert.equal(kept.layout.tab, 'both');
      assert.equal(kept.layout.task, '3.4');
      assert.doesNotMatch(JSON.stringify(kept), /Renamed|Payment/, 'only where one is, never data');
      const again = await open(checkout, { kept });
      try {
        assert.equal(
          await again.page.getByRole('tab', { name: 'Side by side' }).getAttribute('aria-selected'),
          'true',
        );
        assert.equal(await again.page.getByRole('checkbox', { name: /^Task 1\.1 / }).count(), 0);
      } finally {
        await again.close();
      }
    } finally {
      await o.close();
    }
  });

  it('brings the task that somebody asked to see into view, from a closed phase', async () => {
    const o = await open(checkout, { size: { width: 1000, height: 500 } });
    try {
      await o.page.getByRole('button', { name: /Phase 4/, expanded: true }).click();
      await o.post({ type: 'show', item: '4.2' });
      await o.page.waitForFunction(() =>
        document.activeElement?.getAttribute('aria-label')?.startsWith('Task 4.2 '),
      );
    } finally {
      await o.close();
    }
  });

  it('filters the timeline by source', async () => {
    const o = await open(checkout);
    try {
      const timeline = o.page.getByRole('region', { name: 'Timeline' });
      const before = await timeline.getByRole('listitem').count();
      await timeline.getByRole('combobox').click();
      await o.page.getByRole('option', { name: /^metadata\.json/ }).click();
      await o.page.waitForFunction(
        (count) => document.querySelectorAll('.timeline .line').length < count,
        before,
      );
      assert.equal((await keptOf(o)).layout.source, 'metadata');
    } finally {
      await o.close();
    }
  });

  it('repairs and resolves by the buttons beside what is wrong', async () => {
    const o = await open(stock);
    try {
      await o.page.getByRole('button', { name: 'Repair tracks.md' }).click();
      assert.equal(((await lastRequest(o)) as { kind: string }).kind, 'repair');
      await o.page.getByRole('button', { name: 'Update tracks.md' }).click();
      assert.deepEqual(await lastRequest(o), {
        kind: 'resolve',
        item: stock.needsYou[0]?.id,
        action: 0,
      });
    } finally {
      await o.close();
    }
  });

  it('shows the run with its agents, their output, and what can be done with it', async () => {
    const agents = Array.from({ length: 8 }, (_, i) => ({
      id: `worker-${i}`,
      label: i === 0 ? 'Worker <b>2.1</b>' : `Worker ${'long-'.repeat(i * 4)}${i}`,
      attempt: i + 1,
      startedAt: new Date(Date.now() - i * 600_000).toISOString(),
      outputFile: `/p/run/worker-${i}.log`,
    }));
    const run = runPicture({ state: 'running', said: 'The plan passed.', agents });
    const o = await open({ ...stock, run }, { size: { width: 480, height: 1400 } });
    try {
      const region = o.page.getByRole('region', { name: 'Agents', exact: true });
      await region.getByText('Worker <b>2.1</b>').waitFor();
      await region.getByText('attempt 2').waitFor();
      assert.deepEqual(await seriousFindings(o.page), []);
      assert.equal(await overflow(o.page), 0);
      await region.getByRole('link', { name: 'Output' }).first().click();
      assert.deepEqual(await lastRequest(o), { kind: 'openFile', place: { file: '/p/run/worker-0.log' } });
      // What is next is the loop's affair while it runs.
      assert.equal(await o.page.getByRole('region', { name: 'Next action' }).count(), 0);
      const strip = o.page.getByRole('region', { name: 'Run', exact: true });
      assert.match(
        // The glyph of the icon comes first.
        await strip.innerText(),
        /^\W*Running: Worker <b>2\.1<\/b>, .* and 4 more\. The plan passed\./,
      );
      await strip.getByRole('button', { name: 'Pause After This Step' }).click();
      assert.deepEqual(await lastRequest(o), { kind: 'command', command: 'pauseAfterStep' });
    } finally {
      await o.close();
    }
  });

  it('asks with real buttons what an escalation asks, each in the group of its question', async () => {
    const asked = (name: string, trigger: string, answers: readonly (readonly [string, string])[]) => ({
      id: name,
      description: `What about ${name}?`,
      blocked_at: '2026-11-18T10:00:00Z',
      blocked_step: 'EXECUTE',
      status: 'ACTIVE',
      trigger,
      context: [`worker-1: ${name} has no key <b>`],
      options: answers.map(([, label]) => label),
      answers: answers.map(([answer, label]) => ({ id: answer, label })),
    });
    const model = await modelOfFiles({
      'plan.md': '# Plan\n\n- [ ] Task 1: Do it\n',
      'metadata.json': JSON.stringify({
        version: 3,
        track_id: 'made_20260101',
        status: 'in_progress',
        loop_state: { current_step: 'EXECUTE', step_status: 'BLOCKED' },
        blockers: [
          asked('one', 'task-failed', [
            ['try-again', 'Try Again'],
            ['skip-task', 'Skip the Task'],
          ]),
          asked('two', 'user-only-decision', [['answer', 'Answer…']]),
          asked('three', 'stuck', [['try-again', 'Try Again']]),
        ],
      }),
    });
    const o = await open(model);
    try {
      const needs = o.page.getByRole('region', { name: 'Needs you' });
      const group = needs.getByRole('group', { name: /What about one/ });
      assert.deepEqual(await group.locator('.btns > *').allTextContents(), [
        'Try Again',
        'Skip the Task',
        'Open',
      ]);
      await group.getByText('worker-1: one has no key <b>').waitFor();
      await group.getByRole('button', { name: 'Skip the Task' }).click();
      const { id } = model.needsYou.find(({ what }) => what.includes('one'))!;
      assert.deepEqual(await lastRequest(o), { kind: 'resolve', item: id, action: 1 });
      // By keyboard alone, from one answer to that of the next question.
      await group.getByRole('button', { name: 'Open' }).focus();
      await o.page.keyboard.press('Tab');
      await o.page.keyboard.press('Enter');
      const last = (await lastRequest(o)) as { item: string; action: number };
      assert.deepEqual([/three/.test(last.item), last.action], [true, 0]);
    } finally {
      await o.close();
    }
  });

  it('turns no icon when motion is not wanted', async () => {
    const o = await open(checkout, { reducedMotion: true });
    try {
      assert.equal(await o.page.evaluate(() => document.getAnimations().length), 0);
    } finally {
      await o.close();
    }
  });

  it('a track of another dialect says that it has no loop and pretends nothing', async () => {
    const model = await modelOfFiles({
      'plan.md': '# Plan\n\n## Phase 1: One\n\n- [x] Task: Do it\n- [ ] Task: Do more\n',
    });
    const o = await open({ ...model });
    try {
      await o.page.getByText(/no evaluate-loop state/).waitFor();
      assert.equal(await o.page.getByRole('list', { name: /^Evaluate loop/ }).count(), 0);
      assert.equal(await o.page.getByRole('region', { name: 'Checkpoints' }).count(), 0);
      assert.deepEqual(await seriousFindings(o.page), []);
      await picture(o.page, 'no-loop');
    } finally {
      await o.close();
    }
  });

  it('broken metadata.json: says so and shows the rest', async () => {
    const model = await modelOfFiles({
      'plan.md': '## Phase 1: One\n\n- [ ] Task 1.1: Do it\n',
      'spec.md': '# Spec\n\nThe goal.\n',
      'metadata.json': '{ "version": 3, "loop_state": { ',
    });
    const o = await open(model);
    try {
      await o.page.getByRole('region', { name: 'What is wrong or disagrees' }).waitFor();
      await o.page.getByRole('checkbox', { name: /Do it/ }).waitFor();
      await picture(o.page, 'broken-metadata');
      assert.deepEqual(o.errors, []);
    } finally {
      await o.close();
    }
  });

  it('no plan, no spec, nothing but an entry in tracks.md: said, not drawn', async () => {
    const model = await modelOfFiles({ 'metadata.json': loopMetadata({}) });
    const o = await open(model);
    try {
      await o.page.getByText(/There is no plan\.md in/).waitFor();
      await picture(o.page, 'no-plan');
      assert.deepEqual(await seriousFindings(o.page), []);
    } finally {
      await o.close();
    }
  });

  for (const theme of ['vscode-dark', 'vscode-light'] as const) {
    for (const { name, size } of widths) {
      it(`names of 500 characters, right-to-left text and HTML in every text, ${name} wide, ${theme}: shown, harmless and inside the panel`, async () => {
        const model = await modelOfFiles(hostileFiles, {
          registry: '# Tracks\n',
          now: Date.parse('2026-01-10T00:00:00Z'),
        });
        const o = await open(model, { theme, size });
        try {
          await picture(o.page, `hostile-${theme}-${name}`);
          assert.deepEqual(await seriousFindings(o.page), []);
          await o.page.getByRole('tab', { name: 'Side by side' }).click();
          await picture(o.page, `hostile-both-${theme}-${name}`);
          assert.equal(
            await o.page.locator('#page script, #page img, #page iframe, #page [onerror]').count(),
            0,
          );
          assert.equal(await overflow(o.page), 0);
          assert.deepEqual(o.errors, []);
        } finally {
          await o.close();
        }
      });
    }
  }

  it('200 tasks: all of them are there; a change of one is little work', async () => {
    const model = await modelOfFiles({ 'plan.md': largePlan(10, 20), 'metadata.json': loopMetadata({}) });
    const o = await open(model);
    try {
      await picture(o.page, '200');
      assert.equal(await o.page.getByRole('checkbox').count(), 200);
      console.log(`      200 tasks: ${await updateCost(o, model)} ms of scripting an update`);
      assert.deepEqual(o.errors, []);
    } finally {
      await o.close();
    }
  });

  it('8,600 tasks: phases are closed and it says how many; all can be reached', async () => {
    const model = await modelOfFiles({ 'plan.md': largePlan(43, 200), 'metadata.json': loopMetadata({}) });
    const o = await open(model);
    try {
      await picture(o.page, '8600');
      await o.page.getByText(/8,600 tasks; 4\d phases with 8,\d+ of them closed here/).waitFor();
      assert.ok((await o.page.getByRole('checkbox').count()) <= 300);
      console.log(`      8,600 tasks: ${await updateCost(o, model)} ms of scripting an update`);
      await o.post({ type: 'show', item: '43.199' });
      await o.page.waitForFunction(() =>
        document.activeElement?.getAttribute('aria-label')?.startsWith('Task 43.199 '),
      );
      assert.deepEqual(o.errors, []);
    } finally {
      await o.close();
    }
  });
});

type Opened = Awaited<ReturnType<typeof openPanelPage>>;

async function lastRequest(o: Opened): Promise<unknown> {
  const sent = (await o.sent()) as { request?: unknown }[];
  return sent.at(-1)?.request;
}

async function keptOf(o: Opened): Promise<KeptState<TrackLayout> & { layout: TrackLayout }> {
  return (await o.kept()) as KeptState<TrackLayout> & { layout: TrackLayout };
}

/** How many px the page is wider than the panel. */
function overflow(page: Page): Promise<number> {
  return page.evaluate(() =>
    Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth),
  );
}

function focusedName(page: Page): Promise<string> {
  return page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
}

/** What the page works on a new state, ms: measured and told, not asserted. */
async function updateCost(o: Opened, model: TrackModel): Promise<string> {
  const client = await o.page.context().newCDPSession(o.page);
  await client.send('Performance.enable');
  const scripting = async (): Promise<number> => {
    const { metrics } = await client.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'ScriptDuration')?.value ?? 0) * 1000;
  };
  const costs: number[] = [];
  for (let i = 0; i < 5; i++) {
    const name = `Round ${String(i)}`;
    // Sent as data of the page, so that the debugger's own parsing is not counted with it.
    await o.page.evaluate((m) => Object.assign(globalThis, { next: m }), { ...model, name });
    const before = await scripting();
    await o.page.evaluate(() =>
      window.postMessage(
        {
          type: 'state',
          subject: {},
          state: { status: 'ready', model: (globalThis as unknown as { next: unknown }).next },
        },
        '*',
      ),
    );
    await o.page.getByRole('heading', { name }).waitFor();
    costs.push((await scripting()) - before);
  }
  return costs.map((cost) => cost.toFixed(0)).join(', ');
}
