import { basename } from 'node:path';
import { l10n } from 'vscode';
import { markerWord } from '../../model/marker';
import type { Track } from '../../model/track';
import { nextActionOf } from '../../rules/nextAction';
import { paragraphs, plain } from './markdown';
import type { PhaseNode, TaskNode } from './trackNodes';
import { ago, dialectWord, moment, nextText, progressSentence, stepStatusWord, writtenStep } from './words';

/** Why a track row says what it says: file and line of each statement, and when it was written. */
export function trackTooltip(track: Track, now: Date): string {
  const { loop } = track;
  const next = nextActionOf(track);
  const blockers = track.metadata?.blockers.filter((blocker) => blocker.active) ?? [];
  const registered = track.entry
    ? l10n.t('tracks.md:{0} {1}', track.entry.line, plain(track.entry.status ?? track.entry.step ?? ''))
    : undefined;
  const changed = ago(track.changedAt, now);
  return paragraphs([
    `**${plain(track.name)}**  \n\`${track.id.replaceAll('`', '')}\``,
    loop &&
      l10n.t(
        'Step {0}, {1} ({2})',
        plain(writtenStep(loop)),
        stepStatusWord(loop.stepStatus),
        loop.source === 'metadata' ? 'metadata.json' : l10n.t('inferred from plan.md'),
      ),
    loop?.stepStartedAt && l10n.t('Since {0}', moment(loop.stepStartedAt)),
    track.documents.plan
      ? l10n.t('{0} (plan.md)', progressSentence(track.progress))
      : l10n.t('There is no plan.md.'),
    next.kind === 'none' ? undefined : `${l10n.t('Next: {0}', plain(nextText(next)))}. ${plain(next.why)}`,
    ...blockers.map((blocker) => l10n.t('Blocked: {0}', plain(blocker.description))),
    registered ?? (track.archived ? undefined : l10n.t('Not registered in tracks.md.')),
    track.folder === undefined && l10n.t('tracks.md names this track, but its folder is not on disk.'),
    track.problems.length > 0 &&
      track.problems
        .slice(0, 3)
        .map((problem) => `- ${plain(problem.message)}`)
        .join('\n'),
    [dialectWord(track.dialect), changed && l10n.t('changed {0}', changed)]
      .filter((part) => typeof part === 'string')
      .join(' · '),
  ]);
}

export function taskTooltip(node: TaskNode): string {
  const { task } = node;
  return paragraphs([
    `**${plain(task.number === undefined ? task.text : `${task.number} ${task.text}`)}**`,
    task.place === 'derived'
      ? l10n.t(
          '{0}. The line has no marker of its own; its state follows from its sub-tasks and text.',
          markerWord[task.marker],
        )
      : markerWord[task.marker],
    task.notes.map((note) => `- ${plain(note)}`).join('\n'),
    task.commits.length > 0 &&
      l10n.t('Commits: {0}', task.commits.map((commit) => `\`${commit.replaceAll('`', '')}\``).join(', ')),
    task.dependsOn.length > 0 && l10n.t('Waits for: {0}', plain(task.dependsOn.join(', '))),
    task.files.length > 0 && l10n.t('Files: {0}', plain(task.files.join(', '))),
    task.parallelGroup && l10n.t('Parallel group: {0}', plain(task.parallelGroup)),
    task.acceptance && l10n.t('Acceptance: {0}', plain(task.acceptance)),
    task.needsPerson && l10n.t('Only a person may tick this one.'),
    `${plain(basename(node.file))}:${task.line}`,
  ]);
}

export function phaseTooltip({ phase, file }: PhaseNode): string {
  return paragraphs([
    `**${plain(phase.heading)}**`,
    phase.saysDone
      ? l10n.t('The heading says that this phase is done.')
      : l10n.t('The heading does not say that this phase is done.'),
    phase.checkpoint && l10n.t('Checkpoint: {0}', plain(phase.checkpoint)),
    `${plain(basename(file))}:${phase.line}`,
  ]);
}
