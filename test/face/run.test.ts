import assert from 'node:assert/strict';
import { wholeWay } from '../unit/run/wholeWay';
import { conductor, documentOf } from '../unit/cli/conductorProcess';
import { eventually } from './eventually';
import { followed, type FollowedTrack } from './following';
import { readTruth, type LiveTruth } from './liveTruth';
import { button, openFromPalette, panelPage, PANELS, says } from './panelPage';
import { GUEST_BOOK, newGuestBook, runLoop, withAgents, type Agents, type HeldAgent } from './runProject';
import type { Workbench } from './workbench';

const directors = ['CA', 'COO', 'CPO', 'CSO', 'CXO'];
const meeting = (phase: string): string[] => directors.map((director) => `director ${director} ${phase}`);

describe('a run of the loop', () => {
  it(
    'takes a new track from PLAN to COMPLETE, followed by the side bar, the status bar and the panels',
    withAgents(
      { agents: 'held', scenario: wholeWay, size: { width: 2000, height: 1300 } },
      async (workbench, agents) => {
        const track = await newGuestBook(workbench);
        const before = await problems(workbench);
        await workbench.setSideBarWidth(420);
        await showAll(workbench);
        await runLoop(workbench, { first: true });

        const run = new Following(workbench, agents, track);
        // Its row opens by itself.
        await workbench.view('Tracks').row('Agents').waitFor();
        // With the message bus of the run there are two, of which this one is not looked at.
        await workbench.view('Workers').row('One-page checkout').collapse();
        await run.stop('the first plan', 'planner');
        await run.stop('its evaluation', 'plan-evaluator');
        await run.stop('the second plan', 'planner');
        await button(await panelPage(workbench, 'graph'), 'Fit graph').click();
        await run.stop('its evaluation', 'plan-evaluator');
        await run.stop('the board assesses', ...meeting('assess'));
        await run.waitAndLetGo(meeting('vote'), ({ director }) => director !== 'CSO');
        await run.stop('all but one have voted', 'director CSO vote');
        await run.waitAndLetGo(['worker 1.1', 'worker 1.2', 'worker 1.3'], ({ task }) => task === '1.1');
        await run.stop('one of the first group is done', 'worker 1.2', 'worker 1.3');
        await run.waitAndLetGo(['worker 2.1', 'worker 2.2', 'worker 2.3'], ({ task }) => task !== '2.1');
        await run.stop('a task has failed and is tried again', 'worker 2.1', 'worker 2.2/2');
        await run.stop('the last group', 'worker 3.1', 'worker 3.2');
        await run.stop('the execution is evaluated', 'execution-evaluator');
        await run.stop('what failed is fixed', 'fixer');
        await run.stop('and evaluated again', 'execution-evaluator');
        await run.stop('a quick review', ...meeting('assess'));
        await run.stop('the documents of the business', 'business-doc-sync');
        // The track is among those that are done, a group that is closed.
        const last = await agents.waitFor('retrospective');
        await says(await panelPage(workbench, 'track'), /Running: Retrospective/);
        await eventually(async () => {
          const bar = await workbench.statusBar();
          assert.ok(
            bar.some((text) => text.includes(`${GUEST_BOOK} · COMPLETE · 1 agent`)),
            bar.join(' | '),
          );
        });
        agents.letGo(last);

        await workbench.notification(/Guest book: /);
        await eventually(() => assert.equal(readTruth(workbench, track.id).step, 'COMPLETE'));
        await saysComplete(workbench, track);
        assert.deepEqual(await problems(workbench), before);
        assert.deepEqual(agents.living(), []);
        await workbench.screenshot('run-complete');
      },
    ),
  ).timeout(300_000);

  it(
    'asks the person what only they decide, in Needs You and in one notification; answered in place, it goes on',
    withAgents(
      {
        agents: 'free',
        scenario: {
          rules: [
            {
              role: 'planner',
              do: 'ask',
              question: { id: 'q-price', question: 'May we raise the price of the premium tier?' },
            },
            { role: 'plan-evaluator', do: 'endless' },
          ],
        },
      },
      async (workbench, agents) => {
        const track = await newGuestBook(workbench);
        await runLoop(workbench, { first: true });
        const row = workbench.view('Needs You').row(/price of the premium tier/);
        await row.waitFor();
        await workbench.notification(/May we raise the price of the premium tier\?/);
        assert.equal(await notifications(workbench, /premium tier/), 1);
        // The agent waits for the answer, and the loop for the agent.
        assert.equal(started(agents, 'planner').length, 1);

        await row.click();
        await workbench.answer('No, prices stay', /price of the premium tier/);
        await eventually(() => {
          const questions = workbench.read(`conductor/tracks/${track.id}/questions.json`);
          assert.match(questions, /"answer": "No, prices stay"/);
        });
        await row.locator.waitFor({ state: 'detached' });
        await eventually(() => assert.equal(started(agents, 'plan-evaluator').length, 1), 30_000);
        assert.equal(started(agents, 'planner').length, 1);
        assert.equal(readTruth(workbench, track.id).step, 'EVALUATE_PLAN');
        assert.match(
          workbench.read(`conductor/tracks/${track.id}/metadata.json`),
          /"lead_consultations": \[[^]*No, prices stay/,
        );
        await workbench.runCommand('Conductor: Stop Loop');
        await eventually(() => assert.deepEqual(agents.living(), []), 20_000);
      },
    ),
  ).timeout(180_000);

  it(
    'is stopped with all that it started, and goes on later where it was',
    withAgents(
      { agents: 'free', scenario: { rules: [{ role: 'planner', do: 'endless', stubborn: true }] } },
      async (workbench, agents) => {
        const track = await newGuestBook(workbench);
        await runLoop(workbench, { first: true });
        await eventually(() => {
          const [agent, child] = ['start', 'child'].map((kind) =>
            agents.log().find(({ event }) => event === kind),
          );
          assert.ok(agent && child, 'no agent with a process of its own');
        }, 30_000);
        assert.equal(agents.living().length, 2);
        await workbench.runCommand('Conductor: Stop Loop');
        await eventually(() => assert.deepEqual(agents.living(), []), 30_000);
        await eventually(async () => {
          const bar = await workbench.statusBar();
          assert.ok(!bar.some((text) => /\d agents?\b/.test(text)), bar.join(' | '));
        }, 20_000);
        const { step, stepStatus } = readTruth(workbench, track.id);
        assert.deepEqual([step, stepStatus], ['PLAN', 'IN_PROGRESS']);

        agents.play({ rules: [{ role: 'plan-evaluator', do: 'endless' }] });
        await runLoop(workbench, { first: false });
        await eventually(() => assert.equal(started(agents, 'plan-evaluator').length, 1), 30_000);
        assert.equal(started(agents, 'planner').length, 2);
        await eventually(async () => {
          const row = (await workbench.view('Tracks').rows()).find(({ label }) => label === GUEST_BOOK);
          assert.match(row?.description ?? '', /^EVALUATE_PLAN · 0\/8/);
        }, 20_000);
        await workbench.runCommand('Conductor: Stop Loop');
        await eventually(() => assert.deepEqual(agents.living(), []), 30_000);
      },
    ),
  ).timeout(180_000);
});

const started = (agents: Agents, role: string): readonly unknown[] =>
  agents.log().filter((line) => line.role === role && line.event === 'start');

/** How many notifications on screen say this. */
const notifications = (workbench: Workbench, text: RegExp): Promise<number> =>
  workbench.page.locator('.notifications-toasts .notification-list-item', { hasText: text }).count();

/** The track's workers, and the four panels in a grid. */
async function showAll(workbench: Workbench): Promise<void> {
  await workbench.view('Workers').open();
  await workbench.view('Workers').enlarge(350);
  await workbench.runCommand('View: Close All Editors');
  await workbench.runCommand('View: Grid Editor Layout (2x2)');
  for (const panel of PANELS) {
    await workbench.page.locator('.editor-group-container.empty').first().click();
    await openFromPalette(workbench, panel, GUEST_BOOK);
  }
}

/** Stands still where agents wait, and compares. */
class Following {
  constructor(
    private readonly workbench: Workbench,
    private readonly agents: Agents,
    private readonly track: FollowedTrack,
  ) {}

  /** Once exactly these agents wait: everything shown is as the files have it. Then they may go. */
  async stop(when: string, ...names: string[]): Promise<void> {
    const held = await this.agents.waitFor(...names);
    await followed(this.workbench, this.track, when, (truth) => this.wrongInAgents(truth, held));
    this.agents.letGo(held);
  }

  /** Once these wait, some may go. */
  async waitAndLetGo(names: readonly string[], who: (agent: HeldAgent) => boolean): Promise<void> {
    this.agents.letGo((await this.agents.waitFor(...names)).filter(who));
  }

  /** The row of the run with one of each agent below, and its item in the status bar. */
  private async wrongInAgents({ step }: LiveTruth, held: readonly HeldAgent[]): Promise<string[]> {
    const wrong: string[] = [];
    const count = held.length === 1 ? '1 agent' : `${held.length} agents`;
    const rows = await this.workbench.view('Tracks').rows();
    const top = rows.findIndex(({ label }) => label === 'Agents');
    const expected = `Running · ${step} · ${count}`;
    if (rows[top]?.description !== expected)
      wrong.push(`Agents: "${rows[top]?.description}", not "${expected}"`);
    const below = rows.slice(top + 1, top + 1 + held.length);
    const named = below.map(({ label }) => label).sort();
    const names = held.map(({ role, task, director }) =>
      [roleWords[role] ?? role, task, director].filter((part) => part !== '').join(' '),
    );
    if (named.join() !== names.sort().join()) wrong.push(`Agents: ${named.join()}, not ${names.join()}`);
    for (const { label, description } of below) {
      // The oldest waits longest; its row is drawn anew every few seconds.
      const longest = Math.max(...held.map(({ since }) => Date.now() - Date.parse(since))) / 1000 + 2;
      const seconds = /^(\d+) s\b/.exec(description)?.[1];
      if (seconds === undefined ? !/^\d+ min\b/.test(description) : Number(seconds) > longest)
        wrong.push(`Agents: ${label} for "${description}", at most ${longest} s`);
    }
    const bar = await this.workbench.statusBar();
    if (!bar.some((text) => text.includes(`${GUEST_BOOK} · ${step} · ${count}`)))
      wrong.push(`status bar: ${bar.join(' | ')}, not ${expected}`);
    return wrong;
  }
}

const roleWords: Readonly<Record<string, string>> = {
  planner: 'Planner',
  'plan-evaluator': 'Plan Evaluator',
  worker: 'Worker',
  'execution-evaluator': 'Execution Evaluator',
  fixer: 'Fixer',
  director: 'Director',
  'business-doc-sync': 'Business Sync',
  retrospective: 'Retrospective',
};

/** What is wrong in the project by `conductor validate`, remarks left out. */
async function problems(workbench: Workbench): Promise<string[]> {
  const report = documentOf(await conductor(['validate', '--json'], { cwd: workbench.folder })) as {
    problems: { severity: string; file: string; line: number | null; message: string }[];
  };
  return report.problems
    .filter(({ severity }) => severity !== 'info')
    .map(({ file, line, message }) => `${file}:${line} ${message}`);
}

async function saysComplete(workbench: Workbench, track: FollowedTrack): Promise<void> {
  const truth = readTruth(workbench, track.id);
  assert.deepEqual([truth.done, truth.fixCycles], [truth.total, 1]);
  const [, completed = ''] = workbench.read('conductor/tracks.md').split(/^## Completed/m);
  assert.ok(completed.includes(track.id), 'it does not stand among the completed tracks');
  await says(await panelPage(workbench, 'track'), `${truth.total} of ${truth.total} tasks done`);
  await says(await panelPage(workbench, 'track'), /Complete/);
  await says(await panelPage(workbench, 'board'), 'Entries are escaped');
  await eventually(async () => {
    const rows = await workbench.view('Tracks').rows();
    assert.ok(!rows.some(({ label }) => label === 'Agents'), 'agents are listed still');
    assert.ok(
      !(await workbench.statusBar()).some((text) => /\d agents?\b/.test(text)),
      'the status bar counts agents',
    );
  });
}
