import type { GraphLayout } from './layout/graphLayout';
import { layoutGraph } from './layout/layoutGraph';
import type { TaskGraph } from './taskGraph';

/** Size of a task's box, px. */
export const taskBox = { width: 252, height: 64 } as const;

/** Tasks that stand side by side; where a lane has more, they stand in several rows. */
const mostInRow = 12;

/**
 * Where the tasks of a graph stand: its lanes below each other, in the order of the graph.
 * @param previous the picture before a change; what it has stays in order
 */
export function layoutTaskGraph(
  graph: Pick<TaskGraph, 'nodes' | 'edges'>,
  previous?: GraphLayout,
): GraphLayout {
  return layoutGraph(
    graph.nodes.map(({ id, lane }) => ({ id, lane, ...taskBox })),
    graph.edges,
    { previous, mostInRow },
  );
}
