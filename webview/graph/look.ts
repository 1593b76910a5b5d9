import type { GraphEdge } from '../../src/shared/graphModel';
import type { Scene } from './scene';

/** How the scene is looked at: all that changes the drawing without changing the model. */
export interface Look {
  readonly selected?: number;
  /** Where the keyboard is. */
  readonly focused?: number;
  readonly critical: boolean;
  /** 1 for nodes that a filter or a search leaves aside. */
  readonly dim?: Uint8Array;
  readonly matches?: ReadonlySet<number>;
  /** Edges over which the selected task is held up. */
  readonly holding: ReadonlySet<GraphEdge>;
}

export type EdgeKind = 'plain' | 'implied' | 'dim' | 'turn' | 'back' | 'crit' | 'block';
/** In the order of drawing: what matters most on top. */
export const edgeKinds: readonly EdgeKind[] = ['dim', 'plain', 'implied', 'turn', 'back', 'crit', 'block'];

export function edgeKind(edge: GraphEdge, scene: Scene, look: Look): EdgeKind {
  if (look.holding.has(edge)) return 'block';
  if (look.dim && (look.dim[edge.from] === 1 || look.dim[edge.to] === 1)) return 'dim';
  if (edge.back) return edge.back === 'tasks' ? 'back' : 'turn';
  if (look.critical && scene.critical.has(edge)) return 'crit';
  return edge.implied ? 'implied' : 'plain';
}

export function isStrong(kind: EdgeKind): boolean {
  return kind === 'crit' || kind === 'block';
}

/** How much of a box can be seen at a zoom. */
export type Detail = 'full' | 'title' | 'block';

export function detailAt(zoom: number): Detail {
  return zoom >= 0.45 ? 'full' : zoom >= 0.16 ? 'title' : 'block';
}
