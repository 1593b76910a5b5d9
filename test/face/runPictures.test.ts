import { eventually } from './eventually';
import { openFromPalette, panelPage, says, show } from './panelPage';
import { GUEST_BOOK, newGuestBook, runLoop, withAgents, type Agents } from './runProject';
import type { THEMES, Workbench } from './workbench';

const scenario = {
  rules: [
    {
      role: 'director',
      director: 'CSO',
      checkpoint: 'EVALUATE_PLAN',
      concerns: ['Entries come from anybody'],
      conditions: ['Entries are escaped'],
    },
    { role: 'worker', task: '1.3', do: 'fail', reasons: ['The form has no label for the name field'] },
  ],
};

const themes = ['light', 'highContrast', 'dark'] as const satisfies readonly (keyof typeof THEMES)[];

describe('a run as it looks', () => {
  it(
    'a meeting in session, agents at work, what they print, and a question with its answers (pictures)',
    withAgents(
      { agents: 'held', scenario, size: { width: 1280, height: 860 } },
      async (workbench, agents) => {
        await newGuestBook(workbench);
        await runLoop(workbench, { first: true });
        await toTheVote(agents);
        await workbench.runCommand('View: Close All Editors');
        await openFromPalette(workbench, 'board', GUEST_BOOK);
        await says(await panelPage(workbench, 'board'), /Vote\s+3 of 5/);
        await inThemes(workbench, 'panel-board-session', true);

        agents.letGo(agents.held());
        agents.letGo(
          await agents.waitFor('worker 1.1', 'worker 1.2', 'worker 1.3').then((all) => all.slice(0, 1)),
        );
        await agents.waitFor('worker 1.2', 'worker 1.3');
        const page = await openFromPalette(workbench, 'track', GUEST_BOOK);
        await says(page, /1 of 8 tasks done/);
        await says(page, /Worker 1\.3/);
        await inThemes(workbench, 'panel-track-run', true);
        await inThemes(workbench, 'sidebar-run', false);

        await workbench.runCommand('Conductor: Show Agent Output');
        await workbench.pick('All Agents');
        const panel = workbench.page.locator('.part.panel');
        await panel.getByText('TASK COMPLETE: 1.1').first().waitFor();
        await workbench.screenshot('agents-output');
        await workbench.runCommand('View: Hide Panel');
        await panel.waitFor({ state: 'hidden' });

        agents.letGoAll();
        const row = workbench.view('Needs You').row(/1\.3/);
        await eventually(() => row.waitFor(), 60_000);
        await workbench.notification(/1\.3/);
        await show(workbench, 'track', GUEST_BOOK);
        await inThemes(workbench, 'panel-track-answers', true);
        await workbench.clearNotifications();
        await workbench.setTheme('dark');
        await row.click();
        await workbench.question(/1\.3/);
        await workbench.screenshot('needs-you-answers');
        await workbench.page.keyboard.press('Escape');
      },
    ),
  ).timeout(300_000);
});

/** Plan and evaluation have passed, and three of the board have voted. */
async function toTheVote(agents: Agents): Promise<void> {
  agents.letGo(await agents.waitFor('planner'));
  agents.letGo(await agents.waitFor('plan-evaluator'));
  const board = ['CA', 'COO', 'CPO', 'CSO', 'CXO'];
  agents.letGo(await agents.waitFor(...board.map((director) => `director ${director} assess`)));
  const voting = await agents.waitFor(...board.map((director) => `director ${director} vote`));
  agents.letGo(voting.filter(({ director }) => director !== 'CSO' && director !== 'CXO'));
  await agents.waitFor('director CSO vote', 'director CXO vote');
}

/** One picture in each theme; `narrow`: and one of the panel alone in a narrow column. */
async function inThemes(workbench: Workbench, name: string, narrow: boolean): Promise<void> {
  for (const theme of themes) {
    await workbench.setTheme(theme);
    await workbench.screenshot(`${name}-${theme}`);
  }
  if (!narrow) return;
  const size = workbench.page.viewportSize();
  await workbench.page.setViewportSize({ width: 540, height: 900 });
  await workbench.runCommand('View: Toggle Primary Side Bar Visibility');
  await workbench.page.locator('.part.sidebar').waitFor({ state: 'hidden' });
  await workbench.screenshot(`${name}-narrow`);
  await workbench.runCommand('View: Toggle Primary Side Bar Visibility');
  await workbench.page.locator('.part.sidebar').waitFor();
  if (size) await workbench.page.setViewportSize(size);
}
