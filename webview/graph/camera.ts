import type { GraphCamera } from '../../src/shared/graphModel';
import type { Region } from './scene';

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const MOST_ZOOM = 2;
/** Free space around what is fitted, px of the screen. */
const MARGIN = 16;
/** So much of the picture stays in view, px of the screen, wherever one pans to. */
const KEPT = 80;

/** The smallest zoom: everything in view, and a little more. */
export function leastZoom(picture: Size, view: Size): number {
  return Math.min(0.25, fitZoom(picture, view) * 0.8);
}

function fitZoom(picture: Size, view: Size): number {
  return Math.min(
    1,
    Math.max(1, view.width - 2 * MARGIN) / Math.max(1, picture.width),
    Math.max(1, view.height) / Math.max(1, picture.height),
  );
}

/** Everything in view, never enlarged: at the left, and at the top where it is lower than the view. */
export function fit(picture: Size, view: Size): GraphCamera {
  const zoom = fitZoom(picture, view);
  const free = view.width - picture.width * zoom;
  return { zoom, x: zoom < 1 ? Math.max(MARGIN, free / 2) : MARGIN, y: 0 };
}

/** The zoom changed, the point of the screen where it was. */
export function zoomAt(camera: GraphCamera, zoom: number, x: number, y: number): GraphCamera {
  const change = zoom / camera.zoom;
  return { zoom, x: x - (x - camera.x) * change, y: y - (y - camera.y) * change };
}

/** A rectangle of the picture in the middle of the view, at this zoom. */
export function centred(of: Region, view: Size, zoom: number): GraphCamera {
  return {
    zoom,
    x: view.width / 2 - ((of.left + of.right) / 2) * zoom,
    y: view.height / 2 - ((of.top + of.bottom) / 2) * zoom,
  };
}

/** The least move that brings a rectangle of the picture into view. */
export function revealing(camera: GraphCamera, of: Region, view: Size): GraphCamera {
  const { zoom } = camera;
  const move = (from: number, to: number, room: number): number => {
    const margin = Math.min(24, Math.max(0, (room - (to - from)) / 2));
    if (from < margin) return margin - from;
    if (to > room - margin) return Math.max(room - margin - to, margin - from);
    return 0;
  };
  return {
    zoom,
    x: camera.x + move(of.left * zoom + camera.x, of.right * zoom + camera.x, view.width),
    y: camera.y + move(of.top * zoom + camera.y, of.bottom * zoom + camera.y, view.height),
  };
}

/** The zoom within its limits, and the picture never wholly out of view. */
export function within(camera: GraphCamera, picture: Size, view: Size): GraphCamera {
  const zoom = Math.min(MOST_ZOOM, Math.max(leastZoom(picture, view), camera.zoom));
  const at = zoom === camera.zoom ? camera : zoomAt(camera, zoom, view.width / 2, view.height / 2);
  const clamp = (offset: number, length: number, room: number): number =>
    Math.min(room - KEPT, Math.max(KEPT - length * zoom, offset));
  return {
    zoom,
    x: clamp(at.x, picture.width, view.width),
    y: clamp(at.y, picture.height, view.height),
  };
}

/** What of the picture is in view. */
export function visibleRegion(camera: GraphCamera, view: Size): Region {
  return {
    left: -camera.x / camera.zoom,
    top: -camera.y / camera.zoom,
    right: (view.width - camera.x) / camera.zoom,
    bottom: (view.height - camera.y) / camera.zoom,
  };
}

/** A larger rectangle around one: by this share of its size on each side. */
export function grown({ left, top, right, bottom }: Region, share: number): Region {
  const [w, h] = [(right - left) * share, (bottom - top) * share];
  return { left: left - w, top: top - h, right: right + w, bottom: bottom + h };
}

export function covers(outer: Region, inner: Region): boolean {
  return (
    outer.left <= inner.left &&
    outer.top <= inner.top &&
    outer.right >= inner.right &&
    outer.bottom >= inner.bottom
  );
}
