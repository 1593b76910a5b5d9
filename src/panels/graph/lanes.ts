import type { GraphLayout as Layout } from '../../rules/layout/graphLayout';
import type { TaskGraph, TaskLane } from '../../rules/taskGraph';
import type { GraphLane } from '../../shared/graphModel';
import { textUpTo } from './texts';

/** The bands of the picture, with what each says of itself. */
export function graphLanes(graph: TaskGraph, layout: Layout): GraphLane[] {
  return layout.lanes.map(({ lane, y, height }) => {
    const of = graph.lanes[lane];
    const band = { y: Math.round(y), height: Math.round(height) };
    if (!of) return { label: '', progress: '', detail: '', ...band };
    const conflicts = of.conflicts.filter(({ open }) => open);
    const note =
      of.conflicts.length > 0 ? 'File conflict' : of.conflictFree === true ? 'Conflict-free' : undefined;
    return {
      label: textUpTo(of.label, 200),
      progress: `${of.done} of ${of.total} done`,
      ...(note === undefined ? {} : { note }),
      ...(of.conflicts.length > 0 ? { warn: true } : {}),
      detail: laneDetail(of, conflicts.length),
      ...band,
    };
  });
}

function laneDetail(lane: TaskLane, open: number): string {
  const { label, conflicts, conflictFree, coordinationStrategy, sharedResources } = lane;
  return [
    textUpTo(label, 500),
    `${lane.done} of ${lane.total} done`,
    ...conflicts
      .slice(0, 5)
      .map(({ tasks: [a, b], files }) => `${a} and ${b} both write ${textUpTo(files.join(', '), 200)}`),
    ...(conflicts.length > 0 && conflictFree === true
      ? ['plan.md says that it is conflict-free: it is not']
      : []),
    ...(conflicts.length > 0 && open === 0 ? ['the tasks concerned are finished'] : []),
    ...(conflictFree === false ? ['plan.md says that its tasks may conflict'] : []),
    ...(coordinationStrategy === undefined ? [] : [`coordination: ${textUpTo(coordinationStrategy, 200)}`]),
    ...(sharedResources.length > 0 ? [`shared: ${textUpTo(sharedResources.join(', '), 200)}`] : []),
  ].join('. ');
}
