import { completePhaseEdits } from '../files/planEdit';
import { parsePlan } from '../files/planFile';
import type { EditRefusal } from '../model/edit';
import type { Plan } from '../model/plan';
import type { Track } from '../model/track';
import { phaseCompletion, type PhaseCheckName } from '../rules/phaseCompletion';
import type { EditOutcome } from '../store/fileEditor';
import { noPlan } from './markTask';
import type { Ports } from './ports';

export interface CompletePhaseOptions {
  /** What a person has verified, for the checks that the files cannot answer. */
  readonly confirmed?: Readonly<Partial<Record<PhaseCheckName, boolean>>>;
  /** Checks that a person waived with a reason. Open tasks cannot be waived. */
  readonly waived?: readonly PhaseCheckName[];
  /** Commit for `[checkpoint: …]`. By default HEAD, where the dialect or the plan itself writes checkpoints. */
  readonly checkpoint?: string;
  readonly signal?: AbortSignal;
}

/**
 * Marks a phase complete in its heading, once every check of spec 003's Phase Completion Verification Protocol has
 * passed: by what the files say at the moment of writing, or by what a person confirmed.
 *
 * Refuses with `no-plan`, `phase-not-verified` (the message names each check that has not passed), and the codes of
 * completePhaseEdits and of the editor.
 */
export async function completePhase(
  ports: Pick<Ports, 'editor' | 'git'>,
  track: Track,
  phaseKey: string,
  options: CompletePhaseOptions = {},
): Promise<EditOutcome> {
  const file = track.documents.plan;
  if (file === undefined) return { refused: noPlan(track) };
  const head = options.checkpoint ?? (await ports.git.headCommit(track.folder ?? track.root));
  const reports = track.reports.map((located) => located.report);
  return ports.editor.edit({
    root: track.root,
    file,
    change: (text) => {
      const plan = parsePlan(text);
      const { checks } = phaseCompletion(plan, phaseKey, { reports, confirmed: options.confirmed ?? {} });
      const waived = new Set<PhaseCheckName>(options.waived?.filter((name) => name !== 'Tasks'));
      const open = checks.filter((check) => check.passed !== true && !waived.has(check.name));
      if (open.length > 0) return { refused: notVerified(open) };
      const checkpoint = options.checkpoint ?? (writesCheckpoints(track, plan) ? head : undefined);
      return completePhaseEdits(text, plan, phaseKey, checkpoint);
    },
    ...(options.signal ? { signal: options.signal } : {}),
  });
}

function writesCheckpoints(track: Track, plan: Plan): boolean {
  return track.dialect === 'google' || plan.phases.some((phase) => phase.checkpoint !== undefined);
}

function notVerified(checks: readonly { readonly name: string; readonly why: string }[]): EditRefusal {
  return {
    code: 'phase-not-verified',
    message: `The phase was not marked complete. ${checks.map(({ name, why }) => `${name}: ${why}`).join(' ')}`,
  };
}
