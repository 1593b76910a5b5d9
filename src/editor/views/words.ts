import { l10n } from 'vscode';
import type { LoopState, LoopStep, StepStatus } from '../../model/loopState';
import type { Progress } from '../../model/plan';
import type { NextAction } from '../../rules/evaluateLoop';
import { isBlockedTrack } from '../../rules/nextAction';
import type { Dialect, Track, TrackGroup } from '../../model/track';

/** How the views word what the files say. The spec's own words, in the case a person reads. */

export function stepWord(step: LoopStep): string {
  switch (step) {
    case 'NOT_STARTED':
      return l10n.t('Not Started');
    case 'PLAN':
      return l10n.t('Plan');
    case 'EVALUATE_PLAN':
      return l10n.t('Evaluate Plan');
    case 'EXECUTE':
      return l10n.t('Execute');
    case 'EVALUATE_EXECUTION':
      return l10n.t('Evaluate Execution');
    case 'FIX':
      return l10n.t('Fix');
    case 'BUSINESS_SYNC':
      return l10n.t('Business Sync');
    case 'COMPLETE':
      return l10n.t('Complete');
  }
}

export function stepStatusWord(status: StepStatus): string {
  switch (status) {
    case 'NOT_STARTED':
      return l10n.t('Not Started');
    case 'IN_PROGRESS':
      return l10n.t('In Progress');
    case 'PASSED':
      return l10n.t('Passed');
    case 'FAILED':
      return l10n.t('Failed');
    case 'BLOCKED':
      return l10n.t('Blocked');
    case 'SKIPPED':
      return l10n.t('Skipped');
    case 'BOARD_REVIEW':
      return l10n.t('Board Review');
    case 'PARTIAL_FAIL':
      return l10n.t('Partly Failed');
    case 'ESCALATE':
      return l10n.t('Escalated');
  }
}

export function groupWord(group: TrackGroup): string {
  switch (group) {
    case 'active':
      return l10n.t('Active');
    case 'ready':
      return l10n.t('Ready');
    case 'paused':
      return l10n.t('Paused');
    case 'done':
      return l10n.t('Done');
    case 'archived':
      return l10n.t('Archived');
  }
}

export function dialectWord(dialect: Dialect): string {
  switch (dialect) {
    case 'evaluate-loop':
      return 'evaluate-loop';
    case 'google':
      return 'Google Conductor';
    case 'wshobson':
      return 'wshobson Conductor';
    case 'beads':
      return 'Beads Conductor';
    case 'lane':
      return 'LaneConductor';
    case 'unknown':
      return l10n.t('not recognised');
  }
}

/** "5/12", or "no tasks" for a plan without any. */
export function progressText(progress: Progress): string {
  return progress.total === 0 ? l10n.t('no tasks') : `${progress.done}/${progress.total}`;
}

/** "5 of 12 tasks done, 1 in progress, 1 blocked" */
export function progressSentence(progress: Progress): string {
  if (progress.total === 0) return l10n.t('no tasks');
  const parts = [l10n.t('{0} of {1} tasks done', progress.done, progress.total)];
  if (progress.doing > 0) parts.push(l10n.t('{0} in progress', progress.doing));
  if (progress.blocked > 0) parts.push(l10n.t('{0} blocked', progress.blocked));
  if (progress.skipped > 0) parts.push(l10n.t('{0} skipped', progress.skipped));
  return parts.join(', ');
}

/** The step as the file writes it when the machine does not know it. */
export function writtenStep(loop: LoopState): string {
  return loop.understood || loop.writtenStep === '' ? loop.step : loop.writtenStep;
}

/** What is next, in a few words; why is `next.why`. */
export function nextText(next: NextAction): string {
  // The part before the colon names the collection of agents: the tooltip has room for it.
  const agent = next.agent?.split(':').at(-1) ?? l10n.t('the agent');
  switch (next.kind) {
    case 'dispatch':
      return l10n.t('Start {0}', agent);
    case 'resume':
      return next.resumeFrom === undefined
        ? l10n.t('Resume {0}', agent)
        : l10n.t('Resume {0} from {1}', agent, next.resumeFrom);
    case 'advance':
      return next.to === undefined ? l10n.t('Advance') : l10n.t('Advance to {0}', next.to);
    case 'complete':
      return l10n.t('Complete the track');
    case 'escalate':
      return l10n.t('You decide');
    case 'unblock':
      return l10n.t('Unblock {0}', next.step ?? '');
    case 'implement':
      return next.task === undefined ? l10n.t('Work on the next task') : next.task.text;
    case 'plan':
      return l10n.t('Write the plan');
    case 'done':
      return l10n.t('Nothing: it is done');
    case 'none':
      return l10n.t('Nothing');
  }
}

/** Where a track stands, for its row and the status bar: `EXECUTE`, `EXECUTE blocked`; without a loop only what stops it. */
export function stateParts(track: Track): string[] {
  const { loop } = track;
  if (!loop || track.group === 'done') return !loop && isBlockedTrack(track) ? [l10n.t('blocked')] : [];
  const step = writtenStep(loop);
  const telling = loop.stepStatus !== 'NOT_STARTED' && loop.stepStatus !== 'IN_PROGRESS';
  return [telling && loop.understood ? `${step} ${stepStatusWord(loop.stepStatus).toLowerCase()}` : step];
}

/**
 * The grey text of a track row: `EXECUTE · 5/12 · fix 1/3`. A side bar of usual width cuts it at its end: what is wrong
 * with the track itself stands first, counts that the tooltip has too stand last.
 */
export function trackDescription(track: Track): string {
  const parts: string[] = [];
  const { loop } = track;
  if (track.folder === undefined) parts.push(l10n.t('folder missing'));
  parts.push(...stateParts(track), progressText(track.progress));
  if (loop && loop.fixCycleCount > 0) {
    parts.push(l10n.t('fix {0}/{1}', loop.fixCycleCount, loop.maxFixCycles));
  }
  const problems = track.problems.filter((problem) => problem.severity !== 'info').length;
  if (problems > 0) parts.push(problems === 1 ? l10n.t('1 problem') : l10n.t('{0} problems', problems));
  if (track.folder !== undefined && !track.registered && !track.archived) {
    parts.push(l10n.t('not in tracks.md'));
  }
  return parts.join(' · ');
}

/** What a screen reader says for a track row: the same facts, in words. */
export function trackSentence(track: Track): string {
  const parts = [track.name, groupWord(track.group)];
  const { loop } = track;
  if (loop) parts.push(l10n.t('step {0}, {1}', writtenStep(loop), stepStatusWord(loop.stepStatus)));
  parts.push(progressSentence(track.progress));
  if (loop && loop.fixCycleCount > 0) {
    parts.push(l10n.t('fix cycle {0} of {1}', loop.fixCycleCount, loop.maxFixCycles));
  }
  if (track.folder === undefined) parts.push(l10n.t('registered, but its folder is missing'));
  else if (!track.registered && !track.archived) parts.push(l10n.t('not registered in tracks.md'));
  if (track.problems.length > 0) parts.push(l10n.t('{0} problems', track.problems.length));
  return parts.join(', ');
}

const units: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** "5 min. ago"; undefined when the time cannot be read. */
export function ago(when: string | number | undefined, now: Date): string | undefined {
  const time = typeof when === 'string' ? Date.parse(when) : when;
  if (time === undefined || Number.isNaN(time)) return undefined;
  const past = time - now.getTime();
  const format = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' });
  for (const [unit, length] of units) {
    if (Math.abs(past) >= length) return format.format(Math.round(past / length), unit);
  }
  return l10n.t('just now');
}

/** The moment in the person's own form; the text itself when it is no time. */
export function moment(when: string | number): string {
  const time = typeof when === 'string' ? Date.parse(when) : when;
  if (Number.isNaN(time)) return String(when);
  const dateOnly = typeof when === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(when);
  return new Intl.DateTimeFormat(undefined, {
    dateStyle: 'medium',
    ...(dateOnly ? { timeZone: 'UTC' } : { timeStyle: 'short' }),
  }).format(time);
}
