import { l10n } from 'vscode';
import { completePhase as completePhaseOf, type CompletePhaseOptions } from '../../engine/completePhase';
import { phaseCompletion, type PhaseCheckName } from '../../rules/phaseCompletion';
import type { EditOutcome } from '../../store/fileEditor';
import { openPlace, tellOutcome, type Command, type CommandContext } from './commandContext';
import { targetPhase, type PhaseTarget } from './targets';

/**
 * Mark Phase Complete (spec 003, Phase Completion Verification Protocol): what the files show decides; what they cannot
 * show, the person attests. A phase with a failed check is not completed.
 */
export const completePhase: Command = async (context, argument) => {
  const title = l10n.t('Mark Phase Complete');
  const target = await targetPhase(context, argument, title);
  if (!target?.track.plan) return;
  const { track, phase, file } = target;
  const place = { file, line: phase.line };
  const reports = track.reports.map(({ report }) => report);
  const found = phaseCompletion(track.plan ?? target.track.plan, phase.key, { reports });
  const failed = found.checks.filter(({ passed }) => passed === false);
  if (failed.length > 0) {
    context.dialogs.tell(
      'warning',
      l10n.t(
        '{0} is not complete. {1}',
        phase.heading,
        failed.map(({ name, why }) => `${name}: ${why}`).join(' '),
      ),
      { [l10n.t('Open Plan')]: () => openPlace(place) },
    );
    return;
  }
  const unknown = found.checks.filter(({ passed }) => passed === undefined);
  const confirmed: Partial<Record<PhaseCheckName, boolean>> = {};
  if (unknown.length > 0) {
    const attested = await context.dialogs.pickMany(
      {
        title: `${title}: ${phase.heading}`,
        placeholder: l10n.t('Check what you have verified; all of it is needed'),
      },
      unknown.map(({ name, why }) => ({ label: name, detail: why, value: name })),
    );
    if (attested === undefined) return;
    const missing = unknown.filter(({ name }) => !attested.includes(name));
    if (missing.length > 0) {
      context.dialogs.tell(
        'warning',
        l10n.t(
          '{0} was not marked complete: not verified yet: {1}.',
          phase.heading,
          missing.map(({ name }) => name).join(', '),
        ),
      );
      return;
    }
    for (const name of attested) confirmed[name] = true;
  }
  const outcome = await completePhaseOf(context.ports, track, phase.key, { confirmed });
  const isSilent = !('refused' in outcome) && !outcome.changed && !phase.saysDone;
  tellOutcome(context, isSilent ? await writeCheckpoint(context, target, confirmed, outcome) : outcome, {
    done: l10n.t('{0} is complete.', phase.heading),
    place,
    retry: () => completePhase(context, argument),
  });
};

/** All checks have passed, but this plan has no mark for it (no box in the heading, no checkpoints): the person decides. */
async function writeCheckpoint(
  context: CommandContext,
  { track, phase }: PhaseTarget,
  confirmed: CompletePhaseOptions['confirmed'],
  unwritten: EditOutcome,
): Promise<EditOutcome> {
  const checkpoint = await context.ports.git.headCommit(track.root);
  if (checkpoint === undefined) return unwritten;
  const write = l10n.t('Write Checkpoint');
  const answer = await context.dialogs.confirm(
    l10n.t('Write "[checkpoint: {0}]" into the heading of "{1}"?', checkpoint, phase.heading),
    l10n.t('Every check has passed, but nothing in this plan marks a phase as complete yet.'),
    write,
  );
  if (answer !== write) return unwritten;
  return completePhaseOf(context.ports, track, phase.key, { confirmed, checkpoint });
}
