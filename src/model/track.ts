import type { BoardSession } from './board';
import type { EvaluationReport } from './evaluationReport';
import type { LoopState } from './loopState';
import type { MessageBus } from './messageBus';
import type { Metadata } from './metadata';
import type { Plan, Progress } from './plan';
import type { Problem } from './problem';
import type { RegistryEntry } from './registry';

/** Dialect of one track (FORMATS §2): detected per track, not per repository. */
export type Dialect = 'evaluate-loop' | 'google' | 'wshobson' | 'beads' | 'lane' | 'unknown';

/** The groups of the Tracks view. */
export type TrackGroup = 'active' | 'ready' | 'paused' | 'done' | 'archived';

/** What is present on disk for a track: name of the known document → absolute path. */
export type TrackDocuments = Readonly<Partial<Record<DocumentKind, string>>>;
export type DocumentKind =
  'spec' | 'plan' | 'metadata' | 'index' | 'evaluationReport' | 'fixLog' | 'retrospective';

/** One track, merged from its folder, tracks.md and the message bus. Immutable. */
export interface Track {
  /** Folder name; for a track that is registered but not on disk, the id of its entry. Unique within its root after `key`. */
  readonly id: string;
  /** Unique within the root: path of the folder relative to the root with `/`, or `registry:<id>` when there is no folder. */
  readonly key: string;
  readonly name: string;
  /** Absolute path of the root it belongs to. */
  readonly root: string;
  /** Absolute path of the folder, absent for a track that is only registered. */
  readonly folder?: string;
  /** Folder between `tracks/` and the track, when tracks are grouped by domain: "business-portal". */
  readonly domain?: string;
  readonly archived: boolean;
  readonly registered: boolean;
  readonly entry?: RegistryEntry;
  readonly dialect: Dialect;
  /** Status as metadata.json, else tracks.md, writes it. */
  readonly status?: string;
  readonly group: TrackGroup;
  readonly documents: TrackDocuments;
  /** Other files in the folder, names only. */
  readonly otherFiles: readonly string[];
  readonly metadata?: Metadata;
  readonly plan?: Plan;
  /** Present for evaluate-loop tracks (read or inferred). */
  readonly loop?: LoopState;
  readonly progress: Progress;
  /** Newest last: from evaluation-report.md and plan.md. */
  readonly reports: readonly LocatedReport[];
  readonly boardSessions: readonly BoardSession[];
  readonly bus?: MessageBus;
  readonly problems: readonly Problem[];
  /** Newest mtime of the files read, epoch ms. */
  readonly changedAt?: number;
  /** plan.md was written after metadata.json, so counts that metadata.json keeps of it are merely old. */
  readonly planIsNewer?: boolean;
}

export interface LocatedReport {
  readonly file: string;
  readonly report: EvaluationReport;
}
