import type { SettableMarker } from '../model/marker';

/** Which marker a status word stands for, where an entry has a box and no place for words (FORMATS, Appendix C). */
export function markerForStatus(status: string): SettableMarker | undefined {
  switch (
    status
      .trim()
      .toLowerCase()
      .replace(/[\s-]+/g, '_')
  ) {
    case 'new':
    case 'planned':
    case 'pending':
    case 'ready':
    case 'todo':
    case 'not_started':
      return 'todo';
    case 'in_progress':
    case 'active':
    case 'executing':
    case 'paused':
      return 'doing';
    case 'complete':
    case 'completed':
    case 'done':
      return 'done';
    case 'blocked':
      return 'blocked';
    case 'cancelled':
    case 'canceled':
    case 'skipped':
    case 'superseded':
      return 'skipped';
    default:
      return undefined;
  }
}

/** The word for a marker, where an entry has a place for words and no box. */
export const statusForMarker: Readonly<Record<SettableMarker, string>> = {
  todo: 'new',
  doing: 'in_progress',
  done: 'complete',
  blocked: 'blocked',
  skipped: 'cancelled',
};
