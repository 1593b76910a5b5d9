import type { Phase, Task } from '../../model/plan';
import type { Track, TrackGroup } from '../../model/track';
import type { Icon } from './icons';

/**
 * Rows of the Tracks view. A node of the upper three kinds is only an identity; what it shows is looked up in the
 * current snapshot. Nodes below a track are made fresh from the snapshot each time that their parent is opened or
 * refreshed; their ids are stable, so expansion and selection stay.
 */
export type TracksNode = RootNode | GroupNode | TrackNode | PhaseNode | TaskNode | RowNode;

/** Which track: enough to find it in any snapshot. */
export interface TrackRef {
  readonly root: string;
  readonly key: string;
}

export interface RootNode {
  readonly kind: 'root';
  readonly id: string;
  readonly root: string;
}

export interface GroupNode {
  readonly kind: 'group';
  readonly id: string;
  readonly root: string;
  readonly group: TrackGroup;
}

export interface TrackNode {
  readonly kind: 'track';
  readonly id: string;
  readonly track: TrackRef;
}

export interface PhaseNode {
  readonly kind: 'phase';
  readonly id: string;
  readonly track: TrackRef;
  readonly file: string;
  readonly phase: Phase;
}

export interface TaskNode {
  readonly kind: 'task';
  readonly id: string;
  readonly track: TrackRef;
  readonly file: string;
  readonly task: Task;
}

/** A place to open. `line` is 1-based. */
export interface Place {
  readonly file: string;
  readonly line?: number;
}

/** Any other row: it tells something and may have rows below it. */
export interface RowNode {
  readonly kind: 'row';
  readonly id: string;
  /** What it is, for menus: `loop`, `loopStep`, `gate`, `vote`, `document`, `problem.registerTrack`, … */
  readonly what: string;
  readonly track?: TrackRef;
  readonly label: string;
  readonly description?: string;
  readonly icon?: Icon;
  /** The state in a word, for screen readers, when the description does not say it. */
  readonly state?: string;
  /** Markdown, made only when somebody points at the row. */
  readonly tooltip?: () => string;
  readonly place?: Place;
  readonly children?: () => readonly TracksNode[];
  /** Opened by default. */
  readonly open?: boolean;
  /** For actions: what they need beyond the track. */
  readonly argument?: string;
  /** Run with the row when it is opened, instead of opening its place. */
  readonly command?: string;
}

export function refOf(track: Track): TrackRef {
  return { root: track.root, key: track.key };
}

/** Id of a row below a track. The parts are joined by a character that no path and no text of a file holds. */
export function idBelow(track: Track | TrackRef, ...rest: readonly (string | number)[]): string {
  return [track.root, track.key, ...rest].join('\u001f');
}
