import type { LoopState } from '../model/loopState';
import type { Marker } from '../model/marker';
import type { Metadata } from '../model/metadata';
import type { Progress } from '../model/plan';
import type { RegistryEntry } from '../model/registry';
import type { TrackGroup } from '../model/track';
import { allTasksDone } from './progress';
import { statusCategory, type StatusCategory } from './statusCategory';

export { statusCategory, type StatusCategory } from './statusCategory';

/**
 * The group of the Tracks view that a track belongs to. Its own word counts most (archived, paused, done, cancelled,
 * blocked); a loop in metadata.json says whether work has begun and ended; without one plan.md does, since status
 * `new` is often never changed. A plan without tasks is never done.
 */
export function groupOf(f: {
  readonly archived: boolean;
  readonly metadata?: Metadata;
  readonly entry?: RegistryEntry;
  readonly loop?: LoopState;
  readonly progress: Progress;
  readonly planPresent: boolean;
}): TrackGroup {
  if (f.archived) return 'archived';
  const own = f.metadata?.status === undefined ? 'unclear' : statusCategory(f.metadata.status);
  const registered = entryCategory(f.entry);
  const said = own === 'unclear' ? registered : own;
  switch (said) {
    case 'archived':
    case 'done':
    case 'cancelled':
      return 'done';
    case 'paused':
      return 'paused';
    case 'running':
    case 'blocked':
    case 'failed':
      return doneByPlan(f, registered) ? 'done' : 'active';
    case 'notStarted':
    case 'unclear':
      if (doneByPlan(f, registered)) return 'done';
      return begun(f, registered) ? 'active' : 'ready';
  }
}

/** What the registry says about a track: its status cell if that is clear, else its marker. */
export function entryCategory(entry: RegistryEntry | undefined): StatusCategory {
  if (!entry) return 'unclear';
  const written = entry.status === undefined ? 'unclear' : statusCategory(entry.status);
  if (written !== 'unclear') return written;
  return entry.marker === undefined ? 'unclear' : markerCategory[entry.marker];
}

const markerCategory: Readonly<Record<Marker, StatusCategory>> = {
  todo: 'notStarted',
  doing: 'running',
  done: 'done',
  blocked: 'blocked',
  skipped: 'cancelled',
  unclear: 'unclear',
};

/** The loop decides where there is one: ticked boxes alone do not pass an evaluation. */
function doneByPlan(
  f: { readonly loop?: LoopState; readonly progress: Progress },
  registered: StatusCategory,
): boolean {
  if (f.loop?.source === 'metadata') return f.loop.step === 'COMPLETE' && f.loop.stepStatus === 'PASSED';
  if (f.loop) return false;
  return allTasksDone(f.progress) || (registered === 'done' && f.progress.total === 0);
}

function begun(
  f: { readonly loop?: LoopState; readonly progress: Progress },
  registered: StatusCategory,
): boolean {
  const { loop, progress } = f;
  if (loop?.source === 'metadata') {
    const atStart = loop.step === 'NOT_STARTED' || loop.step === 'PLAN';
    if (!atStart || loop.stepStatus !== 'NOT_STARTED') return true;
  }
  return progress.done + progress.doing + progress.blocked > 0 || registered === 'running';
}
