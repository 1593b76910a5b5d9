import assert from 'node:assert/strict';
import { openPanelPage } from '../../../scripts/lib/panelPage.mjs';
import { theBrowser } from '../session';
import { sampleModel } from './trackModels';

describe('links of a panel page', () => {
  it('are the host’s to open: the listener of VS Code at the window, which follows links by itself, hears of none', async () => {
    const model = await sampleModel('stock-reservations_20261005');
    const spec = { ...model.spec, html: '<p><a href="https://example.org/a">outside</a></p>' };
    const o = await openPanelPage(await theBrowser(), {
      panel: 'track',
      state: { status: 'ready', model: { ...model, spec } },
    });
    try {
      await o.page.locator('.foot').waitFor();
      await o.page.evaluate(
        `globalThis.heard = []; addEventListener('click', (e) => e.target.closest('a') && heard.push(e.target.outerHTML))`,
      );
      await o.page
        .getByRole('link', { name: /^plan\.md/ })
        .first()
        .click();
      await o.page.getByRole('tab', { name: 'spec.md' }).click();
      await o.page.getByRole('link', { name: 'outside' }).click();
      const kinds = (await o.sent()).map(({ request }) => request?.kind as unknown);
      assert.match(kinds.slice(-2).join(' '), /^open(File|Commit) openLink$/);
      assert.deepEqual(await o.page.evaluate('heard'), []);
    } finally {
      await o.close();
    }
  });
});
