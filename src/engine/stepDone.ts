import type { EditRefusal } from '../model/edit';
import type { LoopState } from '../model/loopState';
import type { Track } from '../model/track';
import type { Escalation } from '../rules/evaluateLoop';
import type { LoopEditOutcome } from './loopEdit';
import { metadataFileOf } from './metadataEdit';
import type { AgentCommand, AgentExit, Ports } from './ports';
import { updateRegistryRow } from './registryRow';
import type { StepSettings } from './stepCommand';

export interface StepDone {
  readonly did: 'dispatched' | 'resumed' | 'advanced' | 'unblocked' | 'escalated' | 'recorded' | 'completed';
  readonly row: string;
  readonly why: string;
  /** The loop as it was written. */
  readonly loop: LoopState;
  /** Absolute paths of the files that changed, in the order of writing. */
  readonly files: readonly string[];
  /** What was not written though it should have been; it shows as drift until it is repaired. */
  readonly warnings: readonly string[];
  readonly escalation?: Escalation;
  /** The agent that was started. `finished` settles when it ends. */
  readonly agent?: { readonly command: AgentCommand; readonly finished: Promise<AgentExit> };
}

export type StepResult = StepDone | { readonly refused: EditRefusal };

/** After a change of the loop was written: its place in tracks.md, and what to tell of both. */
export async function stepDone(
  ports: Pick<Ports, 'editor'>,
  track: Track,
  did: StepDone['did'],
  outcome: LoopEditOutcome,
  o: StepSettings,
): Promise<StepResult> {
  if ('refused' in outcome) return outcome;
  const row = await updateRegistryRow(
    ports,
    track,
    {
      ...(track.entry?.step === undefined ? {} : { step: outcome.loop.step }),
      ...(isNew(track) ? { marker: 'doing' as const, status: 'in_progress' } : {}),
    },
    o.registryFile,
  );
  return {
    did: outcome.escalation ? 'escalated' : did,
    row: outcome.row,
    why: outcome.why,
    loop: outcome.loop,
    files: [
      ...(outcome.changed ? [metadataFileOf(track)] : []),
      ...(row.file === undefined ? [] : [row.file]),
    ],
    warnings: row.warning === undefined ? [] : [row.warning],
    ...(outcome.escalation ? { escalation: outcome.escalation } : {}),
  };
}

/** The entry still says that nobody has begun. */
function isNew(track: Track): boolean {
  return (
    track.entry?.marker === 'todo' ||
    /^[`*_\s]*(?:new|planned|pending|todo|not[ _-]started)[`*_\s]*$/i.test(track.entry?.status ?? '')
  );
}
