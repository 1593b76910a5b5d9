import type { Point } from '../../../../src/rules/layout/graphLayout';

/** An edge as it is drawn: a line through points. */
export interface DrawnEdge {
  readonly from: string;
  readonly to: string;
  readonly points: readonly Point[];
}

/**
 * Crossings in a picture, whoever drew it: places where lines of two edges that share no node meet. An independent
 * measure: it looks at the points alone, not at ranks. Quadratic.
 */
export function drawnCrossings(edges: readonly DrawnEdge[]): number {
  const pieces = edges.map(({ from, to, points }) => ({
    from,
    to,
    pieces: points.slice(1).map((p, i): Piece => [points[i]!, p]),
  }));
  let crossings = 0;
  for (let i = 0; i < pieces.length; i++) {
    for (let j = i + 1; j < pieces.length; j++) {
      const a = pieces[i]!;
      const b = pieces[j]!;
      if (a.from === b.from || a.from === b.to || a.to === b.from || a.to === b.to) continue;
      for (const p of a.pieces) for (const q of b.pieces) if (meet(p, q)) crossings++;
    }
  }
  return crossings;
}

type Piece = readonly [Point, Point];

function meet([a, b]: Piece, [c, d]: Piece): boolean {
  if (Math.max(a[1], b[1]) < Math.min(c[1], d[1]) || Math.max(c[1], d[1]) < Math.min(a[1], b[1]))
    return false;
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}

function side([ax, ay]: Point, [bx, by]: Point, [px, py]: Point): number {
  return Math.sign((bx - ax) * (py - ay) - (by - ay) * (px - ax));
}
