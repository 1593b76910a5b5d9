import type { BoardSession } from '../model/board';
import type { Dag } from '../model/dag';
import type { Marker } from '../model/marker';
import type { Phase, Progress, Task } from '../model/plan';
import type { Problem, Severity } from '../model/problem';
import type { ConductorSnapshot, RootSnapshot } from '../model/root';
import type { Dialect, LocatedReport, Track, TrackGroup } from '../model/track';
import { nextActionOf } from '../rules/nextAction';

/**
 * The JSON that `conductor status --json` and `conductor show --json` print. Other programs rely on it:
 * within one `version` keys are only ever added. Every key is always present; `null` means "not known or
 * does not apply". Paths are absolute, lines 1-based.
 */
export const reportVersion = 1;

export interface StatusReport {
  readonly version: typeof reportVersion;
  readonly roots: readonly RootReport[];
  /** What the search for conductor directories stumbled over; those of each root are in the root. */
  readonly problems: readonly ProblemReport[];
}

export interface RootReport {
  /** The conductor directory. */
  readonly path: string;
  readonly dialects: readonly Dialect[];
  /** Live tracks in registry order, then archived ones (group `archived`). */
  readonly tracks: readonly TrackReport[];
  /** Everything found under the root: of the root itself, of tracks.md and of every track. */
  readonly problems: readonly ProblemReport[];
}

export interface TrackReport {
  readonly id: string;
  readonly name: string;
  /** The track's folder; null for a track that is registered but not on disk. */
  readonly path: string | null;
  readonly dialect: Dialect;
  /** As metadata.json, else tracks.md, writes it. */
  readonly status: string | null;
  readonly group: TrackGroup;
  /** Step of the evaluate-loop; as written when it is none of spec 003's; null for tracks without a loop. */
  readonly step: string | null;
  readonly stepStatus: string | null;
  /** Both null for tracks without a loop. */
  readonly fixCycle: { readonly count: number | null; readonly max: number | null };
  readonly progress: Progress;
  /** How many problems the track has; the root's list says which. */
  readonly problems: number;
}

export interface ProblemReport {
  readonly file: string;
  readonly line: number | null;
  readonly severity: Severity;
  readonly message: string;
  /** Stable machine name. */
  readonly code: string;
}

/** `conductor show <track> --json`: the track and everything that is known about it. */
export interface ShowReport extends TrackReport {
  readonly version: typeof reportVersion;
  /** The conductor directory that holds the track. */
  readonly root: string;
  readonly phases: readonly PhaseReport[];
  /** Check-box lines of plan.md outside code fences, each counted once: `total === tasks + elsewhere`. */
  readonly checkboxes: { readonly total: number; readonly tasks: number; readonly elsewhere: number };
  readonly dag: DagReport | null;
  /** Evaluation reports, oldest first. */
  readonly gates: readonly GateReport[];
  readonly board: readonly BoardReport[];
  readonly nextAction: { readonly kind: string; readonly why: string };
  readonly problemList: readonly ProblemReport[];
}

export interface PhaseReport {
  /** '' for tasks that stand before any phase heading. */
  readonly name: string;
  readonly number: string | null;
  readonly line: number;
  /** What the heading's `[checkpoint: …]` holds; null when it has none. */
  readonly checkpoint: string | null;
  readonly tasks: readonly TaskReport[];
}

export interface TaskReport {
  /** Unique within its track: what `conductor mark` takes. */
  readonly id: string;
  readonly line: number;
  readonly marker: Marker;
  readonly text: string;
  readonly commit: string | null;
  /** False when the task has no marker of its own to change: its state follows from its text or sub-tasks. */
  readonly markable: boolean;
  readonly tasks: readonly TaskReport[];
}

export interface DagReport {
  readonly line: number;
  readonly nodes: readonly {
    readonly id: string;
    readonly name: string;
    readonly type: string | null;
    readonly files: readonly string[];
    readonly dependsOn: readonly string[];
    readonly phase: number | null;
    readonly line: number;
  }[];
  readonly parallelGroups: readonly {
    readonly id: string;
    readonly tasks: readonly string[];
    readonly conflictFree: boolean | null;
    readonly sharedResources: readonly string[];
    readonly line: number;
  }[];
}

export interface GateReport {
  readonly kind: string;
  readonly title: string;
  readonly file: string;
  readonly line: number;
  readonly verdict: string | null;
  readonly contradictory: boolean;
  readonly checks: readonly {
    readonly name: string;
    readonly status: string;
    readonly note: string | null;
    readonly line: number;
  }[];
  readonly failureReasons: readonly string[];
}

export interface BoardReport {
  readonly sessionId: string;
  readonly checkpoint: string | null;
  readonly status: string | null;
  readonly verdict: string | null;
  /** Director → vote as written. */
  readonly votes: Readonly<Record<string, string>>;
  readonly conditions: readonly string[];
  readonly dissent: readonly string[];
  readonly timestamp: string | null;
  readonly source: 'metadata' | 'bus';
}

/** What `conductor status --json` prints for a snapshot (archived tracks only as far as the snapshot has read them). */
export function statusReport(snapshot: ConductorSnapshot): StatusReport {
  return {
    version: reportVersion,
    roots: snapshot.roots.map(rootReport),
    problems: (snapshot.problems ?? []).map(problemReport),
  };
}

export function rootReport(root: RootSnapshot): RootReport {
  const tracks = tracksOf(root);
  return {
    path: root.path,
    dialects: root.dialects,
    tracks: tracks.map(trackReport),
    problems: problemsOf(root).map(problemReport),
  };
}

/** Live tracks, then the archived ones that have been read. */
export function tracksOf(root: RootSnapshot): readonly Track[] {
  return [...root.tracks, ...(root.archive.tracks ?? [])];
}

/** Every problem under a root: its own first, then track by track. */
export function problemsOf(root: RootSnapshot): readonly Problem[] {
  return [...root.problems, ...tracksOf(root).flatMap((track) => track.problems)];
}

const rank: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

/** The problems sorted: errors first; by file and line within one severity. */
export function worstFirst(problems: readonly Problem[]): Problem[] {
  return [...problems].sort((a, b) => {
    if (a.severity !== b.severity) return rank[a.severity] - rank[b.severity];
    if (a.file !== b.file) return a.file < b.file ? -1 : 1;
    return (a.line ?? 0) - (b.line ?? 0);
  });
}

export function trackReport(track: Track): TrackReport {
  const { loop, progress } = track;
  return {
    id: track.id,
    name: track.name,
    path: track.folder ?? null,
    dialect: track.dialect,
    status: track.status ?? null,
    group: track.group,
    // A step that the machine does not know is shown as it is written, not as the guess that stands in for it.
    step: loop ? (loop.understood ? loop.step : loop.writtenStep || loop.step) : null,
    stepStatus: loop ? (loop.understood ? loop.stepStatus : loop.writtenStepStatus || loop.stepStatus) : null,
    fixCycle: { count: loop?.fixCycleCount ?? null, max: loop?.maxFixCycles ?? null },
    progress: {
      total: progress.total,
      done: progress.done,
      doing: progress.doing,
      blocked: progress.blocked,
      skipped: progress.skipped,
    },
    problems: track.problems.length,
  };
}

export function problemReport(problem: Problem): ProblemReport {
  return {
    file: problem.file,
    line: problem.line ?? null,
    severity: problem.severity,
    message: problem.message,
    code: problem.code,
  };
}

/** What `conductor show --json` prints. A track without plan.md has no phases and no check boxes. */
export function showReport(track: Track): ShowReport {
  const { plan } = track;
  const next = nextActionOf(track);
  return {
    version: reportVersion,
    ...trackReport(track),
    root: track.root,
    phases: plan?.phases.map(phaseReport) ?? [],
    checkboxes: plan
      ? { total: plan.checkboxes.total, tasks: plan.checkboxes.tasks, elsewhere: plan.checkboxes.elsewhere }
      : { total: 0, tasks: 0, elsewhere: 0 },
    dag: plan?.dag ? dagReport(plan.dag) : null,
    gates: track.reports.map(gateReport),
    board: track.boardSessions.map(boardReport),
    nextAction: { kind: next.kind, why: next.why },
    problemList: track.problems.map(problemReport),
  };
}

function phaseReport(phase: Phase): PhaseReport {
  return {
    name: phase.name,
    number: phase.number ?? null,
    line: phase.line,
    checkpoint: phase.checkpoint ?? null,
    tasks: phase.tasks.map(taskReport),
  };
}

function taskReport(task: Task): TaskReport {
  return {
    id: task.id,
    line: task.line,
    marker: task.marker,
    text: task.text,
    commit: task.commit ?? null,
    markable: task.markerRange !== undefined,
    tasks: task.tasks.map(taskReport),
  };
}

function dagReport(dag: Dag): DagReport {
  return {
    line: dag.line,
    nodes: dag.nodes.map((node) => ({
      id: node.id,
      name: node.name,
      type: node.type ?? null,
      files: node.files,
      dependsOn: node.dependsOn,
      phase: node.phase ?? null,
      line: node.line,
    })),
    parallelGroups: dag.parallelGroups.map((group) => ({
      id: group.id,
      tasks: group.tasks,
      conflictFree: group.conflictFree ?? null,
      sharedResources: group.sharedResources,
      line: group.line,
    })),
  };
}

function gateReport({ file, report }: LocatedReport): GateReport {
  return {
    kind: report.kind,
    title: report.title,
    file,
    line: report.line,
    verdict: report.verdict ?? null,
    contradictory: report.contradictory,
    checks: report.checks.map((check) => ({
      name: check.name,
      status: check.status,
      note: check.note ?? null,
      line: check.line,
    })),
    failureReasons: report.failureReasons,
  };
}

function boardReport(session: BoardSession): BoardReport {
  return {
    sessionId: session.sessionId,
    checkpoint: session.checkpoint ?? null,
    status: session.status ?? null,
    verdict: session.verdict ?? null,
    votes: Object.fromEntries(
      Object.entries(session.votes).map(([director, vote]) => [director, vote.verdict]),
    ),
    conditions: session.conditions,
    dissent: session.dissent,
    timestamp: session.timestamp ?? null,
    source: session.source,
  };
}
