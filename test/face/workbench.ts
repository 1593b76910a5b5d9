import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { Frame, Locator, Page, Request } from 'playwright-core';
import { copyOfFixture } from '../../scripts/lib/fixtures.mjs';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { writeSettings } from '../../scripts/lib/vscodeServer.mjs';
import { escapeRegExp } from './escapeRegExp';
import { eventually } from './eventually';
import { theSession } from './session';
import { TreeView } from './treeView';

/** What a face test starts from. */
export interface Start {
  /** Folder below the repository's root whose copy is opened; null for an empty window. The sample by default. */
  fixture?: string | null;
  settings?: Record<string, unknown>;
  /** Messages on the browser's console that this test expects. */
  expectedErrors?: readonly RegExp[];
  /** Viewport in CSS pixels. */
  size?: { width: number; height: number };
}

/** The themes that the face must look well in, and what marks each in the DOM. */
export const THEMES = {
  light: { name: 'Light 2026', css: 'vs' },
  dark: { name: 'Dark 2026', css: 'vs-dark' },
  highContrast: { name: 'Default High Contrast', css: 'hc-black' },
  highContrastLight: { name: 'Default High Contrast Light', css: 'hc-light' },
} as const;

/**
 * In a browser the files of webviews have addresses that look like the network; VS Code's service worker answers them from
 * the server on this machine.
 */
const isWebviewFile = (request: Request): boolean =>
  new URL(request.url()).hostname.endsWith('.vscode-resource.vscode-cdn.net');

/** A page that comes up while a list is open would close the list, sooner or later than the test expects. */
const STEADY = { 'workbench.quickOpen.closeOnFocusLost': false };

/** The label of a row in a pick list; the line below it is a detail. */
const PICK_LABEL = '.quick-input-list-row:first-child .label-name';

/** What the workbench itself writes to the console as an error, whatever extension is in it. */
const NOT_OURS: readonly RegExp[] = [
  /\/node_modules\/vsda\//,
  /native-watchdog/,
  // On a slow machine, or offline:
  /authentication provider 'github'/,
  /Aborted onWillSaveTextDocument-event/,
];

/**
 * A test's body with a workbench of its own: a new page on a fresh copy of a fixture, with the packaged extension, in a
 * browser that has stored nothing. When the body throws, out/face/ gets a screenshot. No request may leave the machine, and
 * nothing may land on the console as an error.
 * @example it('shows the tracks', inWorkbench({}, async (workbench) => { … }));
 */
export function inWorkbench(
  start: Start,
  body: (workbench: Workbench) => Promise<void>,
): (this: Mocha.Context) => Promise<void> {
  return async function () {
    const title = (this.test?.fullTitle() ?? 'test').replace(/[^\w]+/g, '-').slice(0, 100);
    const { server, context } = await theSession();
    const copy = await copyOfFixture(start.fixture === null ? undefined : (start.fixture ?? 'sample'));
    writeSettings(server.settingsFile, { ...STEADY, ...start.settings });
    const page = await context.newPage();
    await page.setViewportSize(start.size ?? { width: 1400, height: 900 });
    page.setDefaultTimeout(20_000);
    const outside: string[] = [];
    const errors: string[] = [];
    page.on('request', (request) => {
      const { protocol, hostname } = new URL(request.url());
      if (!/^(https?|wss?):$/.test(protocol) || hostname === '127.0.0.1' || isWebviewFile(request)) return;
      outside.push(request.url());
    });
    page.on('response', (response) => {
      if (isWebviewFile(response.request()) && !response.fromServiceWorker()) outside.push(response.url());
    });
    page.on('requestfailed', (request) => {
      // Aborted: it was under way when its panel was closed.
      if (isWebviewFile(request) && request.failure()?.errorText !== 'net::ERR_ABORTED')
        outside.push(request.url());
    });
    page.on('pageerror', (error) => errors.push(error.stack ?? error.message));
    page.on('console', (message) => {
      if (message.type() === 'error')
        errors.push(`${message.text().slice(0, 1000)} (${message.location().url})`);
    });
    try {
      await forgetAll(page, server.authority);
      await page.goto(server.url(copy.workspace));
      await page.locator('.monaco-workbench .part.activitybar').waitFor({ timeout: 60_000 });
      await body(new Workbench(page, copy.folder));
      assert.deepEqual(outside, [], 'requests that left this machine');
      const expected = [...NOT_OURS, ...(start.expectedErrors ?? [])];
      assert.deepEqual(
        errors.filter((text) => !expected.some((e) => e.test(text))),
        [],
        'errors on the console',
      );
    } catch (e) {
      const shot = inRoot('out/face', `FAILED-${title}.png`);
      fs.mkdirSync(path.dirname(shot), { recursive: true });
      await page.screenshot({ path: shot }).catch(() => undefined);
      console.log(`      see out/face/${path.basename(shot)}`);
      throw e;
    } finally {
      // Leaving the page tells the server that this window is gone; its extension host would live on otherwise.
      await page.goto('about:blank').catch(() => undefined);
      await page.close();
      copy.remove();
    }
  };
}

/** Takes away what windows before have stored in the browser; what it has loaded and compiled may stay. */
async function forgetAll(page: Page, authority: string): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Storage.clearDataForOrigin', { origin: `http://${authority}`, storageTypes: 'all' });
  await devtools.detach();
}

/** A window of VS Code, as a person uses it. */
export class Workbench {
  constructor(
    readonly page: Page,
    /** The opened folder (a copy that the test may change), absolute; for an empty window a folder that is not opened. */
    readonly folder: string,
  ) {}

  private settings: Record<string, unknown> | undefined;

  // --- files

  /** The text of a file in the opened folder, as it is on disk. */
  read(file: string): string {
    return fs.readFileSync(path.join(this.folder, file), 'utf8');
  }

  /** The names in a folder below the opened one. */
  list(folder: string): string[] {
    return fs.readdirSync(path.join(this.folder, folder));
  }

  /** Writes a file in the opened folder behind the workbench's back, as an agent would. */
  write(file: string, text: string): void {
    fs.writeFileSync(path.join(this.folder, file), text);
  }

  // --- settings

  /**
   * Changes settings of the running window, in the folder's own settings file: VS Code sees that within half a second,
   * a change of the user's file only after five. Git does not see it.
   */
  changeSettings(settings: Record<string, unknown>): void {
    this.settings = { ...(this.settings ?? this.ownSettings()), ...settings };
    fs.appendFileSync(path.join(this.folder, '.git/info/exclude'), '\n.vscode/\n');
    fs.mkdirSync(path.join(this.folder, '.vscode'), { recursive: true });
    this.write('.vscode/settings.json', JSON.stringify(this.settings, null, 2));
  }

  /** What the project itself has in its settings file. */
  private ownSettings(): Record<string, unknown> {
    const file = path.join(this.folder, '.vscode/settings.json');
    return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, unknown>) : {};
  }

  /** Switches the theme and waits until it is on screen. */
  async setTheme(theme: keyof typeof THEMES): Promise<void> {
    this.changeSettings({ 'workbench.colorTheme': THEMES[theme].name });
    await this.page.locator(`.monaco-workbench.${THEMES[theme].css}`).waitFor();
  }

  // --- side bar

  /** Shows a view container by the title of its icon in the activity bar. */
  async openContainer(title: string): Promise<void> {
    const icon = this.page.locator(`.activitybar .action-item`, {
      has: this.page.locator(`.action-label[aria-label^="${title}"]`),
    });
    await icon.waitFor();
    if (!(await icon.evaluate((e) => e.classList.contains('checked')))) await icon.click();
    await this.page.locator('.part.sidebar .composite.title', { hasText: new RegExp(title, 'i') }).waitFor();
  }

  /** The number on a view container's icon; undefined when it has none. */
  async badge(title: string): Promise<string | undefined> {
    const badge = this.page.locator('.activitybar .action-item', {
      has: this.page.locator(`.action-label[aria-label^="${title}"]`),
    });
    const content = badge.locator('.badge-content');
    return (await content.count()) > 0
      ? ((await content.first().textContent()) ?? undefined) || undefined
      : undefined;
  }

  /** Drags the side bar's edge until it is this wide, in CSS pixels. */
  async setSideBarWidth(width: number): Promise<void> {
    const box = await this.page.locator('.part.sidebar').boundingBox();
    assert.ok(box, 'the side bar is not there');
    const y = box.y + box.height / 2;
    await this.page.mouse.move(box.x + box.width + 2, y);
    await this.page.mouse.down();
    await this.page.mouse.move(box.x + width + 2, y, { steps: 5 });
    await this.page.mouse.up();
  }

  view(title: string): TreeView {
    return new TreeView(this.page, title);
  }

  // --- command palette and quick input

  private get quickInput(): Locator {
    return this.page.locator('.quick-input-widget');
  }

  /** Runs a command by its full title, `Conductor: Resume Track` say. */
  async runCommand(title: string): Promise<void> {
    await this.openPalette(title);
    await this.pick(title);
  }

  private get quickInputField(): Locator {
    return this.quickInput.locator('input.input');
  }

  /** A page that is just coming up takes the focus: the palette may be gone again, and is opened once more. */
  private async openPalette(text: string): Promise<void> {
    await eventually(async () => {
      await this.page.keyboard.press('F1');
      await this.quickInputField.fill(`>${text}`, { timeout: 3000 });
    }, 30_000);
  }

  /** The titles that the palette offers for a text, as far as they are on screen. */
  async commandsFor(text: string): Promise<string[]> {
    await this.openPalette(text);
    const labels = await eventually(async () => {
      const found = await this.quickPickLabels();
      assert.ok(found.length > 0, `the palette offers nothing for "${text}"`);
      return found;
    });
    await this.quickInputField.press('Escape');
    return labels;
  }

  private quickPickRow(label: string): Locator {
    return this.quickInput
      .locator('.quick-input-list .monaco-list-row')
      .filter({
        has: this.page.locator(PICK_LABEL, {
          hasText: new RegExp(`^${escapeRegExp(label)}$`),
        }),
      })
      .first();
  }

  /** The labels in the open pick list. */
  async quickPickLabels(): Promise<string[]> {
    return this.quickInput.locator(`.quick-input-list .monaco-list-row ${PICK_LABEL}`).allInnerTexts();
  }

  /** Chooses in the open pick list. */
  async pick(label: string): Promise<void> {
    const row = this.quickPickRow(label);
    await row.waitFor();
    // With the keyboard: the list may be laid out anew under a click, but the row that has the focus is accepted.
    for (let i = 0; (await row.getAttribute('class'))?.includes('focused') !== true; i++) {
      assert.ok(i < 100, `"${label}" does not get the focus`);
      await this.quickInputField.press('ArrowDown');
    }
    await this.quickInputField.press('Enter');
  }

  /** Ticks entries of the open pick list with many choices and accepts. */
  async pickMany(...labels: string[]): Promise<void> {
    for (const label of labels) await this.quickPickRow(label).locator('.monaco-checkbox').click();
    await this.quickInput.getByRole('button', { name: 'OK' }).click();
  }

  /** What the open pick list or input box asks: its title, placeholder and message. Waits until it asks `about` this. */
  async question(about: string | RegExp): Promise<{ title: string; placeholder: string; message: string }> {
    const input = this.quickInputField;
    await input.waitFor();
    const shown = async (part: string) =>
      (await this.quickInput.locator(`${part}:visible`).allInnerTexts()).join(' ').trim();
    return eventually(async () => {
      const question = {
        title: await shown('.quick-input-title'),
        placeholder: (await input.getAttribute('placeholder')) ?? '',
        message: await shown('.quick-input-message'),
      };
      const asked = Object.values(question).join('\n');
      assert.ok(typeof about === 'string' ? asked.includes(about) : about.test(asked), `it asks: ${asked}`);
      return question;
    });
  }

  /** Answers the open input box, after waiting for it to ask `about` this. */
  async answer(text: string, about: string | RegExp): Promise<void> {
    await this.question(about);
    await this.quickInputField.fill(text);
    await this.quickInputField.press('Enter');
  }

  // --- messages

  /** Waits for a notification and returns what it says. */
  async notification(text: string | RegExp): Promise<string> {
    const message = this.page.locator('.notification-list-item-message', { hasText: text }).first();
    await message.waitFor();
    return message.innerText();
  }

  /** Presses a button of the notification that says this. */
  async notificationButton(text: string | RegExp, button: string): Promise<void> {
    await this.page
      .locator('.notification-list-item', { hasText: text })
      .first()
      .getByRole('button', { name: button, exact: true })
      .click();
  }

  /** Closes every notification, so that none covers what a screenshot is to show. */
  async clearNotifications(): Promise<void> {
    await this.runCommand('Notifications: Clear All Notifications');
    await this.page
      .locator('.notifications-toasts .notification-list-item')
      .first()
      .waitFor({ state: 'detached' });
  }

  /** What the modal dialog says; waits for it. */
  async dialog(): Promise<string> {
    const box = this.page.locator('.monaco-dialog-box');
    await box.waitFor();
    return box.locator('.dialog-message-container').innerText();
  }

  /** Presses a button of the modal dialog. */
  async dialogButton(label: string): Promise<void> {
    await this.page.locator('.monaco-dialog-box').getByRole('button', { name: label, exact: true }).click();
  }

  // --- editors

  /** Opens a file of the folder by name, and waits until its text is on screen. */
  async openFile(file: string): Promise<void> {
    await this.page.keyboard.press('Control+P');
    await this.quickInputField.fill(file);
    await this.pick(path.basename(file));
    await this.waitForTab(path.basename(file));
    await this.page.locator('.editor-group-container.active .monaco-editor .view-line').first().waitFor();
  }

  /** The titles of the open tabs. */
  async tabs(): Promise<string[]> {
    return this.page
      .locator('.tabs-container .tab')
      .evaluateAll((all) => all.map((tab) => tab.getAttribute('data-resource-name') ?? ''));
  }

  /** Waits for a tab with this title. */
  async waitForTab(title: string): Promise<void> {
    await this.page
      .locator(`.tabs-container .tab[data-resource-name=${JSON.stringify(title)}]`)
      .first()
      .waitFor();
  }

  /** The lines of the text editor that has the focus or had it last, as far as they are on screen. */
  async editorText(): Promise<string> {
    const lines = this.page.locator('.editor-group-container.active .monaco-editor .view-line');
    const texts = await lines.evaluateAll((all) =>
      all
        .map((line) => ({ top: line.getBoundingClientRect().top, text: line.textContent ?? '' }))
        .sort((a, b) => a.top - b.top)
        .map((line) => line.text),
    );
    return texts.join('\n').replaceAll('\u00a0', ' ');
  }

  /** The code lenses on screen. */
  async codeLenses(): Promise<string[]> {
    return this.page.locator('.editor-group-container.active .codelens-decoration a').allInnerTexts();
  }

  async clickCodeLens(label: string | RegExp): Promise<void> {
    await this.page
      .locator('.editor-group-container.active .codelens-decoration a', { hasText: label })
      .first()
      .click();
  }

  // --- the rest

  /** The entries of the status bar. */
  async statusBar(): Promise<string[]> {
    return this.page.locator('.part.statusbar .statusbar-item').allInnerTexts();
  }

  /** The document of a webview (panel or view) that has this heading. */
  async webview(heading: string | RegExp): Promise<Frame> {
    return eventually(async () => {
      // workbench → iframe.webview → iframe#active-frame, which holds the extension's HTML
      for (const frame of this.page.frames())
        if (
          frame.parentFrame()?.parentFrame() &&
          (await frame.getByRole('heading', { name: heading }).count()) > 0
        )
          return frame;
      throw new Error(`no webview with the heading ${String(heading)}`);
    });
  }

  /** A picture for a person, in out/face/. Moves the pointer away first, so that nothing is hovered. */
  async screenshot(name: string): Promise<string> {
    const file = inRoot('out/face', `${name}.png`);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    await this.page.mouse.move(700, 895);
    await this.page.screenshot({ path: file, animations: 'disabled' });
    return file;
  }

  /** Loads the window anew, as *Developer: Reload Window* does. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.page.locator('.monaco-workbench .part.activitybar').waitFor({ timeout: 60_000 });
  }
}
