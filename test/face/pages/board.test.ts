import assert from 'node:assert/strict';
import fs from 'node:fs';
import type { Page } from 'playwright-core';
import { openPanelPage } from '../../../scripts/lib/panelPage.mjs';
import type { BoardLayout, BoardModel } from '../../../src/shared/boardModel';
import { eventually } from '../eventually';
import { theBrowser } from '../session';
import { seriousFindings } from './axe';
import {
  contradiction,
  hostile,
  manySessions,
  running,
  sampleBoard,
  tie,
  type BoardState,
} from './boardModels';

type Opened = Awaited<ReturnType<typeof openPanelPage>>;
type Options = Omit<Parameters<typeof openPanelPage>[1], 'panel' | 'state'>;

interface SentRequest {
  readonly id: number;
  readonly request: Record<string, unknown>;
}

const themes = ['vscode-dark', 'vscode-light', 'vscode-high-contrast'] as const;
const meetings: Readonly<Record<string, () => Promise<BoardState>>> = {
  sample: () => sampleBoard(),
  tie,
  contradiction,
  running: () => running({ votes: '{"CA": {"final_verdict": "APPROVE"}, "CPO": {"fin' }),
  hostile,
};
const shots = 'out/face/pages';

describe('the Board panel’s page', () => {
  let opened: Opened;
  before(() => fs.mkdirSync(shots, { recursive: true }));
  afterEach(async () => {
    const { errors } = opened;
    await opened.close();
    assert.deepEqual(errors, []);
  });

  async function open(state: BoardState, o: Options = {}): Promise<Page> {
    opened = await openPanelPage(await theBrowser(), { panel: 'board', state, ...o });
    await opened.page.getByRole('heading', { level: 1 }).waitFor();
    return opened.page;
  }
  const dialog = (page: Page) => page.getByRole('dialog');
  const focusedDirector = (page: Page) =>
    page.evaluate(() => document.activeElement?.getAttribute('data-director'));
  /** Requests of the page, in order. */
  const requests = async (): Promise<SentRequest[]> =>
    ((await opened.sent()) as (SentRequest & { type: string })[]).filter(({ type }) => type === 'request');
  const layout = async (): Promise<BoardLayout> => ((await opened.kept()) as { layout: BoardLayout }).layout;
  async function reply(answer: { ok: boolean; message?: string }): Promise<void> {
    const { id } = (await requests()).at(-1)!;
    await opened.post({ type: 'reply', id, reply: answer });
  }
  const overflow = (page: Page): Promise<number> =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

  for (const theme of themes) {
    for (const [name, state] of Object.entries(meetings)) {
      it(`${theme}: ${name} is drawn, with nothing serious for axe-core`, async () => {
        const page = await open(await state(), { theme });
        assert.deepEqual(await seriousFindings(page), []);
        await page.screenshot({ path: `${shots}/board-${name}-${theme}.png`, fullPage: true });
      });
    }

    it(`${theme}: forms have nothing serious for axe-core`, async () => {
      const page = await open(await sampleBoard(), { theme });
      await page.keyboard.press('Alt+v');
      await dialog(page).getByRole('radio', { name: 'Reject' }).check();
      await dialog(page).getByRole('button', { name: 'Correct Vote' }).click();
      await dialog(page).getByText('Say why the vote is corrected').waitFor();
      assert.deepEqual(await seriousFindings(page), []);
      await page.screenshot({ path: `${shots}/board-form-${theme}.png` });
    });
  }

  for (const width of [1400, 1000, 480]) {
    it(`at ${String(width)} wide nothing runs out of the page, whatever the files say`, async () => {
      for (const [name, state] of [
        ['sample', await sampleBoard()],
        ['hostile', await hostile()],
      ] as const) {
        const page = await open(state, { size: { width, height: 900 } });
        assert.equal(await overflow(page), 0, name);
        await page.screenshot({ path: `${shots}/board-${name}-${String(width)}.png`, fullPage: true });
        if (name === 'sample') await opened.close();
      }
    });
  }

  it('texts of the files stay texts', async () => {
    const page = await open(await hostile());
    assert.equal(await page.locator('#page img, #page script, #page b b').count(), 0);
    assert.ok(await page.getByText('<script>alert(2)</script>').count());
    assert.match((await page.locator('.dir').last().textContent()) ?? '', /not counted/);
  });

  it('left and right go from director to director, and Alt+V votes for the one that has the focus', async () => {
    const page = await open(await sampleBoard());
    await page.locator('.dir').first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowLeft');
    assert.equal(await focusedDirector(page), 'CPO');
    await page.keyboard.press('End');
    assert.equal(await focusedDirector(page), 'CXO');
    assert.equal(await page.locator('.dir[tabindex="0"]').count(), 1);
    await page.keyboard.press('Alt+v');
    assert.ok(await dialog(page).getByRole('radio', { name: 'CXO' }).isChecked());
    await page.keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'detached' });
    assert.equal(await focusedDirector(page), 'CXO');
    assert.deepEqual(await requests(), []);
  });

  it('a vote is corrected by keyboard alone: what will be written is said before, and sent once', async () => {
    const page = await open(await sampleBoard());
    await page.locator('.dir').first().focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Alt+v');
    // From the director to the vote: one stop each.
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    assert.ok(await dialog(page).getByRole('radio', { name: 'Approve' }).isChecked());
    const said = (await dialog(page).locator('.writes').textContent()) ?? '';
    assert.match(said, /COO: REJECT → APPROVE, entered by a person/);
    assert.match(said, /APPROVED \(5 approve, 0 reject/);
    assert.match(said, /metadata\.json board_sessions\[\d\] and \.message-bus\/board\/votes\.json/);

    await page.keyboard.press('Control+Enter');
    assert.match(
      (await dialog(page).getByRole('alert').textContent()) ?? '',
      /Say why the vote is corrected/,
    );
    assert.deepEqual(await requests(), []);

    await page.keyboard.press('Tab');
    await page.keyboard.type('0.7');
    await page.keyboard.press('Tab');
    await page.keyboard.type('The flag settles it.');
    await page.keyboard.press('Control+Enter');
    await page.keyboard.press('Control+Enter');
    await eventually(async () => assert.equal((await requests()).length, 1));
    const [first] = await requests();
    const { token, sessionId, ...rest } = first!.request;
    assert.equal(typeof token, 'string');
    assert.match(String(sessionId), /^board-/);
    assert.deepEqual(rest, {
      kind: 'castVote',
      director: 'COO',
      verdict: 'APPROVE',
      confidence: 0.7,
      note: 'The flag settles it.',
      seen: 'REJECT',
    });
    await reply({ ok: true, message: 'COO votes APPROVE.' });
    await dialog(page).waitFor({ state: 'detached' });
    await page.getByText('COO votes APPROVE.').waitFor();
    assert.equal(await focusedDirector(page), 'COO');
    // What is shown is what was read; nobody has read anything new.
    assert.match((await page.locator('[data-director=COO]').textContent()) ?? '', /Reject/);
  });

  it('a refusal is said in the form, which keeps what was typed; it is sent anew under another token', async () => {
    const page = await open(await sampleBoard());
    await page.getByRole('button', { name: 'Cast Vote…' }).click();
    await dialog(page).getByRole('radio', { name: 'Abstain' }).check();
    await dialog(page).getByRole('textbox', { name: 'Reason' }).fill('No time to read it');
    await dialog(page).getByRole('button', { name: 'Correct Vote' }).click();
    await eventually(async () => assert.equal((await requests()).length, 1));
    await reply({ ok: false, message: 'The file is busy. Try again.' });
    await dialog(page).getByText('The file is busy. Try again.').waitFor();
    assert.equal(await page.getByText('The file is busy. Try again.').count(), 1);
    assert.equal(
      await dialog(page).getByRole('textbox', { name: 'Reason' }).inputValue(),
      'No time to read it',
    );
    await dialog(page).getByRole('button', { name: 'Correct Vote' }).click();
    await eventually(async () => assert.equal((await requests()).length, 2));
    const [one, two] = await requests();
    assert.notEqual(one!.request['token'], two!.request['token']);
  });

  it('what is refused after the form was closed is said by the page', async () => {
    const page = await open(await sampleBoard());
    await page.getByRole('button', { name: 'Cast Vote…' }).click();
    await dialog(page).getByRole('radio', { name: 'Abstain' }).check();
    await dialog(page).getByRole('textbox', { name: 'Reason' }).fill('No time to read it');
    await dialog(page).getByRole('button', { name: 'Correct Vote' }).click();
    await eventually(async () => assert.equal((await requests()).length, 1));
    await page.keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'detached' });
    await reply({ ok: false, message: 'The file is busy. Try again.' });
    await page.getByRole('alert').getByText('The file is busy. Try again.').waitFor();
  });

  it('Tab stays in the form', async () => {
    const page = await open(await sampleBoard());
    await page.getByRole('button', { name: 'Cast Vote…' }).click();
    for (let i = 0; i < 12; i++) {
      await page.keyboard.press('Tab');
      const outside = await page.evaluate(() => {
        const at = document.activeElement;
        return at !== null && at !== document.body && at.closest('dialog') === null;
      });
      assert.ok(!outside, `Tab ${String(i)} left the form`);
    }
  });

  it('M marks the condition that has the focus; arrows choose it', async () => {
    const page = await open(await sampleBoard());
    await page.locator('.cond').first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('m');
    await dialog(page).waitFor();
    const second = (await page.locator('.cond').nth(1).getAttribute('aria-label')) ?? '';
    assert.ok(second.endsWith((await dialog(page).locator('.quote').textContent()) ?? '?'));
    await dialog(page).getByRole('button', { name: 'Mark Met' }).click();
    assert.match((await dialog(page).getByRole('alert').textContent()) ?? '', /Show where it is met/);
    await dialog(page).getByRole('textbox', { name: 'Where it can be seen' }).fill('src/a11y.ts:12');
    await dialog(page).getByRole('button', { name: 'Mark Met' }).click();
    await eventually(async () => assert.equal((await requests()).length, 1));
    const { request } = (await requests())[0]!;
    assert.deepEqual(
      [request['kind'], request['met'], request['file'], request['line']],
      ['markCondition', true, 'src/a11y.ts', 12],
    );
  });

  it('a condition is added to the meeting', async () => {
    const page = await open(await sampleBoard());
    await page.getByRole('button', { name: 'Add Condition…' }).click();
    await dialog(page).getByRole('textbox', { name: 'Condition' }).fill('Watch the numbers');
    await dialog(page).getByRole('radio', { name: 'COO' }).check();
    await dialog(page).getByRole('radio', { name: 'Pre-launch' }).check();
    assert.match(
      (await dialog(page).locator('.writes').textContent()) ?? '',
      /“Watch the numbers \(COO\)”, due at PRE_LAUNCH/,
    );
    await dialog(page).getByRole('button', { name: 'Add Condition' }).click();
    await eventually(async () => assert.equal((await requests()).length, 1));
    const { token: _token, sessionId: _id, ...rest } = (await requests())[0]!.request;
    assert.deepEqual(rest, {
      kind: 'addCondition',
      text: 'Watch the numbers',
      director: 'COO',
      due: 'PRE_LAUNCH',
    });
  });

  it('a tie is resolved with a verdict and a reason', async () => {
    const page = await open(await tie());
    await page.getByRole('button', { name: 'Resolve…' }).click();
    await dialog(page).getByRole('radio', { name: 'Rejected' }).check();
    await dialog(page).getByRole('textbox', { name: 'Reason' }).fill('Too early');
    await dialog(page).getByRole('button', { name: 'Resolve' }).click();
    await eventually(async () => assert.equal((await requests()).length, 1));
    const { token: _token, ...rest } = (await requests())[0]!.request;
    assert.deepEqual(rest, {
      kind: 'resolveTie',
      sessionId: 'board-20260201100000',
      verdict: 'REJECTED',
      note: 'Too early',
    });
  });

  it('recorded and computed verdict stand side by side where they differ; corrections stay to be seen', async () => {
    const page = await open(await contradiction());
    const resolution = page.getByRole('region', { name: 'Resolution' });
    await resolution.getByText('By the votes').waitFor();
    assert.match((await resolution.textContent()) ?? '', /says APPROVED, but its votes give REJECTED/);
    assert.match((await resolution.textContent()) ?? '', /Approve → Reject: The load test failed/);
  });

  it('new votes and messages appear, and scroll, focus and an open form stay', async () => {
    const lines = (n: number): string =>
      Array.from(
        { length: n },
        (_, i) => `${JSON.stringify({ from: 'CA', message: `Message ${String(i)}` })}\n`,
      ).join('');
    const page = await open(await running({ discussion: lines(60) }));
    await page.locator('.dir').nth(2).focus();
    await page.evaluate(() => window.scrollTo(0, 200));
    await opened.send(
      await running({
        discussion: lines(61),
        votes: { CA: 'APPROVE', CPO: 'APPROVE', CSO: 'APPROVE', COO: 'REJECT' },
      }),
    );
    await page.getByText('Message 60').waitFor();
    assert.match((await page.locator('[data-director=CSO]').textContent()) ?? '', /Approve/);
    assert.equal(await focusedDirector(page), 'CSO');
    assert.equal(await page.evaluate(() => window.scrollY), 200);

    await page.keyboard.press('Alt+v');
    await dialog(page).getByRole('textbox', { name: 'Reason' }).fill('half a sen');
    await opened.send(await running({ discussion: lines(62), votes: { CA: 'REJECT' } }));
    await page.getByText('Message 61').waitFor();
    const reason = dialog(page).getByRole('textbox', { name: 'Reason' });
    assert.equal(await reason.inputValue(), 'half a sen');
    // Even when the files cannot be read for a moment.
    const nothing = await running({ discussion: lines(62) });
    assert.ok(nothing.status === 'ready');
    const { session: _session, ...model } = nothing.model;
    await opened.send({ status: 'ready', model });
    await page.keyboard.type('tence');
    assert.equal(await reason.inputValue(), 'half a sentence');
  });

  it('a track that is deleted leaves no blank page, and comes back', async () => {
    const state = await sampleBoard();
    const page = await open(state);
    await opened.send({
      status: 'empty',
      title: 'This track is no longer there.',
      detail: 'It was deleted.',
    });
    await page.getByRole('heading', { name: 'This track is no longer there.' }).waitFor();
    await opened.send(state);
    await page.getByRole('heading', { name: 'Board on the plan' }).waitFor();
  });

  it('of 500 messages the newest 100 are shown, then all', async () => {
    const discussion = Array.from(
      { length: 500 },
      (_, i) => `${JSON.stringify({ from: 'CA', message: `Message ${String(i)}` })}\n`,
    ).join('');
    const page = await open(await running({ discussion }));
    assert.equal(await page.locator('.msg').count(), 100);
    await page.getByRole('button', { name: 'Show 400 earlier messages' }).click();
    assert.equal(await page.locator('.msg').count(), 500);
    assert.equal((await layout()).allRemarks, true);
  });

  it('one of 40 meetings is chosen by keyboard', async () => {
    const page = await open(await manySessions());
    const button = page.getByRole('button', { name: 'Session 40 of 40' });
    await button.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('listbox').waitFor();
    assert.deepEqual(await seriousFindings(page), []);
    await page.screenshot({ path: `${shots}/board-sessions.png` });
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    assert.deepEqual((await requests()).at(-1)?.request, { kind: 'turnTo', item: 'board-38' });
    await page.getByRole('listbox').waitFor({ state: 'detached' });
    await opened.send(await manySessions('board-38'));
    await page.getByRole('button', { name: 'Session 38 of 40' }).waitFor();
    await page.keyboard.press('Enter');
    await page.locator('[role=listbox]:focus').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('listbox').waitFor({ state: 'detached' });
  });

  it('what cannot be written says why where it cannot be pressed', async () => {
    const state = await sampleBoard();
    assert.ok(state.status === 'ready' && state.model.session);
    const frozen = 'It is archived: restore its folder before changing it.';
    const model: BoardModel = {
      ...state.model,
      frozen,
      conditionsFrozen: frozen,
      session: { ...state.model.session, frozen },
    };
    const page = await open({ status: 'ready', model });
    await page.getByText(frozen).first().waitFor();
    await page.getByRole('button', { name: 'Cast Vote…' }).click({ force: true });
    await page.keyboard.press('Alt+v');
    await page.locator('.cond').first().focus();
    await page.keyboard.press('m');
    assert.equal(await dialog(page).count(), 0);
  });

  it('is as it was after a reload: scroll, the director that had the focus, all points', async () => {
    const state = await sampleBoard();
    const page = await open(state);
    await page.getByRole('button', { name: /more points? of the directors/ }).click();
    await page.locator('.dir').nth(3).focus();
    await page.evaluate(() => window.scrollTo(0, 300));
    await eventually(async () => assert.equal((await layout()).scroll, 300));
    const kept: unknown = await opened.kept();
    assert.deepEqual(Object.keys(await layout()).sort(), ['allPoints', 'director', 'scroll']);
    await opened.close();
    const again = await open(state, { kept });
    assert.equal(await again.locator('.dir[tabindex="0"]').getAttribute('data-director'), 'COO');
    await again.getByRole('button', { name: 'Show only the main points' }).waitFor();
    // To a pixel: what is above may have a height that is no whole number.
    await eventually(async () =>
      assert.ok(Math.abs((await again.evaluate(() => window.scrollY)) - 300) <= 1),
    );
  });
});
