import type { EditRefusal } from '../model/edit';
import type { Track } from '../model/track';
import { applyEvent, type NextAction } from '../rules/evaluateLoop';
import { businessSyncKnown, loopFactsOf, nextActionOf } from '../rules/nextAction';
import { openTasks } from '../rules/progress';
import { noLoop } from './loopEdit';
import { metadataFileOf, trackRefusal } from './metadataEdit';
import type { AgentCommand } from './ports';
import { stepCommand, type StepSettings } from './stepCommand';
import { untouchedSpecText } from './untouchedSpec';

/** What one step would do, and why, before anything is done. */
export interface StepPreview {
  readonly next: NextAction;
  /** The exact command, when an agent would be started. */
  readonly command?: AgentCommand;
  /** What would be written where, a sentence each. */
  readonly changes: readonly { readonly file: string; readonly what: string }[];
  /** What a person should say first. `businessSync`: the files do not say whether business documents must be synced. */
  readonly asks: readonly 'businessSync'[];
  /** Conditions of the board that a passed evaluation vouches for. */
  readonly boardConditions: readonly string[];
  readonly warnings: readonly string[];
  /** Why stepping would be refused. */
  readonly refused?: EditRefusal;
}

/** What `Conductor: Step Loop` would do now and why: action, exact command, file changes. Writes nothing. */
export function previewStep(track: Track, settings: StepSettings = {}): StepPreview {
  const next = nextActionOf(track);
  const refused = stepRefusal(track, next);
  const command = refused ? undefined : stepCommand(track, next, settings);
  const open = openTasks(track.progress);
  const evaluating = track.loop?.step === 'EVALUATE_EXECUTION';
  return {
    next,
    ...(command ? { command } : {}),
    changes: refused ? [] : changesOf(track, next),
    asks:
      evaluating && next.kind === 'complete' && businessSyncKnown(track.loop) === undefined
        ? ['businessSync']
        : [],
    boardConditions: evaluating ? (track.metadata?.boardConditions ?? []) : [],
    warnings: [
      ...(settings.isSpecUntouched ? [untouchedSpecText] : []),
      ...(next.kind === 'resume'
        ? [
            `${next.step} is ${track.loop?.stepStatus}${track.loop?.stepStartedAt === undefined ? '' : ` since ${track.loop.stepStartedAt}`}: if its agent still runs, this starts a second one.`,
          ]
        : []),
      ...(next.kind === 'complete' && open > 0
        ? [`plan.md still has ${open} open ${open === 1 ? 'task' : 'tasks'}.`]
        : []),
      ...(track.documents.metadata === undefined && track.loop
        ? ['metadata.json does not exist; it will be created, with the step inferred from plan.md.']
        : []),
    ],
    ...(refused ? { refused } : {}),
  };
}

/** Why a track cannot be stepped. `outcome`: an outcome is reported, which needs no agent. */
export function stepRefusal(track: Track, next: NextAction, outcome = false): EditRefusal | undefined {
  const never = trackRefusal(track);
  if (never) return never;
  const { metadata: file } = track.documents;
  const invalid = track.problems.find((problem) => problem.file === file && problem.code === 'json-invalid');
  if (file !== undefined && (!track.metadata || invalid)) {
    return {
      code: 'metadata-invalid',
      message: `${file} cannot be read, so nothing is written to it. ${invalid?.message ?? 'Correct it first.'}`,
    };
  }
  if (!track.loop) return { ...noLoop(track), message: `${noLoop(track).message} Next: ${next.why}` };
  // nextActionOf says `none` for a paused track as for a state that the machine does not know.
  if (next.kind === 'none' && next.row === undefined) return { code: 'paused', message: next.why };
  if (outcome) return undefined;
  if (next.kind === 'none') return { code: 'not-understood', message: next.why };
  if (next.kind === 'done') return { code: 'nothing-to-do', message: next.why };
  if (next.recorded) return { code: 'waits-for-person', message: next.why };
  return undefined;
}

function changesOf(track: Track, next: NextAction): { readonly file: string; readonly what: string }[] {
  const file = metadataFileOf(track);
  const loop = track.loop;
  if (!loop) return [];
  switch (next.kind) {
    case 'dispatch':
    case 'resume':
      return [{ file, what: `${next.step} becomes IN_PROGRESS, once the agent has really started.` }];
    case 'advance': {
      const facts = loopFactsOf(track);
      const result = applyEvent(loop, facts, { kind: 'advance', at: '' });
      const counted =
        'loop' in result && result.loop.fixCycleCount !== loop.fixCycleCount
          ? ` Fix cycle ${result.loop.fixCycleCount} of ${result.loop.maxFixCycles} is counted.`
          : '';
      return [
        {
          file,
          what: `${loop.writtenStep} / ${loop.writtenStepStatus} becomes ${next.to} / NOT_STARTED.${counted}`,
        },
      ];
    }
    case 'unblock':
      return [{ file, what: `${loop.step} goes back to NOT_STARTED.` }];
    case 'escalate':
      return [
        { file, what: `${next.step} becomes BLOCKED, with an entry in blockers that says what is asked.` },
      ];
    case 'complete':
      return [
        { file, what: 'status becomes complete, the loop COMPLETE / PASSED.' },
        { file: 'tracks.md', what: 'the entry of the track says complete.' },
        { file: 'index.md', what: 'the track moves to the recent completions, where the file has them.' },
      ];
    default:
      return [];
  }
}
