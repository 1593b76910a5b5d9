import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import readline from 'node:readline';
import type { Frame } from 'playwright-core';
import { inRoot } from '../../scripts/lib/paths.mjs';
import type { PanelName } from '../../src/shared/protocol';
import { eventually } from './eventually';
import { readTruth, type LiveTruth } from './liveTruth';
import { button, openFromPalette, panelPage, PANELS } from './panelPage';
import { inWorkbench, type Workbench } from './workbench';

const CHECKOUT = 'One-page checkout';

/** How long everything on screen may take to follow what was written, ms: a busy machine, not a wish. */
const PATIENCE = 20_000;

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
      await followed(workbench, 'before anything is written');

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
          await followed(workbench, `checkpoint ${said.checkpoint}: ${said.did}`);
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

/** Waits until everything on screen says what the files say. */
async function followed(workbench: Workbench, when: string): Promise<void> {
  await eventually(async () => {
    const truth = readTruth(workbench);
    const wrong = [
      ...(await wrongInTrees(workbench, truth)),
      ...(await wrongIn(workbench, 'track', truth, wrongInTrack)),
      ...(await wrongIn(workbench, 'graph', truth, wrongInGraph)),
      ...(await wrongIn(workbench, 'gate', truth, wrongInGate)),
      ...(await wrongIn(workbench, 'board', truth, wrongInBoard)),
    ];
    assert.deepEqual(wrong, [], when);
  }, PATIENCE);
}

async function wrongIn(
  workbench: Workbench,
  panel: PanelName,
  truth: LiveTruth,
  look: (page: Frame, truth: LiveTruth) => Promise<string[]>,
): Promise<string[]> {
  const page = await panelPage(workbench, panel);
  return (await look(page, truth)).map((what) => `${panel}: ${what}`);
}

const stepName: Readonly<Record<string, string>> = {
  EXECUTE: 'Execute',
  EVALUATE_EXECUTION: 'Evaluate execution',
  FIX: 'Fix',
  BUSINESS_SYNC: 'Business sync',
};

async function wrongInTrees(workbench: Workbench, truth: LiveTruth): Promise<string[]> {
  const { done, total, step, fixCycles } = truth;
  const wrong: string[] = [];
  const row = (await workbench.view('Tracks').rows()).find(({ label }) => label === CHECKOUT);
  const expected = `${step} · ${done}/${total}${fixCycles > 0 ? ` · fix ${fixCycles}/3` : ''}`;
  if (!row?.description.startsWith(expected)) wrong.push(`Tracks: "${row?.description}", not "${expected}"`);
  const bar = (await workbench.statusBar()).find((text) => text.includes(CHECKOUT)) ?? '';
  if (!bar.includes(`${step} · ${done}/${total}`)) wrong.push(`status bar: "${bar}", not "${expected}"`);
  const workers = (await workbench.view('Workers').rows()).filter(
    ({ label, level }) => level === 1 && /^\d+\.\d+/.test(label),
  );
  const told = workers
    .map(({ label, description }) => `${/^\d+\.\d+/.exec(label)?.[0]} ${description}`)
    .sort();
  for (const { task, status, percent } of truth.workers) {
    const of = told.find((text) => text.startsWith(`${task} `)) ?? '';
    if (!new RegExp(`^${task} ${status}`, 'i').test(of) || !of.includes(`${percent} %`))
      wrong.push(`Workers: "${of}", not ${task} ${status} ${percent} %`);
  }
  const finished = truth.tasks.filter(({ marker }) => marker === 'x').map(({ id }) => id);
  for (const { label } of await workbench.view('Workers').rows()) {
    const waits = /^(\d+\.\d+) waits for /.exec(label)?.[1];
    if (waits !== undefined && finished.includes(waits)) wrong.push(`Workers: "${label}", which is done`);
  }
  if (told.length !== truth.workers.length)
    wrong.push(`Workers: ${told.length} rows for ${truth.workers.length} workers`);
  return wrong;
}

async function wrongInTrack(page: Frame, truth: LiveTruth): Promise<string[]> {
  const { done, total, tasks, subTasks, step } = truth;
  const shown = await page.evaluate(() => ({
    sum: document.querySelector('.progress .sum b')?.textContent ?? '',
    step: document.querySelector('.lnode[aria-current=step]')?.getAttribute('aria-label') ?? '',
    boxes: [...document.querySelectorAll('.tick')].map((box) => box.getAttribute('aria-label') ?? ''),
  }));
  const wrong: string[] = [];
  if (shown.sum !== `${done} of ${total} tasks done`) wrong.push(`"${shown.sum}", not ${done} of ${total}`);
  if (!shown.step.startsWith(`${stepName[step]}: `)) wrong.push(`present step "${shown.step}", not ${step}`);
  const box = (name: string, marker: string): void => {
    const own = shown.boxes.find((label) => label.includes(name));
    if (!own?.includes(`marker [${marker}]`)) wrong.push(`"${own}", not [${marker}] ${name}`);
  };
  for (const { id, name, marker } of tasks) box(`${id === undefined ? '' : `${id} `}${name},`, marker);
  for (const [text, marker] of subTasks) box(`${text},`, marker);
  return wrong;
}

async function wrongInGraph(page: Frame, truth: LiveTruth): Promise<string[]> {
  const labels = await page
    .locator('.gnode [role=button]')
    .evaluateAll((all) => all.map((node) => node.getAttribute('aria-label') ?? ''));
  return truth.tasks.flatMap(({ id, name, state }) => {
    if (id === undefined || state === undefined) return [];
    const label = labels.find((text) => text.startsWith(`${id} ${name}, `)) ?? '';
    const worker = truth.workers.find(({ task }) => task === id);
    const percent = state === 'Running' && worker ? `Running, ${worker.percent} %` : state;
    return label.startsWith(`${id} ${name}, ${percent}`) ? [] : [`"${label}", not ${id} ${percent}`];
  });
}

async function wrongInGate(page: Frame, { evaluation, fixCycles, step }: LiveTruth): Promise<string[]> {
  const shown = await page.evaluate(() => ({
    title: document.querySelector('h1')?.textContent ?? '',
    // Without the character of the icon.
    tag: [...(document.querySelector('.head .tag')?.childNodes ?? [])].at(-1)?.textContent ?? '',
    choice:
      document
        .querySelector('.head vscode-dropdown')
        ?.shadowRoot?.querySelector('.selected-value')
        ?.textContent?.trim() ?? '',
    facts: document.querySelector('.head .facts')?.textContent ?? '',
  }));
  const wrong: string[] = [];
  if (!/execution/i.test(shown.title)) wrong.push(`it is about "${shown.title}"`);
  // Passed by its evaluation, the gate may still lack answers about the board's conditions.
  const expected =
    evaluation === undefined ? /^Open/ : evaluation === 'PASS' ? /^(?:Pass|Open: answers)/ : /^Fail/;
  if (!expected.test(shown.tag)) wrong.push(`"${shown.tag}", not ${evaluation ?? 'open'} (${step})`);
  const [word = ''] = shown.tag.split(':');
  if (!shown.choice.includes(` · ${word}`) && !/not evaluated/i.test(shown.choice))
    wrong.push(`the list says "${shown.choice}", the gate "${shown.tag}"`);
  if (evaluation !== undefined && !shown.facts.includes(evaluation))
    wrong.push(`"${shown.facts}" does not say ${evaluation} (fix cycle ${fixCycles})`);
  return wrong;
}

async function wrongInBoard(page: Frame, { session, votes }: LiveTruth): Promise<string[]> {
  const shown = await page.evaluate(() => ({
    facts: document.querySelector('.head .facts')?.textContent ?? '',
    directors: [...document.querySelectorAll<HTMLElement>('.dir')].map((element) => ({
      key: element.dataset['director'] ?? '',
      vote: element.querySelector('.tag')?.textContent?.trim() ?? '',
    })),
  }));
  const wrong: string[] = [];
  if (!shown.facts.includes(session)) wrong.push(`"${shown.facts}", not ${session}`);
  for (const key of ['CA', 'CPO', 'CSO', 'COO', 'CXO']) {
    const vote = shown.directors.find((director) => director.key === key)?.vote ?? 'not there';
    const expected = votes[key] ?? 'Missing';
    if (!vote.toUpperCase().endsWith(expected.toUpperCase())) wrong.push(`${key}: ${vote}, not ${expected}`);
  }
  return wrong;
}
