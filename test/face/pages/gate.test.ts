import assert from 'node:assert/strict';
import fs from 'node:fs';
import { openPanelPage } from '../../../scripts/lib/panelPage.mjs';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import type { GateModel, ReviewAsked } from '../../../src/shared/gateModel';
import { id, type Project } from '../../unit/engine/project';
import { theBrowser } from '../session';
import { seriousFindings } from './axe';
import { evaluatedProject, modelOf, results, sampleTrack } from './gateFixtures';

const themes = ['vscode-dark', 'vscode-light', 'vscode-high-contrast'] as const;
const sizes = {
  wide: { width: 1400, height: 900 },
  mid: { width: 1000, height: 900 },
  narrow: { width: 480, height: 1400 },
};

const shots = inRoot('out/face/pages');
const ready = (model: GateModel) => ({ status: 'ready', model });
type Opened = Awaited<ReturnType<typeof openPanelPage>>;

async function withPage(
  o: Omit<Parameters<typeof openPanelPage>[1], 'panel'>,
  use: (opened: Opened) => Promise<void>,
): Promise<void> {
  const opened = await openPanelPage(await theBrowser(), { panel: 'gate', ...o });
  try {
    await use(opened);
    assert.deepEqual(opened.errors, []);
  } finally {
    await opened.close();
  }
}

async function shot(opened: Opened, name: string): Promise<void> {
  fs.mkdirSync(shots, { recursive: true });
  await opened.page.screenshot({ path: `${shots}/gate-${name}.png` });
}

/** A request of the page, with the number that its reply has to name. */
type Asked = Partial<ReviewAsked> & { kind: string; number: number; place?: { line?: number } };

async function allRequests({ sent }: Opened): Promise<Asked[]> {
  const messages = (await sent()) as { type: string; id: number; request: Omit<Asked, 'number'> }[];
  return messages
    .filter(({ type }) => type === 'request')
    .map(({ id: number, request }) => ({ number, ...request }));
}

describe('gate page', () => {
  let project: Project;
  let reviewed: Project;
  before(async () => {
    project = await evaluatedProject();
    const said = { gate: 'EVALUATE_EXECUTION', round: 2, by: 'Ada Lovelace' };
    reviewed = await evaluatedProject(['Deliverables'], {
      gate_reviews: [
        {
          ...said,
          round: 1,
          decision: 'REQUEST_CHANGES',
          note: 'Refunds first',
          outcome: 'FAIL',
          at: '2026-01-29T10:00:00Z',
        },
        {
          ...said,
          decision: 'WAIVE',
          criterion: 'deliverables',
          note: 'Moves to the next release',
          at: '2026-01-30T10:00:00Z',
        },
        { ...said, decision: 'SHRUG', at: 'some day' },
      ],
    });
  });
  after(() => Promise.all([project.dispose(), reviewed.dispose()]));

  const states: Readonly<Record<string, () => Promise<GateModel>>> = {
    execution: async () => modelOf(await project.track(id), { evidence: results, by: 'Ada Lovelace' }),
    metrics: async () =>
      modelOf(await project.track(id), { item: 'metrics:testing', evidence: results, by: 'Ada Lovelace' }),
    sample: async () => modelOf(await sampleTrack('stock-reservations')),
    plan: async () => modelOf(await sampleTrack('one-page-checkout'), { item: 'EVALUATE_PLAN' }),
    phase: async () => modelOf(await project.track(id), { item: 'phase:1', by: 'Ada Lovelace' }),
    launch: async () => modelOf(await sampleTrack('one-page-checkout'), { item: 'PRE_LAUNCH' }),
    waived: async () => modelOf(await reviewed.track(id), { by: 'Ada Lovelace', evidence: results }),
  };
  for (const [name, model] of Object.entries(states)) {
    for (const theme of themes) {
      it(`${name}, ${theme}: nothing serious for axe-core, wide and narrow`, async () => {
        const state = ready(await model());
        for (const [word, size] of Object.entries(sizes)) {
          await withPage({ state, theme, size }, async (opened) => {
            await opened.page.getByRole('heading', { level: 1 }).waitFor();
            await shot(opened, `${name}-${theme.replace('vscode-', '')}-${word}`);
            if (word !== 'mid') assert.deepEqual(await seriousFindings(opened.page), []);
          });
        }
      });
    }
  }

  const open = (model: GateModel, use: (opened: Opened) => Promise<void>, more: object = {}) =>
    withPage({ state: ready(model), ...more }, async (opened) => {
      await opened.page.getByRole('heading', { level: 1 }).waitFor();
      await use(opened);
    });
  const requests = async (opened: Opened, kind = 'review'): Promise<Asked[]> =>
    (await allRequests(opened)).filter((asked) => asked.kind === kind);
  const button = ({ page }: Opened, name: string) => page.getByRole('button', { name, exact: true });
  const noteOf = ({ page }: Opened) => page.locator('#note textarea');
  const reply = (opened: Opened, number: number, ok: boolean, message: string) =>
    opened.post({ type: 'reply', id: number, reply: { ok, message } });
  const approvable = async () => modelOf(await project.track(id), { by: 'Ada Lovelace' });
  const metrics = async () =>
    modelOf(await project.track(id), { item: 'metrics:testing', evidence: results });

  it('Approve says what it writes, and a double click asks once', async () => {
    const model = await approvable();
    await open(model, async (opened) => {
      await opened.page.getByText('the loop goes to BUSINESS_SYNC').waitFor();
      await noteOf(opened).fill('seen on staging');
      await button(opened, 'Approve').dblclick();
      await opened.page.keyboard.press('Alt+a');
      const asked = await requests(opened);
      assert.deepEqual(
        asked.map(({ number: _number, ...request }) => request),
        [
          {
            kind: 'review',
            gate: 'EVALUATE_EXECUTION',
            seen: model.gate.seen,
            decision: 'APPROVE',
            note: 'seen on staging',
          },
        ],
      );
      await reply(opened, asked[0]?.number ?? -1, true, 'EVALUATE_EXECUTION passed.');
      await opened.page.getByRole('status').getByText('EVALUATE_EXECUTION passed.').waitFor();
      assert.equal(await noteOf(opened).inputValue(), '');
    });
  });
  it('a refusal is told where one decides, keeps the note, and shows the state that the host sends', async () => {
    const model = await approvable();
    await open(model, async (opened) => {
      await noteOf(opened).fill('mine');
      await button(opened, 'Approve').click();
      const [asked] = await requests(opened);
      await opened.send(
        ready({ ...model, gate: { ...model.gate, seen: 'other', headline: 'It is another now.' } }),
      );
      await reply(opened, asked?.number ?? -1, false, 'It has changed. Nothing was written.');
      await opened.page.locator('.decide').getByText('It has changed. Nothing was written.').waitFor();
      await opened.page.getByText('It is another now.').waitFor();
      assert.equal(await noteOf(opened).inputValue(), 'mine');
      await button(opened, 'Approve').click();
      assert.equal((await requests(opened))[1]?.seen, 'other');
    });
  });
  it('Request Changes and Reject need a note, by their keys too', async () => {
    await open(await approvable(), async (opened) => {
      for (const [key, decision] of [
        ['Alt+c', 'REQUEST_CHANGES'],
        ['Alt+r', 'REJECT'],
      ] as const) {
        const before = (await requests(opened)).length;
        await opened.page.keyboard.press(key);
        await opened.page.getByRole('alert').getByText('Say why in the note').waitFor();
        assert.equal((await requests(opened)).length, before);
        // The focus is in the note.
        await opened.page.keyboard.type('not yet');
        await opened.page.keyboard.press(key);
        const asked = (await requests(opened)).at(-1);
        assert.equal(asked?.decision, decision);
        assert.equal(asked?.note, 'not yet');
        await reply(opened, asked?.number ?? -1, true, 'Done.');
        await opened.page.waitForFunction(
          () => document.querySelector<HTMLTextAreaElement>('#note')?.value === '',
        );
      }
    });
  });
  it('what is forbidden sends nothing, and its reason stands beside it', async () => {
    await open(await metrics(), async (opened) => {
      await opened.page.locator('.decide').getByText('Approve is not possible').waitFor();
      await button(opened, 'Approve').click({ force: true });
      await opened.page.keyboard.press('Alt+a');
      await opened.page.getByRole('alert').getByText('security has no value').waitFor();
      assert.deepEqual(await requests(opened), []);
    });
  });
  it('a criterion is waived by keyboard alone; Escape goes back to its row', async () => {
    await open(await metrics(), async (opened) => {
      const { keyboard } = opened.page;
      await opened.page.locator('[data-row=unitTests]').focus();
      for (let i = 0; i < 3; i++) await keyboard.press('ArrowDown');
      const focused = () => opened.page.evaluate(() => document.activeElement?.getAttribute('data-row'));
      assert.equal(await focused(), 'security');
      await keyboard.press('Alt+w');
      await opened.page.getByRole('form', { name: 'Waive a criterion' }).waitFor();
      await shot(opened, 'waive');
      await keyboard.press('Escape');
      await opened.page.getByRole('form', { name: 'Decision' }).waitFor();
      assert.equal(await focused(), 'security');
      await keyboard.press('Alt+w');
      await opened.page.waitForFunction(() => document.activeElement?.id === 'note');
      await keyboard.type('no scanner here');
      // The list of criteria, then the button.
      await keyboard.press('Tab');
      await keyboard.press('Tab');
      await keyboard.press('Enter');
      const [asked] = await requests(opened);
      assert.deepEqual(
        [asked?.decision, asked?.criterion, asked?.note],
        ['WAIVE', 'security', 'no scanner here'],
      );
      await reply(opened, asked?.number ?? -1, true, 'security is waived.');
      await opened.page.getByRole('form', { name: 'Decision' }).waitFor();
      assert.equal(await focused(), 'security');
    });
  });
  it('Alt+W on a row that holds nothing up says so; no verdict is given while a criterion is being waived', async () => {
    await open(modelOf(await project.track(id), { by: 'Ada' }), async (opened) => {
      await opened.page.locator('[data-row=tests]').focus();
      await opened.page.keyboard.press('Alt+w');
      await opened.page.getByRole('alert').getByText('holds nothing up').waitFor();
    });
    await open(await metrics(), async (opened) => {
      await button(opened, 'Waive e2eTests').click();
      await noteOf(opened).fill('why');
      for (const key of ['Alt+a', 'Alt+c', 'Alt+r']) await opened.page.keyboard.press(key);
      assert.deepEqual(await requests(opened), []);
    });
  });
  it('a value that no file gives is entered by hand; what is no number is not sent', async () => {
    await open(await metrics(), async (opened) => {
      await button(opened, 'Enter security by hand').click();
      const field = opened.page.locator('#value input');
      for (const bad of ['', 'ninety', '1e99', 'NaN', '9 3']) {
        await field.fill(bad);
        await field.press('Enter');
        await opened.page.getByRole('alert').getByText('is not a number').waitFor();
      }
      assert.deepEqual(await requests(opened), []);
      await field.fill('93,5');
      await button(opened, 'Enter Value').click();
      const [asked] = await requests(opened);
      assert.deepEqual([asked?.decision, asked?.criterion, asked?.value], ['ENTER', 'security', 93.5]);
    });
  });
  it('keeps the note and the row of each gate over hiding, a reload, and another gate', async () => {
    const execution = await approvable();
    const testing = await metrics();
    let kept: unknown;
    await open(execution, async (opened) => {
      await noteOf(opened).fill('of the evaluation');
      await opened.send(ready(testing));
      await opened.page.getByRole('heading', { name: 'Metric gate: testing' }).waitFor();
      assert.equal(await noteOf(opened).inputValue(), '');
      await noteOf(opened).fill('of the metrics');
      await opened.page.locator('[data-row=e2eTests]').focus();
      kept = await opened.kept();
    });
    await open(
      testing,
      async (opened) => {
        assert.equal(await noteOf(opened).inputValue(), 'of the metrics');
        assert.equal(await opened.page.locator('[data-row=e2eTests]').getAttribute('tabindex'), '0');
        await opened.send(ready(execution));
        await opened.page.getByRole('heading', { name: 'Evaluate execution' }).waitFor();
        assert.equal(await noteOf(opened).inputValue(), 'of the evaluation');
      },
      { kept },
    );
  });
  it('a change on disk keeps focus, note and what is being done', async () => {
    const model = await metrics();
    await open(model, async (opened) => {
      await button(opened, 'Waive security').click();
      await noteOf(opened).fill('half a se');
      await noteOf(opened).focus();
      await opened.send(
        ready({ ...model, readAt: model.readAt + 1000, gate: { ...model.gate, seen: 'newer' } }),
      );
      await opened.page.getByText('12:00:01').first().waitFor();
      await opened.page.keyboard.type('ntence');
      await opened.page.getByRole('form', { name: 'Waive a criterion' }).waitFor();
      assert.equal(await noteOf(opened).inputValue(), 'half a sentence');
    });
  });
  it('leaves what was seen the room, beside many files and both buttons', async () => {
    const model = modelOf(await project.track(id));
    const note = 'The service was called twice, so that two orders were written. '.repeat(3);
    const file = {
      text: 'a-service-with-a-long-name.test.ts:88',
      how: 'read',
      place: { file: '/a' },
    } as const;
    const act = { allowed: true, says: 'It is written.' } as const;
    const groups = model.gate.groups.map((group) => ({
      ...group,
      criteria: group.criteria.map((criterion) => ({
        ...criterion,
        look: 'open' as const,
        note,
        evidence: [file, { ...file, text: 'evaluation-report.md:120', place: { file: '/b' } }],
        waive: act,
        enter: act,
      })),
    }));
    const state = ready({ ...model, gate: { ...model.gate, groups } });
    for (const width of [1700, 1400, 1000, 480]) {
      await withPage({ state, size: { width, height: 900 } }, async ({ page }) => {
        const of = async (cell: string) =>
          (await page.locator(`table.checks tbody td.${cell}`).first().boundingBox())?.width ?? 0;
        const seen = await of('seen');
        assert.ok(seen >= (width > 719 ? 300 : 400), `${String(seen)} px of ${String(width)}`);
        assert.ok((await of('what')) >= 100, `the name at ${String(width)}`);
      });
    }
  });
  it('another gate is chosen in the list', async () => {
    await open(await approvable(), async (opened) => {
      await opened.page.getByRole('combobox', { name: 'Gate' }).click();
      await opened.page.getByRole('option', { name: /Phase 1: Server/ }).click();
      assert.deepEqual(
        (await requests(opened, 'turn')).map(({ gate }) => gate),
        ['phase:1'],
      );
    });
  });
  it('Approve asks whether business documents must be synced where the files do not say', async () => {
    const model = await approvable();
    const acts = { ...model.gate.acts, asksBusinessSync: true };
    await open({ ...model, gate: { ...model.gate, acts } }, async (opened) => {
      await opened.page.keyboard.press('Alt+a');
      await opened.page.getByRole('alert').getByText('Say first whether business documents').waitFor();
      await opened.page.getByRole('combobox', { name: 'Business documents' }).click();
      await opened.page.getByRole('option', { name: 'Need no sync' }).click();
      await opened.page.keyboard.press('Alt+a');
      const [asked] = await requests(opened);
      assert.equal(asked?.businessSync, false);
    });
  });
  it('links go to the host: files with their line, commits, other panels, the report', async () => {
    await open(await approvable(), async (opened) => {
      await opened.page.getByRole('link', { name: 'evaluation-report.md:35' }).click();
      await opened.page.getByRole('link', { name: 'c41d7be' }).click();
      await button(opened, 'Track').click();
      await button(opened, 'Write Evaluation Report').click();
      const asked = await allRequests(opened);
      assert.deepEqual(
        asked.map(({ kind }) => kind),
        ['openFile', 'openCommit', 'openPanel', 'report'],
      );
      assert.equal(asked[0]?.place?.line, 35);
    });
  });
});

describe('gate page, hostile and huge', () => {
  const hostile = [
    `<img src="https://example.invalid/x.png" onerror="document.title='owned'"><script>document.title='owned'</script>`,
    'x'.repeat(500),
    'תשלום ‮ בכרטיס '.repeat(20),
    '| a | b |\n\n# heading [link](javascript:alert(1)) ![i](https://example.invalid/i.png)',
  ];
  const withTexts = (model: GateModel, count: number): GateModel => {
    const text = (i: number): string => hostile[i % hostile.length] ?? '';
    return {
      ...model,
      name: text(1),
      by: text(2),
      notices: hostile,
      choices: Array.from({ length: count }, (_, i) => ({
        id: `g${String(i)}`,
        title: text(i),
        word: 'Open',
      })),
      gate: {
        ...model.gate,
        title: text(0),
        headline: text(0),
        standing: text(2),
        contradictions: hostile,
        reviews: hostile.map((note) => ({
          look: 'waived',
          text: note,
          by: note,
          note,
          about: note,
          at: note,
        })),
        groups: model.gate.groups.map((group) => ({
          ...group,
          criteria: Array.from({ length: count }, (_, i) => ({
            ...group.criteria[i % group.criteria.length]!,
            key: `${group.group} ${String(i)}`,
            name: text(i),
            note: text(i + 1),
            look: 'failed' as const,
            waive: { allowed: true, says: text(i) },
            evidence: [{ text: text(i + 2), how: 'byHand' as const, note: text(i + 3) }],
          })),
        })),
      },
    };
  };

  for (const [name, size] of Object.entries(sizes)) {
    it(`${name}: shows every text as text, and nothing leaves the panel to the side`, async () => {
      const track = await sampleTrack('stock-reservations');
      for (const item of ['EVALUATE_EXECUTION', 'metrics:testing']) {
        const model = withTexts(modelOf(track, { item, evidence: results }), 4);
        await withPage({ state: ready(model), size }, async (opened) => {
          await opened.page.getByRole('heading', { level: 1 }).waitFor();
          await shot(opened, `hostile-${item === 'EVALUATE_EXECUTION' ? 'checks' : 'metrics'}-${name}`);
          const found = await opened.page.evaluate(() => ({
            title: document.title,
            strange: document.querySelectorAll('img, iframe, object, script:not([nonce])').length,
            over: document.documentElement.scrollWidth - document.documentElement.clientWidth,
          }));
          assert.deepEqual(found, { title: 'Sample', strange: 0, over: 0 });
          if (name !== 'mid') assert.deepEqual(await seriousFindings(opened.page), []);
        });
      }
    });
  }
  it('200 criteria in each group and 200 gates are all there, and one row of a group is in the order of Tab', async () => {
    const model = withTexts(modelOf(await sampleTrack('stock-reservations')), 200);
    await withPage({ state: ready(model) }, async (opened) => {
      await opened.page.getByRole('heading', { level: 1 }).waitFor();
      await shot(opened, 'huge');
      const rows = await opened.page.evaluate(() =>
        [...document.querySelectorAll('.sec')].map((section) => [
          section.querySelectorAll('[data-row]').length,
          section.querySelectorAll('[data-row][tabindex="0"]').length,
        ]),
      );
      assert.deepEqual(
        rows.filter(([count]) => (count ?? 0) > 0),
        model.gate.groups.map(() => [200, 1]),
      );
    });
  });
  for (const [name, state] of Object.entries({
    loading: undefined,
    empty: { status: 'empty', title: 'This track has no gates yet.', detail: 'Write a plan.' },
    failed: { status: 'failed', title: 'This panel could not be filled.', detail: 'Refresh to try again.' },
  })) {
    it(`${name}: says so`, async () => {
      await withPage({ state, size: sizes.narrow }, async (opened) => {
        await opened.page.getByRole('heading', { level: 1 }).waitFor();
        await shot(opened, name);
        assert.deepEqual(await seriousFindings(opened.page), []);
      });
    });
  }
});
