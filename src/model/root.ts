import type { Problem } from './problem';
import type { Registry } from './registry';
import type { Dialect, Track } from './track';

/** One conductor directory. Immutable: a change on disk makes a new snapshot that shares what did not change. */
export interface RootSnapshot {
  /** Absolute path of the conductor directory. */
  readonly path: string;
  /** Absolute path of the workspace folder it was found in. */
  readonly workspaceFolder: string;
  /** Live tracks (not archived), in registry order, then those not registered by id. */
  readonly tracks: readonly Track[];
  /** Archived tracks: folder names only until somebody opens the group. */
  readonly archive: ArchiveSnapshot;
  readonly registryFile?: string;
  readonly registry?: Registry;
  readonly dialects: readonly Dialect[];
  /** Problems of the root itself and its tracks.md; those of tracks live in the tracks. */
  readonly problems: readonly Problem[];
  /** Epoch ms of the last read that changed anything. */
  readonly readAt: number;
}

export interface ArchiveSnapshot {
  readonly count: number;
  /** Absent until the archive was asked for. */
  readonly tracks?: readonly Track[];
}

/** All roots of all workspace folders, at one moment. */
export interface ConductorSnapshot {
  readonly roots: readonly RootSnapshot[];
  /** Grows by one with each change. */
  readonly revision: number;
  /** Problems of the search for roots, e.g. a setting that names a folder that is not there. Absent when there are none. */
  readonly problems?: readonly Problem[];
  /** Set when watching is degraded: what happened and what that means for freshness. */
  readonly watchProblem?: string;
}
