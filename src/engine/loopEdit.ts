import type { JsonChange } from '../files/jsonEdit';
import type { EditRefusal } from '../model/edit';
import type { LoopState } from '../model/loopState';
import type { Metadata } from '../model/metadata';
import type { Track } from '../model/track';
import type { Escalation, LoopFacts, LoopTransition } from '../rules/evaluateLoop';
import { loopFactsFrom } from '../rules/nextAction';
import { statusCategory } from '../rules/trackGroup';
import type { EditOutcome } from '../store/fileEditor';
import { newBlocker, nextBlockerId } from './escalation/blockerEntry';
import { loopChanges, loopStateJson } from './loopChanges';
import { editMetadata, statusKey, touched } from './metadataEdit';
import type { Ports } from './ports';

/** The loop as metadata.json has it now. */
export interface CurrentLoop {
  readonly metadata: Metadata;
  readonly loop: LoopState;
  readonly facts: LoopFacts;
}

/** What a change of the loop makes of the current state: one or several transitions in a row, or a refusal. */
export type LoopDecision = (current: CurrentLoop) => LoopResult | { readonly refused: EditRefusal };

export interface LoopResult {
  readonly loop: LoopState;
  readonly row: string;
  readonly why: string;
  readonly escalation?: Escalation;
  readonly completed: boolean;
  /** Changes beside loop_state, e.g. of blockers. */
  readonly extra?: readonly JsonChange[];
  /** Recorded in step_history: what a person did by hand, and why. */
  readonly history?: { readonly reason: string; readonly by: 'person' | 'agent' };
}

export interface LoopEditOptions {
  /** ISO time of the change. */
  readonly at: string;
  /** The change is right wherever the loop is by now; else it is refused when that is not where `track` shows it. */
  readonly anyState?: boolean;
  readonly signal?: AbortSignal;
}

export type LoopEditOutcome =
  | (LoopResult & { readonly changed: boolean; readonly before: LoopState })
  | { readonly refused: EditRefusal };

/**
 * One change of a track's loop as one write of metadata.json. The decision is taken on the state in the current text;
 * `state-moved` when step, status or fix cycle are no longer what `track` shows, since a person decided on that.
 */
export async function editLoop(
  ports: Pick<Ports, 'editor'>,
  track: Track,
  decide: LoopDecision,
  options: LoopEditOptions,
): Promise<LoopEditOutcome> {
  const seen = track.loop;
  if (!seen) return { refused: noLoop(track) };
  let result: (LoopResult & { readonly before: LoopState }) | undefined;
  const outcome: EditOutcome = await editMetadata(
    ports,
    track,
    (metadata) => {
      const loop = metadata.loop ?? { ...seen, source: 'inferred' as const };
      // The editor asks again after other programs wrote: our own result on disk needs no second change.
      if (result && carries(loop, result)) return [];
      if (!options.anyState && !sameState(loop, seen)) return { refused: moved(track, seen, loop) };
      const decision = decide({ metadata, loop, facts: loopFactsFrom(track, metadata, loop) });
      if ('refused' in decision) return decision;
      const history = historyOf(metadata, loop, decision, options.at);
      if ('refused' in history) return history;
      result = { ...decision, before: loop };
      const changes = [
        ...loopChanges(metadata, loop, decision.loop),
        ...statusChanges(metadata, decision),
        ...(decision.extra ?? []),
        ...history,
      ];
      return changes.length > 0 ? [...changes, ...touched(metadata, options.at)] : [];
    },
    {
      begin: {
        version: 2,
        track_id: track.id,
        status: 'in_progress',
        created_at: options.at,
        loop_state: loopStateJson(seen),
      },
      ...(options.signal ? { signal: options.signal } : {}),
    },
  );
  if ('refused' in outcome) return outcome;
  if (!result) throw new Error('The editor made an edit that it never asked for.');
  return { ...result, changed: outcome.changed };
}

/** A transition as a result that can be written, with the blocker that an escalation needs. */
export function written(
  transition: Exclude<LoopTransition, { readonly refused: EditRefusal }>,
  metadata: Metadata,
  at: string,
  more: Pick<LoopResult, 'extra' | 'history'> = {},
): LoopResult {
  const blocker = transition.escalation ? blockerChanges(metadata, transition.escalation, at) : [];
  return { ...transition, ...more, extra: [...(more.extra ?? []), ...blocker] };
}

/** A new entry of `blockers[]` (FORMATS §4.2), unless one says it already. */
export function blockerChanges(metadata: Metadata, escalation: Escalation, at: string): JsonChange[] {
  if (escalation.existing.length > 0) return [];
  return [
    newBlocker({
      id: escalation.blockerId ?? nextBlockerId(metadata),
      description: escalation.description,
      at,
      step: escalation.step,
      trigger: escalation.trigger,
      context: escalation.context,
    }),
  ];
}

/** The loop with a person's answer to whether business documents must be synced, where the evaluation does not say. */
export function withBusinessSync(loop: LoopState, answer: boolean | undefined): LoopState {
  const evaluation = loop.checkpoints.EVALUATE_EXECUTION;
  if (answer === undefined || evaluation?.businessSyncRequired !== undefined) return loop;
  if (loop.step !== 'EVALUATE_EXECUTION' || loop.stepStatus !== 'PASSED') return loop;
  return {
    ...loop,
    checkpoints: {
      ...loop.checkpoints,
      EVALUATE_EXECUTION: {
        ...(evaluation ?? { failureReasons: [], fixesRemaining: [], outputFiles: [], raw: {} }),
        status: 'PASSED',
        businessSyncRequired: answer,
      },
    },
  };
}

export function noLoop(track: Track): EditRefusal {
  return {
    code: 'no-loop',
    message: `${track.id} keeps no loop state (its files are in the ${track.dialect} form), so there is no step to change. Migrate its metadata to use the evaluate-loop; until then mark its tasks.`,
  };
}

/** Whether a person who saw `b` would say of `a` that nothing has happened. */
export function sameState(a: LoopState, b: LoopState): boolean {
  return (
    a.step === b.step &&
    a.stepStatus === b.stepStatus &&
    a.fixCycleCount === b.fixCycleCount &&
    a.understood === b.understood
  );
}

function carries(loop: LoopState, result: LoopResult & { readonly before: LoopState }): boolean {
  const { before, loop: ours } = result;
  // A change that does not show in the state cannot be recognised by it.
  if (sameState(before, ours)) return false;
  return (
    sameState(loop, ours) &&
    loop.maxFixCycles === ours.maxFixCycles &&
    loop.checkpoints[ours.step]?.lastUpdated === ours.checkpoints[ours.step]?.lastUpdated
  );
}

function moved(track: Track, seen: LoopState, now: LoopState): EditRefusal {
  return {
    code: 'state-moved',
    message: `${track.id} is at ${now.writtenStep} / ${now.writtenStepStatus} (fix cycle ${now.fixCycleCount}) by now, not at ${seen.writtenStep} / ${seen.writtenStepStatus} (fix cycle ${seen.fixCycleCount}). Nothing was written; look again and repeat.`,
  };
}

/** A track that has begun is not `new` any more. */
function statusChanges(metadata: Metadata, result: LoopResult): JsonChange[] {
  if (result.completed || metadata.status === undefined) return [];
  const begun = result.loop.stepStatus !== 'NOT_STARTED' || result.loop.step !== 'NOT_STARTED';
  if (!begun || statusCategory(metadata.status) !== 'notStarted') return [];
  return [{ path: [statusKey(metadata)], value: 'in_progress' }];
}

function historyOf(
  metadata: Metadata,
  before: LoopState,
  result: LoopResult,
  at: string,
): readonly JsonChange[] | { readonly refused: EditRefusal } {
  if (!result.history) return [];
  const state = metadata.raw['loop_state'];
  const list =
    typeof state === 'object' && state !== null && 'step_history' in state ? state.step_history : [];
  if (!Array.isArray(list) && list !== null) {
    return {
      refused: {
        code: 'history-invalid',
        message:
          'loop_state.step_history of metadata.json is not a list, so what you do by hand cannot be recorded there. Correct or remove it, then repeat.',
      },
    };
  }
  return [
    {
      path: ['loop_state', 'step_history', -1],
      value: {
        at,
        from: `${before.writtenStep}/${before.writtenStepStatus}`,
        to: `${result.loop.step}/${result.loop.stepStatus}`,
        reason: result.history.reason,
        by: result.history.by,
      },
    },
  ];
}
