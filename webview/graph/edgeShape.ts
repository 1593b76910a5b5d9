import { edgePath } from '../../src/rules/layout/edgePath';
import type { Point } from '../../src/rules/layout/graphLayout';
import type { GraphEdge } from '../../src/shared/graphModel';

/** The line of an edge, which ends where its tip begins, and the tip: three corners. */
export interface EdgeShape {
  readonly points: readonly Point[];
  readonly tip: readonly [Point, Point, Point];
}

const thin = new WeakMap<GraphEdge, EdgeShape>();
const thick = new WeakMap<GraphEdge, EdgeShape>();
const paths = new WeakMap<EdgeShape, { line: string; tip: string }>();

/** @param strong with the larger tip of edges that stand out */
export function edgeShape(edge: GraphEdge, strong: boolean): EdgeShape {
  const cache = strong ? thick : thin;
  const known = cache.get(edge);
  if (known) return known;
  const shape = shapeOf(edge, strong ? 9 : 8);
  cache.set(edge, shape);
  return shape;
}

function shapeOf({ points }: GraphEdge, size: number): EdgeShape {
  const at: Point[] = [];
  for (let i = 0; i + 1 < points.length; i += 2) at.push([points[i]!, points[i + 1]!]);
  const [x, y] = at.at(-1) ?? [0, 0];
  const [beforeX, beforeY] = at.at(-2) ?? [x, y - 1];
  // The tip lies in the direction in which the line arrives: upright, or sideways where the line is level.
  const [dx, dy] = beforeY === y ? [Math.sign(x - beforeX), 0] : [0, Math.sign(y - beforeY)];
  const base: Point = [x - dx * size, y - dy * size];
  const half = size / 2;
  return {
    points: [...at.slice(0, -1), base],
    tip: [
      [x, y],
      [base[0] + dy * half, base[1] + dx * half],
      [base[0] - dy * half, base[1] - dx * half],
    ],
  };
}

/** As the `d` of SVG paths. */
export function edgeSvg(edge: GraphEdge, strong: boolean): { line: string; tip: string } {
  const shape = edgeShape(edge, strong);
  const known = paths.get(shape);
  if (known) return known;
  const made = {
    line: edgePath(shape.points),
    tip: `M${shape.tip.map(([x, y]) => `${x} ${y}`).join(' L')} Z`,
  };
  paths.set(shape, made);
  return made;
}

/** On a canvas, into the path that is open. */
export function traceEdge(pen: CanvasRenderingContext2D, { points }: EdgeShape): void {
  const [first, ...rest] = points;
  if (!first) return;
  pen.moveTo(first[0], first[1]);
  let [x, y] = first;
  for (const [toX, toY] of rest) {
    const middle = (y + toY) / 2;
    if (toX === x || toY === y) pen.lineTo(toX, toY);
    else pen.bezierCurveTo(x, middle, toX, middle, toX, toY);
    [x, y] = [toX, toY];
  }
}
