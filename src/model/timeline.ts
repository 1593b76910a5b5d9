/** Where a fact of the timeline is told. */
export const timelineSources = ['metadata', 'bus', 'reports', 'git', 'plan'] as const;
export type TimelineSource = (typeof timelineSources)[number];

export type TimelineKind =
  | 'track' // made, changed, completed
  | 'step' // a step of the loop began or ended
  | 'evaluation'
  | 'fix'
  | 'blocker'
  | 'discovered'
  | 'lead'
  | 'review' // a person at a gate
  | 'board' // a session and its verdict
  | 'vote'
  | 'remark' // discussion of the board
  | 'condition'
  | 'claim' // a worker takes a task
  | 'progress'
  | 'task' // completed
  | 'failure'
  | 'wait'
  | 'lock'
  | 'phase'
  | 'commit'
  | 'message'; // on the bus, of a type that nobody knows

/** `done`: it went well; `warn`: look at it; `idle`: worth knowing. */
export type TimelineState = 'done' | 'running' | 'bad' | 'warn' | 'idle';

/**
 * Why the time of an entry is not simply true. `undated`: nobody wrote one. `unreadable`: what is written is no time.
 * `noZone`: a time without its zone, taken for UTC. `longAgo`: before 2000, so a clock or a program was wrong.
 * `future`: later than now.
 */
export type TimeDoubt = 'undated' | 'unreadable' | 'noZone' | 'longAgo' | 'future';

export interface TimelineEntry {
  /** Unique in the timeline, the same as long as the fact is. */
  readonly id: string;
  /** Epoch ms; of a day its beginning in UTC. Absent when there is none that can be read. */
  readonly at?: number;
  /** True when only the day is known. */
  readonly dayOnly: boolean;
  /** The time as the source has it. */
  readonly written?: string;
  readonly doubt?: TimeDoubt;
  readonly kind: TimelineKind;
  readonly state: TimelineState;
  /** Plain words, one line, at most 300 characters. */
  readonly text: string;
  /** What else the sources say of it: notes, subject of the commit, …; one line, at most 300 characters. */
  readonly detail?: string;
  /** Agent, worker or person, as written. */
  readonly by?: string;
  /** Id of the task that it is about, as written. */
  readonly task?: string;
  readonly place?: { readonly file: string; readonly line?: number };
  readonly commit?: string;
  /** The source that tells it best, and the others that tell it, too. */
  readonly source: TimelineSource;
  readonly alsoIn: readonly TimelineSource[];
}

/** A commit, as far as a timeline needs it. */
export interface LoggedCommit {
  /** Full sha. */
  readonly sha: string;
  readonly shortSha: string;
  readonly subject: string;
  readonly author: string;
  /** ISO 8601 with its zone: when it was committed. */
  readonly date: string;
}
