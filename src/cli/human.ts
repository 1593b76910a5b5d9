import type { Progress } from '../model/plan';
import type { Severity } from '../model/problem';
import { trackReport, type ProblemReport, type TrackReport } from '../engine/statusReport';
import type { Track, TrackGroup } from '../model/track';
import type { Output, Style } from './output';
import { pathFrom } from './selectTrack';
import { clip, padTo, printable, table } from './text';

export const groupTitle: Readonly<Record<TrackGroup, string>> = {
  active: 'Active',
  ready: 'Ready',
  paused: 'Paused',
  done: 'Done',
  archived: 'Archived',
};

export const groupStyle: Readonly<Record<TrackGroup, Style>> = {
  active: 'cyan',
  ready: 'blue',
  paused: 'yellow',
  done: 'green',
  archived: 'dim',
};

const severityStyle: Readonly<Record<Severity, Style>> = { error: 'red', warning: 'yellow', info: 'dim' };

const barWidth = 10;

/** `█████░░░░░`: blocked tasks are not done. Never full while a task is open, never empty once one is done. */
export function progressBar(progress: Progress, output: Output): string {
  const finished = progress.done + progress.skipped;
  const share = progress.total === 0 ? 0 : (finished / progress.total) * barWidth;
  const filled =
    finished === progress.total
      ? Math.round(share)
      : Math.min(barWidth - 1, Math.max(finished > 0 ? 1 : 0, Math.floor(share)));
  return output.style('green', '█'.repeat(filled)) + output.style('dim', '░'.repeat(barWidth - filled));
}

/** `5/12`, or `no tasks`: a plan without tasks is never complete. */
export function progressCount(progress: Progress): string {
  return progress.total === 0 ? 'no tasks' : `${progress.done}/${progress.total}`;
}

/** Step and its status, or the status that the files write. */
export function stateOf(track: TrackReport): string {
  if (track.step === null) return clip(printable(track.status ?? ''), 32);
  const status = words(track.stepStatus ?? '');
  const isComplete = track.step === 'COMPLETE' && status === 'passed';
  return clip(printable(isComplete ? 'COMPLETE' : `${track.step} · ${status}`), 40);
}

/** `IN_PROGRESS` → `in progress`. */
export function words(token: string): string {
  return token.toLowerCase().replace(/_/g, ' ');
}

/** What a person should notice: fix cycles, blocked and skipped tasks, problems. */
function remarksOn(track: Track, output: Output): string {
  const { progress, loop } = track;
  const remarks: string[] = [];
  if (loop && loop.fixCycleCount > 0) {
    remarks.push(output.style('yellow', `fix ${loop.fixCycleCount}/${loop.maxFixCycles}`));
  }
  if (progress.blocked > 0) remarks.push(output.style('red', `${progress.blocked} blocked`));
  if (progress.skipped > 0) remarks.push(`${progress.skipped} skipped`);
  const problems = track.problems.filter((problem) => problem.severity !== 'info').length;
  if (problems > 0) remarks.push(output.style('yellow', plural(problems, 'problem')));
  return remarks.join(', ');
}

/** One line a track, aligned over all of them, in the same order. */
export function trackLines(tracks: readonly Track[], output: Output): string[] {
  const counts = tracks.map((track) => progressCount(track.progress));
  const widest = counts.reduce((most, count) => Math.max(most, count.length), 0);
  return table(
    tracks.map((track, i) => [
      output.style(
        track.group === 'archived' || track.group === 'done' ? 'dim' : 'bold',
        printable(track.id),
      ),
      stateOf(trackReport(track)),
      progressBar(track.progress, output),
      (counts[i] ?? '').padStart(widest),
      remarksOn(track, output),
      track.name === track.id ? '' : clip(printable(track.name), 60),
    ]),
    '  ',
  );
}

/** `conductor/tracks/a/plan.md:12  warning  what happened`, aligned, as compilers print it. */
export function problemLines(problems: readonly ProblemReport[], folder: string, output: Output): string[] {
  return table(
    problems.map((problem) => [
      printable(placeOf(problem, folder)),
      output.style(severityStyle[problem.severity], problem.severity),
      printable(problem.message),
    ]),
    '  ',
  );
}

function placeOf(problem: ProblemReport, folder: string): string {
  const file = pathFrom(folder, problem.file);
  return problem.line === null ? file : `${file}:${problem.line}`;
}

/** Label and value pairs, aligned, one a line. */
export function fieldLines(fields: readonly (readonly [string, string])[], output: Output): string[] {
  const present = fields.filter(([, value]) => value !== '');
  const width = Math.max(0, ...present.map(([label]) => label.length));
  return present.map(([label, value]) => `  ${output.style('dim', padTo(label, width))}  ${value}`);
}

/** `1 problem`, `3 problems`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
