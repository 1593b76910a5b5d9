import type { TextProblem } from './problem';

/** The `dag:` block of plan.md (spec 003, "The DAG"). */
export interface Dag {
  readonly nodes: readonly DagNode[];
  readonly parallelGroups: readonly ParallelGroup[];
  /** 1-based line of the opening fence, and of the closing one. */
  readonly line: number;
  readonly endLine: number;
  /** What the reader stumbled over: invalid YAML, node without id, … Rules add cycles, conflicts etc. */
  readonly problems: readonly TextProblem[];
}

export interface DagNode {
  readonly id: string;
  readonly name: string;
  /** `code`, `ui`, `integration`, `test`, `docs`, `config`, …; open set. */
  readonly type?: string;
  readonly files: readonly string[];
  readonly dependsOn: readonly string[];
  readonly phase?: number;
  /** As written, e.g. "30m". */
  readonly estimatedDuration?: string;
  readonly acceptance?: string;
  readonly line: number;
}

export interface ParallelGroup {
  readonly id: string;
  readonly tasks: readonly string[];
  /** Absent when the file does not say. */
  readonly conflictFree?: boolean;
  readonly sharedResources: readonly string[];
  readonly coordinationStrategy?: string;
  readonly line: number;
}
