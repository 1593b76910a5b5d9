import path from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import { ensureBrowser, launchBrowser, launchWithProfile } from '../../scripts/lib/browser.mjs';
import { vsixName } from '../../scripts/lib/packageVsix.mjs';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { ensureVscode } from '../../scripts/lib/vscodeInstall.mjs';
import { startServer } from '../../scripts/lib/vscodeServer.mjs';

/** One VS Code server with the packaged extension, and one browser with a profile, for all face tests of a run. */
export interface Session {
  server: Awaited<ReturnType<typeof startServer>>;
  context: BrowserContext;
}

let browser: Promise<Browser> | undefined;
let session: Promise<Session> | undefined;

/** The session, started when the first test asks for it. */
export function theSession(): Promise<Session> {
  return (session ??= start());
}

/** The browser alone, for tests that need no VS Code. */
export function theBrowser(): Promise<Browser> {
  browser ??= ensureBrowser().then(launchBrowser);
  return browser;
}

async function start(): Promise<Session> {
  const vsix = process.env['CONDUCTOR_VSIX'] ?? inRoot(vsixName());
  const server = await startServer(await ensureVscode('current'), { vsix: [path.resolve(vsix)] });
  try {
    const context = await launchWithProfile(await ensureBrowser(), path.join(server.dir, 'profile'));
    return { server, context };
  } catch (e) {
    await server.stop();
    throw e;
  }
}

after(async () => {
  await (await browser)?.close();
  const { context, server } = (await session) ?? {};
  await context?.close();
  await server?.stop();
});
