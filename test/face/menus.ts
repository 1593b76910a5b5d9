import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { eventually } from './eventually';
import { escapeRegExp } from './escapeRegExp';

/** The context menu that is open. */
export class ContextMenu {
  constructor(private readonly page: Page) {}

  /** Sub-menus come after the menu that they belong to. */
  private menus(): Locator {
    return this.page.locator('.monaco-menu');
  }

  /** Chooses an entry; several labels walk into sub-menus. By keyboard: a click is lost while the menu still moves. */
  async choose(...labels: string[]): Promise<void> {
    for (const [depth, label] of labels.entries()) {
      const menu = this.menus().nth(depth);
      const entry = menu
        .locator('.action-item')
        .filter({
          has: this.page.locator('.action-label', { hasText: new RegExp(`^${escapeRegExp(label)}$`) }),
        })
        .first();
      await entry.waitFor();
      await eventually(async () => {
        if (await entry.evaluate((e) => e.classList.contains('focused'))) return;
        await this.page.keyboard.press('ArrowDown');
        assert.fail(`the menu entry "${label}" does not get the focus`);
      });
      await this.page.keyboard.press(depth < labels.length - 1 ? 'ArrowRight' : 'Enter');
    }
  }

  /** The labels of the entries. */
  async labels(): Promise<string[]> {
    await this.menus().first().waitFor();
    const labels = await this.menus().first().locator('.action-label:not(.separator)').allInnerTexts();
    return labels.filter((text) => text !== '');
  }
}
