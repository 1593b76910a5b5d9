import assert from 'node:assert/strict';
import fs from 'node:fs';
import { openPanelPage } from '../../../scripts/lib/panelPage.mjs';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import type { GateModel } from '../../../src/shared/gateModel';
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

describe('gate page', () => {
  let project: Project;
  before(async () => {
    project = await evaluatedProject();
  });
  after(() => project.dispose());

  const states: Readonly<Record<string, () => Promise<GateModel>>> = {
    execution: async () => modelOf(await project.track(id), { evidence: results, by: 'Ada Lovelace' }),
    metrics: async () =>
      modelOf(await project.track(id), { item: 'metrics:testing', evidence: results, by: 'Ada Lovelace' }),
    sample: async () => modelOf(await sampleTrack('stock-reservations')),
    plan: async () => modelOf(await sampleTrack('one-page-checkout'), { item: 'EVALUATE_PLAN' }),
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
});
