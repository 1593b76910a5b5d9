import type { GraphCamera } from '../../src/shared/graphModel';
import { covers, grown, type Size } from './camera';
import { detailAt, type Detail } from './look';
import { nodesIn, type Region, type Scene } from './scene';

/** More boxes in view than this are painted on a canvas. */
const mostInSvg = 1_000;
const mostOnTheWay = 60;
/** Of more boxes than this only the colours are painted on the way. */
const mostWithText = 300;
/** Shadows of nothing: edges and rings that stand out of the picture, px. */
const overhang = 60;

/**
 * What has been drawn: a region somewhat larger than the view, at one zoom. While one pans and zooms it is only moved and
 * scaled, which costs almost nothing; it is drawn anew when it no longer fills the view, and sharp when all has come to rest.
 */
export interface Drawing {
  readonly kind: 'svg' | 'canvas';
  readonly region: Region;
  readonly zoom: number;
  readonly detail: Detail;
  /** Made while something moves: of very many boxes and lines less is drawn. */
  readonly rough: boolean;
}

/** The drawing for what is in view now; the one before when that still does. @param atRest nothing has moved for a while */
export function drawingFor(
  scene: Scene,
  view: Region,
  zoom: number,
  before: Drawing | undefined,
  atRest: boolean,
): Drawing {
  const { width, height } = scene.model;
  const picture = { left: -overhang, top: -overhang, right: width + overhang, bottom: height + overhang };
  if (before && covers(before.region, common(view, picture))) {
    const scale = zoom / before.zoom;
    if (atRest ? scale === 1 : scale > 0.4 && scale < 2.5) return before;
  }
  // While one zooms, for where it leads to: more of the picture and coarser, or finer.
  const way = atRest || !before || zoom === before.zoom ? 'still' : zoom < before.zoom ? 'out' : 'in';
  const region = common(grown(view, way === 'out' ? 0.9 : 0.4), picture);
  const drawn = zoom * (way === 'out' ? 0.6 : way === 'in' ? 1.3 : 1);
  // Making elements takes longer than painting: on the way, only few boxes become elements.
  const most = atRest || !before ? mostInSvg : mostOnTheWay;
  const kind = scene.model.nodes.length > most && nodesIn(scene, view).length > most ? 'canvas' : 'svg';
  const rough = !atRest && before !== undefined;
  const crowded = rough && kind === 'canvas' && nodesIn(scene, region).length > mostWithText;
  return { kind, region, zoom: drawn, detail: crowded ? 'block' : detailAt(drawn), rough };
}

function common(a: Region, b: Region): Region {
  const left = Math.max(a.left, b.left);
  const top = Math.max(a.top, b.top);
  return {
    left,
    top,
    right: Math.max(left + 1, Math.min(a.right, b.right)),
    bottom: Math.max(top + 1, Math.min(a.bottom, b.bottom)),
  };
}

/** Where the drawing lies in the view: a CSS transform. */
export function placeOf({ region, zoom }: Drawing, camera: GraphCamera): string {
  const x = camera.x + region.left * camera.zoom;
  const y = camera.y + region.top * camera.zoom;
  return `translate(${x}px, ${y}px) scale(${camera.zoom / zoom})`;
}

/** Size of the drawing, px of the screen. */
export function sizeOf({ region, zoom }: Drawing): Size {
  return { width: (region.right - region.left) * zoom, height: (region.bottom - region.top) * zoom };
}
