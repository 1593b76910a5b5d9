import type { Marker } from '../../model/marker';
import type { StepStatus } from '../../model/loopState';
import type { Phase, Task } from '../../model/plan';
import type { Severity } from '../../model/problem';
import type { Track } from '../../model/track';

/**
 * A codicon and the theme colour it is drawn in. The shape alone tells the state; colour only repeats it
 * (so a row is as clear in high contrast and to colour-blind eyes).
 */
export interface Icon {
  readonly id: string;
  readonly color?: string;
}

const green = 'charts.green';
const blue = 'charts.blue';
const red = 'charts.red';
const yellow = 'list.warningForeground';
const muted = 'descriptionForeground';

export const icons = {
  pass: { id: 'pass', color: green },
  running: { id: 'sync', color: blue },
  /** Only for a process of ours that really runs now. */
  live: { id: 'sync~spin', color: blue },
  ready: { id: 'play-circle' },
  open: { id: 'circle-large', color: muted },
  blocked: { id: 'circle-slash', color: red },
  failed: { id: 'error', color: red },
  skipped: { id: 'debug-step-over', color: muted },
  review: { id: 'eye', color: blue },
  caution: { id: 'warning', color: yellow },
  paused: { id: 'debug-pause', color: muted },
  unclear: { id: 'question', color: yellow },
  archived: { id: 'archive', color: muted },
  none: { id: 'circle-outline', color: muted },
} as const satisfies Record<string, Icon>;

export function markerIcon(marker: Marker): Icon {
  switch (marker) {
    case 'todo':
      return icons.open;
    case 'doing':
      return icons.running;
    case 'done':
      return icons.pass;
    case 'blocked':
      return icons.blocked;
    case 'skipped':
      return icons.skipped;
    case 'unclear':
      return icons.unclear;
  }
}

export function stepStatusIcon(status: StepStatus): Icon {
  switch (status) {
    case 'NOT_STARTED':
      return icons.open;
    case 'IN_PROGRESS':
      return icons.running;
    case 'PASSED':
      return icons.pass;
    case 'FAILED':
    case 'PARTIAL_FAIL':
      return icons.failed;
    case 'BLOCKED':
    case 'ESCALATE':
      return icons.blocked;
    case 'SKIPPED':
      return icons.skipped;
    case 'BOARD_REVIEW':
      return icons.review;
  }
}

/** A verdict, vote or check as some file words it. */
export function verdictIcon(verdict: string | undefined): Icon {
  const word = (verdict ?? '').toUpperCase().replaceAll(/[\s_-]+/g, ' ');
  if (/^(PASS|PASSED|APPROVED?|MET|YES|OK|COMPLETE|COMPLETED)$/.test(word)) return icons.pass;
  if (/^(FAIL|FAILED|REJECT|REJECTED|NO)$/.test(word)) return icons.failed;
  if (/^(PASS WITH CONDITIONS|CONCERNS?|ABSTAIN)$/.test(word)) return icons.caution;
  if (/^(APPROVED WITH REVIEW|ESCALATE)$/.test(word)) return icons.review;
  if (/^(N\/?A|NOT APPLICABLE|NOT CONFIGURED|SKIPPED)$/.test(word)) return icons.skipped;
  return word === '' ? icons.open : icons.unclear;
}

export function severityIcon(severity: Severity): Icon {
  switch (severity) {
    case 'error':
      return icons.failed;
    case 'warning':
      return icons.caution;
    case 'info':
      return { id: 'info', color: blue };
  }
}

/** The state of a track in one shape. */
export function trackIcon(track: Track): Icon {
  if (track.archived) return icons.archived;
  if (track.folder === undefined) return icons.caution;
  if (track.group === 'done') return icons.pass;
  if (track.group === 'paused') {
    const blocked = track.loop?.stepStatus === 'BLOCKED' || track.metadata?.blockers.some((b) => b.active);
    return blocked ? icons.blocked : icons.paused;
  }
  if (track.metadata?.blockers.some((blocker) => blocker.active)) return icons.blocked;
  const { loop } = track;
  if (loop) {
    if (!loop.understood) return icons.unclear;
    return loop.stepStatus === 'NOT_STARTED' ? icons.ready : stepStatusIcon(loop.stepStatus);
  }
  if (track.progress.blocked > 0) return icons.blocked;
  return track.group === 'active' ? icons.running : icons.ready;
}

/** The state of a phase follows from its tasks; its heading counts when it has none. */
export function phaseMarker(phase: Phase): Marker {
  const counted = phase.tasks.filter((task) => task.marker !== 'skipped');
  if (counted.length === 0) return phase.saysDone ? 'done' : phase.tasks.length > 0 ? 'skipped' : 'todo';
  if (counted.every((task) => task.marker === 'done')) return 'done';
  if (counted.some((task: Task) => task.marker === 'blocked')) return 'blocked';
  return counted.some((task) => task.marker === 'doing' || task.marker === 'done') ? 'doing' : 'todo';
}
