import type { DagNode } from '../../model/dag';
import type { Phase, Task } from '../../model/plan';
import type { TaskEdge, TaskNode } from './taskNode';

/** A task of the graph before its state is worked out: what the plan and the dag say about it. */
export interface GraphTask {
  readonly id: string;
  readonly name: string;
  readonly task?: Task;
  readonly phase?: Phase;
  readonly dagNode?: DagNode;
  readonly group?: string;
  readonly ghost?: TaskNode['ghost'];
  readonly dependsOn: readonly Dependency[];
  readonly remarks: readonly string[];
}

export interface Dependency {
  readonly id: string;
  readonly kind: TaskEdge['kind'];
}

/** `Task 1.1` and `1.1` mean the same task. */
export function plainTaskId(id: string): string {
  return id.trim().replace(/^tasks?\s+(?=\S)/i, '');
}
