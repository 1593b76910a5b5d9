import type { SettableMarker } from '../model/marker';
import type { LoopStep } from '../model/loopState';
import type { RepairKind } from '../model/problem';
import type { TimelineKind, TimelineSource, TimelineState } from '../model/timeline';
import type { Dialect } from '../model/track';
import type { TaskState } from '../rules/taskGraph';
import type { PlaceLink } from './protocol';

/** What the Track panel shows, at one moment. Sentences are ready to show; moments are epoch ms. */
export interface TrackModel {
  readonly name: string;
  readonly trackId: string;
  readonly dialect: Dialect;
  readonly state: Status;
  readonly facts: readonly Fact[];
  /** Newest change of the track's files. */
  readonly changedAt?: number;
  /** When the files that this was made from were read. */
  readonly readAt: number;
  readonly next: NextStep;
  /** Under More. */
  readonly commands: readonly { readonly command: TrackCommand; readonly label: string }[];
  /** A track without evaluate-loop state has none, and `noLoop` says so. */
  readonly loop?: LoopPicture;
  readonly noLoop?: string;
  readonly limits: readonly Limit[];
  readonly progress: ProgressPicture;
  readonly notices: readonly Notice[];
  /** Worst first; how many more there are than `notices` holds. */
  readonly moreNotices: number;
  readonly plan: PlanPicture;
  readonly spec: SpecPicture;
  readonly checkpoints: readonly CheckpointRow[];
  readonly timeline: TimelinePicture;
  readonly needsYou: readonly NeedsYouEntry[];
  /** Absent: no loop runs on the track, and none left anything. */
  readonly run?: RunPicture;
  readonly blockers: readonly Remark[];
  readonly conditions: readonly Remark[];
  readonly discovered: readonly Remark[];
  readonly consultations: readonly Remark[];
  /** Names of the files that this was made from. */
  readonly sources: readonly string[];
  /** How changes on disk reach the panel: watched, or why not. */
  readonly freshness: string;
}

/** Shape of a state; the word stands beside it. Pages map it to icon and colour. */
export type SignName =
  TaskState | 'passed' | 'inProgress' | 'review' | 'concerns' | 'open' | 'notStarted' | 'unclear' | 'info';

export interface Status {
  readonly sign: SignName;
  readonly word: string;
}

/** "Step **EXECUTE**": `value` is the part that counts. */
export interface Fact {
  readonly before?: string;
  readonly value?: string;
  readonly after?: string;
}

/** The next action, the rule that says so, and what a person can press. */
export interface NextStep {
  /** "resume the executor at task 2.1" */
  readonly what: string;
  readonly why: string;
  /** Name of the row of the loop's table that fired. */
  readonly rule?: string;
  /** The first is the panel's filled button. */
  readonly acts: readonly NextAct[];
}

export interface NextAct {
  readonly label: string;
  readonly act:
    | { readonly kind: 'command'; readonly command: TrackCommand }
    | { readonly kind: 'openFile'; readonly place: PlaceLink };
}

// --- the loop ---

/** The evaluate-loop as spec 003 draws it: FIX hands back to EVALUATE_EXECUTION. */
export interface LoopPicture {
  readonly steps: readonly LoopNode[];
  readonly edges: readonly LoopEdge[];
  /** Where the counts come from, and what the file says that is no step of the loop. */
  readonly remarks: readonly string[];
}

/** Steps that are drawn; NOT_STARTED stands at PLAN. */
export type DrawnStep = Exclude<LoopStep, 'NOT_STARTED'>;

export interface LoopNode {
  readonly step: DrawnStep;
  readonly name: string;
  readonly status: Status;
  /** Behind the word: "14 min", "round 2", "cycle 1". */
  readonly detail?: string;
  readonly now: boolean;
  /** False: not yet reached. */
  readonly reached: boolean;
}

export type LoopWay =
  'planned' | 'planPassed' | 'planFailed' | 'executed' | 'failed' | 'fixed' | 'toSync' | 'synced' | 'noSync';

export interface LoopEdge {
  readonly way: LoopWay;
  /** How often it was taken; 0: not yet. */
  readonly count: number;
  /** "PASS ×1"; in lines where the picture has no room for one. */
  readonly label: string;
}

export interface Limit {
  readonly name: string;
  readonly value: number;
  /** Absent: no limit is kept, and there is no meter. */
  readonly most?: number;
  /** Where the numbers stand. */
  readonly source: string;
}

// --- plan and spec ---

export interface ProgressPicture {
  /** "7 of 14 tasks done" */
  readonly sentence: string;
  readonly counts: readonly { readonly status: Status; readonly count: number }[];
  readonly source: string;
}

export interface PlanPicture {
  readonly place?: PlaceLink;
  /** What is instead of tasks. */
  readonly empty?: string;
  readonly phases: readonly PlanPhase[];
  readonly total: number;
}

export interface PlanPhase {
  readonly key: string;
  readonly heading: string;
  readonly place: PlaceLink;
  readonly done: number;
  /** States of its tasks in the order of the plan. */
  readonly tasks: readonly PlanTask[];
  /** The heading or checkpoint says that it is complete. */
  readonly complete: boolean;
}

export interface PlanTask {
  /** What commands take. */
  readonly id: string;
  /** As written: "2.3". */
  readonly number?: string;
  readonly text: string;
  readonly line: number;
  readonly depth: number;
  readonly marker: SettableMarker | 'unclear';
  /** False: the state follows from sub-tasks, there is nothing to tick. */
  readonly canMark: boolean;
  readonly state: SignName;
  /** "Blocked by 2.1", "code-worker-2, 62 %" */
  readonly word: string;
  /** In full, for the title. */
  readonly why?: string;
  readonly commit?: string;
  /** The task that is next. */
  readonly now: boolean;
}

/** spec.md, rendered with HTML and images off. */
export interface SpecPicture {
  readonly place?: PlaceLink;
  readonly html?: string;
  /** What is instead of it, or what is cut off. */
  readonly note?: string;
}

// --- what has happened ---

export interface CheckpointRow {
  /** As drawn; absent for a checkpoint of a step that the loop does not know. */
  readonly step?: DrawnStep;
  readonly name: string;
  readonly status: Status;
  readonly agent?: string;
  readonly took?: string;
  readonly now: boolean;
  /** One sentence each. */
  readonly details: readonly CheckpointDetail[];
}

export interface CheckpointDetail {
  readonly text: string;
  readonly tone?: 'bad' | 'warn' | 'done';
  readonly commit?: string;
  readonly files?: readonly { readonly name: string; readonly place?: PlaceLink }[];
}

export interface TimelinePicture {
  /** Newest first. */
  readonly entries: readonly TimelineItem[];
  /** Older entries that are not sent. */
  readonly more: number;
  readonly sources: readonly { readonly id: TimelineSource; readonly name: string; readonly count: number }[];
  /** What of it could not be read. */
  readonly remarks: readonly string[];
}

export interface TimelineItem {
  readonly id: string;
  readonly source: TimelineSource;
  readonly kind: TimelineKind;
  readonly state: TimelineState;
  /** "Today, 22 Sep", "19 Sep", "No date". */
  readonly day: string;
  /** "14:30"; absent where only the day is known. */
  readonly time?: string;
  readonly text: string;
  readonly detail?: string;
  readonly who?: string;
  readonly place?: PlaceLink;
  readonly commit?: string;
  /** "also in git, plan.md" */
  readonly also?: string;
  /** Why the time is not simply true. */
  readonly doubt?: string;
}

// --- what waits and what is known ---

export interface Notice {
  readonly id: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly text: string;
  readonly place?: PlaceLink;
  /** The files whose words stand against each other. */
  readonly sides: readonly PlaceLink[];
  readonly repair?: { readonly kind: RepairKind; readonly file: string; readonly label: string };
}

export interface NeedsYouEntry {
  readonly id: string;
  readonly status: Status;
  readonly what: string;
  readonly why: string;
  readonly since?: number;
  readonly place?: PlaceLink;
  /** Labels of what resolves it, in the order of the item's actions. */
  readonly actions: readonly string[];
}

/** A run of the loop: of this window, of somebody else, or what a broken-off one left. */
export interface RunPicture {
  readonly status: Status;
  /** False: it was broken off, and nothing of it runs. */
  readonly atWork: boolean;
  /** What is next and why, or who runs it. */
  readonly said?: string;
  readonly agents: readonly {
    readonly id: string;
    readonly label: string;
    readonly detail?: string;
    /** Epoch ms */
    readonly since?: number;
    /** What it prints. */
    readonly place: PlaceLink;
  }[];
  readonly acts: readonly { readonly label: string; readonly command: TrackCommand }[];
}

/** A blocker, a condition of the board, discovered work, a consultation. */
export interface Remark {
  readonly id: string;
  readonly status?: Status;
  readonly text: string;
  readonly meta?: string;
  readonly place?: PlaceLink;
}

// --- what the page asks ---

/** Commands that the page can run on its track; each is `conductor.<name>`. */
export const trackCommands = [
  'resumeTrack',
  'stepLoop',
  'runLoop',
  'pauseAfterStep',
  'stopLoop',
  'conveneBoard',
  'recordOutcome',
  'pauseTrack',
  'blockTrack',
  'unblockTrack',
  'answer',
  'setStep',
  'migrateMetadata',
  'toggleSuperpowers',
  'openSpec',
  'openPlan',
  'openMetadata',
  'copyTrackId',
  'completePhase',
] as const;
export type TrackCommand = (typeof trackCommands)[number];

/** What the Track panel's page may ask, beyond CommonRequest. */
export type TrackRequest =
  | { readonly kind: 'command'; readonly command: TrackCommand }
  /** `asked`: from the menu, with the questions that a person is asked there. Else at once. */
  | {
      readonly kind: 'mark';
      readonly task: string;
      readonly marker: SettableMarker;
      readonly asked: boolean;
    }
  | { readonly kind: 'repair'; readonly repair: RepairKind; readonly file: string }
  /** Does the n-th action of an item of Needs You. */
  | { readonly kind: 'resolve'; readonly item: string; readonly action: number }
  /** Opens the place in metadata.json that tells of a step; plan.md when the loop was inferred. */
  | { readonly kind: 'openStep'; readonly step: DrawnStep };

/** Where one is in the page. */
export interface TrackLayout {
  readonly tab: 'plan' | 'spec' | 'both';
  readonly task?: string;
  readonly step?: DrawnStep;
  /** Timeline: the one source that is shown. */
  readonly source?: TimelineSource;
  /** Phases that the person has opened or closed. */
  readonly phases: Readonly<Record<string, boolean>>;
  readonly scroll: number;
}
