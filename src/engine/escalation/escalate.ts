import type { JsonChange } from '../../files/jsonEdit';
import type { EditRefusal } from '../../model/edit';
import type { EscalationRequest } from '../../model/escalationRequest';
import type { LoopState, StepStatus } from '../../model/loopState';
import type { Metadata } from '../../model/metadata';
import type { Track } from '../../model/track';
import { applyEvent, type EscalationTrigger } from '../../rules/evaluateLoop';
import { statusCategory } from '../../rules/trackGroup';
import { editLoop, type CurrentLoop, type LoopResult } from '../loopEdit';
import { editMetadata, metadataFileOf, statusKey, touched } from '../metadataEdit';
import type { Ports } from '../ports';
import { afterStepWritten, followRegistryStatus } from '../registryRow';
import { blockerIdFor, newBlocker } from './blockerEntry';
import { isKept } from './releaseStep';

export interface EscalateOptions {
  readonly registryFile?: string;
  /** The step goes on meanwhile: the agent that asked waits for the answer itself. */
  readonly keepStep?: boolean;
  /**
   * A person blocks what they see: recorded in step_history, and refused (`state-moved`) when the loop is elsewhere by
   * now. What a run escalates counts wherever the loop is.
   */
  readonly byPerson?: boolean;
  readonly signal?: AbortSignal;
}

export type EscalateResult =
  | {
      readonly why: string;
      /** Absent for tracks that keep no loop, and with `keepStep`. */
      readonly loop?: LoopState;
      /** Ids of the new blockers, in the order of the requests; what was active already is left out. */
      readonly blockers: readonly string[];
      readonly files: readonly string[];
      readonly warnings: readonly string[];
    }
  | { readonly refused: EditRefusal };

type Request = EscalationRequest<EscalationTrigger>;

/**
 * Stops a track until a person has answered (spec 003, "Escalation Triggers"): one write of metadata.json with an
 * active blocker for each request and the step BLOCKED, then the row in tracks.md. A track without a loop gets status
 * `blocked` and remembers the one before under `blocked_from`.
 *
 * What is asked already is not asked twice, so after a crash it can be called again. Refuses what the machine (`complete`)
 * or the editor refuses, and `nothing-to-escalate` without a request.
 */
export async function escalate(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  requests: readonly Request[],
  o: EscalateOptions = {},
): Promise<EscalateResult> {
  const [first] = requests;
  if (!first)
    return { refused: { code: 'nothing-to-escalate', message: 'Nothing is asked, so nothing is written.' } };
  const at = ports.clock().toISOString();
  const signal = o.signal ? { signal: o.signal } : {};
  const why = requests.map(({ description }) => description).join('; ');
  let blockers: readonly string[] = [];
  /** The editor may ask again after other programs wrote; the last time counts. */
  const ask = (metadata: Metadata, step: string | undefined, status?: StepStatus): JsonChange[] => {
    const added = newBlockers(metadata, requests, { step, status, at, byPerson: o.byPerson === true });
    blockers = added.map(({ id }) => id);
    return added.map(({ change }) => change);
  };

  if (o.keepStep) {
    const outcome = await editMetadata(
      ports,
      track,
      (metadata) => {
        const changes = ask(metadata, (metadata.loop ?? track.loop)?.step);
        return changes.length > 0 ? [...changes, ...touched(metadata, at)] : [];
      },
      signal,
    );
    if ('refused' in outcome) return outcome;
    return { why, blockers, files: outcome.changed ? [metadataFileOf(track)] : [], warnings: [] };
  }

  if (track.loop) {
    const outcome = await editLoop(
      ports,
      track,
      (current): LoopResult | { refused: EditRefusal } => {
        const changes = ask(current.metadata, current.loop.step, outcomeBefore(current));
        const stopped = stop(current, first, at, o.byPerson === true);
        if ('refused' in stopped) return stopped;
        return {
          ...stopped,
          extra: changes,
          ...(o.byPerson && changes.length > 0 ? { history: { reason: why, by: 'person' as const } } : {}),
        };
      },
      { at, ...signal, ...(o.byPerson ? {} : { anyState: true }) },
    );
    if ('refused' in outcome) return outcome;
    const { loop } = outcome;
    return { ...(await afterStepWritten(ports, track, outcome, o.registryFile)), loop, blockers };
  }

  let statusBefore: string | undefined;
  const outcome = await editMetadata(
    ports,
    track,
    (metadata) => {
      const category = metadata.status === undefined ? 'unclear' : statusCategory(metadata.status);
      if (category === 'done' || category === 'cancelled' || category === 'archived') {
        return {
          refused: {
            code: 'complete',
            message: `${track.id} is ${metadata.status}: nothing is left to block.`,
          },
        };
      }
      const asked = ask(metadata, undefined);
      const changes = [
        ...asked,
        ...(category === 'blocked' || (asked.length === 0 && o.byPerson)
          ? []
          : [
              { path: ['blocked_from'], value: metadata.status ?? null },
              { path: [statusKey(metadata)], value: 'blocked' },
            ]),
      ];
      if (changes.length === 0) return [];
      statusBefore ??= metadata.status;
      return [...changes, ...touched(metadata, at)];
    },
    signal,
  );
  if ('refused' in outcome) return outcome;
  const row = await followRegistryStatus(
    ports,
    track,
    { before: statusBefore, after: 'blocked' },
    o.registryFile,
  );
  return {
    why: `${track.id} is blocked: ${why}`,
    blockers,
    files: [
      ...(outcome.changed ? [metadataFileOf(track)] : []),
      ...(row.file === undefined ? [] : [row.file]),
    ],
    warnings: row.warning === undefined ? [] : [row.warning],
  };
}

/**
 * The loop with its step BLOCKED; one that is blocked already stays as it is. When a run escalates, so does one
 * that has ended or that the machine does not know: it stands still anyway, and what is asked must not be lost.
 */
function stop(
  { loop, facts }: CurrentLoop,
  { description, trigger }: Request,
  at: string,
  byPerson: boolean,
): Exclude<ReturnType<typeof applyEvent>, { refused: EditRefusal }> | { readonly refused: EditRefusal } {
  const stands = !loop.understood || loop.step === 'COMPLETE';
  if (loop.stepStatus === 'BLOCKED' || (stands && !byPerson)) {
    return {
      loop,
      row: `${loop.writtenStep}/${loop.writtenStepStatus} + blocked`,
      why: `${loop.step} is blocked: ${description}`,
      completed: false,
    };
  }
  return applyEvent(loop, facts, { kind: 'blocked', description, trigger, at });
}

/** What the step had achieved, which is not to be done again once the answer is there. */
function outcomeBefore({ loop, facts }: CurrentLoop): StepStatus | undefined {
  if (loop.stepStatus === 'BLOCKED') {
    return facts.activeBlockers.find(({ blockedStatus }) => blockedStatus !== undefined)?.blockedStatus;
  }
  return isKept(loop.stepStatus) ? loop.stepStatus : undefined;
}

function newBlockers(
  metadata: Metadata,
  requests: readonly Request[],
  now: {
    readonly step: string | undefined;
    readonly status: StepStatus | undefined;
    readonly at: string;
    readonly byPerson: boolean;
  },
): { readonly id: string; readonly change: JsonChange }[] {
  let known = metadata;
  return requests.flatMap((request) => {
    const id = blockerIdFor(known, request);
    if (id === undefined) return [];
    const { description, trigger } = request;
    const step = request.step ?? now.step;
    // What two requests of one call ask is asked once, and never under one id.
    known = {
      ...known,
      blockers: [...known.blockers, { id, description, trigger, active: true, options: [] }],
    };
    return [
      {
        id,
        change: newBlocker({
          ...request,
          id,
          at: now.at,
          ...(now.status === undefined ? {} : { status: now.status }),
          ...(step === undefined ? {} : { step }),
          ...(now.byPerson && now.step === undefined ? { by: 'person' } : {}),
        }),
      },
    ];
  });
}
