import assert from 'node:assert/strict';
import type { Frame } from 'playwright-core';
import type { PanelName } from '../../src/shared/protocol';
import { eventually } from './eventually';
import { readTruth, type LiveTruth } from './liveTruth';
import { panelPage, PANELS } from './panelPage';
import type { RowText } from './treeView';
import type { Workbench } from './workbench';

/** How long everything on screen may take to follow what was written, ms: a busy machine, not a wish. */
const PATIENCE = 20_000;

/** The track that is followed, by the name that is shown and the name of its folder. */
export interface FollowedTrack {
  readonly name: string;
  readonly id: string;
}

/**
 * Waits until everything on screen says what the files say: the trees, the status bar and the four panels. `more` looks at
 * what only some tests have, and says what is wrong.
 */
export async function followed(
  workbench: Workbench,
  track: FollowedTrack,
  when: string,
  more: (truth: LiveTruth) => Promise<string[]> = () => Promise.resolve([]),
): Promise<void> {
  await eventually(async () => {
    const truth = readTruth(workbench, track.id);
    const wrong = [
      ...(await wrongInTrees(workbench, track.name, truth)),
      ...(await more(truth)),
      ...(await Promise.all(PANELS.map((panel) => wrongIn(workbench, panel, truth)))).flat(),
    ];
    assert.deepEqual(wrong, [], when);
  }, PATIENCE);
}

const looks: Readonly<Record<PanelName, (page: Frame, truth: LiveTruth) => Promise<string[]>>> = {
  track: wrongInTrack,
  graph: wrongInGraph,
  gate: wrongInGate,
  board: wrongInBoard,
};

async function wrongIn(workbench: Workbench, panel: PanelName, truth: LiveTruth): Promise<string[]> {
  const page = await panelPage(workbench, panel);
  return (await looks[panel](page, truth)).map((what) => `${panel}: ${what}`);
}

const stepName: Readonly<Record<string, string>> = {
  PLAN: 'Plan',
  EVALUATE_PLAN: 'Evaluate plan',
  EXECUTE: 'Execute',
  EVALUATE_EXECUTION: 'Evaluate execution',
  FIX: 'Fix',
  BUSINESS_SYNC: 'Business sync',
  COMPLETE: 'Complete',
};

async function wrongInTrees(workbench: Workbench, name: string, truth: LiveTruth): Promise<string[]> {
  const { done, total, step, stepStatus, fixCycles } = truth;
  const wrong: string[] = [];
  const telling = stepStatus !== 'NOT_STARTED' && stepStatus !== 'IN_PROGRESS';
  const state = telling ? `${step} ${stepStatus.toLowerCase().replaceAll('_', ' ')}` : step;
  const progress = total === 0 ? 'no tasks' : `${done}/${total}`;
  const expected = `${state} · ${progress}${fixCycles > 0 ? ` · fix ${fixCycles}/3` : ''}`;
  const row = (await workbench.view('Tracks').rows()).find(({ label }) => label === name);
  if (!row?.description.startsWith(expected)) wrong.push(`Tracks: "${row?.description}", not "${expected}"`);
  const bar =
    (await workbench.statusBar()).find((text) => text.includes(name) && text.includes(progress)) ?? '';
  if (!bar.includes(`${state} · ${progress}`)) wrong.push(`status bar: "${bar}", not "${expected}"`);
  wrong.push(...wrongInWorkers(ownRows(await workbench.view('Workers').rows(), name), truth));
  return wrong;
}

/** Where several tracks have a message bus, the rows below the one of this track. */
function ownRows(rows: readonly RowText[], track: string): readonly RowText[] {
  const top = rows.findIndex(({ level, label }) => level === 1 && label === track);
  // It has none yet.
  if (top < 0 && rows.some(({ level, description }) => level === 1 && /workers? running$/.test(description)))
    return [];
  if (top < 0) return rows;
  const end = rows.findIndex(({ level }, i) => i > top && level === 1);
  return rows.slice(top + 1, end < 0 ? undefined : end).map((row) => ({ ...row, level: row.level - 1 }));
}

function wrongInWorkers(rows: readonly RowText[], { workers, tasks }: LiveTruth): string[] {
  const wrong: string[] = [];
  const left = rows
    .filter(({ label, level }) => level === 1 && /^\d+\.\d+/.test(label))
    .map(({ label, description }) => `${/^\d+\.\d+/.exec(label)?.[0]} ${description}`);
  const shown = left.join('; ');
  for (const { task, status, percent } of workers) {
    const fits = new RegExp(`^${task} ${status}\\b.* ${percent} %`, 'i');
    const at = left.findIndex((text) => fits.test(text));
    if (at < 0) wrong.push(`Workers: no ${task} ${status} ${percent} % among ${shown}`);
    else left.splice(at, 1);
  }
  if (left.length > 0) wrong.push(`Workers: ${left.join('; ')} in no file`);
  const finished = tasks.filter(({ marker }) => marker === 'x').map(({ id }) => id);
  for (const { label } of rows) {
    const waits = /^(\d+\.\d+) waits for /.exec(label)?.[1];
    if (waits !== undefined && finished.includes(waits)) wrong.push(`Workers: "${label}", which is done`);
  }
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
  if (total > 0 && shown.sum !== `${done} of ${total} tasks done`)
    wrong.push(`"${shown.sum}", not ${done} of ${total}`);
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

async function wrongInGate(page: Frame, truth: LiveTruth): Promise<string[]> {
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
  const { step, fixCycles } = truth;
  const isPlan = step === 'PLAN' || step === 'EVALUATE_PLAN';
  // After a fix cycle the gate waits for a report that is newer.
  const again =
    step === 'EVALUATE_EXECUTION' &&
    truth.stepStatus === 'IN_PROGRESS' &&
    fixCycles > 0 &&
    truth.evaluations <= fixCycles;
  const evaluation = isPlan ? truth.planEvaluation : again ? undefined : truth.evaluation;
  if (!(isPlan ? /plan/i : /execution/i).test(shown.title)) wrong.push(`it is about "${shown.title}"`);
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

async function wrongInBoard(page: Frame, { session, votes, conditions }: LiveTruth): Promise<string[]> {
  const shown = await page.evaluate(() => ({
    facts: document.querySelector('.head .facts')?.textContent ?? '',
    conditions: [...document.querySelectorAll('.cond')].map((element) => element.textContent ?? ''),
    directors: [...document.querySelectorAll<HTMLElement>('.dir')].map((element) => ({
      key: element.dataset['director'] ?? '',
      vote: element.querySelector('.tag')?.textContent?.trim() ?? '',
    })),
  }));
  const wrong: string[] = [];
  for (const condition of conditions) {
    // Whose it is stands apart from it.
    const [, what = '', who = ''] = /^(.*?)(?: \((\w+)\))?$/.exec(condition) ?? [];
    if (!shown.conditions.some((text) => text.includes(what) && text.includes(who)))
      wrong.push(`no condition "${condition}" among ${shown.conditions.join('; ')}`);
  }
  if (session === '') return wrong;
  if (!shown.facts.includes(session)) wrong.push(`"${shown.facts}", not ${session}`);
  for (const key of ['CA', 'CPO', 'CSO', 'COO', 'CXO']) {
    const vote = shown.directors.find((director) => director.key === key)?.vote ?? 'not there';
    const expected = votes[key] ?? 'Missing';
    if (!vote.toUpperCase().endsWith(expected.toUpperCase())) wrong.push(`${key}: ${vote}, not ${expected}`);
  }
  return wrong;
}
