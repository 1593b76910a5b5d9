import type { Task } from '../../model/plan';
import type { Track } from '../../model/track';
import type { SortOrder } from '../settings';

/** True when the track's name, id, type or step, or a task of its plan, holds the text. */
export function trackMatches(track: Track, search: string): boolean {
  const wanted = search.trim().toLowerCase();
  if (wanted === '') return true;
  const own = [track.name, track.id, track.domain, track.status, track.metadata?.type, track.loop?.step];
  return (
    own.some((text) => text?.toLowerCase().includes(wanted)) ||
    (track.plan?.phases.some((phase) => phase.tasks.some((task) => taskMatches(task, wanted))) ?? false)
  );
}

function taskMatches(task: Task, wanted: string): boolean {
  return (
    task.text.toLowerCase().includes(wanted) ||
    (task.number?.toLowerCase().includes(wanted) ?? false) ||
    task.tasks.some((child) => taskMatches(child, wanted))
  );
}

/** A copy in the order asked for; equal ones stay in registry order. */
export function sortTracks(tracks: readonly Track[], order: SortOrder): readonly Track[] {
  switch (order) {
    case 'registry':
      return tracks;
    case 'name': {
      const { compare } = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });
      return [...tracks].sort((a, b) => compare(a.name, b.name));
    }
    case 'changed':
      return [...tracks].sort((a, b) => (b.changedAt ?? 0) - (a.changedAt ?? 0));
    case 'progress':
      return [...tracks].sort((a, b) => share(b) - share(a));
  }
}

function share({ progress }: Track): number {
  return progress.total === 0 ? 0 : progress.done / progress.total;
}
