import fs from 'node:fs';
import path from 'node:path';
import { inRoot } from './paths.mjs';

/** The origin that the page is served from; nothing listens there, every request is answered from dist/. */
const ORIGIN = 'http://127.0.0.1:1';

const SUBJECT = { root: '/project/conductor', key: 'tracks/sample' };

/**
 * A page of the browser, and what is opened in it at present.
 * @typedef {object} Tab
 * @property {import('playwright-core').Page} page
 * @property {{html: string, host: string, errors: string[]} | undefined} opened
 */

/**
 * Tabs that nothing is opened in: the next opening loads its page in one of them, which is much less work than a new one.
 * @type {WeakMap<import('playwright-core').Browser, Tab[]>}
 */
const idle = new WeakMap();

/**
 * A panel's own page, from dist/, in a real browser but without VS Code around it: for tests of what it draws, in every
 * theme and width, and for the bench. The policy is the one that VS Code is given.
 * @param {import('playwright-core').Browser} browser
 * @param {object} o
 * @param {'track' | 'graph' | 'gate' | 'board'} o.panel
 * @param {unknown} [o.state] what the host sends as soon as the page listens; none: the page stays as it was painted
 * @param {'vscode-light' | 'vscode-dark' | 'vscode-high-contrast' | 'vscode-high-contrast-light'} [o.theme]
 * @param {{width: number, height: number}} [o.size]
 * @param {boolean} [o.reducedMotion]
 * @param {unknown} [o.kept] what getState() gives
 * @param {boolean} [o.cold] in a new tab, where nothing is warm: for measurements
 */
export async function openPanelPage(browser, o) {
  const free = idle.get(browser) ?? [];
  idle.set(browser, free);
  const tab = (o.cold ? undefined : free.pop()) ?? (await newTab(browser));
  const { page } = tab;
  /** @type {string[]} */
  const errors = [];
  await page.setViewportSize(o.size ?? { width: 1400, height: 900 });
  await page.emulateMedia({ reducedMotion: o.reducedMotion ? 'reduce' : 'no-preference' });
  tab.opened = { html: html(o.panel, o.theme ?? 'vscode-dark'), host: standIn(o.state, o.kept), errors };
  await page.goto(`${ORIGIN}/`);
  return {
    page,
    errors,
    /** What the page has sent to the host so far. @returns {Promise<{type: string, id?: number, request?: {kind?: string}}[]>} */
    sent: () => page.evaluate(() => /** @type {any} */ (globalThis).sent),
    /** What the page has given to setState(). @returns {Promise<any>} */
    kept: () => page.evaluate(() => /** @type {any} */ (globalThis).keptState()),
    /** Sends a new state, as the host does. @param {unknown} state */
    send: (state) =>
      page.evaluate((m) => /** @type {any} */ (globalThis).postMessage(m, '*'), {
        type: 'state',
        subject: SUBJECT,
        state,
      }),
    /** Sends any message. @param {unknown} message */
    post: (message) => page.evaluate((m) => /** @type {any} */ (globalThis).postMessage(m, '*'), message),
    /** A second call does nothing. */
    close: async () => {
      if (tab.opened?.errors !== errors) return;
      tab.opened = undefined;
      if (o.cold) await page.context().close();
      else if (await leave(page)) free.push(tab);
    },
  };
}

/** @param {import('playwright-core').Browser} browser @returns {Promise<Tab>} */
async function newTab(browser) {
  const page = await (await browser.newContext()).newPage();
  /** @type {Tab} */
  const tab = { page, opened: undefined };
  page.on('pageerror', (e) => tab.opened?.errors.push(e.stack ?? e.message));
  page.on('console', (m) => {
    if (m.type() === 'error') tab.opened?.errors.push(m.text());
  });
  await page.route('**/*', (route) => {
    const { origin, pathname } = new URL(route.request().url());
    if (origin !== ORIGIN) {
      tab.opened?.errors.push(`a request left the page: ${route.request().url()}`);
      return route.abort();
    }
    if (pathname === '/') return route.fulfill({ contentType: 'text/html', body: tab.opened?.html ?? '' });
    if (pathname === '/host.js')
      return route.fulfill({ contentType: 'text/javascript', body: tab.opened?.host ?? '' });
    const file =
      pathname === '/themes.css'
        ? inRoot('test/face/pages/themes.css')
        : inRoot('dist/webview', path.basename(pathname));
    return fs.existsSync(file) ? route.fulfill({ path: file }) : route.fulfill({ status: 404 });
  });
  return tab;
}

/**
 * Leaves a tab as a new one is: nothing loaded, stored, held down or pointed at.
 * @param {import('playwright-core').Page} page
 * @returns {Promise<boolean>} false: it could not be, and is closed
 */
async function leave(page) {
  try {
    await page.evaluate('localStorage.clear(), sessionStorage.clear()');
    await page.goto('about:blank');
    for (const key of ['Control', 'Alt', 'Shift', 'Meta']) await page.keyboard.up(key);
    await page.mouse.up();
    await page.mouse.move(0, 0);
    return true;
  } catch {
    await page.context().close();
    return false;
  }
}

/** @param {string} panel @param {string} theme */
function html(panel, theme) {
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${ORIGIN} 'nonce-style'; font-src ${ORIGIN}; script-src 'nonce-page'; base-uri 'none'; form-action 'none'">
<meta property="csp-nonce" content="style">
<title>Sample</title>
<link rel="stylesheet" href="/themes.css"><link rel="stylesheet" href="/${panel}.css"></head>
<body class="${theme}" data-vscode-theme-kind="${theme}" data-subject="{}"><div id="page"><main class="panel skeleton"><h1>Sample</h1></main></div>
<script nonce="page" src="/host.js"></script><script nonce="page" src="/${panel}.js"></script></body></html>`;
}

/** VS Code's side of the page. @param {unknown} state @param {unknown} kept */
function standIn(state, kept) {
  return `{
    const state = ${JSON.stringify(state)};
    let kept = ${JSON.stringify(kept)};
    globalThis.sent = [];
    globalThis.keptState = () => kept;
    globalThis.acquireVsCodeApi = () => ({
      postMessage(message) {
        globalThis.sent.push(structuredClone(message));
        if (message.type !== 'ready' || state === undefined) return;
        window.postMessage({ type: 'state', subject: ${JSON.stringify(SUBJECT)}, state }, '*');
      },
      getState: () => kept,
      setState(next) { kept = structuredClone(next); },
    });
  }`;
}
