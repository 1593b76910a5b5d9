import type { GraphLayout as Layout } from '../../rules/layout/graphLayout';
import type { TaskGraph } from '../../rules/taskGraph';
import type { CollapsedGraph } from '../../rules/taskGraph/collapsePhases';
import { layoutTaskGraph } from '../../rules/taskGraphLayout';

/** A graph with the places of its boxes. */
export interface Picture {
  readonly graph: TaskGraph | CollapsedGraph;
  readonly layout: Layout;
  /** Two graphs of the same shape have the same layout. */
  readonly shape: string;
}

/**
 * Lays a graph out so that it looks like the picture before it: when no task, dependency or lane came or went, every box
 * stays where it is; else what is still there keeps its order.
 */
export function pictureOf(graph: Picture['graph'], before?: Picture): Picture {
  const shape = shapeOf(graph);
  return before?.shape === shape
    ? { graph, shape, layout: before.layout }
    : { graph, shape, layout: layoutTaskGraph(graph, before?.layout) };
}

function shapeOf({ nodes, edges }: TaskGraph): string {
  return JSON.stringify([nodes.map(({ id, lane }) => [id, lane]), edges.map(({ from, to }) => [from, to])]);
}
