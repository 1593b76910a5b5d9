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
});
