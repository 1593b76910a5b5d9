import type { Track } from '../../../model/track';
import { taskGraphOf, type TaskGraph } from '../../../rules/taskGraph';
import { collapsePhases } from '../../../rules/taskGraph/collapsePhases';
import { pictureOf, type Picture } from '../../../panels/graph/picture';

/** What is remembered of one track's graph while the window is open. */
export interface Shown {
  /** Phases that are drawn as one box, by key. */
  readonly collapsed: ReadonlySet<string>;
  readonly picture?: Picture;
  readonly of?: Track;
}

/** So many tracks are remembered. */
const most = 20;

const graphs = new WeakMap<Track, TaskGraph>();
const shown = new Map<string, Shown>();

/** The task graph of a track; worked out once for each state of it. */
export function graphOf(track: Track): TaskGraph {
  const known = graphs.get(track);
  if (known) return known;
  const graph = taskGraphOf(track, new Date());
  graphs.set(track, graph);
  return graph;
}

/** The graph laid out like the picture of it that was shown before, so that a change moves little. */
export function pictureFor(track: Track): {
  picture: Picture;
  whole: TaskGraph;
  collapsed: ReadonlySet<string>;
} {
  const key = `${track.root}\n${track.key}`;
  const before = shown.get(key);
  const collapsed = before?.collapsed ?? new Set<string>();
  const whole = graphOf(track);
  const picture =
    before?.of === track && before.picture
      ? before.picture
      : pictureOf(drawn(whole, collapsed), before?.picture);
  remember(key, { collapsed, picture, of: track });
  return { picture, whole, collapsed };
}

/** Draws these phases as one box each from now on. */
export function collapse(track: Track, phases: readonly string[]): void {
  const key = `${track.root}\n${track.key}`;
  const picture = shown.get(key)?.picture;
  remember(key, { collapsed: new Set(phases), ...(picture ? { picture } : {}) });
}

function drawn(graph: TaskGraph, collapsed: ReadonlySet<string>): TaskGraph {
  return collapsed.size === 0 ? graph : collapsePhases(graph, collapsed);
}

function remember(key: string, value: Shown): void {
  shown.delete(key);
  shown.set(key, value);
  for (const oldest of shown.keys()) {
    if (shown.size <= most) return;
    shown.delete(oldest);
  }
}
