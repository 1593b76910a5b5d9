import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import readline from 'node:readline';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { followed, type FollowedTrack } from './following';
import { button, openFromPalette, panelPage, PANELS } from './panelPage';
import { inWorkbench } from './workbench';

const CHECKOUT = 'One-page checkout';
const checkout: FollowedTrack = { name: CHECKOUT, id: 'one-page-checkout_20261019' };

describe('an agent at work, for a minute', () => {
  it(
    'is followed by all four panels and the trees: at each checkpoint they show what the files say',
    inWorkbench({ size: { width: 2000, height: 1300 } }, async (workbench) => {
      await workbench.openContainer('Conductor');
      await workbench.view('Tracks').row(CHECKOUT).expand();
      await workbench.view('Workers').open();
      await workbench.runCommand('View: Grid Editor Layout (2x2)');
      for (const panel of PANELS) {
        await workbench.page.locator('.editor-group-container.empty').first().click();
        await openFromPalette(workbench, panel, CHECKOUT);
      }
      // What is out of sight is not drawn.
      await button(await panelPage(workbench, 'graph'), 'Fit graph').click();
      await followed(workbench, checkout, 'before anything is written');

      const agent = spawn(process.execPath, [inRoot('test/face/liveAgent.mjs'), workbench.folder], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      const ended = new Promise<number | null>((resolve) => agent.once('exit', resolve));
      let checkpoints = 0;
      try {
        agent.stdin.write('go\n');
        for await (const line of readline.createInterface({ input: agent.stdout })) {
          const said = JSON.parse(line) as { checkpoint?: number; did?: string; end?: boolean };
          if (said.end) break;
          checkpoints++;
          await followed(workbench, checkout, `checkpoint ${said.checkpoint}: ${said.did}`);
          agent.stdin.write('go\n');
        }
      } finally {
        agent.stdin.end();
        agent.kill();
      }
      await ended;
      assert.equal(checkpoints, 21);
      await workbench.screenshot('live-end');
    }),
  ).timeout(300_000);
});
