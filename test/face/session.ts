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

let session: Promise<Session> | undefined;

/** The session, started when the first test asks for it. */
export function theSession(): Promise<Session> {
  session ??= start();
  return session;
}

async function start(): Promise<Session> {
  const vsix = process.env['CONDUCTOR_VSIX'] ?? inRoot(vsixName());
  const server = await startServer(await ensureVscode('current'), { vsix: [path.resolve(vsix)] });
  try {
    return { server, browser: await launchBrowser(await ensureBrowser()) };
  } catch (e) {
    await server.stop();
    throw e;
  }
}

after(async () => {
  if (!session) return;
  const { server, browser } = await session;
  await browser.close();
  await server.stop();
});
