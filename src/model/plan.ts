import type { EvaluationReport } from './evaluationReport';
import type { Dag } from './dag';
import type { Marker } from './marker';
import type { TextProblem } from './problem';

/** Half-open range of UTF-16 offsets in the decoded text of a file. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** plan.md, read with the one grammar that serves all dialects. Lines are 1-based. */
export interface Plan {
  readonly title?: string;
  /**
   * Phases in file order. Tasks that stand before any phase heading live in a first phase with an empty name
   * and `line` of the first such task.
   */
  readonly phases: readonly Phase[];
  /** Check-box lines that are not plan tasks (acceptance criteria, deliverables, reports, attributes, …), in file order. */
  readonly elsewhere: readonly CheckBox[];
  readonly checkboxes: CheckBoxCount;
  /** The `dag:` block, if the plan has one that is YAML; also when it is invalid (see its problems). */
  readonly dag?: Dag;
  /** Reports inside plan.md: "Plan Evaluation Report", "Execution Evaluation Report", in file order. */
  readonly reports: readonly EvaluationReport[];
  /** Any `## …` section that is not a phase, for navigation. */
  readonly sections: readonly Section[];
  readonly problems: readonly TextProblem[];
}

/** Every check-box line (list bullet + box) outside fenced code, quotes included, counted exactly once. `total === tasks + elsewhere`. */
export interface CheckBoxCount {
  readonly total: number;
  readonly tasks: number;
  readonly elsewhere: number;
}

export interface Section {
  readonly name: string;
  readonly line: number;
  /** Last line that belongs to it. */
  readonly endLine: number;
}

export interface Phase {
  /** Identity within the plan: the phase's number if unique, else slug of its name, `#n` appended for repeats. */
  readonly key: string;
  /** Name as written, without "Phase", number, box and suffixes; '' for the implicit phase. */
  readonly name: string;
  /** "1", "2b", "2.5", when the heading has one. */
  readonly number?: string;
  /** The whole heading text, markup removed, for display. */
  readonly heading: string;
  readonly line: number;
  readonly endLine: number;
  /** Content of `[checkpoint: …]` in the heading: a commit, or words, or '' when the brackets are empty; absent when there are none. */
  readonly checkpoint?: string;
  /** True if the heading itself says that the phase is done: `[x]`, ✅, `[COMPLETE]`, or a checkpoint that is a commit. */
  readonly saysDone: boolean;
  readonly tasks: readonly Task[];
}

/** Where a task's marker character stands, if it has one that can be changed. */
export type MarkerPlace =
  | 'listBox' // `- [ ] …`
  | 'headingBox' // `### [ ] …` or `### … [ ]`
  | 'statusField' // `- **Status:** [ ] …` below a heading task
  | 'derived'; // no marker of its own: state follows from its sub-tasks or text

export interface Task {
  /**
   * What commands and the CLI take. Unique within the track and stable while other lines change: the written id
   * ("2.3", "T0.1") when unique in the plan, else `<phase key>/<slug of the text>` with `#n` for repeats;
   * a sub-task without an id of its own is `<parent id>/<slug>`.
   */
  readonly id: string;
  /** The id as written ("2.3", "T0.1", "3"), even when the plan repeats it. */
  readonly number?: string;
  /** The text as a person reads it: without bullet, box, "Task 2.3:", bold marks and tail. */
  readonly text: string;
  readonly line: number;
  /** Last line of the task with its notes and sub-tasks. */
  readonly endLine: number;
  readonly marker: Marker;
  readonly place: MarkerPlace;
  /** Range of the one character between the brackets; absent for `derived`. An empty box `[]` has an empty range. */
  readonly markerRange?: TextRange;
  /** First commit named on the task line, in whatever form. */
  readonly commit?: string;
  /** All commits named in the tail. */
  readonly commits: readonly string[];
  /** Non-box bullets and `Reason:`/field lines directly below: the summary or reason that someone wrote. */
  readonly notes: readonly string[];
  /** Task ids that this one waits for, as written in comments, fields or the dag. */
  readonly dependsOn: readonly string[];
  readonly files: readonly string[];
  /** `parallel: pg-1` from a comment. */
  readonly parallelGroup?: string;
  readonly acceptance?: string;
  /** True for Google's "Conductor - User Manual Verification" tasks and others that only a person may tick. */
  readonly needsPerson: boolean;
  readonly tasks: readonly Task[];
}

/** A check-box line that is not a plan task. */
export interface CheckBox {
  readonly line: number;
  readonly text: string;
  readonly marker: Marker;
  readonly markerRange: TextRange;
  /** Heading or label that it stands under, e.g. "Acceptance Criteria". */
  readonly under: string;
}

/** Counts of tasks (not sub-tasks, not other check boxes). `total` includes tasks whose marker is unclear. */
export interface Progress {
  readonly total: number;
  readonly done: number;
  readonly doing: number;
  readonly blocked: number;
  readonly skipped: number;
}
