import { needsYou } from '../../../src/rules/needsYou';
import { readConductor } from '../../../src/store/readConductor';
import type { NeedsYouItem } from '../../../src/model/needsYou';
import type { ScriptedProject } from './scriptedProject';

/** What a person sees under Needs You, as the side bar reads it. */
export async function needsOf(project: ScriptedProject): Promise<NeedsYouItem[]> {
  const { roots } = await readConductor({ folders: [project.folder] });
  return roots.flatMap((root) => needsYou(root, new Date()));
}

/** Blockers of the track that wait for an answer. */
export function asked(project: ScriptedProject): Record<string, unknown>[] {
  const blockers = (project.metadata().blockers ?? []) as Record<string, unknown>[];
  return blockers.filter(({ status }) => status === 'ACTIVE');
}
