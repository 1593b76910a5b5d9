import assert from 'node:assert/strict';
import type { Frame, Locator } from 'playwright-core';
import type { PanelName } from '../../src/shared/protocol';
import { eventually } from './eventually';
import type { Workbench } from './workbench';

export const PANELS: readonly PanelName[] = ['track', 'graph', 'gate', 'board'];

/** Titles of the commands that open the panels, without "Conductor: ". */
export const COMMANDS: Readonly<Record<PanelName, string>> = {
  track: 'Open Track',
  graph: 'Open Graph',
  gate: 'Review Gate',
  board: 'Open Board',
};

/** The title of a panel's tab. */
export const tabOf = (panel: PanelName, track: string): string =>
  `${panel[0]?.toUpperCase()}${panel.slice(1)}: ${track}`;

/**
 * The page of the panel of this kind that is on screen, once it shows something: after a reload of the window that is when
 * the extension host is up again.
 */
export async function panelPage(workbench: Workbench, panel: PanelName): Promise<Frame> {
  return eventually(async () => {
    for (const frame of workbench.page.frames()) {
      // workbench → iframe.webview → iframe#active-frame, which holds the extension's HTML
      if (!frame.parentFrame()?.parentFrame()) continue;
      // Frames of hidden panels go away while one looks at them.
      const isIt = await frame
        .locator(`head > link[rel=stylesheet][href$="/${panel}.css"]`)
        .count()
        .catch(() => 0);
      if (isIt > 0 && (await frame.locator('main.panel:not(.skeleton)').count()) > 0) return frame;
    }
    throw new Error(`no ${panel} panel is on screen`);
  }, 30_000);
}

/** Opens a panel on a track from the palette. */
export async function openFromPalette(workbench: Workbench, panel: PanelName, track: string): Promise<Frame> {
  await workbench.runCommand(`Conductor: ${COMMANDS[panel]}`);
  await workbench.pick(track);
  await tab(workbench, panel, track).waitFor();
  return panelPage(workbench, panel);
}

/** The tab of a panel; what is named in the DOM is not the tab's title but VS Code's own name of a webview. */
export function tab(workbench: Workbench, panel: PanelName, track: string): Locator {
  return workbench.page
    .locator('.tabs-container .tab')
    .filter({ has: workbench.page.getByText(tabOf(panel, track), { exact: true }) })
    .first();
}

/** Brings the tab of a panel to the front. */
export async function show(workbench: Workbench, panel: PanelName, track: string): Promise<Frame> {
  await tab(workbench, panel, track).click();
  return panelPage(workbench, panel);
}

/** A control of the toolkit, by the name that a screen reader says. */
export function button(page: Frame, name: string | RegExp): Locator {
  return page.getByRole('button', { name, ...(typeof name === 'string' ? { exact: true } : {}) });
}

/** Waits until the page says this somewhere. */
export async function says(page: Frame, text: string | RegExp): Promise<void> {
  await eventually(async () => {
    const all = await page.locator('body').innerText();
    assert.ok(typeof text === 'string' ? all.includes(text) : text.test(all), `it does not say ${text}`);
  });
}
