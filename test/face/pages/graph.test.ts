import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { largePlan } from '../../../scripts/bench/largePlan';
import { openPanelPage } from '../../../scripts/lib/panelPage.mjs';
import type { GraphModel } from '../../../src/shared/graphModel';
import type { PanelState } from '../../../src/shared/protocol';
import { eventually } from '../eventually';
import { theBrowser } from '../session';
import { seriousFindings } from './axe';
import { foldedModel, modelOfPlan, sampleModel } from './graphModels';

type Opened = Awaited<ReturnType<typeof openPanelPage>>;
type Options = Omit<Parameters<typeof openPanelPage>[1], 'panel' | 'state'>;

const ready = (model: GraphModel): PanelState<GraphModel> => ({ status: 'ready', model });

/** Opens the page with a model, works it, and looks that nothing went wrong on the way. */
async function withGraph(
  model: GraphModel,
  work: (o: Opened) => Promise<void>,
  options: Options = {},
): Promise<void> {
  const o = await openPanelPage(await theBrowser(), { panel: 'graph', state: ready(model), ...options });
  try {
    await o.page.locator('.legend').waitFor();
    await work(o);
    assert.deepEqual(o.errors, []);
  } finally {
    await o.close();
  }
}

const box = (o: Opened, id: string): Locator =>
  o.page.locator('.view').getByRole('button', { name: new RegExp(`^${id.replaceAll('.', '\\.')}[ ,]`) });

async function lastRequest(o: Opened): Promise<unknown> {
  return ((await o.sent()).at(-1) as { request?: unknown }).request;
}

const focusedName = (o: Opened): Promise<string | null> =>
  o.page.evaluate(
    () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? null,
  );

/** Waits until the element with the focus is called so. */
async function focusIsOn(o: Opened, name: RegExp): Promise<void> {
  await o.page
    .waitForFunction(
      (source) => {
        const element = document.activeElement;
        return new RegExp(source).test(element?.getAttribute('aria-label') ?? element?.textContent ?? '');
      },
      name.source,
      { timeout: 10_000 },
    )
    .catch(async () => assert.fail(`the focus is on ${await focusedName(o)}, not on ${name.source}`));
}

/** Waits until the view has moved to where it goes: a dozen frames in one place. */
async function isStill(o: Opened): Promise<void> {
  await o.page.waitForFunction(() => {
    const seen = globalThis as unknown as { place?: string | null; frames?: number };
    const place = document.querySelector('.moved')?.getAttribute('style') ?? null;
    seen.frames = seen.place === place ? (seen.frames ?? 0) + 1 : 0;
    seen.place = place;
    return seen.frames >= 12;
  });
}

const circle = `# Circle

\`\`\`yaml
dag:
  nodes:
    - { id: "1.1", name: "One", files: ["a.ts"], depends_on: ["1.3"] }
    - { id: "1.2", name: "Two", files: ["b.ts"], depends_on: ["1.1"] }
    - { id: "1.3", name: "Three", files: ["c.ts"], depends_on: ["1.2"] }
    - { id: "1.4", name: "Self", depends_on: ["1.4"] }
    - { id: "1.5", name: "Waits for nobody's task", depends_on: ["7.7"] }
    - { id: "1.5", name: "The same id again", depends_on: [] }
\`\`\`

## Phase 1: All

- [ ] **Task 1.1:** One
- [ ] **Task 1.2:** Two
- [ ] **Task 1.3:** Three
- [ ] **Task 1.4:** Self
- [ ] **Task 1.5:** Waits
`;

const long = 'Very long name that goes on '.repeat(20).slice(0, 500);
const hostile = `# Hostile

## Phase 1: <script>alert(1)</script> ${long}

- [ ] Task 1.1: <img src="https://example.org/x.png" onerror="alert(1)"> ![x](https://example.org/y.png)
- [ ] Task 1.2: ${long}
- [x] Task 1.3: שלום עולם זה שם ארוך מאוד של משימה שרצה מימין לשמאל ועוד ועוד
- [ ] Task 1.4: \u202Etxt.exe \u2066 [link](javascript:alert(1)) \`code\` **bold**

## Phase 2: مرحلة

- [ ] Task 2.1: </title></svg><iframe src="https://example.org"></iframe>
`;

describe('graph page', () => {
  let sample: GraphModel;
  before(async () => {
    sample = await sampleModel('one-page-checkout_20261019');
  });

  for (const theme of ['vscode-dark', 'vscode-light', 'vscode-high-contrast'] as const) {
    it(`${theme}: axe finds nothing serious on canvas and table, wide and narrow`, async () => {
      for (const size of [
        { width: 1400, height: 900 },
        { width: 480, height: 900 },
      ]) {
        await withGraph(
          sample,
          async (o) => {
            await o.page.keyboard.press('t');
            await o.page.keyboard.press('t');
            if (size.width > 720) await box(o, '2.4').click();
            else await o.page.getByRole('row', { name: /2\.4/ }).click();
            await o.page.getByRole('heading', { name: /2\.4/ }).waitFor();
            assert.deepEqual(await seriousFindings(o.page), []);
            await o.page.keyboard.press('t');
            await (size.width > 720 ? o.page.getByRole('table') : o.page.locator('.view .dag')).waitFor();
            assert.deepEqual(await seriousFindings(o.page), []);
          },
          { theme, size },
        );
      }
    });
  }

  it('a press on a box shows why it waits, what it needs and its files, and Escape lets go', async () => {
    await withGraph(sample, async (o) => {
      await box(o, '4.1').click();
      const pane = o.page.getByRole('complementary', { name: 'Task 4.1' });
      await pane.getByRole('heading', { name: 'Why it waits' }).waitFor();
      await pane.getByRole('button', { name: /2\.4/ }).waitFor();
      assert.equal(await box(o, '4.1').getAttribute('aria-pressed'), 'true');
      assert.ok((await o.page.locator('.dag .gedge.block').getAttribute('d'))!.length > 10);
      await o.page.keyboard.press('Escape');
      await pane.waitFor({ state: 'detached' });
      await focusIsOn(o, /^4\.1 /);
    });
  });

  it('by keyboard alone: along the edges, in the lane, details, marker, zoom, critical path, table, find', async () => {
    await withGraph(sample, async (o) => {
      const { keyboard } = o.page;
      await box(o, '1.2').focus();
      await keyboard.press('Home');
      await focusIsOn(o, /^1\.\d /);
      await box(o, '1.1').focus();
      await keyboard.press('ArrowDown');
      await focusIsOn(o, /^(2\.1|3\.1) /);
      await keyboard.press('ArrowUp');
      await focusIsOn(o, /^1\.\d /);
      await keyboard.press('ArrowRight');
      await focusIsOn(o, /^1\.\d /);
      await keyboard.press('End');
      await focusIsOn(o, /^4\.3 /);
      await keyboard.press('Enter');
      await focusIsOn(o, /4\.3 Old checkout/);
      await keyboard.press('Escape');
      await focusIsOn(o, /^4\.3 /);
      await keyboard.press(' ');
      assert.deepEqual(await lastRequest(o), { kind: 'mark', task: '4.3', marker: 'doing', quick: true });
      const zoom = o.page.locator('.zoom');
      const before = await zoom.textContent();
      await keyboard.press('+');
      await o.page.waitForFunction((was) => document.querySelector('.zoom')?.textContent !== was, before);
      await keyboard.press('0');
      await o.page.waitForFunction((was) => document.querySelector('.zoom')?.textContent === was, before);
      await keyboard.press('c');
      await o.page.locator('.dag .gedge.crit').waitFor({ state: 'detached' });
      await keyboard.press('Control+f');
      await keyboard.type('webhook');
      await o.page.getByText('1 of 1').waitFor();
      await keyboard.press('Enter');
      await o.page.getByRole('complementary', { name: 'Task 2.4' }).waitFor();
      await keyboard.press('Escape');
      await keyboard.press('Escape');
      await focusIsOn(o, /^2\.4 /);
      await keyboard.press('t');
      await o.page.getByRole('table').waitFor();
    });
  });

  it('the table sorts, walks and marks by keyboard', async () => {
    await withGraph(sample, async (o) => {
      await o.page.keyboard.press('t');
      await o.page.getByRole('button', { name: 'State', exact: true }).click();
      const first = o.page.locator('tbody tr[data-i]').first();
      assert.match((await first.textContent())!, /Blocked/);
      assert.equal(
        await o.page.getByRole('columnheader', { name: 'State' }).getAttribute('aria-sort'),
        'ascending',
      );
      await first.focus();
      await o.page.keyboard.press('ArrowDown');
      await o.page.keyboard.press('ArrowDown');
      await o.page.keyboard.press(' ');
      const request = (await lastRequest(o)) as { kind: string };
      assert.equal(request.kind, 'mark');
      await o.page.keyboard.press('Enter');
      await o.page.getByRole('complementary').waitFor();
    });
  });

  it('filters dim on the canvas and leave out in the table; counts are on the toggles', async () => {
    await withGraph(sample, async (o) => {
      await o.page.getByRole('button', { name: 'Done 7' }).click();
      assert.equal(await o.page.locator('.gnode.dim').count(), 7);
      await o.page.keyboard.press('t');
      assert.equal(await o.page.locator('tbody tr[data-i]').count(), 7);
      assert.deepEqual(((await o.kept()) as { layout: { states: string[] } }).layout.states, ['done']);
    });
  });

  it('a new state recolours without moving anything, and keeps selection, focus and camera', async () => {
    await withGraph(sample, async (o) => {
      await box(o, '3.4').click();
      await o.page.keyboard.press('+');
      await isStill(o);
      const places = () =>
        o.page.locator('.gnode').evaluateAll((all) => all.map((e) => e.getAttribute('transform')));
      const before = await places();
      const moved = await o.page.locator('.moved').getAttribute('style');
      const i = sample.nodes.findIndex(({ id }) => id === '3.4');
      await o.send(
        ready({
          ...sample,
          nodes: sample.nodes.map((node, k) =>
            k === i ? { ...node, state: 'running', marker: 'doing' } : node,
          ),
        }),
      );
      await o.page.locator('.gnode.running.sel').waitFor();
      assert.deepEqual(await places(), before);
      assert.equal(await o.page.locator('.moved').getAttribute('style'), moved);
      await focusIsOn(o, /^3\.4 .*Running/);
    });
  });

  it('keeps where one was over a reload', async () => {
    let kept: unknown;
    await withGraph(sample, async (o) => {
      await box(o, '2.3').click();
      await o.page.keyboard.press('+');
      await isStill(o);
      const zoom = await o.page.locator('.zoom').textContent();
      kept = await eventually(async () => {
        const now = (await o.kept()) as { layout?: { camera?: { zoom: number } } } | undefined;
        assert.equal(`${Math.round((now?.layout?.camera?.zoom ?? 0) * 100)} %`, zoom, 'what is kept');
        return now;
      });
    });
    await withGraph(
      sample,
      async (o) => {
        await o.page.getByRole('complementary', { name: 'Task 2.3' }).waitFor();
        const zoom = (kept as { layout: { camera: { zoom: number } } }).layout.camera.zoom;
        assert.equal(await o.page.locator('.zoom').textContent(), `${Math.round(zoom * 100)} %`);
      },
      { kept },
    );
  });

  it('somebody asks for a task: it is selected and in view', async () => {
    await withGraph(sample, async (o) => {
      await o.post({ type: 'show', item: '4.2' });
      await o.page.getByRole('complementary', { name: 'Task 4.2' }).waitFor();
    });
  });

  it('marks and opens from the pane, and says why nothing can be dispatched', async () => {
    await withGraph(sample, async (o) => {
      await box(o, '4.1').click();
      const pane = o.page.getByRole('complementary');
      await pane.getByRole('button', { name: 'Mark' }).click();
      await o.page.getByRole('menuitemradio', { name: 'In Progress' }).click();
      assert.deepEqual(await lastRequest(o), { kind: 'mark', task: '4.1', marker: 'doing', quick: false });
      await pane.getByRole('button', { name: 'Open in plan.md' }).click();
      assert.equal(((await lastRequest(o)) as { kind: string }).kind, 'openFile');
      await pane.getByText(/^No dispatch: It waits for/).waitFor();
    });
  });

  it('exports: the host writes the texts, the page paints the PNG', async () => {
    await withGraph(sample, async (o) => {
      const choose = async (name: string): Promise<void> => {
        await o.page.getByRole('button', { name: 'Export' }).click();
        await o.page.getByRole('menuitem', { name }).click();
      };
      await choose('Save as DOT…');
      assert.deepEqual(await lastRequest(o), { kind: 'export', form: 'dot' });
      await choose('Copy as Mermaid');
      assert.deepEqual(await lastRequest(o), { kind: 'copyMermaid' });
      await choose('Save as PNG…');
      await o.page.waitForFunction(() =>
        (globalThis as unknown as { sent: { request?: { kind: string } }[] }).sent.some(
          ({ request }) => request?.kind === 'exportPng',
        ),
      );
      const start = await o.page.evaluate(() => {
        const { sent } = globalThis as unknown as { sent: { request?: { kind: string; png: Uint8Array } }[] };
        const { png } = sent.find(({ request }) => request?.kind === 'exportPng')!.request!;
        return { isBytes: png instanceof Uint8Array, start: [...png.slice(0, 4)], size: png.length };
      });
      assert.deepEqual([start.isBytes, start.start], [true, [0x89, 0x50, 0x4e, 0x47]]);
      assert.ok(start.size > 20_000, String(start.size));
    });
  });

  it('the minimap and the wheel move the view; Ctrl and the wheel zoom at the pointer', async () => {
    await withGraph(sample, async (o) => {
      const style = () => o.page.locator('.moved').getAttribute('style');
      const changed = async (was: string | null): Promise<void> => {
        await o.page.waitForFunction(
          (s) => document.querySelector('.moved')?.getAttribute('style') !== s,
          was,
        );
      };
      let was = await style();
      await o.page.mouse.move(700, 500);
      await o.page.mouse.wheel(0, 60);
      await changed(was);
      was = await style();
      await o.page.keyboard.down('Control');
      await o.page.mouse.wheel(0, -100);
      await o.page.keyboard.up('Control');
      await changed(was);
      was = await style();
      const map = (await o.page.locator('.minimap').boundingBox())!;
      await o.page.mouse.click(map.x + 30, map.y + 90);
      await changed(was);
      was = await style();
      await o.page.mouse.move(600, 480);
      await o.page.mouse.down();
      await o.page.mouse.move(660, 520, { steps: 3 });
      await o.page.mouse.up();
      await changed(was);
      assert.equal(await o.page.getByRole('complementary').count(), 0, 'a drag selects nothing');
    });
  });

  it('circles, a task that waits for itself, unknown and repeated ids are drawn and told', async () => {
    await withGraph(modelOfPlan(circle), async (o) => {
      await o.page.locator('.dag .gedge.back').waitFor({ state: 'attached' });
      await o.page.getByText('Closes a circle').waitFor();
      await box(o, '7.7').waitFor();
      assert.match((await box(o, '7.7').getAttribute('aria-label'))!, /Not in the plan/);
      await o.page.getByRole('button', { name: /Show all/ }).click();
      await o.page
        .getByText(/circle: /)
        .first()
        .waitFor();
    });
  });

  it('names of 500 characters, right-to-left text, HTML and links to elsewhere stay text', async () => {
    await withGraph(modelOfPlan(hostile), async (o) => {
      assert.equal(await o.page.locator('main :is(img, iframe, script)').count(), 0);
      await o.page.keyboard.press('0');
      await box(o, '1.2').click();
      await o.page.getByRole('heading', { name: /Very long name/ }).waitFor();
      await o.page.keyboard.press('t');
      await o.page
        .getByText(/<img src=/)
        .first()
        .waitFor();
      const wide = await o.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${wide} px too wide`);
    });
  });

  it('ten thousand tasks: painted, walked, found and pressed on a canvas', async () => {
    await withGraph(modelOfPlan(largePlan(10_000, 100)), async (o) => {
      await o.page.locator('.view .dag').waitFor();
      await o.page.keyboard.press('0');
      await o.page.locator('canvas.dag').waitFor();
      const first = o.page.locator('.view ul button').first();
      await first.focus();
      await o.page.keyboard.press('ArrowRight');
      await focusIsOn(o, /^T\d+ /);
      await o.page.keyboard.press('End');
      await focusIsOn(o, /^T99\d\d /);
      await o.page.keyboard.press('Control+f');
      await o.page.keyboard.type('T4321');
      await o.page.getByText('1 of 1').waitFor();
      await o.page.keyboard.press('Enter');
      await o.page.getByRole('complementary', { name: 'Task T4321' }).waitFor();
      await o.page.keyboard.press('Escape');
      await o.page.keyboard.press('Escape');
      await o.page.keyboard.press('t');
      await o.page.getByRole('table').waitFor();
      assert.ok((await o.page.locator('tbody tr').count()) < 200);
    });
  });

  it('asks for a phase as one box from its menu, and again after a reload', async () => {
    let kept: unknown;
    await withGraph(sample, async (o) => {
      await o.page.getByRole('button', { name: 'All phases' }).click();
      await o.page.getByRole('menuitemcheckbox').first().click();
      assert.deepEqual(await lastRequest(o), { kind: 'collapse', phases: [sample.phases[0]!.key] });
      await o.page.keyboard.press('Escape');
      await focusIsOn(o, /All phases/);
      kept = await o.kept();
    });
    await withGraph(
      sample,
      async (o) => {
        await o.page.waitForFunction(() =>
          (globalThis as unknown as { sent: { request?: { kind: string } }[] }).sent.some(
            ({ request }) => request?.kind === 'collapse',
          ),
        );
      },
      { kept },
    );
  });

  it('shows the whole picture when a person has made a phase one box', async () => {
    const phase = sample.phases.at(-1)!.key;
    const folded = await foldedModel('one-page-checkout_20261019', phase);
    await withGraph(sample, async (o) => {
      for (let i = 0; i < 4; i++) await o.page.keyboard.press('+');
      await o.page.waitForFunction(() => document.querySelector('.zoom')?.textContent?.startsWith('1'));
      await o.page.getByRole('button', { name: 'All phases' }).click();
      await o.page.getByRole('menuitemcheckbox').last().click();
      await o.send({ status: 'ready', model: folded });
      await o.page.waitForFunction(() => !document.querySelector('.zoom')?.textContent?.startsWith('1'));
    });
  });

  it('finds the box that a task is in', async () => {
    const phase = sample.phases[0]!;
    const folded = await foldedModel('one-page-checkout_20261019', phase.key);
    await withGraph(folded, async (o) => {
      await o.page.keyboard.press('Control+f');
      await o.page.keyboard.type('1.2');
      await o.page.getByText(/^1 of \d/).waitFor();
    });
  });

  it('going to the table and back leaves the view where it was', async () => {
    await withGraph(sample, async (o) => {
      await o.page.keyboard.press('+');
      await o.page.keyboard.press('+');
      await isStill(o);
      const zoom = await o.page.locator('.zoom').textContent();
      await o.page.keyboard.press('t');
      await o.page.getByRole('table').waitFor();
      await o.page.keyboard.press('t');
      await o.page.locator('.view .dag').waitFor();
      assert.equal(await o.page.locator('.zoom').textContent(), zoom);
    });
  });

  it('shows a card beside the pointer', async () => {
    await withGraph(sample, async (o) => {
      const at = (await box(o, '4.1').boundingBox())!;
      await o.page.mouse.move(at.x + 40, at.y + 20);
      await o.page.locator('.hover-card').getByText(/2\.4/).first().waitFor();
      await o.page.mouse.move(at.x - 200, at.y + 80);
      await o.page.locator('.hover-card').waitFor({ state: 'detached' });
    });
  });

  it('narrow: the table first, the canvas on demand', async () => {
    await withGraph(
      sample,
      async (o) => {
        await o.page.getByRole('table').waitFor();
        await o.page.getByRole('button', { name: 'Graph', exact: true }).click();
        await o.page.locator('.view .dag').waitFor();
        const wide = await o.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${wide} px too wide`);
      },
      { size: { width: 480, height: 900 } },
    );
  });
});
