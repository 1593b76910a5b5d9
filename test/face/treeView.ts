import type { Locator, Page } from 'playwright-core';
import { escapeRegExp } from './escapeRegExp';
import { eventually } from './eventually';
import { ContextMenu } from './menus';

/** A tree view in the side bar, by the title in its header. */
export class TreeView {
  private readonly pane: Locator;

  constructor(
    private readonly page: Page,
    readonly title: string,
  ) {
    this.pane = page.locator('.pane', {
      has: page.locator('.pane-header .title', { hasText: new RegExp(`^${escapeRegExp(title)}$`) }),
    });
  }

  /** Waits until the view is there, and opens it when it is collapsed. */
  async open(): Promise<void> {
    const header = this.pane.locator('.pane-header').first();
    await header.waitFor();
    if ((await header.getAttribute('aria-expanded')) === 'false') await header.click();
    await eventually(async () => {
      if ((await header.getAttribute('aria-expanded')) === 'false')
        throw new Error(`"${this.title}" does not open`);
    });
  }

  /** Drags its upper edge up, so that it shows more rows: what is out of sight is not drawn. `by`: CSS pixels. */
  async enlarge(by: number): Promise<void> {
    const edge = await this.pane.boundingBox();
    const sashes = this.page.locator('.part.sidebar .monaco-sash.horizontal');
    const boxes = await Promise.all((await sashes.all()).map((sash) => sash.boundingBox()));
    const distance = (box: { y: number; height: number } | null): number =>
      box && edge ? Math.abs(box.y + box.height / 2 - edge.y) : Infinity;
    const [box] = boxes.sort((a, b) => distance(a) - distance(b));
    if (!box || !edge) throw new Error(`"${this.title}" has no edge to drag`);
    const x = edge.x + edge.width / 2;
    await this.page.mouse.move(x, box.y + box.height / 2);
    await this.page.mouse.down();
    await this.page.mouse.move(x, box.y - by, { steps: 10 });
    await this.page.mouse.up();
  }

  /** Whether the view is shown at all (its `when` clause). */
  async isThere(): Promise<boolean> {
    return (await this.pane.count()) > 0;
  }

  /** The rows on screen from top to bottom, as a person reads them. */
  async rows(): Promise<RowText[]> {
    return this.pane.getByRole('treeitem').evaluateAll((items) =>
      items
        .map((item) => ({
          top: item.getBoundingClientRect().top,
          label: item.querySelector('.label-name')?.textContent ?? item.textContent ?? '',
          description: item.querySelector('.label-description')?.textContent ?? '',
          level: Number(item.getAttribute('aria-level') ?? 1),
          expanded:
            item.getAttribute('aria-expanded') === null
              ? undefined
              : item.getAttribute('aria-expanded') === 'true',
          checked: item.querySelector('[role=checkbox]')
            ? item.querySelector('[role=checkbox]')?.getAttribute('aria-checked') === 'true'
            : undefined,
          spoken: item.getAttribute('aria-label') ?? '',
        }))
        .sort((a, b) => a.top - b.top)
        .map(({ top: _, ...row }) => row),
    );
  }

  /** The first row whose label is this text, or matches this pattern. It need not be there yet. */
  row(label: string | RegExp): Row {
    const exact = typeof label === 'string' ? new RegExp(`^${escapeRegExp(label)}$`) : label;
    return new Row(
      this.page,
      this.pane
        .getByRole('treeitem')
        .filter({ has: this.page.locator('.label-name', { hasText: exact }) })
        .first(),
    );
  }

  /** Presses a button in the view's header, by its tooltip. */
  async action(title: string): Promise<void> {
    await this.pane.locator('.pane-header').first().hover();
    await this.pane.locator('.pane-header').getByRole('button', { name: title }).first().click();
  }

  /** What the view says when it has no rows, or above them. */
  async welcome(): Promise<string> {
    return (await this.pane.locator('.welcome-view-content, .message').allInnerTexts()).join('\n');
  }

  /** Presses a button in what the view says when it has no rows. */
  async welcomeButton(label: string): Promise<void> {
    await this.pane.locator('.welcome-view-content').getByRole('button', { name: label }).click();
  }
}

/** A row as it reads. `expanded` and `checked` are undefined where the row has no arrow or no check box. */
export interface RowText {
  label: string;
  description: string;
  level: number;
  expanded: boolean | undefined;
  checked: boolean | undefined;
  /** What a screen reader says. */
  spoken: string;
}

/** One row of a tree view. */
export class Row {
  constructor(
    private readonly page: Page,
    readonly locator: Locator,
  ) {}

  async waitFor(): Promise<void> {
    await this.locator.waitFor();
  }

  async click(): Promise<void> {
    // At its beginning: for the middle of a long label Playwright would scroll the row's text out of sight.
    await this.locator.locator('.label-name').click({ position: { x: 4, y: 8 } });
  }

  async expand(): Promise<void> {
    await this.setExpanded(true);
  }

  async collapse(): Promise<void> {
    await this.setExpanded(false);
  }

  private async setExpanded(expanded: boolean): Promise<void> {
    await this.locator.waitFor();
    // A refresh may swallow the first click; a second click undoes nothing as long as the state is looked at first.
    await eventually(async () => {
      if ((await this.locator.getAttribute('aria-expanded')) === String(expanded)) return;
      await this.locator.locator('.monaco-tl-twistie').click();
      await this.page.waitForFunction(
        ([row, want]) => row?.getAttribute('aria-expanded') === want,
        [await this.locator.elementHandle(), String(expanded)] as const,
        { timeout: 2000 },
      );
    });
  }

  private checkBox(): Locator {
    return this.locator.getByRole('checkbox');
  }

  /** Whether the check box is ticked. */
  async checked(): Promise<boolean> {
    return (await this.checkBox().getAttribute('aria-checked')) === 'true';
  }

  /** Clicks the check box. */
  async toggle(): Promise<void> {
    await this.checkBox().click();
  }

  /** Presses a button that appears at the row's end while the pointer is on it, by its tooltip. */
  async action(title: string): Promise<void> {
    await this.locator.hover();
    await this.locator.getByRole('button', { name: title }).click();
  }

  /** Opens the row's context menu and chooses an entry; several labels walk into sub-menus. */
  async menu(...labels: string[]): Promise<void> {
    await this.locator.locator('.label-name').click({ button: 'right', position: { x: 4, y: 8 } });
    await new ContextMenu(this.page).choose(...labels);
  }

  /** The labels in the row's context menu. */
  async menuLabels(): Promise<string[]> {
    await this.locator.locator('.label-name').click({ button: 'right', position: { x: 4, y: 8 } });
    const labels = await new ContextMenu(this.page).labels();
    await this.page.keyboard.press('Escape');
    return labels;
  }

  /** The row's tooltip. */
  async tooltip(): Promise<string> {
    await this.locator.locator('.label-name').hover();
    const hover = this.page.locator('.monaco-hover:visible').last();
    await hover.waitFor();
    return hover.innerText();
  }
}
