import fs from 'node:fs';
import path from 'node:path';
import { ensureBrowser, launchBrowser } from '../lib/browser.mjs';
import { openPanelPage } from '../lib/panelPage.mjs';

/** A frame that takes longer is seen as a jerk, ms. */
const SMOOTH = 33.4;

/**
 * The Graph panel's real page in the real browser: until it is painted, and how long frames take while one pans and zooms.
 * @param {(count: string, file: string) => Promise<{graph: number, layout: number, model: number, bytes: number}>} makeModel
 * @param {string} folder for the models
 * @returns {Promise<{ name: string, value: number, unit: string, budget?: number, note?: string }[]>}
 */
export async function graphRows(makeModel, folder) {
  const rows = [];
  const browser = await launchBrowser(await ensureBrowser());
  try {
    for (const count of [1_000, 10_000]) {
      const file = path.join(folder, `graph-${count}.json`);
      const made = await makeModel(String(count), file);
      const name = `graph of ${count.toLocaleString('en')} tasks`;
      rows.push({
        name: `${name}: model on the host`,
        value: made.graph + made.layout + made.model,
        unit: 'ms',
        note: `graph ${made.graph.toFixed(0)}, layout ${made.layout.toFixed(0)}, model ${made.model.toFixed(0)} ms; ${(made.bytes / 1e6).toFixed(2)} MB as JSON`,
      });
      const model = JSON.parse(fs.readFileSync(file, 'utf8'));
      const paints = [];
      for (let i = 0; i < 3; i++) {
        const page = await openPanelPage(browser, { panel: 'graph', cold: true });
        try {
          paints.push(await firstPaint(page.page, model));
          if (page.errors.length > 0) throw new Error(page.errors.join('\n'));
          if (i < 2) continue;
          rows.push({ name: `${name}: painted after data`, value: median(paints), unit: 'ms' });
          for (const gesture of GESTURES) {
            const frames = await gestureFrames(page.page, gesture);
            const smooth = (100 * frames.filter((ms) => ms <= SMOOTH).length) / frames.length;
            rows.push({
              name: `${name}: ${gesture.name}, frames ≤ 33 ms`,
              value: smooth,
              unit: '%',
              note: `aim 95 %; p50 ${quantile(frames, 0.5).toFixed(1)}, p95 ${quantile(frames, 0.95).toFixed(1)}, longest ${Math.max(...frames).toFixed(0)} ms of ${frames.length} frames`,
            });
          }
          if (page.errors.length > 0) throw new Error(page.errors.join('\n'));
        } finally {
          await page.close();
        }
      }
    }
  } finally {
    await browser.close();
  }
  return rows;
}

/** @typedef {{ name: string, zoom: number, steps: number, x?: number, y?: number, turn?: number }} Gesture */

/** @type {Gesture[]} zoom: where it starts, 0 is the fitted picture; x, y: px a frame; turn: of the wheel with Ctrl, a frame */
const GESTURES = [
  // What the machine itself leaves of frames now: the others cannot be better.
  { name: 'nothing moves', zoom: 0, steps: 90 },
  { name: 'pan at 100 %', zoom: 1, steps: 120, x: 14, y: 9 },
  { name: 'pan at 30 %', zoom: 0.3, steps: 120, x: 12, y: 12 },
  { name: 'pan the whole', zoom: 0, steps: 90, x: 4, y: 4 },
  { name: 'zoom in from the whole', zoom: 0, steps: 120, turn: -8 },
  { name: 'zoom out to the whole', zoom: 1, steps: 120, turn: 8 },
];

/** @param {import('playwright-core').Page} page @param {unknown} model @returns {Promise<number>} ms */
function firstPaint(page, model) {
  return page.evaluate(`(${IN_PAGE}).paint(${JSON.stringify(model)})`);
}

/** @param {import('playwright-core').Page} page @param {Gesture} gesture @returns {Promise<number[]>} ms of each frame */
async function gestureFrames(page, gesture) {
  await page.keyboard.press('Escape');
  await page.keyboard.press('0');
  await page.waitForTimeout(500);
  return page.evaluate(`(${IN_PAGE}).gesture(${JSON.stringify(gesture)})`);
}

/** What runs in the page; as text, because nothing of this program knows a browser's names. */
const IN_PAGE = `{
  async paint(model) {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const from = performance.now();
    window.postMessage({ type: 'state', subject: { root: '/r', key: 'k' }, state: { status: 'ready', model } }, '*');
    while (!document.querySelector('.view .dag')) await frame();
    // What was rendered in one frame is on the screen in the next.
    await frame();
    await frame();
    return performance.now() - from;
  },
  async gesture(gesture) {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const view = document.querySelector('.view');
    const { left, top, width, height } = view.getBoundingClientRect();
    const wheel = (init) =>
      view.dispatchEvent(
        new WheelEvent('wheel', {
          bubbles: true,
          cancelable: true,
          clientX: left + width / 2,
          clientY: top + height / 2,
          ...init,
        }),
      );
    const zoom = () => Number.parseFloat(document.querySelector('.zoom').textContent) / 100;
    for (let i = 0; gesture.zoom > 0 && i < 200 && zoom() < gesture.zoom * 0.98; i++) {
      wheel({ ctrlKey: true, deltaY: -Math.min(60, Math.log(gesture.zoom / zoom()) * 200 + 0.5) });
      await frame();
    }
    for (let i = 0; i < 40; i++) await frame();
    const times = [];
    let last = await frame();
    for (let i = 0; i < gesture.steps; i++) {
      // There and back, so that something stays in view.
      const sign = Math.floor(i / 30) % 2 === 0 ? 1 : -1;
      if (gesture.turn !== undefined) wheel({ ctrlKey: true, deltaY: gesture.turn });
      else if (gesture.x !== undefined) wheel({ deltaX: sign * gesture.x, deltaY: sign * gesture.y });
      const now = await frame();
      times.push(now - last);
      last = now;
    }
    return times;
  },
}`;

/** @param {readonly number[]} numbers @param {number} share */
function quantile(numbers, share) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** @param {readonly number[]} numbers */
function median(numbers) {
  return quantile(numbers, 0.5);
}
