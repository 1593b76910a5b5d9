import type { ConductorSnapshot } from '../model/root';
import { ConductorReader } from './conductorReader';

export interface ReadOptions {
  /** Absolute paths. */
  readonly folders: readonly string[];
  /** Further conductor directories: absolute, or relative to each folder. */
  readonly extraRoots?: readonly string[];
  /** Read archived tracks too, and not only count them. */
  readonly archives?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Finds and reads all conductor directories of some folders once. Whatever is odd on disk becomes a Problem in the
 * snapshot; throws only the signal's reason.
 */
export async function readConductor(options: ReadOptions): Promise<ConductorSnapshot> {
  const reader = new ConductorReader({ folders: options.folders, extraRoots: options.extraRoots ?? [] });
  await reader.search(options.signal);
  return reader.read(() => options.archives === true, undefined, options.signal);
}
