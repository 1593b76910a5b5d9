import type { LoopState, LoopStep } from '../model/loopState';
import { loopSteps } from '../model/loopState';
import type { Problem } from '../model/problem';
import type { Track } from '../model/track';
import { allTasksDone, openTasks, tasksOf } from './progress';
import { entryCategory, statusCategory, type StatusCategory } from './trackGroup';

type DriftTrack = Omit<Track, 'problems'>;

/**
 * Where the files of one track disagree with each other, both sides named with file and line (FORMATS §4.4, §12.6;
 * VARIATIONS §5). The loop in metadata.json says how far an evaluate-loop track is, plan.md how far any other is; the
 * words in metadata.json and tracks.md are measured against that. One cause makes one problem. Archived tracks and
 * tracks without a folder have none.
 */
export function driftOf(track: DriftTrack): Problem[] {
  if (track.archived || track.folder === undefined) return [];
  const status = statusDrift(track);
  return [
    ...status,
    ...loopDrift(track),
    ...(status.some(({ code }) => code === 'registry-disagrees') ? [] : registryStepDrift(track)),
    ...countDrift(track),
    ...idDrift(track),
    ...missing(track),
  ];
}

// --- status words against what was done ---

/** How far the track really is, and the evidence for it. */
interface Truth {
  readonly done: boolean;
  readonly begun: boolean;
  readonly evidence: string;
}

function truthOf(track: DriftTrack): Truth | undefined {
  const { loop, progress } = track;
  if (loop?.source === 'metadata') {
    if (!loop.understood) return undefined;
    return {
      done: loop.step === 'COMPLETE' && loop.stepStatus === 'PASSED',
      begun: loop.step !== 'NOT_STARTED' && !(loop.step === 'PLAN' && loop.stepStatus === 'NOT_STARTED'),
      evidence: `loop_state of metadata.json is at ${loop.step} / ${loop.stepStatus}`,
    };
  }
  if (progress.total === 0) return undefined;
  return {
    done: allTasksDone(progress),
    begun: progress.done + progress.doing > 0,
    evidence: `plan.md has ${progress.done} of ${progress.total} tasks done${progress.skipped > 0 ? `, ${progress.skipped} skipped` : ''}`,
  };
}

function statusDrift(track: DriftTrack): Problem[] {
  const problems: Problem[] = [];
  const { metadata, entry, progress } = track;
  const own = categoryOf(metadata?.status);
  const registered = entryCategory(entry);
  const truth = truthOf(track);
  const open = openTasks(progress);
  const saysDone = own === 'done' || (own === 'unclear' && registered === 'done');
  const loopDone = track.loop?.source === 'metadata' && truth?.done === true;

  if ((saysDone || loopDone) && open > 0) {
    const first = tasksOf(track.plan).find((task) => task.marker !== 'done' && task.marker !== 'skipped');
    problems.push({
      ...place(track, 'plan', first?.line),
      severity: 'warning',
      code: 'complete-with-open-tasks',
      message: `${own === 'done' ? `metadata.json says “${metadata?.status}”` : loopDone ? truth.evidence : registrySays(track)}, but plan.md has ${counted(open, 'open task')}${first ? `, first on line ${first.line} (“${clip(first.text)}”)` : ''}. Tick what is done, mark the rest skipped, or reopen the track.`,
    });
    // That the words disagree with the open boxes is said; what remains is whether they agree with each other.
    if (track.loop?.source !== 'metadata') return [...problems, ...wordsDisagree(track, own, registered)];
  }
  if (!truth) {
    const ended = own === 'cancelled' || own === 'archived' ? endingUnsaid(track, registered) : [];
    return [...problems, ...wordsDisagree(track, own, registered), ...ended];
  }

  const ownWrong = contradicts(own, truth);
  const registryWrong = contradicts(registered, truth);
  if (ownWrong) {
    problems.push({
      ...place(track, 'metadata'),
      severity: ownWrong === 'stale' ? 'info' : 'warning',
      code: track.loop?.source === 'metadata' ? 'loop-disagrees' : 'status-disagrees',
      message: `metadata.json says “${metadata?.status}”${registryWrong ? ` and ${registrySays(track)}` : ''}, but ${truth.evidence}.`,
      repair: 'updateMetadataStatus',
    });
  } else if (registryWrong) {
    problems.push({
      ...place(track, 'registry'),
      severity: registryWrong === 'stale' ? 'info' : 'warning',
      code: 'registry-disagrees',
      message: `${registrySays(track)}, but ${truth.evidence}${own === 'unclear' ? '' : ` and metadata.json says “${metadata?.status}”`}.`,
      repair: 'updateRegistryStatus',
    });
  } else if (own === 'cancelled' || own === 'archived') {
    problems.push(...endingUnsaid(track, registered));
  }
  return problems;
}

/**
 * `wrong`: done against not done. `stale`: not started against begun, or against done, which real projects leave so
 * for ever (VARIATIONS §5). Paused, blocked, failed and cancelled are a person's word and contradict only "done".
 */
function contradicts(category: StatusCategory, truth: Truth): 'wrong' | 'stale' | undefined {
  switch (category) {
    case 'done':
      return truth.done ? undefined : 'wrong';
    case 'notStarted':
      return truth.begun ? 'stale' : undefined;
    case 'running':
    case 'blocked':
    case 'failed':
      return truth.done ? 'wrong' : undefined;
    default:
      return undefined;
  }
}

/** Without tasks or loop nobody knows better: then only the two words can be compared. */
function wordsDisagree(track: DriftTrack, own: StatusCategory, registered: StatusCategory): Problem[] {
  const doneDiffers = (own === 'done') !== (registered === 'done');
  if (own === 'unclear' || registered === 'unclear' || !doneDiffers) return [];
  return [
    {
      ...place(track, 'registry'),
      severity: 'warning',
      code: 'registry-disagrees',
      message: `${registrySays(track)}, but metadata.json says “${track.metadata?.status}”.`,
      repair: 'updateRegistryStatus',
    },
  ];
}

/** What metadata.json has given up or put away is over, whatever plan.md holds; tracks.md should not call it open. */
function endingUnsaid(track: DriftTrack, registered: StatusCategory): Problem[] {
  if (registered !== 'notStarted' && registered !== 'running') return [];
  return [
    {
      ...place(track, 'registry'),
      severity: 'info',
      code: 'registry-disagrees',
      message: `${registrySays(track)}, but metadata.json says “${track.metadata?.status}”.`,
    },
  ];
}

// --- the loop against its checkpoints and the plan ---

const work: readonly LoopStep[] = ['PLAN', 'EVALUATE_PLAN', 'EXECUTE', 'EVALUATE_EXECUTION'];

function loopDrift(track: DriftTrack): Problem[] {
  const { loop, progress } = track;
  if (loop?.source !== 'metadata' || !loop.understood) return [];
  const problems: Problem[] = [];
  const report = (severity: Problem['severity'], code: string, message: string) =>
    problems.push({ ...place(track, 'metadata'), severity, code, message });
  const own = loop.checkpoints[loop.step];
  const evaluation = loop.checkpoints.EVALUATE_EXECUTION;

  if (loop.stepStatus === 'IN_PROGRESS' && own && (own.status === 'PASSED' || own.status === 'FAILED')) {
    report(
      'warning',
      'loop-disagrees',
      `metadata.json says ${loop.step} is IN_PROGRESS, but the step's own checkpoint says ${own.status}. Record the outcome, or resume the step.`,
    );
  }
  if (loop.step === 'COMPLETE' && evaluation && evaluation.status !== 'PASSED') {
    report(
      'warning',
      'loop-disagrees',
      `metadata.json says COMPLETE, but the checkpoint of EVALUATE_EXECUTION says ${evaluation.status}. A track is complete only after a passed evaluation.`,
    );
  }
  const without = passedWithoutCheckpoint(loop);
  if (without.length > 0) {
    report(
      'info',
      'checkpoint-missing',
      `The loop is at ${loop.step}, but ${without.join(', ')} ${without.length === 1 ? 'has' : 'have'} no checkpoint that says how it went.`,
    );
  }
  const beforeWork = loop.step === 'NOT_STARTED' || loop.step === 'PLAN' || loop.step === 'EVALUATE_PLAN';
  if (beforeWork && progress.done > 0 && loop.planRevisionCount === 0 && evaluation === undefined) {
    report(
      'warning',
      'loop-disagrees',
      `metadata.json is at ${loop.step} / ${loop.stepStatus}, but plan.md has ${progress.done} of ${progress.total} tasks done. Set the step by hand if the work has begun.`,
    );
  }
  const evaluating = loop.step === 'EVALUATE_EXECUTION' || loop.step === 'BUSINESS_SYNC';
  if (evaluating && openTasks(progress) > 0) {
    report(
      'info',
      'loop-disagrees',
      `metadata.json is at ${loop.step} / ${loop.stepStatus}, but plan.md still has ${counted(openTasks(progress), 'open task')}; the evaluation asks for no leftover work.`,
    );
  }
  return problems;
}

/** Steps that must be behind the loop, in order, with no checkpoint at all. */
function passedWithoutCheckpoint(loop: LoopState): LoopStep[] {
  const reached = loop.step === 'FIX' ? 'EVALUATE_EXECUTION' : loop.step;
  const before = loopSteps.indexOf(reached);
  return work.filter((step) => loopSteps.indexOf(step) < before && loop.checkpoints[step] === undefined);
}

// --- other columns and counts ---

function registryStepDrift(track: DriftTrack): Problem[] {
  const { entry, loop } = track;
  if (!entry?.step || loop?.source !== 'metadata' || !loop.understood) return [];
  const written = entry.step.replace(/[`*]/g, '').trim();
  const known = loopSteps.find((step) => step === written.toUpperCase().replace(/[\s-]+/g, '_'));
  if (!known || known === loop.step) return [];
  return [
    {
      ...place(track, 'registry'),
      severity: 'info',
      code: 'registry-disagrees',
      message: `tracks.md:${entry.line} says step ${written}, but loop_state of metadata.json is at ${loop.step}.`,
      repair: 'updateRegistryStatus',
    },
  ];
}

/**
 * Counters that somebody wrote beside the plan. The ticks of plan.md are the truth (FORMATS §5.1, §9.1). The counter is
 * the agent's note from its last checkpoint (spec 003, "Checkpoint Update Protocol"), so it is old after every tick,
 * whoever made it, and on resuming the ticks win. Writing it along with each tick of ours would race with that agent
 * for metadata.json to repair what nobody needs. It is worth telling only where it is not merely old: the counter was
 * written last and still says something else.
 */
function countDrift(track: DriftTrack): Problem[] {
  const { loop, metadata, progress } = track;
  if (progress.total === 0 || track.planIsNewer) return [];
  const counted = metadata?.raw['tasks'];
  const written =
    loop?.source === 'metadata' && loop.step === 'EXECUTE'
      ? loop.checkpoints.EXECUTE?.tasksCompleted
      : isRecord(counted) && typeof counted['completed'] === 'number'
        ? counted['completed']
        : undefined;
  if (written === undefined || written === progress.done) return [];
  return [
    {
      ...place(track, 'metadata'),
      severity: 'info',
      code: 'progress-disagrees',
      message: `metadata.json counts ${written} tasks done, plan.md has ${progress.done} of ${progress.total} ticked.`,
    },
  ];
}

function idDrift(track: DriftTrack): Problem[] {
  const id = track.metadata?.id;
  if (id === undefined || id === track.id) return [];
  return [
    {
      ...place(track, 'metadata'),
      severity: 'info',
      code: 'id-disagrees',
      message: `metadata.json calls the track “${id}”, its folder is “${track.id}”. The folder name counts.`,
    },
  ];
}

function missing(track: DriftTrack): Problem[] {
  if (track.documents.metadata !== undefined || track.dialect !== 'evaluate-loop') return [];
  return [
    {
      file: track.folder ?? track.root,
      severity: 'warning',
      code: 'metadata-missing',
      message: `The track ${track.id} has no metadata.json; its step is inferred from plan.md.`,
      repair: 'createMetadata',
    },
  ];
}

// --- words ---

function place(
  track: DriftTrack,
  what: 'plan' | 'metadata' | 'registry',
  line?: number,
): { readonly file: string; readonly line?: number } {
  if (what === 'registry') return { file: registryPath(track.root), line: track.entry?.line ?? 1 };
  const file = track.documents[what] ?? track.folder ?? track.root;
  return line === undefined ? { file } : { file, line };
}

/** Rules also run in a browser, where there is no path module. */
function registryPath(root: string): string {
  return `${root}${root.includes('\\') ? '\\' : '/'}tracks.md`;
}

function registrySays(track: DriftTrack): string {
  const { entry } = track;
  const word = entry?.status ?? (entry?.marker === undefined ? '' : markerText[entry.marker]);
  return `tracks.md:${entry?.line ?? 1} says “${word}”`;
}

const markerText = {
  todo: '[ ]',
  doing: '[~]',
  done: '[x]',
  blocked: '[!]',
  skipped: '[-]',
  unclear: '[?]',
} as const;

function categoryOf(status: string | undefined): StatusCategory {
  return status === undefined ? 'unclear' : statusCategory(status);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function clip(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}
