import assert from 'node:assert/strict';
import { PANEL_NAMES } from '../../../src/shared/protocol';
import { openPanelPage } from '../../../scripts/lib/panelPage.mjs';
import { theBrowser } from '../session';
import { seriousFindings } from './axe';

describe('every panel page', () => {
  for (const panel of PANEL_NAMES) {
    it(`${panel}: an error of the host is told, and nothing is against the policy`, async () => {
      const o = await openPanelPage(await theBrowser(), {
        panel,
        state: { status: 'failed', title: 'It broke.', detail: 'Because.' },
      });
      try {
        await o.page.getByRole('heading', { name: 'It broke.' }).waitFor();
        assert.deepEqual(await seriousFindings(o.page), []);
        await o.page.getByRole('button', { name: 'Refresh' }).click();
        assert.deepEqual((await o.sent()).at(-1)?.request, { kind: 'refresh' });
        assert.deepEqual(o.errors, []);
      } finally {
        await o.close();
      }
    });
  }

  it('keeps the keys that it uses from VS Code, which listens at the window, and lets it have the others', async () => {
    const o = await openPanelPage(await theBrowser(), { panel: 'track', state: empty });
    try {
      await o.page.getByRole('heading', { name: 'Nothing' }).waitFor();
      await o.page.evaluate(() => {
        const heard: string[] = [];
        window.addEventListener('keydown', ({ key }) => heard.push(key));
        Object.assign(globalThis, { heard });
      });
      for (const key of ['F5', 'F1', 'Control+F5']) await o.page.keyboard.press(key);
      const heard = await o.page.evaluate(() => (globalThis as unknown as { heard: string[] }).heard);
      assert.deepEqual(heard, ['F1', 'Control', 'F5']);
      const asked = (await o.sent()).filter(({ type }) => type === 'request');
      assert.deepEqual(
        asked.map(({ request }) => request),
        [{ kind: 'refresh' }],
      );
    } finally {
      await o.close();
    }
  });

  it('says what a request came to, each to the one that asked, and heeds no other messages', async () => {
    const o = await openPanelPage(await theBrowser(), { panel: 'track', state: empty });
    try {
      await o.page.getByRole('button', { name: 'Refresh' }).click();
      const { id } = (await o.sent()).at(-1) as { id: number };
      await o.post({ type: 'reply', id: id + 1, reply: { ok: false, message: 'Of another page' } });
      await o.post({ type: 'state', subject: null, state: { status: 'empty', title: 'Forged', detail: '' } });
      await o.post({ type: 'state', subject: {}, state: { status: 'ready' } });
      await o.post({ type: 'reply', id, reply: { ok: false, message: 'The disk is gone.' } });
      await o.page.getByRole('alert').getByText('The disk is gone.').waitFor();
      assert.equal(await o.page.getByText('Of another page').count(), 0);
      assert.equal(await o.page.getByText('Forged').count(), 0);
      assert.equal(await o.page.getByRole('heading', { name: 'Nothing' }).count(), 1);
      assert.deepEqual(o.errors, []);
    } finally {
      await o.close();
    }
  });

  it('keeps what it looks at and where one is, and forgets a layout that it cannot be drawn with', async () => {
    const o = await openPanelPage(await theBrowser(), {
      panel: 'track',
      state: { status: 'ready', model: {} },
      kept: { version: 1, subject: {}, layout: { tab: 7 } },
    });
    try {
      // This model cannot be drawn at all; the page says so instead of staying blank.
      await o.page.getByRole('heading', { name: 'This panel could not be drawn.' }).waitFor();
      assert.deepEqual(await o.kept(), {
        version: 1,
        subject: { root: '/project/conductor', key: 'tracks/sample' },
      });
      await o.send(empty);
      await o.page.getByRole('heading', { name: 'Nothing' }).waitFor();
    } finally {
      await o.close();
    }
  });
});

const empty = { status: 'empty', title: 'Nothing', detail: 'Why' };
