import path from 'node:path';
import type { Browser } from 'playwright-core';
import { ensureBrowser, launchBrowser } from '../../scripts/lib/browser.mjs';
import { vsixName } from '../../scripts/lib/packageVsix.mjs';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { ensureVscode } from '../../scripts/lib/vscodeInstall.mjs';
import { startServer } from '../../scripts/lib/vscodeServer.mjs';

/** One VS Code server with the packaged extension, and one browser, for all face tests of a run. */
export interface Session {
  server: Awaited<ReturnType<typeof startServer>>;
  browser: Browser;
}

let browser: Promise<Browser> | undefined;
let server: Promise<Session['server']> | undefined;

/** The session, started when the first test asks for it. */
export async function theSession(): Promise<Session> {
  server ??= start();
  return { server: await server, browser: await theBrowser() };
}

/** The browser alone, for tests that need no VS Code. */
export function theBrowser(): Promise<Browser> {
  browser ??= ensureBrowser().then(launchBrowser);
  return browser;
}

async function start(): Promise<Session['server']> {
  const vsix = process.env['CONDUCTOR_VSIX'] ?? inRoot(vsixName());
  return startServer(await ensureVscode('current'), { vsix: [path.resolve(vsix)] });
}

after(async () => {
  await (await browser)?.close();
  await (await server)?.stop();
});
