import assert from 'node:assert/strict';
import { eventually } from './eventually';
import { inWorkbench } from './workbench';

describe('the packaged extension in a real workbench', () => {
  it(
    'has its place in the activity bar, with the Tracks view',
    inWorkbench({}, async (workbench) => {
      await workbench.openContainer('Conductor');
      await workbench.view('Tracks').open();
    }),
  );

  it(
    'offers its commands in the palette, all under its own name',
    inWorkbench({}, async (workbench) => {
      await workbench.openContainer('Conductor');
      await eventually(async () => {
        const titles = await workbench.commandsFor('Conductor: New Track');
        assert.ok(
          titles.some((t) => /^Conductor: New Track…?$/.test(t)),
          titles.join(', '),
        );
      });
    }),
  );
});
