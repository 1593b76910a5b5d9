import type { Point } from './graphLayout';

/**
 * An edge as the `d` of an SVG path: straight where two points share their x or their y, else a curve that is upright
 * at both ends. Numbers only, so it is safe in any attribute.
 */
export function edgePath(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return '';
  let path = `M${first[0]} ${first[1]}`;
  let [x, y] = first;
  for (const [toX, toY] of rest) {
    const middle = Math.round((y + toY) * 50) / 100;
    path += toX === x || toY === y ? ` L${toX} ${toY}` : ` C${x} ${middle} ${toX} ${middle} ${toX} ${toY}`;
    [x, y] = [toX, toY];
  }
  return path;
}
