import type { Scene } from './scene';

export type Direction = 'ArrowUp' | 'ArrowDown' | 'ArrowLeft' | 'ArrowRight' | 'Home' | 'End';

export function isDirection(key: string): key is Direction {
  return ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(key);
}

/**
 * Where a key leads from a node: up and down along the edges, to the nearest of the tasks at their other ends; left and
 * right in the lane; Home and End to the first and last of all. Where no edge leads on, up and down go to the nearest task
 * of the next lane, so that every task can be reached. Tasks that a filter has dimmed are passed by.
 */
export function walk(
  scene: Scene,
  from: number,
  key: Direction,
  shown: (node: number) => boolean,
): number | undefined {
  const { order, placeInOrder, model } = scene;
  switch (key) {
    case 'Home':
      return order.find(shown);
    case 'End':
      return order.findLast(shown);
    case 'ArrowUp':
      return nearest(scene, from, scene.needs[from]!.filter(shown)) ?? beyond(scene, from, -1, shown);
    case 'ArrowDown':
      return nearest(scene, from, scene.unblocks[from]!.filter(shown)) ?? beyond(scene, from, 1, shown);
    case 'ArrowLeft':
    case 'ArrowRight': {
      const step = key === 'ArrowLeft' ? -1 : 1;
      const { lane } = model.nodes[from]!;
      for (let i = placeInOrder[from]! + step; ; i += step) {
        const node = order[i];
        if (node === undefined || model.nodes[node]!.lane !== lane) return undefined;
        if (shown(node)) return node;
      }
    }
  }
}

function nearest({ model: { nodes } }: Scene, from: number, to: readonly number[]): number | undefined {
  const { x, y } = nodes[from]!;
  const distance = (node: number): number => {
    const at = nodes[node]!;
    return Math.abs(at.x - x) + Math.abs(at.y - y) * 4;
  };
  return to.reduce<number | undefined>(
    (best, node) => (best === undefined || distance(node) < distance(best) ? node : best),
    undefined,
  );
}

/** The nearest node of the next lane in a direction that has any. */
function beyond(
  scene: Scene,
  from: number,
  step: 1 | -1,
  shown: (node: number) => boolean,
): number | undefined {
  const { nodes, lanes } = scene.model;
  for (let lane = nodes[from]!.lane + step; lane >= 0 && lane < lanes.length; lane += step) {
    const there = scene.order.filter((node) => nodes[node]!.lane === lane && shown(node));
    if (there.length > 0) return nearest(scene, from, there);
  }
  return undefined;
}
