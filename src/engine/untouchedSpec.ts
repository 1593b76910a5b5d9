import { isUntouchedSpec } from '../files/projectFiles';
import type { Track } from '../model/track';
import type { NextAction } from '../rules/nextAction';
import { readText } from '../store/readText';

/** The spec.md that the next step would plan from while it is still the template of New Track, as a path. */
export async function untouchedSpec(track: Track, next: NextAction): Promise<string | undefined> {
  const { spec } = track.documents;
  const plans = (next.kind === 'dispatch' || next.kind === 'resume') && next.step === 'PLAN';
  if (!plans || spec === undefined) return undefined;
  const read = await readText(track.root, spec);
  // What cannot be read is told where the track's problems are.
  return 'text' in read && isUntouchedSpec(read.text) ? spec : undefined;
}

/** Said before a plan is made from it. */
export const untouchedSpecText =
  'spec.md is still the template: a plan could only be made from the name of the track.';
