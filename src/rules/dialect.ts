import type { Metadata } from '../model/metadata';
import type { RegistryEntry } from '../model/registry';
import type { Dialect } from '../model/track';

/**
 * The dialect of one track (FORMATS §2): by what its own files say, then by what surrounds it. One root can hold
 * tracks of several dialects.
 *
 * @param f.fileNames names of the files and folders in the track's folder
 * @param f.rootFiles names of the files and folders in the conductor directory
 */
export function dialectOf(f: {
  readonly fileNames: readonly string[];
  readonly metadata?: Metadata;
  readonly entry?: RegistryEntry;
  readonly rootFiles: readonly string[];
}): Dialect {
  const has = (...names: string[]) => names.some((name) => f.fileNames.includes(name));
  const around = (...names: string[]) => names.some((name) => f.rootFiles.includes(name));
  const raw = f.metadata?.raw ?? {};

  if (f.metadata && (f.metadata.loop || 'loop_state' in raw)) return 'evaluate-loop';
  if (typeof raw['version'] === 'number' && raw['version'] >= 2) return 'evaluate-loop';
  if (has('implement_state.json') || 'beads_epic' in raw || 'beads_tasks' in raw) return 'beads';
  if ('id' in raw && !('track_id' in raw) && (isObject(raw['phases']) || isObject(raw['tasks'])))
    return 'wshobson';
  if (has('.message-bus', 'evaluation-report.md', 'fix-log.md', 'superpower-errors.log'))
    return 'evaluate-loop';
  if (
    !f.metadata &&
    !has('metadata.json') &&
    has('index.md') &&
    around('workflow.json', 'deploy.json', 'defaults.json')
  )
    return 'lane';
  if (has('learnings.md') || around('beads.json')) return 'beads';
  if ('id' in raw && !('track_id' in raw) && 'title' in raw) return 'wshobson';
  // A track without a state file belongs to whoever set the directory up.
  if (
    !f.metadata &&
    around('authority-matrix.md', 'decision-log.md', 'knowledge') &&
    has('spec.md', 'plan.md', 'metadata.json')
  )
    return 'evaluate-loop';
  if (f.metadata || has('plan.md', 'spec.md', 'index.md')) return 'google';
  if (f.entry && around('tracks.md', 'product.md', 'setup_state.json')) {
    return around('authority-matrix.md', 'decision-log.md', 'knowledge') ? 'evaluate-loop' : 'google';
  }
  return 'unknown';
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
