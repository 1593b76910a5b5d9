import type { Checkpoint, LoopState } from '../../model/loopState';
import type { Track } from '../../model/track';
import { loopSteps } from '../../model/loopState';
import type { CheckpointDetail, CheckpointRow, DrawnStep } from '../../shared/trackModel';
import { presentDrawn, stepStatus } from './loop';
import { recordIn, textIn } from './raw';
import { moment, spanOf, timeOf, type TimeWords } from './times';
import { counted, drawnSteps, isCommit, short, stepName } from './words';

/** A text of a checkpoint, at most; the file has the rest. */
const longest = 400;
const mostReasons = 20;

/** One row a step of the loop, then what the file calls steps and the loop does not know. */
export function checkpointRows(track: Track, words: TimeWords): CheckpointRow[] {
  const { loop } = track;
  if (!loop) return [];
  const now = presentDrawn(loop);
  return [
    ...drawnSteps
      .filter((step) => step !== 'COMPLETE' || loop.checkpoints.COMPLETE !== undefined || now === 'COMPLETE')
      .map((step) => rowOf(track, loop, step, step === now, words)),
    ...unknownRows(track),
  ];
}

function rowOf(
  track: Track,
  loop: LoopState,
  step: DrawnStep,
  now: boolean,
  words: TimeWords,
): CheckpointRow {
  const checkpoint = loop.checkpoints[step];
  const running = now && loop.stepStatus === 'IN_PROGRESS';
  const started = timeOf(checkpoint?.startedAt ?? (now ? loop.stepStartedAt : undefined));
  const took = spanOf(started, running ? words.now : timeOf(checkpoint?.completedAt));
  return {
    step,
    name: stepName[step],
    status: stepStatus(loop, step),
    ...(checkpoint?.agent === undefined
      ? agentNote(step, checkpoint)
      : { agent: short(checkpoint.agent, 120) }),
    ...(took === undefined ? {} : { took: running ? `${took} so far` : took }),
    now,
    details: checkpoint ? detailsOf(track, loop, step, checkpoint, words) : [],
  };
}

function agentNote(step: DrawnStep, checkpoint: Checkpoint | undefined): { agent?: string } {
  if (step !== 'BUSINESS_SYNC' || checkpoint?.required === undefined) return {};
  return { agent: checkpoint.required ? 'required' : 'not required' };
}

function detailsOf(
  track: Track,
  loop: LoopState,
  step: DrawnStep,
  checkpoint: Checkpoint,
  words: TimeWords,
): CheckpointDetail[] {
  const details: CheckpointDetail[] = [];
  const say = (text: string | undefined | false, more: Omit<CheckpointDetail, 'text'> = {}): void => {
    if (text) details.push({ text: short(text, longest), ...more });
  };
  const sayCommit = (text: string, commit: string | undefined, tone?: CheckpointDetail['tone']): void => {
    const more = tone === undefined ? {} : { tone };
    if (commit === undefined) say(tone === undefined ? undefined : text, more);
    else if (isCommit(commit)) say(text, { ...more, commit });
    else say(`${text} ${commit}`, more);
  };
  say(contradiction(checkpoint), { tone: 'warn' });
  say(checkpoint.agent !== undefined && `Agent ${checkpoint.agent}`);
  for (const [word, written] of [
    ['Started', checkpoint.startedAt],
    ['Completed', checkpoint.completedAt],
    ['Last updated', checkpoint.completedAt === undefined ? checkpoint.lastUpdated : undefined],
  ] as const) {
    if (written === undefined) continue;
    const time = timeOf(written);
    const future = time !== undefined && time > words.now + 60_000;
    say(
      `${word} ${moment(written, words)}${future ? ', which is later than now' : ''}`,
      future ? { tone: 'warn' } : {},
    );
  }
  const [start, end] = [timeOf(checkpoint.startedAt), timeOf(checkpoint.completedAt)];
  say(start !== undefined && end !== undefined && end < start && 'Completed before it started', {
    tone: 'warn',
  });
  say(checkpoint.verdict !== undefined && `Verdict ${checkpoint.verdict}`);
  if (checkpoint.tasksCompleted !== undefined) {
    const of = checkpoint.tasksTotal === undefined ? '' : ` of ${String(checkpoint.tasksTotal)}`;
    say(`${String(checkpoint.tasksCompleted)}${of} tasks by its own count`);
  }
  say(checkpoint.lastTask !== undefined && `Last task ${checkpoint.lastTask.replace(/^task\s+/i, '')}`);
  sayCommit('Last commit', checkpoint.lastCommit);
  say(checkpoint.planVersion !== undefined && `Plan version ${String(checkpoint.planVersion)}`);
  say(
    step === 'FIX' &&
      checkpoint.cycle !== undefined &&
      checkpoint.cycle !== loop.fixCycleCount &&
      `The checkpoint is of cycle ${String(checkpoint.cycle)}, the counter says ${String(loop.fixCycleCount)}`,
    { tone: 'warn' },
  );
  const failedChecks = Object.entries(checkpoint.checks ?? {}).filter(([, passed]) => !passed);
  const checks = Object.keys(checkpoint.checks ?? {}).length;
  if (checks > 0) {
    say(
      failedChecks.length === 0
        ? `${counted(checks, 'check')} passed`
        : `${String(failedChecks.length)} of ${counted(checks, 'check')} failed: ${failedChecks.map(([name]) => name.replaceAll('_', ' ')).join(', ')}`,
      { tone: failedChecks.length === 0 ? 'done' : 'bad' },
    );
  }
  for (const run of checkpoint.evaluatorsRun?.slice(0, mostReasons) ?? []) {
    say(
      `${run.evaluator}: ${run.verdict ?? 'no verdict'}${run.issues.length > 0 ? ` (${counted(run.issues.length, 'issue')})` : ''}`,
      {
        ...(/^fail/i.test(run.verdict ?? '')
          ? { tone: 'bad' as const }
          : /^pass/i.test(run.verdict ?? '')
            ? { tone: 'done' as const }
            : {}),
      },
    );
  }
  for (const reason of checkpoint.failureReasons.slice(0, mostReasons)) say(reason, { tone: 'bad' });
  for (const fix of checkpoint.fixesApplied?.slice(0, mostReasons) ?? []) {
    sayCommit(
      [fix.issue, fix.fix].filter((part) => part !== undefined).join(': ') || 'Fixed',
      fix.commit,
      'done',
    );
  }
  for (const left of checkpoint.fixesRemaining.slice(0, mostReasons))
    say(`Still to fix: ${left}`, { tone: 'warn' });
  const left =
    Math.max(0, checkpoint.failureReasons.length - mostReasons) +
    Math.max(0, checkpoint.fixesRemaining.length - mostReasons);
  say(left > 0 && `${counted(left, 'more line')} in metadata.json`);
  if (checkpoint.outputFiles.length > 0) {
    say('Output', {
      files: checkpoint.outputFiles.slice(0, mostReasons).map((name) => ({
        name: short(name, 120),
        ...(track.folder === undefined || name.includes('\0')
          ? {}
          : { place: { file: fileIn(track, name) } }),
      })),
    });
  }
  say(checkpoint.notes?.replace(/\s+/g, ' '));
  return details;
}

/** A verdict that says another thing than the status: neither is made to win here. */
function contradiction({ status, verdict }: Checkpoint): string | undefined {
  if (verdict === undefined) return undefined;
  const said = /^pass/i.test(verdict.trim())
    ? 'PASSED'
    : /^(fail|reject)/i.test(verdict.trim())
      ? 'FAILED'
      : undefined;
  const contradicts = said !== undefined && (status === 'PASSED' || status === 'FAILED') && status !== said;
  return contradicts ? `The checkpoint contradicts itself: status ${status}, verdict ${verdict}` : undefined;
}

/** A file that a checkpoint names: relative to the track's folder, or to the project when it leads into its tree. */
function fileIn(track: Track, name: string): string {
  if (/^([\\/]|[a-z]:)/i.test(name)) return name;
  const separator = track.root.includes('\\') ? '\\' : '/';
  const parts = name.split(/[\\/]/);
  const rootName = track.root.split(/[\\/]/).at(-1);
  const [base, rest] =
    parts[0] === rootName
      ? [track.root, parts.slice(1)]
      : parts.length === 1
        ? [track.folder ?? track.root, parts]
        : [track.root.slice(0, -(rootName?.length ?? 0) - 1), parts];
  return [base, ...rest].join(separator);
}

/** Checkpoints of steps that only this project knows: shown as written. */
function unknownRows(track: Track): CheckpointRow[] {
  const checkpoints = recordIn(track.metadata?.raw['loop_state'], 'checkpoints') ?? {};
  const known = new Set<unknown>(loopSteps.map((step) => track.loop?.checkpoints[step]?.raw));
  return Object.entries(checkpoints)
    .filter(([key, value]) => !known.has(value) && !loopSteps.some((step) => step === key))
    .slice(0, 30)
    .flatMap(([key, value]): CheckpointRow[] => {
      // A known step in a spelling of its own has been read already.
      if (
        typeof value === 'string' &&
        loopSteps.some((s) => track.loop?.checkpoints[s]?.raw['status'] === value)
      )
        return [];
      const status = typeof value === 'string' ? value : (textIn(value, 'status') ?? 'no status');
      const agent = textIn(value, 'agent');
      return [
        {
          name: short(key, 80),
          status: { sign: 'unclear', word: short(status, 60) },
          ...(agent === undefined ? {} : { agent: short(agent, 120) }),
          now: false,
          details: [{ text: 'Not a step of the loop: shown as metadata.json has it.' }],
        },
      ];
    });
}
