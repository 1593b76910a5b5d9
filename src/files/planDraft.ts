import type { Marker } from '../model/marker';
import type { MarkerPlace, TextRange } from '../model/plan';
import type { PlanHeading } from './planHeading';

/** A task while the plan is being read. */
export interface TaskDraft {
  number?: string;
  text: string;
  readonly line: number;
  endLine: number;
  marker: Marker;
  place: MarkerPlace;
  markerRange?: TextRange;
  readonly commits: string[];
  readonly notes: string[];
  readonly dependsOn: string[];
  readonly files: string[];
  parallelGroup?: string;
  acceptance?: string;
  needsPerson: boolean;
  readonly tasks: TaskDraft[];
  /** True for `### Task 1.1: …`, false for a list item. */
  readonly isHeading: boolean;
  /** State that words of the heading or of a Status field state. */
  said?: Marker;
  /** Boxes on properties of a heading task: `- [ ] **File**: …`. */
  readonly attributes: BoxDraft[];
  /** Heading of the list that may repeat heading tasks, when it stands in one. */
  copyOf?: string;
}

/** A check-box line that is not a task. */
export interface BoxDraft {
  readonly line: number;
  readonly text: string;
  readonly marker: Marker;
  readonly markerRange: TextRange;
  readonly under: string;
}

/** A phase while the plan is being read. */
export interface PhaseDraft {
  readonly heading?: PlanHeading;
  readonly line: number;
  endLine: number;
  readonly tasks: TaskDraft[];
  /** Called a phase by its heading; else it is a section that happens to hold tasks. */
  readonly named: boolean;
  /** A phase without tasks is kept only when this is set. */
  keepEmpty: boolean;
}
