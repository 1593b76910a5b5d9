import type { Look } from './look';
import { paintScene } from './painter';
import type { Palette } from './palette';
import type { Scene } from './scene';
import { cutToFit, isolated } from './textFit';

const labelWidth = 144;
const margin = 24;
/** Browsers refuse larger canvases. */
const mostSide = 16_000;
const mostPixels = 60_000_000;

/**
 * The whole graph as PNG, in the colours of the theme, twice as large as on the screen as far as canvases allow.
 * Rejects when the browser cannot make a picture of that size.
 */
export async function graphPng(scene: Scene, look: Look, palette: Palette): Promise<Uint8Array> {
  const { model } = scene;
  const width = labelWidth + model.width + margin;
  const height = Math.max(model.height, 1);
  const scale = Math.min(2, mostSide / width, mostSide / height, Math.sqrt(mostPixels / (width * height)));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const pen = canvas.getContext('2d');
  if (!pen) throw new Error('The browser gives no canvas to draw on.');
  await document.fonts.load(palette.fonts.icon, '\uea60');
  pen.scale(scale, scale);
  pen.fillStyle = palette.page;
  pen.fillRect(0, 0, width, height);
  model.lanes.forEach((lane, i) => {
    pen.fillStyle = i % 2 === 0 ? palette.band : 'transparent';
    pen.fillRect(0, lane.y, width, lane.height);
    if (i > 0) {
      pen.fillStyle = palette.line;
      pen.fillRect(0, lane.y, width, 1);
    }
    const lines: [string, string, string][] = [
      [lane.label, palette.fonts.lane, palette.text],
      [lane.progress, palette.fonts.small, palette.muted],
      ...(lane.note === undefined
        ? []
        : [
            [lane.note, palette.fonts.small, lane.warn ? palette.tones.warn : palette.muted] as [
              string,
              string,
              string,
            ],
          ]),
    ];
    lines.forEach(([text, font, colour], k) => {
      pen.font = font;
      pen.fillStyle = colour;
      pen.fillText(isolated(cutToFit(text, labelWidth - 28, font)), 16, lane.y + 57 + k * 19);
    });
  });
  pen.translate(labelWidth, 0);
  paintScene(pen, scene, {
    region: { left: -Infinity, top: -Infinity, right: Infinity, bottom: Infinity },
    detail: scale > 0.4 ? 'full' : scale > 0.15 ? 'title' : 'block',
    // Selection and search are of the moment, not of the picture.
    look: { critical: look.critical, holding: new Set() },
    palette,
    ring: false,
    rough: false,
  });
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error('The browser made no picture: the graph may be too large. Save it as SVG.');
  return new Uint8Array(await blob.arrayBuffer());
}
